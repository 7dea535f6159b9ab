"""Every page at every size: nothing spills, everything has a name, contrast holds."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.accessibility import problems
from tests.e2e.conftest import ROOT, Platform, sign_in

pytestmark = pytest.mark.browser

PAGES = (
    "/",
    "/plan/",
    "/findings/",
    "/duties/",
    "/duties/市数据局/",
    "/search/?q=算力",
    "/data/metrics/",
    "/organisations/",
    "/account/",
    "/areas/",
    "/areas/320902/",
)
SIZES = {"office": (1366, 768), "phone": (390, 844)}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("size", SIZES)
def test_pages_fit_and_are_accessible(page: Page, demo: Platform, language: str, size: str) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    sign_in(page, demo, "plan-office")
    page.goto(f"{demo.address}/language/?to={language}&next=/")
    found = {}
    for address in PAGES:
        page.goto(demo.address + address)
        spill = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        wrong = problems(page)
        if spill > 0:
            wrong.append(f"spills {spill}px to the right")
        if wrong:
            found[address] = wrong
    assert not found


def test_the_walls_english_words_are_whole(page: Page, demo: Platform) -> None:
    page.set_viewport_size({"width": 1920, "height": 1080})
    sign_in(page, demo, "leader")
    page.goto(f"{demo.address}/language/?to=en&next=/")
    page.goto(f"{demo.address}/?wall=1")
    assert page.evaluate(_ENDS_IN_DOTS) == []
    assert page.evaluate(_CUT_OFF) == []


@pytest.mark.parametrize("size", [(1920, 1080), (3840, 2160)])
def test_the_wall_shows_everything_without_scrolling(
    page: Page, demo: Platform, size: tuple[int, int]
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    sign_in(page, demo, "leader")
    page.goto(f"{demo.address}/?wall=1")
    assert page.locator(".indicator-card").count() == 15
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    assert page.evaluate(_CUT_OFF) == []
    # A word that ends in dots says nothing from afar; a shape is explained where it stands.
    assert page.evaluate(_ENDS_IN_DOTS) == []
    explained = "".join(page.locator(".wall-legend").all_inner_texts())
    assert all(s in explained for s in ("绿灯", "黄灯", "红灯", "灰灯", "数据迟报"))
    # Every county and zone is read by name and value, without its colour, or says when it last
    # reported: in the demonstration some are late.
    assert page.locator(".wall-areas li").count() == 13
    said = ".wall-areas li .value:visible, .wall-areas li .status:visible"
    assert page.locator(said).count() == 13
    assert page.locator(".wall-areas li .status-late:visible").count() < 7
    assert problems(page) == []


# Panels whose content is higher or wider than they are.
_CUT_OFF = """() => [...document.querySelectorAll(".board .card, .board .category, .strip > div")]
  .filter((e) => e.scrollHeight > e.clientHeight + 2 || e.scrollWidth > e.clientWidth + 2)
  .map((e) => e.className + " " + e.scrollHeight + " in " + e.clientHeight)"""


_ENDS_IN_DOTS = """() => [...document.querySelectorAll(".board *, .heading *")]
  .filter((e) => !(e instanceof SVGElement || e.matches(".visually-hidden, .indicator-card")))
  .filter((e) => e.matches(".goal") || getComputedStyle(e).overflowX === "hidden")
  .filter((e) => e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 2)
  .map((e) => e.className + " " + e.textContent.trim().slice(0, 40))"""


def test_esc_and_a_link_lead_out_of_the_wall(page: Page, demo: Platform) -> None:
    sign_in(page, demo, "leader")
    page.goto(f"{demo.address}/?wall=1")
    page.keyboard.press("Escape")
    page.wait_for_url(f"{demo.address}/")
    page.goto(f"{demo.address}/?wall=1")
    page.click("[data-leave]")
    page.wait_for_url(f"{demo.address}/")


def test_the_walls_clock_is_the_citys_wherever_the_screen_hangs(
    browser: Browser, demo: Platform
) -> None:
    context = browser.new_context(timezone_id="America/New_York", locale="zh-CN")
    page = context.new_page()
    sign_in(page, demo, "leader")
    page.goto(f"{demo.address}/?wall=1")
    expect(page.locator("[data-clock] time")).to_have_text(re.compile(r"\d\d:\d\d:\d\d"))
    shown = page.locator("[data-clock] time").inner_text()
    now = datetime.now(ZoneInfo("Asia/Shanghai"))
    hour, minute, second = (int(part) for part in shown.split(":"))
    seen = now.replace(hour=hour, minute=minute, second=second)
    assert abs(seen - now) < timedelta(seconds=30)
    assert f"{now.month}月{now.day}日" in page.locator("[data-clock] span").inner_text()
    context.close()


def test_the_page_of_an_error_has_a_code_and_a_next_step(page: Page, demo: Platform) -> None:
    sign_in(page, demo, "leader")
    page.goto(f"{demo.address}/no-such-page/")
    assert "not_found" in page.locator("main").inner_text()
    assert page.locator("main a.button-primary").is_visible()


def test_the_wall_keeps_its_picture_and_says_when_the_connection_is_lost(
    page: Page, demo: Platform
) -> None:
    sign_in(page, demo, "leader")
    page.goto(f"{demo.address}/?wall=1")
    expect(page.locator("[data-clock] time")).to_have_text(re.compile(r"\d\d:\d\d:\d\d"))
    ribbon = page.locator("#offline")
    expect(ribbon).to_be_hidden()
    page.route("**/?wall=1", lambda route: route.fulfill(status=429, body="away"))
    page.evaluate(_POLL)
    expect(ribbon).to_be_visible()
    expect(page.locator(".indicator-card")).to_have_count(15)
    page.unroute("**/?wall=1")
    page.evaluate(_POLL)
    expect(ribbon).to_be_hidden()
    expect(page.locator(".indicator-card")).to_have_count(15)


def test_the_wall_lives_through_a_cut_network(browser: Browser, demo: Platform) -> None:
    # A context of its own: a browser without network writes errors to its console.
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    page = context.new_page()
    sign_in(page, demo, "leader")
    page.goto(f"{demo.address}/?wall=1")
    ribbon = page.locator("#offline")
    context.set_offline(True)
    page.evaluate(_POLL)
    expect(ribbon).to_be_visible()
    expect(page.locator(".indicator-card")).to_have_count(15)
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    context.set_offline(False)
    page.evaluate(_POLL)
    expect(ribbon).to_be_hidden()
    context.close()


# What the wall does by itself every minute.
_POLL = """() => {
  const board = document.querySelector("#board");
  htmx.ajax("GET", board.getAttribute("hx-get"), {source: board, target: board,
    select: "#board", swap: "outerHTML"})?.catch(() => {});
}"""


@pytest.fixture
def review(page: Page, demo: Platform) -> Iterator[Page]:
    """A later revision of the demonstration's plan under review; laid aside afterwards."""
    sign_in(page, demo, "plan-office")
    page.goto(f"{demo.address}/plan/")
    page.set_input_files("input[type=file]", ROOT / "cities" / "yancheng" / "plan.txt")
    page.select_option("select[name=plan]", index=1)
    page.click("form[action$='/plan/load/'] button")
    page.wait_for_url(re.compile(r"/plan/\d+/review/"), timeout=30_000)
    address = page.url
    yield page
    page.goto(address)
    page.get_by_role("link", name="搁置…").click()
    page.get_by_role("button", name="搁置").click()
    expect(page.locator("#messages")).to_contain_text("已搁置")


def test_the_review_is_done_by_keyboard_and_counts_along(review: Page) -> None:
    progress = review.locator("#review-progress")
    before = int(re.findall(r"\d+", progress.inner_text())[0])
    review.keyboard.press("j")
    first = review.locator(".review-item.current")
    ref = first.get_attribute("id")
    review.keyboard.press("a")
    expect(review.locator(f"#{ref}")).to_contain_text("已采纳")
    expect(progress).to_contain_text(f"{before - 1}项待定")
    # The next item is current now; e opens its editor, Escape closes it.
    expect(review.locator(".review-item.current")).not_to_have_id(str(ref))
    review.keyboard.press("e")
    expect(review.locator(".review-item.current [name=subject]")).to_be_focused()
    review.keyboard.press("Escape")
    expect(review.locator(".review-item .editor[action*=correct]")).to_have_count(0)
    # The item stands there anew and is the current one again before a key moves on from it.
    expect(review.locator(".review-item.current")).not_to_have_id(str(ref))
    review.keyboard.press("k")
    expect(review.locator(".review-item.current")).to_have_id(str(ref))
    review.keyboard.press("u")
    expect(progress).to_contain_text(f"{before}项待定")


def test_words_selected_in_a_table_of_the_text_become_a_target(review: Page) -> None:
    review.click("[data-adder] summary")
    words = review.evaluate(_SELECT)
    form = review.locator("form[data-add-item]")
    expect(form.locator("[name=quote]")).to_have_value(words)
    form.locator("[name=subject]").fill("选中文字补充的目标")
    form.locator("[name=value]").fill("15")
    form.get_by_role("button", name="补充").click()
    added = review.locator(".review-item", has_text="选中文字补充的目标")
    expect(added).to_be_visible()
    ref = added.get_attribute("data-ref")
    assert ref
    expect(review.locator(f".document a[data-ref='{ref}']").first).to_have_text(words)


# Four characters within a cell of a table: their place in the text is not their place on the page.
_SELECT = """() => {
  const cells = [...document.querySelectorAll(".document td [data-at]")];
  const inside = (e) => [...e.childNodes].find((n) => n.nodeType === 3 && n.data.length > 12);
  const node = inside(cells.findLast(inside));
  const range = document.createRange();
  range.setStart(node, 4); range.setEnd(node, 8);
  getSelection().removeAllRanges(); getSelection().addRange(range);
  return node.data.slice(4, 8);
}"""


@pytest.mark.parametrize(("language", "title"), [("zh-hans", "正文"), ("en", "The ")])
def test_findings_are_grouped_by_severity_under_the_rules_name(
    page: Page, demo: Platform, language: str, title: str
) -> None:
    sign_in(page, demo, "leader")
    page.goto(f"{demo.address}/language/?to={language}&next=/findings/")
    counts = [int(found) for found in page.locator(".severity > h2 .count").all_inner_texts()]
    assert sum(counts) == page.locator(".finding").count()
    headings = page.locator(".severity > h3").all_inner_texts()
    assert any(title in heading for heading in headings)
    assert not any(re.fullmatch(r"[a-z-]+", heading) for heading in headings)


def test_no_page_carries_styles_or_scripts_of_its_own(page: Page, demo: Platform) -> None:
    sign_in(page, demo, "plan-office")
    for address in (*PAGES, "/indicators/plan.01/"):
        # As it is sent: what a chart's script sets later is no style of the page.
        sent = page.request.get(demo.address + address).text()
        assert "<main" in sent, address
        assert not re.findall(r"<[a-z][^>]*\sstyle=", sent), address
        scripts = re.findall(r"<script[^>]*>", sent)
        assert all("src=" in tag or "application/json" in tag for tag in scripts), address


@pytest.mark.parametrize(
    ("language", "name", "says"),
    [
        (
            "zh-hans",
            "数字经济核心产业营业收入",
            ("单位：亿元", "截至 ", "来源：模拟", "模拟数据，不是真实城市的数据"),
        ),
        (
            "en",
            "Revenue of core digital industries",
            ("Unit: 亿元", "Up to ", "source: simulated", "Simulated data"),
        ),
    ],
)
def test_a_charts_picture_says_what_it_shows_and_that_it_is_simulated(
    page: Page, demo: Platform, language: str, name: str, says: tuple[str, ...], tmp_path: Path
) -> None:
    sign_in(page, demo, "leader")
    page.goto(f"{demo.address}/language/?to={language}&next=/")
    page.goto(demo.address + str(page.locator(".indicator-card .name").first.get_attribute("href")))
    expect(page.locator("#path-chart svg")).to_be_visible()
    for kind in ("svg", "png"):
        with page.expect_download() as found:
            page.click(f"[data-download][data-type={kind}]")
        file = found.value.suggested_filename
        assert re.fullmatch(rf"{name}-\d{{4}}-\d\d\.{kind}", file)
        found.value.save_as(tmp_path / kind)
    drawn = (tmp_path / "svg").read_text()
    assert not [words for words in (name, *says) if words not in drawn]


def test_a_year_is_named_in_its_middle_and_its_target_stands_at_its_end(
    page: Page, demo: Platform
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page, demo, "leader")
    page.goto(demo.address + str(page.locator(".indicator-card .name").first.get_attribute("href")))
    expect(page.locator("#path-chart svg")).to_be_visible()
    texts = page.locator("#path-chart svg text")
    boxes = {
        str(texts.nth(at).text_content()): texts.nth(at).bounding_box()
        for at in range(texts.count())
    }

    def middle(words: str) -> float:
        box = boxes[words]
        assert box
        return box["x"] + box["width"] / 2

    assert middle("2025") < middle("2,300") < middle("2026") < middle("2,600") < middle("2027")
    # What is known now is written on no target.
    newest = boxes[next(words for words in boxes if re.fullmatch(r"[\d,]+\.\d+", words))]
    knot = boxes["2,300"]
    assert newest
    assert knot
    assert newest["x"] > knot["x"] + knot["width"] or newest["y"] > knot["y"] + knot["height"] + 12

"""The statistics bay from a file to the cockpit and back, as its people do it; every page of it at
every size, in both languages."""

import re
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from shucheng.lib.credit_code import check_character
from tests.e2e.accessibility import problems
from tests.e2e.conftest import Platform, sign_in

pytestmark = pytest.mark.browser

# Of a class that counts in part: 数字技术研究和试验发展, 040703.
CLASS, INDUSTRY = "040703", "7320"
OWN, OTHER = "滨海县", "亭湖区"


def credit_code(number: int) -> str:
    body = f"91320922{number:09}"
    return body + check_character(body)


FIRM, NEIGHBOUR = credit_code(900_000_001), credit_code(900_000_002)
REGISTER = "\n".join(
    (
        "统一社会信用代码,企业名称,行业代码,所属区县,企业规模,是否规上",
        f"{FIRM},滨海数字研究有限公司,{INDUSTRY},{OWN},大型,是",
        f"{NEIGHBOUR},亭湖数字研究有限公司,{INDUSTRY},{OTHER},大型,是",
        f"{FIRM[:-1]}?,错码有限公司,{INDUSTRY},{OWN},小型,否",
    )
)


def send(page: Page, demo: Platform, kind: str, text: str, month: str = "") -> None:
    """Send a file and confirm its columns as they were proposed; until it is read."""
    page.goto(f"{demo.address}/statistics/batches/")
    form = page.locator("form[enctype]")
    form.locator("[name=kind]").select_option(kind)
    form.locator("[name=month]").fill(month)
    file = {"name": f"{kind}.csv", "mimeType": "text/csv", "buffer": text.encode()}
    form.locator("[name=file]").set_input_files(file)  # type: ignore[arg-type]
    form.locator("button").click()
    page.locator("form[action$='/columns/'] .button-primary").click(timeout=60_000)
    expect(page.locator("form[action$='/take/'] button")).to_be_visible(timeout=60_000)


def take_over(page: Page) -> None:
    page.locator("form[action$='/take/'] button").click()
    expect(page.locator("#batch .status-good")).to_be_visible(timeout=120_000)


def newest_month(page: Page, demo: Platform) -> int:
    page.goto(f"{demo.address}/statistics/accounts/")
    return int(page.locator("select[name=period] option").first.get_attribute("value") or 0)


def cell(page: Page, demo: Platform, month: int) -> tuple[float, float]:
    """The bounds of the class's revenue in the county, since January."""
    asked = f"scheme=minor&by=area&measure=revenue&basis=ytd&period={month}"
    page.goto(f"{demo.address}/statistics/accounts/?{asked}")
    heads = [text.strip() for text in page.locator("[data-table=accounts] th").all_inner_texts()]
    at = next(place for place, head in enumerate(heads) if head.startswith(OWN))
    row = page.locator("[data-table=accounts] tbody tr", has_text=CLASS)
    shown = row.locator("td").nth(at).inner_text().strip().replace(",", "")
    low, _dash, high = shown.partition("–")
    return float(low), float(high or low)


def cockpit_value(page: Page, demo: Platform) -> Locator:
    """How many core firms above designated size there are, on the cockpit."""
    page.goto(demo.address)
    card = page.locator(".indicator-card", has_text="规上数字经济核心产业企业")
    return card.locator("a.value").first


def cockpit_figure(page: Page, demo: Platform) -> str:
    return cockpit_value(page, demo).inner_text()


@dataclass
class Journey:
    """What one test of the journey leaves to the next: the newest month that firms reported, and
    what the cockpit showed before."""

    month: int = 0
    figure: str = ""


@pytest.fixture(scope="module")
def journey() -> Journey:
    return Journey()


def test_a_file_becomes_firms_and_an_error_in_it_is_named(
    page: Page, demo: Platform, journey: Journey
) -> None:
    sign_in(page, demo, "plan-office")
    journey.month, journey.figure = newest_month(page, demo), cockpit_figure(page, demo)
    send(page, demo, "register", REGISTER, "2025-01")
    wrong = page.locator("section", has_text="错码").or_(
        page.locator("tr", has_text=f"{FIRM[:-1]}?")
    )
    expect(wrong.last).to_contain_text("4")
    expect(page.locator(".strip")).to_contain_text("2")
    take_over(page)
    year, last = divmod(journey.month, 100)
    rows = ["统一社会信用代码,报告期,营业收入,上年同期营业收入,从业人员期末人数"]
    for firm, amount in ((FIRM, 300_000), (NEIGHBOUR, 200_000)):
        for each in (last - 1, last):
            since_january = amount * each
            rows.append(f"{firm},{year}-{each:02},{since_january},{since_january * 9 // 10},300")
    send(page, demo, "returns", "\n".join(rows))
    take_over(page)
    page.goto(f"{demo.address}/statistics/firms/?q={FIRM}")
    page.get_by_role("link", name="滨海数字研究有限公司").click()
    expect(page.locator("h1")).to_have_text("滨海数字研究有限公司")
    expect(page.locator("main")).to_contain_text(CLASS)
    expect(page.locator("#ladder")).to_be_visible()


def test_a_coefficient_is_approved_by_another_and_the_bounds_close(
    page: Page, demo: Platform, journey: Journey
) -> None:
    sign_in(page, demo, "plan-office")
    low, high = cell(page, demo, journey.month)
    assert low < high
    page.goto(f"{demo.address}/statistics/firms/{FIRM}/")
    page.get_by_role("link", name="提出").click()
    form = page.locator("#propose form")
    expect(form.locator("[name=firm]")).to_have_value(re.compile(FIRM))
    form.locator("[name=class]").select_option(CLASS)
    form.locator("[name=share]").fill("40")
    form.locator("[name=since]").fill("2025-01")
    form.locator("[name=reason]").fill("按数字技术研发收入占比")
    form.locator("button").click()
    waiting = page.locator("tr", has_text="滨海数字研究有限公司")
    expect(waiting).to_be_visible()
    # Who proposed it does not decide it.
    expect(waiting.locator("button[value=approve]")).to_have_count(0)
    page.context.clear_cookies()
    sign_in(page, demo, "reviewer")
    page.goto(f"{demo.address}/statistics/coefficients/")
    mine = page.locator("tr", has_text="滨海数字研究有限公司")
    mine.locator("summary").click()
    mine.locator("[name=reason]").fill("同意")
    mine.locator("button[value=approve]").click()
    expect(page.locator("#messages")).not_to_be_empty()
    page.context.clear_cookies()
    sign_in(page, demo, "plan-office")
    closed_low, closed_high = cell(page, demo, journey.month)
    assert closed_high - closed_low < high - low
    assert low < closed_low <= closed_high < high


def test_the_figure_reaches_the_cockpit_and_leads_back_to_the_firms(
    page: Page, demo: Platform, journey: Journey
) -> None:
    sign_in(page, demo, "plan-office")
    page.goto(f"{demo.address}/statistics/")
    page.locator("form[action$='/measure/'] button").click()
    expect(page.locator("#messages")).to_contain_text("重新汇总")
    deadline = time.monotonic() + 180
    while cockpit_figure(page, demo) == journey.figure:
        assert time.monotonic() < deadline, "the cockpit still shows the figure before"
        page.wait_for_timeout(3_000)
    cockpit_value(page, demo).click()
    page.locator("dialog#drawer").get_by_role("link", name="查看这个数背后的企业").click()
    page.wait_for_url("**/statistics/behind/**")
    expect(page.locator("main")).to_contain_text("合计")
    file = page.request.get(f"{page.url}firms.csv")
    assert FIRM in file.text()


def test_a_county_sees_its_own_firms_alone(page: Page, demo: Platform) -> None:
    sign_in(page, demo, "county")
    page.goto(f"{demo.address}/statistics/firms/?q={FIRM}")
    expect(page.get_by_role("link", name="滨海数字研究有限公司")).to_be_visible()
    page.goto(f"{demo.address}/statistics/firms/?q={NEIGHBOUR}")
    expect(page.locator("main tbody tr")).to_have_count(0)
    assert page.goto(f"{demo.address}/statistics/firms/{NEIGHBOUR}/").status == 404  # type: ignore[union-attr]
    page.goto(f"{demo.address}/statistics/firms/")
    areas = page.locator("main tbody td:nth-child(2)").all_inner_texts()
    assert areas
    assert {text.split()[0] for text in areas} == {OWN}


def test_a_reader_sees_what_is_withheld_as_withheld(page: Page, demo: Platform) -> None:
    sign_in(page, demo, "leader")
    page.goto(f"{demo.address}/statistics/accounts/")
    withheld = page.locator("[data-table=accounts] abbr", has_text="保密")
    count = withheld.count()
    assert count > 0
    expect(page.locator(".notice")).to_contain_text(str(count))
    # No cell leads to firms, and the file tells no more than the page.
    expect(page.locator("[data-table=accounts] a[href*='/accounts/firms/']")).to_have_count(0)
    asked = page.url.partition("?")[2]
    answer = page.request.get(f"{demo.address}/statistics/accounts/table.csv?{asked}")
    assert answer.ok
    assert answer.text().count("withheld") + answer.text().count("保密") >= count
    for address in ("/statistics/firms/", f"/statistics/firms/{FIRM}/", "/statistics/batches/"):
        assert page.request.get(demo.address + address).status in (403, 404), address


def test_an_index_shows_beside_each_rank_how_firm_it_is(
    page: Page, demo: Platform, tmp_path: Path
) -> None:
    sign_in(page, demo, "leader")
    page.goto(f"{demo.address}/statistics/indexes/county_digital_economy/")
    heads = page.locator("main table").first.locator("th").all_inner_texts()
    at = {name: next(i for i, head in enumerate(heads) if name in head)
          for name in ("位次", "九成位次区间", "稳定度")}  # fmt: skip
    rows = page.locator("main table").first.locator("tbody tr").all()
    assert len(rows) == 13
    for row in rows:
        cells = row.locator("td").all_inner_texts()
        low, high = map(int, re.findall(r"\d+", cells[at["九成位次区间"]]))
        assert low <= int(cells[at["位次"]]) <= high
        assert 0 <= int(cells[at["稳定度"]]) <= 100
    expect(page.locator(".rank-chart circle")).to_have_count(13)
    for kind in ("png", "svg", "csv"):
        with page.expect_download() as found:
            page.locator(f"[data-picture][data-type={kind}]").first.click()
        found.value.save_as(tmp_path / kind)
        assert (tmp_path / kind).stat().st_size > 500


def test_the_board_is_walked_by_keyboard_and_a_firm_moves_on(page: Page, demo: Platform) -> None:
    sign_in(page, demo, "plan-office")
    page.goto(f"{demo.address}/statistics/prospects/")
    first = page.locator(".stage-column").first.locator(".stage-card .name")
    first.first.focus()
    page.keyboard.press("ArrowDown")
    expect(first.nth(1)).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".stage-column").nth(1).locator(".stage-card .name").nth(1)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    name = first.nth(1).inner_text()
    page.locator(".stage-card", has_text=name).locator(".onward").press("Enter")
    form = page.locator("#step form")
    expect(form.locator("[name=stage]")).to_have_value("contacted")
    form.locator("[name=text]").fill("已电话联系")
    form.locator("[name=due]").fill("2099-01-31")
    form.locator("button").click()
    expect(page.locator(".timeline")).to_contain_text("已电话联系")
    page.goto(f"{demo.address}/statistics/prospects/")
    expect(page.locator(".stage-column").nth(1)).to_contain_text(name)


PAGES = (
    "",
    "accounts/",
    "growth/",
    "industries/",
    "indexes/",
    "indexes/county_digital_economy/",
    "indexes/county_digital_economy/320904/",
    "indexes/county_digital_economy/definition/",
    "indexes/smart_factory_maturity/",
    "publications/",
    "ladder/?rung=high_tech&show=one_short",
    "prospects/",
    "prospects/?view=table",
    "firms/",
    "batches/",
    "coefficients/",
    "duplicates/",
    "definitions/",
    "imputation/",
)
SIZES = {"office": (1366, 768), "wide": (1920, 1080), "phone": (390, 844)}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("size", SIZES)
def test_every_page_fits_is_accessible_and_translated(
    page: Page, demo: Platform, language: str, size: str
) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    sign_in(page, demo, "plan-office")
    page.goto(f"{demo.address}/language/?to={language}&next=/account/")
    found = {}
    for address in PAGES:
        page.goto(f"{demo.address}/statistics/{address}")
        wrong = problems(page)
        spill = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if spill > 0:
            wrong.append(f"spills {spill}px to the right")
        foreign = _FOREIGN[language]
        words = [_UNIT.sub("", text) for text in page.evaluate(_WORDS)]
        wrong += [f"not translated: {text}" for text in words if foreign.search(text)]
        if wrong:
            found[address] = wrong
    assert not found


# What the program says, not what its data say: headings, heads, labels, buttons, tabs, choices of
# its own. Abbreviations and units of the trade are the same in both languages.
_WORDS = """() => [...document.querySelectorAll(
    "main h1, main h2, main h3, main th, main label, main .label, main button, .tabs a, main dt, "
    + "main summary, .heading p, main .note, main .status, .switch a, main .empty")]
  .map((e) => [...e.childNodes].filter((n) => n.nodeType === 3 || n.matches?.("button.sort"))
    .map((n) => n.textContent).join(" ").replace(/\\s+/g, " ").trim())
  .filter((text) => text)"""
_UNIT = re.compile(r"(?<![\u4e00-\u9fff])(亿元|万元|家|个|人)(?![\u4e00-\u9fff])")
_FOREIGN = {
    "en": re.compile(r"[\u4e00-\u9fff]"),
    "zh-hans": re.compile(r"\b(?!Excel|Parquet|Sobol|OECD|DCMM|YAML|xlsx|parquet)[A-Za-z]{4,}"),
}

"""The plan office's rarer moments: two people at once, no scripts, another plan in force."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.accessibility import problems
from tests.e2e.conftest import ROOT, Platform, sign_in
from tests.e2e.test_main_job import lay_aside

pytestmark = pytest.mark.browser

PLAN = ROOT / "cities" / "yancheng" / "plan.txt"
SIZES = {"office": (1366, 768), "phone": (390, 844)}


def load(page: Page, demo: Platform, file: Path, plan: str = "?") -> str:
    """Load a file and wait for its review; returns the review's address."""
    page.goto(f"{demo.address}/plan/")
    page.set_input_files("input[type=file]", file)
    page.select_option("select[name=plan]", plan)
    page.click("form[action$='/plan/load/'] button")
    page.wait_for_url(re.compile(r"/plan/\d+/review/"), timeout=30_000)
    return page.url


@pytest.fixture
def under_review(page: Page, demo: Platform) -> Iterator[str]:
    sign_in(page, demo, "plan-office")
    address = load(page, demo, PLAN)
    yield address
    page.goto(address)
    lay_aside(page)


def test_the_same_title_is_a_revision_unless_told_otherwise(page: Page, demo: Platform) -> None:
    sign_in(page, demo, "plan-office")
    load(page, demo, PLAN)
    expect(page.locator("main")).not_to_contain_text("已有同名计划")
    lay_aside(page)
    address = load(page, demo, PLAN, plan="")
    expect(page.locator(".notice-watch")).to_contain_text("已有同名计划")
    page.get_by_role("button", name="改为该计划的修订稿").click()
    expect(page.locator("#messages")).to_contain_text("修订稿")
    page.goto(address.replace("/review/", "/publish/"))
    expect(page.locator("h1")).to_have_text("发布为第2版")
    page.goto(address)
    lay_aside(page)


def test_two_at_once_on_one_item(page: Page, under_review: str) -> None:
    other = page.context.new_page()
    other.goto(under_review)
    other.locator("#t3").get_by_role("button", name="采纳").click()
    expect(other.locator("#t3")).to_contain_text("已采纳")
    page.locator("#t3").get_by_role("button", name="剔除").click()
    row = page.locator("#t3")
    expect(row).to_contain_text("您的决定没有保存")
    expect(row).to_contain_text("已采纳")
    expect(page.locator("#messages")).to_contain_text("conflict")
    row.get_by_role("button", name="剔除").click()
    expect(row).to_contain_text("已剔除")
    other.close()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("size", SIZES)
def test_the_pages_before_publishing_fit_and_are_accessible(
    page: Page, demo: Platform, under_review: str, language: str, size: str
) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{demo.address}/language/?to={language}&next=/")
    found = {}
    for name in ("publish", "discard", "difference", "review", "text"):
        page.goto(re.sub(r"/review/.*", f"/{name}/", under_review))
        spill = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        wrong = problems(page)
        if spill > 0:
            wrong.append(f"spills {spill}px to the right")
        if wrong:
            found[name] = wrong
    page.goto(f"{demo.address}/language/?to=zh-hans&next=/")
    page.set_viewport_size({"width": 1366, "height": 768})
    assert not found


def test_the_text_follows_to_the_sentence_that_is_corrected_or_added(
    page: Page, under_review: str
) -> None:
    last = page.locator(".review-item").last
    ref = last.get_attribute("data-ref") or ""
    sentence = page.locator(f".document [data-ref='{ref}']").first
    expect(sentence).not_to_be_in_viewport()
    last.get_by_role("link", name="更正").click()
    expect(page.locator(f"#{ref} .editor")).to_be_visible()
    expect(sentence).to_be_in_viewport()

    # What was refused is said; once it is saved the refusal goes.
    editor = page.locator(f"#{ref} .editor")
    editor.locator("[name=year]").fill("99")
    editor.get_by_role("button", name="保存").click()
    expect(page.locator("#messages")).to_contain_text("未保存")
    editor.locator("[name=year]").fill("2027")
    editor.get_by_role("button", name="保存").click()
    expect(page.locator(f"#{ref}")).to_contain_text("已更正")
    expect(page.locator("#messages")).not_to_contain_text("未保存")

    page.locator("[data-adder] summary").click()
    form = page.locator("form[data-add-item]")
    words = "创成省级以上可信数据空间试点"
    form.locator("[name=quote]").fill(words)
    form.locator("[name=subject]").fill("补充的目标")
    form.locator("[name=value]").fill("7")
    form.get_by_role("button", name="补充").click()
    page.wait_for_url(re.compile("#x1$"))
    expect(sentence).to_be_in_viewport()


def test_on_a_phone_an_item_that_is_tapped_shows_its_sentence(
    page: Page, under_review: str
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(under_review)
    item = page.locator(".review-item").nth(9)
    expect(item.locator(".said")).not_to_be_visible()
    item.locator(".what").click()
    expect(item.locator(".said")).to_be_in_viewport()
    page.set_viewport_size({"width": 1366, "height": 768})
    expect(item.locator(".said")).not_to_be_visible()


def test_a_review_without_scripts(browser: Browser, page: Page, under_review: str) -> None:
    plain = browser.new_context(
        java_script_enabled=False, storage_state=page.context.storage_state()
    ).new_page()
    plain.goto(under_review)
    plain.locator("#t1").get_by_role("button", name="采纳").click()
    expect(plain.locator("#t1")).to_contain_text("已采纳")
    plain.locator("#t2").get_by_role("link", name="更正").click()
    plain.locator("#t2 [name=value]").fill("很多")
    plain.locator("#t2").get_by_role("button", name="保存").click()
    expect(plain.locator("#t2 .field.invalid")).to_contain_text("不是数字")
    plain.locator("#t2 [name=value]").fill("910")
    plain.locator("#t2").get_by_role("button", name="保存").click()
    expect(plain.locator("#t2")).to_contain_text("910")
    plain.locator("#t2").get_by_role("button", name="撤销").click()
    expect(plain.locator("#t2")).to_contain_text("900")
    plain.locator("[data-adder] summary").click()
    form = plain.locator("form[data-add-item]")
    form.locator("[name=quote]").fill("全市软件产业规模达到100亿元")
    form.locator("[name=subject]").fill("不用脚本补充的目标")
    form.locator("[name=value]").fill("100")
    form.get_by_role("button", name="补充").click()
    expect(plain.locator("main")).to_contain_text("不用脚本补充的目标")
    plain.context.close()

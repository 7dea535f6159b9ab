"""The main job, in a real browser: load the plan, review, correct, publish, follow a number."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import ROOT, Platform, sign_in

pytestmark = pytest.mark.browser

TITLE = "盐城市数字经济高质量发展三年行动计划(2025-2027年)"


def plan_file() -> Path:
    """The official text where it is at hand, else its restatement from the city pack."""
    official = ROOT.parent / "shared" / "plans" / "yancheng-2025.txt"
    return official if official.exists() else ROOT / "cities" / "yancheng" / "plan.txt"


def test_from_a_file_to_the_cockpit_and_back_to_the_sentence(page: Page, empty: Platform) -> None:
    sign_in(page, empty, "plan-office")
    expect(page.locator("main")).to_contain_text("尚未发布行动计划")

    # Load: the job compiles, the review opens by itself.
    page.click("main a.button-primary")
    page.set_input_files("input[type=file]", plan_file())
    page.click("main button.button-primary")
    page.wait_for_url(re.compile(r"/plan/\d+/review/"), timeout=30_000)
    expect(page.locator("h1")).to_have_text(TITLE)
    expect(page.locator(".tabs")).to_contain_text("58")

    # Text and items are linked both ways.
    item = page.locator(".review-item", has_text="全市算力规模").first
    ref = item.get_attribute("data-ref")
    item.hover()
    passage = page.locator(f".document [data-ref='{ref}']")
    expect(passage).to_have_class(re.compile("lit"))
    expect(passage).to_contain_text("20000P")
    passage.hover()
    expect(item).to_have_class(re.compile("lit"))

    # Correct one target; what is wrong is said beside it.
    item.get_by_role("link", name="更正").click()
    editor = page.locator(f"#{ref} form")
    expect(editor.locator("[name=subject]")).to_be_focused()
    editor.locator("[name=value]").fill("很多")
    editor.get_by_role("button", name="保存").click()
    expect(editor.locator(".field.invalid")).to_contain_text("不是数字")
    expect(editor.locator("[name=value]")).to_have_value("很多")
    expect(editor.locator("[name=subject]")).to_be_focused()
    editor.locator("[name=value]").fill("21000")
    editor.locator("[name=note]").fill("按会议纪要更正")
    editor.get_by_role("button", name="保存").click()
    expect(page.locator(f"#{ref}")).to_contain_text("21,000")
    expect(page.locator(f"#{ref}")).to_contain_text("已更正")

    # Accept another, and look at what lint found, with its sentences.
    page.locator(".review-item", has_text="农业生产信息化率").first.get_by_role(
        "button", name="采纳"
    ).click()
    expect(page.locator(".review-item", has_text="农业生产信息化率").first).to_contain_text(
        "已采纳"
    )
    page.locator(".tabs a", has_text="检查发现").click()
    expect(page.locator(".review-item").first).to_contain_text("警告")

    # Publish, find it in the cockpit, follow the number to its sentence.
    page.get_by_role("link", name="发布…").click()
    expect(page.locator("tr", has_text="目标").first).to_contain_text("58")
    page.get_by_role("button", name="发布第1版").click()
    page.wait_for_url(f"{empty.address}/")
    expect(page.locator("#messages")).to_contain_text(f"《{TITLE}》第1版已发布")
    expect(page.locator(".indicator-card")).to_have_count(15)
    expect(page.locator(".indicator-card").first).to_contain_text("尚无数据")
    page.fill("input[name=q]", "全市算力规模")
    page.press("input[name=q]", "Enter")
    page.locator("a.what", has_text="21,000").click()
    expect(page.locator("blockquote mark")).to_contain_text("算力规模突破20000P")
    expect(page.locator(".steps")).to_contain_text("按会议纪要更正")
    page.locator(".steps a[href*='#found']").click()
    expect(page.locator("#found")).to_be_in_viewport()

    # The same in English.
    page.get_by_role("link", name="English").click()
    page.goto(f"{empty.address}/")
    expect(page.locator(".indicator-card").first).to_contain_text("No data yet")
    expect(page.locator("nav.nav")).to_contain_text("Cockpit")


def test_a_later_revision_shows_what_changed(page: Page, demo: Platform, tmp_path: Path) -> None:
    sign_in(page, demo, "plan-office")
    text = (ROOT / "cities" / "yancheng" / "plan.txt").read_text("utf-8")
    revised = tmp_path / "修订稿.txt"
    changed = re.sub(r"(算力规模[^0-9]{0,4})20000P", r"\g<1>30000P", text)
    assert changed != text
    revised.write_text(changed, encoding="utf-8")
    page.goto(f"{demo.address}/plan/")
    page.set_input_files("input[type=file]", revised)
    page.select_option("select[name=plan]", index=1)
    page.click("main form button.button-primary")
    page.wait_for_url(re.compile(r"/plan/\d+/review/"), timeout=30_000)
    page.get_by_role("link", name="版本差异").click()
    row = page.locator("tr", has_text="算力规模")
    expect(row).to_contain_text("提高")
    expect(row).to_contain_text("20,000")
    expect(row).to_contain_text("30,000")
    page.go_back()
    page.get_by_role("link", name="发布…").click()
    expect(page.locator("main")).to_contain_text("与现行版本相比的变化")
    expect(page.locator("tr", has_text="算力规模")).to_contain_text("提高")
    page.go_back()
    lay_aside(page)


def lay_aside(page: Page) -> None:
    page.get_by_role("link", name="搁置…").click()
    page.get_by_role("button", name="搁置").click()
    expect(page.locator("#messages")).to_contain_text("已搁置")


def test_a_file_that_is_no_plan_is_told_so(page: Page, demo: Platform, tmp_path: Path) -> None:
    sign_in(page, demo, "plan-office")
    blank = tmp_path / "空白.txt"
    blank.write_text("   \n\n", encoding="utf-8")
    page.goto(f"{demo.address}/plan/")
    page.set_input_files("input[type=file]", blank)
    page.click("main form button.button-primary")
    expect(page.locator("[role=alert]")).to_be_visible(timeout=30_000)
    expect(page.locator("[role=alert]")).to_contain_text("文件是空的，或只有空白")
    expect(page.locator("[role=alert]")).to_contain_text("plan.empty")
    expect(page.locator("main")).not_to_contain_text("自动进入审阅")
    page.goto(f"{demo.address}/plan/")
    expect(page.locator("select[name=plan]")).not_to_contain_text("空白")
    page.locator("tr", has_text="空白.txt").get_by_role("button", name="移除").click()
    expect(page.locator("#messages")).to_contain_text("已从列表中移除")


def test_a_simulated_figure_explains_itself_in_the_drawer(page: Page, demo: Platform) -> None:
    sign_in(page, demo, "leader")
    expect(page.locator(".ribbon").first).to_contain_text("模拟数据")
    page.locator(".indicator-card").first.click()
    page.locator("a.figure").click()
    drawer = page.locator("dialog#drawer")
    expect(drawer).to_be_visible()
    expect(drawer).to_contain_text("模拟数据")
    expect(drawer.locator("blockquote mark")).to_contain_text("数字经济核心产业营业收入")
    page.keyboard.press("Escape")
    expect(drawer).not_to_be_visible()


def test_everything_asked_of_an_organisation_is_on_one_page(page: Page, demo: Platform) -> None:
    sign_in(page, demo, "liaison")
    page.goto(f"{demo.address}/duties/市数据局/")
    expect(page.locator("h1")).to_contain_text("市数据局")
    for heading in ("指标", "任务", "工作要点"):
        expect(page.locator("h2", has_text=heading).first).to_be_visible()
    expect(page.locator("main")).to_contain_text("公共数据授权运营指数")


def test_a_liaison_is_not_offered_and_not_allowed_to_load_a_plan(
    page: Page, demo: Platform
) -> None:
    sign_in(page, demo, "liaison")
    page.goto(f"{demo.address}/plan/")
    expect(page.locator("input[type=file]")).to_have_count(0)


def test_the_keyboard_reaches_search_and_content(page: Page, demo: Platform) -> None:
    sign_in(page, demo, "leader")
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    page.keyboard.press("Control+k")
    expect(page.locator("input[name=q]")).to_be_focused()

"""A whole cycle in a real browser: reported by workbook, returned, approved; the light turns; an
item of supervision is raised, answered and closed; the briefing is issued and opened."""

import csv
import io
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from docx import Document
from playwright.sync_api import Page, expect

from shucheng.kernel.reporting.engine.workbook.layout import COLUMNS, HEAD_ROW
from shucheng.plan.public import read_pack, returned_area
from tests.e2e.conftest import ROOT, Platform, copied, sign_in
from tests.operations.site import missing

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def city(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A demonstration of its own: this story changes what others look at."""
    yield from copied(filled, tmp_path_factory.mktemp("cycle"))


def become(page: Page, city: Platform, who: str) -> None:
    page.context.clear_cookies()
    sign_in(page, city, who)


def press(page: Page, move: str) -> None:
    """The button of the form that makes a move."""
    page.locator(f"form[action$='/{move}/'] button").first.click()


def fill_workbook(path: Path, change: dict[int, str]) -> bytes:
    """The template with a value in each row that asks for one; `change` puts others by row."""
    book = openpyxl.load_workbook(path)
    sheet = book.active
    assert sheet is not None
    value, reason, before = (COLUMNS.index(name) + 1 for name in ("value", "reason", "previous"))
    rows = [
        row
        for row in range(HEAD_ROW + 1, sheet.max_row + 1)
        if not sheet.cell(row, value).protection.locked
    ]
    for position, row in enumerate(rows):
        known = sheet.cell(row, before).value
        sheet.cell(row, value).value = change.get(position, 0 if known is None else known)
        sheet.cell(row, reason).value = "已与企业核对"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(page: Page, task: str, data: bytes) -> None:
    page.goto(f"{task}upload/")
    page.set_input_files(
        "input[type=file]",
        {
            "name": "filled.xlsx",
            "mimeType": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "buffer": data,
        },
    )
    page.get_by_role("button", name="读取并核对").click()


def returned_task(page: Page, city: Platform) -> str:
    page.goto(f"{city.address}/reporting/")
    page.locator("#returned a").first.click()
    return page.url


def test_from_a_workbook_with_two_errors_to_a_light_that_turns(
    page: Page, city: Platform, tmp_path: Path
) -> None:
    become(page, city, "county")
    task = returned_task(page, city)
    before = county_lights(page, city)
    assert "蓝灯" in before.values()

    with page.expect_download() as download:
        page.goto(task)
        page.get_by_role("link", name="下载模板").click()
    template = tmp_path / "template.xlsx"
    download.value.save_as(template)
    upload(page, task, fill_workbook(template, {0: "许多", 1: "=1+1"}))
    problems = page.locator("section[aria-label='问题'] tbody tr, section .table tbody tr")
    expect(page.locator("main")).to_contain_text("错误")
    assert problems.count() >= 2
    upload(page, task, fill_workbook(template, {}))
    page.get_by_role("button", name=re.compile("项写入草稿")).click()
    page.goto(task)
    page.get_by_role("button", name="提交").click()
    expect(page.locator("main")).to_contain_text("已提交")

    become(page, city, "department")
    page.goto(task)
    page.fill("#comment", "请核对第一项")
    page.check(".confirm input")
    page.get_by_role("button", name="退回").click()

    become(page, city, "county")
    page.goto(task)
    expect(page.locator("main")).to_contain_text("请核对第一项")
    page.get_by_role("button", name="提交").click()
    expect(page.locator("main")).to_contain_text("退回后数据和佐证材料均未修改")
    page.fill("input[name=comment]", "已核对，数据无误")
    page.get_by_role("button", name="提交").click()
    expect(page.locator("main")).to_contain_text("已提交")

    for reviewer in ("department", "plan-office"):
        become(page, city, reviewer)
        page.goto(task)
        page.check(".confirm input")
        page.get_by_role("button", name="通过").click()
    page.goto(task)
    expect(page.locator("main")).to_contain_text("已发布")
    after = county_lights(page, city)
    turned = {name for name, light in before.items() if light == "蓝灯" != after[name]}
    assert turned


def county_lights(page: Page, city: Platform) -> dict[str, str]:
    """Indicator → light, in the county whose quarterly figures were returned."""
    area = returned_area(read_pack(ROOT / "cities" / "yancheng"))
    answer = page.request.get(f"{city.address}/monitoring/data.csv?area={area}")
    rows = csv.DictReader(io.StringIO(answer.text().lstrip("\ufeff")))
    return {row["指标"]: row["亮灯"] for row in rows}


def test_a_red_light_becomes_an_item_that_is_answered_and_closed(
    page: Page, city: Platform
) -> None:
    become(page, city, "plan-office")
    page.goto(f"{city.address}/supervision/proposals/")
    page.locator("tbody a[href*='/propose/']").first.click()
    expect(page.locator("main")).to_contain_text("序时进度")
    page.select_option("select[name=lead]", label="市工信局")
    page.get_by_role("button", name="存为草稿").click()
    page.wait_for_url(re.compile(r"/supervision/items/"))
    item = page.url
    press(page, "submit")
    become(page, city, "leader")
    page.goto(item)
    press(page, "approve")
    become(page, city, "plan-office")
    page.goto(item)
    press(page, "issue")
    become(page, city, "liaison")
    page.goto(item)
    press(page, "sign")
    page.locator("form[action$='/reply/'] textarea").fill("已约谈三家企业,下月补报。")
    press(page, "reply")
    page.locator("summary", has_text="报请办结").click()
    page.locator("form[action$='/finish/'] textarea").fill("已达到序时进度。")
    press(page, "finish")
    become(page, city, "plan-office")
    page.goto(item)
    expect(page.locator("main")).to_contain_text("已约谈三家企业")
    press(page, "close")
    expect(page.locator("main")).to_contain_text("办结")


def test_the_briefing_is_issued_downloaded_and_opens(
    page: Page, city: Platform, tmp_path: Path
) -> None:
    become(page, city, "plan-office")
    page.goto(f"{city.address}/briefings/new/")
    # The demonstration has issued the newest month's already.
    page.locator("#period").select_option(index=1)
    page.get_by_role("button", name="生成草稿").click()
    issue = page.get_by_role("button", name="印发简报")
    issue.wait_for(timeout=60_000)
    issue.click()
    word = page.get_by_role("link", name="Word", exact=True)
    word.wait_for(timeout=60_000)
    with page.expect_download() as download:
        word.click()
    file = tmp_path / "briefing.docx"
    download.value.save_as(file)
    text = "\n".join(paragraph.text for paragraph in Document(str(file)).paragraphs)
    assert "模拟" in text
    assert len(text) > 500
    assert pages_of(file, tmp_path) >= 2


def pages_of(file: Path, folder: Path) -> int:
    """How many pages an office program makes of it; each has something on it."""
    office = shutil.which("soffice")
    if office is None:
        missing("LibreOffice")
    subprocess.run(
        [office, "--headless", "--convert-to", "pdf", "--outdir", folder, file],
        check=True,
        capture_output=True,
        timeout=180,
    )
    said = subprocess.run(
        ["pdfinfo", file.with_suffix(".pdf")], check=True, capture_output=True, text=True
    )
    found = re.search(r"Pages:\s+(\d+)", said.stdout)
    assert found
    return int(found[1])

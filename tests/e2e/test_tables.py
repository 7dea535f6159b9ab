"""Tables in a real browser: sorting by keyboard, filter, columns, and the CSV of what is shown."""

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Platform, sign_in

pytestmark = pytest.mark.browser


@pytest.fixture
def areas(page: Page, demo: Platform) -> Page:
    sign_in(page, demo, "leader")
    page.goto(f"{demo.address}/areas/")
    return page


def column(page: Page, at: int) -> list[str]:
    return page.locator(f".data-table tbody tr:visible td:nth-child({at})").all_inner_texts()


def heading(page: Page, at: int) -> Locator:
    return page.locator(f".data-table thead th:nth-child({at})")


def test_a_heading_sorts_by_keyboard_and_says_so(areas: Page) -> None:
    as_served = column(areas, 1)
    values = heading(areas, 3)
    expect(values).to_have_attribute("aria-sort", "none")
    values.locator("button").focus()
    areas.keyboard.press("Enter")
    expect(values).to_have_attribute("aria-sort", "ascending")
    shown = column(areas, 3)
    numbers = [float(text.replace(",", "")) for text in shown if text != "—"]
    assert numbers == sorted(numbers)
    assert shown[len(numbers) :] == ["—"] * (len(shown) - len(numbers)), "the empty come last"
    areas.keyboard.press("Enter")
    expect(values).to_have_attribute("aria-sort", "descending")
    assert [float(t.replace(",", "")) for t in column(areas, 3) if t != "—"] == numbers[::-1]
    areas.keyboard.press("Enter")
    expect(values).to_have_attribute("aria-sort", "none")
    assert column(areas, 1) == as_served


def test_the_csv_holds_what_is_shown(areas: Page, tmp_path: Path) -> None:
    # A name that a spreadsheet would compute.
    areas.locator(".data-table tbody td a").first.evaluate("e => { e.textContent = '=1+2,\"x\"' }")
    areas.fill(".data-table [data-filter]", "区")
    expect(areas.locator(".data-table [data-shown]")).to_contain_text("/ 13")
    areas.click(".data-table details.menu summary")
    areas.locator(".data-table [data-columns] label", has_text="类型").click()
    expect(heading(areas, 2)).to_be_hidden()
    areas.locator(".data-table [data-columns] label", has_text="来源").click()
    expect(heading(areas, 6)).to_be_hidden()
    with areas.expect_download() as found:
        areas.click(".data-table [data-csv]")
    assert re.fullmatch(r"数字经济核心产业营业收入-\d{4}-\d\d\.csv", found.value.suggested_filename)
    target = tmp_path / "areas.csv"
    found.value.save_as(target)
    raw = target.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(raw.decode("utf-8-sig").splitlines()))
    assert rows[0][0] == "区域"
    assert "类型" not in rows[0]
    # Where a number comes from is told in every copy, whatever columns are shown.
    source = rows[0].index("来源")
    assert {row[source] for row in rows[1:]} == {"模拟"}
    assert [row[0] for row in rows[1:]] == ['\'=1+2,"x"', *column(areas, 1)[1:]]
    assert len(rows) - 1 == len(column(areas, 1)) < 13
    # The choice of columns is kept in this browser.
    areas.reload()
    expect(heading(areas, 2)).to_be_hidden()


def test_a_table_wider_than_a_phone_can_be_reached_by_keyboard(areas: Page) -> None:
    areas.set_viewport_size({"width": 390, "height": 844})
    areas.reload()
    box = areas.locator(".data-table .table-scroll")
    expect(box).to_have_attribute("tabindex", "0")
    box.focus()
    areas.keyboard.press("ArrowRight")
    areas.wait_for_timeout(300)
    assert box.evaluate("e => e.scrollLeft") > 0


def test_without_script_the_table_is_whole(areas: Page, demo: Platform) -> None:
    state = areas.context.storage_state()
    assert areas.context.browser
    plain = areas.context.browser.new_context(java_script_enabled=False, storage_state=state)
    page = plain.new_page()
    page.goto(f"{demo.address}/areas/")
    expect(page.locator(".data-table tbody tr")).to_have_count(13)
    expect(page.locator(".table-tools")).to_be_hidden()
    plain.close()


def test_the_map_is_chosen_for_without_leaving_the_page(page: Page, demo: Platform) -> None:
    sign_in(page, demo, "leader")
    chooser = page.locator("#map select[name=show]")
    before = page.locator("#map .areas").inner_text()
    chooser.select_option("computing-capacity")
    expect(page.locator("#map .areas")).not_to_have_text(before, use_inner_text=True)
    expect(page.locator("#map select[name=show]")).to_have_value("computing-capacity")
    page.locator("#map .areas a").first.click()
    expect(page.locator("h1")).not_to_be_empty()
    expect(page.locator(".data-table")).to_be_visible()

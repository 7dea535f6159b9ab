"""Workbooks that were changed beyond what is asked: nothing is taken for what it is not."""

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace

import pytest
from openpyxl import Workbook, load_workbook

from shucheng.kernel.reporting.checking import read_entries
from shucheng.kernel.reporting.engine.model import Entry, Sheet
from shucheng.kernel.reporting.engine.workbook.layout import NAMES_ROW
from shucheng.kernel.reporting.tests.test_workbook import (
    CELLS,
    FIRST,
    SHEET,
    changed,
    codes,
    only,
    read,
    replaced,
    typed,
    written,
)
from shucheng.kernel.reporting.workbooks import Staging, stage

GIVEN = {"revenue": Entry("41.2"), "share": Entry("33"), "firms|size=large": Entry("8", "P")}


def with_cell(place: str, xml: str) -> bytes:
    """The template with another cell in that place; `{s}` is the style it had."""
    data = typed(J7=99, L7="a note")
    page = load_sheet(data)
    cell = re.search(rf'<c r="{place}"[^>]*>.*?</c>', page)
    assert cell is not None
    style = re.search(r's="\d+"', cell[0])
    assert style is not None
    return replaced(data, cell[0], xml.format(s=style[0]))


def load_sheet(data: bytes) -> str:
    return zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml").decode()


@pytest.mark.parametrize("error", ["#DIV/0!", "#N/A", "#VALUE!", "#REF!"])
@pytest.mark.parametrize("place", ["J7", "L7"])
def test_an_error_of_the_spreadsheet_is_told_and_empties_nothing(place: str, error: str) -> None:
    data = with_cell(place, f'<c r="{place}" {{s}} t="e"><v>{error}</v></c>')
    problem = only(read(data))
    assert (problem.severity, problem.code) == ("error", "workbook_error")
    assert problem.place == ("亭湖区 2026-07", 7, place[0])
    staged = stage(data, SHEET, {"revenue": Entry("40")})
    assert "revenue" not in staged.reading.entries
    assert staged.changes == {}


@pytest.mark.parametrize("at", range(1, 14))
def test_columns_are_found_wherever_one_was_put_before_them(at: int) -> None:
    reading = read(changed(lambda book: book.worksheets[0].insert_cols(at), GIVEN))
    assert (reading.entries, reading.problems) == (GIVEN, ())
    assert reading.letters["value"] == ("K" if at <= 10 else "J")


def test_a_problem_names_the_column_where_it_stands_in_the_file() -> None:
    def put(book: Workbook) -> None:
        book.worksheets[0].insert_cols(4)
        book.worksheets[0]["K7"] = True

    assert only(read(changed(put))).place == ("亭湖区 2026-07", 7, "K")


@pytest.mark.parametrize("at", [3, 4, 5, 6, 7, 8, 9])
def test_a_column_that_is_only_shown_may_be_missing(at: int) -> None:
    reading = read(changed(lambda book: book.worksheets[0].delete_cols(at), GIVEN))
    assert (reading.entries, reading.problems) == (GIVEN, ())


def _copy_value_column(book: Workbook) -> None:
    page = book.worksheets[0]
    for row in range(1, FIRST + 3):
        page.cell(row, 9, page.cell(row, 10).value)


@pytest.mark.parametrize(
    "change",
    [
        *(lambda book, at=at: book.worksheets[0].delete_cols(at) for at in (1, 2, 10, 11, 12, 13)),
        lambda book: book.worksheets[0].delete_rows(NAMES_ROW),
        _copy_value_column,
    ],
)
def test_columns_that_cannot_be_told_apart_refuse_the_file(
    change: Callable[[Workbook], None],
) -> None:
    reading = read(changed(change, GIVEN))
    assert (only(reading).severity, only(reading).code) == ("error", "workbook_no_columns")
    assert (reading.entries, reading.rows) == ({}, 0)


def test_rows_put_above_the_head_change_nothing() -> None:
    reading = read(changed(lambda book: book.worksheets[0].insert_rows(2, 3), GIVEN))
    assert (reading.entries, reading.problems) == (GIVEN, ())


def test_cells_sorted_without_their_hidden_key_are_refused_row_by_row() -> None:
    def turn(book: Workbook) -> None:
        page = book.worksheets[0]
        rows = [[cell.value for cell in row] for row in page[f"B{FIRST}:M{FIRST + 1}"]]
        for at, row in enumerate(reversed(rows)):
            for column, value in enumerate(row, 2):
                page.cell(FIRST + at, column, value)

    reading = read(changed(turn, GIVEN))
    assert codes(reading) == ["workbook_mixed"] * 2
    assert list(reading.entries) == ["firms|size=large"]


def test_a_template_of_an_earlier_version_is_refused_with_what_to_do() -> None:
    data = changed(lambda book: book["_shucheng"].cell(1, 8, "shucheng.sheet/1"), GIVEN)
    assert only(read(data)).code == "workbook_version"
    other = changed(lambda book: book["_shucheng"].cell(1, 8, "others/1"), GIVEN)
    assert only(read(other)).code == "workbook_foreign"


def test_the_columns_names_are_hidden() -> None:
    page = load_workbook(io.BytesIO(written())).worksheets[0]
    assert page.row_dimensions[NAMES_ROW].hidden
    assert page.cell(NAMES_ROW, 10).value == "value"


@pytest.mark.parametrize(
    ("code", "number", "share"),
    [
        ('0.0"%"', 35.2, "35.2"),
        ("0.0\\%", 35.2, "35.2"),
        ('[>9]0.0"%";0.0"% "', 35.2, "35.2"),
        ("0.0_%", 35.2, "35.2"),
        ("[$%-804]0.0", 35.2, "35.2"),
        ("0.0%", 0.352, "35.2"),
        ('"约"0.0%;[Red]-0.0%', 0.352, "35.2"),
    ],
)
def test_only_a_percent_sign_that_multiplies_is_one(code: str, number: float, share: str) -> None:
    def fill(book: Workbook) -> None:
        book.worksheets[0]["J8"] = number
        book.worksheets[0]["J8"].number_format = code

    assert read(changed(fill)).entries["share"].value == share


@pytest.mark.parametrize(
    ("held", "found", "problems"),
    [
        ("0.30000000000000004", "0.3", []),
        ("41.199999999999996", "41.2", []),
        ("1.1000000000000001", "1.1", []),
        ("-2.3999999999999999", "-2.4", []),
        ("999999999999999", "999999999999999", []),
        # What is no dust is not rounded away.
        ("33.333333333333336", "33.3333333333333", ["too_precise"]),
        ("0.0000001", "0.0000001", ["too_precise"]),
        ("1234567890123456", "1234567890123456", ["too_precise"]),
    ],
)
def test_what_a_formula_left_behind_is_read_to_fifteen_digits(
    held: str, found: str, problems: list[str]
) -> None:
    entry = read(with_cell("J7", f'<c r="J7" {{s}}><v>{held}</v></c>')).entries["revenue"]
    assert entry.value == found
    assert [p.code for p in read_entries(CELLS[:1], {"revenue": entry})[1]] == problems


# An upload changes what was changed in the file.

LATER = replace(SHEET, revision=4)


def taken(
    base: dict[str, Entry],
    change: Callable[[Workbook], None],
    stored: dict[str, Entry],
    *,
    over: bool = False,
    sheet: Sheet = LATER,
) -> Staging:
    return stage(changed(change, base), sheet, stored, over=over)


def test_an_older_file_undoes_nothing_that_was_not_changed_in_it() -> None:
    def fill(book: Workbook) -> None:
        book.worksheets[0]["J8"] = 34

    stored = {**GIVEN, "revenue": Entry("55", "", "a colleague's")}
    staged = taken(GIVEN, fill, stored)
    assert staged.entries == {"share": Entry("34")}
    assert staged.clashes == {}


def test_what_a_colleague_filled_in_meanwhile_is_not_emptied() -> None:
    assert taken({}, lambda book: None, GIVEN).entries == {}


def test_a_note_in_the_file_goes_with_a_value_in_the_draft() -> None:
    def fill(book: Workbook) -> None:
        book.worksheets[0]["L7"] = "核对过"

    staged = taken(GIVEN, fill, {**GIVEN, "revenue": Entry("55")})
    assert staged.entries == {"revenue": Entry("55", "", "核对过")}


def test_a_cell_changed_in_both_is_shown_and_replaced_only_when_asked() -> None:
    def fill(book: Workbook) -> None:
        book.worksheets[0]["J7"] = 44
        book.worksheets[0]["J8"] = 34

    stored = {**GIVEN, "revenue": Entry("55", "", "a colleague's")}
    staged = taken(GIVEN, fill, stored)
    assert staged.entries == {"share": Entry("34")}
    both = (stored["revenue"], Entry("44", "", "a colleague's"))
    assert staged.clashes == {"revenue": both}
    assert codes(staged.reading) == ["workbook_older", "workbook_clash"]
    assert staged.reading.problems[1].place == ("亭湖区 2026-07", 7, "J")
    staged = taken(GIVEN, fill, stored, over=True)
    assert staged.entries == {"share": Entry("34"), "revenue": both[1]}


def test_a_value_and_a_status_of_two_people_are_not_mixed() -> None:
    def fill(book: Workbook) -> None:
        book.worksheets[0]["J7"] = 44

    staged = taken({}, fill, {"revenue": Entry("", "O", "none this month")})
    assert staged.entries == {}
    assert list(staged.clashes) == ["revenue"]


def test_a_cell_emptied_in_the_file_is_emptied_also_from_an_older_one() -> None:
    def fill(book: Workbook) -> None:
        book.worksheets[0]["J8"] = None

    for sheet in (SHEET, LATER):
        assert taken(GIVEN, fill, GIVEN, sheet=sheet).entries == {"share": Entry()}


@pytest.mark.parametrize(
    "entry",
    [
        Entry("1,200.5"),
        Entry("12,5"),
        Entry("1e3"),
        Entry("35 %"),
        Entry("1", "A", "two\r\nlines _x0041_", "007"),
        Entry("0.10", "P", '=1 "quoted" \\u0041', "_x005F_"),
    ],
)
def test_a_file_that_nobody_touched_changes_nothing(entry: Entry) -> None:
    for stored in ({"share": entry}, {"share": Entry("77")}):
        staged = taken({"share": entry}, lambda book: None, stored)
        assert (staged.changes, staged.clashes) == ({}, {})


def test_a_file_is_taken_over_once() -> None:
    def fill(book: Workbook) -> None:
        book.worksheets[0]["J7"] = 44

    stored = dict(taken(GIVEN, fill, GIVEN).entries)
    assert stored == {"revenue": Entry("44")}
    assert taken(GIVEN, fill, {**GIVEN, **stored}).entries == {}


def test_a_base_that_is_none_is_no_template() -> None:
    for text in ("", "{", "5", "[5]", "[[]]", '[["revenue",1,2,3,4,5,6]]', "[" * 9000):
        data = changed(lambda book, text=text: book["_shucheng"].cell(2, 12, text), GIVEN)
        assert only(read(data)).code == "workbook_foreign"


@pytest.mark.parametrize(
    ("cells", "rows"),
    [("J7:J8", "78"), ("L7:L9", "789"), ("J7:K7", "77"), ("B7:B8", ""), ("B2:M4", "")],
)
def test_a_merged_cell_is_told_by_row_and_empties_nothing(cells: str, rows: str) -> None:
    data = changed(lambda book: book.worksheets[0].merge_cells(cells), GIVEN)
    reading = read(data)
    assert [problem.code for problem in reading.problems] == ["workbook_merged"] * len(rows)
    places = [("亭湖区 2026-07", int(row), cells[0]) for row in rows]
    if cells == "J7:K7":
        places[1] = ("亭湖区 2026-07", 7, "K")
    assert [problem.place for problem in reading.problems] == places
    wrong = {CELLS[int(row) - FIRST].key for row in rows}
    assert set(reading.entries) == set(GIVEN) - wrong
    assert stage(data, SHEET, GIVEN).changes == {}


def test_more_merged_cells_than_anybody_makes_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def merge(book: Workbook) -> None:
        for row in range(7, 10):
            book.worksheets[0].merge_cells(f"L{row}:M{row}")

    data = changed(merge)
    assert codes(read(data)) == ["workbook_merged"] * 6
    monkeypatch.setattr("shucheng.kernel.reporting.engine.workbook.container.MOST_MERGED", 2)
    assert codes(read(data)) == ["workbook_too_large"]

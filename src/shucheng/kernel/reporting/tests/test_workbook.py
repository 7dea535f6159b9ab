"""Workbooks: what is written is read back, what cannot be trusted is named with its place."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from shucheng.kernel.reporting.checking import read_entries
from shucheng.kernel.reporting.engine.model import Cell, Entry, Problem, Sheet
from shucheng.kernel.reporting.engine.typed import as_typed
from shucheng.kernel.reporting.engine.workbook.layout import (
    COLUMNS,
    HEAD_ROW,
    LETTERS,
    Words,
)
from shucheng.kernel.reporting.engine.workbook.read import Reading, open_workbook, read_sheet
from shucheng.kernel.reporting.engine.workbook.write import write_workbook

WORDS = Words(
    organisation="填报单位",
    area="地区",
    period="报告期",
    due="截止日期",
    help="只填写黄色单元格。",
    columns={name: name for name in COLUMNS if name != "key"},
    statuses={"P": "初步值", "E": "估计值", "O": "缺失"},
    number_wanted="请填写数字。",
    status_wanted="请从列表中选择。",
    required="*",
)
CELLS = (
    Cell("revenue", "revenue", "营业收入", "亿元", previous=Decimal("38.5"), decimals=2),
    Cell("share", "share", "占比", "%", required=False, beside=(("目标", Decimal(35)),)),
    Cell("firms|size=large", "firms", "企业数", "家", "size=large", "大型", definition="规上企业"),
)
SHEET = Sheet(
    form="industry-m-area",
    form_name="工信:月报",
    organisation="tinghu",
    organisation_name="亭湖区政府",
    area="320902",
    area_name="亭湖区",
    period="2026-07",
    due_on=date(2026, 8, 14),
    cells=CELLS,
    submission=7,
    revision=3,
)
FIRST = HEAD_ROW + 1


def written(entries: dict[str, Entry] | None = None, sheet: Sheet = SHEET) -> bytes:
    return write_workbook([sheet], {0: entries or {}}, WORDS)


def read(data: bytes, sheet: Sheet = SHEET) -> Reading:
    return read_sheet(open_workbook(data), sheet)


def changed(change: Callable[[Workbook], object], entries: dict[str, Entry] | None = None) -> bytes:
    """The template as somebody sends it back."""
    book = load_workbook(io.BytesIO(written(entries)))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def typed(**cells: str | float | date) -> bytes:
    """The template with values typed into places such as J7."""

    def fill(book: Workbook) -> None:
        for place, value in cells.items():
            book.worksheets[0][place] = value

    return changed(fill)


def replaced(data: bytes, old: str, new: str, part: str = "xl/worksheets/sheet1.xml") -> bytes:
    return repacked(data, {part: lambda content: content.replace(old.encode(), new.encode())})


def repacked(
    data: bytes,
    change: dict[str, Callable[[bytes], bytes]],
    more: dict[str, bytes] | None = None,
) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change.get(name, bytes)(old.read(name)))
        for name, content in (more or {}).items():
            new.writestr(name, content)
    return out.getvalue()


def codes(reading: Reading) -> list[str]:
    return [problem.code for problem in reading.problems]


def only(reading: Reading) -> Problem:
    (problem,) = reading.problems
    return problem


TEXT = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=40).map(str.strip)
NUMBER = st.decimals(-(10**12), 10**12, places=3).map(lambda n: f"{n:f}")
ENTRY = st.builds(
    Entry,
    value=st.one_of(NUMBER, st.just(""), TEXT.map(as_typed).filter(lambda t: "%" not in t)),
    status=st.sampled_from(["", "P", "E", "O"]),
    note=TEXT,
    reason=TEXT,
)


@settings(max_examples=60, deadline=None)
@given(st.fixed_dictionaries({cell.key: ENTRY for cell in CELLS}))
def test_any_entries_that_are_written_are_read_back(entries: dict[str, Entry]) -> None:
    reading = read(written(entries))
    assert reading.problems == ()
    assert reading.entries == entries


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60))
def test_no_text_that_is_exported_is_a_formula(text: str) -> None:
    cell = replace(CELLS[0], name=text, definition=text, unit=text)
    sheet = replace(SHEET, form_name=text, organisation_name=text, area_name=text, cells=(cell,))
    entry = Entry(text, "", text, text)
    book = load_workbook(io.BytesIO(written({"revenue": entry}, sheet)))
    for page in book.worksheets:
        for row in page.iter_rows():
            for made in row:
                assert made.data_type != "f"
                if made.data_type == "s" and (made.row or 0) >= FIRST:
                    assert made.quotePrefix


def test_rows_that_were_sorted_and_moved_are_read_by_their_key() -> None:
    def turn(book: Workbook) -> None:
        page = book.worksheets[0]
        rows = [[cell.value for cell in row] for row in page[f"A{FIRST}:M{FIRST + 2}"]]
        for at, row in enumerate(reversed(rows)):
            for column, value in enumerate(row, 1):
                page.cell(FIRST + 4 + at, column, value)
        page.delete_rows(FIRST, 3)

    entries = {"revenue": Entry("41.2"), "share": Entry("33"), "firms|size=large": Entry("8", "P")}
    reading = read(changed(turn, entries))
    assert (reading.entries, reading.problems) == (entries, ())
    assert reading.places["revenue"][1] == FIRST + 3


def test_a_row_that_was_deleted_says_nothing() -> None:
    def cut(book: Workbook) -> None:
        book.worksheets[0].delete_rows(FIRST)

    assert list(read(changed(cut)).entries) == ["share", "firms|size=large"]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (412.6, "412.6"),
        (1200, "1200"),
        (1e-06, "0.000001"),
        ("４１２．６", "412.6"),
        ("1,200.5", "1200.5"),
        ("１，２００", "1200"),
        (" 41.2 \u3000", "41.2"),
        ("1 200", "1200"),
        ("－3", "-3"),
        ("12,5", "12,5"),
        ("1,2,3", "1,2,3"),
        ("40\n50", "40\n50"),
        ("41 2", "41 2"),
        ("四十", "四十"),
    ],
)
def test_numbers_are_read_as_people_type_them(said: object, found: str) -> None:
    assert read(typed(J7=said)).entries["revenue"].value == found


@pytest.mark.parametrize(
    "said", ["12,5", "12，5", "1,2,3", "1,200,00", "12.345,6", "1_000", "40\n50", "41 2", "٤٢"]
)
def test_a_mistyped_number_is_never_another_one(said: str) -> None:
    entry = read(typed(J7=said)).entries["revenue"]
    for typed_in in (entry, Entry(said), Entry(as_typed(said))):
        numbers, problems = read_entries(CELLS[:1], {"revenue": typed_in})
        assert (numbers["revenue"], [p.code for p in problems]) == (None, ["not_a_number"])


def test_a_percent_cell_is_read_where_percents_are_asked_for_and_refused_elsewhere() -> None:
    def fill(book: Workbook) -> None:
        for place in ("J7", "J8"):
            book.worksheets[0][place] = 0.352
            book.worksheets[0][place].number_format = "0.0%"

    reading = read(changed(fill))
    assert reading.entries["share"].value == "35.2"
    problem = only(reading)
    assert (problem.code, problem.place) == ("workbook_percent", ("亭湖区 2026-07", 7, "J"))
    assert "revenue" not in reading.entries
    assert read(typed(J8="35.2％")).entries["share"].value == "35.2"


def test_a_formula_is_never_taken_for_a_number_even_with_a_value_beside_it() -> None:
    data = typed(J7="=SUM(G7:G8)", L8='=HYPERLINK("http://x")')
    # What Excel leaves beside a formula: the value it computed last.
    with_value = replaced(data, "<v></v>", "<v>99</v>")
    for each in (data, with_value):
        reading = read(each)
        assert codes(reading) == ["workbook_formula"] * 2
        assert [problem.place[1:] for problem in reading.problems] == [(7, "J"), (8, "L")]
        assert list(reading.entries) == ["firms|size=large"]


def test_every_cell_under_an_array_formula_is_a_formula() -> None:
    data = typed(J7="=1")
    data = replaced(data, "<f>", '<f t="array" ref="J7:J8">')
    assert codes(read(data)) == ["workbook_formula"] * 2


def test_every_wrong_cell_is_named_and_the_good_rows_are_kept() -> None:
    reading = read(typed(J7=date(2026, 7, 1), J8=True, J9=12, K9="P"))
    assert [(p.key, p.code, p.place[1:]) for p in reading.problems] == [
        ("revenue", "workbook_no_number", (7, "J")),
        ("share", "workbook_no_number", (8, "J")),
    ]
    assert reading.entries == {"firms|size=large": Entry("12", "P")}


def test_a_row_twice_is_named_with_the_other_one_and_neither_counts() -> None:
    reading = read(typed(A8="revenue", J7=1, J8=2))
    problem = only(reading)
    assert (problem.code, problem.values["row"], problem.place[1]) == ("workbook_twice", "7", 8)
    assert list(reading.entries) == ["firms|size=large"]


def test_rows_of_ones_own_are_not_taken_in_silence() -> None:
    reading = read(typed(A20="profit", J20=5, J21=6))
    assert [(p.code, p.place[1]) for p in reading.problems] == [
        ("workbook_not_asked", 20),
        ("workbook_no_key", 21),
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("form", "trade-m-area"),
        ("organisation", "yandu"),
        ("area", "320903"),
        ("period", "2026-06"),
    ],
)
def test_a_file_of_another_sheet_is_refused_with_what_differs(field: str, value: str) -> None:
    reading = read(written({"revenue": Entry("1")}, replace(SHEET, **{field: value})))
    problem = only(reading)
    assert (problem.severity, problem.code) == ("error", f"workbook_{field}")
    assert (problem.values["found"], reading.entries) == (value, {})


@pytest.mark.parametrize("now", [replace(SHEET, revision=4), replace(SHEET, submission=9)])
def test_a_file_made_from_an_earlier_state_is_read_and_said_to_be_old(now: Sheet) -> None:
    reading = read(written({"revenue": Entry("1")}), now)
    assert (reading.older, codes(reading)) == (True, ["workbook_older"])
    assert reading.problems[0].severity == "warning"
    assert reading.entries["revenue"] == Entry("1")


def test_one_file_carries_many_sheets_and_each_is_read_for_itself() -> None:
    other = replace(SHEET, period="2026-08", submission=None, revision=0)
    data = write_workbook(
        [SHEET, other], {0: {"revenue": Entry("1")}, 1: {"revenue": Entry("2")}}, WORDS
    )
    opened = open_workbook(data)
    found = [read_sheet(opened, sheet).entries["revenue"].value for sheet in (SHEET, other)]
    assert found == ["1", "2"]


def test_a_template_protects_what_is_not_asked_and_offers_what_may_be_chosen() -> None:
    page = load_workbook(io.BytesIO(written())).worksheets[0]
    assert page.protection.sheet
    assert page.protection.password is None
    open_cells = {cell.coordinate for cell in page[FIRST] if not cell.protection.locked}
    assert open_cells == {f"{LETTERS[c]}{FIRST}" for c in ("value", "status", "note", "reason")}
    assert page.column_dimensions["A"].hidden
    checks = {check.type: str(check.sqref) for check in page.data_validations.dataValidation}
    assert checks == {"decimal": "J7:J9", "list": "K7:K9"}
    assert (page.freeze_panes, page.page_setup.orientation) == ("D7", "landscape")
    assert [page["G7"].value, page["I8"].value, page["F9"].value] == [38.5, "目标 35", "规上企业"]

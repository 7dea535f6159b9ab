"""Text in tables that leave the platform stays text."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shucheng.lib.tables import cell_text, harmless, write_rows

FORMULAS = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1+1",
    " =1",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_spreadsheet_would_compute_becomes_text(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("value", ["亭湖区", "", "-12.5", "+3", "12%", "-1,200.5", "a=b", "'=1"])
def test_plain_text_and_numbers_stay_as_they_are(value: str) -> None:
    assert harmless(value) == value


def test_numbers_and_days_are_no_text() -> None:
    assert [harmless(each) for each in (-3, Decimal("-1.5"), date(2026, 7, 1), None)] == [
        -3,
        Decimal("-1.5"),
        date(2026, 7, 1),
        None,
    ]


DANGEROUS = tuple("=+-@＝＋－＠\t\r\n")


@given(st.lists(st.lists(st.text(), min_size=1), min_size=1))
def test_no_cell_of_any_csv_begins_like_a_formula(rows: list[list[str]]) -> None:
    out = io.StringIO(newline="")
    write_rows(out, rows)
    shown = list(csv.reader(io.StringIO(out.getvalue(), newline="")))
    for cell in (cell for row in shown for cell in row):
        bare = cell.lstrip(" \u3000\u00a0\ufeff\0")
        number = bare.lstrip("+-").replace(",", "").replace(".", "").removesuffix("%")
        assert not bare.startswith(DANGEROUS) or (number.isascii() and number.isdigit())


@given(st.text())
def test_nothing_but_an_apostrophe_is_ever_added(text: str) -> None:
    assert harmless(text) in (text, f"'{text}")


def test_a_workbook_cell_keeps_what_looks_like_an_escape_and_drops_what_xml_cannot_hold() -> None:
    assert cell_text("a_x0041_b") == "a_x005F_x0041_b"
    assert cell_text("a\x00\x1fb\r\nc") == "ab\nc"
    assert len(cell_text("a" * 40_000)) == 32_767

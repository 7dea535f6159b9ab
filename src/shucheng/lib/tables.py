"""Tables that leave the platform: text in them is text, whatever program opens them.

A spreadsheet takes a cell that begins with one of a few characters for a formula, and a formula
can call programs and addresses. Exports of text a person typed go through here.
"""

import csv
import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Protocol

Value = str | int | float | Decimal | date | None

# What spreadsheets compute (OWASP, CSV injection), in half and in full width.
_DANGEROUS = frozenset("=+-@＝＋－＠\t\r\n")
_NUMBER = re.compile(r"[+-]?\d[\d,]*(\.\d+)?%?", re.ASCII)
# What an XML document cannot hold.
_IMPOSSIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
# Excel's way to write a character by its code; text that looks so is escaped.
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


class Writer(Protocol):
    """What `csv.writer` answers."""

    def writerow(self, row: Iterable[Value], /) -> object: ...


def harmless(value: Value) -> Value:
    """What a CSV may hold: text that begins like a formula gets an apostrophe in front.

    Numbers and days pass, also where they are written as text (-12.5); so does None.
    """
    if not isinstance(value, str):
        return value
    first = value.lstrip(" \u3000\u00a0\ufeff\0")[:1]
    if first not in _DANGEROUS or not first or _NUMBER.fullmatch(value):
        return value
    return f"'{value}"


def write_rows(out: object, rows: Iterable[Iterable[Value]]) -> None:
    """Write CSV rows to a file or response, every cell harmless."""
    writer: Writer = csv.writer(out)  # type: ignore[arg-type]
    for row in rows:
        writer.writerow([harmless(value) for value in row])


def printable(text: str) -> str:
    """Without the characters that an XML document, and so Word and Excel, cannot hold; they come
    with what somebody pastes. Lines end as they did."""
    return _IMPOSSIBLE.sub("", text)


def cell_text(text: str) -> str:
    """Text as a workbook holds it: without characters that XML cannot hold, at most as long as a
    cell (32,767), what looks like an escape written as text.

    In a workbook a formula is another kind of cell, so text needs no apostrophe there: the cell
    has to be written as a string (openpyxl: `cell.data_type = "s"` after the value is set) and
    marked as quoted, so that it also stays text when somebody edits it.
    """
    clean = printable(text.replace("\r\n", "\n").replace("\r", "\n"))
    return _ESCAPED.sub("_x005F_", clean)[:32_767]

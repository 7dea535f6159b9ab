"""Files as rows of text, with what is wrong with single cells: formulas, errors, merged cells."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice

from openpyxl.utils import get_column_letter
from python_calamine import CalamineError, CalamineWorkbook

from shucheng.lib.workbooks import Limits, Refused, Traits, examine

from .sheet_columns import MOST_FIELDS, plain, sheets

LARGEST = 20 * 1024 * 1024
"""Bytes a file may have."""
# Rows above the headings, and those that are empty, count as rows of the sheet.
_LIMITS = Limits(rows=MOST_FIELDS + 1_000, columns=100, sheets=20)
# Each cell is held against each array formula.
_MOST_ARRAYS = 100
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class SheetRefused(ValueError):
    """A file that is not read at all; `code` says why."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code, self.values = code, {name: str(each) for name, each in values.items()}


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet (no name: a csv) from its first row; rows and columns are told from 1."""

    name: str
    rows: Sequence[Sequence[str]]
    traits: Traits | None = None
    _merged: dict[int, bytearray] = field(default_factory=dict)

    @property
    def last(self) -> int:
        """The last row; what formulas left empty lies beyond those that say something."""
        flawed = self.traits.formulas | self.traits.errors if self.traits else set()
        return max(len(self.rows), *(row for row, _column in flawed), 0)

    def says(self, row: int) -> bool:
        return row <= len(self.rows) and any(cell.strip() for cell in self.rows[row - 1])

    def at(self, row: int, column: int) -> str:
        cells = self.rows[row - 1] if row <= len(self.rows) else ()
        return cells[column - 1] if column <= len(cells) else ""

    def flaw(self, row: int, column: int) -> str:
        """The code of what makes a cell unreadable, or ""."""
        traits = self.traits
        if traits is None:
            return "formula" if self.at(row, column).startswith("=") else ""
        if not (traits.formulas or traits.errors or traits.merged):
            return ""
        if traits.is_formula(row, column):
            return "formula"
        if (row, column) in traits.errors:
            return "error-value"
        if column not in self._merged:
            self._merged[column] = traits.merged_rows(column)
        return "merged" if self._merged[column][row] else ""


def letters(column: int) -> str:
    return get_column_letter(column)


def opened(data: bytes) -> tuple[Grid, Grid | None]:
    """The grid of resources and that of fields, if there is one. Raises `SheetRefused`."""
    if not data.strip():
        raise SheetRefused("empty")
    if len(data) > LARGEST:
        raise SheetRefused("size", most=LARGEST // (1024 * 1024))
    if data.startswith(b"PK\x03\x04"):
        return _workbook(data)
    return _csv(data), None


def _workbook(data: bytes) -> tuple[Grid, Grid | None]:
    try:
        traits = examine(data, _LIMITS)
        if any(len(each.areas) > _MOST_ARRAYS for each in traits.values()):
            raise SheetRefused("workbook_too_large")
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        named = _named(traits)
        if "resources" not in named:
            raise SheetRefused("no-sheet", sheet=sheets().resources.zh)
        grids = {
            which: Grid(name, _rows(book, name), traits[name]) for which, name in named.items()
        }
    except Refused as refused:
        raise SheetRefused(refused.code, **refused.values) from None
    except (CalamineError, ValueError, IndexError, KeyError) as error:
        if isinstance(error, SheetRefused):
            raise
        raise SheetRefused("workbook_damaged") from None
    return grids["resources"], grids.get("fields")


def _named(traits: Mapping[str, Traits]) -> dict[str, str]:
    """The names of the sheets that are read; a workbook of one sheet need not name it."""
    told = sheets()
    meant = {plain(text): which for which in ("resources", "fields")
             for text in (getattr(told, which).zh, getattr(told, which).en)}  # fmt: skip
    found: dict[str, str] = {}
    for name in traits:
        if (which := meant.get(plain(name))) is not None:
            found.setdefault(which, name)
    return found or ({"resources": next(iter(traits))} if len(traits) == 1 else {})


def _rows(book: CalamineWorkbook, name: str) -> list[list[str]]:
    rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    return [[_text(cell) for cell in row] for row in rows]


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return sheets().answers["yes" if cell else "no"].zh
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime | date):
        return cell.isoformat()[:10]
    return str(cell)


def _csv(data: bytes) -> Grid:
    text = _decoded(data)
    first = text.partition("\n")[0]
    separator = "\t" if first.count("\t") > first.count(",") else ","
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        rows = list(islice(reader, _LIMITS.rows + 1))
    except csv.Error:
        raise SheetRefused("csv") from None
    if len(rows) > _LIMITS.rows:
        raise SheetRefused("workbook_too_large")
    return Grid("", rows)


def _decoded(data: bytes) -> str:
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    for encoding in [marked] if marked else ["utf-8", "gb18030"]:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetRefused("encoding")

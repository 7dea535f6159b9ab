"""A sheet, or many, as one xlsx file to be filled in and sent back.

Cells that are asked for can be typed in, everything else is protected (without a password: it
keeps from slips, it is no secret). A hidden sheet says whose file it is and what the cells held,
a hidden column which cell a row is and a hidden row what a column is, so that rows and columns
that were moved are still read right.
"""

import io
import re
from collections.abc import Mapping, Sequence
from copy import copy
from decimal import Decimal, InvalidOperation
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation

from shucheng.kernel.reporting.engine.model import Cell, Entry, Sheet
from shucheng.kernel.reporting.engine.workbook.base import pack
from shucheng.kernel.reporting.engine.workbook.layout import (
    COLUMNS,
    HEAD_ROW,
    IDENTITY,
    IDENTITY_HEAD,
    LETTERS,
    NAMES_ROW,
    SCHEMA,
    WIDTHS,
    Words,
)
from shucheng.lib.tables import cell_text

_LINE = Side(style="thin", color="C9D3DD")
_BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_HEAD_FILL = PatternFill("solid", fgColor="E8F1F9")
_OPEN_FILL = PatternFill("solid", fgColor="FFF9E6")
_TOP = Alignment(vertical="top")
_WRAP = Alignment(vertical="top", wrap_text=True)
_RIGHT = Alignment(horizontal="right", vertical="top")
_OPEN = Protection(locked=False)
_MUTED = Font(color="566373")
_NUMBERS = "#,##0.######"
# Excel keeps 15 digits of a number; what is longer, or written otherwise, stays text.
_DIGITS = 15


def write_workbook(
    sheets: Sequence[Sheet],
    entries: Mapping[int, Mapping[str, Entry]],
    words: Words,
) -> bytes:
    """The file's content. `entries` is position in `sheets` → cell key → what was answered.

    Raises `ValueError` when there is no sheet.
    """
    if not sheets:
        raise ValueError("a workbook has at least one sheet")
    book = Workbook(write_only=True)
    names: list[str] = []
    by_form = len({sheet.form for sheet in sheets}) > 1
    by_area = not by_form or len({sheet.area for sheet in sheets}) > 1
    for at, sheet in enumerate(sheets):
        names.append(_sheet_name(sheet, names, by_area=by_area, by_form=by_form))
        _write_sheet(book, names[-1], sheet, entries.get(at, {}), words)
    bases = [pack(sheet.cells, entries.get(at, {})) for at, sheet in enumerate(sheets)]
    _write_identity(book, names, sheets, bases, words)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet_name(sheet: Sheet, taken: Sequence[str], *, by_area: bool, by_form: bool) -> str:
    """`亭湖区 2026-07`, by what tells the sheets of a file apart, without what a sheet's name
    cannot hold, at most 31 characters."""
    area = (sheet.area_name or sheet.area) if by_area else ""
    form = (sheet.form_name or sheet.form) if by_form else ""
    said = re.sub(r"[\\/*?:\[\]'\x00-\x1f]", " ", cell_text(f"{area} {form}"))
    said = " ".join(said.split())
    period = re.sub(r"[^0-9A-Za-z-]", "", sheet.period)
    name = f"{said[: 29 - len(period)]} {period}".strip() or "1"
    count = 2
    lower = {each.lower() for each in (*taken, IDENTITY)}
    while name.lower() in lower:
        name, count = f"{name[:26]} ({count})", count + 1
    return name


def _write_sheet(
    book: Workbook, name: str, sheet: Sheet, entries: Mapping[str, Entry], words: Words
) -> None:
    page = book.create_sheet(name)
    last = HEAD_ROW + len(sheet.cells)
    _set_up(page, last)
    _add_checks(page, last, words)
    for row in _title_rows(page, sheet, words):
        page.append(row)
    head = []
    for column in COLUMNS:
        cell = _text(page, words.columns.get(column, ""))
        cell.font, cell.fill, cell.border = Font(bold=True), _HEAD_FILL, _BORDER
        cell.alignment = Alignment(vertical="center", wrap_text=True)
        head.append(cell)
    page.append(head)
    rows = _Rows(page, words)
    for number, cell in enumerate(sheet.cells, 1):
        page.append(rows.row(number, cell, entries.get(cell.key, Entry())))


def _set_up(page: Any, last: int) -> None:
    page.protection.sheet = True
    for allowed in ("formatColumns", "formatRows", "autoFilter", "sort"):
        setattr(page.protection, allowed, False)
    page.freeze_panes = f"{LETTERS['dimension']}{HEAD_ROW + 1}"
    page.column_dimensions["A"].hidden = True
    for name, width in WIDTHS.items():
        page.column_dimensions[LETTERS[name]].width = width
    page.row_dimensions[NAMES_ROW].hidden = True
    page.row_dimensions[HEAD_ROW].height = 32
    page.sheet_view.showGridLines = False
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = 9  # A4
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"
    page.print_area = f"B1:{LETTERS['reason']}{max(last, HEAD_ROW + 1)}"
    page.oddFooter.center.text = "&P / &N"


def _add_checks(page: Any, last: int, words: Words) -> None:
    if last <= HEAD_ROW:
        return
    first = HEAD_ROW + 1
    number = DataValidation(
        type="decimal",
        operator="between",
        formula1="-999999999999999",
        formula2="999999999999999",
        allow_blank=True,
        showErrorMessage=True,
        error=words.number_wanted[:225],
    )
    number.add(f"{LETTERS['value']}{first}:{LETTERS['value']}{last}")
    choice = DataValidation(
        type="list",
        formula1=f"={quote_sheetname(IDENTITY)}!$J$2:$J${1 + max(len(words.statuses), 1)}",
        allow_blank=True,
        showErrorMessage=True,
        error=words.status_wanted[:225],
    )
    choice.add(f"{LETTERS['status']}{first}:{LETTERS['status']}{last}")
    for check in (number, choice):
        page.data_validations.append(check)


def _title_rows(page: Any, sheet: Sheet, words: Words) -> list[list[Any]]:
    title = _text(page, sheet.form_name)
    title.font = Font(bold=True, size=16)
    rows = [[None, title]]
    pairs = (
        (words.organisation, sheet.organisation_name, words.area, sheet.area_name),
        (words.period, sheet.period, words.due, sheet.due_on.isoformat() if sheet.due_on else ""),
    )
    for left, left_value, right, right_value in pairs:
        row = [None, _text(page, f"{left}  {left_value}"), None, None, None]
        rows.append([*row, _text(page, f"{right}  {right_value}")])
    help_text = _text(page, words.help)
    help_text.font = _MUTED
    return [*rows, [None, help_text], [_text(page, column) for column in COLUMNS]]


# Column → what its cells look like; those of the rest are plain.
_STYLES: dict[str, dict[str, Any]] = {
    "name": {"alignment": _WRAP},
    "dimension": {"alignment": _WRAP},
    "definition": {"alignment": _WRAP, "font": _MUTED},
    "previous": {"alignment": _RIGHT, "number_format": _NUMBERS},
    "year_ago": {"alignment": _RIGHT, "number_format": _NUMBERS},
    "target": {"alignment": _RIGHT, "number_format": _NUMBERS},
    # Plain, so that Excel turns it into a percent cell when somebody types 35%: that can be told.
    "value": {"alignment": _RIGHT, "protection": _OPEN, "fill": _OPEN_FILL},
    "status": {"alignment": _WRAP, "protection": _OPEN, "fill": _OPEN_FILL},
    "note": {"alignment": _WRAP, "protection": _OPEN, "fill": _OPEN_FILL},
    "reason": {"alignment": _WRAP, "protection": _OPEN, "fill": _OPEN_FILL},
}


class _Rows:
    """Makes the rows of a sheet. A style is made once a column, not once a cell."""

    def __init__(self, page: Any, words: Words) -> None:
        self.page, self.words = page, words
        self.styles = {}
        for column in COLUMNS[1:]:
            made: Any = WriteOnlyCell(page)
            made.border = _BORDER
            for name, value in _STYLES.get(column, {"alignment": _TOP}).items():
                setattr(made, name, value)
            quoted: Any = WriteOnlyCell(page)
            quoted._style = copy(made._style)
            quoted.quotePrefix = True
            self.styles[column] = (made._style, quoted._style)

    def row(self, number: int, cell: Cell, entry: Entry) -> list[Any]:
        required = cell.required and self.words.required
        told: dict[str, str | Decimal | int | None] = {
            "number": number,
            "name": f"{cell.name} {self.words.required}" if required else cell.name,
            "dimension": cell.dimension_name,
            "unit": cell.unit,
            "definition": cell.definition,
            "previous": cell.previous,
            "year_ago": cell.year_ago,
            "target": _target(cell),
            "value": _value(entry.value),
            "status": self.words.statuses.get(entry.status, entry.status),
            "note": entry.note,
            "reason": entry.reason,
        }
        made = (self._cell(column, value) for column, value in told.items())
        return [_text(self.page, cell.key), *made]

    def _cell(self, column: str, value: str | Decimal | int | None) -> Any:
        plain, quoted = self.styles[column]
        cell: Any = WriteOnlyCell(self.page)
        if isinstance(value, str) and value:
            cell.value, cell.data_type = cell_text(value), "s"
            cell._style = quoted
        else:
            if isinstance(value, Decimal):
                whole = value == value.to_integral_value()
                cell.value = int(value) if whole else float(value)
            elif value != "":
                cell.value = value
            cell._style = plain
        return cell


def _target(cell: Cell) -> str:
    """With what it is of: beside a month's figure a year's target is not to be mistaken for its."""
    return "\n".join(f"{label} {value:f}" for label, value in cell.beside)


def _value(text: str) -> Decimal | str:
    """A number where it reads back as it was typed, text otherwise."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    shown = f"{number:f}" if number.is_finite() else ""
    digits = shown.lstrip("-").replace(".", "").lstrip("0")
    idle = "." in shown and shown.endswith("0")
    if shown != text or text.startswith("-0") or len(digits) > _DIGITS or idle:
        return text
    return number


def _text(page: Any, text: str) -> Any:
    """A cell that is text whatever it begins with."""
    cell = WriteOnlyCell(page)
    if text:
        cell.value = cell_text(text)
        cell.data_type = "s"
        cell.quotePrefix = True
    return cell


def _write_identity(
    book: Workbook,
    names: Sequence[str],
    sheets: Sequence[Sheet],
    bases: Sequence[Sequence[str]],
    words: Words,
) -> None:
    """Whose sheets these are (columns A to G), the statuses by code and label (I, J), and what
    the sheets' cells held (K, L)."""
    page = book.create_sheet(IDENTITY)
    page.sheet_state = "veryHidden"
    page.protection.sheet = True
    own = [
        [
            name,
            sheet.form,
            sheet.organisation,
            sheet.area,
            sheet.period,
            "" if sheet.submission is None else str(sheet.submission),
            str(sheet.revision),
        ]
        for name, sheet in zip(names, sheets, strict=True)
    ]
    statuses = [[code, label] for code, label in words.statuses.items()]
    page.append([_text(page, text) for text in (*IDENTITY_HEAD, SCHEMA)])
    held = [[name, text] for name, base in zip(names, bases, strict=True) for text in base]
    for at in range(max(len(own), len(statuses), len(held))):
        left = own[at] if at < len(own) else [""] * len(IDENTITY_HEAD)
        middle = statuses[at] if at < len(statuses) else ["", ""]
        right = held[at] if at < len(held) else []
        page.append([_text(page, text) for text in (*left, "", *middle, *right)])

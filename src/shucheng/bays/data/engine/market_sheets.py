"""Rows as a workbook: text stays text, amounts are numbers."""

import io
from collections.abc import Iterable, Sequence

from openpyxl import Workbook
from openpyxl.styles import Font

from shucheng.lib.tables import Value, cell_text, harmless

_WIDEST = 48


def workbook(sheets: Iterable[tuple[str, Sequence[Sequence[Value]]]]) -> bytes:
    """Sheets by title; the first row of each is its head."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets:
        sheet = book.create_sheet(title[:31])
        for at, row in enumerate(rows, 1):
            for column, value in enumerate(row, 1):
                cell = sheet.cell(at, column)
                if isinstance(value, str):
                    cell.value = cell_text(value)
                    cell.data_type = "s"
                    cell.quotePrefix = harmless(value) != value
                else:
                    cell.value = value
                if at == 1:
                    cell.font = Font(bold=True)
        for column, cells in zip(sheet.iter_cols(max_row=1), zip(*_even(rows), strict=True),
                                 strict=False):  # fmt: skip
            widest = max((_width(each) for each in cells), default=8)
            letter = column[0].column_letter
            sheet.column_dimensions[letter].width = min(widest + 2, _WIDEST)
        sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _even(rows: Sequence[Sequence[Value]]) -> list[list[Value]]:
    most = max((len(row) for row in rows), default=0)
    return [[*row, *[None] * (most - len(row))] for row in rows]


def _width(value: Value) -> int:
    text = "" if value is None else str(value)
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in text)

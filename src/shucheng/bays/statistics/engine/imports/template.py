"""A workbook with headings alone, to be filled in."""

from collections.abc import Sequence
from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from .fields import fields

_WIDTH = 20


def headings(table: str) -> list[str]:
    """Of every field of a table; they are read without a question."""
    return [
        f"{each.headings[0]}(千元)" if each.kind == "money" else each.headings[0]
        for each in fields(table).values()
    ]


def template(named: Sequence[str]) -> bytes:
    """All columns hold text: a credit code of digits alone keeps each of them."""
    book = Workbook()
    sheet = book.worksheets[0]
    for at, heading in enumerate(named, start=1):
        cell = sheet.cell(1, at, heading)
        cell.font = Font(bold=True)
        column = sheet.column_dimensions[get_column_letter(at)]
        column.width, column.number_format = _WIDTH, "@"
    sheet.freeze_panes = "A2"
    out = BytesIO()
    book.save(out)
    return out.getvalue()

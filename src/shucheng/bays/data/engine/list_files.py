"""A list as a file: CSV, a workbook, JSON. What somebody typed never becomes a formula in a
reader's spreadsheet."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from openpyxl import Workbook
from openpyxl.styles import Font

from shucheng.lib.tables import Value, cell_text, harmless

FORMS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}


@dataclass(frozen=True)
class ListFile:
    """`columns`: code and heading; `rows`: values by the columns' codes, several values as a
    tuple; `notes`: what the list stands on."""

    title: str
    day: date
    columns: Sequence[tuple[str, str]]
    rows: Sequence[Mapping[str, object]]
    notes: Sequence[tuple[str, str]]

    def made(self, form: str) -> bytes:
        """The file in one of `FORMS`. Raises `KeyError` for another."""
        return {"csv": self._csv, "xlsx": self._xlsx, "json": self._json}[form]()

    def _csv(self) -> bytes:
        """UTF-8 with the mark spreadsheets know it by; notes stand below an empty line."""
        out = io.StringIO()
        writer = csv.writer(out)
        for row in self._lines():
            writer.writerow([harmless(value) for value in row])
        return b"\xef\xbb\xbf" + out.getvalue().encode()

    def _xlsx(self) -> bytes:
        book = Workbook()
        book.remove(book.worksheets[0])
        sheet = book.create_sheet(self.title[:31])
        for at, row in enumerate(self._lines(), 1):
            for column, value in enumerate(row, 1):
                cell = sheet.cell(at, column)
                if isinstance(value, str):
                    cell.value = cell_text(value)
                    cell.data_type = "s"
                    cell.quotePrefix = harmless(value) != value
                else:
                    cell.value = value
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        sheet.freeze_panes = "B2"
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    def _json(self) -> bytes:
        told = {
            "title": self.title,
            "notes": dict(self.notes),
            "rows": [{code: _plain(row[code]) for code, _ in self.columns} for row in self.rows],
        }
        return json.dumps(told, ensure_ascii=False, indent=1).encode()

    def _lines(self) -> list[list[Value]]:
        """The heading, the rows, an empty line, the notes."""
        head: list[Value] = [heading for _code, heading in self.columns]
        cells = [[_cell(row[code]) for code, _heading in self.columns] for row in self.rows]
        notes: list[list[Value]] = [[name, said] for name, said in self.notes]
        return [head, *cells, [], *notes]


def _cell(value: object) -> Value:
    if isinstance(value, tuple | list):
        return "、".join(map(str, value))
    return value if isinstance(value, int | float | date) or value is None else str(value)


def _plain(value: object) -> object:
    if isinstance(value, tuple | list):
        return [str(each) for each in value]
    return value if isinstance(value, int | float) or value is None else str(value)

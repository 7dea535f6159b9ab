"""A table as a file: CSV and a workbook as it is shown; Parquet and SDMX one row a figure.

What is text is written as text, whatever it begins with: nothing that somebody typed becomes a
formula in the reader's spreadsheet.
"""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from shucheng.lib import duck
from shucheng.lib.sdmx.messages import data_message, structure_message
from shucheng.lib.sdmx.model import Message
from shucheng.lib.sdmx.tables import sdmx_csv
from shucheng.lib.tables import Value, cell_text, harmless

Row = Sequence[Value]

# What a table leaves as: how a file's name ends, and the media type.
FORMS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}
SDMX_FORMS = {
    "sdmx.csv": "application/vnd.sdmx.data+csv; version=2.0.0; charset=utf-8",
    "sdmx.json": "application/vnd.sdmx.data+json; version=2.0.0",
    "structure.json": "application/vnd.sdmx.structure+json; version=2.0.0",
}
LABELS = {
    "csv": "CSV",
    "xlsx": "Excel",
    "parquet": "Parquet",
    "sdmx.csv": "SDMX-CSV",
    "sdmx.json": "SDMX-JSON",
    "structure.json": "SDMX DSD",
}


@dataclass(frozen=True, slots=True)
class Column:
    """`code` is its name in Parquet, of the type `kind` of DuckDB; `label` heads it elsewhere."""

    code: str
    label: str
    kind: str = "VARCHAR"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table that leaves in any of `FORMS`: `rows` of plain values under `columns`; `words` are
    no and yes, as people read them; `notes` what it stands on, on a sheet `about`."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    words: tuple[str, str]
    about: str
    notes: Sequence[Row]

    def file(self, form: str) -> bytes:
        if form == "parquet":
            return parquet_of({each.code: each.kind for each in self.columns}, self.rows)
        head = [each.label for each in self.columns]
        shown = [
            [self.words[value] if isinstance(value, bool) else value for value in row]
            for row in self.rows
        ]
        if form == "csv":
            return csv_of(head, shown, self.notes)
        return xlsx_of(self.title, head, shown, self.about, self.notes)


_HEAD = PatternFill("solid", fgColor="E8EEF4")
_WIDEST = 40
_AT_ONCE = 10_000


def csv_of(head: Row, rows: Sequence[Row], notes: Sequence[Row]) -> bytes:
    """UTF-8 with the mark spreadsheets know it by; notes stand below an empty line."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in (head, *rows, (), *notes):
        writer.writerow([harmless(value) for value in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def xlsx_of(title: str, head: Row, rows: Sequence[Row], about: str, notes: Sequence[Row]) -> bytes:
    """A workbook of the table and a sheet `about` what it stands on."""
    book = Workbook()
    book.remove(book.worksheets[0])
    sheet = book.create_sheet(title[:31])
    _fill(sheet, (head, *rows))
    for cell in sheet[1]:
        cell.font, cell.fill = Font(bold=True), _HEAD
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    sheet.freeze_panes = "B2"
    _fill(book.create_sheet(about[:31]), notes)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sdmx_of(message: Message, form: str) -> bytes:
    """One of `SDMX_FORMS`: the data, or the structure that they are read by."""
    if form == "sdmx.csv":
        return sdmx_csv(message).encode()
    if form == "sdmx.json":
        written = data_message(message)
    else:
        written = structure_message(message.flow, message.prepared, test=message.test)
    return json.dumps(written, ensure_ascii=False, separators=(",", ":")).encode()


def _fill(sheet: Worksheet, rows: Sequence[Row]) -> None:
    widths: dict[int, float] = {}
    for at, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(at, column)
            if isinstance(value, str):
                cell.value = cell_text(value)
                cell.data_type = "s"
                cell.quotePrefix = harmless(value) != value
            else:
                cell.value = value
                if isinstance(value, Decimal):
                    cell.number_format = "#,##0.00" if value % 1 else "#,##0"
            text = "" if value is None else str(value)
            wide = 2 + sum(2 if ord(sign) > 0x2E7F else 1.05 for sign in text)
            widths[column] = max(widths.get(column, 0), wide)
    for column, width in widths.items():
        sheet.column_dimensions[get_column_letter(column)].width = min(width, _WIDEST)


def parquet_of(columns: dict[str, str], rows: Sequence[Row]) -> bytes:
    """Rows of columns (name → type of DuckDB); the names are the caller's own."""
    listed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    # A column of many rows is one parameter: sixty times as fast as row by row.
    lists = ", ".join(f"unnest(?::{kind}[])" for kind in columns.values())
    with TemporaryDirectory() as folder, duck.connect() as connection:
        path = Path(folder) / "table.parquet"
        connection.execute(f"CREATE TABLE told ({listed})")
        for start in range(0, len(rows), _AT_ONCE):
            part = rows[start : start + _AT_ONCE]
            told = [list(column) for column in zip(*part, strict=True)]
            connection.execute(f"INSERT INTO told SELECT {lists}", told)
        connection.execute(f"COPY told TO '{path}' (FORMAT parquet)")
        return path.read_bytes()

"""A file as it is: every row of xlsx, csv or Parquet as text in the DuckDB table `raw`.

`raw` has sheet (from 0), line (from 1, as a spreadsheet or editor counts) and c0, c1 ...; nothing
is understood yet. A csv in UTF-8 whose every line is a record goes straight to DuckDB; everything
else is written out row by row as such a csv first, so memory does not grow with the file. Formulas
are not computed: calamine gives the value that was saved.
"""

# ruff: noqa: S608 - the names in SQL are this module's own

import codecs
import csv
import hashlib
import re
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb
from python_calamine import CalamineError, CalamineWorkbook

from .fields import ImportRefused

LARGEST_UNPACKED = 2_000_000_000
"""Bytes an xlsx may have unpacked."""

WIDEST = 400
"""Columns a file may have."""

_BLOCK = 1 << 20
_BREAKS = re.compile(r"[\r\n\x00]+")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"),
         (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """What was read: the file's SHA-256, its sheets' names (one, empty, for csv and Parquet) and
    how many columns `raw` has."""

    digest: str
    sheets: tuple[str, ...]
    width: int


def read(connection: duckdb.DuckDBPyConnection, path: Path, folder: Path) -> Source:
    """Make the table `raw` of `path`; `folder` holds what must be written out meanwhile. The kind
    of file is told by its first bytes. Raises `ImportRefused` for a file that cannot be read."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        head = file.read(_BLOCK)
    connection.execute("DROP TABLE IF EXISTS raw")
    try:
        if head.startswith(b"PAR1"):
            return _parquet(connection, path, digest)
        if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
            return _workbook(connection, path, folder, digest)
        return _csv(connection, path, folder, digest, head)
    except duckdb.Error as error:
        raise ImportRefused("file-unreadable", reason=str(error)[:200]) from error


def _parquet(connection: duckdb.DuckDBPyConnection, path: Path, digest: str) -> Source:
    scan = connection.read_parquet(str(path))
    names = scan.columns
    _check_width(len(names))
    listed = ", ".join(f"CAST(#{at} AS VARCHAR) AS c{at - 1}" for at in range(1, len(names) + 1))
    blank = ", ".join(f"? AS c{at}" for at in range(len(names)))
    connection.execute(
        f"""CREATE TEMP TABLE raw AS SELECT 0 AS sheet, CAST(1 AS BIGINT) AS line, {blank}
        UNION ALL SELECT 0, file_row_number + 2, * EXCLUDE (file_row_number) FROM (
            SELECT {listed}, file_row_number FROM read_parquet(?, file_row_number = true))""",
        [*names, str(path)],
    )
    return Source(digest, ("",), len(names))


def _workbook(
    connection: duckdb.DuckDBPyConnection, path: Path, folder: Path, digest: str
) -> Source:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            if sum(each.file_size for each in packed.infolist()) > LARGEST_UNPACKED:
                raise ImportRefused("file-too-large", limit=LARGEST_UNPACKED)
    try:
        with closing(CalamineWorkbook.from_path(path)) as book:
            names = tuple(book.sheet_names)
            width = _write_out(folder / "raw.csv", _sheet_rows(book, names))
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        if isinstance(error, ImportRefused):
            raise
        raise ImportRefused("file-unreadable", reason=str(error)[:200]) from error
    _load_written(connection, folder / "raw.csv", width)
    return Source(digest, names, width)


def _sheet_rows(
    book: CalamineWorkbook, names: tuple[str, ...]
) -> Iterator[tuple[int, int, list[str]]]:
    for number, name in enumerate(names):
        sheet = book.get_sheet_by_name(name)
        start = sheet.start
        if start is None:
            continue
        # calamine leaves out empty columns on the left, not rows above.
        before = [""] * start[1]
        for line, row in enumerate(sheet.iter_rows(), start=1):
            yield number, line, before + [_text(cell) for cell in row]


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, datetime | date):
        return cell.isoformat()[:10]
    return str(cell)


def _csv(
    connection: duckdb.DuckDBPyConnection, path: Path, folder: Path, digest: str, head: bytes
) -> Source:
    encoding, lines = _encoding(path, head)
    sample = head.decode(encoding, errors="ignore")
    separator = max(",\t;|", key=sample[:20_000].count)
    if encoding in ("utf-8", "utf-8-sig") and b"\0" not in head:
        try:
            width = max(map(len, csv.reader(sample.splitlines()[:100], delimiter=separator)))
            _check_width(width)
            connection.execute(
                f"""CREATE TEMP TABLE raw AS
                SELECT 0 AS sheet, row_number() OVER () AS line, *
                FROM {_scan(width, "?", separator)}""",
                [str(path)],
            )
            (found,) = connection.execute("SELECT count(*) FROM raw").fetchone() or (0,)
            if found == lines:
                return Source(digest, ("",), width)
        except (duckdb.Error, csv.Error, ValueError) as error:
            if isinstance(error, ImportRefused):
                raise
        # Cells with line breaks, blank lines, rows of several lengths: by the rules of RFC 4180.
        connection.execute("DROP TABLE IF EXISTS raw")
    width = _write_out(folder / "raw.csv", _csv_rows(path, encoding, separator))
    _load_written(connection, folder / "raw.csv", width)
    return Source(digest, ("",), width)


def _encoding(path: Path, head: bytes) -> tuple[str, int]:
    """The encoding, and how many lines the file has."""
    marked = next((name for mark, name in _BOMS if head.startswith(mark)), None)
    for encoding in [marked] if marked else ["utf-8", "gb18030"]:
        decoder = codecs.getincrementaldecoder(encoding)()
        lines, last = 0, b"\n"
        try:
            with path.open("rb") as file:
                while block := file.read(_BLOCK):
                    decoder.decode(block)
                    lines += block.count(b"\n")
                    last = block[-1:]
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding, lines + (last != b"\n")
    raise ImportRefused("file-encoding")


def _csv_rows(path: Path, encoding: str, separator: str) -> Iterator[tuple[int, int, list[str]]]:
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader((line.replace("\0", "") for line in file), delimiter=separator)
        line = 1
        try:
            for row in reader:
                yield 0, line, row
                line = reader.line_num + 1
        except csv.Error as error:
            raise ImportRefused("file-unreadable", reason=str(error), row=line) from error


def _write_out(path: Path, rows: Iterator[tuple[int, int, list[str]]]) -> int:
    width = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        for sheet, line, row in rows:
            if any(row):
                width = max(width, len(row))
                _check_width(width)
                clean = [_BREAKS.sub(" ", cell.encode("utf-8", "replace").decode()) for cell in row]
                writer.writerow([sheet, line, *clean])
    return width


def _load_written(connection: duckdb.DuckDBPyConnection, path: Path, width: int) -> None:
    if not width:
        raise ImportRefused("file-empty")
    cells = ", ".join(f"c{at + 2} AS c{at}" for at in range(width))
    connection.execute(
        f"""CREATE TEMP TABLE raw AS
        SELECT CAST(c0 AS INTEGER) AS sheet, CAST(c1 AS BIGINT) AS line, {cells}
        FROM {_scan(width + 2, "?", ",")}""",
        [str(path)],
    )
    path.unlink()


def _scan(width: int, path: str, separator: str) -> str:
    columns = ", ".join(f"'c{at}': 'VARCHAR'" for at in range(width))
    return f"""read_csv({path}, auto_detect = false, header = false, columns = {{{columns}}},
        delim = '{separator}', quote = '"', escape = '"', null_padding = true, strict_mode = true,
        nullstr = '', max_line_size = 4000000, parallel = true)"""


def _check_width(width: int) -> None:
    if not width:
        raise ImportRefused("file-empty")
    if width > WIDEST:
        raise ImportRefused("file-too-wide", limit=WIDEST)

"""Files: CSV and Parquet by DuckDB, workbooks by calamine. What is read is the head of a file.

A CSV that is not UTF-8 is taken for GB18030 (what Chinese offices save); for DuckDB its head is
written anew in a folder of this process alone, which is gone before the answer is.
"""

import zipfile
from codecs import getincrementaldecoder
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory

import duckdb
from python_calamine import CalamineError, CalamineWorkbook

from shucheng.lib import duck

from ...delivery.model import quoted, text
from ..model import Field
from .model import (
    Described,
    Samples,
    SourceFailed,
    Table,
    at_most,
    told,
    type_of,
    type_of_values,
)

_HEAD = 1_000_000
_ROWS = 1_000
_LARGEST_WORKBOOK = 300_000_000
_MANY = frozenset("*?[]{}")
_ERRORS = (
    (duckdb.Error, "source-unreadable"),
    (OSError, "source-unreachable"),
    (UnicodeError, "source-unreadable"),
)


@dataclass(frozen=True, slots=True)
class CsvFile:
    """The columns as DuckDB finds them in the head; how many rows there are is not known without
    reading all of it, so it is not told."""

    path: Path

    def describe(self) -> Described:
        """Raises `SourceFailed`: `source-unreachable`, `source-unreadable`, `source-name`."""
        with _connected(self.path) as connection, _readable(self.path) as head:
            fields = _columns(connection, _csv(head))
        size = self.path.stat().st_size
        return Described("csv", (Table(self.path.stem, "", fields, None, size),))

    def samples(self, table: str, column: str, most: int = 100) -> Samples:
        """Raises `SourceFailed`, as `describe`, and `source-unknown-column`."""
        with _connected(self.path) as connection, _readable(self.path) as head:
            return _values(connection, _csv(head), table, column, most)


@dataclass(frozen=True, slots=True)
class ParquetFile:
    """Rows as the file's own footer counts them."""

    path: Path

    def describe(self) -> Described:
        """Raises `SourceFailed`: `source-unreachable`, `source-unreadable`, `source-name`."""
        with _connected(self.path) as connection:
            place = text(str(self.path))
            fields = _columns(connection, f"read_parquet({place})")
            counted = connection.execute(
                f"SELECT sum(num_rows) FROM parquet_file_metadata({place})"  # noqa: S608
            ).fetchone()
            size = self.path.stat().st_size
        rows = int(counted[0]) if counted else None
        return Described("parquet", (Table(self.path.stem, "", fields, rows, size, exact=True),))

    def samples(self, table: str, column: str, most: int = 100) -> Samples:
        """Raises `SourceFailed`, as `describe`, and `source-unknown-column`."""
        with _connected(self.path) as connection:
            source = f"read_parquet({text(str(self.path))})"
            return _values(connection, source, table, column, most)


@dataclass(frozen=True, slots=True)
class Workbook:
    """Each sheet is a table: its first row that is not empty names the fields; sheets without one
    are left out. Types are those of the first rows."""

    path: Path

    def describe(self) -> Described:
        """Raises `SourceFailed`: `source-unreachable`, `source-unreadable`, `source-too-large`."""
        with self._opened() as book:
            sheets = [(name, *_sheet(book, name)) for name in book.sheet_names]
        size = self.path.stat().st_size
        tables = (
            Table(name, "", _typed(heading, rows), below, size, exact=True)
            for name, heading, rows, below in sheets
            if heading
        )
        return Described("workbook", tuple(tables))

    def samples(self, table: str, column: str, most: int = 100) -> Samples:
        """Raises `SourceFailed`, as `describe`, and `source-unknown-column`."""
        with self._opened() as book:
            known = table in book.sheet_names
            heading, rows, _ = _sheet(book, table) if known else ([], [], 0)
        if column not in heading:
            raise SourceFailed("source-unknown-column", f"{table}.{column}")
        index = heading.index(column)
        found = (row[index] for row in rows if index < len(row))
        return Samples(table, column, tuple(islice(found, at_most(most))))

    def rows(self, table: str, most: int) -> tuple[list[str], list[list[object]]]:
        """The names of a sheet's columns and its first rows. Raises `SourceFailed`, as `describe`,
        and `source-unknown-column`."""
        with self._opened() as book:
            if table not in book.sheet_names:
                raise SourceFailed("source-unknown-column", table)
            heading, rows, _ = _sheet(book, table, most)
        return heading, rows

    @contextmanager
    def _opened(self) -> Iterator[CalamineWorkbook]:
        failures = (
            (FileNotFoundError, "source-unreachable"),
            (CalamineError, "source-unreadable"),
            (zipfile.BadZipFile, "source-unreadable"),
            (OSError, "source-unreadable"),
        )
        with told(*failures, about=self.path.name):
            if _unpacked(self.path) > _LARGEST_WORKBOOK:
                raise SourceFailed("source-too-large", self.path.name)
            with closing(CalamineWorkbook.from_path(self.path)) as book:
                yield book


def _unpacked(path: Path) -> int:
    if not zipfile.is_zipfile(path):
        return path.stat().st_size
    with zipfile.ZipFile(path) as packed:
        return sum(each.file_size for each in packed.infolist())


def _sheet(
    book: CalamineWorkbook, name: str, most: int = _ROWS
) -> tuple[list[str], list[list[object]], int]:
    """The names of the fields, the first rows below them, and how many rows lie below."""
    sheet = book.get_sheet_by_name(name)
    rows = sheet.iter_rows()
    for before, row in enumerate(rows, 1):
        if any(cell != "" for cell in row):
            heading = [str(cell).strip() or f"column {n}" for n, cell in enumerate(row, 1)]
            return (
                heading,
                [list(each) for each in islice(rows, most)],
                (sheet.end or (0, 0))[0] + 1 - before,
            )
    return [], [], 0


def _typed(heading: list[str], rows: list[list[object]]) -> tuple[Field, ...]:
    return tuple(
        Field(name, "", type_of_values(row[n] for row in rows if n < len(row)))
        for n, name in enumerate(heading)
    )


@contextmanager
def _connected(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection for one file. Raises `SourceFailed` where its name would stand for many."""
    with told(*_ERRORS, about=path.name):
        if _MANY & set(str(path)):
            raise SourceFailed("source-name", path.name)
        if not path.is_file():
            raise SourceFailed("source-unreachable", path.name)
        with closing(duck.connect(threads=1, memory="256MB")) as connection:
            yield connection


@contextmanager
def _readable(path: Path) -> Iterator[Path]:
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if b"\0" in head:
        raise SourceFailed("source-unreadable", path.name)
    if len(head) == _HEAD:
        head = head[: head.rfind(b"\n") + 1] or head
    try:
        head.decode("utf-8")
    except UnicodeDecodeError:
        with TemporaryDirectory(prefix="shucheng-head-") as folder:
            copy = Path(folder, "head.csv")
            copy.write_text(head.decode("gb18030"), encoding="utf-8", newline="")
            yield copy
    else:
        yield path


@contextmanager
def as_utf8(path: Path) -> Iterator[Path]:
    """A whole CSV as DuckDB reads it: itself, or where its head is not UTF-8 a copy that is, gone
    afterwards. Raises `OSError`, `UnicodeError` for what is neither UTF-8 nor GB18030."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    try:
        getincrementaldecoder("utf-8")().decode(head)  # the last character may be cut
    except UnicodeDecodeError:
        with TemporaryDirectory(prefix="shucheng-utf8-") as folder:
            copy = Path(folder, "whole.csv")
            with (
                path.open(encoding="gb18030", newline="") as old,
                copy.open("w", encoding="utf-8", newline="") as new,
            ):
                copyfileobj(old, new, _HEAD)
            yield copy
    else:
        yield path


def _csv(path: Path) -> str:
    return f"read_csv({text(str(path))}, sample_size = 20000, ignore_errors = true)"


def _columns(connection: duckdb.DuckDBPyConnection, source: str) -> tuple[Field, ...]:
    rows = connection.execute(f"DESCRIBE FROM {source}").fetchall()
    return tuple(Field(name, "", type_of(said)) for name, said, *_ in rows)


def _values(
    connection: duckdb.DuckDBPyConnection, source: str, table: str, column: str, most: int
) -> Samples:
    if column not in {field.name for field in _columns(connection, source)}:
        raise SourceFailed("source-unknown-column", f"{table}.{column}")
    statement = f"SELECT {quoted(column)} FROM {source} LIMIT {at_most(most)}"  # noqa: S608
    return Samples(table, column, tuple(row[0] for row in connection.execute(statement).fetchall()))

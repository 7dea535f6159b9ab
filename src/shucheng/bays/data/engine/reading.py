"""Rows of a department's table, file or sheet, read into a DuckDB database: all of them to make a
product, the first of them to look at.

What an error of a database says may quote a value or an address with a password: only its kind
leaves.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime
from datetime import time as clock
from pathlib import Path
from typing import Any

import duckdb
import psycopg
from psycopg import sql as pg

from .catalogue.sources.files import Workbook, as_utf8
from .catalogue.sources.model import SourceFailed
from .delivery.model import Refused, quoted, text

# Of the rows of one table: how long they may take to come, how many characters of text they may be.
READ_SECONDS, MOST_TEXT = 600.0, 2_000_000_000
_AT_ONCE = 10_000
_CONNECT_SECONDS, _STATEMENT_SECONDS = 5, 120.0
# PostgreSQL's own names of types → DuckDB's; what is not here is read as text.
_TYPES = {
    **dict.fromkeys(("int2", "int4", "int8"), "BIGINT"),
    **dict.fromkeys(("float4", "float8"), "DOUBLE"),
    "numeric": "DECIMAL(38, 6)",
    "bool": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}
# Those that the login may read, as in the source's description; of a domain what it stands for.
_COLUMNS = """
SELECT a.attname, coalesce(nullif(t.typbasetype, 0), t.oid)::bigint
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped
    AND has_column_privilege(a.attrelid, a.attnum, 'SELECT')
ORDER BY a.attnum"""
_READERS = {"csv": "read_csv", "parquet": "read_parquet"}


@dataclass(frozen=True, slots=True)
class TableInput:
    """A table of a PostgreSQL database: `address` is host:port/database, `table` may have a schema
    before a dot."""

    address: str
    username: str
    password: str = field(repr=False)
    table: str


@dataclass(frozen=True, slots=True)
class FileInput:
    """A file of `kind` csv or parquet."""

    path: Path
    kind: str


@dataclass(frozen=True, slots=True)
class SheetInput:
    """A sheet of a workbook; its first row that is not empty names the columns."""

    path: Path
    sheet: str


Input = TableInput | FileInput


class Silent(Refused):
    """A database that does not answer, or lets nobody in."""


def read_whole(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    source: Input,
    fields: Sequence[str] | None,
    most: int,
) -> int:
    """All rows as a table `name`, of `fields` only where they are given; how many there are.

    Raises `Refused`: `input-unreadable`, `input-too-large`, `input-too-slow`, `unknown-field`."""
    try:
        if isinstance(source, FileInput):
            _read_file(connection, name, source, fields)
        else:
            _read_table(connection, name, source, fields, most + 1, READ_SECONDS)
        rows = _number(connection, name)
    except psycopg.errors.QueryCanceled:
        raise Refused("input-too-slow", name) from None
    except _ERRORS as error:
        raise _unreadable(name, error) from None
    if rows > most:
        raise Refused("input-too-large", name)
    return rows


def read_first(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    source: TableInput | SheetInput,
    most: int,
    *,
    seconds: float,
) -> bool:
    """The first rows as a table `name`, `most` of them; whether there are more. A sheet's values
    are text, as a CSV's. Raises `Refused`, see `read_whole`."""
    try:
        if isinstance(source, SheetInput):
            _read_sheet(connection, name, source, most + 1)
        else:
            _read_table(connection, name, source, None, most + 1, seconds)
        more = _number(connection, name) > most
        if more:
            connection.execute(f"DELETE FROM {quoted(name)} WHERE rowid >= {most:d}")  # noqa: S608
    except psycopg.errors.QueryCanceled:
        raise Refused("input-too-slow", name) from None
    except _ERRORS as error:
        raise _unreadable(name, error) from None
    return more


_ERRORS = (duckdb.Error, psycopg.Error, SourceFailed, OSError, UnicodeError)


def _unreadable(name: str, error: Exception) -> Refused:
    return Refused("input-unreadable", f"{name} ({type(error).__name__})")


def _read_file(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    source: FileInput,
    fields: Sequence[str] | None,
) -> None:
    reader = _READERS.get(source.kind)
    if reader is None:
        raise Refused("input-unreadable", f"{name} ({source.kind})")
    with as_utf8(source.path) if source.kind == "csv" else nullcontext(source.path) as path:
        relation = f"{reader}({text(str(path))})"
        known = [column for column, _kind in columns_of(connection, relation)]
        chosen = ", ".join(map(quoted, _chosen(known, fields, name)))
        connection.execute(
            f"CREATE TABLE {quoted(name)} AS SELECT {chosen} FROM {relation}"  # noqa: S608
        )


def _read_table(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    source: TableInput,
    fields: Sequence[str] | None,
    most: int,
    seconds: float,
) -> None:
    place = pg.Identifier(*source.table.split(".", 1))
    with _postgres(source, seconds, name) as database, database.cursor() as looking:
        looking.execute(_COLUMNS, [place.as_string(database)])
        found = {column: _type_name(database, code) for column, code in looking.fetchall()}
        chosen = _chosen(list(found), fields, name)
        kinds = {column: _TYPES.get(found[column], "VARCHAR") for column in chosen}
        said = [
            pg.SQL("{}::text").format(pg.Identifier(column)) if kind == "VARCHAR"
            else pg.Identifier(column)
            for column, kind in kinds.items()
        ]  # fmt: skip
        query = pg.SQL("SELECT {} FROM {} LIMIT {}").format(
            pg.SQL(", ").join(said), place, pg.Literal(most)
        )
        _create(connection, name, kinds)
        with database.cursor(name="rows") as rows:
            rows.execute(query)
            ends, text_left = time.monotonic() + seconds, MOST_TEXT
            while batch := rows.fetchmany(_AT_ONCE):
                text_left -= _insert(connection, name, kinds, batch)
                if text_left < 0:
                    raise Refused("input-too-large", name)
                if time.monotonic() > ends:
                    raise Refused("input-too-slow", name)


def _read_sheet(
    connection: duckdb.DuckDBPyConnection, name: str, source: SheetInput, most: int
) -> None:
    heading, rows = Workbook(source.path).rows(source.sheet, most)
    places: dict[str, int] = {}
    names: set[str] = set()
    for at, column in enumerate(heading):
        if column.lower() not in names:  # of two columns with one name the first counts
            names.add(column.lower())
            places[column] = at
    kinds = dict.fromkeys(places, "VARCHAR")
    _create(connection, name, kinds)
    for start in range(0, len(rows), _AT_ONCE):
        batch = rows[start : start + _AT_ONCE]
        told = [[_said(row, at) for at in places.values()] for row in batch]
        _insert(connection, name, kinds, told)


def _said(row: Sequence[object], at: int) -> str | None:
    """A cell as text: a workbook keeps whole numbers as 2025.0 and days as midnights."""
    value = row[at] if at < len(row) else ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == clock():
        return value.date().isoformat()
    if isinstance(value, date | clock):
        return value.isoformat()
    return str(value) if value != "" else None


def _create(connection: duckdb.DuckDBPyConnection, name: str, kinds: Mapping[str, str]) -> None:
    listed = ", ".join(f"{quoted(column)} {kind}" for column, kind in kinds.items())
    connection.execute(f"CREATE TABLE {quoted(name)} ({listed})")


def _insert(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    kinds: Mapping[str, str],
    batch: Sequence[Sequence[object]],
) -> int:
    """How many characters of text came."""
    told = [list(column) for column in zip(*batch, strict=True)]
    lists = ", ".join(f"unnest(?::{kind}[])" for kind in kinds.values())
    connection.execute(f"INSERT INTO {quoted(name)} SELECT {lists}", told)
    return sum(len(each) for column in told for each in column if isinstance(each, str))


def _postgres(source: TableInput, seconds: float, name: str) -> psycopg.Connection[tuple[Any, ...]]:
    """Read-only, and as of one moment."""
    server, _, database = source.address.partition("/")
    host, _, port = server.rpartition(":")
    limit = int(1000 * min(seconds, _STATEMENT_SECONDS))
    try:
        connection = psycopg.connect(
            host=host or server,
            port=int(port) if host and port.isdigit() else 5432,
            dbname=database,
            user=source.username,
            password=source.password or None,
            connect_timeout=_CONNECT_SECONDS,
            options=f"-c statement_timeout={max(limit, 1)}",
        )
    except psycopg.Error as error:
        raise Silent("input-unreadable", f"{name} ({type(error).__name__})") from None
    connection.read_only = True
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    return connection


def _type_name(database: psycopg.Connection[tuple[Any, ...]], code: int) -> str:
    known = database.adapters.types.get(code)
    return known.name if known else ""


def _chosen(known: Iterable[str], fields: Sequence[str] | None, name: str) -> list[str]:
    columns = list(known)
    if fields is None:
        return columns
    if strange := sorted(set(fields) - set(columns)):
        raise Refused("unknown-field", f"{name}: {strange[0]}")
    chosen = [column for column in columns if column in fields]
    if not chosen:
        raise Refused("unknown-field", name)
    return chosen


def columns_of(connection: duckdb.DuckDBPyConnection, relation: str) -> tuple[tuple[str, str], ...]:
    """Names and types of a relation's columns."""
    found = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()  # noqa: S608
    return tuple((str(row[0]), str(row[1])) for row in found)


def _number(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    found = connection.execute(f"SELECT count(*) FROM {quoted(name)}").fetchone()  # noqa: S608
    return int(found[0]) if found else 0

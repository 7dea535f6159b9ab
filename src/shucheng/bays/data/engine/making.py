"""Making a product: rows of its inputs are read into a database of its own, one SELECT over them by
name runs, what comes out is kept as Parquet.

The SELECT is held against the sandbox's list (`delivery/admit`) and written anew; once the inputs
are in, the database is closed to the file system, the network and settings, but for the one file it
writes. What an error of a database says may quote a value or an address with a password: only its
kind leaves.
"""

import re
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import psycopg
from psycopg import sql as pg

from .delivery.admit import admit
from .delivery.model import Refused, quoted, text

SECONDS, MEMORY, MOST_ROWS = 120.0, "1GB", 5_000_000
# Of the rows of one table: how long they may take to come, how many characters of text they may be.
READ_SECONDS, MOST_TEXT = 600.0, 2_000_000_000
_AT_ONCE = 10_000
_CONNECT_SECONDS = 5
# PostgreSQL's own names of types → DuckDB's; what is not here is read as text.
_TYPES = {
    **dict.fromkeys(("int2", "int4", "int8"), "BIGINT"),
    **dict.fromkeys(("float4", "float8"), "DOUBLE"),
    "numeric": "DECIMAL(38, 6)",
    "bool": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}
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


Input = TableInput | FileInput


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of an input: `digest` is SHA-256 over its rows, in whatever order they came."""

    rows: int
    digest: str
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Made:
    """The product's rows as Parquet, its columns with their types, what was read of each input, the
    statement as it ran."""

    content: bytes
    columns: tuple[tuple[str, str], ...]
    rows: int
    inputs: Mapping[str, Read]
    sql: str


def table_name(code: str) -> str:
    """What SQL calls an input: `RES-2026-000001` → `res_2026_000001`."""
    return re.sub(r"\W+", "_", code).lower()


def make(
    sql: str,
    inputs: Mapping[str, Input],
    fields: Mapping[str, Sequence[str]] | None = None,
    *,
    seconds: float = SECONDS,
    most_rows: int = MOST_ROWS,
) -> Made:
    """The product of a SELECT over `inputs` (name → where its rows are). `fields`: of an input only
    these columns are read, so that no other can be in the product.

    Raises `Refused`: see `admit`; `input-unreadable` (with the input's name and the kind of the
    error), `input-too-large`, `input-too-slow`, `unknown-field`, `making-failed`,
    `making-too-slow`, `nothing-made`."""
    with TemporaryDirectory(prefix="shucheng-making-") as folder, closing(_open(folder)) as open_:
        read = {
            name: _read_in(open_, name, each, (fields or {}).get(name), most_rows)
            for name, each in inputs.items()
        }
        tables = {name: [column for column, _kind in each.columns] for name, each in read.items()}
        admitted = admit(sql, tables)
        out = Path(folder) / "made.parquet"
        _close_off(open_, out)
        _run(open_, f"COPY ({admitted.sql}) TO {text(str(out))} (FORMAT parquet)", seconds)
        with closing(duckdb.connect()) as reader:
            relation = f"read_parquet({text(str(out))})"
            columns = _columns(reader, relation)
            rows = _number(reader, f"SELECT count(*) FROM {relation}")  # noqa: S608
        if rows == 0:
            raise Refused("nothing-made")
        return Made(out.read_bytes(), columns, rows, read, admitted.sql)


def check(sql: str, tables: Mapping[str, Sequence[str]]) -> str:
    """The statement as it would run over tables of which only the columns are known. Raises
    `Refused`, see `admit`."""
    return admit(sql, tables).sql


def _open(folder: str) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(
        config={
            "threads": 1,
            "memory_limit": MEMORY,
            "temp_directory": f"{folder}/spill",
            "python_enable_replacements": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
        }
    )


def _close_off(connection: duckdb.DuckDBPyConnection, out: Path) -> None:
    connection.execute(f"SET allowed_paths = [{text(str(out))}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _read_in(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    source: Input,
    fields: Sequence[str] | None,
    most: int,
) -> Read:
    try:
        if isinstance(source, FileInput):
            _read_file(connection, name, source, fields)
        else:
            _read_table(connection, name, source, fields, most)
        rows = _number(connection, f"SELECT count(*) FROM {quoted(name)}")  # noqa: S608
    except (duckdb.Error, psycopg.Error, OSError, UnicodeError) as error:
        raise Refused("input-unreadable", f"{name} ({type(error).__name__})") from None
    if rows > most:
        raise Refused("input-too-large", name)
    return Read(rows, _digest(connection, name), _columns(connection, quoted(name)))


def _read_file(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    source: FileInput,
    fields: Sequence[str] | None,
) -> None:
    reader = _READERS.get(source.kind)
    if reader is None:
        raise Refused("input-unreadable", f"{name} ({source.kind})")
    relation = f"{reader}({text(str(source.path))})"
    known = [column for column, _kind in _columns(connection, relation)]
    chosen = ", ".join(map(quoted, _chosen(known, fields, name)))
    connection.execute(f"CREATE TABLE {quoted(name)} AS SELECT {chosen} FROM {relation}")  # noqa: S608


def _read_table(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    source: TableInput,
    fields: Sequence[str] | None,
    most: int,
) -> None:
    place = pg.Identifier(*source.table.split(".", 1))
    with _postgres(source) as database, database.cursor() as looking:
        looking.execute(pg.SQL("SELECT * FROM {} LIMIT 0").format(place))
        found = {c.name: _type_name(database, c.type_code) for c in looking.description or ()}
        chosen = _chosen(list(found), fields, name)
        kinds = [_TYPES.get(found[column], "VARCHAR") for column in chosen]
        listed = ", ".join(f"{quoted(c)} {k}" for c, k in zip(chosen, kinds, strict=True))
        connection.execute(f"CREATE TABLE {quoted(name)} ({listed})")
        said = [
            pg.SQL("{}::text").format(pg.Identifier(column)) if kind == "VARCHAR"
            else pg.Identifier(column)
            for column, kind in zip(chosen, kinds, strict=True)
        ]  # fmt: skip
        query = pg.SQL("SELECT {} FROM {} LIMIT {}").format(
            pg.SQL(", ").join(said), place, pg.Literal(most + 1)
        )
        lists = ", ".join(f"unnest(?::{kind}[])" for kind in kinds)
        with database.cursor(name="rows") as rows:
            rows.execute(query)
            ends, text_left = time.monotonic() + READ_SECONDS, MOST_TEXT
            while batch := rows.fetchmany(_AT_ONCE):
                told = [list(column) for column in zip(*batch, strict=True)]
                text_left -= sum(len(each) for c in told for each in c if isinstance(each, str))
                if text_left < 0:
                    raise Refused("input-too-large", name)
                if time.monotonic() > ends:
                    raise Refused("input-too-slow", name)
                connection.execute(f"INSERT INTO {quoted(name)} SELECT {lists}", told)


def _postgres(source: TableInput) -> psycopg.Connection[tuple[object, ...]]:
    """Read-only, and as of one moment."""
    server, _, database = source.address.partition("/")
    host, _, port = server.rpartition(":")
    connection = psycopg.connect(
        host=host or server,
        port=int(port) if host and port.isdigit() else 5432,
        dbname=database,
        user=source.username,
        password=source.password or None,
        connect_timeout=_CONNECT_SECONDS,
        options="-c statement_timeout=120000",
    )
    connection.read_only = True
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    return connection


def _type_name(database: psycopg.Connection[tuple[object, ...]], code: int) -> str:
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


def _columns(connection: duckdb.DuckDBPyConnection, relation: str) -> tuple[tuple[str, str], ...]:
    found = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()  # noqa: S608
    return tuple((str(row[0]), str(row[1])) for row in found)


def _digest(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    rows = f"SELECT sha256(to_json(each)::VARCHAR) AS h FROM {quoted(name)} AS each"  # noqa: S608
    found = connection.execute(
        f"SELECT sha256(coalesce(string_agg(h, '' ORDER BY h), '')) FROM ({rows})"  # noqa: S608
    ).fetchone()
    return str(found[0]) if found else ""


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    found = connection.execute(query).fetchone()
    return int(found[0]) if found else 0


def _run(connection: duckdb.DuckDBPyConnection, statement: str, seconds: float) -> None:
    late = threading.Event()
    timer = threading.Timer(seconds, _stop, (connection, late))
    timer.start()
    try:
        connection.execute(statement)
    except (duckdb.Error, RuntimeError, UnicodeError) as error:
        code = "making-too-slow" if late.is_set() else "making-failed"
        raise Refused(code, type(error).__name__) from None
    finally:
        timer.cancel()


def _stop(connection: duckdb.DuckDBPyConnection, late: threading.Event) -> None:
    late.set()
    with suppress(duckdb.Error):  # it ended at the same moment
        connection.interrupt()

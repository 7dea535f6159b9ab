"""Making a product: rows of its inputs are read into a database of its own, one SELECT over them by
name runs, what comes out is kept as Parquet.

The SELECT is held against the sandbox's list (`delivery/admit`) and written anew; once the inputs
are in, the database is closed to the file system, the network and settings, but for the one file it
writes. What an error of a database says may quote a value or an address with a password: only its
kind leaves.
"""

import re
import threading
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from .delivery.admit import admit
from .delivery.model import Refused, quoted, text
from .reading import Input, columns_of, read_whole

SECONDS, MEMORY, MOST_ROWS = 120.0, "1GB", 5_000_000


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
            columns = columns_of(reader, relation)
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
    rows = read_whole(connection, name, source, fields, most)
    return Read(rows, _digest(connection, name), columns_of(connection, quoted(name)))


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

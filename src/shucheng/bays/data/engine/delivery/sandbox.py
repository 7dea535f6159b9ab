"""The second wall of the sandbox: a database of its own that holds the product's rows and no more.

The policy is applied while the rows are copied in: what a buyer may not see is not in there. Then
the file system, the network, extensions and settings are locked; only one SELECT runs at a time,
in a transaction that may not write.

The memory limit is DuckDB's: it does not count every text (`repeat` of 2 GB passes it). The first
wall leaves out what makes long texts; run the sandbox in a process with a limit of its own where
the buyers are not trusted with that.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import duckdb

from .admit import admit
from .groups import Groups
from .model import Refused, quoted

_SETTINGS: dict[str, str | bool] = {
    "python_enable_replacements": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "temp_directory": "",
    "max_temp_directory_size": "0B",
}
_LOCKS = ("enable_external_access = false", "lock_configuration = true")
_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Limits:
    """`seconds` of a query, `rows` and `size` (bytes of text) of its answer, `memory` of all."""

    seconds: float = 10.0
    rows: int = 10_000
    size: int = 5_000_000
    memory: str = "512MB"
    threads: int = 1


@dataclass(frozen=True, slots=True)
class Answer:
    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]
    size: int
    ms: float


@dataclass
class Sandbox:
    """Tables of one agreement. Make one with `open_sandbox`; queries may come from many threads."""

    connection: duckdb.DuckDBPyConnection
    tables: Mapping[str, Sequence[str]]
    limits: Limits
    groups: Groups | None = None
    _one: threading.Lock = field(default_factory=threading.Lock)

    def query(self, sql: str) -> Answer:
        """Raises `Refused`: see `admit`; `query-failed`, `query-too-slow`, `answer-too-large`."""
        return self.run(admit(sql, self.tables, self.groups).sql)

    def run(self, sql: str) -> Answer:
        """Run what was admitted. Alone it is the second wall: hostile text finds nothing here."""
        began = time.perf_counter()
        with self._one, self.connection.cursor() as cursor:
            if not _is_one_select(cursor, sql):
                raise Refused("not-one-select")
            late = threading.Event()
            timer = threading.Timer(self.limits.seconds, _stop, (cursor, late))
            timer.start()
            try:
                cursor.execute("BEGIN TRANSACTION READ ONLY")
                cursor.execute(sql)
                columns = tuple(each[0] for each in cursor.description or ())
                rows, size = _within(cursor, self.limits)
            except duckdb.InterruptException:
                raise Refused("query-too-slow") from None
            except (duckdb.Error, RuntimeError, UnicodeError) as error:
                # What the database says may quote a value: only the kind of its error leaves.
                code = "query-too-slow" if late.is_set() else "query-failed"
                raise Refused(code, type(error).__name__) from None
            finally:
                timer.cancel()
        return Answer(columns, rows, size, (time.perf_counter() - began) * 1000)

    def close(self) -> None:
        self.connection.close()


def open_sandbox(
    sources: Mapping[str, str], limits: Limits | None = None, groups: Groups | None = None
) -> Sandbox:
    """A sandbox with a table for each of `sources`: name → SELECT of the shell's own, such as
    `policy.select` writes over a file. Raises `duckdb.Error` where one cannot be read."""
    limits = limits or Limits()
    connection = duckdb.connect(
        ":memory:",
        config={**_SETTINGS, "threads": limits.threads, "memory_limit": limits.memory},
    )
    tables: dict[str, Sequence[str]] = {}
    for name, select in sources.items():
        connection.execute(f"CREATE TABLE {quoted(name)} AS {select}")
        found = connection.execute(f"SELECT * FROM {quoted(name)} LIMIT 0").description or []  # noqa: S608
        tables[name] = [each[0] for each in found]
    for lock in _LOCKS:
        connection.execute(f"SET {lock}")
    return Sandbox(connection, tables, limits, groups)


def _is_one_select(cursor: duckdb.DuckDBPyConnection, sql: str) -> bool:
    try:
        statements = cursor.extract_statements(sql)
    except (duckdb.Error, UnicodeError):
        return False
    return len(statements) == 1 and statements[0].type == duckdb.StatementType.SELECT


def _stop(cursor: duckdb.DuckDBPyConnection, late: threading.Event) -> None:
    late.set()
    with suppress(duckdb.Error):  # it ended at the same moment
        cursor.interrupt()


def _within(cursor: duckdb.DuckDBPyConnection, limits: Limits) -> tuple[list[tuple[Any, ...]], int]:
    rows: list[tuple[Any, ...]] = []
    size = 0
    while batch := cursor.fetchmany(min(_BATCH, limits.rows + 1 - len(rows))):
        rows += batch
        size += sum(len(str(each).encode()) for row in batch for each in row)
        if len(rows) > limits.rows or size > limits.size:
            raise Refused("answer-too-large")
    return rows, size

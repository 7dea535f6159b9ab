"""A SQLite file: its schema, and row counts where somebody ran ANALYZE. SQLite has no comments."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from ...delivery.model import quoted
from ..model import Field
from .model import Described, Samples, SourceFailed, Table, at_most, told, type_of

_STEPS = 50_000_000


@dataclass(frozen=True, slots=True)
class Sqlite:
    path: Path

    def describe(self) -> Described:
        """Raises `SourceFailed`: `source-unreachable` (no file), `source-unreadable`."""
        with self._open(self.path.name) as connection:
            counts = _counts(connection)
            names = [
                name
                for schema, name, kind, *_ in connection.execute("PRAGMA table_list")
                if schema == "main" and kind in ("table", "view") and not name.startswith("sqlite_")
            ]
            tables = [
                Table(name, "", _fields(connection, name), counts.get(name))
                for name in sorted(names)
            ]
        return Described("sqlite", tuple(tables))

    def samples(self, table: str, column: str, most: int = 100) -> Samples:
        """Raises `SourceFailed`, as `describe`, and `source-unknown-column`."""
        about = f"{table}.{column}"
        known = {field.name for field in self.describe().table(table).fields}
        with self._open(about) as connection:
            # SQLite takes an unknown name in quotation marks for a text.
            if column not in known:
                raise SourceFailed("source-unknown-column", about)
            statement = f"SELECT {quoted(column)} FROM {quoted(table)} LIMIT {at_most(most)}"  # noqa: S608
            return Samples(table, column, tuple(row[0] for row in connection.execute(statement)))

    @contextmanager
    def _open(self, about: str) -> Iterator[sqlite3.Connection]:
        failures = (
            (sqlite3.OperationalError, "source-unreachable"),
            (sqlite3.Error, "source-unreadable"),
        )
        address = f"file:{quote(str(self.path.absolute()))}?mode=ro"
        with (
            told(*failures, about=about),
            closing(sqlite3.connect(address, uri=True, timeout=10)) as connection,
        ):
            connection.execute("PRAGMA query_only = 1")
            # A view can hold anything; one that never ends is stopped.
            left = iter(range(_STEPS // 1_000_000))
            connection.set_progress_handler(lambda: next(left, None) is None, 1_000_000)
            yield connection


def _counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Of ANALYZE: the first number of a table's statistics is its rows."""
    if not connection.execute("PRAGMA table_info(sqlite_stat1)").fetchall():
        return {}
    rows = connection.execute("SELECT tbl, stat FROM sqlite_stat1 WHERE stat IS NOT NULL")
    return {table: int(stat.split()[0]) for table, stat in rows}


def _fields(connection: sqlite3.Connection, table: str) -> tuple[Field, ...]:
    rows = connection.execute(f"PRAGMA table_info({quoted(table)})")
    return tuple(
        Field(name, "", type_of(said), "", not (notnull or key), bool(key))
        for _, name, said, notnull, _, key in rows
    )

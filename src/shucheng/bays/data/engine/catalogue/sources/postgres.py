"""A PostgreSQL database: schema, comments and statistics from its own catalogue.

Row counts are those that ANALYZE and autovacuum left (`pg_class.reltuples`, of a partitioned table
the sum over its parts): no table is scanned. Every session is read-only, and a statement has a
limit of time.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import errors, sql

from ..model import Field
from .model import Described, Samples, SourceFailed, Table, at_most, told, type_of

_SETTINGS = "-c default_transaction_read_only=on -c search_path=pg_catalog -c lock_timeout=5s"
_TABLES = """
SELECT c.oid, n.nspname, c.relname, coalesce(obj_description(c.oid, 'pg_class'), ''),
    CASE WHEN c.relkind = 'p' THEN
        (SELECT CASE WHEN min(l.reltuples) < 0 THEN NULL ELSE sum(l.reltuples) END
         FROM pg_partition_tree(c.oid) t JOIN pg_class l ON l.oid = t.relid WHERE t.isleaf)
    WHEN c.reltuples >= 0 AND c.relkind <> 'v' THEN c.reltuples END,
    CASE WHEN c.relkind = 'p' THEN
        (SELECT sum(pg_total_relation_size(t.relid)) FROM pg_partition_tree(c.oid) t)
    WHEN c.relkind IN ('r', 'm') THEN pg_total_relation_size(c.oid) END
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
    AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
    AND has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT')
ORDER BY n.nspname, c.relname"""
_COLUMNS = """
SELECT a.attrelid, a.attname, format_type(a.atttypid, a.atttypmod), t.typtype = 'e',
    coalesce(col_description(a.attrelid, a.attnum), ''), NOT a.attnotnull,
    coalesce(a.attnum = ANY (i.indkey), false)
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid = ANY (%s)
    AND has_column_privilege(a.attrelid, a.attnum, 'SELECT')
ORDER BY a.attrelid, a.attnum"""


@dataclass(frozen=True, slots=True)
class Postgres:
    """`address`: a URL or DSN, with its password in no `repr`; `seconds`: of each statement. Tables
    and columns that the login cannot read are not there."""

    address: str = field(repr=False)
    seconds: int = 10

    def describe(self) -> Described:
        """Raises `SourceFailed`: `source-unreachable`, `source-denied`, `source-too-slow`."""
        with self._session() as cursor:
            tables = cursor.execute(_TABLES).fetchall()
            columns = defaultdict(list)
            for oid, *said in cursor.execute(_COLUMNS, ([row[0] for row in tables],)):
                columns[oid].append(_field(*said))
        return Described(
            "postgresql",
            tuple(
                Table(
                    f"{schema}.{name}",
                    comment,
                    tuple(columns[oid]),
                    None if rows is None else int(rows),
                    None if size is None else int(size),
                )
                for oid, schema, name, comment, rows, size in tables
            ),
        )

    def samples(self, table: str, column: str, most: int = 100) -> Samples:
        """The first values in the order in which they lie: no sorting, no scan of the whole.
        Raises `SourceFailed`, as `describe`, and `source-unknown-column`."""
        schema, _, name = table.partition(".")
        statement = sql.SQL("SELECT {} FROM {} LIMIT {}").format(
            sql.Identifier(column), sql.Identifier(schema, name), sql.Literal(at_most(most))
        )
        with self._session(f"{table}.{column}") as cursor:
            return Samples(table, column, tuple(row[0] for row in cursor.execute(statement)))

    @contextmanager
    def _session(self, about: str = "") -> Iterator[psycopg.Cursor[tuple[Any, ...]]]:
        options = f"{_SETTINGS} -c statement_timeout={self.seconds}s"
        failures = (
            (errors.InsufficientPrivilege, "source-denied"),
            (errors.QueryCanceled, "source-too-slow"),
            (errors.LockNotAvailable, "source-too-slow"),
            (errors.UndefinedColumn, "source-unknown-column"),
            (errors.UndefinedTable, "source-unknown-column"),
            (errors.InvalidSchemaName, "source-unknown-column"),
            (psycopg.Error, "source-unreachable"),
        )
        with told(*failures, about=about):
            if not _is_plain(self.address):
                raise SourceFailed("source-unreachable")
            with psycopg.connect(
                self.address, options=options, connect_timeout=5, application_name="shucheng"
            ) as connection:
                connection.read_only = True
                with connection.cursor() as cursor:
                    yield cursor


def _is_plain(address: str) -> bool:
    """An address that brings options of its own could undo ours."""
    try:
        return "options" not in psycopg.conninfo.conninfo_to_dict(address)
    except psycopg.Error:
        return False


def _field(
    name: str, said: str, is_enum: bool, comment: str, nullable: bool, is_key: bool
) -> Field:
    kind = "string" if is_enum else type_of(said)
    return Field(name, "", kind, comment, nullable, is_key)

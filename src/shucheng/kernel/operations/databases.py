"""Copying and bringing back a whole database, in the way that each of the two does it best."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from django.db import connection, connections
from django.utils.translation import gettext_lazy as _
from psycopg.sql import SQL, Identifier

from shucheng.kernel.errors import Invalid

SQLITE_COPY = "database.sqlite3"
POSTGRESQL_DUMP = "database.dump"


@dataclass(frozen=True, slots=True)
class Contents:
    """What one snapshot of a database holds."""

    rows: dict[str, int]
    migrations: list[str]
    audit_head: str


def vendor() -> str:
    return connection.vendor


def is_empty() -> bool:
    """Whether nothing would be lost: no database yet, or one nobody has done anything in."""
    tables = connection.introspection.table_names()
    if "audit_auditentry" not in tables:
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_auditentry")
        return bool(cursor.fetchone()[0] == 0)


def copy_to(folder: Path) -> Contents:
    """Copy the database, consistent as of one moment, while others read and write."""
    if connection.vendor == "sqlite":
        return _copy_sqlite(folder / SQLITE_COPY)
    return _dump_postgresql(folder / POSTGRESQL_DUMP)


def contents() -> Contents:
    """What the database in use holds now."""
    connection.ensure_connection()
    return _contents(_django_query)


def pg_program(name: str) -> str:
    """A program of PostgreSQL's client tools, the newest version that is installed."""
    installed = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3])
    )
    found = str(installed[-1]) if installed else shutil.which(name)
    if not found:
        raise Invalid(
            "backup.no_client",
            _("The program %(name)s is not installed here."),
            _("Install PostgreSQL's client tools (Debian: postgresql-client)."),
            name=name,
        )
    return found


def postgresql_environment() -> dict[str, str]:
    """The address for PostgreSQL's own programs; a password is never on a command line."""
    facts = connection.settings_dict
    named = {
        "PGDATABASE": facts["NAME"],
        "PGUSER": facts["USER"],
        "PGPASSWORD": facts["PASSWORD"],
        "PGHOST": facts["HOST"],
        "PGPORT": str(facts["PORT"]),
        "PGSSLMODE": facts.get("OPTIONS", {}).get("sslmode", ""),
    }
    return {**os.environ, **{name: value for name, value in named.items() if value}}


# -- SQLite -----------------------------------------------------------------------------------


def _sqlite_path() -> Path:
    return Path(connection.settings_dict["NAME"])


def _copy_sqlite(target: Path) -> Contents:
    # All pages in one step: one read snapshot, and no writer can make it start over.
    with (
        closing(sqlite3.connect(f"file:{quote(str(_sqlite_path()))}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode=DELETE")
        return inspect_sqlite(copy)


def inspect_sqlite(copy: sqlite3.Connection) -> Contents:
    """Check a copy's structure and count what it holds."""
    verdict = copy.execute("PRAGMA integrity_check").fetchone()[0]
    if verdict != "ok":
        raise Invalid(
            "backup.corrupt",
            _("The database copy is corrupt: %(verdict)s"),
            _("Check the disk, then restore the last good backup."),
            verdict=verdict,
        )
    return _contents(lambda sql: copy.execute(sql).fetchall())


@contextmanager
def sqlite_put_in_place(source: Path) -> Iterator[None]:
    """Swap the copy in; put the former database back when the block fails.

    The former one stays beside it, named by when it was replaced.
    """
    place = _sqlite_path()
    connections.close_all()
    fresh = place.with_name(place.name + ".restoring")
    shutil.copyfile(source, fresh)
    _sync(fresh)
    former = place.with_name(f"{place.name}.replaced-{_stamp()}")
    moved = [
        (old, former.with_name(former.name + suffix))
        for suffix in ("-wal", "-shm", "")
        if (old := place.with_name(place.name + suffix)).exists()
    ]
    for old, kept in moved:
        old.rename(kept)
    fresh.rename(place)
    try:
        yield
    except BaseException:
        connections.close_all()
        for suffix in ("-wal", "-shm", ""):
            place.with_name(place.name + suffix).unlink(missing_ok=True)
        for old, kept in moved:
            kept.rename(old)
        raise


# -- PostgreSQL -------------------------------------------------------------------------------


def _dump_postgresql(target: Path) -> Contents:
    """Dump and count inside one exported snapshot."""
    with _own_connection() as own:
        own.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        own.read_only = True
        snapshot = own.execute("SELECT pg_export_snapshot()").fetchone()
        assert snapshot is not None  # noqa: S101 - the function gives one row
        _run(
            [pg_program("pg_dump"), "--format=custom", f"--snapshot={snapshot[0]}"]
            + ["--no-owner", "--no-privileges", f"--file={target}"]
        )
        return _contents(lambda sql: own.execute(sql.encode()).fetchall())


@contextmanager
def postgresql_put_in_place(source: Path) -> Iterator[None]:
    """Restore the dump; the former tables stay in a schema named by when they were replaced."""
    former = f"replaced_{_stamp().replace('-', '_')}"
    connections.close_all()
    with _own_connection(autocommit=True) as own:
        own.execute(SQL("ALTER SCHEMA public RENAME TO {}").format(Identifier(former)))
        try:
            own.execute("CREATE SCHEMA public")
            _run(
                [pg_program("pg_restore"), "--single-transaction", "--exit-on-error"]
                + ["--no-owner", "--no-privileges", "--schema=public"]
                + [f"--dbname={connection.settings_dict['NAME']}", str(source)]
            )
            _drop_if_empty(own, former)
            yield
        except BaseException:
            connections.close_all()
            own.execute("DROP SCHEMA IF EXISTS public CASCADE")
            own.execute(
                SQL("ALTER SCHEMA {} RENAME TO public").format(Identifier(former))
                if _schema_exists(own, former)
                else "CREATE SCHEMA public"
            )
            raise


def _drop_if_empty(own: "psycopg.Connection[Any]", schema: str) -> None:
    tables = own.execute(
        "SELECT count(*) FROM pg_tables WHERE schemaname = %s", [schema]
    ).fetchone()
    if tables == (0,):
        own.execute(SQL("DROP SCHEMA {} CASCADE").format(Identifier(schema)))


def _schema_exists(own: "psycopg.Connection[Any]", schema: str) -> bool:
    found = own.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema])
    return found.fetchone() is not None


@contextmanager
def _own_connection(autocommit: bool = False) -> Iterator["psycopg.Connection[Any]"]:
    facts = connection.settings_dict
    with closing(
        psycopg.connect(
            dbname=facts["NAME"],
            user=facts["USER"] or None,
            password=facts["PASSWORD"] or None,
            host=facts["HOST"] or None,
            port=facts["PORT"] or None,
            autocommit=autocommit,
            **facts.get("OPTIONS", {}),
        )
    ) as own:
        yield own


# -- both -------------------------------------------------------------------------------------


def _contents(query: Any) -> Contents:
    # `contents` is asked for tables and counts in the same snapshot that was copied.
    tables = sorted(
        table for table in connection.introspection.django_table_names() if table != "cache"
    )
    rows = {table: int(query(f'SELECT count(*) FROM "{table}"')[0][0]) for table in tables}  # noqa: S608
    migrations = [f"{app}.{name}" for app, name in query("SELECT app, name FROM django_migrations")]
    head = query("SELECT sequence, hash FROM audit_audithead")
    return Contents(rows, sorted(migrations), f"{head[0][0]}:{head[0][1]}" if head else "")


def _django_query(sql: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def _run(command: list[str]) -> None:
    done = subprocess.run(  # noqa: S603 - a fixed program with our own arguments
        command, env=postgresql_environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Invalid(
            "backup.program_failed",
            _("%(program)s failed: %(reason)s"),
            _("Read the reason; check that the database is reachable and the disk has space."),
            program=Path(command[0]).name,
            reason=done.stderr.strip()[-500:],
        )


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _stamp() -> str:
    return datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")

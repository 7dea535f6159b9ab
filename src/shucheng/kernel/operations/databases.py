"""Copying and bringing back a whole database, in the way that each of the two does it best."""

import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from django.db import connection, connections
from django.utils.translation import gettext_lazy as _
from psycopg.conninfo import make_conninfo
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier

from shucheng.kernel.audit.verify import (
    HEAD_TABLE,
    TABLE,
    Outcome,
    read_sqlite,
    signed_in_postgresql,
    verify,
)
from shucheng.kernel.errors import Invalid

SQLITE_COPY = "database.sqlite3"
POSTGRESQL_DUMP = "database.dump"


@dataclass(frozen=True, slots=True)
class Contents:
    """What one snapshot of a database holds: `stored` are the hashes of the files it names."""

    rows: dict[str, int]
    migrations: list[str]
    audit_head: str
    stored: frozenset[str]
    chain: Outcome


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
    connections.close_all()
    if connection.vendor == "sqlite":
        with closing(_open_sqlite(_sqlite_path())) as own:
            return _sqlite_contents(own, _sqlite_path())
    with _snapshot() as own:
        return _postgresql_contents(own)


def size() -> int:
    """Bytes that the database takes."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
            )
        else:
            cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def clock_offset() -> float:
    """Seconds by which the database's clock is ahead of this one; one machine has one clock."""
    if connection.vendor == "sqlite":
        return 0.0
    with connection.cursor() as cursor:
        before = time.time()
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        theirs = float(cursor.fetchone()[0])
        # The answer was made somewhere between asking and having it.
        return theirs - (before + time.time()) / 2


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


def postgresql_address() -> str:
    """The address for PostgreSQL's own programs, without the password."""
    return make_conninfo(**_connection_facts(), client_encoding="UTF8")


def _connection_facts() -> dict[str, Any]:
    facts = connection.settings_dict
    address = {
        "dbname": facts["NAME"],
        "user": facts["USER"],
        "host": facts["HOST"],
        "port": facts["PORT"],
    }
    # Options of Django or of its pool are none of libpq's.
    options = {k: v for k, v in facts.get("OPTIONS", {}).items() if isinstance(v, str)}
    return {name: value for name, value in {**address, **options}.items() if value}


# -- SQLite -----------------------------------------------------------------------------------


def _sqlite_path() -> Path:
    return Path(connection.settings_dict["NAME"])


def _open_sqlite(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)


def _copy_sqlite(target: Path) -> Contents:
    # All pages in one step: one read snapshot, and no writer can make it start over.
    with closing(_open_sqlite(_sqlite_path())) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode=DELETE")
        return _sqlite_contents(copy, target)


def _sqlite_contents(own: sqlite3.Connection, path: Path) -> Contents:
    verdict = own.execute("PRAGMA integrity_check").fetchone()[0]
    if verdict != "ok":
        raise Invalid(
            "backup.corrupt",
            _("The database copy is corrupt: %(verdict)s"),
            _("Check the disk, then restore the last good backup."),
            verdict=verdict,
        )
    with read_sqlite(path) as (entries, head, signed):
        chain = verify(entries, head, signed=signed)
    tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    return _contents(lambda sql: own.execute(sql).fetchall(), tables, chain)


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
    if place.exists():
        _to_one_file(place)
        os.link(place, former)
    # One step: at no moment is there no database.
    fresh.replace(place)
    try:
        yield
    except BaseException:
        connections.close_all()
        for suffix in ("-wal", "-shm", ""):
            place.with_name(place.name + suffix).unlink(missing_ok=True)
        if former.exists():
            former.rename(place)
        raise


def _to_one_file(place: Path) -> None:
    """Fold the write-ahead log into the database; possible only when nobody has it open."""
    try:
        with closing(sqlite3.connect(place, timeout=2)) as own:
            own.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        raise running() from error


# -- PostgreSQL -------------------------------------------------------------------------------


def _dump_postgresql(target: Path) -> Contents:
    """Dump and count inside one exported snapshot."""
    with _snapshot() as own:
        snapshot = own.execute("SELECT pg_export_snapshot()").fetchall()[0][0]
        _run(
            [
                *(pg_program("pg_dump"), "--format=custom", f"--snapshot={snapshot}"),
                *("--no-owner", "--no-privileges", "--no-comments", "--exclude-schema=replaced_*"),
                *(f"--file={target}", f"--dbname={postgresql_address()}"),
            ]
        )
        # Reads the dump to its end: a torn one is found now, not on the day it is needed.
        _run([pg_program("pg_restore"), f"--file={os.devnull}", str(target)])
        return _postgresql_contents(own)


def _postgresql_contents(own: "psycopg.Connection[Any]") -> Contents:
    head = own.execute(f"SELECT sequence, hash FROM {HEAD_TABLE}".encode()).fetchone()  # noqa: S608
    signed = signed_in_postgresql(own)
    with own.cursor("audit", row_factory=dict_row) as entries:
        entries.execute(f"SELECT * FROM {TABLE} ORDER BY sequence".encode())  # noqa: S608
        chain = verify(iter(entries), head, signed=signed)
    tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    return _contents(lambda sql: own.execute(sql.encode()).fetchall(), tables, chain)


@contextmanager
def _snapshot() -> Iterator["psycopg.Connection[Any]"]:
    """A connection that sees the database as of one moment."""
    with _own_connection() as own:
        own.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        own.read_only = True
        yield own


@contextmanager
def postgresql_put_in_place(source: Path) -> Iterator[None]:
    """Restore the dump; the former tables stay in a schema named by when they were replaced."""
    former = f"replaced_{_stamp().replace('-', '_')}"
    connections.close_all()
    with _own_connection(autocommit=True) as own:
        _require_alone(own)
        own.execute(SQL("ALTER SCHEMA public RENAME TO {}").format(Identifier(former)))
        try:
            own.execute("CREATE SCHEMA public")
            whole = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
            _run(
                [pg_program("pg_restore"), *whole, f"--dbname={postgresql_address()}", str(source)]
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


def _require_alone(own: "psycopg.Connection[Any]") -> None:
    others = own.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    ).fetchone()
    if others != (0,):
        raise running()


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
    password = connection.settings_dict["PASSWORD"] or None
    with closing(psycopg.connect(make_conninfo(**_connection_facts()), password=password)) as own:
        own.autocommit = autocommit
        yield own


# -- both -------------------------------------------------------------------------------------

Query = Callable[[str], list[Any]]


def running() -> Invalid:
    return Invalid(
        "restore.running",
        _("The platform is running: its database is in use."),
        _("Stop its web and worker processes, then restore."),
    )


def _contents(query: Query, tables: str, chain: Outcome) -> Contents:
    # What the cache holds is nobody's data and may differ a moment later.
    names = sorted(str(row[0]) for row in query(tables) if row[0] != "cache")
    rows = {table: int(query(f'SELECT count(*) FROM "{table}"')[0][0]) for table in names}  # noqa: S608
    migrations = [f"{app}.{name}" for app, name in query("SELECT app, name FROM django_migrations")]
    head = f"{chain.last}:{chain.head}" if chain.entries else ""
    stored = frozenset(str(row[0]) for row in query("SELECT sha256 FROM files_storedfile"))
    return Contents(rows, sorted(migrations), head, stored, chain)


def _run(command: list[str]) -> None:
    done = subprocess.run(  # noqa: S603 - a fixed program with our own arguments
        command, env=_environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Invalid(
            "backup.program_failed",
            _("%(program)s failed: %(reason)s"),
            _("Read the reason; check that the database is reachable and the disk has space."),
            program=Path(command[0]).name,
            reason=done.stderr.strip()[-500:],
        )


def _environment() -> dict[str, str]:
    # A password is never on a command line, where every user of the machine can read it.
    password = connection.settings_dict["PASSWORD"]
    return {**os.environ, "PGPASSWORD": password} if password else dict(os.environ)


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _stamp() -> str:
    return datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")

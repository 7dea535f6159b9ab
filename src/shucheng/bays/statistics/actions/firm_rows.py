"""The list of firms repeats a batch's file, chunk by chunk, each with how far it is.

Firms are numbered by their codes, so whoever goes on after a kill has the same chunks. DuckDB reads
and orders; a chunk goes to the database as a whole, by COPY where it has that. A firm of which
nothing is new is not written. Batches may be taken over in any order: of a month the one of the
highest number counts, as in the accounts.
"""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
from django.db import connection, transaction

from shucheng.bays.statistics.models import Batch, Firm

CHUNK = 20_000

# The facts of a firm that its row repeats, as a batch's file names them, each without nulls.
_FACTS = {
    "name": "name",
    "industry": "industry",
    "area": "area",
    "park": "coalesce(park, '')",
    "size": "size",
    "designated": "coalesce(designated, false)",
    "address": "coalesce(address, '')",
    "since": "since",
    "is_open": "coalesce(is_open, true)",
}
_COLUMNS = f"credit_code, {', '.join(_FACTS)}"
# Of two spans that one file tells of a firm, the later one; told again it is the same.
_NEWEST = f"""
    CREATE TABLE told AS
    SELECT row_number() OVER (ORDER BY credit_code) - 1 AS number, *
    FROM (
        SELECT firm AS credit_code, {", ".join(f"{how} AS {name}" for name, how in _FACTS.items())}
        FROM read_parquet($file)
        QUALIFY row_number() OVER (PARTITION BY firm ORDER BY since DESC) = 1
    )
"""  # noqa: S608 - our own names
_CHUNK = f"""
    SELECT {_COLUMNS} FROM told ANTI JOIN corrected USING (credit_code, since)
    WHERE number >= $first AND number < $last ORDER BY number
"""  # noqa: S608 - our own names

_TABLE = Firm._meta.db_table
_DIFFERS = " OR ".join(f"excluded.{name} <> {_TABLE}.{name}" for name in _FACTS)
_UPSERT = f"""
    INSERT INTO {_TABLE} ({_COLUMNS}, batch_id) %s
    ON CONFLICT (credit_code) DO UPDATE
    SET {", ".join(f"{name} = excluded.{name}" for name in (*_FACTS, "batch_id"))}
    WHERE (excluded.since, excluded.batch_id) >= ({_TABLE}.since, {_TABLE}.batch_id)
        AND ({_DIFFERS})
"""  # noqa: S608 - our own names


def write_firms(
    batch: Batch, file: Path, progress: Callable[[int, int], object] | None = None
) -> None:
    """Write the chunks of `file` that are not written yet."""
    with TemporaryDirectory(prefix="shucheng-") as name:
        folder = Path(name)
        limits: dict[str, Any] = {"threads": 2, "memory_limit": "500MB"}
        limits["temp_directory"] = str(folder / "spilled")
        with duckdb.connect(config=limits) as engine:
            engine.execute(_NEWEST, {"file": str(file)})
            _make_corrected(engine, batch)
            (firms,) = engine.execute("SELECT count(*) FROM told").fetchone() or (0,)
            while batch.written < firms:
                asked = {"first": batch.written, "last": batch.written + CHUNK}
                chunk = engine.execute(_CHUNK, asked).fetchall()
                with transaction.atomic():
                    _write(chunk, batch.pk)
                    batch.written = min(batch.written + CHUNK, firms)
                    Batch.objects.filter(pk=batch.pk).update(written=batch.written)
                if progress:
                    progress(batch.written, firms)


def _make_corrected(engine: duckdb.DuckDBPyConnection, batch: Batch) -> None:
    """The table `corrected`: what batches after this one, taken over before it, tell of firms."""
    engine.execute("CREATE TABLE corrected (credit_code VARCHAR, since INTEGER)")
    taken = Batch.objects.filter(
        kind=Batch.Kind.REGISTER,
        state__in=(Batch.State.WRITING, Batch.State.APPLIED),
        pk__gt=batch.pk,
    )
    files = [str(each.rows.in_place()) for each in taken.select_related("rows") if each.rows]
    if files:
        engine.execute("INSERT INTO corrected SELECT firm, since FROM read_parquet(?)", [files])


def _write(rows: list[tuple[Any, ...]], batch: int) -> None:
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            marks = ", ".join(["%s"] * (len(_FACTS) + 1))
            cursor.executemany(_UPSERT % f"VALUES ({marks}, {int(batch)})", rows)
            return
        cursor.execute(
            f"CREATE TEMP TABLE told AS SELECT {_COLUMNS} FROM {_TABLE} LIMIT 0"  # noqa: S608
        )
        with cursor.copy(f"COPY told ({_COLUMNS}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(_UPSERT % f"SELECT {_COLUMNS}, {int(batch)} FROM told")  # noqa: S608
        cursor.execute("DROP TABLE told")  # the next chunk may be of the same transaction

"""Run statements over the known observations, with DuckDB, wherever the rows are.

Few rows are read through Django and handed to an engine in this process. Many are read by a
process of its own (`apart.py`): from the embedded database's file, or from a server's COPY.
"""

import csv
import pickle
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import UTC
from importlib.metadata import files
from pathlib import Path

import duckdb
from django.apps import apps
from django.conf import settings
from django.db import connection

from shucheng.kernel.observations.apart import RAW, Question, Rows, Source
from shucheng.kernel.observations.models import Observation
from shucheng.kernel.observations.panel import KnownValue, Wanted, definitions, panel
from shucheng.kernel.observations.queries import AsOf, end_of, known
from shucheng.lib.periods import Period

# A month of a series has as many rows as its dimensions have codes: more than this are read apart.
_MANY_MONTHS = 5000


def ask(statements: Sequence[str], wanted: Iterable[Wanted], as_of: AsOf = None) -> Iterator[Rows]:
    """What each statement gives over the known values of some series, at least of those; one after
    the other, so that an answer can be worked on while the next one is found.

    The relation is `known(id, metric, area, period_end, dimension, value, simulated)`. Statements
    are SQL as DuckDB reads it. What this transaction recorded is there as well.
    """
    series = list(wanted)
    if _is_large(series):
        yield from _ask_apart(statements, {each.metric for each in series}, as_of)
        return
    with duckdb.connect(":memory:", config={**settings.ENGINE, "threads": "1"}) as engine:
        _fill(engine, panel(series, as_of))
        for statement in statements:
            yield engine.execute(statement).fetchall()


# Column by column as one text: cell by cell takes a hundred times longer.
_LINES = ", ".join(
    f"unnest(string_split(?, chr(10))) AS {name}"
    for name in ("id", "metric", "area", "period_end", "dimension", "value", "simulated")
)
_FILL = f"""CREATE TABLE known AS SELECT CAST(id AS BIGINT) AS id, metric, area,
    CAST(period_end AS DATE) AS period_end, dimension,
    CAST(NULLIF(value, '') AS DECIMAL(38, 6)) AS value, CAST(simulated AS BOOLEAN) AS simulated
    FROM (SELECT {_LINES}) WHERE id <> ''"""  # noqa: S608 - our own column names


def _fill(engine: duckdb.DuckDBPyConnection, rows: Sequence[KnownValue]) -> None:
    ends = {period: str(Period.parse(period).end) for period in {row.period for row in rows}}
    columns = (
        (str(row.id) for row in rows),
        (row.metric for row in rows),
        (row.area for row in rows),
        (ends[row.period] for row in rows),
        (row.dimension for row in rows),
        ("" if row.value is None else f"{row.value:f}" for row in rows),
        (str(row.simulated) for row in rows),
    )
    engine.execute(_FILL, ["\n".join(column) for column in columns])


def _is_large(wanted: Sequence[Wanted]) -> bool:
    months = [each.months for each in wanted]
    few = sum(number for number in months if number is not None) <= _MANY_MONTHS
    if few and None not in months:
        return False
    newest = Observation.objects.order_by("-pk").values_list("pk", flat=True).first()
    return (newest or 0) >= settings.ENGINE_APART_FROM and _file() != Path()


def _file() -> Path | None:
    """The embedded database's file, an empty path in memory; None on a server."""
    if connection.vendor != "sqlite":
        return None
    name = Path(str(connection.settings_dict["NAME"]))
    return name if name.is_file() else Path()


def _ask_apart(statements: Sequence[str], metrics: set[str], as_of: AsOf) -> Iterator[Rows]:
    folder = Path(settings.ENGINE["temp_directory"])
    folder.mkdir(parents=True, exist_ok=True)
    numbers = definitions(metrics)
    areas = apps.get_model("identity", "Area")._default_manager
    file = _file()
    with tempfile.TemporaryDirectory(dir=folder) as name:
        rows = Path(name) / "rows.csv"
        question = Question(
            statements=tuple(statements),
            versions=tuple(
                (pk, each.metric, each.number, f"{each.factor.normalize():f}")
                for pk, each in numbers.items()
            ),
            areas=tuple(areas.values_list("pk", "code")),
            config=dict(settings.ENGINE),
            source=_copied(rows, as_of) if file is None else _scanned(file, rows, as_of),
        )
        yield from _answers(question, Path(name) / "errors.txt")


def _answers(question: Question, errors: Path) -> Iterator[Rows]:
    """Each answer of a process of its own, which ends when nobody reads on."""
    with (
        errors.open("wb") as told,
        subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", Question.__module__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=told,
        ) as process,
    ):
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("without pipes nothing can be asked")
        try:
            pickle.dump(question, process.stdin)
            process.stdin.close()
            for _ in question.statements:
                yield pickle.load(process.stdout)  # noqa: S301 - from our own program
        except (EOFError, pickle.UnpicklingError, BrokenPipeError) as error:
            said = errors.read_text("utf-8", "replace")[-2000:]
            raise RuntimeError(f"reading the observations failed: {said}") from error
        finally:
            process.kill()


def _scanned(file: Path, rows: Path, as_of: AsOf) -> Source:
    """Read the file as far as it is committed, and hand over what only this transaction sees.

    Rows only grow and one writer numbers them, so an id says which is which.
    """
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as other:
        query = "SELECT COALESCE(MAX(id), 0) FROM observations_observation"
        (committed,) = other.execute(query).fetchone()
    own = Observation.objects.filter(pk__gt=committed, organisation=None)
    if as_of is not None:
        own = own.filter(recorded_at__lte=end_of(as_of))
    with rows.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target).writerows(own.values_list(*RAW).iterator(chunk_size=10_000))
    return Source(
        str(file),
        extension=str(_scanner()),
        committed=committed,
        more=str(rows) if rows.stat().st_size else "",
        until="" if as_of is None else f"{end_of(as_of).astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}",
    )


def _scanner() -> Path:
    """DuckDB's reader of SQLite files, which comes as a package: nothing is downloaded."""
    for file in files("duckdb-extension-sqlite-scanner") or ():
        if file.suffix == ".duckdb_extension":
            return Path(str(file.locate()))
    raise RuntimeError("the package duckdb-extension-sqlite-scanner is not whole: install it anew")


def _copied(rows: Path, as_of: AsOf) -> Source:
    """What is known, as the server writes it: its own COPY, in this transaction."""
    query = known(as_of).filter(organisation=None).values_list(*RAW).query
    sql, parameters = query.sql_with_params()
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY ({sql}) TO STDOUT (FORMAT csv)", parameters) as copy,
        rows.open("wb") as target,
    ):
        for block in copy:
            target.write(block)
    return Source(str(rows))

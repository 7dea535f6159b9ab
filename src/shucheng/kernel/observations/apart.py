"""Statements over all observations, run in a process of its own: `python -m` this module.

DuckDB reads the embedded database's file with an SQLite of its own. Two copies of SQLite must not
hold one file in one process: when the one closes it, the locks of the other are gone, and two
writers can meet. So the reading has a process for itself, which also gives its memory back.

It reads a pickled `Question` from standard input, which its own program sent, and writes each
answer back as soon as it has it. No Django here: starting takes a blink.
"""

import pickle
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import duckdb

Rows = list[tuple[Any, ...]]

RAW: Final = {
    "id": "BIGINT",
    "metric_version_id": "BIGINT",
    "area_id": "BIGINT",
    "period": "VARCHAR",
    "period_end": "DATE",
    "dimension_key": "VARCHAR",
    "value": "DECIMAL(38, 6)",
    "source": "VARCHAR",
    "supersedes_id": "BIGINT",
}
# SQLite keeps decimals as doubles of at most 15 digits. Below 10^9 the nearest millionth is the
# one that was recorded; above, the shortest text that gives the double is.
_EXACT: Final = (
    "CASE WHEN abs(value) < 1e9 THEN CAST(value AS DECIMAL(18, 6))"
    " ELSE CAST(CAST(value AS VARCHAR) AS DECIMAL(38, 6)) END"
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where the rows are: in a CSV file of `RAW` columns, or, with a scanner (`extension`), in
    SQLite's database up to the id `committed`. `more` is a CSV file of rows that the asking
    transaction alone sees; `until` a moment in UTC after which nothing counts."""

    file: str
    extension: str = ""
    committed: int = 0
    more: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What to run over which observations.

    `versions` are (id, metric, number, factor that brings its values into the metric's unit),
    `areas` (id, code); what is not listed is not read.
    """

    statements: tuple[str, ...]
    versions: tuple[tuple[int, str, int, str], ...]
    areas: tuple[tuple[int, str], ...]
    config: dict[str, str]
    source: Source


def answers(question: Question) -> Iterator[Rows]:
    """What each statement gives, in order."""
    with duckdb.connect(":memory:", config={**question.config}) as engine:
        # It would be drawn into the answer.
        engine.execute("SET enable_progress_bar = false")
        _names(engine, question)
        _known(engine, question)
        for statement in question.statements:
            yield engine.execute(statement).fetchall()


# ruff: noqa: S608 - paths and numbers are ours


def _names(engine: duckdb.DuckDBPyConnection, question: Question) -> None:
    """Metrics and areas by code, as enumerations: a look-up in a list for each row costs a tenth
    of a join, and grouping compares numbers."""
    for name, pairs in (
        ("metric", [(pk, code) for pk, code, *_ in question.versions]),
        ("area", question.areas),
    ):
        codes = sorted({code for _, code in pairs}) or [""]
        engine.execute(f"CREATE TYPE {name}_code AS ENUM ({', '.join(map(quoted, codes))})")
        by_key: list[str | None] = [None] * max((pk for pk, _ in pairs), default=0)
        for pk, code in pairs:
            by_key[pk - 1] = code
        engine.execute(f"SET VARIABLE {name}_codes = CAST(? AS {name}_code[])", [by_key])
    numbers = ", ".join(f"({pk}, {number})" for pk, _, number, _ in question.versions) or "(0, 0)"
    engine.execute(f"CREATE TABLE versions AS SELECT * FROM (VALUES {numbers}) AS v(id, number)")


def _known(engine: duckdb.DuckDBPyConnection, question: Question) -> None:
    """The relation `known`: what is neither superseded nor redefined."""
    _raw(engine, question.source)
    engine.execute(f"CREATE TABLE gone AS {_superseded(question.source)}")
    engine.execute(
        "CREATE VIEW every_definition AS SELECT * FROM (SELECT id, metric_version_id, period,"
        " list_extract(getvariable('metric_codes'), metric_version_id) AS metric,"
        " list_extract(getvariable('area_codes'), area_id) AS area, period_end,"
        f" dimension_key AS dimension, {_scaled(question)} AS value,"
        " source = 'simulation' AS simulated"
        # A correlated NOT EXISTS would first keep all rows in memory.
        " FROM raw ANTI JOIN gone USING (id))"
        " WHERE metric IS NOT NULL AND area IS NOT NULL"
    )
    codes = [code for _, code, *_ in question.versions]
    if len(codes) == len(set(codes)):
        engine.execute("CREATE VIEW known AS SELECT * FROM every_definition")
        return
    # Of several definitions of a metric the newest that has a value speaks for a cell.
    several = ", ".join(sorted(quoted(code) for code in set(codes) if codes.count(code) > 1))
    engine.execute(
        f"CREATE VIEW known AS SELECT * FROM every_definition WHERE metric NOT IN ({several})"
        f" UNION ALL SELECT e.* FROM every_definition AS e"
        f" JOIN versions AS v ON v.id = e.metric_version_id WHERE metric IN ({several})"
        " QUALIFY ROW_NUMBER() OVER"
        " (PARTITION BY metric, area, dimension, period ORDER BY v.number DESC) = 1"
    )


def _scaled(question: Question) -> str:
    """A value in its metric's unit, to the millionth: a definition may have had another unit."""
    cases = [
        f"WHEN {pk} THEN CAST(CAST(value AS DECIMAL(24, 6))"
        f" * CAST({quoted(factor)} AS DECIMAL(14, {8 if '.' in factor else 0}))"
        " AS DECIMAL(38, 6))"
        for pk, _, _, factor in question.versions
        if factor != "1"
    ]
    return f"CASE metric_version_id {' '.join(cases)} ELSE value END" if cases else "value"


def _superseded(source: Source) -> str:
    """The ids of rows that a later one corrects; all of them from the index that holds nothing
    else, those of a moment from the rows."""
    if not source.extension or source.until or source.more:
        return "SELECT supersedes_id AS id FROM raw WHERE supersedes_id IS NOT NULL"
    query = (
        "SELECT supersedes_id AS id FROM observations_observation"
        f" WHERE supersedes_id IS NOT NULL AND id <= {source.committed}"
    )
    return f"SELECT CAST(id AS BIGINT) AS id FROM sqlite_query('stored', {quoted(query)})"


def _raw(engine: duckdb.DuckDBPyConnection, source: Source) -> None:
    """The relation `raw`: all rows that count at all."""
    if not source.extension:
        engine.execute(f"CREATE VIEW raw AS {_csv(source.file)}")
        return
    engine.execute(f"LOAD {quoted(source.extension)}")
    engine.execute(f"ATTACH {quoted(source.file)} AS stored (TYPE sqlite, READ_ONLY)")
    until = f" AND recorded_at <= TIMESTAMP {quoted(source.until)}" if source.until else ""
    more = f" UNION ALL {_csv(source.more)}" if source.more else ""
    engine.execute(
        "CREATE VIEW raw AS SELECT id, metric_version_id, area_id, period, period_end,"
        f" dimension_key, {_EXACT} AS value, source, supersedes_id"
        " FROM stored.observations_observation"
        f" WHERE organisation_id IS NULL AND id <= {source.committed}{until}{more}"
    )


def _csv(file: str) -> str:
    columns = ", ".join(f"{name}: {quoted(kind)}" for name, kind in RAW.items())
    return (
        "SELECT * REPLACE (COALESCE(dimension_key, '') AS dimension_key)"
        f" FROM read_csv({quoted(file)}, header = false, auto_detect = false,"
        f" delim = ',', quote = '\"', escape = '\"', nullstr = '', columns = {{{columns}}})"
    )


def quoted(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def main() -> None:
    # Where it is installed, DuckDB would load it with the first answer, for nothing.
    sys.modules["pandas"] = None  # type: ignore[assignment]
    question = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own program
    for rows in answers(question):
        pickle.dump(rows, sys.stdout.buffer)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()

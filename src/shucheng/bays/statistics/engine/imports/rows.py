"""The good rows of a dry run beside what earlier batches told: what stays as it was known, what
would change.

A register that has no column for a fact, or an empty cell where only yes or no can stand, says
nothing of it: of a firm that is known it stays as it is known.
"""

# ruff: noqa: S608 - the names in SQL are this package's own

from collections.abc import Iterable
from pathlib import Path

import duckdb

from ..batches import BATCH_COLUMNS
from .fields import fields
from .report import Difference, Moved, Unsaid

KEYS = {
    "register": ("firm", "since"),
    "returns": ("firm", "period"),
    "honours": ("firm", "kind", "since"),
    "facts": ("firm", "item", "since"),
}
FIRST_MOVED = 10
"""Firms that are shown of each fact that would change."""

_UNCOMPARED = {"firm", "since", "period", "recorded"}
# What a cell that says nothing comes to.
_EMPTY_IS = {"designated": "false", "is_open": "true", "withdrawn": "false"}
_DIFFERENCES = ("name", "area", "industry", "size", "designated", "is_open")


def make_good(
    connection: duckdb.DuckDBPyConnection, table: str, existing: Iterable[Path], recorded: int
) -> None:
    """The table `good` of a batch's columns: rows without a problem, `is_known` where an earlier
    batch told of the same, and as `was_…` what it told."""
    there = set(connection.table("typed").columns)
    _make_known(connection, table, existing)
    wanted = BATCH_COLUMNS[table] | {"recorded": "INTEGER"}
    kept = _kept(table)
    values = {name: f"typed.{name}" if name in there else "NULL" for name in wanted}
    for name in kept:
        if name not in there:
            values[name] = f"known.{name}"
        elif name in _EMPTY_IS:
            values[name] = f"coalesce(typed.{name}, known.{name})"
    values["recorded"] = str(int(recorded))
    if table == "returns":
        values["status"] = f"coalesce({values['status']}, 'reported')"
    if table == "honours":
        values["withdrawn"] = f"coalesce({values['withdrawn']}, false)"
    columns = [f"CAST({values[name]} AS {kind}) AS {name}" for name, kind in wanted.items()]
    columns += [f"known.{name} AS was_{name}" for name in wanted if name not in _UNCOMPARED]
    columns += [
        f"{f'typed.{name} IS NULL' if name in there else 'true'} AS unsaid_{name}"
        for name in kept
        if name in _EMPTY_IS or name not in there
    ]
    on = " AND ".join(f"typed.{name} = known.{name}" for name in KEYS[table])
    asof = ""
    if table == "register":  # what held when the row begins to hold
        asof, on = "ASOF", "typed.firm = known.firm AND typed.since >= known.holds_from"
    connection.execute(f"""
        CREATE TEMP TABLE good AS
        SELECT seq, sheet, line, known.firm IS NOT NULL AS is_known, {", ".join(columns)}
        FROM typed {asof} LEFT JOIN known ON {on}
        WHERE problems = 0 AND seq NOT IN (SELECT seq FROM repeats)
    """)


def make_before(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """The table `before`: of a row of returns the revenue since January that its firm reported
    last in the same year, and how many months that was."""
    if table != "returns":
        connection.execute(
            "CREATE TEMP TABLE before (seq BIGINT, revenue_before BIGINT, months_before INTEGER)"
        )
        return
    first, last = connection.execute("SELECT min(period), max(period) FROM good").fetchone() or (
        0,
        0,
    )
    # As numbers, so that the files are read for these years alone.
    first, last = (first or 0) // 100 * 100, (last or 0) // 100 * 100 + 99
    connection.execute(f"""
        CREATE TEMP TABLE before AS
        WITH asked AS (SELECT seq, firm, period FROM good WHERE revenue IS NOT NULL),
        told AS (
            SELECT firm, period, revenue FROM known
            WHERE revenue IS NOT NULL AND firm IN (SELECT firm FROM asked)
                AND period BETWEEN {int(first)} AND {int(last)}
        )
        SELECT seq, told.revenue AS revenue_before, told.period % 100 AS months_before
        FROM asked ASOF JOIN told ON asked.firm = told.firm AND asked.period > told.period
        WHERE told.period // 100 = asked.period // 100
    """)


def write_rows(connection: duckdb.DuckDBPyConnection, table: str, path: Path) -> dict[str, int]:
    """Write `good` in the order of the file; how many rows are new, changed and unchanged."""
    there = set(connection.table("typed").columns)
    wanted = [*BATCH_COLUMNS[table], *({"recorded"} - set(BATCH_COLUMNS[table]))]
    same = " AND ".join(
        f"{_plain(name)} IS NOT DISTINCT FROM {_plain(name, 'was_')}"
        for name in wanted
        if name in there and name not in _UNCOMPARED
    )
    connection.execute(f"""
        COPY (
            SELECT row_number() OVER (ORDER BY seq) - 1 AS number, sheet, line,
                {", ".join(wanted)},
                CASE WHEN NOT is_known THEN 'new' WHEN {same or "true"} THEN 'unchanged'
                    ELSE 'changed' END AS change
            FROM good ORDER BY number
        ) TO '{quoted(path)}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480)
    """)
    found = connection.execute(
        "SELECT change, count(*) FROM read_parquet(?) GROUP BY 1", [str(path)]
    ).fetchall()
    return {"new": 0, "changed": 0, "unchanged": 0} | dict(found)


def differences(
    connection: duckdb.DuckDBPyConnection, table: str, sheets: tuple[str, ...]
) -> tuple[Difference, ...]:
    """What a register tells otherwise of firms that are known: how many, and the first ones."""
    if table != "register":
        return ()
    found = []
    for name in _DIFFERENCES:
        now, was = _plain(name), _plain(name, "was_")
        other = f"FROM good WHERE is_known AND {now} IS DISTINCT FROM {was}"
        (count,) = connection.execute(f"SELECT count(*) {other}").fetchone() or (0,)
        first = connection.execute(
            f"""SELECT sheet, line, firm, name, CAST({was} AS VARCHAR), CAST({now} AS VARCHAR)
            {other} ORDER BY seq LIMIT {FIRST_MOVED}"""
        ).fetchall()
        if count:
            moved = tuple(Moved(sheets[sheet], *others) for sheet, *others in first)
            found.append(Difference(name, count, moved))
    return tuple(found)


def unsaid(connection: duckdb.DuckDBPyConnection) -> tuple[Unsaid, ...]:
    """What the file says nothing of: of how many firms the fact stays as it is known, and how many
    new ones are taken for what is usual (below designated size, in business)."""
    names = [name for name in connection.table("good").columns if name.startswith("unsaid_")]
    found = []
    for field in (name.removeprefix("unsaid_") for name in names):
        kept, assumed = connection.execute(
            f"""SELECT count(*) FILTER (was_{field} IS NOT NULL),
                count(*) FILTER ({field} IS NULL AND {field in _EMPTY_IS})
            FROM good WHERE unsaid_{field}"""
        ).fetchone() or (0, 0)
        if kept or assumed:
            found.append(Unsaid(field, kept, assumed))
    return tuple(found)


def _kept(table: str) -> list[str]:
    """The facts of a register that a file may leave unsaid."""
    if table != "register":
        return []
    return [
        field.name
        for field in fields(table).values()
        if not field.required and field.kind != "honour" and field.name != "since"
    ]


def _plain(name: str, before: str = "") -> str:
    """A fact to be compared: what says nothing is what it comes to."""
    empty = _EMPTY_IS.get(name)
    return f"coalesce({before}{name}, {empty})" if empty else f"{before}{name}"


def _make_known(
    connection: duckdb.DuckDBPyConnection, table: str, existing: Iterable[Path]
) -> None:
    """The view `known`: the newest that earlier batches told. Of a register a firm's first span
    also tells of the time before it."""
    wanted = BATCH_COLUMNS[table] | {"recorded": "INTEGER"}
    files = [str(each) for each in existing]
    if not files:
        nothing = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in wanted.items())
        connection.execute(
            f"CREATE TEMP VIEW known AS SELECT {nothing}, 0 AS holds_from WHERE false"
        )
        return
    scan = connection.read_parquet(files, union_by_name=True)
    there = set(scan.columns)
    columns = ", ".join(
        f"CAST({name if name in there else 'NULL'} AS {kind}) AS {name}"
        for name, kind in wanted.items()
    )
    scan.create_view("known_files")
    keys = ", ".join(KEYS[table])
    holds = "if(since = min(since) OVER (PARTITION BY firm), 0, since)"
    connection.execute(f"""
        CREATE TEMP VIEW known AS
        SELECT *, {holds if table == "register" else 0} AS holds_from FROM (
            SELECT {columns} FROM known_files
            QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY recorded DESC) = 1
        )
    """)


def quoted(path: Path) -> str:
    return str(path).replace("'", "''")

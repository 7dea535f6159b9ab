"""The tables of micro-data, and a connection that holds them.

What the bay computes from: a register of firms (企业名录), their honours (资质荣誉), what else is
told of them (企业指标, facts) and their returns (企业报表). Money is a whole number of thousand
yuan (千元), year to date as Chinese returns are written (1—本月累计); January is reported together
with February, so the first period of a year is 02. People are counted at the period's end.
Everything is a table or view of one DuckDB connection under the name its columns are given for
here; `check` says what is wrong with one.

Source of the columns: 一套表联网直报 (财务状况 B103, 生产经营 B201) of the National Bureau of
Statistics, reduced to what the accounts need.
"""

# ruff: noqa: S608 - the names in SQL are this module's own

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from shucheng.lib import duck

OPEN = 999912
"""The month until which a span without an end holds."""

UNTIL = f"""CASE
    WHEN next IS NULL THEN {OPEN}
    WHEN next % 100 = 1 THEN next - 89
    ELSE next - 1
END"""
"""Until when a span holds: the month before the `next` one begins."""

MONEY = (
    "revenue",
    "revenue_last",
    "gross_output",
    "intermediate",
    "compensation",
    "production_tax",
    "depreciation",
    "surplus",
    "rd_expense",
)
"""Items in thousand yuan, year to date."""

PEOPLE = ("employees", "rd_staff")
"""Items in persons, at the end of the period."""

ITEMS = MONEY + PEOPLE

AREA = "[0-9]{6}(-[0-9a-z]+)?"
"""A code of GB/T 2260; a zone, which has none, is named behind the one it lies in."""

INDUSTRY = "(?:0[1-9]|[1-8][0-9]|9[0-7])[0-9]{2}"
"""A class of GB/T 4754-2017: four digits under one of its 97 divisions. Which of a division's
numbers are given is not known here: the standard's list of classes is not among our sources."""

SIZES = ("large", "medium", "small", "micro")
STATUSES = ("reported", "imputed", "estimated")

COLUMNS: dict[str, dict[str, str]] = {
    "register": {
        "firm": "VARCHAR",
        "name": "VARCHAR",
        "industry": "VARCHAR",
        "area": "VARCHAR",
        "park": "VARCHAR",
        "size": "VARCHAR",
        "designated": "BOOLEAN",
        "since": "INTEGER",
        "until": "INTEGER",
        "tags": "VARCHAR[]",
    },
    "honours": {
        "firm": "VARCHAR",
        "kind": "VARCHAR",
        "level": "VARCHAR",
        "since": "DATE",
        "until": "DATE",
    },
    "facts": {
        "firm": "VARCHAR",
        "item": "VARCHAR",
        "value": "DECIMAL(18,4)",
        "since": "DATE",
    },
    "returns": {
        "firm": "VARCHAR",
        "period": "INTEGER",
        **dict.fromkeys(ITEMS, "BIGINT"),
        "status": "VARCHAR",
        "recorded": "INTEGER",
    },
}
"""Name and type of every column of every table."""

_RULES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "register": (
        ("firm-missing", "firm", "firm IS NULL OR firm = ''"),
        (
            "industry-form",
            "industry",
            f"NOT regexp_full_match(coalesce(industry, ''), '{INDUSTRY}')",
        ),
        ("area-form", "area", f"NOT regexp_full_match(coalesce(area, ''), '{AREA}')"),
        ("size-unknown", "size", "coalesce(size, '') NOT IN ('large', 'medium', 'small', 'micro')"),
        ("designated-missing", "designated", "designated IS NULL"),
        ("span-invalid", "since", "since IS NULL OR until IS NULL OR since > until"),
        ("month-invalid", "since", "since % 100 NOT BETWEEN 1 AND 12"),
        ("month-invalid", "until", "until % 100 NOT BETWEEN 1 AND 12"),
    ),
    "honours": (
        ("firm-missing", "firm", "firm IS NULL OR firm = ''"),
        ("kind-missing", "kind", "kind IS NULL OR kind = ''"),
        ("span-invalid", "since", "since IS NULL OR since > coalesce(until, since)"),
    ),
    "facts": (
        ("firm-missing", "firm", "firm IS NULL OR firm = ''"),
        ("item-missing", "item", "item IS NULL OR item = ''"),
        ("value-missing", "value", "value IS NULL"),
        ("day-missing", "since", "since IS NULL"),
    ),
    "returns": (
        ("firm-missing", "firm", "firm IS NULL OR firm = ''"),
        ("month-invalid", "period", "period IS NULL OR period % 100 NOT BETWEEN 2 AND 12"),
        (
            "status-unknown",
            "status",
            "coalesce(status, '') NOT IN ('reported', 'imputed', 'estimated')",
        ),
        ("recorded-missing", "recorded", "recorded IS NULL"),
        *(("people-negative", item, f"{item} < 0") for item in PEOPLE),
    ),
}

# Rows that contradict one another: a firm in two places in one month, two rows of one batch.
_CONTRADICTIONS = {
    "register": (
        "span-overlap",
        "since",
        """SELECT firm FROM (
            SELECT firm, since, lag(until) OVER (PARTITION BY firm ORDER BY since) AS before
            FROM register
        ) WHERE since <= before""",
    ),
    "returns": (
        "return-twice",
        "period",
        """SELECT firm FROM returns GROUP BY firm, period, recorded HAVING count(*) > 1""",
    ),
}


class FramesInvalid(ValueError):
    """A table that lacks a column, or has one of another type."""

    code = "frames-invalid"

    def __init__(self, table: str, wrong: list[str]) -> None:
        super().__init__(f"the table {table} is not as it must be: {'; '.join(wrong)}")
        self.table = table
        self.wrong = wrong


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row that breaks a rule of its table: which firm, which column, and the rule's code."""

    table: str
    firm: str | None
    column: str
    code: str


def connect(*, threads: int = 2, memory: str = "6GB") -> duckdb.DuckDBPyConnection:
    """A connection in memory with the tables, empty. `memory` is DuckDB's limit; what does
    not fit is written to disk."""
    connection = duck.connect(threads=threads, memory=memory)
    connection.execute("SET preserve_insertion_order = false")
    for table, columns in COLUMNS.items():
        listed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        connection.execute(f"CREATE TABLE {table} ({listed})")
    returns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS["returns"].items())
    connection.execute(f"CREATE TABLE imputed_returns ({returns})")
    return connection


def load(
    connection: duckdb.DuckDBPyConnection, table: str, paths: Iterable[Path | str]
) -> duckdb.DuckDBPyConnection:
    """Make `table` a view of Parquet files, read anew by every query and never copied.

    Columns the files do not have are empty, others are left out. Raises `FramesInvalid` when a
    column that cannot be empty is missing or cannot be read as its type.
    """
    files = [str(path) for path in paths]
    scan = connection.read_parquet(files, union_by_name=True)
    types = dict(zip(scan.columns, map(str, scan.types), strict=True))
    required = {"firm", "period", "status", "recorded"} if table == "returns" else {"firm"}
    if missing := sorted(required - types.keys()):
        raise FramesInvalid(table, [f"{name} is missing" for name in missing])
    chosen = ", ".join(
        (name if types[name] == kind else f"CAST({name} AS {kind}) AS {name}")
        if name in types
        else f"CAST(NULL AS {kind}) AS {name}"
        for name, kind in COLUMNS[table].items()
    )
    drop(connection, table)
    scan.project(chosen).create_view(table)
    return connection


def drop(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Drop the table or view of this name, whichever there is."""
    found = connection.execute(
        "SELECT table_type FROM information_schema.tables WHERE table_name = ?", [name]
    ).fetchone()
    if found:
        kind = "VIEW" if found[0] == "VIEW" else "TABLE"
        connection.execute(f'DROP {kind} "{name}"')


def note(connection: duckdb.DuckDBPyConnection, table: str, question: str) -> None:
    """Note what a table answers, so that it need not be made again until `forget`."""
    connection.execute(f"COMMENT ON TABLE {table} IS '{question}'")


def noted(connection: duckdb.DuckDBPyConnection, table: str) -> str | None:
    """What the table answers; nothing when it is not there."""
    found = connection.execute(
        "SELECT comment FROM duckdb_tables() WHERE table_name = ?", [table]
    ).fetchone()
    return found[0] if found else None


def forget(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop what was kept of former questions: register or returns are others now."""
    for table in ("sums", "reports", "places"):
        drop(connection, table)


def check_columns(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Raise `FramesInvalid` when `table` lacks a column or has one of another type."""
    relation = connection.table(table)
    types = dict(zip(relation.columns, map(str, relation.types), strict=True))
    wrong = [
        f"{name} must be {kind}, not {types.get(name, 'missing')}"
        for name, kind in COLUMNS[table].items()
        if types.get(name) != kind
    ]
    if wrong:
        raise FramesInvalid(table, wrong)


def check(
    connection: duckdb.DuckDBPyConnection, table: str, *, limit: int = 1000
) -> list[RowProblem]:
    """The rows of `table` that break a rule, at most `limit`: forms of codes, spans that overlap,
    a return twice in one batch. Raises `FramesInvalid` when the columns themselves are wrong."""
    check_columns(connection, table)
    queries = [
        f"SELECT firm, '{column}' AS place, '{code}' AS code FROM {table} WHERE {wrong}"
        for code, column, wrong in _RULES[table]
    ]
    if table in _CONTRADICTIONS:
        code, column, firms = _CONTRADICTIONS[table]
        queries.append(f"SELECT firm, '{column}' AS place, '{code}' AS code FROM ({firms})")
    union = " UNION ALL ".join(queries)
    rows = connection.execute(f"{union} ORDER BY ALL LIMIT {int(limit)}").fetchall()
    return [RowProblem(table, *row) for row in rows]


def newest_returns(connection: duckdb.DuckDBPyConnection, name: str = "newest") -> str:
    """Make the view `name`: of every firm and period the row of the newest batch. A correction is
    a later row of the same firm and period; what it replaces stays in `returns`.

    The first batch of a period is read straight; only what later batches bring is compared, so a
    period without corrections costs nothing more than its scan. Imputed rows of firms still late
    (`imputation`) are among them.

    The table `periods` has what is returned: period, and its first and last batch.
    """
    forget(connection)
    drop(connection, name)
    columns = ", ".join(COLUMNS["returns"])
    imputed = _still_late(connection, columns)
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE periods AS
        SELECT period, min(recorded) AS first, max(recorded) AS last FROM returns GROUP BY period
    """)
    corrected = connection.execute(
        "SELECT period, first FROM periods WHERE first < last"
    ).fetchall()
    connection.execute("INSERT INTO periods SELECT DISTINCT period, 0, 0 FROM imputed_returns")
    if not corrected:
        connection.execute(f"CREATE TEMP VIEW {name} AS SELECT {columns} FROM returns {imputed}")
        return name
    later = " OR ".join(
        f"(period = {period} AND recorded > {first})" for period, first in corrected
    )
    drop(connection, f"{name}_later")
    connection.execute(f"""
        CREATE TEMP TABLE {name}_later AS
        SELECT {columns} FROM returns WHERE {later}
        QUALIFY recorded = max(recorded) OVER (PARTITION BY firm, period)
    """)
    connection.execute(f"""
        CREATE TEMP VIEW {name} AS
        SELECT {columns} FROM returns ANTI JOIN {name}_later USING (firm, period)
        UNION ALL SELECT {columns} FROM {name}_later {imputed}
    """)
    return name


def _still_late(connection: duckdb.DuckDBPyConnection, columns: str) -> str:
    """What adds the imputed rows to the newest ones; a firm that reported is imputed no more."""
    found = connection.execute("SELECT DISTINCT period FROM imputed_returns").fetchall()
    if not found:
        return ""
    periods = ", ".join(str(period) for (period,) in found)
    connection.execute(f"""
        DELETE FROM imputed_returns WHERE (firm, period) IN (
            SELECT (firm, period) FROM returns WHERE period IN ({periods})
        )
    """)
    return f"UNION ALL SELECT {columns} FROM imputed_returns"

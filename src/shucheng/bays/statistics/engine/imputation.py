"""Imputation of late firms (未报企业推算): flagged, by a chain of methods, and tried on known ones.

A firm is late in a period when it is registered as above designated size (规上: who is not need not
report monthly), reported in one of the three periods before (of the first of a year: in the same
period of last year) and has no return. Its items are its own of
the same period last year times a growth of revenue, year to date:

  growth  the growth of the firms of its class (大类, two digits) and area that reported both years,
          five at least
  median  the median growth of the firms of its class, wherever they are, five at least
  last    no return of last year: its report of the month before, carried on at the pace of its
          months

People are the last that were reported. Rows are of status `imputed` and go nowhere unless added;
an account tells how many and how much it holds of them. A real return ends an imputation.

Source: de Waal, Pannekoek, Scholtus, Handbook of Statistical Data Editing and Imputation (2011):
ratio and last-value imputation.
"""

# ruff: noqa: S608 - the names in SQL are this module's own

from dataclasses import dataclass
from typing import Literal, get_args

import duckdb

from .frames import COLUMNS, MONEY, PEOPLE, drop, newest_returns

Method = Literal["growth", "median", "last"]
METHODS: tuple[Method, ...] = get_args(Method)
ENOUGH = 5
"""Firms that must stand behind a growth that is given to another."""


class ImputationInvalid(ValueError):
    """No method, or one there is not."""

    code = "imputation-invalid"


@dataclass(frozen=True, slots=True)
class MethodCount:
    """How many firms a method served, and their revenue (thousand yuan, year to date)."""

    method: Method
    firms: int
    revenue: int


@dataclass(frozen=True, slots=True)
class Trial:
    """What a method did to firms whose revenue is known. `error` is the mean of |imputed − true|
    by the mean of |true| (weighted absolute percentage error), `bias` the sum's relative error."""

    method: Method
    firms: int
    true: int
    imputed: int
    error: float
    bias: float


def impute(
    connection: duckdb.DuckDBPyConnection,
    period: int,
    *,
    methods: tuple[Method, ...] = METHODS,
    add: bool = True,
) -> list[MethodCount]:
    """Make the table `imputed`: rows of `returns` for the late firms of `period`, with `method`;
    and, unless `add` is false, count them in `newest` from now on (`forget` ends that). With `add`
    false nothing changes: what would be imputed, whether or not it is by now.

    The first of `methods` that can serve a firm does. Raises `ImputationInvalid` for no or an
    unknown method.
    """
    if add:
        forget(connection, period)
    late = """
        SELECT firm, industry, area FROM register
        WHERE designated AND $period BETWEEN since AND until
            AND firm IN (SELECT firm FROM newest WHERE period BETWEEN $earliest AND $previous)
            AND firm NOT IN (SELECT firm FROM returns WHERE period = $period)
    """
    _make(connection, period, methods, late, "SELECT * FROM newest WHERE true")
    if add:
        columns = ", ".join(COLUMNS["returns"])
        connection.execute(f"INSERT INTO imputed_returns SELECT {columns} FROM imputed")
        newest_returns(connection)
    rows = connection.execute("""
        SELECT method, count(*), coalesce(sum(revenue), 0)::BIGINT
        FROM imputed GROUP BY method ORDER BY method
    """).fetchall()
    return [MethodCount(*row) for row in rows]


def forget(connection: duckdb.DuckDBPyConnection, period: int | None = None) -> None:
    """Count no imputed rows (of `period`, or of any) in `newest` any more."""
    connection.execute(
        "DELETE FROM imputed_returns WHERE coalesce(period = $period, true)", {"period": period}
    )
    newest_returns(connection)


def periods(connection: duckdb.DuckDBPyConnection) -> list[int]:
    """The periods of which imputed rows count by now."""
    rows = connection.execute("SELECT DISTINCT period FROM imputed_returns ORDER BY 1").fetchall()
    return [period for (period,) in rows]


def backtest(
    connection: duckdb.DuckDBPyConnection,
    period: int,
    *,
    methods: tuple[Method, ...] = METHODS,
    percent: int = 10,
    seed: int = 1,
) -> list[Trial]:
    """Hide `percent` of the firms that reported `period` (chosen by `seed`), impute them from the
    others, and compare: one trial for each method that served any. Changes nothing."""
    hidden = f"hash(firm, {int(seed)}) % 100 < {int(percent)}"
    late = f"""
        SELECT firm, industry, area FROM register
        WHERE designated AND $period BETWEEN since AND until AND {hidden}
            AND firm IN (SELECT firm FROM newest WHERE period BETWEEN $earliest AND $previous)
            AND firm IN (
                SELECT firm FROM newest
                WHERE period = $period AND status = 'reported' AND revenue IS NOT NULL
            )
    """
    known = f"SELECT * FROM newest WHERE NOT (period = {int(period)} AND {hidden})"
    _make(connection, period, methods, late, known)
    rows = connection.execute(
        """
        SELECT method, count(*), sum(n.revenue)::BIGINT, sum(i.revenue)::BIGINT,
            sum(abs(i.revenue - n.revenue)) / nullif(sum(abs(n.revenue)), 0),
            sum(i.revenue - n.revenue) / nullif(sum(n.revenue), 0)
        FROM imputed AS i JOIN newest AS n USING (firm, period)
        WHERE i.revenue IS NOT NULL GROUP BY method ORDER BY method
        """
    ).fetchall()
    return [Trial(*row) for row in rows]


def _make(
    connection: duckdb.DuckDBPyConnection,
    period: int,
    methods: tuple[Method, ...],
    late: str,
    known: str,
) -> None:
    if not methods or not set(methods) <= set(METHODS):
        raise ImputationInvalid(f"there is no method in {methods!r}; there are {METHODS}")
    earliest, previous = looked_back(period)
    served = "CASE {} END".format(
        " ".join(f"WHEN {_CAN[method]} THEN '{method}'" for method in methods)
    )
    money = ", ".join(
        f"CASE method WHEN 'growth' THEN {_last_year(i, 'near')}"
        f" WHEN 'median' THEN {_last_year(i, 'wide')}"
        f" ELSE round(latest.{i}::DOUBLE * {period % 100} / {max(period % 100 - 1, 1)})"
        f" END::BIGINT AS {i}"
        for i in MONEY
    )
    people = ", ".join(f"coalesce(latest.{i}, past.{i}) AS {i}" for i in PEOPLE)
    drop(connection, "imputed")
    connection.execute(
        _SQL.format(late=late, known=known, served=served, money=money, people=people),
        {
            "period": period,
            "before": period - 100,
            "earliest": earliest,
            "previous": previous,
            "latest": period - 1,
        },
    )


def looked_back(period: int) -> tuple[int, int]:
    """The periods, first and last, in one of which a firm reported that is late in `period`."""
    if period % 100 == 2:
        return period - 100, period - 100
    return max(period - 3, period // 100 * 100 + 2), period - 1


def _last_year(item: str, growth: str) -> str:
    """The firm's item of last year, grown; what it states of last year is what it then reported."""
    if item == "revenue_last":
        return "past.revenue"
    return f"round(past.{item} * {growth}.rate)"


# What a method needs of a firm.
_CAN = {
    "growth": f"past.revenue IS NOT NULL AND near.firms >= {ENOUGH}",
    "median": f"past.revenue IS NOT NULL AND wide.firms >= {ENOUGH}",
    "last": "latest.revenue IS NOT NULL",
}

_SQL = """
CREATE TEMP TABLE imputed AS
WITH known AS ({known} AND period IN ($period, $before, $latest)),
late AS ({late}),
pairs AS (
    SELECT left(industry, 2) AS division, area, now.revenue AS now, past.revenue AS past
    FROM known AS now
    JOIN known AS past ON past.firm = now.firm AND past.period = $before AND past.revenue > 0
    JOIN register ON register.firm = now.firm AND $period BETWEEN since AND until
    WHERE now.period = $period AND now.status = 'reported' AND now.revenue IS NOT NULL
),
near AS (
    SELECT division, area, count(*) AS firms, sum(now)::DOUBLE / sum(past) AS rate
    FROM pairs GROUP BY ALL
),
wide AS (
    SELECT division, count(*) AS firms, median(now::DOUBLE / past) AS rate
    FROM pairs GROUP BY ALL
),
served AS (
    SELECT late.firm, {served} AS method, {money}, {people}
    FROM late
    LEFT JOIN known AS past ON past.firm = late.firm AND past.period = $before
    LEFT JOIN known AS latest ON latest.firm = late.firm AND latest.period = $latest
    LEFT JOIN near ON near.division = left(industry, 2) AND near.area = late.area
    LEFT JOIN wide ON wide.division = left(industry, 2)
)
SELECT firm, $period::INTEGER AS period, * EXCLUDE (firm, method),
    'imputed' AS status, 0 AS recorded, method
FROM served WHERE method IS NOT NULL
"""

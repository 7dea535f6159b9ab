"""Accounts (核算表): revenue, value added, people and R&D of firms by class, area, size and period.

Returns are year to date. The month is the difference of two reports in sequence, the first of a
year (period 02) being January and February together; a quarter likewise between quarters' ends;
a year is its December. Differences are a firm's own, from the newest row of each period, so a
corrected earlier month moves the months beside it and leaves the year to date alone. Where the
report before is missing a firm's month is not known: it is counted as unknown, never guessed.

Every figure has a lower and an upper bound (`coefficients`), equal where shares are exact. All
sums are of whole numbers: an account's totals equal the sum of its parts to the last digit.

Source: 国家统计局 统计上报告期累计与当期的换算 (1—2月合并报送); 中国国民经济核算体系(2016).
"""

# ruff: noqa: S608 - the names in SQL are this module's own

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal, get_args

import duckdb

from .cells import AccountInvalid, Dimension, Scheme, place
from .frames import ITEMS, drop
from .value_added import BASE, INCOME, PRODUCTION, REPORTED

Basis = Literal["ytd", "month", "quarter", "year"]

MEASURES = (
    "revenue",
    "value_added",
    "value_added_by_rate",
    "income_of_both",
    "production_of_both",
    "employees",
    "rd_expense",
    "rd_staff",
    "revenue_imputed",
    "value_added_imputed",
)
"""What an account measures, each with `_lower` and `_upper`: thousand yuan, or persons.
`..._of_both` are the two approaches' value added of the firms that report both."""

# What of a row is summed as it is. Known or not follows from the items a firm reported; a part
# that does not apply to a firm (an estimate where it reports) is 0 of it, not unknown.
_FLOWS = {
    "revenue": "revenue",
    "reported": f"if({BASE} IS NULL, {REPORTED}, 0)",
    "base": f"if({REPORTED} IS NULL, {BASE}, 0)",
    "income_of_both": f"if({INCOME} + {PRODUCTION} IS NULL, 0, {INCOME})",
    "production_of_both": f"if({INCOME} + {PRODUCTION} IS NULL, 0, {PRODUCTION})",
    "rd_expense": "rd_expense",
}
_STOCKS = ("employees", "rd_staff")
_IMPUTED = "status <> 'reported'"

# The items that these are made of.
_ITEMS = tuple(item for item in ITEMS if item != "revenue_last")

# Which items a firm reported, as one number: firms of one pattern can be summed item by item
# before value added is made of the sums; one that changes it during a year is taken by itself.
_PATTERN = f"""(if(revenue IS NULL, 1, 0) + if({INCOME} IS NULL, 2, 0)
    + if({PRODUCTION} IS NULL, 4, 0) + if(gross_output IS NULL, 8, 0)
    + if(rd_expense IS NULL, 16, 0) + if({_IMPUTED}, 32, 0))"""

# An account is a table of its own, so that one asked for later does not change it.
_numbers = count(1)

_STEP = {"month": 1, "quarter": 3}
_FIRST = {"month": 2, "quarter": 3}
_ENDS = {"ytd": "true", "month": "true", "quarter": "period % 100 % 3 = 0"}
_ENDS["year"] = "period % 100 = 12"


@dataclass(frozen=True)
class Account:
    """An account and what it was made by. `table` holds the dimensions asked for, period (yyyymm,
    its last month), firms, firms_unknown (no figure for the period), firms_imputed, and each
    measure's `_lower` and `_upper` (thousand yuan, persons; up to eight exact places)."""

    table: duckdb.DuckDBPyRelation
    by: tuple[Dimension, ...]
    basis: Basis

    def rows(self) -> list[dict[str, Any]]:
        """The account's rows as dictionaries, in the order of dimensions and period."""
        relation = self.table.order("ALL")
        return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


def account(
    connection: duckdb.DuckDBPyConnection,
    *,
    by: Sequence[Dimension] = ("class", "area"),
    scheme: Scheme = "core",
    basis: Basis = "ytd",
    designated: bool | None = None,
    since: int = 0,
    until: int = 999912,
) -> Account:
    """The account of the firms in `newest` by `by` and period, from `since` to `until` (yyyymm).

    Without "class" among the dimensions a firm counts once for each class of `scheme` it is in:
    take "core" or "all" for a total. Raises `AccountInvalid` for an unknown dimension or basis.
    """
    if basis not in _ENDS:
        raise AccountInvalid(f"there is no basis {basis!r}; there are {get_args(Basis)}")
    place(connection, scheme, by, designated=designated)
    _set_apart(connection, basis, since, until)
    keys = ", ".join((*by, "period"))
    bounds = ", ".join(_bounds(measure) for measure in MEASURES)
    name = f"account_{next(_numbers)}"
    connection.execute(f"""
        CREATE TEMP TABLE {name} AS
        SELECT {keys}, sum(firms)::BIGINT AS firms, sum(unknown)::BIGINT AS firms_unknown,
            sum(imputed)::BIGINT AS firms_imputed, {bounds}
        FROM ({_units(basis, since, until)})
        WHERE period BETWEEN {int(since)} AND {int(until)} GROUP BY ALL
    """)
    return Account(connection.table(name), tuple(by), basis)


def _bounds(measure: str) -> str:
    """A share takes the most from what is above 0 and the least from what is below."""
    scale = 1 if measure.startswith("value_added") else 10_000
    low = f"sum({measure} * if({measure} >= 0, lower, upper))"
    high = f"sum({measure} * if({measure} >= 0, upper, lower))"
    return ", ".join(
        f"CAST({amount} * {scale} AS DECIMAL(29, 0)) * 0.00000001 AS {measure}_{side}"
        for side, amount in (("lower", low), ("upper", high))
    )


def _set_apart(connection: duckdb.DuckDBPyConnection, basis: Basis, since: int, until: int) -> None:
    """Make the table `apart`: the firms and years whose rows are not summed like any others.

    A sum of differences is the difference of sums, so most firms are summed first. Not those whose
    share is not exact (its bounds ask for the sign of each), that report other items than before,
    or change their place in the register during the year: they have a `number` above 0 and are
    taken one by one. Of those that miss a report `present` has a bit for each month reported.
    """
    drop(connection, "apart")
    first, last = int(since) // 100, int(until) // 100
    placed = f"""
        SELECT firm, year, since, until, lower < upper AS wide
        FROM places JOIN cells USING (cell), (
            SELECT DISTINCT period // 100 AS year FROM newest
            WHERE period // 100 BETWEEN {first} AND {last}
        )
        WHERE year BETWEEN since // 100 AND until // 100"""
    if basis not in _STEP:
        alone = f"SELECT DISTINCT firm, year FROM ({placed}) WHERE wide"
        gaps = "SELECT NULL::VARCHAR AS firm, NULL::INTEGER AS year, NULL::INTEGER AS present"
        reports = ""
    else:
        reports = f"""
            reports AS MATERIALIZED (
                SELECT firm, period // 100 AS year, bit_or(1 << period % 100) AS present,
                    min({_PATTERN}) AS least, max({_PATTERN}) AS most
                FROM newest
                WHERE {_ENDS[basis]} AND period // 100 BETWEEN {first} AND {last}
                GROUP BY ALL
            ),
            expected AS (SELECT year, bit_or(present) AS every FROM reports GROUP BY ALL),"""
        alone = f"""
            SELECT firm, year FROM reports WHERE least < most
            UNION
            SELECT firm, year FROM ({placed})
            WHERE wide OR since > year * 100 + 2 OR until < year * 100 + 12"""
        gaps = """
            SELECT firm, year, present FROM reports JOIN expected USING (year)
            WHERE present <> every"""
    connection.execute(f"""
        CREATE TEMP TABLE apart AS
        WITH {reports}
        alone AS (SELECT *, row_number() OVER ()::INTEGER AS number FROM ({alone}))
        SELECT firm, year, coalesce(number, 0) AS number, present
        FROM alone FULL JOIN ({gaps}) AS gaps USING (firm, year) WHERE firm IS NOT NULL
    """)


def _units(basis: Basis, since: int, until: int) -> str:
    """Sums of the firms of one cell and pattern, and the firms taken one by one, in one scan of the
    returns. Then alike: flows, their differences, and measures (value added in ten-thousandths); a
    firm by itself takes its cell at the end, so it may have moved."""
    stocks = ", ".join(_STOCKS)
    step = _STEP.get(basis, 0)
    return f"""
        WITH marked AS (
            SELECT newest.*, {_PATTERN} AS pattern, coalesce(number, 0) AS number,
                coalesce(number > 0, false) AS apart,
                coalesce(((present << {step}) & (1 << period % 100)) > 0, true) AS preceded,
                coalesce(((present >> {step}) & (1 << period % 100)) > 0, true) AS followed
            FROM newest LEFT JOIN apart ON apart.firm = newest.firm AND year = period // 100
            WHERE {_ENDS[basis]}
                AND period BETWEEN {int(since) // 100 * 100} AND {int(until) // 100 * 100 + 12}
        ),
        counted AS (
            SELECT firm, false AS apart, since, until, cell FROM places
            UNION ALL
            SELECT DISTINCT firm, true, 0, 999912, 0 FROM apart WHERE number > 0
        ),
        summed AS MATERIALIZED (
            SELECT number, cell, period, pattern, count(*) AS firms,
                preceded OR apart AS preceded, followed OR apart AS followed,
                {", ".join(f"sum({item}) AS {item}" for item in _ITEMS)}
            FROM marked JOIN counted USING (firm, apart)
            WHERE period BETWEEN since AND until GROUP BY ALL
        ),
        running AS (
            SELECT number, cell, period, firms, pattern >= 32 AS imputed, {stocks},
                preceded, followed,
                {", ".join(f"{text} AS {name}" for name, text in _FLOWS.items())}
            FROM (SELECT * REPLACE (
                if(pattern & 2 = 0, surplus, NULL) AS surplus,
                if(pattern & 4 = 0, intermediate, NULL) AS intermediate
            ) FROM summed)
        ),
        differences AS (
            SELECT number, cell, period, firms, {stocks}, {_differences(basis)},
                {_imputed(basis)} AS imputed
            FROM running WHERE number > 0
            WINDOW w AS (PARTITION BY number ORDER BY period)
        ),
        in_cells AS (
            {_together(basis)}
            UNION ALL BY NAME
            SELECT differences.* EXCLUDE (number, cell), places.cell
            FROM differences JOIN apart USING (number) JOIN places USING (firm)
            WHERE period BETWEEN since AND until
        )
        SELECT cells.*, period, firms, if(revenue IS NULL, firms, 0) AS unknown,
            if(imputed, firms, 0) AS imputed, {stocks}, revenue,
            reported * 10000::HUGEINT + base * rate::HUGEINT AS value_added,
            base * rate::HUGEINT AS value_added_by_rate,
            income_of_both, production_of_both, rd_expense,
            if(in_cells.imputed, revenue, 0) AS revenue_imputed,
            if(in_cells.imputed, value_added, 0) AS value_added_imputed
        FROM in_cells JOIN cells USING (cell)
    """


def _together(basis: Basis) -> str:
    """The firms summed together. A report counts for its own period where the one before is
    there, and against the next period where that is: so no firm's rows need to meet."""
    columns = f"cell, imputed, {', '.join(_STOCKS)}, firms"
    if basis not in _STEP:
        return f"SELECT {columns}, period, {', '.join(_FLOWS)} FROM running WHERE number = 0"
    step, periods = _STEP[basis], "(SELECT period FROM summed)"
    known = f"""period % 100 = {_FIRST[basis]}
        OR (preceded AND period - {step} IN {periods})"""
    return f"""
        SELECT * REPLACE ({", ".join(f"if(known, {name}, NULL) AS {name}" for name in _FLOWS)})
        FROM (
            SELECT {columns}, period, {", ".join(_FLOWS)}, {known} AS known
            FROM running WHERE number = 0
        )
        UNION ALL BY NAME
        SELECT cell, imputed, 0 AS firms, period + {step} AS period,
            {", ".join(f"-{name} AS {name}" for name in _FLOWS)}
        FROM running WHERE number = 0 AND followed AND period + {step} IN {periods}"""


def _imputed(basis: Basis) -> str:
    """A difference is imputed when either end is."""
    if basis not in _STEP:
        return "imputed"
    in_sequence = f"lag(period) OVER w = period - {_STEP[basis]}"
    return f"imputed OR coalesce({in_sequence} AND lag(imputed) OVER w, false)"


def _differences(basis: Basis) -> str:
    """Of each flow's running total the part since the report before, where that is the one in
    sequence."""
    if basis not in _STEP:
        return ", ".join(_FLOWS)
    return ", ".join(
        f"""CASE WHEN period % 100 = {_FIRST[basis]} THEN {name}
            WHEN lag(period) OVER w = period - {_STEP[basis]}
            THEN {name} - lag({name}) OVER w END AS {name}"""
        for name in _FLOWS
    )

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

from .cells import AccountInvalid, Dimension, Scheme
from .sums import FLOWS, OWN, STOCKS, bit, sum_up

Basis = Literal["ytd", "month", "quarter", "year"]

MEASURES = (
    "revenue",
    "value_added",
    "value_added_by_rate",
    "employees",
    "rd_expense",
    "rd_staff",
    "revenue_imputed",
    "value_added_imputed",
)
"""What an account measures, each with `_lower` and `_upper`: thousand yuan, or persons."""

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
    sum_up(connection, scheme, by, designated=designated, since=since, until=until)
    keys = ", ".join((*by, "period"))
    bounds = ", ".join(_bounds(measure) for measure in MEASURES)
    name = f"account_{next(_numbers)}"
    connection.execute(f"""
        CREATE TEMP TABLE {name} AS
        SELECT {keys}, sum(firms)::BIGINT AS firms, sum(unknown)::BIGINT AS firms_unknown,
            sum(imputed)::BIGINT AS firms_imputed, {bounds}
        FROM ({_in_cells(basis)})
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


def _in_cells(basis: Basis) -> str:
    """The sums of `sums` as the basis wants them, by cell and period: measures, value added in
    ten-thousandths."""
    return f"""
        SELECT cells.*, period, firms, unknown, if(imputed, firms, 0) AS imputed,
            {", ".join(STOCKS)}, revenue,
            reported * 10000::HUGEINT + base * rate::HUGEINT AS value_added,
            base * rate::HUGEINT AS value_added_by_rate,
            rd_expense,
            if(in_cells.imputed, revenue, 0) AS revenue_imputed,
            if(in_cells.imputed, value_added, 0) AS value_added_imputed
        FROM ({_together(basis)} UNION ALL BY NAME {_alone(basis)}) AS in_cells
        JOIN cells USING (cell)
    """


def _together(basis: Basis) -> str:
    """The firms summed together. A report counts for its own period where the one before is
    there, and against the next period where that is."""
    own = f"""
        SELECT unit AS cell, period, firms, {", ".join(STOCKS)},
            firms - if({_known(basis)}, known, 0) AS unknown, {_imputed(basis)} AS imputed,
            {", ".join(f"if({_known(basis)}, {name}, NULL) AS {name}" for name in FLOWS)}
        FROM sums WHERE unit > 0 AND {_ENDS[basis]}"""
    if basis not in _STEP:
        return own
    step = _STEP[basis]
    return f"""{own}
        UNION ALL BY NAME
        SELECT unit AS cell, period + {step} AS period, 0 AS firms, 0 AS unknown,
            imputed & {OWN | bit(step)} > 0 AS imputed,
            {", ".join(f"-{name} AS {name}" for name in FLOWS)}
        FROM sums WHERE unit > 0 AND {_ENDS[basis]}
            AND beside & {bit(step)} > 0 AND period % 100 + {step} <= 12"""


def _alone(basis: Basis) -> str:
    """The firms by themselves, each in its cell at the period's end: it may have moved."""
    flows = ", ".join(FLOWS)
    if basis in _STEP:
        flows = ", ".join(
            f"""CASE WHEN period % 100 = {_FIRST[basis]} THEN {name}
                WHEN {_known(basis)} THEN {name} - lag({name}) OVER w END AS {name}"""
            for name in FLOWS
        )
    return f"""
        SELECT cell, period, firms, {", ".join(STOCKS)},
            if(revenue IS NULL, 1, 0) AS unknown, imputed, {", ".join(FLOWS)}
        FROM (
            SELECT unit, period, firms, {", ".join(STOCKS)}, {_imputed(basis)} AS imputed, {flows}
            FROM sums WHERE unit < 0 AND {_ENDS[basis]}
            WINDOW w AS (PARTITION BY unit ORDER BY period)
        ) JOIN alone USING (unit) JOIN places USING (firm)
        WHERE period BETWEEN since AND until"""


def _known(basis: Basis) -> str:
    """Whether a row tells of the period alone: nothing came before it, or a report did."""
    if basis not in _STEP:
        return "true"
    return f"(period % 100 = {_FIRST[basis]} OR beside & {bit(-_STEP[basis])} > 0)"


def _imputed(basis: Basis) -> str:
    """A difference is imputed when either end is."""
    if basis not in _STEP:
        return f"imputed & {OWN} > 0"
    first, before = _FIRST[basis], bit(-_STEP[basis])
    return f"imputed & if(period % 100 = {first}, {OWN}, {OWN | before}) > 0"

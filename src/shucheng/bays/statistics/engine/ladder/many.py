"""Where all firms stand on the ladder at once, and whether the pipeline is enough for the plan.

The same as `one`, as SQL over the tables of a connection. Candidates are firms that do not hold a
rung and lack nothing that returns and register can tell, or one thing; what is not known is never
counted as met. A plan's yearly number of new ones is compared with them, and with the honours that
run out meanwhile.
"""

# ruff: noqa: S608 - names in SQL are this module's own or codes the ladder's reader let through

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import count

import duckdb

from .definition import DESIGNATED, NUMBERS, UNIT, Condition, Criterion, Ladder, Rung
from .facts import known_facts
from .one import State, usual_period

# Numerator and denominator of each measure, of the columns of `_FIGURES`.
_RATIOS = {
    "revenue": ("revenue_0", "1"),
    "revenue_before": ("revenue_1", "1"),
    "rd_expense": ("rd_0", "1"),
    "rd_expense_before": ("rd_1", "1"),
    "growth": ("revenue_0 - last_0", "last_0"),
    "growth_2y": (
        "revenue_0 * last_1 + revenue_1 * last_0 - 2 * last_0 * last_1",
        "if(last_0 > 0 AND last_1 > 0, 2 * last_0 * last_1, NULL)",
    ),
    "rd_share": ("rd_0", "revenue_0"),
    "rd_share_before": ("rd_1", "revenue_1"),
    "rd_share_3y": (
        "rd_0 + if(revenue_1 IS NULL, 0, coalesce(rd_1, 0))"
        " + if(revenue_2 IS NULL, 0, coalesce(rd_2, 0))",
        "revenue_0 + if(rd_1 IS NULL, 0, coalesce(revenue_1, 0))"
        " + if(rd_2 IS NULL, 0, coalesce(revenue_2, 0))",
    ),
    "rd_staff_share": ("rd_staff", "employees"),
    "employees": ("employees", "1"),
    "age_months": ("age_months", "1"),
}
_SIGNS = {"at_least": ">=", "above": ">", "at_most": "<=", "below": "<"}
# Whole months since the founding.
_AGE = """((year($on) - year(established)) * 12 + month($on) - month(established)
    - (day($on) < day(established))::INTEGER)"""
_FOR_GOOD = "DATE '9999-12-31'"

NEAR: tuple[State, ...] = ("met", "open", "one_short", "one_open")
"""The states of candidates, the nearest first."""

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A firm at a rung: what is not met and what is not known, as codes of criteria; its revenue in
    thousand yuan, none where it has not reported a whole year; the last day it holds the rung."""

    firm: str
    area: str
    state: State
    revenue: int | None
    unmet: tuple[str, ...]
    unknown: tuple[str, ...]
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Stock:
    """How many firms of an area hold a rung, lose it until a day unless it is renewed, and of the
    others how many are in which state (see `State`)."""

    rung: str
    area: str
    held: int
    expiring: int
    met: int
    open: int
    one_short: int
    one_open: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Need:
    """What a plan's number of holders asks for: `new` recognitions or renewals by the day (the
    number wanted, less those who hold it longer), how many candidates meet everything (`met`) or
    everything that is known (`open`), and how many are missing: if all of these succeed, and at
    most, if only those do of whom all is known."""

    rung: str
    wanted: int
    held: int
    expiring: int
    new: int
    met: int
    open: int
    one_short: int
    one_open: int

    @property
    def candidates(self) -> int:
        return self.met + self.open

    @property
    def missing(self) -> int:
        return max(self.new - self.candidates - self.expiring, 0)

    @property
    def missing_at_most(self) -> int:
        return max(self.new - self.met - self.expiring, 0)


@dataclass(frozen=True, slots=True)
class Tally:
    """How the firms that do not hold a rung answer one of its criteria, and how many lack this one
    alone: meeting all others, or with others that are not known (`alone_open`)."""

    met: int
    unmet: int
    unknown: int
    alone: int
    alone_open: int


@dataclass(frozen=True)
class Assessment:
    """All firms at all rungs: `table` has firm, area, revenue, rung, held, until, unmet, unknown
    (bits of the rung's criteria in their order) and state."""

    connection: duckdb.DuckDBPyConnection
    ladder: Ladder
    table: str
    on: date

    def candidates(
        self,
        rung: str,
        *,
        states: Collection[State] = NEAR,
        area: str | None = None,
        limit: int = 1000,
    ) -> list[Candidate]:
        """The firms in these states at a rung, the nearest and then the largest first."""
        criteria = self.ladder[rung].criteria
        rows = self.connection.execute(
            f"""SELECT firm, area, state, revenue, unmet, unknown, until FROM {self.table}
            WHERE rung = $rung AND state IN (SELECT unnest($states))
                AND coalesce(area = $area, $area IS NULL)
            ORDER BY list_position({list(NEAR)}, state), revenue DESC NULLS LAST, firm
            LIMIT $limit""",
            {"rung": rung, "states": list(states), "area": area, "limit": limit},
        ).fetchall()
        return [
            Candidate(
                *(firm, area, state, revenue),
                *(_codes(criteria, unmet), _codes(criteria, unknown), until),
            )
            for firm, area, state, revenue, unmet, unknown, until in rows
        ]

    def tallies(self, rung: str) -> dict[str, Tally]:
        """Criterion by criterion: how many meet it, how many do not, how many are unknown."""
        criteria = self.ladder[rung].criteria
        counts = ", ".join(
            f"""count(*) FILTER ((unmet | unknown) & {bit} = 0),
            count(*) FILTER (unmet & {bit} > 0), count(*) FILTER (unknown & {bit} > 0),
            count(*) FILTER (state = 'one_short' AND unmet = {bit}),
            count(*) FILTER (state = 'one_open' AND unmet = {bit})"""
            for bit in (1 << at for at in range(len(criteria)))
        )
        row = self.connection.execute(
            f"SELECT {counts} FROM {self.table} WHERE rung = $rung AND NOT held", {"rung": rung}
        ).fetchone()
        found = row or (0,) * 5 * len(criteria)
        return {each.code: Tally(*found[5 * at : 5 * at + 5]) for at, each in enumerate(criteria)}

    def stocks(self, by: date) -> list[Stock]:
        """Every rung in every area: who holds it, loses it until `by`, and could take it."""
        states = ", ".join(f"count(*) FILTER (state = '{each}')" for each in (*NEAR, "unknown"))
        rows = self.connection.execute(
            f"""SELECT rung, area, count(*) FILTER (held),
                count(*) FILTER (held AND until <= $by), {states}
            FROM {self.table} GROUP BY ALL ORDER BY ALL""",
            {"by": by},
        ).fetchall()
        return [Stock(*row) for row in rows]

    def needs(self, wanted: Mapping[str, int], by: date) -> list[Need]:
        """What the plan's numbers of holders (rung to firms, at the day `by`) ask for."""
        stocks = self.stocks(by)
        found = list[Need]()
        for rung, number in wanted.items():
            its = [stock for stock in stocks if stock.rung == self.ladder[rung].code]
            held, expiring = sum(each.held for each in its), sum(each.expiring for each in its)
            new = max(number - held + expiring, 0)
            near = (sum(getattr(each, state) for each in its) for state in NEAR)
            found.append(Need(rung, number, held, expiring, new, *near))
        return found


def _codes(criteria: tuple[Criterion, ...], bits: int) -> tuple[str, ...]:
    return tuple(each.code for place, each in enumerate(criteria) if bits >> place & 1)


def assess(
    connection: duckdb.DuckDBPyConnection,
    ladder: Ladder,
    on: date,
    *,
    period: int | None = None,
    within: str | None = None,
) -> Assessment:
    """How all firms of the register stand on a day, by the yearly figures that end with `period`
    (without one: last December's); `within` one class of the classification alone ("core").

    Needs `register`, `honours`, `facts` and the view `newest`, for `within` the table
    `class_codes` (Classification.install).
    """
    number, end = next(_numbers), period or usual_period(on)
    firms, table = f"ladder_firms_{number}", f"standings_{number}"
    connection.execute(
        f"CREATE TEMP TABLE {firms} AS {_firms(connection, ladder, end, within)}",
        {"on": on, "month": on.year * 100 + on.month} | ({"within": within} if within else {}),
    )
    rungs = " UNION ALL ".join(_standing(rung, firms) for rung in ladder.rungs)
    connection.execute(f"CREATE TEMP TABLE {table} AS {rungs}")
    connection.execute(f"DROP TABLE {firms}")
    return Assessment(connection, ladder, table, on)


def _firms(
    connection: duckdb.DuckDBPyConnection, ladder: Ladder, period: int, within: str | None
) -> str:
    """One row a firm with all the columns that conditions read."""
    known = "established" in connection.table("register").columns
    age = _AGE if known else "NULL"
    holds = ", ".join(
        "designated AS holds_designated, NULL::DATE AS until_designated"
        if rung.code == DESIGNATED
        else f"coalesce(holds_{rung.code}, false) AS holds_{rung.code}, until_{rung.code}"
        for rung in ladder.rungs
    )
    facts = "".join(f", fact_{name}" for name in ladder.facts())
    its_codes = "SELECT industry FROM class_codes WHERE code = $within"
    inside = f"SEMI JOIN ({its_codes}) USING (industry)" if within else ""
    return f"""
        SELECT register.firm, area, size, industry, {age}::HUGEINT AS age_months, {holds}{facts},
            revenue_0, revenue_1, revenue_2, last_0, last_1, rd_0, rd_1, rd_2, employees, rd_staff
        FROM register
        LEFT JOIN ({_yearly(period)}) USING (firm)
        LEFT JOIN ({_honours(ladder)}) USING (firm)
        LEFT JOIN ({_facts(ladder)}) USING (firm)
        {inside}
        WHERE $month BETWEEN since AND until
    """


def _yearly(period: int) -> str:
    """Yearly figures of the year that ends with the period and of those before."""

    def told(item: str, period: int) -> str:
        return f"max({item}) FILTER (period = {int(period)})::HUGEINT"

    def yearly(item: str, end: int) -> str:
        if end % 100 == 12:
            return told(item, end)
        december = told(item, end // 100 * 100 - 88)
        return f"{told(item, end)} + {december} - {told(item, end - 100)}"

    figures = [("revenue", "revenue"), ("revenue_last", "last"), ("rd_expense", "rd")]
    columns = [
        f"{yearly(item, period - 100 * back)} AS {name}_{back}"
        for item, name in figures
        for back in range(3)
    ]
    columns += [f"{told(item, period)} AS {item}" for item in ("employees", "rd_staff")]
    years = (period // 100 - 3) * 100
    return f"""SELECT firm, {", ".join(columns)} FROM newest
        WHERE status = 'reported' AND period BETWEEN {years} AND {int(period)} GROUP BY firm"""


def _honours(ladder: Ladder) -> str:
    """Which rungs a firm holds by a valid honour, and until when; empty for good."""
    columns = ""
    for rung in ladder.rungs:
        if rung.code != DESIGNATED:
            its = f"kind IN ({_quoted(rung.honours)})"
            until = f"max(coalesce(until, {_FOR_GOOD})) FILTER ({its})"
            columns += f", bool_or({its}) AS holds_{rung.code}"
            columns += f", nullif({until}, {_FOR_GOOD}) AS until_{rung.code}"
    return f"""SELECT firm{columns} FROM honours
        WHERE since <= $on AND coalesce(until >= $on, true) GROUP BY firm"""


def _facts(ladder: Ladder) -> str:
    """The facts the ladder asks for as they were told last by the day, in ten-thousandths; none
    that has run out."""
    columns = "".join(
        f", trunc(arg_max(value, since) FILTER ({_holding(n)}) * {UNIT})::HUGEINT AS fact_{n}"
        for n in ladder.facts()
    )
    return f"SELECT firm{columns} FROM facts WHERE since <= $on GROUP BY firm"


def _holding(name: str) -> str:
    fact = known_facts().get(name)
    until = f" AND since + INTERVAL {fact.months} MONTH >= $on" if fact and fact.months else ""
    return f"item = '{name}'{until}"


def _standing(rung: Rung, firms: str) -> str:
    """A rung's rows: bits of what is not met and not known, and the state that follows."""
    answers = [_criterion(each) for each in rung.criteria]
    bits = [
        " + ".join(f"(({text}) {truth})::INTEGER * {1 << at}" for at, text in enumerate(answers))
        for truth in ("IS FALSE", "IS NULL")
    ]
    checkable = sum(1 << at for at, each in enumerate(rung.criteria) if each.checkable)
    return f"""
        SELECT *, CASE
            WHEN held THEN 'held'
            WHEN bit_count(unmet) > 1 THEN 'far'
            WHEN unknown & {checkable} > 0 THEN 'unknown'
            WHEN unmet > 0 AND unknown > 0 THEN 'one_open'
            WHEN unmet > 0 THEN 'one_short'
            WHEN unknown > 0 THEN 'open'
            ELSE 'met'
        END AS state
        FROM (
            SELECT firm, area, revenue_0::BIGINT AS revenue, '{rung.code}' AS rung,
                holds_{rung.code} AS held, until_{rung.code} AS until,
                ({bits[0]})::INTEGER AS unmet, ({bits[1]})::INTEGER AS unknown
            FROM {firms}
        )
    """


def _criterion(criterion: Criterion) -> str:
    """True, false or null: SQL's own three values."""
    ways = (" AND ".join(f"({_condition(each)})" for each in way) for way in criterion.ways)
    return " OR ".join(f"({way})" for way in ways)


def _condition(condition: Condition) -> str:
    if condition.measure == "holds":
        return " OR ".join(f"holds_{rung}" for rung in condition.values)
    if condition.measure == "size":
        return f"size IN ({_quoted(condition.values)})"
    if condition.measure == "industry":
        return " OR ".join(f"starts_with(industry, '{each}')" for each in condition.values)
    if condition.measure in NUMBERS:
        numerator, denominator = _RATIOS[condition.measure]
    else:
        numerator, denominator = f"fact_{condition.measure}", str(UNIT)
    sign = _SIGNS[condition.operator]
    compared = (
        f"({numerator}) * {UNIT}::HUGEINT {sign} {condition.limit}::HUGEINT * ({denominator})"
    )
    return f"CASE WHEN ({denominator}) > 0 THEN {compared} END"


def _quoted(texts: tuple[str, ...]) -> str:
    return ", ".join(f"'{each}'" for each in texts)

"""Where one firm stands on the ladder: which rung it holds, which is next, and what it lacks.

Yearly figures are those of the returns: year to date in December; of another month the last
twelve, that is the year to date, and last year's December less last year's same month. Only what
was reported counts: an imputed figure is no evidence. `many` says the same of all firms at once.
"""

# ruff: noqa: S608 - the names in SQL are this module's own

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

import duckdb

from .definition import DESIGNATED, UNIT, Condition, Criterion, Ladder, LadderInvalid, Rung
from .facts import known_facts

State = Literal["held", "met", "open", "one_short", "one_open", "far", "unknown"]
"""held: it holds the rung. met: every criterion is. open: what returns and register can tell is
met, the rest has to be asked. one_short: one criterion is not met, all others are. one_open: one is
not met, of others it is not known. far: several are not. unknown: what returns and register should
tell is not there."""

Ratio = tuple[int, int]

ITEMS = ("revenue", "revenue_last", "rd_expense", "employees", "rd_staff")


@dataclass(frozen=True)
class Facts:
    """All that is known of a firm on a day: texts, numbers (numerator and denominator above 0;
    none that is not known), the rungs it holds with the day each ends (none: for good), and facts
    that have run out, with the day they were told of."""

    firm: str
    area: str
    size: str
    industry: str
    numbers: Mapping[str, Ratio]
    held: Mapping[str, date | None]
    former: Mapping[str, tuple[Decimal, date]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Checked:
    """A condition on a firm: its value and limit in the measure's unit (four places), whether it
    is met (none: not known), and how much the numerator lacks, or has too much: thousand yuan,
    persons, months; none where that is no amount. `last` is a value that has run out, and its
    day."""

    condition: Condition
    value: Decimal | str | None
    met: bool | None
    lacking: int | None
    last: tuple[Decimal, date] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A criterion on a firm, with the way that comes nearest."""

    criterion: Criterion
    met: bool | None
    nearest: tuple[Checked, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """A firm at a rung; `until` is the last day it holds it, none for good or not at all."""

    rung: Rung
    held: bool
    until: date | None
    answers: tuple[Answer, ...]

    @property
    def unmet(self) -> tuple[Answer, ...]:
        return tuple(each for each in self.answers if each.met is False)

    @property
    def unknown(self) -> tuple[Answer, ...]:
        return tuple(each for each in self.answers if each.met is None)

    @property
    def state(self) -> State:
        if self.held:
            return "held"
        if len(self.unmet) > 1:
            return "far"
        if any(each.criterion.checkable for each in self.unknown):
            return "unknown"
        if self.unmet:
            return "one_open" if self.unknown else "one_short"
        return "open" if self.unknown else "met"


@dataclass(frozen=True, slots=True)
class Place:
    """A firm on the ladder: the highest rung it holds, the next one, and how it stands at each."""

    firm: str
    area: str
    rung: Rung | None
    following: Rung | None
    standings: tuple[Standing, ...]

    def at(self, rung: str) -> Standing:
        return next(each for each in self.standings if each.rung.code == rung)


def place(ladder: Ladder, known: Facts) -> Place:
    """How a firm of which this is known stands at every rung."""
    standings = tuple(
        Standing(
            rung,
            rung.code in known.held,
            known.held.get(rung.code),
            tuple(answer(criterion, known) for criterion in rung.criteria),
        )
        for rung in ladder.rungs
    )
    held = set(known.held)
    return Place(known.firm, known.area, ladder.highest(held), ladder.after(held), standings)


def answer(criterion: Criterion, known: Facts) -> Answer:
    """Whether a criterion is met: one way is enough, and in it every condition counts."""
    ways = [tuple(check(condition, known) for condition in way) for way in criterion.ways]
    mets = [_all([each.met for each in way]) for way in ways]
    met = True if True in mets else None if None in mets else False
    nearest = min(ways, key=_distance) if met is False else ways[mets.index(met)]
    return Answer(criterion, met, nearest)


def _distance(way: tuple[Checked, ...]) -> tuple[int, int]:
    """How far a way is: what a firm is (its industry, its size) keeps it off before an amount."""
    unmet = [each.condition for each in way if each.met is False]
    return sum(each.operator == "among" for each in unmet), len(unmet)


def _all(mets: list[bool | None]) -> bool | None:
    return False if False in mets else None if None in mets else True


def check(condition: Condition, known: Facts) -> Checked:
    """Whether one condition is met, and by how much not."""
    if condition.operator == "among":
        return _among(condition, known)
    ratio = known.numbers.get(condition.measure)
    if ratio is None:
        return Checked(condition, None, None, None, known.former.get(condition.measure))
    numerator, denominator = ratio
    # The numerator's distance from the limit, in ten-thousandths of it.
    over = numerator * UNIT - condition.limit * denominator
    met = {
        "at_least": over >= 0,
        "above": over > 0,
        "at_most": over <= 0,
        "below": over < 0,
    }[condition.operator]
    value = round(Decimal(numerator) / denominator, 4)
    no_amount = condition.is_fact or condition.measure == "growth_2y"
    amount = None if met or no_amount else -(-abs(over) // UNIT)
    return Checked(condition, value, met, amount)


def _among(condition: Condition, known: Facts) -> Checked:
    values = condition.values
    if condition.measure == "holds":
        there = [each for each in values if each in known.held]
        return Checked(condition, ", ".join(there), bool(there), None)
    if condition.measure == "size":
        return Checked(condition, known.size, known.size in values, None)
    return Checked(condition, known.industry, known.industry.startswith(values), None)


def explain(
    connection: duckdb.DuckDBPyConnection,
    ladder: Ladder,
    firm: str,
    on: date,
    *,
    period: int | None = None,
) -> Place:
    """How a firm of the register stands on a day, by the yearly figures that end with `period`
    (without one: last December's). Needs the tables of `frames` and the view `newest`.
    Raises `LadderInvalid` for a firm the register has not that day."""
    return place(ladder, facts_of(connection, ladder, firm, on, period or usual_period(on)))


def usual_period(on: date) -> int:
    """The December before a day: the last year that is whole."""
    return (on.year - 1) * 100 + 12


def facts_of(
    connection: duckdb.DuckDBPyConnection, ladder: Ladder, firm: str, on: date, period: int
) -> Facts:
    """All that the tables of a connection know of a firm on a day."""
    established = "established" if "established" in _columns(connection, "register") else "NULL"
    found = connection.execute(
        f"""SELECT area, size, industry, designated, CAST({established} AS DATE) FROM register
        WHERE firm = $firm AND $month BETWEEN since AND until""",
        {"firm": firm, "month": on.year * 100 + on.month},
    ).fetchone()
    if found is None:
        raise LadderInvalid(f"the register has no firm {firm} on {on}")
    area, size, industry, designated, founded = found
    numbers = _numbers(_yearly(_returns(connection, firm, period), period))
    if founded is not None:
        numbers["age_months"] = (_months(founded, on), 1)
    told, former = _told(connection, ladder, firm, on)
    numbers |= told
    held = _held(connection, ladder, firm, on)
    if designated and DESIGNATED in {rung.code for rung in ladder.rungs}:
        held[DESIGNATED] = None
    return Facts(firm, area, size, industry, numbers, held, former)


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    return connection.table(table).columns


def _months(founded: date, on: date) -> int:
    """Whole months since the founding."""
    months = (on.year - founded.year) * 12 + on.month - founded.month
    return months - (on.day < founded.day)


def _returns(
    connection: duckdb.DuckDBPyConnection, firm: str, period: int
) -> dict[int, dict[str, int | None]]:
    rows = connection.execute(
        f"""SELECT period, {", ".join(ITEMS)} FROM newest
        WHERE firm = $firm AND status = 'reported' AND period <= $period""",
        {"firm": firm, "period": period},
    ).fetchall()
    return {row[0]: dict(zip(ITEMS, row[1:], strict=True)) for row in rows}


def _yearly(
    returns: Mapping[int, Mapping[str, int | None]], period: int
) -> dict[str, list[int | None]]:
    """Each item's figure of the year that ends with the period and of the two before it; people
    as they were at its end."""

    def told(item: str, period: int) -> int | None:
        return returns.get(period, {}).get(item)

    def yearly(item: str, end: int) -> int | None:
        if end % 100 == 12:
            return told(item, end)
        now, before = told(item, end), told(item, end - 100)
        december = told(item, end // 100 * 100 - 88)
        if now is None or before is None or december is None:
            return None
        return now + december - before

    found: dict[str, list[int | None]] = {
        item: [yearly(item, period - 100 * back) for back in range(3)]
        for item in ("revenue", "revenue_last", "rd_expense")
    }
    return found | {item: [told(item, period)] for item in ("employees", "rd_staff")}


def _numbers(yearly: Mapping[str, list[int | None]]) -> dict[str, Ratio]:
    """The measures that follow from yearly figures, where they do."""
    revenue, last, rd = (yearly[each] for each in ("revenue", "revenue_last", "rd_expense"))
    employees, rd_staff = yearly["employees"][0], yearly["rd_staff"][0]
    shares = [
        None if r is None or all_ is None else (r, all_)
        for r, all_ in zip(rd, revenue, strict=True)
    ]
    known = [share for share in shares if share is not None]
    found: dict[str, tuple[int | None, int | None] | None] = {
        "revenue": (revenue[0], 1),
        "revenue_before": (revenue[1], 1),
        "rd_expense": (rd[0], 1),
        "rd_expense_before": (rd[1], 1),
        "rd_share": shares[0],
        "rd_share_before": shares[1],
        "rd_share_3y": (sum(r for r, _ in known), sum(all_ for _, all_ in known)),
        "employees": (employees, 1),
        "rd_staff_share": (rd_staff, employees),
    }
    if shares[0] is None:
        del found["rd_share_3y"]
    if revenue[0] is not None and last[0] is not None:
        found["growth"] = (revenue[0] - last[0], last[0])
        if revenue[1] is not None and last[1] is not None and last[0] > 0 and last[1] > 0:
            # The mean of two rates over one denominator.
            grown = revenue[0] * last[1] + revenue[1] * last[0] - 2 * last[0] * last[1]
            found["growth_2y"] = (grown, 2 * last[0] * last[1])
    return {
        name: (ratio[0], ratio[1])
        for name, ratio in found.items()
        if ratio and ratio[0] is not None and ratio[1] is not None and ratio[1] > 0
    }


def _told(
    connection: duckdb.DuckDBPyConnection, ladder: Ladder, firm: str, on: date
) -> tuple[dict[str, Ratio], dict[str, tuple[Decimal, date]]]:
    """The facts of a firm that the ladder asks for as told last by the day, in ten-thousandths;
    apart from them those that have run out."""
    rows: list[tuple[str, Decimal, date]] = connection.execute(
        """SELECT item, arg_max(value, since), max(since) FROM facts
        WHERE firm = $firm AND since <= $on GROUP BY item""",
        {"firm": firm, "on": on},
    ).fetchall()
    asked, known = ladder.facts(), known_facts()
    told, former = dict[str, Ratio](), dict[str, tuple[Decimal, date]]()
    for item, value, since in rows:
        if item in known and not known[item].holds(since, on):
            former[item] = value, since
        elif item in asked:
            told[item] = int(value * UNIT), UNIT
    return told, former


def _held(
    connection: duckdb.DuckDBPyConnection, ladder: Ladder, firm: str, on: date
) -> dict[str, date | None]:
    """The rungs it holds by a valid honour, and the last day of it."""
    rows: list[tuple[str, date | None]] = connection.execute(
        """SELECT kind, until FROM honours
        WHERE firm = $firm AND since <= $on AND coalesce(until >= $on, true)""",
        {"firm": firm, "on": on},
    ).fetchall()
    held = dict[str, date | None]()
    for rung in ladder.rungs:
        ends = [until for kind, until in rows if kind in rung.honours]
        if ends:
            lasting = [end for end in ends if end is not None]
            held[rung.code] = max(lasting) if len(lasting) == len(ends) else None
    return held

"""The tables of a month that go out: what a reader of all of a year's tables cannot undo.

Each measure is told of firms above designated size, of a starred class what is certain. A reader of
two tables subtracts one from the other, so a month is decided as two systems of the same cells: the
total since January, and what was added to it since the last that is out, as it was counted then.
Late and corrected returns are in what is added. What one of both withholds is withheld in both, and
what was once withheld stays withheld: then every addition is a table of its own that shares no
unknown with the others, and what is proved of each holds for all of them together. (That a total is
kept as far as its additions are: the distances that the rules ask for are subadditive, unless
contributions cancel; so the total is proved too.) Money begins anew with a year. People do not, so
they are told once a year, and are an addition to the year before.

Source: Hundepool et al., Statistical Disclosure Control (Wiley 2012), chapter 4: linked tables.
"""

# ruff: noqa: S608 - the names in SQL are this module's own

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from .classification import CORE, Classification
from .counted import (
    ALL,
    CITY,
    LEAVES,
    Measure,
    Rows,
    amounts,
    dimensions_of,
    opened,
    tables_of_measure,
)
from .suppression.protect import Unprotectable
from .suppression.release import Release, release
from .suppression.rules import Rules
from .suppression.tables import Key, Tables

MONTHLY: tuple[Measure, ...] = ("revenue", "value_added")
QUARTERLY: tuple[Measure, ...] = ("rd_expense",)
YEARLY: tuple[Measure, ...] = ("employees", "rd_staff")
FLOWS = MONTHLY + QUARTERLY
"""Measures that begin anew with a year."""
MEASURES = FLOWS + YEARLY
RATED: Measure = "value_added"
_DIVISION = 2  # digits of a division's code


def measures_of(month: int) -> tuple[Measure, ...]:
    """What goes out with a month (yyyymm)."""
    last = month % 100
    quarterly = QUARTERLY if last % 3 == 0 else ()
    return MONTHLY + quarterly + (YEARLY if last == 12 else ())


@dataclass(frozen=True)
class Decided:
    """What of one measure goes out: cells by (class or industry, area, size), None where they are
    withheld, and the releases that prove it: of the total, and of what was added."""

    measure: Measure
    cells: Mapping[Key, int | None]
    proofs: tuple[Release, ...]

    @property
    def withheld(self) -> frozenset[Key]:
        return frozenset(key for key, value in self.cells.items() if value is None)


@dataclass(frozen=True)
class Before:
    """What is out of a measure: what was `counted` last, and all cells ever withheld since it
    began."""

    counted: Rows
    withheld: frozenset[Key]


def decide_month(
    measures: Sequence[Measure],
    now: Rows,
    before: Mapping[str, Before],
    classes: Classification,
    rules: Rules,
) -> list[Decided]:
    """Decide measures of a month from what is `counted` now, after what is out of each.

    Raises Unprotectable, TableRefused and ArithmeticError as `release` does.
    """
    return [_decide(measure, now, before.get(measure), classes, rules) for measure in measures]


def decide_series(
    measures: Collection[Measure],
    months: Mapping[int, Rows],
    classes: Classification,
    rules: Rules,
) -> dict[int, list[Decided]]:
    """Decide measures of months (yyyymm to what is `counted`) one after another: of flows those
    of one year."""
    before: dict[str, Before] = {}
    found = {}
    for month, now in sorted(months.items()):
        asked = [measure for measure in measures_of(month) if measure in measures]
        found[month] = decide_month(asked, now, before, classes, rules)
        for each in found[month]:
            earlier = before[each.measure].withheld if each.measure in before else frozenset()
            before[each.measure] = Before(now, each.withheld | earlier)
    return found


def decide(
    total: Tables, added: Tables | None, withheld: Collection[Key], rules: Rules
) -> tuple[frozenset[Key], tuple[Release, ...]]:
    """The cells of a total that are withheld so that neither it nor what was `added` to it gives
    any firm away, and the proofs. More withheld cells undo no proof: one is enough of each.

    A reader takes neither to be below 0, but where a cell is: then he knows no floor of it. Where
    corrections downwards leave no way to protect an addition so, he is taken to know no floor of
    it at all.
    """
    stay = frozenset(withheld)
    proofs = []
    for tables, floors in ((total, (rules.floor,)), (added, (rules.floor, None))):
        if tables is not None:
            found = _released(tables, rules, floors, stay)
            stay |= {each.key for each in found.decisions if each.status != "published"}
            proofs.append(found)
    return stay, tuple(proofs)


def _released(
    tables: Tables, rules: Rules, floors: Sequence[int | None], stay: frozenset[Key]
) -> Release:
    wanted = {key: missed(key) for key in tables.cells}
    *others, last = floors
    for floor in others:
        try:
            known = replace(rules, floor=floor)
            return release(tables, known, withheld=stay, wanted=wanted, bounds=False)
        except Unprotectable:
            continue
    known = replace(rules, floor=last)
    return release(tables, known, withheld=stay, wanted=wanted, bounds=False)


def printed(measure: str, key: Key) -> bool:
    """Whether a cell is printed: the core and its divisions by area and by size, groups for the
    city, the plan's industries by area. Value added by rate tells of revenues: of it there is
    less."""
    code, area, size = key
    if "|" in code:
        return False
    if measure == RATED:
        return size == ALL and (area == CITY or code == CORE)
    if code.isdigit() and len(code) > _DIVISION:
        return (area, size) == (CITY, ALL)
    return size == ALL or code == CORE or code.isdigit()


def missed(key: Key) -> float:
    """How much more a cell would be missed than another: the figures that a plan has targets for
    are the core's and its industries' in the city, then the core's in each area."""
    code, area, size = key
    if size != ALL or "|" in code:
        return 1
    if area == CITY:
        return 1_000 if code == CORE else 30
    return 30 if code == CORE else 1


def _decide(
    measure: Measure,
    now: Rows,
    before: Before | None,
    classes: Classification,
    rules: Rules,
) -> Decided:
    total = tables_of_measure(measure, now, None, classes, rules)
    stay = {key for key in total.cells if not printed(measure, key)}
    added = None
    if before is not None:
        added = tables_of_measure(measure, now, before.counted, classes, rules)
        stay |= before.withheld | {key for key in added.cells if not printed(measure, key)}
    if measure == RATED:
        stay.update(_by_rate(now, None, classes, rules))
        if before is not None:
            stay.update(_by_rate(now, before.counted, classes, rules))
    hidden, proofs = decide(total, added, stay, rules)
    cells = {
        key: None if key in hidden else cell.total
        for key, cell in sorted(total.cells.items())
        if printed(measure, key)
    }
    return Decided(measure, cells, proofs)


def _by_rate(
    now: Rows, before: Rows | None, classes: Classification, rules: Rules
) -> Iterator[Key]:
    """The cells of value added, or of what was added to it, of which more comes from a rate than
    the rules allow: to who knows the rates they would be one more sum of revenues."""
    connection = opened(now, before)
    above = dimensions_of(connection, RATED, classes)[0].above()
    sums: dict[Key, list[int]] = defaultdict(lambda: [0, 0])
    found = connection.execute(
        f"""WITH firms AS (
            SELECT leaf, area, firm, sum(amount) AS amount, bool_or(by_rate) AS by_rate
            FROM ({amounts("now", RATED)} UNION ALL {amounts("before", RATED, "-")}) {LEAVES}
            GROUP BY ALL
        )
        SELECT leaf, area, sum(abs(amount)), sum(abs(amount)) FILTER (by_rate)
        FROM firms GROUP BY ALL"""
    ).fetchall()
    for leaf, area, gross, rated in found:
        for code in above[leaf]:
            for where in (CITY, area):
                sums[code, where, ALL][0] += int(gross)
                sums[code, where, ALL][1] += int(rated or 0)
    for key, (gross, rated) in sums.items():
        if 100 * rated > rules.by_rate_percent * gross:
            yield key

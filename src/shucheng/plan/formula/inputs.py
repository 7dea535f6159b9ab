"""Which observations a value stands on: the way back from a number to what was reported."""

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from shucheng.lib.periods import Period, iterate
from shucheng.plan.formula.model import Call, Node, Operation, Reading, Selection
from shucheng.plan.formula.proof import PERIODS_A_YEAR, Formula

# Whose observations: the area's own, the city's, or those of the areas directly below; the last
# two also one inside the other: "city.children" are the areas below the city.
OWN, CITY, CHILDREN = "own", "city", "children"


@dataclass(frozen=True, slots=True)
class Input:
    """A run of one metric's observations, first and last period included."""

    metric: str
    where: Selection
    first: Period
    last: Period
    areas: str = OWN


def inputs(formula: Formula, period: Period, first_year: int) -> tuple[Input, ...]:
    """What the value of a period reads, each run once, in the order of the formula.

    `first_year` is where cumulative sums begin.
    """
    found = _below(formula.root, formula, period, first_year, OWN)
    return tuple(dict.fromkeys(found))


def areas_read(areas: str, area: str, tree: Mapping[str, str]) -> list[str]:
    """The areas whose observations an input of an area's value reads.

    `areas` as an `Input` says it, `tree` maps each area to its parent (empty for the city).
    """
    found = [area]
    for step in areas.split("."):
        if step == CITY:
            found = [code for code, above in tree.items() if not above][:1]
        elif step == CHILDREN:
            found = [code for code, above in tree.items() if above in found]
    return found


def reached(
    formula: Formula,
    first_year: int,
    metrics: Collection[str],
    areas: Collection[str],
    ends: Sequence[date],
    last: date,
    tree: Mapping[str, str],
) -> set[tuple[str, Period]]:
    """The areas and periods whose values can change with observations of these metrics and areas.

    `ends` are the last days of the observations' periods, in order; `last` is a day of the latest
    period that anything is known of.
    """
    found: set[tuple[str, Period]] = set()
    readers: dict[str, list[str]] = {}
    first = Period.of(ends[0], formula.frequency)
    for period in iterate(first, Period.of(max(last, ends[-1]), formula.frequency)):
        for run in inputs(formula, period, first_year):
            at = bisect_left(ends, run.first.start)
            if run.metric not in metrics or at == len(ends) or ends[at] > run.last.end:
                continue
            if run.areas not in readers:
                readers[run.areas] = [
                    area
                    for area in tree
                    if not set(areas).isdisjoint(areas_read(run.areas, area, tree))
                ]
            found.update((area, period) for area in readers[run.areas])
    return found


def _below(
    node: Node, formula: Formula, period: Period, first_year: int, areas: str
) -> list[Input]:
    if isinstance(node, Reading):
        run = _run(node, formula, period, first_year)
        return [Input(node.metric, node.where, *run, areas)]
    if isinstance(node, Operation):
        return [
            each
            for side in (node.left, node.right)
            for each in _below(side, formula, period, first_year, areas)
        ]
    if not isinstance(node, Call):
        return []
    if node.function in {CITY, CHILDREN}:
        areas = node.function if areas == OWN or node.function == CITY else f"{areas}.{CHILDREN}"
    periods = [period]
    if node.function in {"yoy", "change"}:
        periods.append(period.year_before())
    elif node.function == "growth":
        periods.append(period.previous())
    return [
        each
        for argument in node.arguments
        for at in periods
        for each in _below(argument, formula, at, first_year, areas)
    ]


def _run(
    reading: Reading, formula: Formula, period: Period, first_year: int
) -> tuple[Period, Period]:
    frequency = formula.metrics[reading.metric].read_as
    within = period.split(frequency)
    first, last = within[0], within[-1]
    if reading.over == "last":
        first = last
    elif reading.over in {"ytd", "cumulative"}:
        year = first_year if reading.over == "cumulative" else period.year
        first = Period(frequency, year * PERIODS_A_YEAR[frequency])
    return first, last

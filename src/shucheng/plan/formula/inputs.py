"""Which observations a value stands on: the way back from a number to what was reported."""

from dataclasses import dataclass

from shucheng.lib.periods import Period
from shucheng.plan.formula.model import Call, Node, Operation, Reading, Selection
from shucheng.plan.formula.proof import PERIODS_A_YEAR, Formula

# Whose observations: the area's own, the city's, or those of the areas directly below.
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
    if node.function in {"city", "children"}:
        areas = node.function
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

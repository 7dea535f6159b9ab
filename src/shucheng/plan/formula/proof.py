"""Prove that a formula can be computed before anything is: metrics, units, periods, dimensions.

    formula = prove("share(ytd(a), ytd(b))", {"a": ..., "b": ...}, unit="%")

What comes back knows its period's frequency and what every part of it measures; a formula that
adds 家 to 亿元 or a yearly share over months is refused with the place in the text.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import prod
from typing import Final

from shucheng.lib.periods import FREQUENCIES, Frequency
from shucheng.plan.formula.errors import FormulaInvalid
from shucheng.plan.formula.model import (
    Call,
    Node,
    Number,
    Operation,
    Over,
    Reading,
    Selection,
    children,
    readings,
)
from shucheng.plan.formula.parse import parse
from shucheng.plan.formula.quantities import PERCENT, PLAIN, POINTS, Quantity, quantity

# Days are summed up to months before a formula reads them.
PERIODS_A_YEAR: Final[dict[Frequency, int]] = {"A": 1, "S": 2, "Q": 4, "M": 12}

# No indicator needs more, and the largest values of so many factors are still finite doubles.
MOST_PRODUCTS: Final = 8
_MULTIPLY: Final = frozenset({"*", "/", "share", "ratio", "yoy", "growth"})

_OWN: Final[tuple[Over, ...]] = ("sum", "last", "mean")
_ADDS_UP: Final[frozenset[Over]] = frozenset({"sum", "ytd", "cumulative"})


@dataclass(frozen=True, slots=True)
class MetricFacts:
    """What a formula has to know of a metric.

    `over_time` and `over_areas` are sum, last, mean, weighted or none; `dimensions` maps each
    dimension to the codes it admits. Where they are listed, a sum over them is known once every
    one of them is; where none are given, any code may occur and what is there is summed.
    """

    code: str
    unit: str
    frequency: Frequency
    measure: str = "flow"
    over_time: str = "sum"
    over_areas: str = "sum"
    dimensions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def read_as(self) -> Frequency:
        """The frequency of the values that formulas see."""
        return "M" if self.frequency == "D" else self.frequency

    def cells(self, where: Selection, by: str = "") -> int:
        """How many cells a reading adds up in one area and period; 0 where nobody can know."""
        chosen = dict(where)
        counts = [
            len(chosen.get(name, codes)) for name, codes in self.dimensions.items() if name != by
        ]
        return prod(counts)


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that can be computed: its tree, its period's frequency, its unit, its metrics."""

    text: str
    root: Node
    frequency: Frequency
    unit: str
    metrics: Mapping[str, MetricFacts]

    @property
    def scale(self) -> Fraction:
        """What the tree's value is multiplied by to be in `unit`."""
        return self.measures(self.root).scale_to(quantity(self.unit))

    @property
    def restarts_yearly(self) -> bool:
        """A sum since January: each year's line begins anew."""
        return isinstance(self.root, Reading) and self.root.over == "ytd"

    def measures(self, node: Node) -> Quantity:
        """What a part of the tree measures."""
        return _measures(node, self.metrics)


def prove(
    text: str,
    metrics: Mapping[str, MetricFacts],
    *,
    unit: str | None = None,
    frequency: Frequency | None = None,
) -> Formula:
    """A formula over these metrics, giving a value in `unit` for every period of `frequency`.

    Without a unit it is the one that the formula gives; without a frequency the coarsest of its
    metrics'. Raises `FormulaInvalid`, `units.UnitUnknown`.
    """
    root = parse(text)
    if _products(root) > MOST_PRODUCTS:
        span = (0, len(text))
        raise FormulaInvalid("formula.too_many_products", span, most=MOST_PRODUCTS)
    used = list(readings(root))
    if not used:
        raise FormulaInvalid("formula.no_metric", (0, len(text)))
    for reading in used:
        if reading.metric not in metrics:
            raise FormulaInvalid("formula.unknown_metric", reading.span, name=reading.metric)
    known = {reading.metric: metrics[reading.metric] for reading in used}
    period = frequency or _coarsest(known.values())
    root = _settled(root, known, period)
    found = _measures(root, known)
    wanted = found if unit is None else quantity(unit)
    if not found.alike(wanted):
        raise FormulaInvalid(
            "formula.unit_differs", (0, len(text)), found=str(found), wanted=str(wanted)
        )
    return Formula(text, root, period, found.symbol if unit is None else unit, known)


def _products(node: Node) -> int:
    """How often a tree multiplies or divides."""
    own = (isinstance(node, Operation) and node.sign in _MULTIPLY) or (
        isinstance(node, Call) and node.function in _MULTIPLY
    )
    return own + sum(_products(child) for child in children(node))


def _coarsest(metrics: Iterable[MetricFacts]) -> Frequency:
    return min((facts.read_as for facts in metrics), key=_fineness)


def _fineness(frequency: Frequency) -> int:
    return FREQUENCIES.index(frequency)


def _settled(node: Node, metrics: Mapping[str, MetricFacts], frequency: Frequency) -> Node:
    """The tree with every reading saying how it adds up, each of them checked."""
    if isinstance(node, Reading):
        return _settle_reading(node, metrics[node.metric], frequency)
    if isinstance(node, Call):
        inner = tuple(_settled(each, metrics, frequency) for each in node.arguments)
        for each in inner:
            if isinstance(each, Number):
                raise FormulaInvalid("formula.no_metric", each.span)
        return replace(node, arguments=inner)
    if isinstance(node, Operation):
        left = _settled(node.left, metrics, frequency)
        right = _settled(node.right, metrics, frequency)
        return _folded(replace(node, left=left, right=right))
    return node


def _folded(node: Operation) -> Node:
    """Numbers beside one another as one number."""
    left, right = node.left, node.right
    if node.sign == "/" and isinstance(right, Number) and right.value == 0:
        raise FormulaInvalid("formula.division_by_zero", node.span)
    if not (isinstance(left, Number) and isinstance(right, Number)):
        return node
    values: dict[str, Fraction] = {
        "+": left.value + right.value,
        "-": left.value - right.value,
        "*": left.value * right.value,
    }
    value = left.value / right.value if node.sign == "/" else values[node.sign]
    return Number(value, node.span)


def _settle_reading(reading: Reading, facts: MetricFacts, frequency: Frequency) -> Reading:
    if _fineness(frequency) > _fineness(facts.read_as):
        raise FormulaInvalid("formula.too_fine", reading.span, metric=facts.code)
    if reading.over in _ADDS_UP and facts.over_time != "sum":
        raise FormulaInvalid(
            "formula.does_not_sum", reading.span, metric=facts.code, measure=facts.measure
        )
    _check_dimensions(reading, facts)
    if reading.over != "own":
        return reading
    for over in _OWN:
        if over == facts.over_time:
            return replace(reading, over=over)
    if frequency == facts.read_as:
        return replace(reading, over="last")
    raise FormulaInvalid("formula.over_time_unsaid", reading.span, metric=facts.code)


def _check_dimensions(reading: Reading, facts: MetricFacts) -> None:
    for dimension, codes in reading.where:
        if dimension not in facts.dimensions:
            raise FormulaInvalid(
                "formula.unknown_dimension",
                reading.span,
                metric=facts.code,
                dimension=dimension,
                known=", ".join(facts.dimensions) or "—",
            )
        admitted = facts.dimensions[dimension]
        for code in codes:
            if admitted and code not in admitted:
                raise FormulaInvalid(
                    "formula.unknown_code",
                    reading.span,
                    metric=facts.code,
                    dimension=dimension,
                    chosen=code,
                )
    if facts.over_areas == "sum":
        return
    # A rate of several industries is no sum of their rates.
    chosen = {dimension for dimension, codes in reading.where if len(codes) == 1}
    for dimension in facts.dimensions:
        if dimension not in chosen:
            raise FormulaInvalid(
                "formula.dimension_unsaid", reading.span, metric=facts.code, dimension=dimension
            )


def _measures(node: Node, metrics: Mapping[str, MetricFacts]) -> Quantity:
    if isinstance(node, Number):
        return PLAIN
    if isinstance(node, Reading):
        return quantity(metrics[node.metric].unit)
    if isinstance(node, Call):
        return _measures_call(node, [_measures(each, metrics) for each in node.arguments])
    left, right = _measures(node.left, metrics), _measures(node.right, metrics)
    if node.sign in "*/":
        return left.times(right, 1 if node.sign == "*" else -1)
    if _is_zero(node.left):
        return right
    if _is_zero(node.right):
        return left
    return _alike(left, right, node)


def _measures_call(call: Call, inner: list[Quantity]) -> Quantity:
    match call.function:
        case "yoy" | "growth":
            return PERCENT
        case "share":
            _alike(inner[0], inner[1], call)
            return PERCENT
        case "ratio":
            return inner[0].times(inner[1], -1)
        case "change" if not inner[0].powers:
            # A share that moves from 40% to 42% moves by two points.
            return POINTS
        case _:
            return inner[0]


def _alike(left: Quantity, right: Quantity, node: Call | Operation) -> Quantity:
    if not left.alike(right):
        raise FormulaInvalid("formula.units_differ", node.span, left=str(left), right=str(right))
    return left


def _is_zero(node: Node) -> bool:
    return isinstance(node, Number) and node.value == 0

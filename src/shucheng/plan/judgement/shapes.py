"""What a formula's tree says about judging its values: how they run through a year, whether the
counties' values add up to the city's, and which parts they are made of."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from shucheng.plan.formula.model import Call, Node, Number, Operation, Reading
from shucheng.plan.judgement.path import Shape

_THROUGH = frozenset({"city", "children", "abs"})
_GROWTH = frozenset({"yoy", "growth", "change"})


def shape_of(root: Node) -> Shape:
    """How a formula's value moves through a year; a growth rate holds for every period."""
    match root:
        case Reading(over="ytd"):
            return "year_to_date"
        case Reading(over="cumulative"):
            return "since_start"
        case Call(function=function, arguments=arguments) if function in _THROUGH:
            return shape_of(arguments[0])
        case Call(function=function) if function in _GROWTH:
            return "constant"
        case Operation(sign=sign, left=left, right=right):
            sides = {shape_of(side) for side in (left, right) if not isinstance(side, Number)}
            mixed = sign in "*/" and not isinstance(left, Number) and not isinstance(right, Number)
            return sides.pop() if len(sides) == 1 and not mixed else "stock"
        case _:
            return "stock"


def adds_over_areas(root: Node, over_areas: Mapping[str, str]) -> bool:
    """Whether the values of areas sum to the value of the area above them.

    `over_areas` says of each metric how it adds up (sum, mean, weighted, none).
    """
    match root:
        case Reading(metric=metric):
            return over_areas.get(metric) == "sum"
        case Operation(sign="+" | "-", left=left, right=right):
            return adds_over_areas(left, over_areas) and adds_over_areas(right, over_areas)
        case (
            Operation(sign="*", left=Number(), right=other)
            | Operation(sign="*" | "/", left=other, right=Number())
        ):
            return adds_over_areas(other, over_areas)
        case _:
            return False


def is_mean_over_areas(root: Node, over_areas: Mapping[str, str]) -> bool:
    """Whether the city's value is the plain mean of its areas'."""
    return isinstance(root, Reading) and over_areas.get(root.metric) == "mean"


def terms(root: Node) -> Iterator[tuple[int, Node]]:
    """The terms of a sum with their signs; the formula itself where it is none."""
    if isinstance(root, Operation) and root.sign in "+-":
        yield from terms(root.left)
        for sign, term in terms(root.right):
            yield (sign if root.sign == "+" else -sign), term
    else:
        yield 1, root


def quotient(root: Node) -> tuple[Node, Node, Decimal] | None:
    """Numerator, denominator and scale (100 for a share in percent); None where it is none."""
    match root:
        case Call(function="share", arguments=(numerator, denominator)):
            return numerator, denominator, Decimal(100)
        case Call(function="ratio", arguments=(numerator, denominator)):
            return numerator, denominator, Decimal(1)
        case Operation(sign="/", left=numerator, right=denominator) if not isinstance(
            denominator, Number
        ):
            return numerator, denominator, Decimal(1)
        case _:
            return None

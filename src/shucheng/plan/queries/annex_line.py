"""What a number of the plan means beside the formula that measures it: its unit, and whether more
is better. Everybody who judges, forecasts or shows an attainment asks here."""

from decimal import Decimal

from shucheng.lib import units
from shucheng.plan.judgement.judge import Direction
from shucheng.plan.models import Indicator, Target

_BELOW = frozenset({"<", "<="})
_STRICT = frozenset({"<", ">"})


def direction_of(row: Indicator | Target) -> Direction:
    """Whether more is better, as the plan says it or the binding."""
    if row.comparator in _BELOW:
        return "down"
    return "down" if row.binding and row.binding.direction == "down" else "up"


def comparator_of(row: Indicator | Target) -> str:
    """What a value has to be against the number that is asked for. A plan that only names the
    number does not ask for more of what is better low."""
    if direction_of(row) == "up" or row.comparator in _BELOW:
        return row.comparator
    return "<" if row.comparator == ">" else "<="


def is_strict(row: Indicator | Target) -> bool:
    """Whether the number itself is not enough: more than it is asked for, or less."""
    return comparator_of(row) in _STRICT


def factor_of(indicator: Indicator) -> Decimal | None:
    """What a binding's value is multiplied by to be in the indicator's unit; None where the two
    measure different things."""
    binding = indicator.binding
    return converted(Decimal(1), binding.unit if binding else indicator.unit, indicator.unit)


def converted(value: Decimal | None, source: str, wanted: str) -> Decimal | None:
    """The value in the wanted unit; None where the two measure different things."""
    if value is None or source == wanted:
        return value
    if not (units.known(source) and units.known(wanted) and units.compatible(source, wanted)):
        return None
    return units.convert(value, source, wanted)

"""Figures of a plan as amounts that compare: 1.2 万亿元 is 12000 亿元, 家 and 个 both count."""

from functools import lru_cache
from typing import Final

from shucheng.lib import units
from shucheng.plan.compiler.model import Comparator

# What a unit measures (a dimension of `shucheng.lib.units`, or the unit itself where the
# registry does not know it) and the value in that dimension's base unit.
Amount = tuple[str, float]

# How much a comparator demands, whichever way it points: 超过 more than 达到, 达到 more than 左右.
STRENGTH: Final[dict[Comparator, int]] = {">": 3, ">=": 2, "=": 2, "~": 1, "<=": 2, "<": 3}


def measure(value: float, unit: str) -> Amount:
    """The amount that a value in a printed unit is; equal amounts are equal.

    >>> measure(1.2, "万亿元") == measure(12000, "亿元"), measure(3, "家")
    (True, ('count', 3.0))
    """
    dimension, factor = _unit(unit)
    # No plan prints more digits; what floating point adds beyond them is dropped.
    return dimension, float(f"{value * factor:.12g}")


@lru_cache(20_000)
def _unit(unit: str) -> tuple[str, float]:
    try:
        known = units.unit(unit)
    except units.UnitUnknown:
        return unit, 1.0
    return known.dimension, float(known.factor)

"""What a number measures: a product of the registry's dimensions, and how large its unit is."""

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction

from shucheng.lib import units


@dataclass(frozen=True, slots=True)
class Quantity:
    """`powers` are (dimension, power) pairs, none for a pure ratio; `factor` base units make one.

    亿元 is money with factor 10^8, % a pure ratio with factor 1/100, 元/人 money over people.
    """

    powers: tuple[tuple[str, int], ...]
    factor: Fraction
    symbol: str = ""

    def times(self, other: "Quantity", power: int = 1) -> "Quantity":
        """The quantity of a product (or, with `power` -1, of a quotient)."""
        if other == PLAIN:
            return self
        total = Counter(dict(self.powers))
        for dimension, exponent in other.powers:
            total[dimension] += power * exponent
        return Quantity(_sorted(total), self.factor * other.factor**power)

    def alike(self, other: "Quantity") -> bool:
        """Whether the two may be added and compared."""
        return self.powers == other.powers

    def scale_to(self, other: "Quantity") -> Fraction:
        """What a number in this quantity is multiplied by to be one in the other."""
        return self.factor / other.factor

    def __str__(self) -> str:
        if self.symbol:
            return self.symbol
        return " ".join(f"{name}^{power}" for name, power in self.powers) or "a plain number"


PLAIN = Quantity((), Fraction(1))
PERCENT = Quantity((), Fraction(1, 100), "%")
POINTS = Quantity(((units.POINTS, 1),), Fraction(1), "个百分点")


def quantity(symbol: str) -> Quantity:
    """The quantity of a unit's symbol. Raises `units.UnitUnknown`."""
    known = units.unit(symbol)
    total: Counter[str] = Counter()
    for position, dimension in enumerate(known.dimension.split("/")):
        if dimension != units.RATIO:
            total[dimension] += 1 if position == 0 else -1
    return Quantity(_sorted(total), known.factor, symbol or "an index")


def _sorted(total: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted((name, power) for name, power in total.items() if power))

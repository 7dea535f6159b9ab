"""What a sum over companies holds twice: fuel that one burnt to sell what another bought.

Scopes keep one company's account from counting twice, not a city's: the coal of a power plant is
its scope 1 and again, as electricity, scope 2 of those that bought it (GHG Protocol Corporate
Standard, chapter 4). The sum is told as it is, with this beside it.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from .account import Line


@dataclass(frozen=True, slots=True)
class CountedTwice:
    """Of a carrier, tonnes of CO2e by location: `made` in scope 1 for sale, `bought` in scope 2.
    `certain` is twice in the sum since the supplier named is part of it; more than `at_most` is
    not."""

    carrier: str
    made: Fraction
    bought: Fraction
    certain: Fraction
    at_most: Fraction


def counted_twice(lines: Iterable[Line]) -> tuple[CountedTwice, ...]:
    """By carrier, for the lines of one sum; nothing where it is sure that nothing is twice."""
    made: dict[str, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    bought: dict[str, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    for line in lines:
        each = line.activity
        if each.scope == 1 and each.sold_as:
            made[each.sold_as][each.company] += line.location
        elif each.scope == 2:
            bought[each.carrier][each.supplier] += line.location
    told = []
    for carrier in sorted(made.keys() & bought.keys()):
        sellers, buyers = made[carrier], bought[carrier]
        certain = sum(
            (min(tonnes, buyers[seller]) for seller, tonnes in sellers.items() if seller in buyers),
            Fraction(0),
        )
        # What was bought from others outside the sum is not in it twice.
        from_here = sum(
            (tonnes for seller, tonnes in buyers.items() if not seller or seller in sellers),
            Fraction(0),
        )
        at_most = min(sum(sellers.values(), Fraction(0)), from_here)
        if at_most:
            told.append(
                CountedTwice(
                    carrier,
                    sum(sellers.values(), Fraction(0)),
                    sum(buyers.values(), Fraction(0)),
                    certain,
                    at_most,
                )
            )
    return tuple(told)

"""What a period's use costs: by call, by period, by volume, or nothing (PD-PRC-01, PD-PRC-10)."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Literal

Basis = Literal["call", "row", "hour", "product"]
# What delivery counts; a plan may charge by nothing else. The others stand in older offers.
METERED: tuple[Basis, ...] = ("call", "row")
# Free of charge: products for public governance and public welfare.
FREE_PURPOSES = frozenset({"public-governance", "public-welfare"})


class PlanInvalid(ValueError):
    """A price plan that cannot be computed; `code`: `price-negative`, `tiers-not-rising`,
    `tiers-not-closed` (a tier after the unlimited one, or none unlimited)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Tier:
    """Up to and including the `up_to`th unit of a period (None: all others), `fen` for each `per`
    units: `Tier(None, 5, 1000)` is five 分 a thousand."""

    up_to: int | None
    fen: int
    per: int = 1


@dataclass(frozen=True, slots=True)
class PricePlan:
    """A fee of each period and tiers of use above it. By call: one tier; by period: a fee and no
    tier; by volume: several tiers, each unit at the price of the tier in which it falls, so that
    more use never costs less."""

    fee: int = 0
    tiers: Sequence[Tier] = ()
    basis: Basis = "call"

    def __post_init__(self) -> None:
        if self.fee < 0 or any(each.fen < 0 or each.per < 1 for each in self.tiers):
            raise PlanInvalid("price-negative")
        ends = [each.up_to for each in self.tiers]
        if ends and (ends[-1] is not None or None in ends[:-1]):
            raise PlanInvalid("tiers-not-closed")
        limits = [0, *(end for end in ends if end is not None)]
        if any(one >= other for one, other in pairwise(limits)):
            raise PlanInvalid("tiers-not-rising")

    def price(self, quantity: int, purpose: str = "") -> int:
        """分 for a period's quantity; the sum is exact and rounded once, half up. A period that the
        term only touches costs the whole fee."""
        if quantity < 0:
            raise ValueError("a quantity is not negative")
        if purpose in FREE_PURPOSES:
            return 0
        total, start = Fraction(self.fee), 0
        for tier in self.tiers:
            end = quantity if tier.up_to is None else min(quantity, tier.up_to)
            total += Fraction(max(end - start, 0) * tier.fen, tier.per)
            start = max(end, start)
        return (2 * total.numerator + total.denominator) // (2 * total.denominator)

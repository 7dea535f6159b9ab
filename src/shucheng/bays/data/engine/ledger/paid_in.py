"""For whom the buyers paid in: each buyer's money meets its own bills, the oldest first, and of a
bill every part in proportion. So nobody is paid with what came in for another.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bill:
    """What a settlement costs its buyer after refunds, in 分."""

    settlement: str
    buyer: str
    fen: int


@dataclass(frozen=True, slots=True)
class Met:
    """A bill and what of it is paid in."""

    fen: int
    paid: int

    def of(self, part: int) -> int:
        """What of a party's part is paid in: rounded down, so that the parts never make more than
        what came; of a bill paid in full, all of it."""
        return part * self.paid // self.fen if self.fen else 0


def met(bills: Iterable[Bill], paid: Mapping[str, int]) -> dict[str, Met]:
    """Each bill by its settlement. `bills` in the order in which they were made; `paid`: what each
    buyer paid in, less what it was given back."""
    left, found = dict(paid), dict[str, Met]()
    for bill in bills:
        meets = max(0, min(left.get(bill.buyer, 0), bill.fen))
        left[bill.buyer] = left.get(bill.buyer, 0) - meets
        found[bill.settlement] = Met(bill.fen, meets)
    return found

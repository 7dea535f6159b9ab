"""Ranks of counties, and how stable they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

# How many periods a rank is looked back over.
LOOK_BACK = 6


@dataclass(frozen=True, slots=True)
class Rank:
    """A place among those that can be compared, and the places it had before.

    `place` counts from 1; who is equal shares a place and the next one is skipped (1, 2, 2, 4).
    `best` and `worst` are the places over the last `periods` periods (at most `LOOK_BACK`, this
    one included); `held` is for how many of them in a row, up to now, the place has been the same.
    """

    place: int
    of: int
    best: int
    worst: int
    held: int
    periods: int


def places(values: Mapping[str, Decimal | None], *, down: bool = False) -> dict[str, int]:
    """The place of each that has a value; the highest first, the lowest where `down`."""
    known = sorted((v for v in values.values() if v is not None), reverse=not down)
    first: dict[Decimal, int] = {}
    for at, value in enumerate(known, 1):
        first.setdefault(value, at)
    return {name: first[value] for name, value in values.items() if value is not None}


def ranks(
    history: Sequence[Mapping[str, Decimal | None]], *, down: bool = False
) -> dict[str, Rank]:
    """The rank of each in the newest of several periods (the last of `history`), with its past.

    A period in which somebody has no value is left out of that one's past, and ends the row of
    periods that the place was held.
    """
    by_period = [places(values, down=down) for values in history[-LOOK_BACK:]]
    if not by_period:
        return {}
    found: dict[str, Rank] = {}
    for name, place in by_period[-1].items():
        past = [each[name] for each in by_period if name in each]
        held = 0
        for each in reversed(by_period):
            if each.get(name) != place:
                break
            held += 1
        found[name] = Rank(place, len(by_period[-1]), min(past), max(past), held, len(past))
    return found

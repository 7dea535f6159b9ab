"""From the values shown to the numbers that methods work on, and back.

A sum since January and a count since the start are forecast on what each period added and summed
up again, so that a count of things never falls. A missing period inside such a sum is no guess
about the total: what was added meanwhile is known and is spread evenly. Between levels, the
straight line is taken.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from shucheng.lib.periods import Period
from shucheng.plan.forecast.model import Insufficient, Series
from shucheng.plan.judgement.path import Shape

# Of all periods from the first to the last; with more of them unknown a fan would be invention.
MOST_GAPS = 0.25
FEWEST = 2


@dataclass(frozen=True, slots=True)
class History:
    """Numbers without a gap, one a period, up to `last`: levels, or what each period added.

    `running` is the sum so far, from which accumulated values go on.
    """

    numbers: tuple[float, ...]
    last: Period
    shape: Shape
    running: float
    points: int
    filled: int

    @property
    def adds_up(self) -> bool:
        return self.shape in ("year_to_date", "since_start")

    def restarts(self, steps: int) -> list[bool]:
        """Whether the sum starts anew with a period, for those after `last`."""
        if self.shape != "year_to_date":
            return [False] * steps
        years = [self.last.shift(ahead).year for ahead in range(steps + 1)]
        return [now != before for before, now in pairwise(years)]

    def shown(self, numbers: Sequence[float], restarts: Sequence[bool]) -> list[float]:
        """The values shown in the periods after `last`, from the numbers forecast for them."""
        if not self.adds_up:
            return list(numbers)
        running, values = self.running, []
        for number, anew in zip(numbers, restarts, strict=True):
            running = number if anew else running + number
            values.append(running)
        return values


def history_of(series: Series) -> History | Insufficient:
    """The numbers that methods work on, or why there are too few."""
    known = sorted(series.values.items())
    if len(known) < FEWEST:
        return Insufficient("too_few", {"points": len(known), "needed": FEWEST})
    found = _increments(known, series.shape)
    first, last = min(found), max(found)
    numbers = [found.get(first.shift(at)) for at in range(last.ordinal - first.ordinal + 1)]
    filled = len(numbers) - sum(period in found for period, _ in known)
    if filled > MOST_GAPS * len(numbers):
        return Insufficient("too_many_gaps", {"missing": filled, "periods": len(numbers)})
    whole = _interpolated(numbers)
    if len(whole) < FEWEST:
        return Insufficient("too_few", {"points": len(known), "needed": FEWEST + 1})
    if max(whole) == min(whole):
        return Insufficient("never_moved", {"points": len(known)})
    return History(tuple(whole), last, series.shape, known[-1][1], len(known), filled)


def _increments(known: list[tuple[Period, float]], shape: Shape) -> dict[Period, float]:
    """What each period added, as far as it is known; levels stay what they are."""
    if shape == "year_to_date":
        added: dict[Period, float] = {}
        for year, of_year in groupby(known, key=lambda entry: entry[0].year):
            begin = Period.of(Period("A", year).start, known[0][0].frequency).previous()
            added |= _between([(begin, 0.0), *of_year])
        return added
    return _between(known) if shape == "since_start" else dict(known)


def _between(running: list[tuple[Period, float]]) -> dict[Period, float]:
    added: dict[Period, float] = {}
    for (before, low), (now, high) in pairwise(running):
        steps = now.ordinal - before.ordinal
        added |= {before.shift(step): (high - low) / steps for step in range(1, steps + 1)}
    return added


def _interpolated(numbers: Sequence[float | None]) -> list[float]:
    """Straight lines over what is missing; the first and the last number are known."""
    known = [(at, number) for at, number in enumerate(numbers) if number is not None]
    line = [
        low + (high - low) * step / (end - at)
        for (at, low), (end, high) in pairwise(known)
        for step in range(end - at)
    ]
    return [*line, known[-1][1]]

"""From the values shown to the numbers that methods work on, and back.

A sum since January and a count since the start are forecast on what each period added and summed
up again, so that a count of things never falls. Where such a sum fell all the same, what it fell by
was never there: it was corrected, and earlier totals with it. One that falls often may fall again
(things leave as well as come), though never below its bound. A missing period inside a sum is no
guess about the total: what was added meanwhile is known and is spread evenly. Between levels, the
straight line is taken.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise

from shucheng.lib.periods import Period
from shucheng.plan.forecast.model import Insufficient, Series
from shucheng.plan.judgement.path import Shape

# Of all periods from the first to the last; with more of them unknown a fan would be invention.
MOST_GAPS = 0.25
# Of all steps of a sum; with more of them downwards they are no corrections but its nature.
MOST_FALLS = 0.25
FEWEST = 2

# The values shown, in order of period.
Known = list[tuple[Period, float]]


@dataclass(frozen=True, slots=True)
class History:
    """Numbers without a gap, one a period, up to `last`: levels, or what each period added.

    `running` is the sum so far, from which accumulated values go on; `lower` is what no sum passes.
    """

    numbers: tuple[float, ...]
    last: Period
    shape: Shape
    running: float
    points: int
    filled: int
    lower: float | None = None

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
            if self.lower is not None and running < self.lower:
                running = self.lower
            values.append(running)
        return values


def history_of(series: Series) -> History | Insufficient:
    """The numbers that methods work on, or why there are too few."""
    known = sorted(series.values.items())
    if len(known) < FEWEST:
        return Insufficient("too_few", {"points": len(known), "needed": FEWEST})
    lower = series.lower
    if lower is not None and min(value for _, value in known) < lower:
        lower = None  # a bound that the values themselves pass is none
    found = _increments(known if lower is None else _corrected(known, series.shape), series.shape)
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
    return History(tuple(whole), last, series.shape, known[-1][1], len(known), filled, lower)


def _corrected(known: Known, shape: Shape) -> Known:
    """A sum's totals without falls, where these are few and not all there is to it: none is above a
    later one of its run."""
    runs = _runs(known, shape)
    steps = [high - low for run in runs for (_, low), (_, high) in pairwise(run)]
    if sum(step < 0 for step in steps) > MOST_FALLS * len(steps):
        return known
    found = [entry for run in runs for entry in _never_above_later(run)]
    return found if len({value for _, value in found}) > 1 else known


def _runs(known: Known, shape: Shape) -> list[Known]:
    """The stretches over which a sum runs on: years, or all of it; of levels, each alone."""
    if shape == "year_to_date":
        return [list(of_year) for _, of_year in groupby(known, key=lambda entry: entry[0].year)]
    return [known] if shape == "since_start" else [[entry] for entry in known]


def _never_above_later(run: Known) -> Known:
    least = accumulate((value for _, value in reversed(run)), min)
    return [(period, value) for (period, _), value in zip(reversed(run), least, strict=True)][::-1]


def _increments(known: Known, shape: Shape) -> dict[Period, float]:
    """What each period added, as far as it is known; levels stay what they are."""
    if shape == "year_to_date":
        added: dict[Period, float] = {}
        for of_year in _runs(known, shape):
            first = of_year[0][0]
            begin = Period.of(Period("A", first.year).start, first.frequency).previous()
            added |= _between([(begin, 0.0), *of_year])
        return added
    return _between(known) if shape == "since_start" else dict(known)


def _between(running: Known) -> dict[Period, float]:
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

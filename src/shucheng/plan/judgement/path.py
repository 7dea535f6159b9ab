"""Where a value should stand at every period on its way to the yearly targets.

A plan gives a number a year; an office judges every month. A `Path` says what is expected in
between: along a straight line, along last year's seasons, or as somebody set it by hand.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from shucheng.lib.periods import Frequency, Period

# How an indicator's value moves through a year: it stands (stock), it counts from January
# (year_to_date), it counts from the plan's first year (since_start), or one number holds for
# every period (constant: a growth rate, a share that is to be kept).
Shape = Literal["stock", "year_to_date", "since_start", "constant"]
Method = Literal["linear", "seasonal", "by_hand"]

# The share of a year's way that lies behind each period of it, by the period's place (0, 1 ...).
Seasons = Mapping[int, Decimal]

_PLACES = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Path:
    """Yearly targets and what is expected between them.

    `targets` maps years to targets at their end; a year without one between them stands on the
    straight line from its neighbour before to the one after. `base` is the value at the end of
    `base_year` (the year before the first target where it is not given); a count since the start
    begins at 0 where nobody knows it. `seasons` maps a year to its `Seasons` (see `seasons_of`).
    `by_hand` maps periods to values: a year that has some runs straight from one to the next, from
    where the year begins to its target, which is what December is held to in any case.
    """

    shape: Shape
    targets: Mapping[int, Decimal]
    base: Decimal | None = None
    seasons: Mapping[int, Seasons] = field(default_factory=dict)
    by_hand: Mapping[Period, Decimal] = field(default_factory=dict)
    base_year: int | None = None

    def expected(self, period: Period) -> Decimal | None:
        """The value that the path expects at the end of a period.

        None before the first year, after the last one, and in a first year whose starting value
        nobody knows.
        """
        if period in self.by_hand and period.end.month < 12:
            return self.by_hand[period]
        target = self.end(period.year)
        if target is None or (period.year not in self.targets and period.year in self._beginning()):
            return None
        if knots := self._knots(period.year):
            return self._between(period, knots, target)
        if self.shape == "constant":
            return target
        behind = self._share(period)
        start = self.start(period.year)
        if start is None:
            # The line to the first target has no other end; the target itself is still known.
            return target if behind == 1 else None
        return (start + (target - start) * behind).quantize(_PLACES)

    def method(self, period: Period) -> Method:
        """How the value of a period is come by."""
        if self._knots(period.year):
            return "by_hand"
        return "seasonal" if _index(period) in self.seasons.get(period.year, {}) else "linear"

    def start(self, year: int) -> Decimal | None:
        """Where the path of a year begins; None where nobody knows."""
        if self.shape == "year_to_date":
            return Decimal(0)
        return self.end(year - 1)

    def end(self, year: int) -> Decimal | None:
        """Where the path of a year ends: at its target, or between those of its neighbours."""
        known = {**self._beginning(), **self.targets}
        if year in known:
            return known[year]
        before = max((each for each in known if each < year), default=None)
        after = min((each for each in known if each > year), default=None)
        if before is None or after is None:
            return None
        way = known[after] - known[before]
        return (known[before] + way * (year - before) / (after - before)).quantize(_PLACES)

    def _beginning(self) -> dict[int, Decimal]:
        """The year at whose end the first way begins, and the value there; empty where there is
        none: what starts anew each year comes from nowhere."""
        base = Decimal(0) if self.base is None and self.shape == "since_start" else self.base
        if base is None or not self.targets or self.shape in {"year_to_date", "constant"}:
            return {}
        return {min(self.targets) - 1 if self.base_year is None else self.base_year: base}

    def shares(self, year: int, frequency: Frequency) -> Seasons:
        """The share of the year's way behind each period; empty where it is not known or the
        year goes nowhere. Another path given these as seasons runs alike."""
        start, target = self.start(year), self.end(year)
        if self.shape == "constant" or start is None or target is None or start == target:
            return {}
        expected = [self.expected(period) for period in Period("A", year).split(frequency)]
        known = [value for value in expected if value is not None]
        if len(known) < len(expected):
            return {}
        return {at: (value - start) / (target - start) for at, value in enumerate(known)}

    def _knots(self, year: int) -> dict[int, Decimal]:
        """Month → value set by hand at its end."""
        return {p.end.month: value for p, value in self.by_hand.items() if p.year == year}

    def _between(
        self, period: Period, knots: Mapping[int, Decimal], target: Decimal
    ) -> Decimal | None:
        points: dict[int, Decimal | None] = {0: self.start(period.year), **knots, 12: target}
        month = period.end.month
        if month in points:
            return points[month]
        left = max(at for at in points if at < month)
        right = min(at for at in points if at > month)
        low, high = points[left], points[right]
        if low is None or high is None:
            return None
        return (low + (high - low) * (month - left) / (right - left)).quantize(_PLACES)

    def _share(self, period: Period) -> Decimal:
        known = self.seasons.get(period.year, {}).get(_index(period))
        if known is not None:
            return known
        return Decimal(period.end.month) / 12


def _index(period: Period) -> int:
    """The period's place in its year, from 0."""
    return period.ordinal - Period.of(Period("A", period.year).start, period.frequency).ordinal


def seasons_of(
    values: Mapping[Period, Decimal | None], year: int, shape: Shape
) -> dict[int, Decimal]:
    """Each period's share of the way that a year went, from its running values.

    The way begins at 0 for a count from January, else at the last value of the year before.
    Empty where a period or that value is unknown, the year went nowhere, or it went back and
    forth so that a share would leave 0 to 1: then a straight line is the honest path.
    """
    periods = sorted(period for period in values if period.year == year)
    if not periods or len(periods) != len(Period("A", year).split(periods[0].frequency)):
        return {}
    running = [values[period] for period in periods]
    before = Decimal(0) if shape == "year_to_date" else values.get(periods[0].previous())
    known = [value for value in running if value is not None]
    if before is None or len(known) < len(running) or known[-1] == before:
        return {}
    shares = [(value - before) / (known[-1] - before) for value in known]
    if any(not 0 <= share <= 1 for share in shares):
        return {}
    return dict(enumerate(shares))


def knots_of_quarters(
    year: int, start: Decimal, amounts: Iterable[Decimal]
) -> dict[Period, Decimal]:
    """Where a path stands at the end of each quarter, from what each quarter is to add."""
    knots: dict[Period, Decimal] = {}
    for quarter, amount in zip(Period("A", year).split("Q"), amounts, strict=True):
        start += amount
        knots[quarter] = start
    return knots

"""What every method comes to once it is fitted: a state that can be run forward with shocks.

One form serves them all (Hyndman, Koehler, Snyder & Grose 2002): the next number is expected at
`(level + damping * trend) * season`, and what comes otherwise moves level and trend by fixed
shares of it. Shocks are relative where numbers cannot be negative, else absolute.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import Protocol

# A relative shock needs something to be relative to: at least this share of the mean.
_GROUND = 0.1


class Fitted(Protocol):
    """A method fitted to numbers. `residuals` are its one-step errors (relative or absolute, as
    its shocks are), `parameters` how many numbers were estimated from the same data."""

    @property
    def residuals(self) -> Sequence[float]: ...

    @property
    def parameters(self) -> int: ...

    def path(self, shocks: Sequence[float], doubt: tuple[float, float]) -> list[float]:
        """The numbers to come under the shocks given, one a period; all zero: the expected ones.

        `doubt` are two draws, in standard errors, by which level and trend are taken to be
        estimated wrongly.
        """
        ...


@dataclass(frozen=True, slots=True)
class Smoothed:
    """Exponential smoothing at the end of the numbers; `seasons` are the factors to come.

    `level_error` and `trend_error` are standard errors of the two estimates; `ground` is what a
    number is at least expected to be where shocks are relative to it.
    """

    level: float
    alpha: float
    residuals: tuple[float, ...]
    parameters: int
    relative: bool
    trend: float = 0.0
    beta: float = 0.0
    damping: float = 1.0
    level_error: float = 0.0
    trend_error: float = 0.0
    ground: float = 0.0
    seasons: tuple[float, ...] = field(default=(1.0,))

    def path(self, shocks: Sequence[float], doubt: tuple[float, float] = (0.0, 0.0)) -> list[float]:
        level = self.level + doubt[0] * self.level_error
        # Not damped: that a trend flattens out is itself a guess.
        trend, doubted = self.trend, doubt[1] * self.trend_error
        alpha, beta, damping, seasons = self.alpha, self.beta, self.damping, self.seasons
        length, relative, ground = len(seasons), self.relative, self.ground
        numbers = []
        for ahead, shock in enumerate(shocks):
            trend *= damping
            expected = level + trend + doubted
            if relative:
                # Conditions, not max(): this loop is where forecasts spend their time.
                if expected < ground:
                    expected = ground
                shock = shock * expected if shock > -1.0 else -expected
            numbers.append((expected + shock) * seasons[ahead % length])
            level = expected + alpha * shock
            trend += beta * shock
        return numbers


@dataclass(frozen=True, slots=True)
class SameSeason:
    """The number of the same season a year before, and the yearly drift."""

    last_year: tuple[float, ...]
    drift: float
    drift_error: float
    residuals: tuple[float, ...]
    relative: bool
    ground: float = 0.0
    parameters: int = 1

    def path(self, shocks: Sequence[float], doubt: tuple[float, float] = (0.0, 0.0)) -> list[float]:
        drift = self.drift + doubt[1] * self.drift_error
        before = self.last_year
        numbers: list[float] = []
        for ahead, shock in enumerate(shocks):
            if ahead and ahead % len(before) == 0:
                before = tuple(numbers[-len(before) :])
            expected = before[ahead % len(before)] + drift
            if self.relative:
                expected = max(expected, self.ground)
                shock = max(shock, -1.0) * expected
            numbers.append(expected + shock)
        return numbers


def ground_of(numbers: Sequence[float]) -> float:
    """The least that relative shocks are relative to, for numbers that are not negative."""
    return _GROUND * sum(numbers) / len(numbers) or 1.0


def spread_of(errors: Sequence[float], parameters: int) -> float:
    """The standard deviation of shocks around zero, with the degrees of freedom that are left."""
    if not errors:
        return 0.0
    return sqrt(sum(error * error for error in errors) / max(len(errors) - parameters, 1))

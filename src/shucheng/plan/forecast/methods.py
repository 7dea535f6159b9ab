"""The methods there are, from the simplest on, and how many numbers each needs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from shucheng.plan.forecast.fitted import Fitted
from shucheng.plan.forecast.seasons import same_season, seasonal
from shucheng.plan.forecast.smoothing import (
    damped_trend,
    drift,
    last_value,
    mean,
    simple,
    theta,
)

# A method is only chosen where it could be tried this often on the past.
FEWEST_ORIGINS = 3


@dataclass(frozen=True, slots=True)
class Method:
    """A method by its code. It needs `fewest` numbers and, beyond them, `years` whole years; one
    for `counts` is for whole things that happen now and then."""

    code: str
    fit: Callable[..., Fitted]
    fewest: int
    years: int = 0
    counts: bool = False

    @property
    def is_seasonal(self) -> bool:
        return self.years > 0

    def needs(self, length: int) -> int:
        """How many numbers it needs where a year has `length` of them."""
        return self.fewest + self.years * length

    def fitted(self, numbers: Sequence[float], length: int, *, relative: bool) -> Fitted:
        if self.is_seasonal:
            return self.fit(numbers, length, relative=relative)
        return self.fit(numbers, relative=relative)


METHODS = (
    Method("mean", mean, 2, counts=True),
    Method("last_value", last_value, 2),
    Method("drift", drift, 3),
    Method("simple", simple, 5),
    Method("theta", theta, 6),
    Method("damped_trend", damped_trend, 8),
    Method("same_season", same_season, 4, years=1),
    Method("seasonal_simple", partial(seasonal, simple), 1, years=2),
    Method("seasonal_theta", partial(seasonal, theta), 1, years=2),
)


def simplest(*, counts: bool) -> Method:
    """What is left where none can be tried: things that happen now and then go on as they did on
    average, anything else stays as it is."""
    return next(method for method in METHODS if method.counts == counts)


def testable(
    numbers: Sequence[float], length: int, *, relative: bool, counts: bool
) -> tuple[Method, ...]:
    """The methods that can be tried on the past of these numbers; none where there are too few.

    Seasonal factors want positive numbers: a month in which nothing happened has none. Levels and
    money are not taken to stay around a mean (its narrow band would hold too seldom).
    """
    factors = relative and min(numbers) > 0
    return tuple(
        method
        for method in METHODS
        if method.needs(length) + FEWEST_ORIGINS <= len(numbers)
        and (not method.is_seasonal or length > 1)
        and (method.years < 2 or factors)
        and (counts or not method.counts)
    )

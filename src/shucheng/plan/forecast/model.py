"""What is forecast and what comes out: plain data, so that a notebook can use it.

Every number here is a float in the indicator's own unit: a forecast is an estimate, and the
decimals of an observation mean nothing in it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from shucheng.lib.periods import Period
from shucheng.plan.judgement.path import Shape

Reason = Literal["too_few", "too_many_gaps", "never_moved", "period_over"]

# The bands of a fan, in percent, the widest last.
BANDS = (50, 80, 95)
# How many equally likely values of an end of year are kept, to answer for any target.
KEPT = 200


@dataclass(frozen=True, slots=True)
class Series:
    """What is known of an indicator in an area, and what its values can be.

    `values` are the running values as shown: a year-to-date sum starts anew in January, a count
    since the plan's start never does (`shape`). `lower` and `upper` are what no value can pass
    (None: nothing is known); `whole` says that things are counted, 家 or 项. All periods have one
    frequency; a period that is missing is a gap.
    """

    values: Mapping[Period, float]
    shape: Shape = "stock"
    lower: float | None = None
    upper: float | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A period to come: the median and, a band in percent, what it reaches from and to."""

    period: Period
    median: float
    bands: Mapping[int, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Score:
    """How a method did when it was asked earlier, at `origins` points of the past.

    `mase` is its mean absolute error against that of the naive forecast (1 is as good as that;
    less is better) over `errors` forecasts; `coverage` is the share of values that fell into its
    80 % band, measured for the chosen method only.
    """

    method: str
    mase: float
    origins: int
    errors: int
    coverage: float | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """A fan to the horizon and what it stands on.

    `ends` holds, for each last period of a year, `KEPT` equally likely values in order: from them
    `chance` answers for any target. `points` values were known, `filled` of the periods between
    them were not and lie on a straight line. `backtest` is empty where too little is known to
    test a method on; `method` is then the simplest.
    """

    method: str
    steps: tuple[Step, ...]
    ends: Mapping[Period, tuple[float, ...]]
    backtest: tuple[Score, ...]
    points: int
    filled: int


@dataclass(frozen=True, slots=True)
class Insufficient:
    """Why there is no forecast; `values` are the numbers that belong into the sentence."""

    reason: Reason
    values: Mapping[str, int] = field(default_factory=dict)


def chance(values: Sequence[float], comparator: str, target: float) -> float:
    """The probability, 0 to 1, that a target is met, from equally likely values in order.

    It falls as a target to reach rises, and is about a half for one at the median. As everywhere
    in the plan, a bare number ("about 50", "50") is met by what reaches it.
    """
    n = len(values)
    if comparator == "<=":
        return bisect_right(values, target) / n
    if comparator == "<":
        return bisect_left(values, target) / n
    if comparator == ">":
        return (n - bisect_right(values, target)) / n
    return (n - bisect_left(values, target)) / n

"""Methods without seasons. Each takes numbers, one a period, and says in its docstring which paper
it comes from; `relative` chooses relative shocks (see `fitted`)."""

from collections.abc import Callable, Sequence
from math import sqrt

from shucheng.plan.forecast.fitted import Smoothed, ground_of, spread_of

_ALPHAS = tuple(step / 20 for step in range(1, 21))
_DAMPINGS = (0.8, 0.9, 0.98)
_TREND_SHARES = (0.02, 0.1, 0.3)


def last_value(numbers: Sequence[float], *, relative: bool = False) -> Smoothed:
    """It stays as it is: the naive forecast, against which all others are measured."""
    return _with_drift(numbers, 1.0, 0.0, relative, parameters=0)


def mean(numbers: Sequence[float], *, relative: bool = False) -> Smoothed:
    """Around its mean, as things do that happen now and then."""
    level = sum(numbers) / len(numbers)
    ground = ground_of(numbers)
    unit = max(level, ground) if relative else 1.0
    errors = [(number - level) / unit for number in numbers]
    spread = spread_of(errors, 1) * unit
    return Smoothed(
        level,
        0.0,
        tuple(errors),
        1,
        relative,
        level_error=spread / sqrt(len(numbers)),
        ground=ground,
    )


def drift(numbers: Sequence[float], *, relative: bool = False) -> Smoothed:
    """On along the line from the first number to the last: a random walk with drift."""
    step = (numbers[-1] - numbers[0]) / (len(numbers) - 1)
    return _with_drift(numbers, 1.0, step, relative, parameters=1)


def simple(numbers: Sequence[float], *, relative: bool = False) -> Smoothed:
    """Simple exponential smoothing (Brown 1959): a weighted mean, the newest weighing most."""
    alpha = _best_alpha(numbers, 0.0)
    return _with_drift(numbers, alpha, 0.0, relative, parameters=1)


def theta(
    numbers: Sequence[float], *, relative: bool = False, alpha: float | None = None
) -> Smoothed:
    """The Theta method (Assimakopoulos & Nikolopoulos 2000) as Hyndman & Billah (2003) showed it
    to be: simple smoothing with half the slope of the line through all numbers as its drift.

    Smoothing starts at the first number; `alpha` is the one with the least squared error.
    """
    half = slope(numbers) / 2
    chosen = _best_alpha(numbers, half) if alpha is None else alpha
    return _with_drift(numbers, chosen, half, relative, parameters=2)


def damped_trend(numbers: Sequence[float], *, relative: bool = False) -> Smoothed:
    """A trend that flattens out (Gardner & McKenzie 1985), by least squared error over a grid of
    shares and dampings."""
    start = _first_line(numbers)
    best = min(
        (
            (
                _squares_of_trend(numbers, start, alpha, alpha * share, damping),
                alpha,
                share,
                damping,
            )
            for damping in _DAMPINGS
            for share in _TREND_SHARES
            for alpha in _ALPHAS[1::3]
        ),
    )
    _squares, alpha, share, damping = best
    return with_trend(
        numbers, start, alpha=alpha, beta=alpha * share, damping=damping, relative=relative
    )


def with_trend(
    numbers: Sequence[float],
    start: tuple[float, float],
    *,
    alpha: float,
    beta: float,
    damping: float,
    relative: bool = False,
) -> Smoothed:
    """Holt's smoothing with a damped trend from a starting level and trend, in error-correction
    form: level and trend move by `alpha` and `beta` of each one-step error."""
    level, trend = start
    ground, errors = ground_of(numbers), []
    for number in numbers:
        trend *= damping
        expected = level + trend
        error = number - expected
        errors.append(error / max(expected, ground) if relative else error)
        level = expected + alpha * error
        trend += beta * error
    n = len(numbers)
    spread = spread_of(errors, 4) * (max(level, ground) if relative else 1.0)
    return Smoothed(
        level,
        alpha,
        tuple(errors[1:]),
        min(4, n - 2),
        relative,
        trend=trend,
        beta=beta,
        damping=damping,
        level_error=spread / sqrt(n),
        trend_error=spread * sqrt(alpha * alpha / n + 12 / n**3),
        ground=ground,
    )


def slope(numbers: Sequence[float]) -> float:
    """The slope of the least-squares line, a period."""
    middle = (len(numbers) - 1) / 2
    across = sum((at - middle) ** 2 for at in range(len(numbers)))
    return sum((at - middle) * number for at, number in enumerate(numbers)) / across


def _with_drift(
    numbers: Sequence[float], alpha: float, step: float, relative: bool, *, parameters: int
) -> Smoothed:
    level, ground, errors = numbers[0], ground_of(numbers), []
    for number in numbers[1:]:
        expected = level + step
        error = number - expected
        errors.append(error / max(expected, ground) if relative else error)
        level = expected + alpha * error
    n = len(numbers)
    spread = spread_of(errors, parameters) * (max(level, ground) if relative else 1.0)
    return Smoothed(
        level,
        alpha,
        tuple(errors),
        parameters,
        relative,
        trend=step,
        level_error=spread / sqrt(n) if alpha < 1 else 0.0,
        trend_error=spread * sqrt(alpha * alpha / n + 12 / n**3),
        ground=ground,
    )


def _best_alpha(numbers: Sequence[float], step: float) -> float:
    """The smoothing share with the least squared one-step error, to a thousandth."""

    def squares(alpha: float) -> float:
        level, total = numbers[0], 0.0
        for number in numbers[1:]:
            level += step
            error = number - level
            total += error * error
            level += alpha * error
        return total

    found = min(_ALPHAS, key=squares)
    return _golden(squares, max(found - 0.05, 0.001), min(found + 0.05, 1.0))


def _golden(function: Callable[[float], float], low: float, high: float) -> float:
    """The place of a minimum between two, by golden section (Kiefer 1953)."""
    ratio = (sqrt(5) - 1) / 2
    left, right = high - ratio * (high - low), low + ratio * (high - low)
    at_left, at_right = function(left), function(right)
    while high - low > 0.001:
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - ratio * (high - low)
            at_left = function(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + ratio * (high - low)
            at_right = function(right)
    return (low + high) / 2


def _first_line(numbers: Sequence[float]) -> tuple[float, float]:
    """Level and trend before the first number, from the line through the first few."""
    few = numbers[: min(len(numbers), 5)]
    trend = slope(few)
    return sum(few) / len(few) - trend * (len(few) + 1) / 2, trend


def _squares_of_trend(
    numbers: Sequence[float],
    start: tuple[float, float],
    alpha: float,
    beta: float,
    damping: float,
) -> float:
    level, trend = start
    total = 0.0
    for number in numbers:
        trend *= damping
        error = number - level - trend
        total += error * error
        level += trend + alpha * error
        trend += beta * error
    return total

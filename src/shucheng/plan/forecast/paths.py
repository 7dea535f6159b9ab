"""Simulated futures: a fitted method run forward with shocks like those it met.

Shocks are drawn from the method's own one-step errors (bootstrap, Thombs & Schucany 1990),
smoothed a little. How large they are is itself uncertain where there were few: each path draws
its own size, which makes of normal shocks exactly Student's t. So do level and trend, by their
standard errors. The draws are seeded: the same numbers give the same fan.
"""

from collections.abc import Sequence
from math import sqrt
from random import Random
from statistics import NormalDist

from shucheng.plan.forecast.fitted import Fitted, spread_of
from shucheng.plan.forecast.scales import Scale

# With fewer errors than this there is no shape to draw from: shocks are normal.
_FEWEST_ERRORS = 8
_SMOOTHING = 0.35
_NORMAL = tuple(NormalDist().inv_cdf((at + 0.5) / 200) for at in range(200))
_KERNEL = tuple(NormalDist().inv_cdf((at + 0.5) / 9) for at in range(9))


def simulate(
    fitted: Fitted, steps: int, scale: Scale, *, paths: int, seed: int = 1
) -> list[list[float]]:
    """That many futures of `steps` numbers each, on the scale of the numbers given."""
    chance = Random(seed)  # noqa: S311 - not for secrets
    free = max(len(fitted.residuals) - fitted.parameters, 1)
    pool = _shocks(fitted)
    drawn = chance.choices(pool, k=paths * steps)
    doubts = chance.choices(_NORMAL, k=paths * 2)
    found = []
    for path in range(paths):
        size = sqrt(free / (2 * chance.gammavariate(free / 2, 1.0)))
        shocks = [size * shock for shock in drawn[path * steps : (path + 1) * steps]]
        doubt = (size * doubts[2 * path], size * doubts[2 * path + 1])
        found.append(scale.outward(fitted.path(shocks, doubt), chance.random()))
    return found


def expected(fitted: Fitted, steps: int, scale: Scale) -> list[float]:
    """What comes if no shock comes."""
    return scale.outward(fitted.path([0.0] * steps, (0.0, 0.0)))


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value that a share of values in order does not pass, between two of them in proportion
    (type 7 of Hyndman & Fan 1996)."""
    place = share * (len(ordered) - 1)
    at = int(place)
    if at + 1 == len(ordered):
        return ordered[at]
    return ordered[at] + (ordered[at + 1] - ordered[at]) * (place - at)


def _shocks(fitted: Fitted) -> list[float]:
    errors = fitted.residuals
    spread = spread_of(errors, fitted.parameters)
    if len(errors) < _FEWEST_ERRORS:
        return [spread * each for each in _NORMAL]
    middle = sum(errors) / len(errors)
    plain = sqrt(sum((error - middle) ** 2 for error in errors) / len(errors))
    if not plain:
        return [0.0]
    # Rescaled to the spread that their degrees of freedom leave.
    shrunk = spread / plain / sqrt(1 + _SMOOTHING**2)
    return [
        shrunk * (error - middle + _SMOOTHING * plain * each)
        for error in errors
        for each in _KERNEL
    ]

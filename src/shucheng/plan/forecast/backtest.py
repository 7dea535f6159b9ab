"""How each method would have done: a rolling origin (Tashman 2000), errors scaled by the mean
change from period to period (MASE, Hyndman & Koehler 2006)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from shucheng.plan.forecast.methods import Method, testable
from shucheng.plan.forecast.model import Score
from shucheng.plan.forecast.paths import expected, quantile, simulate
from shucheng.plan.forecast.scales import Scale

_MOST_ORIGINS = 10
_PATHS = 100
# A method replaces a simpler one only where it is better by this much.
_BETTER = 0.95


@dataclass(frozen=True, slots=True)
class Tested:
    """The method chosen and the scores of all that could be tried, the best first."""

    method: Method
    scores: tuple[Score, ...]


def choose(
    numbers: Sequence[float], length: int, horizon: int, scale: Scale, *, summed: bool
) -> Tested | None:
    """Try every method that these numbers suffice for at the same origins of the past, up to
    `horizon` numbers ahead; None where they suffice for none.

    `length` is the number of periods in a year. The best mean scaled error wins, except that a
    simpler method keeps its place unless it is beaten by five percent. What is `summed` up later is
    scored as sums: the error so far, a period.
    """
    methods = testable(numbers, length, relative=scale.relative, counts=scale.whole and summed)
    if not methods:
        return None
    first = max(max(m.needs(length) for m in methods), len(numbers) - _MOST_ORIGINS)
    origins = range(first, len(numbers))
    scores = {m: _score(m, numbers, length, horizon, origins, scale, summed) for m in methods}
    chosen = methods[0]
    for method in methods[1:]:
        if scores[method].mase < _BETTER * scores[chosen].mase:
            chosen = method
    share = _coverage(chosen, numbers, length, horizon, origins, scale)
    scores[chosen] = replace(scores[chosen], coverage=share)
    return Tested(chosen, tuple(sorted(scores.values(), key=lambda score: score.mase)))


def _score(
    method: Method,
    numbers: Sequence[float],
    length: int,
    horizon: int,
    origins: range,
    scale: Scale,
    summed: bool,
) -> Score:
    total, count = 0.0, 0
    for origin in origins:
        known, came = numbers[:origin], numbers[origin : origin + horizon]
        fitted = method.fitted(scale.inward(known), length, relative=scale.relative)
        unit = _mean_change(known) or _mean_change(numbers)
        errors = [e - was for e, was in zip(expected(fitted, len(came), scale), came, strict=True)]
        if summed:
            errors = [each / ahead for ahead, each in enumerate(accumulate(errors), 1)]
        total += sum(map(abs, errors)) / unit
        count += len(came)
    return Score(method.code, total / count, len(origins), count)


def _coverage(
    method: Method,
    numbers: Sequence[float],
    length: int,
    horizon: int,
    origins: range,
    scale: Scale,
) -> float:
    """The share of values that came and lay in the 80 % band."""
    inside, count = 0, 0
    for origin in origins:
        came = numbers[origin : origin + horizon]
        fitted = method.fitted(scale.inward(numbers[:origin]), length, relative=scale.relative)
        futures = simulate(fitted, len(came), scale, paths=_PATHS)
        for ahead, was in enumerate(came):
            ordered = sorted(path[ahead] for path in futures)
            inside += quantile(ordered, 0.1) <= was <= quantile(ordered, 0.9)
        count += len(came)
    return inside / count


def _mean_change(numbers: Sequence[float]) -> float:
    changes = [abs(now - before) for before, now in pairwise(numbers)]
    return sum(changes) / len(changes)

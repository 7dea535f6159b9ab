"""Methods that know the seasons of a year; they need two years, as nothing repeats before."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import sqrt

from shucheng.plan.forecast.fitted import SameSeason, Smoothed, ground_of, spread_of


def same_season(numbers: Sequence[float], length: int, *, relative: bool = False) -> SameSeason:
    """The seasonal naive forecast with drift: last year's number and the mean change a year."""
    changes = [now - before for before, now in zip(numbers, numbers[length:], strict=False)]
    yearly = sum(changes) / len(changes)
    ground, errors = ground_of(numbers), []
    for before, now in zip(numbers, numbers[length:], strict=False):
        expected = before + yearly
        errors.append((now - expected) / max(expected, ground) if relative else now - expected)
    spread = spread_of(errors, 1)
    around = sum(numbers[-length:]) / length if relative else 1.0
    return SameSeason(
        tuple(numbers[-length:]),
        yearly,
        # The errors of one year hang together: what counts is how many years there are.
        spread * around / sqrt(max(len(errors) / length, 1.0)),
        tuple(errors),
        relative,
        ground,
    )


def seasonal(
    method: Callable[..., Smoothed],
    numbers: Sequence[float],
    length: int,
    *,
    relative: bool = False,
) -> Smoothed:
    """A method on numbers without their seasons, which are put back afterwards, as the Theta
    method does (Assimakopoulos & Nikolopoulos 2000): classical multiplicative decomposition.

    Raises `ValueError` where a number is not positive: seasons are factors here.
    """
    factors = seasonal_factors(numbers, length)
    plain = [number / factors[at % length] for at, number in enumerate(numbers)]
    fitted = method(plain, relative=relative)
    ahead = tuple(factors[(len(numbers) + step) % length] for step in range(length))
    free = max(len(fitted.residuals) - 2, 0)
    return replace(fitted, seasons=ahead, parameters=min(fitted.parameters + length, free))


def seasonal_factors(numbers: Sequence[float], length: int) -> tuple[float, ...]:
    """Each season's factor, counted from the first number: the mean ratio to a centred moving
    average, the factors having the mean 1 (classical decomposition, Macaulay 1931).

    Raises `ValueError` for fewer than two years or a number that is not positive.
    """
    if len(numbers) < 2 * length:
        raise ValueError("seasons show only in two years or more")
    if min(numbers) <= 0:
        raise ValueError("factors need positive numbers")
    half = length // 2
    ratios: list[list[float]] = [[] for _ in range(length)]
    for at in range(half, len(numbers) - half):
        around = numbers[at - half : at + half + 1]
        edges = (around[0] + around[-1]) / 2 if length % 2 == 0 else around[0] + around[-1]
        average = (sum(around[1:-1]) + edges) / length
        ratios[at % length].append(numbers[at] / average)
    means = [sum(found) / len(found) for found in ratios]
    centre = sum(means) / length
    return tuple(each / centre for each in means)

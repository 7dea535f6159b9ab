"""Whole numbers that add up to what is asked for, in the ratio of what was drawn.

Everything of an area and block of months is scaled alike, rounded down, and what is missing is
added one by one where most was cut off: totals hold to the last thousand yuan.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from .population import QUARTERS, Floats, Integers
from .settings import SimulationInvalid


def settle(
    flows: Floats,
    active: NDArray[np.bool_],
    counted: Integers,
    totals: Mapping[int, int],
    factor: float,
) -> tuple[Integers, float]:
    """Monthly `flows` (firms x periods of one year) as whole numbers whose running sums over the
    active cells, `counted` in quarters, are `totals` (column to total).

    Before the first total everything is scaled as it is, after the last as before (`factor`).
    Returns the numbers and the factor by now. Raises `SimulationInvalid` for totals that fall, or
    that are asked for where nobody reports.
    """
    whole = np.zeros(flows.shape, dtype=np.int64)
    partial = counted < QUARTERS
    done, start = 0, 0
    for column in sorted(totals):
        block = slice(start, column + 1)
        asked = totals[column] - done
        cells = active[:, block]
        weights = counted[:, None] / QUARTERS
        there = float((flows[:, block] * cells * weights).sum())
        if asked < 0 or (asked and there <= 0):
            raise SimulationInvalid(f"nothing reported can add up to {totals[column]}")
        factor = asked / there if there else factor
        scaled = flows[:, block] * factor
        numbers = _down(scaled, partial)
        rest = asked - int((numbers * cells * counted[:, None] // QUARTERS).sum())
        _spread(numbers, scaled - numbers, cells & ~partial[:, None], rest)
        whole[:, block] = numbers
        start, done = column + 1, totals[column]
    whole[:, start:] = _down(flows[:, start:] * factor, partial)
    return whole, factor


def _down(scaled: Floats, partial: NDArray[np.bool_]) -> Integers:
    """Rounded down, to what can be quartered where only quarters count."""
    numbers = np.floor(scaled).astype(np.int64)
    numbers[partial] -= numbers[partial] % QUARTERS
    return numbers


def _spread(numbers: Integers, remainders: Floats, cells: NDArray[np.bool_], rest: int) -> None:
    """Add `rest` to the cells in place, evenly and then by the largest remainder."""
    at = np.argwhere(cells)
    if not len(at):
        if rest:
            raise SimulationInvalid("only firms of starred classes report")
        return
    each, more = divmod(rest, len(at))
    numbers[cells] += each
    largest = np.argsort(-remainders[cells], kind="stable")[:more]
    numbers[tuple(at[largest].T)] += 1

"""How far scores and ranks depend on choices: Monte Carlo over a study's alternatives.
OECD/JRC Handbook (2008), step 7; Saisana, Saltelli and Tarantola (2005).
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from .score import Scored, ranks
from .study import Trial, trial
from .values import Array

CHUNK = 250
LEVELS = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Uncertainty:
    """Scores and ranks over all draws; an area a column, in the order of `areas`.

    `score_levels`, `rank_levels`: `[3, area]`, the 5th percentile, the median and the 95th of each;
    `rank_chances[rank - 1, area]`; `stability[area]`: share of the draws in which the area is at
    most `tolerance` ranks from the one it has by the definition.
    """

    areas: tuple[str, ...]
    draws: int
    seed: int
    tolerance: int
    scores: Array
    ranks: NDArray[np.int64]
    score_levels: Array
    rank_levels: Array
    rank_chances: Array
    stability: Array

    def chance_of_top(self, count: int) -> Array:
        """`[area]`: share of the draws in which the area is among the first `count`."""
        share: Array = self.rank_chances[:count].sum(axis=0)
        return share


def uncertainty(
    scored: Scored, draws: int = 10_000, seed: int = 2025, tolerance: int = 1
) -> Uncertainty:
    """The study that the definition describes, with `draws` combinations of its choices. The same
    seed gives the same result, however many cores take part. Refused: as `trial`, and
    where a drawn combination cannot be computed (a geometric mean of a value not positive ...)."""
    found = trial(scored)
    sizes = [min(CHUNK, draws - start) for start in range(0, draws, CHUNK)]
    seeds = np.random.SeedSequence(seed).spawn(len(sizes))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        scores = np.concatenate(list(pool.map(partial(_chunk, found), sizes, seeds)))
    placed = ranks(scores)
    count = len(scored.areas)
    chances = np.array([np.bincount(column, minlength=count + 1)[1:] for column in placed.T]).T
    return Uncertainty(
        areas=scored.areas,
        draws=draws,
        seed=seed,
        tolerance=tolerance,
        scores=scores,
        ranks=placed,
        score_levels=np.quantile(scores, LEVELS, axis=0),
        # A rank is a whole number: the percentile is one that was drawn.
        rank_levels=np.quantile(placed, LEVELS, axis=0, method="inverted_cdf"),
        rank_chances=chances / draws,
        stability=(np.abs(placed - scored.ranks) <= tolerance).mean(axis=0),
    )


def _chunk(found: Trial, size: int, seed: np.random.SeedSequence) -> Array:
    return found.scores(found.draw(size, np.random.default_rng(seed)))

"""Which choice moves the ranks: variance-based indices of Sobol'.

First order: Saltelli et al. (2010), Computer Physics Communications 181, table 2, (b); total:
Jansen (1999), ibid. (f). A factor may be a group of variables (all weights, all errors of data).
"""

from dataclasses import dataclass

import numpy as np

from .score import Scored, ranks
from .study import trial
from .values import Array

CHUNK = 128


@dataclass(frozen=True)
class Sobol:
    """`first[factor, ...]`: share of the variance that the factor explains alone; `total`: with
    all it interacts in; errors: standard errors by bootstrap. 0 where nothing varies."""

    first: Array
    total: Array
    first_error: Array
    total_error: Array
    variance: Array


@dataclass(frozen=True)
class Sensitivity:
    """`shift`: of the mean number of ranks by which areas move from their rank by the definition;
    `by_area`: of each area's rank (`[factor, area]`). Factors in the order of `factors`."""

    factors: tuple[str, ...]
    base: int
    seed: int
    mean_shift: float
    shift: Sobol
    by_area: Sobol


def sobol(a: Array, b: Array, mixed: Array, *, resamples: int = 100, seed: int = 2025) -> Sobol:
    """Indices from a model's results: `a[sample, ...]`, `b[sample, ...]` of two independent
    matrices of samples, `mixed[factor, sample, ...]` of the first with the factor's columns from
    the second. Standard errors from `resamples` of the samples with replacement."""
    first, total, variance = _indices(a, b, mixed)
    rng = np.random.default_rng(seed)
    drawn = []
    for _ in range(resamples):
        rows = rng.integers(len(a), size=len(a))
        drawn.append(_indices(a[rows], b[rows], mixed[:, rows])[:2])
    errors = np.array(drawn).std(axis=0)
    return Sobol(first, total, errors[0], errors[1], variance)


def sensitivity(scored: Scored, base: int = 1024, seed: int = 2025) -> Sensitivity:
    """The study that the definition describes, computed `base` times (number of factors + 2).
    Refused: as `uncertainty`."""
    found = trial(scored)
    factors = found.varied
    blocks = []
    for start, source in enumerate(np.random.SeedSequence(seed).spawn(-(-base // CHUNK))):
        rng = np.random.default_rng(source)
        size = min(CHUNK, base - start * CHUNK)
        a, b = found.draw(size, rng), found.draw(size, rng)
        designs = [a, b, *(a.swapped(factor, b) for factor in factors)]
        blocks.append(np.stack([ranks(found.scores(design)) for design in designs]))
    placed = np.concatenate(blocks, axis=1).astype(np.float64)
    shift = np.abs(placed - scored.ranks).mean(axis=-1)
    return Sensitivity(
        factors=factors,
        base=base,
        seed=seed,
        mean_shift=float(shift[:2].mean()),
        shift=sobol(shift[0], shift[1], shift[2:], seed=seed),
        by_area=sobol(placed[0], placed[1], placed[2:], seed=seed),
    )


def _indices(a: Array, b: Array, mixed: Array) -> tuple[Array, Array, Array]:
    both = np.concatenate([a, b])
    variance = both.var(axis=0)
    divisor = np.where(variance > 0, variance, 1)
    # Centred: the same expectation with less noise.
    first = ((b - both.mean(axis=0)) * (mixed - a)).mean(axis=1) / divisor
    total = ((a - mixed) ** 2).mean(axis=1) / (2 * divisor)
    return first, total, variance

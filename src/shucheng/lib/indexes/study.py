"""Alternative choices drawn and computed: the ground of uncertainty and sensitivity analysis.
Saisana, Saltelli and Tarantola (2005), J. R. Statist. Soc. A 168; OECD/JRC Handbook, step 7.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .definition import Index
from .errors import IndexRefused
from .normalise import alike, as_defined, check_varies
from .score import Scored
from .tree import Choices, compute
from .values import Array, transform

FACTORS = ("normalisation", "weighting", "aggregation", "weights", "data", "dropped")


@dataclass(frozen=True)
class Draws:
    """A row a draw: places in the study's lists of choices, factors on the weights
    `[draw, slot]`, standard normal errors `[draw, indicator, area]`, the indicator left out (-1:
    none). A factor that the study does not vary is the same in all draws."""

    normalisation: NDArray[np.int64]
    weighting: NDArray[np.int64]
    aggregation: NDArray[np.int64]
    weights: Array
    data: NDArray[np.float32]
    dropped: NDArray[np.int64]

    def swapped(self, factor: str, other: "Draws") -> "Draws":
        """These draws with one factor taken from others."""
        return replace(self, **{factor: getattr(other, factor)})


@dataclass(frozen=True)
class Trial:
    """The choices of one study over one computed index."""

    scored: Scored
    droppable: tuple[int, ...]
    errors: Array

    @property
    def varied(self) -> tuple[str, ...]:
        """The factors that this study varies."""
        study = self.scored.index.uncertainty
        varies = (
            len(study.normalisations) > 1,
            len(study.weightings) > 1,
            len(study.aggregations) > 1,
            study.weight_spread > 0,
            bool(self.errors.any()),
            bool(self.droppable),
        )
        return tuple(name for name, on in zip(FACTORS, varies, strict=True) if on)

    def draw(self, count: int, rng: np.random.Generator) -> Draws:
        index = self.scored.index
        study, spread = index.uncertainty, index.uncertainty.weight_spread
        slots = len(index.slots)
        shape = (count, *self.errors.shape[:1], len(self.scored.areas))
        # Without errors of data none are drawn, so that a study of choices alone is cheap.
        noise = np.empty((count, 0, 0), dtype=np.float32)
        if self.errors.any():
            noise = rng.standard_normal(shape, dtype=np.float32)
        return Draws(
            rng.integers(len(study.normalisations), size=count),
            rng.integers(len(study.weightings), size=count),
            rng.integers(len(study.aggregations), size=count),
            1 + spread * rng.uniform(-1, 1, (count, slots)),
            noise,
            rng.choice([-1, *self.droppable], size=count),
        )

    def scores(self, draws: Draws) -> Array:
        """`[draw, area]`. Refused where a drawn combination of choices cannot be computed."""
        found = np.empty((len(draws.dropped), len(self.scored.areas)))
        for which, part in self._by(draws.normalisation):
            normalised = self._normalised(int(part), draws.data[which])
            alone = normalised.ndim == 2
            pairs = draws.weighting[which] * 1000 + draws.aggregation[which]
            for within, pair in self._by(pairs):
                x = normalised if alone else normalised[within]
                chosen = self._choices(int(pair) // 1000, int(pair) % 1000, draws, which[within])
                computed = compute(self.scored.index, x, self.scored.areas, chosen)
                found[which[within]] = computed.scores[self.scored.index.tree.code]
        return found

    @staticmethod
    def _by(values: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.int64], np.int64]]:
        for value in np.unique(values):
            yield np.flatnonzero(values == value), value

    def _choices(
        self, weighting: int, aggregation: int, draws: Draws, which: NDArray[np.int64]
    ) -> Choices:
        index, study = self.scored.index, self.scored.index.uncertainty
        changes = draws.weights[which]
        dropped = draws.dropped[which]
        out = np.flatnonzero(dropped >= 0)
        slots = np.array([index.slots[one.code] for one in index.indicators])
        changes[out, slots[dropped[out]]] = 0
        weights, mean = study.weightings[weighting], study.aggregations[aggregation]
        return Choices(
            None if weights == "as_defined" else weights,
            None if mean == "as_defined" else mean,
            changes,
        )

    def _normalised(self, choice: int, noise: NDArray[np.float32]) -> Array:
        index, treated = self.scored.index, self.scored.treated
        method = index.uncertainty.normalisations[choice]
        x = treated.values
        if self.errors.any():
            # An error of so many per cent keeps the sign, and a positive value positive.
            filled = treated.filled * np.exp(self.errors[:, None] * noise)
            x = transform(index, filled, treated.limits)
        return as_defined(index, x) if method == "as_defined" else alike(index, x, method)


def trial(scored: Scored) -> Trial:
    """The study of the index's own definition.

    Refused: `index.nothing_varied`, `index.nothing_to_drop`; `index.no_variance` and
    `index.one_area` where an alternative normalisation needs differences.
    """
    index, study = scored.index, scored.index.uncertainty
    errors = [study.data_errors.get(one.code, study.data_error) for one in index.indicators]
    droppable = _droppable(index) if study.drop_one else ()
    if study.drop_one and not droppable:
        raise IndexRefused("index.nothing_to_drop", definition=index.code)
    found = Trial(scored, droppable, np.array(errors))
    if not found.varied:
        raise IndexRefused("index.nothing_varied", definition=index.code)
    if set(study.normalisations) != {"as_defined"}:
        for one, row in zip(index.indicators, scored.treated.values, strict=True):
            check_varies(index, one.code, row, "uncertainty", one.code)
    return found


def _droppable(index: Index) -> tuple[int, ...]:
    """Indicators with another part beside them, so that their node is not left without any."""
    alone = {node.children[0].code for node in index.tree.nodes() if len(node.children) == 1}
    return tuple(row for row, one in enumerate(index.indicators) if one.code not in alone)

"""An index's scores with every step on the way, so that each explains itself.

A score is the sum of its indicators' contributions (normalised value times the weights on the way
up) and of the losses: what a geometric mean or a penalty takes off in each node for imbalance.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
from numpy.typing import NDArray

from .definition import Index, Node
from .normalise import normalise, places
from .tree import Computed, compute
from .values import Array, Treated, Values, treat
from .weights import Judged, judged


@dataclass(frozen=True)
class Scored:
    """Rows of arrays: indicators in the order of the tree; columns: areas.

    `scores[area]` and `ranks[area]` (1 is best; equal scores share the better rank);
    `nodes` has the scores, weights and losses of each node; `overall_weights[indicator]` the
    product of the weights on the way up; `contributions[indicator, area]` and
    `deductions[node code][area]` add up to the scores; `judged` the consistency of comparisons.
    """

    index: Index
    areas: tuple[str, ...]
    raw: Array
    treated: Treated
    normalised: Array
    nodes: Computed
    overall_weights: Array
    contributions: Array
    deductions: Mapping[str, Array]
    judged: Mapping[str, Judged]
    scores: Array
    ranks: NDArray[np.int64]

    def explained(self, area: str, digits: int = 2) -> tuple[Decimal, dict[str, Decimal]]:
        """The score of an area and its parts by code, rounded so that they add up exactly."""
        column = self.areas.index(area)
        parts = {
            one.code: float(self.contributions[row, column])
            for row, one in enumerate(self.index.indicators)
        }
        parts |= {
            code: float(loss[column]) for code, loss in self.deductions.items() if np.any(loss)
        }
        return rounded(float(self.scores[column]), parts, digits)


def score(index: Index, values: Values) -> Scored:
    """Every step of the definition, in the order of the Handbook; a step that cannot be done is
    refused (`IndexRefused`), none is skipped."""
    treated = treat(index, values)
    normalised = normalise(index, treated, values.areas)
    nodes = compute(index, normalised, values.areas)
    to_node, to_indicator = _weights_upwards(index, nodes)
    overall = np.array([to_indicator[one.code] for one in index.indicators])
    scores = nodes.scores[index.tree.code]
    return Scored(
        index=index,
        areas=values.areas,
        raw=values.raw,
        treated=treated,
        normalised=normalised,
        nodes=nodes,
        overall_weights=overall,
        contributions=overall[:, None] * normalised,
        deductions={code: to_node[code] * loss for code, loss in nodes.losses.items()},
        judged={
            node.code: judged(index, node)
            for node in index.tree.nodes()
            if node.weights.method == "ahp"
        },
        scores=scores,
        ranks=ranks(scores),
    )


def ranks(scores: Array) -> NDArray[np.int64]:
    """1 for the highest of `scores[..., area]`; equal ones (to nine decimals) share the better."""
    first, _ = places(-np.round(scores, 9))
    return first.astype(np.int64) + 1


def rounded(
    total: float, parts: Mapping[str, float], digits: int
) -> tuple[Decimal, dict[str, Decimal]]:
    """Total and parts to so many decimals, the parts adding up exactly: each is rounded down, and
    what is left goes to those that lost most by it (largest remainder)."""
    unit = Decimal(1).scaleb(-digits)
    whole = Decimal(repr(total)).quantize(unit, ROUND_HALF_EVEN)
    floors = {code: int(np.floor(part / float(unit))) for code, part in parts.items()}
    left = int(whole / unit) - sum(floors.values())
    lost = sorted(parts, key=lambda code: floors[code] - parts[code] / float(unit))
    for place in range(abs(left)):
        floors[lost[place % len(lost)]] += 1 if left > 0 else -1
    return whole, {code: count * unit for code, count in floors.items()}


def _weights_upwards(index: Index, nodes: Computed) -> tuple[dict[str, float], dict[str, float]]:
    """The product of weights from the index down to each node, and to each indicator."""
    to_node: dict[str, float] = {index.tree.code: 1.0}
    to_indicator: dict[str, float] = {}
    for node in index.tree.nodes():
        for part, weight in zip(node.children, nodes.weights[node.code], strict=True):
            reached = to_node if isinstance(part, Node) else to_indicator
            reached[part.code] = to_node[node.code] * float(weight)
    return to_node, to_indicator

"""The tree of an index computed upwards, for one table of values or thousands at once.
OECD/JRC Handbook (2008), step 6 (aggregation).
"""

from dataclasses import dataclass, field

import numpy as np

from .definition import AggregationMethod, Index, Node, WeightingMethod
from .errors import IndexRefused
from .values import Array
from .weights import node_weights


@dataclass(frozen=True)
class Choices:
    """What stands in for the definition's own choice, in every node; None leaves it. `changes`:
    factors on the weights, `[..., slot]` (see `Index.slots`); 0 leaves a part out, the others of
    its node then share its weight in proportion."""

    weighting: WeightingMethod | None = None
    aggregation: AggregationMethod | None = None
    changes: Array | None = None


@dataclass
class Computed:
    """By node: `scores[..., area]`, `weights[..., part]`, and `losses[..., area]`, what imbalance
    between the parts takes off their weighted mean (zero or negative)."""

    scores: dict[str, Array] = field(default_factory=dict)
    weights: dict[str, Array] = field(default_factory=dict)
    losses: dict[str, Array] = field(default_factory=dict)


def compute(
    index: Index, normalised: Array, areas: tuple[str, ...], choices: Choices | None = None
) -> Computed:
    """`normalised[..., indicator, area]`, more is better; refuses as `node_weights` does, and
    `index.not_positive` where a mean needs positive values."""
    computed = Computed()
    rows = {one.code: place for place, one in enumerate(index.indicators)}
    _compute(index, index.tree, normalised, rows, areas, choices or Choices(), computed)
    return computed


def _compute(
    index: Index,
    node: Node,
    normalised: Array,
    rows: dict[str, int],
    areas: tuple[str, ...],
    choices: Choices,
    computed: Computed,
) -> Array:
    parts = []
    for part in node.children:
        if isinstance(part, Node):
            parts.append(_compute(index, part, normalised, rows, areas, choices, computed))
        else:
            parts.append(normalised[..., rows[part.code], :])
    x = np.stack(np.broadcast_arrays(*parts), axis=-2)
    weights = node_weights(index, node, x, choices.weighting or node.weights.method)
    if choices.changes is not None:
        slots = [index.slots[part.code] for part in node.children]
        weights = weights * choices.changes[..., slots]
        weights = weights / weights.sum(axis=-1, keepdims=True)
    mean = weighted(weights, x)
    score = mean
    if (choices.aggregation or node.aggregation) == "geometric":
        check_positive(index, node, x, areas, "geometric")
        score = np.exp(weighted(weights, np.log(x)))
    elif node.penalty and choices.aggregation is None:
        check_positive(index, node, mean[..., None, :], areas, "penalty")
        score = mean - weighted(weights, (x - mean[..., None, :]) ** 2) / mean
    computed.scores[node.code] = score
    computed.weights[node.code] = weights
    computed.losses[node.code] = score - mean
    return score


def weighted(weights: Array, x: Array) -> Array:
    """`weights[..., part]`, `x[..., part, area]` to `[..., area]`."""
    mean: Array = np.einsum("...p,...pa->...a", weights, x)
    return mean


def check_positive(index: Index, node: Node, x: Array, areas: tuple[str, ...], step: str) -> None:
    if x.min() > 0:
        return
    *_, part, area = np.argwhere(x <= 0)[0]
    name = node.children[part].code if x.shape[-2] > 1 else node.code
    raise IndexRefused(
        "index.not_positive",
        definition=index.code,
        step=step,
        node=node.code,
        indicator=name,
        area=areas[area],
    )

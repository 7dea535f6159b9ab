"""Weights of the parts of a node: OECD/JRC Handbook (2008), step 6.

Those that follow from the data take `x[..., part, area]` with more meaning better and give
`[..., part]`, adding up to 1. They first put each part on 0..1 over its own range, so that the
index's scale does not move them.
"""

from dataclasses import dataclass

import numpy as np

from .definition import Index, Node, WeightingMethod
from .errors import IndexRefused
from .normalise import check_varies, min_max
from .values import Array

# Mean consistency index of random matrices of order 1, 2, ...: Saaty (1980), The Analytic
# Hierarchy Process, table of random indices.
RANDOM_INDEX = (0, 0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59)
HIGHEST_RATIO = 0.1


@dataclass(frozen=True)
class Judged:
    """Weights from pairwise comparisons, with what tells how consistent they are."""

    weights: Array
    eigenvalue: float
    consistency_index: float
    consistency_ratio: float


def ahp(comparisons: Array) -> Judged:
    """Priorities of a reciprocal matrix: its principal eigenvector (Saaty 1977). The consistency
    ratio compares (eigenvalue - n) / (n - 1) with that of random matrices."""
    count = len(comparisons)
    values, vectors = np.linalg.eig(comparisons)
    main = int(values.real.argmax())
    weights = np.abs(vectors[:, main].real)
    eigenvalue = float(values[main].real)
    consistency = max(0.0, (eigenvalue - count) / (count - 1)) if count > 2 else 0.0
    random = RANDOM_INDEX[min(count, len(RANDOM_INDEX)) - 1]
    ratio = consistency / random if random else 0.0
    return Judged(weights / weights.sum(), eigenvalue, consistency, ratio)


def entropy(shares: Array) -> Array:
    """Shannon's entropy of each part over the areas, of values not negative: the more unequal a
    part is, the more it weighs (Zeleny 1982; Hwang and Yoon 1981, 熵值法)."""
    p = shares / shares.sum(axis=-1, keepdims=True)
    logs = np.log(np.where(p > 0, p, 1.0))
    diversity = 1 + (p * logs).sum(axis=-1) / np.log(p.shape[-1])
    return _to_one(diversity)


def critic(x: Array) -> Array:
    """Standard deviation times the sum of (1 - correlation) with the other parts, of parts on
    0..1: contrast and conflict (Diakoulaki, Mavrotas and Papayannakis 1995)."""
    spread = x.std(axis=-1)
    conflict = (1 - correlation(x)).sum(axis=-1)
    return _to_one(spread * conflict)


def pca(x: Array) -> Array:
    """Share of each part's variance that the principal components with an eigenvalue of 1 or more
    (Kaiser) reproduce: its communality, which no rotation of the components changes.
    After Nicoletti, Scarpetta and Boylaud (2000), as in the Handbook, without their assignment of
    each part to one rotated factor."""
    values, vectors = np.linalg.eigh(correlation(x))
    kept = values > 1 - 1e-9  # an eigenvalue of exactly 1 must not hang on rounding
    return _to_one(np.einsum("...c,...pc->...p", np.where(kept, values, 0), vectors**2))


def correlation(x: Array) -> Array:
    """`[..., part, part]`, Pearson, over the areas."""
    centred = x - x.mean(axis=-1, keepdims=True)
    unit = centred / np.sqrt((centred**2).sum(axis=-1, keepdims=True))
    matrix: Array = unit @ np.swapaxes(unit, -1, -2)
    return matrix


def node_weights(index: Index, node: Node, x: Array, method: WeightingMethod) -> Array:
    """The weights of a node's parts by `method`, from `x[..., part, area]`.

    Refused: `index.weights_sum`, `index.ahp_reciprocal`, `index.ahp_inconsistent`,
    `index.one_area`, `index.no_variance`, `index.no_conflict`.
    """
    count = len(node.children)
    if count == 1:
        return np.ones(1)
    if method == "equal":
        return np.full(count, 1 / count)
    if method == "given":
        return _given(index, node)
    if method == "ahp":
        return judged(index, node).weights
    for place, part in enumerate(node.children):
        check_varies(index, part.code, x[..., place, :], "weights", node.code)
    shares = min_max(x)
    if method == "entropy":
        return entropy(shares)
    if method == "pca":
        return pca(shares)
    if (correlation(shares) > 1 - 1e-12).all():
        codes = ", ".join(part.code for part in node.children)
        raise IndexRefused(
            "index.no_conflict", definition=index.code, node=node.code, indicator=codes
        )
    return critic(shares)


def judged(index: Index, node: Node) -> Judged:
    """The pairwise comparisons of a node, refused where they contradict themselves."""
    matrix = np.array(node.weights.comparisons)
    off = np.argwhere(~np.isclose(matrix * matrix.T, 1, rtol=1e-3))
    if len(off):
        left, right = (node.children[place].code for place in off[0])
        raise IndexRefused(
            "index.ahp_reciprocal", definition=index.code, node=node.code, left=left, right=right
        )
    found = ahp(matrix)
    if found.consistency_ratio > HIGHEST_RATIO:
        raise IndexRefused(
            "index.ahp_inconsistent",
            definition=index.code,
            node=node.code,
            ratio=found.consistency_ratio,
        )
    return found


def _given(index: Index, node: Node) -> Array:
    weights = np.array([node.weights.given[part.code] for part in node.children])
    if abs(weights.sum() - 1) > 1e-9:
        raise IndexRefused(
            "index.weights_sum",
            definition=index.code,
            node=node.code,
            total=f"{weights.sum():.6g}",
        )
    return weights


def _to_one(weights: Array) -> Array:
    # An entropy of 1 can come out a rounding above 1.
    weights = np.maximum(weights, 0)
    share: Array = weights / weights.sum(axis=-1, keepdims=True)
    return share

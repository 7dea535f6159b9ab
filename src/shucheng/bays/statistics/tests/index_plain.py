"""An index's draws computed plainly: one draw, one indicator, one node after another. It shares
the definition and the drawn numbers with the engine and no arithmetic: the tests' second opinion
and the benchmark's peer."""

from typing import Any

import numpy as np

from shucheng.lib.indexes.definition import Index, Node
from shucheng.lib.indexes.study import Draws
from shucheng.lib.indexes.values import Array


def plain_draws(index: Index, raw: Array, draws: Draws) -> Array:
    """`[draw, area]`; `raw[indicator, area]` without missing values."""
    study = index.uncertainty
    found = []
    for number in range(len(draws.dropped)):
        normalisation = study.normalisations[draws.normalisation[number]]
        columns = {}
        for row, one in enumerate(index.indicators):
            x = raw[row].copy()
            error = study.data_errors.get(one.code, study.data_error)
            if error:
                x = x * np.exp(error * draws.data[number, row].astype(float))
            if one.winsorise:
                low, high = np.quantile(raw[row], [one.winsorise, 1 - one.winsorise])
                x = np.minimum(np.maximum(x, low), high)
            if one.log:
                x = np.log(x)
            if one.direction == "down":
                x = -x
            columns[one.code] = _normalised(index, normalisation, x)
        dropped = draws.dropped[number]
        context = {
            "factors": draws.weights[number],
            "dropped": index.indicators[dropped].code if dropped >= 0 else "",
            "weighting": study.weightings[draws.weighting[number]],
            "aggregation": study.aggregations[draws.aggregation[number]],
        }
        found.append(_node(index, index.tree, columns, context))
    return np.array(found)


def _normalised(index: Index, method: str, x: Array) -> Array:
    low, high = index.scale
    if method == "as_defined":
        method = index.normalisation.method
    if method == "z_score":
        return (low + high) / 2 + (high - low) / 6 * (x - np.mean(x)) / np.std(x)
    if method == "rank":
        share = [((x < one).sum() + (x <= one).sum() - 1) / 2 / (len(x) - 1) for one in x]
        return low + (high - low) * np.array(share)
    return low + (high - low) * (x - np.min(x)) / (np.max(x) - np.min(x))


def _node(index: Index, node: Node, columns: dict[str, Array], context: dict[str, Any]) -> Array:
    parts = [
        _node(index, part, columns, context) if isinstance(part, Node) else columns[part.code]
        for part in node.children
    ]
    method = context["weighting"]
    weights = _weights(node, node.weights.method if method == "as_defined" else method, parts)
    for place, part in enumerate(node.children):
        weights[place] *= context["factors"][index.slots[part.code]]
        if part.code == context["dropped"]:
            weights[place] = 0
    weights = [weight / sum(weights) for weight in weights]
    mean = context["aggregation"]
    geometric = (node.aggregation if mean == "as_defined" else mean) == "geometric"
    found = np.ones(len(parts[0])) if geometric else np.zeros(len(parts[0]))
    for x, weight in zip(parts, weights, strict=True):
        found = found * x**weight if geometric else found + x * weight
    return found


def _weights(node: Node, method: str, parts: list[Array]) -> list[float]:
    if method == "equal":
        return [1.0] * len(parts)
    if method == "given":
        return [node.weights.given[part.code] for part in node.children]
    unit = [(x - np.min(x)) / (np.max(x) - np.min(x)) for x in parts]
    if method == "entropy":
        shares = [x[x > 0] / np.sum(x) for x in unit]
        return [1 + float((p * np.log(p)).sum()) / np.log(len(parts[0])) for p in shares]
    related = np.corrcoef(unit)
    if method == "critic":
        return [float(np.std(x) * sum(1 - related[row])) for row, x in enumerate(unit)]
    values, vectors = np.linalg.eigh(related)
    kept = [place for place in range(len(values)) if values[place] > 1 - 1e-9]
    return [float(sum(values[c] * vectors[row, c] ** 2 for c in kept)) for row in range(len(unit))]

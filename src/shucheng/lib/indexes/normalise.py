"""Values made comparable: OECD/JRC Handbook (2008), step 5.

Every function takes `x[..., indicator, area]` with more meaning better, looks along the areas, and
gives the same shape: 0..1 for `min_max` and `rank_share`, standard deviations for `z_score`.
"""

import numpy as np

from .definition import Index, Indicator, Normalisation, NormalisationMethod
from .errors import IndexRefused
from .values import Array, Treated, refuse


def min_max(x: Array) -> Array:
    """0 for the worst area, 1 for the best."""
    low = x.min(axis=-1, keepdims=True)
    share: Array = (x - low) / (x.max(axis=-1, keepdims=True) - low)
    return share


def z_score(x: Array) -> Array:
    """Standard deviations (of the areas as a whole population) from the mean."""
    score: Array = (x - x.mean(axis=-1, keepdims=True)) / x.std(axis=-1, keepdims=True)
    return score


def rank_share(x: Array) -> Array:
    """0 for the last area, 1 for the first; equal values share the mean of their places."""
    first, last = places(x)
    share: Array = (first + last) / (2 * (x.shape[-1] - 1))
    return share


def places(x: Array) -> tuple[Array, Array]:
    """The first and last place (from 0, upwards) of each value among its row's; they differ
    where values are equal."""
    order = np.argsort(x, axis=-1)
    ordered = np.take_along_axis(x, order, axis=-1)
    count = x.shape[-1]
    numbers = np.arange(count)
    same = ordered[..., 1:] == ordered[..., :-1]
    if not same.any():
        place = np.empty(x.shape)
        np.put_along_axis(place, order, np.broadcast_to(numbers, x.shape), axis=-1)
        return place, place
    edge = np.zeros((*x.shape[:-1], 1), dtype=bool)
    first = np.maximum.accumulate(np.where(np.concatenate([edge, same], -1), 0, numbers), axis=-1)
    ends = np.where(np.concatenate([same, edge], -1), count - 1, numbers)
    last = np.minimum.accumulate(ends[..., ::-1], axis=-1)[..., ::-1]
    found = np.empty((2, *x.shape))
    for place, ordinal in zip(found, (first, last), strict=True):
        np.put_along_axis(place, order, ordinal, axis=-1)
    return found[0], found[1]


def normalise(index: Index, treated: Treated, areas: tuple[str, ...]) -> Array:
    """`[indicator, area]` on the index's scale, each indicator by its own method.

    Refused: `index.one_area`, `index.no_variance`, `index.out_of_bounds`, `index.no_target`,
    `index.not_positive`.
    """
    check(index, treated.values, areas)
    return as_defined(index, treated.values)


def as_defined(index: Index, x: Array) -> Array:
    """Without the checks, for many draws at once: `x[..., indicator, area]`. A value that an
    error of a draw carries beyond fixed bounds counts as the bound."""
    rows = [
        _row(index, one, how(index, one), x[..., place, :])
        for place, one in enumerate(index.indicators)
    ]
    return np.stack(rows, axis=-2)


def alike(index: Index, x: Array, method: NormalisationMethod) -> Array:
    """All indicators by one method over the areas' own range, whatever the definition says."""
    signs = np.array([1.0 if one.direction == "up" else -1.0 for one in index.indicators])
    return _on_scale(index, Normalisation(method=method), x * signs[:, None])


def how(index: Index, indicator: Indicator) -> Normalisation:
    return indicator.normalisation or index.normalisation


def check(index: Index, x: Array, areas: tuple[str, ...]) -> None:
    for one, row in zip(index.indicators, x, strict=True):
        rule = how(index, one)
        if rule.method == "target":
            if rule.target is None or rule.target <= 0:
                refuse(index, "index.no_target", one)
            if one.direction == "down" and row.min() <= 0:
                area = areas[int(row.argmin())]
                refuse(index, "index.not_positive", one, area, step="target", node=one.code)
        elif rule.bounds:
            _check_bounds(index, one, rule.bounds, rule.capped, row, areas)
        else:
            check_varies(index, one.code, row, "normalisation", one.code)


def check_varies(index: Index, name: str, row: Array, step: str, node: str) -> None:
    """One area, or the same value everywhere, cannot be compared over the areas."""
    values = {"definition": index.code, "step": step, "node": node, "indicator": name}
    if row.shape[-1] < 2:
        raise IndexRefused("index.one_area", **values)
    # Equal but for rounding is equal: what is left would be noise blown up to the whole scale.
    spread = row.max(axis=-1) - row.min(axis=-1)
    if (spread <= 1e-12 * np.abs(row).max(axis=-1)).any():
        raise IndexRefused("index.no_variance", **values)


def _check_bounds(
    index: Index,
    indicator: Indicator,
    bounds: tuple[float, float],
    capped: bool,
    row: Array,
    areas: tuple[str, ...],
) -> None:
    if indicator.log and bounds[0] <= 0:
        refuse(index, "index.log_of_nothing", indicator, "(bounds)")
    low, high = np.log(bounds) if indicator.log else bounds
    outside = (row < low) | (row > high)
    if outside.any() and not capped:
        area = areas[int(outside.argmax())]
        refuse(index, "index.out_of_bounds", indicator, area, low=bounds[0], high=bounds[1])


def _row(index: Index, indicator: Indicator, rule: Normalisation, row: Array) -> Array:
    """One indicator, `row[..., area]`, on the index's scale."""
    up = indicator.direction == "up"
    if rule.method == "target" and rule.target:
        share = row / rule.target if up else rule.target / row
    elif rule.bounds:
        low, high = np.log(rule.bounds) if indicator.log else rule.bounds
        share = (row - low) / (high - low) if up else (high - row) / (high - low)
        share = np.clip(share, 0, 1)
    else:
        return _on_scale(index, rule, row if up else -row)
    low, high = index.scale
    return low + (high - low) * (np.minimum(share, 1) if rule.capped else share)


def _on_scale(index: Index, rule: Normalisation, x: Array) -> Array:
    low, high = index.scale
    if rule.method == "z_score":
        mean = (low + high) / 2 if rule.mean is None else rule.mean
        return mean + (rule.sd or (high - low) / 6) * z_score(x)
    return low + (high - low) * (min_max(x) if rule.method == "min_max" else rank_share(x))

"""The values an index is computed from, and what is done to them before they are compared:
missing values by the indicator's rule, outliers drawn in (winsorised), logarithms.
OECD/JRC Handbook (2008), steps 3 (imputation) and 5.1 (treatment before normalisation).

Arrays have a row an indicator, in the order of the tree, and a column an area.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .definition import Index, Indicator
from .errors import IndexRefused

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Values:
    """`raw[indicator, area]` in each indicator's unit, NaN where there is none."""

    areas: tuple[str, ...]
    raw: Array


@dataclass(frozen=True)
class Treated:
    """`filled`: raw with missing values replaced, `imputed` says where. `limits[indicator]`: the
    lowest and highest value kept (infinite without winsorising). `values`: after all treatment."""

    filled: Array
    imputed: NDArray[np.bool_]
    limits: Array
    values: Array


def values_from(
    index: Index, areas: Sequence[str], metrics: Mapping[str, Mapping[str, float | None]]
) -> Values:
    """Values by metric (or item) code and area, put in the index's order; ratios formed.

    Refused: `index.areas_twice`, `index.no_denominator`.
    """
    twice = sorted({area for area in areas if list(areas).count(area) > 1})
    if twice:
        raise IndexRefused("index.areas_twice", definition=index.code, area=twice[0])
    rows = [[_value(index, one, area, metrics) for area in areas] for one in index.indicators]
    return Values(tuple(areas), np.array(rows, dtype=np.float64))


def _value(
    index: Index,
    indicator: Indicator,
    area: str,
    metrics: Mapping[str, Mapping[str, float | None]],
) -> float:
    source = indicator.source
    value = metrics.get(source.metric or source.item, {}).get(area)
    below = metrics.get(source.per, {}).get(area) if source.per else 1.0
    if value is None or below is None:
        return float("nan")
    if below <= 0:
        raise IndexRefused(
            "index.no_denominator",
            definition=index.code,
            indicator=indicator.code,
            area=area,
            per=source.per,
        )
    return float(value) / float(below) * source.times


def treat(index: Index, values: Values) -> Treated:
    """Refused: `index.no_values`, `index.not_finite`, `index.missing`, `index.too_many_missing`,
    `index.log_of_nothing`."""
    filled = np.array(
        [
            _filled(index, one, row, values.areas)
            for one, row in zip(index.indicators, values.raw, strict=True)
        ]
    )
    limits = np.array(
        [_limits(one, row) for one, row in zip(index.indicators, filled, strict=True)]
    )
    for one, row in zip(index.indicators, filled, strict=True):
        if one.log and row.min() <= 0:
            refuse(index, "index.log_of_nothing", one, values.areas[int(row.argmin())])
    return Treated(filled, np.isnan(values.raw), limits, transform(index, filled, limits))


def transform(index: Index, filled: Array, limits: Array) -> Array:
    """Outliers drawn in, then logarithms. `filled[..., indicator, area]`, same shape out."""
    values = np.clip(filled, limits[:, :1], limits[:, 1:])
    for place, one in enumerate(index.indicators):
        if one.log:
            values[..., place, :] = np.log(values[..., place, :])
    return values


def refuse(index: Index, code: str, indicator: Indicator, area: str = "", **more: object) -> None:
    raise IndexRefused(code, definition=index.code, indicator=indicator.code, area=area, **more)


def _filled(index: Index, indicator: Indicator, row: Array, areas: Sequence[str]) -> Array:
    missing = np.isnan(row)
    if missing.all():
        refuse(index, "index.no_values", indicator)
    if np.isinf(row).any():
        refuse(index, "index.not_finite", indicator, areas[int(np.isinf(row).argmax())])
    if not missing.any():
        return row
    rule, share = indicator.missing, float(missing.mean())
    if rule.rule == "refuse":
        refuse(index, "index.missing", indicator, areas[int(missing.argmax())])
    if share > rule.at_most:
        refuse(index, "index.too_many_missing", indicator, share=share, limit=rule.at_most)
    known = row[~missing]
    if rule.rule == "value":
        filler = float(rule.value or 0.0)
    elif rule.rule == "worst":
        filler = float(known.min() if indicator.direction == "up" else known.max())
    else:
        filler = float(np.mean(known) if rule.rule == "mean" else np.median(known))
    return np.where(missing, filler, row)


def _limits(indicator: Indicator, row: Array) -> tuple[float, float]:
    tail = indicator.winsorise
    if tail is None:
        return -np.inf, np.inf
    low, high = np.quantile(row, [tail, 1 - tail])
    return float(low), float(high)

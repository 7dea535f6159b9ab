"""The values an index takes: what is known of its metrics in the areas of the city in a period, or
of the city itself where none of them is asked of its areas.

A metric of a finer frequency than the period is brought to it as the metric says: a flow summed
over all its months, a stock as at the end. A month that is missing makes the period missing; it
is not filled.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from shucheng.bays.statistics.queries.index_definitions import in_language, metrics_of
from shucheng.bays.statistics.queries.places import every_area_name
from shucheng.kernel.public import (
    Area,
    KnownValue,
    Metric,
    MetricVersion,
    Wanted,
    city_area_code,
    panel,
)
from shucheng.lib.indexes.definition import Index
from shucheng.lib.periods import FREQUENCIES, Frequency, Period


@dataclass(frozen=True, slots=True)
class Taken:
    """A value and the observations it came from, by period."""

    value: Decimal
    observations: tuple[tuple[str, int], ...]
    simulated: bool

    def to_json(self) -> dict[str, Any]:
        return {"value": str(self.value), "observations": [list(one) for one in self.observations]}


@dataclass(frozen=True, slots=True)
class Gathered:
    """`values` by metric and area; an area that has none at all is not in `areas`
    (see `left_out`)."""

    areas: tuple[str, ...]
    values: Mapping[str, Mapping[str, Taken]]

    @property
    def simulated(self) -> bool:
        return any(one.simulated for by_area in self.values.values() for one in by_area.values())

    def numbers(self) -> dict[str, dict[str, float | None]]:
        """As the engine takes them."""
        return {
            metric: {area: float(one.value) for area, one in by_area.items()}
            for metric, by_area in self.values.items()
        }


def gather(index: Index, period: Period) -> Gathered:
    """What is known now."""
    metrics = metrics_of(index)
    rules = {version.metric.code: version for version in definitions_of(metrics)}
    areas = _areas(rules.values())
    wanted = [Wanted(code, frozenset(areas), period.start, period.end) for code in metrics]
    cells: dict[tuple[str, str], dict[str, KnownValue]] = {}
    for row in panel(wanted) if areas else []:
        if not row.dimension and row.value is not None:
            cells.setdefault((row.metric, row.area), {})[row.period] = row
    values: dict[str, dict[str, Taken]] = {code: {} for code in metrics}
    for (metric, area), found in cells.items():
        taken = _over_time(rules[metric], period, found)
        if taken is not None:
            values[metric][area] = taken
    seen = {area for by_area in values.values() for area in by_area}
    return Gathered(tuple(area for area in areas if area in seen), values)


def _areas(definitions: Iterable[MetricVersion]) -> tuple[str, ...]:
    """The areas right below the city; the city where nothing is asked of them."""
    asked = [version.by_area for version in definitions]
    return areas_of_city() if not asked or any(asked) else (city_area_code(),)


def areas_of_city() -> tuple[str, ...]:
    """The areas right below the city, in their order."""
    rows = Area.objects.filter(parent__code=city_area_code()).order_by("order", "code")
    return tuple(rows.values_list("code", flat=True))


def left_out(ranked: Collection[str]) -> tuple[str, ...]:
    """Areas of the city beside those `ranked`: nothing at all is known of them. None where the
    index is of the city itself."""
    if not ranked or city_area_code() in ranked:
        return ()
    return tuple(area for area in areas_of_city() if area not in ranked)


def definitions_of(metrics: Iterable[str]) -> list[MetricVersion]:
    """The newest definition of each metric that the catalogue has."""
    rows = MetricVersion.objects.filter(metric__code__in=list(metrics)).order_by("number")
    newest = {row.metric_id: row for row in rows.select_related("metric__owner")}
    return list(newest.values())


def _over_time(
    rule: MetricVersion, period: Period, found: Mapping[str, KnownValue]
) -> Taken | None:
    frequency = cast(Frequency, rule.frequency)
    if FREQUENCIES.index(frequency) < FREQUENCIES.index(period.frequency):
        return None
    parts = [str(part) for part in period.split(frequency)]
    if len(parts) > 1 and rule.time_aggregation == "last":
        parts = parts[-1:]
    rows = [found[part] for part in parts if part in found]
    if len(rows) < len(parts):
        return None
    total = sum((row.value for row in rows if row.value is not None), Decimal(0))
    if len(rows) > 1 and rule.time_aggregation == "mean":
        total /= len(rows)
    elif len(rows) > 1 and rule.time_aggregation != "sum":
        return None
    return Taken(
        total,
        tuple((row.period, row.id) for row in rows),
        any(row.simulated for row in rows),
    )


@dataclass(frozen=True, slots=True)
class Lack:
    """A metric that an index needs and areas that have no value of it. `metric` is None where the
    catalogue does not have it."""

    indicator: str
    code: str
    metric: Metric | None
    areas: tuple[str, ...]
    all_areas: bool
    refused: bool


def lacks(index: Index, period: Period, gathered: Gathered) -> tuple[Lack, ...]:
    """What is missing for a period; `refused` where the index is not computed without it."""
    definitions = definitions_of(metrics_of(index))
    areas = gathered.areas or _areas(definitions)
    names = every_area_name()
    known = {version.metric.code: version.metric for version in definitions}
    found = []
    for one in index.indicators:
        for code in filter(None, (one.source.metric, one.source.per)):
            missing = [area for area in areas if area not in gathered.values[code]]
            if missing:
                share = len(missing) / len(areas)
                allowed = one.missing.rule != "refuse" and share <= one.missing.at_most
                found.append(
                    Lack(
                        in_language(one.name),
                        code,
                        known.get(code),
                        tuple(names.get(area, area) for area in missing),
                        len(missing) == len(areas),
                        not allowed or len(missing) == len(areas),
                    )
                )
    return tuple(found)

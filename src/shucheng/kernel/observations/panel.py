"""Observations as a panel: the rows that formulas are computed over, without models around them.

A few series are read as rows here. All of them, at ten million, are better not rows in Python:
`asking.py` runs statements over them wherever they are.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.apps import apps
from django.db.models import Q, QuerySet

from shucheng.kernel.observations.models import SIMULATION, MetricVersion, Observation
from shucheng.kernel.observations.queries import AsOf, known
from shucheng.lib import units

_CHUNK = 900
_MILLIONTH = Decimal("0.000001")
_LARGEST_FACTOR = Decimal(10) ** 14


@dataclass(frozen=True, slots=True)
class Wanted:
    """Series to read: a metric in some areas (all where none are named), within days or always."""

    metric: str
    areas: frozenset[str] = frozenset()
    first: date | None = None
    last: date | None = None

    @property
    def months(self) -> int | None:
        """How many months of how many areas; None where nobody said."""
        if self.first is None or self.last is None or not self.areas:
            return None
        months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
        return len(self.areas) * months


@dataclass(frozen=True, slots=True)
class KnownValue:
    """A cell's value as known; `value` is None where it is missing."""

    id: int
    metric: str
    area: str
    period: str
    dimension: str
    value: Decimal | None
    source: str
    recorded_at: datetime

    @property
    def simulated(self) -> bool:
        return self.source == SIMULATION


def panel(wanted: Iterable[Wanted], as_of: AsOf = None) -> list[KnownValue]:
    """Every area's own values of some series.

    Where a metric was redefined, the newest definition of a cell speaks for it. Published
    observations are the same for everybody who may see pages at all, so nobody asks.
    """
    series = list(wanted)
    told = definitions({each.metric for each in series})
    by_metric: dict[str, list[int]] = {}
    for pk, definition in told.items():
        by_metric.setdefault(definition.metric, []).append(pk)
    codes = {code for each in series for code in each.areas}
    places = area_keys(codes)
    newest: dict[tuple[str, str, str, str], tuple[int, KnownValue]] = {}
    for each in series:
        rows = known(as_of).filter(
            _within(each), metric_version__in=by_metric.get(each.metric, ()), organisation=None
        )
        if each.areas:
            rows = rows.filter(area__in=[places[code] for code in each.areas if code in places])
        for found, version in _values(rows, told):
            cell = (found.metric, found.area, found.dimension, found.period)
            if cell not in newest or version > newest[cell][0]:
                newest[cell] = (version, found)
    return [found for _, found in newest.values()]


@dataclass(frozen=True, slots=True)
class Moment:
    """When an observation was recorded, and where it came from."""

    id: int
    source: str
    recorded_at: datetime


def moments(ids: Iterable[int]) -> dict[int, Moment]:
    """Observation id → its moment."""
    wanted = sorted(set(ids))
    found: dict[int, Moment] = {}
    for start in range(0, len(wanted), _CHUNK):
        rows = Observation.objects.filter(pk__in=wanted[start : start + _CHUNK])
        for row in rows.values_list("pk", "source", "recorded_at"):
            found[row[0]] = Moment(*row)
    return found


def area_tree() -> dict[str, str]:
    """Area code → the code of the area above it, within the city; the city itself has none."""
    areas = apps.get_model("identity", "Area")._default_manager
    above = dict(areas.exclude(kind="province").values_list("code", "parent__code"))
    return {code: parent if parent in above else "" for code, parent in above.items()}


def newest_start() -> date | None:
    """The first day of the latest period that anything was recorded for: one step into
    `observation_area` for each area."""
    areas = apps.get_model("identity", "Area")._default_manager
    starts = [
        Observation.objects.filter(area=pk)
        .order_by("-period_start")
        .values_list("period_start")[:1]
        for pk in areas.values_list("pk", flat=True)
    ]
    found = [row[0] for query in starts for row in query]
    return max(found, default=None)


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition whose values stand beside those of the metric's newest one, once they are
    multiplied by `factor`: it may be in another unit."""

    metric: str
    number: int
    factor: Decimal = Decimal(1)

    def value(self, stored: Decimal | None) -> Decimal | None:
        """A stored value in the newest definition's unit, to the millionth."""
        if stored is None or self.factor == 1:
            return stored
        return (stored * self.factor).quantize(_MILLIONTH, ROUND_HALF_UP)


def definitions(metrics: Iterable[str]) -> dict[int, Definition]:
    """Key → definition, of those that can be compared with the metric's newest one: not of another
    frequency, which would count a period twice, nor of a unit that measures something else."""
    rows = MetricVersion.objects.filter(metric__code__in=list(metrics)).order_by("number")
    listed = list(rows.values_list("pk", "metric__code", "number", "frequency", "unit"))
    newest = {code: (frequency, unit) for _, code, _, frequency, unit in listed}
    found = {}
    for pk, code, number, frequency, unit in listed:
        factor = _factor(unit, newest[code][1])
        if frequency == newest[code][0] and factor is not None:
            found[pk] = Definition(code, number, factor)
    return found


def _factor(unit: str, wanted: str) -> Decimal | None:
    """What values are multiplied by; None where that is no number of at most eight decimals."""
    if unit == wanted:
        return Decimal(1)
    if not (units.known(unit) and units.known(wanted) and units.compatible(unit, wanted)):
        return None
    factor = units.convert(Decimal(1), unit, wanted)
    return factor if factor == round(factor, 8) and factor < _LARGEST_FACTOR else None


def area_keys(codes: Iterable[str]) -> Mapping[str, int]:
    areas = apps.get_model("identity", "Area")._default_manager
    return dict(areas.filter(code__in=list(codes)).values_list("code", "pk"))


def _within(wanted: Wanted) -> Q:
    """A period lies within the days; by its start as well, which the index holds."""
    found = Q()
    if wanted.first:
        found &= Q(period_start__gte=wanted.first)
    if wanted.last:
        found &= Q(period_start__lte=wanted.last, period_end__lte=wanted.last)
    return found


def _values(
    rows: "QuerySet[Observation]", definitions: Mapping[int, Definition]
) -> Iterator[tuple[KnownValue, int]]:
    columns = ("value", "area__code", "period", "dimension_key", "source", "recorded_at")
    for pk, version, value, area, period, dimension, *rest in rows.values_list(
        "pk", "metric_version_id", *columns
    ):
        told = definitions[version]
        stored = told.value(value)
        yield KnownValue(pk, told.metric, area, period, dimension, stored, *rest), told.number

"""Observations as a panel: the rows that formulas are computed over, without models around them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.apps import apps

from shucheng.kernel.observations.models import SIMULATION, MetricVersion
from shucheng.kernel.observations.queries import AsOf, area_ids, known


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


def panel(
    metrics: Sequence[str], areas: Sequence[str] = (), as_of: AsOf = None
) -> list[KnownValue]:
    """Every area's own values of some metrics, in all periods; of all areas unless some are named.

    Where a metric was redefined, the newest definition of a cell speaks for it. Published
    observations are the same for everybody who may see pages at all, so nobody asks.
    """
    numbers = {
        pk: (code, number)
        for pk, code, number in MetricVersion.objects.filter(metric__code__in=metrics).values_list(
            "pk", "metric__code", "number"
        )
    }
    rows = known(as_of).filter(metric_version__in=list(numbers), organisation__isnull=True)
    if areas:
        rows = rows.filter(area__in=area_ids(areas))
    newest: dict[tuple[str, str, str, str], tuple[int, KnownValue]] = {}
    for pk, version, area, period, key, value, source, recorded_at in rows.values_list(
        "pk",
        "metric_version_id",
        "area__code",
        "period",
        "dimension_key",
        "value",
        "source",
        "recorded_at",
    ):
        code, number = numbers[version]
        cell = (code, area, key, period)
        if cell not in newest or number > newest[cell][0]:
            found = KnownValue(pk, code, area, period, key, value, source, recorded_at)
            newest[cell] = (number, found)
    return [found for _, found in newest.values()]


def area_tree() -> dict[str, str]:
    """Area code → the code of the area above it, within the city; the city itself has none."""
    areas = apps.get_model("identity", "Area")._default_manager
    above = dict(areas.exclude(kind="province").values_list("code", "parent__code"))
    return {code: parent if parent in above else "" for code, parent in above.items()}

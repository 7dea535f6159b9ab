"""What a room knows beside an observation: the page of what stands behind it, the same thing
measured another way."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from django.urls import reverse

from shucheng.kernel.actor import Actor
from shucheng.kernel.observations.models import Observation
from shucheng.kernel.observations.queries import metrics_of_figures


@dataclass(frozen=True, slots=True)
class Behind:
    """A line under an observation: what it is, what it says, the page that tells more."""

    label: str
    text: str
    url: str = ""


class Tells(Protocol):
    """What a room tells an actor of an observation: only pages that the actor may open."""

    def __call__(self, observation: Observation, /, *, actor: Actor) -> Iterable[Behind]: ...


_TELL: list[Tells] = []


def tell_behind(tells: Tells) -> None:
    """Once, at start; it yields nothing for what its room knows nothing of."""
    if tells not in _TELL:
        _TELL.append(tells)


def behind(observation: Observation, *, actor: Actor) -> tuple[Behind, ...]:
    return tuple(line for tells in _TELL for line in tells(observation, actor=actor))


def measured_beside(observation: Observation, bay: str) -> Observation | None:
    """What `bay` measured of the same area and period, where its figure stands beside the metric
    that was reported; none of what it measured itself."""
    figure = observation.metric_version.metric.figure
    if not figure.startswith(f"{bay}.") or observation.lineage.get("bay") == bay:
        return None
    return (
        Observation.objects.filter(
            metric_version__metric__code__in=metrics_of_figures().get(figure, [figure]),
            area=observation.area,
            period=observation.period,
            dimension_key=observation.dimension_key,
            superseded_by=None,
            value__isnull=False,
        )
        .select_related("metric_version")
        .first()
    )


def line_to(found: Observation, label: str) -> Behind:
    """A line with another observation's value, which leads to it."""
    value = found.value or Decimal(0)
    said = f"{value.normalize():,f} {found.metric_version.unit}".strip()
    return Behind(label, said, reverse("observations:observation", args=[found.pk]))

"""Measure the bay and tell the spine: observations with what they stand on."""

from dataclasses import replace
from datetime import date
from typing import Any

from django.utils import timezone

from shucheng.bays.data.metrics import FIGURES, Asked, counted
from shucheng.bays.data.models.catalogue import Resource
from shucheng.kernel.public import (
    SIMULATION,
    Actor,
    Area,
    ObservationInput,
    action,
    city_area_code,
    import_metrics,
    metrics_of_figures,
    record,
    record_observations,
)
from shucheng.lib.periods import Period, iterate

MEASURE_JOB = "data.measure"
SOURCE = "bay:data"
# What is further back does not change any more but by a correction, which is a later row.
_PERIODS = {"M": 12, "Q": 8}


@action
def measure(*, actor: Actor, today: date | None = None) -> int:
    """Record every figure of the last periods that have ended, as the metrics that a city pack says
    are measured by it, or else as one of its own. What says the same is left as it is, what
    differs supersedes it. How many observations were new."""
    actor.require("data.govern")
    found = measured(today or timezone.localdate(), actor=actor)
    asked = metrics_of_figures()
    own = [figure.definition for figure in FIGURES if figure.code not in asked]
    import_metrics(own, actor=actor)
    rows = [
        replace(row, metric=code) for row in found for code in asked.get(row.metric, [row.metric])
    ]
    simulated = Resource.objects.filter(simulated=True).exists()
    told = record_observations(
        rows,
        actor=actor,
        source=SIMULATION if simulated else SOURCE,
        on_change="supersede",
        reason="Measured anew from the data bay as it is known now.",
    )
    new = told.created + told.superseded
    record(
        "data.measured",
        ("data.measured", str(len(rows)), SOURCE),
        actor=actor,
        after={"figures": counted(found), "new": new},
    )
    return new


def measured(today: date, *, actor: Actor) -> list[ObservationInput]:
    """Every figure in every period that has ended, since there is anything to measure."""
    if not Resource.objects.exists():
        return []
    below = Area.objects.exclude(kind__in=("province", "city")).values_list("code", flat=True)
    asked = Asked(city_area_code(), frozenset(below), actor)
    return [
        row
        for figure in FIGURES
        for period in _ended(figure.definition.frequency, today)
        for row in figure.measure(figure, period, asked)
    ]


def _ended(frequency: Any, today: date) -> list[Period]:
    last = Period.of(today, frequency).previous()
    first = Period(last.frequency, last.ordinal - _PERIODS[frequency] + 1)
    return list(iterate(first, last))

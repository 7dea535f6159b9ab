"""Measure the micro-data and tell the spine: observations of the bay, with what they stand on."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from shucheng.bays.statistics.metrics import FIGURES, Places
from shucheng.bays.statistics.models import Batch
from shucheng.bays.statistics.queries.choices import months_of
from shucheng.bays.statistics.queries.micro import ask
from shucheng.bays.statistics.queries.published import published_months
from shucheng.kernel.public import (
    SIMULATION,
    Actor,
    Area,
    ObservationInput,
    action,
    city_area_code,
    enqueue,
    import_metrics,
    metrics_of_figures,
    record,
    record_observations,
)
from shucheng.lib.periods import Period

MEASURE_JOB = "statistics.measure"
SOURCE = "bay:statistics"


@action
def ask_measuring(*, actor: Actor) -> None:
    """Have the figures measured now, and not only at the next turn of the clock."""
    actor.require("statistics.import")
    enqueue(MEASURE_JOB, actor=actor, unique_key=MEASURE_JOB)
    record("statistics.measuring.asked", ("statistics.measured", "", ""), actor=actor)


def measure(*, actor: Actor, told_on: Callable[[Period], datetime] | None = None) -> int:
    """Record every figure of every year there are returns of, as the metrics that a city pack says
    are measured by it, or else as one of its own. What says the same is left as it is, what
    differs supersedes it. How many observations were new.

    All is reckoned before anything is written: nobody else waits for the database meanwhile.
    `told_on` is for simulated returns alone: when a period's figures would have been recorded.
    """
    actor.require("statistics.import")
    return _record_measured(measured(), told_on, actor=actor)


@action
def _record_measured(
    found: Sequence[ObservationInput],
    told_on: Callable[[Period], datetime] | None,
    *,
    actor: Actor,
) -> int:
    asked = metrics_of_figures()
    own = [figure.definition for figure in FIGURES if figure.code not in asked]
    import_metrics(own, actor=actor)
    rows = [
        replace(
            row,
            metric=code,
            recorded_at=told_on(Period.parse(row.period)) if told_on else None,
        )
        for row in found
        for code in asked.get(row.metric, [row.metric])
    ]
    simulated = Batch.objects.filter(state=Batch.State.APPLIED, simulated=True).exists()
    told = record_observations(
        rows,
        actor=actor,
        source=SIMULATION if simulated else SOURCE,
        on_change="supersede",
        reason="Measured anew from the firms' returns as they are known now.",
    )
    new = told.created + told.superseded
    record(
        "statistics.measured",
        ("statistics.measured", str(len(rows)), SOURCE),
        actor=actor,
        after={"figures": len(FIGURES), "rows": len(rows), "new": new},
    )
    return new


def measured() -> list[ObservationInput]:
    """Every figure in every year and area, as it is out and as the register says by now."""
    below = Area.objects.exclude(kind__in=("province", "city")).order_by("order", "code")
    places = Places(city_area_code(), tuple(below.values_list("code", flat=True)))
    months = {*ask(months_of, "months"), *published_months()}
    return [
        row
        for year in sorted({month // 100 for month in months})
        for figure in FIGURES
        for row in figure.measure(figure, year, places)
    ]

"""What is owed, as plain data for whoever answers by program: the simulation, an import."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from shucheng.kernel.actor import Actor
from shucheng.kernel.reporting.models import FormLine, Obligation
from shucheng.kernel.reporting.queries.standings import effective_due


@dataclass(frozen=True, slots=True)
class Task:
    """An obligation; organisations, areas and metrics by code, `cells` key → metric."""

    form: str
    kind: str
    frequency: str
    owner: str
    owner_name: str
    organisation: str
    organisation_name: str
    area: str
    period: str
    due_on: date
    cells: Mapping[str, str]


def unanswered_tasks(*, actor: Actor) -> list[Task]:
    """Obligations to which nothing was begun, oldest period first."""
    actor.require("reporting.manage")
    lines: dict[int, list[FormLine]] = {}
    for line in FormLine.objects.select_related("metric").order_by("position", "id"):
        lines.setdefault(line.form_id, []).append(line)
    found = Obligation.objects.filter(submissions__isnull=True).order_by(
        "period_end", "form__code", "organisation__order", "organisation__code"
    )
    found = found.select_related("form__owner", "organisation", "area").prefetch_related(
        "extensions"
    )
    return [
        Task(
            form=owed.form.code,
            kind=owed.form.kind,
            frequency=owed.form.frequency,
            owner=owed.form.owner.code,
            owner_name=owed.form.owner.name,
            organisation=owed.organisation.code,
            organisation_name=owed.organisation.name,
            area=owed.area.code,
            period=owed.period,
            due_on=effective_due(owed),
            cells={
                line.key: line.metric.code
                for line in lines.get(owed.form_id, ())
                if line.asks(owed.period_end)
            },
        )
        for owed in found
    ]

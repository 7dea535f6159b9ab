"""One published thing in full: an indicator with its series, a task, a work point."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import Actor, NotFound
from shucheng.plan.models import (
    Duty,
    Indicator,
    IndicatorTarget,
    PlanVersion,
    Target,
    Task,
    WorkPoint,
)
from shucheng.plan.queries.explain import indicator_of
from shucheng.plan.queries.measured import Measured, measure_plan, measured_one
from shucheng.plan.queries.targets import MeasuredTarget, targets_now
from shucheng.plan.queries.text import Sentence, sentence_around
from shucheng.plan.queries.versions import current_version


@dataclass(frozen=True, slots=True)
class IndicatorPage:
    indicator: Indicator
    path: tuple[IndicatorTarget, ...]
    duties: tuple[Duty, ...]
    measured: Measured
    sentence: Sentence
    related: tuple[Target, ...]
    # The version it belongs to, where that is not the one in force, and its namesake in that one.
    former: PlanVersion | None
    successor: Indicator | None

    @property
    def simulated(self) -> bool:
        return any(known.simulated for known in self.measured.series)


def indicator_page(code: str, *, actor: Actor, as_of: date | None = None) -> IndicatorPage:
    actor.require("plan.view")
    indicator = indicator_of(code)
    version = indicator.version
    path = tuple(indicator.path.all())
    found = measured_one(indicator, as_of)
    current = current_version()
    former = version if current and current.pk != version.pk else None
    return IndicatorPage(
        indicator=indicator,
        path=path,
        duties=tuple(indicator.duties.all()),
        measured=found,
        sentence=sentence_around(version.text, indicator.span_start, indicator.span_end),
        related=_targets_measured_alike(version, found),
        former=former,
        successor=current.indicators.filter(name=indicator.name).first()
        if former and current
        else None,
    )


def _targets_measured_alike(version: PlanVersion, found: Measured) -> tuple[Target, ...]:
    """Targets of the text that the same binding answers to."""
    return tuple(version.targets.filter(binding=found.binding)) if found.binding else ()


@dataclass(frozen=True, slots=True)
class PublishedItem:
    row: Task | WorkPoint
    duties: tuple[Duty, ...]
    targets: tuple[MeasuredTarget, ...]
    sentence: Sentence

    @property
    def simulated(self) -> bool:
        return any(target.now.simulated for target in self.targets)


def published_item(kind: Literal["task", "work_point"], pk: int, *, actor: Actor) -> PublishedItem:
    actor.require("plan.view")
    model: type[Task] | type[WorkPoint] = Task if kind == "task" else WorkPoint
    row = model.objects.select_related("version", "section").filter(pk=pk).first()
    if row is None:
        raise NotFound(_("The task") if kind == "task" else _("The work point"))
    inside = [t for t in row.version.targets.select_related("binding") if t.stands_in(row)]
    plan = measure_plan(row.version, targets=inside)
    targets = tuple(MeasuredTarget(now, row) for now in targets_now(plan, timezone.localdate()))
    return PublishedItem(
        row=row,
        duties=tuple(row.duties.all()),
        targets=targets,
        sentence=sentence_around(row.version.text, row.span_start, row.span_end, reach=0),
    )

"""The plan on one page: headline indicators, work points, what is due."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from shucheng.kernel.public import Actor
from shucheng.plan.models import OPEN_FINDING, IndicatorTarget, PlanVersion, WorkPoint
from shucheng.plan.queries.measured import Known, MeasuredPlan, measure_plan
from shucheng.plan.queries.targets import IndicatorNow, SectionTargets, targets_by_section
from shucheng.plan.queries.versions import current_version


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline(IndicatorNow):
    """An indicator with its path of yearly targets and what is known so far."""

    leads: tuple[str, ...]
    path: tuple[IndicatorTarget, ...]

    @property
    def latest(self) -> Known | None:
        return self.measured.latest


@dataclass(frozen=True, slots=True)
class LeadWork:
    """The work points of a lead organisation and when they fall due."""

    lead: str
    organisation_id: int | None
    work_points: tuple[WorkPoint, ...]
    due: date | None


@dataclass(frozen=True, slots=True)
class PeriodProgress:
    start: int
    end: int
    elapsed: float  # share of the plan's period that has passed, 0 to 1
    today: date


@dataclass(frozen=True, slots=True)
class Cockpit:
    version: PlanVersion
    headlines: tuple[Headline, ...]
    parts: tuple[SectionTargets, ...]
    work: tuple[LeadWork, ...]
    progress: PeriodProgress | None
    findings: int
    simulated: bool
    freshest: Known | None


def cockpit(*, actor: Actor, as_of: date | None = None) -> Cockpit | None:
    """Everything the first page shows; None while no plan is published."""
    actor.require("plan.view")
    version = current_version()
    if version is None:
        return None
    today = as_of or timezone.localdate()
    plan = measure_plan(version, as_of=as_of)
    headlines = _headlines(plan, today)
    known = [h.latest for h in headlines if h.latest]
    return Cockpit(
        version=version,
        headlines=headlines,
        parts=targets_by_section(plan, today),
        work=_work(version),
        progress=_progress(version, today),
        findings=version.findings.filter(OPEN_FINDING).count(),
        simulated=any(k.simulated for k in known),
        freshest=max(known, key=lambda k: k.recorded_at, default=None),
    )


def _headlines(plan: MeasuredPlan, today: date) -> tuple[Headline, ...]:
    return tuple(
        Headline(
            indicator=indicator,
            leads=tuple(duty.name for duty in indicator.duties.all()),
            path=(path := tuple(indicator.path.all())),
            measured=plan.of(indicator),
            current=_target_for(path, today.year),
        )
        for indicator in plan.indicators
    )


def _target_for(path: tuple[IndicatorTarget, ...], year: int) -> IndicatorTarget | None:
    """The target of a year; before the path its first, after it its last."""
    if not path:
        return None
    return next((target for target in path if target.year >= year), path[-1])


def _work(version: PlanVersion) -> tuple[LeadWork, ...]:
    points = version.workpoints.prefetch_related("duties", "targets")
    by_lead: dict[tuple[str, int | None], list[WorkPoint]] = {}
    for point in points:
        for duty in point.duties.all():
            by_lead.setdefault((duty.name, duty.organisation_id), []).append(point)
    return tuple(
        LeadWork(
            lead=lead,
            organisation_id=organisation_id,
            work_points=tuple(found),
            due=date(found[0].year, 12, 31) if found[0].year else None,
        )
        for (lead, organisation_id), found in sorted(
            by_lead.items(), key=lambda entry: (-len(entry[1]), entry[0])
        )
    )


def _progress(version: PlanVersion, today: date) -> PeriodProgress | None:
    if not version.period_start or not version.period_end:
        return None
    start, end = date(version.period_start, 1, 1), date(version.period_end + 1, 1, 1)
    elapsed = (today - start).days / (end - start).days
    return PeriodProgress(
        version.period_start, version.period_end, min(max(elapsed, 0.0), 1.0), today
    )

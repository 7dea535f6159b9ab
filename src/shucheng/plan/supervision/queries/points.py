"""Work points of the plan in force with their milestones: how each stands, and by lead."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import Actor, NotFound
from shucheng.plan.models import Duty, PlanVersion, WorkPoint
from shucheng.plan.queries.versions import current_version
from shucheng.plan.supervision.engine.milestones import Progress, Step, progress
from shucheng.plan.supervision.models import (
    Milestone,
    ProgressReport,
    TrackedPoint,
)
from shucheng.plan.supervision.queries.items import ItemLine, line_of, sees_all, visible


@dataclass(frozen=True, slots=True, kw_only=True)
class PointLine:
    """A work point, what is tracked of it, and how it stands today."""

    point: WorkPoint
    tracked: TrackedPoint | None
    duties: tuple[Duty, ...]
    milestones: tuple[Milestone, ...]
    progress: Progress
    reports: tuple[ProgressReport, ...]
    mine: bool

    @property
    def last_report(self) -> ProgressReport | None:
        return self.reports[-1] if self.reports else None

    @property
    def due(self) -> date | None:
        return date(self.point.year, 12, 31) if self.point.year else None

    @property
    def reworded(self) -> bool:
        """The plan says something else under this number than when it was planned."""
        return self.tracked is not None and self.tracked.text != self.point.text

    @property
    def simulated(self) -> bool:
        return self.tracked is not None and self.tracked.simulated


@dataclass(frozen=True, slots=True)
class LeadPoints:
    """The work points of one organisation, by how they stand."""

    name: str
    organisation_id: int | None
    lines: tuple[PointLine, ...]

    def count(self, *standings: str) -> int:
        return sum(line.progress.standing in standings for line in self.lines)

    @property
    def late(self) -> int:
        return self.count("late", "behind")

    @property
    def done(self) -> int:
        return self.count("done")

    @property
    def unplanned(self) -> int:
        return self.count("unplanned")


@dataclass(frozen=True, slots=True)
class PointPage:
    line: PointLine
    items: tuple[ItemLine, ...]
    may_track: bool
    may_raise: bool


def points(*, actor: Actor, today: date | None = None) -> tuple[PointLine, ...]:
    """Every work point that the actor's organisation answers for; all for the plan office."""
    actor.require("supervision.view")
    version = current_version()
    if version is None:
        return ()
    today = today or timezone.localdate()
    found = version.workpoints.prefetch_related(_DUTIES)
    known = tracked_of(version)
    lines = (_line(point, known, actor, today) for point in found)
    return tuple(line for line in lines if line.mine or sees_all(actor))


def done_points(actor: Actor, version: PlanVersion, day: date) -> dict[int, bool]:
    """Whether each point with milestones is done by a day; none where the actor sees none. Three
    queries."""
    if not actor.may("supervision.view") and not sees_all(actor):
        return {}
    seen = version.workpoints.all()
    if not sees_all(actor):
        seen = seen.filter(duties__organisation__in=actor.organisation_ids).distinct()
    followed = TrackedPoint.objects.filter(plan=version.plan_id).prefetch_related("milestones")
    steps = {(each.year, each.no): each.milestones.all() for each in followed}
    return {
        pk: all(step.done is not None and step.done <= day for step in own)
        for pk, year, no in seen.values_list("pk", "year", "no")
        if (own := steps.get((year or 0, no)))
    }


def by_lead(lines: Iterable[PointLine]) -> tuple[LeadPoints, ...]:
    """The same by organisation, whoever has most behind schedule first."""
    found: dict[tuple[str, int | None], list[PointLine]] = {}
    for line in lines:
        for duty in line.duties:
            found.setdefault((duty.name, duty.organisation_id), []).append(line)
    leads = [LeadPoints(*key, tuple(own)) for key, own in found.items()]
    return tuple(sorted(leads, key=lambda lead: (-lead.late, -len(lead.lines), lead.name)))


def find_point(point_id: int, *, actor: Actor) -> PointLine:
    """For those who may see it; for others it is not there."""
    actor.require("supervision.view")
    version = current_version()
    found = version.workpoints.filter(pk=point_id) if version else WorkPoint.objects.none()
    point = found.prefetch_related(_DUTIES).first()
    if point is None or version is None:
        raise NotFound(_("The work point"))
    line = _line(point, tracked_of(version), actor, timezone.localdate())
    if not line.mine and not sees_all(actor):
        raise NotFound(_("The work point"))
    return line


def point_page(point_id: int, *, actor: Actor) -> PointPage:
    line = find_point(point_id, actor=actor)
    items: tuple[ItemLine, ...] = ()
    if line.tracked is not None:
        today = timezone.localdate()
        about = visible(actor).filter(point=line.tracked)
        items = tuple(line_of(item, today, actor) for item in about)
    return PointPage(line, items, may_track(line, actor), actor.may("supervision.raise"))


def may_track(line: PointLine, actor: Actor) -> bool:
    """The plan office, and whoever speaks for an organisation that answers for it."""
    answers = [duty.organisation_id for duty in line.duties if duty.organisation_id]
    return any(actor.may("supervision.track", organisation) for organisation in (*answers, 0))


def tracked_of(version: PlanVersion) -> dict[tuple[int, int], TrackedPoint]:
    found = TrackedPoint.objects.filter(plan=version.plan_id).prefetch_related(
        "milestones__evidence", Prefetch("reports", _REPORTS)
    )
    return {(tracked.year, tracked.no): tracked for tracked in found}


_DUTIES = Prefetch("duties", Duty.objects.select_related("organisation"))
_REPORTS = ProgressReport.objects.select_related("evidence", "organisation")


def _line(
    point: WorkPoint,
    known: dict[tuple[int, int], TrackedPoint],
    actor: Actor,
    today: date,
) -> PointLine:
    tracked = known.get((point.year or 0, point.no))
    milestones = tuple(tracked.milestones.all()) if tracked else ()
    duties = tuple(point.duties.all())
    due = date(point.year, 12, 31) if point.year else None
    return PointLine(
        point=point,
        tracked=tracked,
        duties=duties,
        milestones=milestones,
        progress=progress([Step(m.planned, m.weight, m.done) for m in milestones], today, due),
        reports=tuple(tracked.reports.all()) if tracked else (),
        mine=any(duty.organisation_id in actor.organisation_ids for duty in duties),
    )

"""Work points: milestones planned and done, progress reported."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shucheng.kernel.public import (
    Actor,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    StoredFile,
    action,
    record,
    store_file,
)
from shucheng.plan.supervision.models import Milestone, ProgressReport, TrackedPoint
from shucheng.plan.supervision.moving import Upload, the_day
from shucheng.plan.supervision.queries.points import PointLine, find_point, may_track

MOST_MILESTONES = 40


@dataclass(frozen=True, slots=True)
class Planned:
    """A milestone as planned; `weight` against the others'."""

    title: str
    planned: date | None
    weight: Decimal | None = Decimal(1)


@action
def plan_milestones(
    point_id: int,
    revision: int,
    milestones: Sequence[Planned],
    *,
    actor: Actor,
    simulated: bool = False,
) -> TrackedPoint:
    """Set what is still to come; milestones that are done stay as they are.

    `revision` is that of the tracked point, 0 before anything was planned.
    """
    line = _line_to_track(point_id, actor)
    tracked = _tracked(line, simulated)
    _expect(tracked, revision)
    if len(milestones) > MOST_MILESTONES:
        raise _invalid("title", _("No more than %(most)s milestones.") % {"most": MOST_MILESTONES})
    rows = [_milestone(tracked, number, each) for number, each in enumerate(milestones, 1)]
    before = list(tracked.milestones.filter(done=None).values_list("title", flat=True))
    tracked.milestones.filter(done=None).delete()
    Milestone.objects.bulk_create(rows)
    tracked.text = line.point.text
    _moved(tracked)
    record(
        "supervision.point.planned",
        tracked,
        actor=actor,
        before={"milestones": before},
        after={"milestones": [each.title for each in milestones]},
    )
    return tracked


@action
def finish_milestone(
    milestone_id: int,
    *,
    evidence: Upload | None = None,
    actor: Actor,
    point_id: int,
    on: date | None = None,
) -> Milestone:
    """A milestone is done, today, with a file that shows it."""
    line = _line_to_track(point_id, actor)
    found = Milestone.objects.select_for_update().filter(pk=milestone_id, point=line.tracked)
    milestone = found.first() if line.tracked else None
    if milestone is None:
        raise NotFound(gettext_lazy("The milestone"))
    if milestone.done is not None:
        raise Conflict(_("The milestone “%(title)s”") % {"title": milestone.title})
    milestone.done = the_day(on, actor)
    milestone.evidence = _stored(evidence, actor)
    milestone.save(update_fields=["done", "evidence"])
    _moved(milestone.point)
    record(
        "supervision.point.done",
        milestone.point,
        actor=actor,
        milestone=milestone.title,
        day=milestone.done,
    )
    return milestone


@action
def report_progress(
    point_id: int,
    percent: Decimal | None,
    text: str,
    *,
    evidence: Upload | None = None,
    actor: Actor,
    on: date | None = None,
    simulated: bool = False,
) -> ProgressReport:
    """How far a work point is, in percent and in words. A later report corrects an earlier one."""
    line = _line_to_track(point_id, actor)
    if percent is None or not 0 <= percent <= 100:
        raise _invalid("percent", _("A percentage from 0 to 100."))
    if not text.strip():
        raise _invalid("text", _("Write what was done and what comes next."))
    tracked = _tracked(line, simulated)
    report = ProgressReport.objects.create(
        point=tracked,
        percent=percent.quantize(Decimal("0.1")),
        text=text.strip(),
        day=the_day(on, actor),
        by=actor.name[:150],
        person_id=actor.person_id,
        organisation_id=actor.organisation_id,
        evidence=_stored(evidence, actor),
    )
    record(
        "supervision.point.reported",
        tracked,
        actor=actor,
        after={"percent": str(report.percent)},
        day=report.day,
    )
    return report


def _line_to_track(point_id: int, actor: Actor) -> PointLine:
    line = find_point(point_id, actor=actor)
    if not may_track(line, actor):
        raise Forbidden("supervision.track")
    return line


def _tracked(line: PointLine, simulated: bool) -> TrackedPoint:
    tracked, _new = TrackedPoint.objects.get_or_create(
        plan_id=line.point.version.plan_id,
        year=line.point.year or 0,
        no=line.point.no,
        defaults={"text": line.point.text, "simulated": simulated},
    )
    return TrackedPoint.objects.select_for_update().get(pk=tracked.pk)


def _expect(tracked: TrackedPoint, revision: int) -> None:
    if tracked.revision != revision:
        raise Conflict(_("Work point %(no)s") % {"no": tracked.no})


def _moved(tracked: TrackedPoint) -> None:
    tracked.revision += 1
    tracked.save()


def _stored(evidence: Upload | None, actor: Actor) -> StoredFile | None:
    return store_file(*evidence, actor=actor) if evidence else None


def _milestone(tracked: TrackedPoint, number: int, each: Planned) -> Milestone:
    if not each.title.strip():
        raise _invalid("title", _("Milestone %(number)s has no name.") % {"number": number})
    if each.planned is None:
        raise _invalid("planned", _("Milestone %(number)s has no day.") % {"number": number})
    if each.weight is None or not 0 < each.weight < 100_000:
        raise _invalid(
            "weight", _("Milestone %(number)s needs a weight above 0.") % {"number": number}
        )
    title = each.title.strip()[:200]
    return Milestone(point=tracked, title=title, planned=each.planned, weight=each.weight)


def _invalid(name: str, why: str) -> Invalid:
    return Invalid(
        "supervision.point_incomplete",
        gettext_lazy("This cannot be kept. %(why)s"),
        gettext_lazy("Correct the field that is marked, and send it again."),
        {name: why},
        why=why,
    )

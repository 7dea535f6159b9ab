"""Everything a plan asks of an organisation, with its sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import Actor, NotFound, Organisation, organisation_name
from shucheng.lib.periods import days_left
from shucheng.plan.models import (
    Duty,
    DutyRole,
    Indicator,
    IndicatorTarget,
    PlanVersion,
    Task,
    WorkPoint,
)
from shucheng.plan.queries.done_points import done_points
from shucheng.plan.queries.judge import judge_measured
from shucheng.plan.queries.judged import Judged
from shucheng.plan.queries.measured import (
    Known,
    MeasuredPlan,
    measure_plan,
    why_unmeasured,
)
from shucheng.plan.queries.targets import (
    IndicatorNow,
    MeasuredTarget,
    Standing,
    TargetNow,
    targets_now,
)
from shucheng.plan.queries.text import Sentence, sentence_around
from shucheng.plan.queries.versions import current_version

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OrganisationDuties:
    """A line of the list of responsible organisations."""

    name: str
    organisation_id: int | None
    indicators: int
    tasks: int
    work_points: int
    leads: int


def organisations_with_duties(*, actor: Actor) -> Sequence[OrganisationDuties]:
    actor.require("plan.view")
    version = current_version()
    if version is None:
        return ()
    rows = (
        version.duties.values("name", "organisation_id")
        .annotate(
            indicators=Count("indicator"),
            tasks=Count("task"),
            work_points=Count("work_point"),
            leads=Count("pk", filter=Q(role=DutyRole.LEAD)),
        )
        .order_by("-leads", "-tasks", "name")
    )
    return [OrganisationDuties(**row) for row in rows]


def unnamed(actor: Actor, lines: Sequence[OrganisationDuties]) -> Organisation | None:
    """The organisation the actor acts for, where the plan names neither it nor one below it."""
    if any(line.organisation_id in actor.organisation_ids for line in lines):
        return None
    if actor.organisation_id is None:
        return None
    return Organisation.objects.select_related("area").get(pk=actor.organisation_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorDuty(IndicatorNow):
    """An indicator somebody answers for: its path, what is known now, and how far that is."""

    duty: Duty
    last: IndicatorTarget | None
    missing: str
    judged: Judged | None

    @property
    def is_late(self) -> bool:
        """The value of the judged period is overdue; the latest is older."""
        return self.judged is not None and self.judged.light == "blue"

    @property
    def value(self) -> Decimal | None:
        """Nothing is said by an older value while the one asked for is late."""
        return None if self.is_late else super(IndicatorDuty, self).value

    @property
    def known(self) -> Known | None:
        latest = self.measured.latest
        return latest if latest and latest.value is not None else None


@dataclass(frozen=True, slots=True)
class DutyLine:
    """A task or a work point somebody answers for, with the targets of its text."""

    duty: Duty
    item: Task | WorkPoint
    sentence: Sentence
    targets: tuple[TargetNow, ...]

    @property
    def is_lead(self) -> bool:
        return self.duty.role == DutyRole.LEAD


@dataclass(frozen=True, slots=True)
class PointsOfAYear:
    """The work points of one yearly list: all of them fall due on its last day."""

    year: int | None
    due: date | None
    is_over: bool
    lines: tuple[DutyLine, ...]
    # Of the points that are followed and that the reader may see: whether each is done.
    followed: Mapping[int, bool]

    @property
    def done(self) -> int:
        return sum(self.followed.get(line.item.pk, False) for line in self.lines)

    @property
    def is_followed(self) -> bool:
        return any(line.item.pk in self.followed for line in self.lines)

    @property
    def left(self) -> int:
        """What is not known to be done."""
        return len(self.lines) - self.done


@dataclass(frozen=True, slots=True)
class Duties:
    name: str
    organisation_id: int | None
    version: PlanVersion
    today: date
    indicators: tuple[IndicatorDuty, ...]
    tasks: tuple[DutyLine, ...]
    work_points: tuple[PointsOfAYear, ...]
    targets: tuple[MeasuredTarget, ...]

    @property
    def points(self) -> tuple[DutyLine, ...]:
        return tuple(line for year in self.work_points for line in year.lines)

    @property
    def overdue(self) -> int:
        """Work points whose list's last day has passed and that are not known to be done."""
        return sum(year.left for year in self.work_points if year.is_over)

    @property
    def done(self) -> int:
        return sum(year.done for year in self.work_points)

    @property
    def simulated(self) -> bool:
        indicators = any(line.known and line.known.simulated for line in self.indicators)
        return indicators or any(target.now.simulated for target in self.targets)

    @property
    def leading_tasks(self) -> int:
        return sum(line.is_lead for line in self.tasks)

    @property
    def year(self) -> int | None:
        """The year whose targets stand beside what is known."""
        return next((line.current.year for line in self.indicators if line.current), None)

    @property
    def last_year(self) -> int | None:
        """The last year of all paths, if it is one and the same."""
        return _same([line.last.year for line in self.indicators if line.last])

    @property
    def period(self) -> str | None:
        """The period of all known values, if it is one and the same."""
        return _same([line.known.period for line in self.indicators if line.known])

    @property
    def leading_indicators(self) -> int:
        return sum(line.duty.role == DutyRole.LEAD for line in self.indicators)

    @property
    def reached(self) -> int:
        return sum(line.reached for line in self.indicators)

    @property
    def compared(self) -> int:
        """Indicators whose value can be held against the year's target."""
        return sum(line.value is not None for line in self.indicators)

    @property
    def targets_known(self) -> int:
        return sum(target.now.standing != Standing.UNKNOWN for target in self.targets)

    @property
    def targets_reached(self) -> int:
        return sum(target.now.standing == Standing.REACHED for target in self.targets)

    @property
    def next_due(self) -> date | None:
        """The next end of a year in which something of this falls due."""
        years = [target.year for line in self.indicators for target in line.indicator.path.all()]
        years += [target.now.asked_year for target in self.targets if target.now.asked_year]
        years += [points.year for points in self.work_points if points.year]
        following = [year for year in years if year >= self.today.year]
        return date(min(following), 12, 31) if following else None

    @property
    def days_left(self) -> int:
        return days_left(self.next_due, self.today) if self.next_due else 0


def _same(values: Sequence[T]) -> T | None:
    return values[0] if len(set(values)) == 1 else None


def duties_of(name: str, *, actor: Actor, today: date | None = None) -> Duties:
    """What the plan in force asks of an organisation, by its name as printed."""
    actor.require("plan.view")
    current = current_version()
    if current is None:
        raise NotFound(_("A published plan"))
    version = PlanVersion.objects.get(pk=current.pk)
    duties = list(
        version.duties.filter(name=name)
        .select_related("indicator__binding", "task__section", "work_point")
        .prefetch_related("indicator__path")
    )
    if not duties:
        raise NotFound(_("This organisation's duties"))
    now = today or timezone.localdate()
    plan = measure_plan(version, as_of=today)
    targets = targets_now(plan, now)
    lines = sorted(
        (
            _line(version, duty, item, targets)
            for duty in duties
            if (item := duty.task or duty.work_point)
        ),
        key=lambda line: line.item.span_start,
    )
    organisation_id = duties[0].organisation_id
    return Duties(
        name=organisation_name(organisation_id) or name,
        organisation_id=organisation_id,
        version=version,
        today=now,
        indicators=_indicators(plan, duties, now, today),
        tasks=tuple(line for line in lines if line.duty.task_id),
        work_points=_by_year(
            [line for line in lines if line.duty.work_point_id],
            now,
            done_points(actor, version, now),
        ),
        targets=tuple(
            MeasuredTarget(target, line.item) for line in lines for target in line.targets
        ),
    )


def _line(
    version: PlanVersion, duty: Duty, item: Task | WorkPoint, targets: Sequence[TargetNow]
) -> DutyLine:
    return DutyLine(
        duty,
        item,
        sentence_around(version.text, item.span_start, item.span_end, reach=0),
        tuple(entry for entry in targets if entry.target.stands_in(item)),
    )


def _indicators(
    plan: MeasuredPlan, duties: Sequence[Duty], today: date, as_of: date | None
) -> tuple[IndicatorDuty, ...]:
    if not any(duty.indicator_id for duty in duties):
        return ()
    now, _before = judge_measured(plan, today, as_of=as_of)
    judged = {each.indicator.code: each for each in now.city}

    def line(duty: Duty, indicator: Indicator) -> IndicatorDuty:
        found = plan.of(indicator)
        path = list(indicator.path.all())
        return IndicatorDuty(
            duty=duty,
            indicator=indicator,
            measured=found,
            current=next((target for target in path if target.year >= today.year), None)
            or next(reversed(path), None),
            last=path[-1] if len(path) > 1 else None,
            missing=why_unmeasured(found.binding),
            judged=judged.get(indicator.code),
        )

    lines = [line(duty, duty.indicator) for duty in duties if duty.indicator]
    return tuple(sorted(lines, key=lambda entry: entry.indicator.no))


def _by_year(
    lines: Sequence[DutyLine], today: date, followed: Mapping[int, bool]
) -> tuple[PointsOfAYear, ...]:
    found: dict[int | None, list[DutyLine]] = {}
    for line in lines:
        found.setdefault(getattr(line.item, "year", None), []).append(line)
    return tuple(
        PointsOfAYear(
            year,
            due=(due := date(year, 12, 31) if year else None),
            is_over=due is not None and due < today,
            lines=tuple(entries),
            followed=followed,
        )
        for year, entries in found.items()
    )

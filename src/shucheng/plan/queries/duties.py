"""Everything a plan asks of an organisation, with its sentences."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import Actor, NotFound, organisation_name
from shucheng.plan.models import Duty, DutyRole, PlanVersion, Target
from shucheng.plan.queries.text import Sentence, sentence_around
from shucheng.plan.queries.versions import current_version


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


@dataclass(frozen=True, slots=True)
class DutyLine:
    duty: Duty
    sentence: Sentence
    targets: tuple[Target, ...] = ()

    @property
    def start(self) -> int:
        item = self.duty.indicator or self.duty.task or self.duty.work_point
        return item.span_start if item else 0


@dataclass(frozen=True, slots=True)
class Duties:
    name: str
    organisation_id: int | None
    version: PlanVersion
    indicators: tuple[DutyLine, ...]
    tasks: tuple[DutyLine, ...]
    work_points: tuple[DutyLine, ...]


def duties_of(name: str, *, actor: Actor) -> Duties:
    """What the plan in force asks of an organisation, by its name as printed."""
    actor.require("plan.view")
    current = current_version()
    if current is None:
        raise NotFound(_("A published plan"))
    version = PlanVersion.objects.get(pk=current.pk)
    duties = list(
        version.duties.filter(name=name)
        .select_related("indicator", "task__section", "work_point")
        .prefetch_related("indicator__path", "work_point__targets")
    )
    if not duties:
        raise NotFound(_("This organisation's duties"))
    targets = list(version.targets.all())

    def line(duty: Duty) -> DutyLine:
        item = duty.indicator or duty.task or duty.work_point
        assert item is not None  # noqa: S101 - the database's own check constraint
        return DutyLine(
            duty,
            sentence_around(version.text, item.span_start, item.span_end, reach=0),
            tuple(target for target in targets if target.stands_in(item)),
        )

    lines = sorted((line(duty) for duty in duties), key=lambda found: found.start)
    organisation_id = duties[0].organisation_id
    return Duties(
        name=organisation_name(organisation_id) or name,
        organisation_id=organisation_id,
        version=version,
        indicators=tuple(found for found in lines if found.duty.indicator_id),
        tasks=tuple(found for found in lines if found.duty.task_id),
        work_points=tuple(found for found in lines if found.duty.work_point_id),
    )

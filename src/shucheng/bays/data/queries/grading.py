"""Whose grades an actor sees, what holds for a resource, and how it may be delivered."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from shucheng.bays.data.engine.grading.model import Grade, Proposal, grade
from shucheng.bays.data.engine.grading.model import Resource as Described
from shucheng.bays.data.engine.grading.rules import Rules
from shucheng.bays.data.engine.grading.sets import Permission, SetGrade, grade_set
from shucheng.bays.data.engine.grading.stored import holding
from shucheng.bays.data.models.catalogue import Field, Resource
from shucheng.bays.data.models.grading import GradeProposal
from shucheng.bays.data.queries.grading_rules import rules_in_force
from shucheng.kernel.public import Actor, Forbidden, NotFound

State = GradeProposal.State


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds for a resource. `open`: fields that nobody has decided, or that are to be decided
    again; as long as there is one, the grade is a proposal."""

    of: SetGrade
    fields: int
    open: int

    @property
    def decided(self) -> bool:
        return self.fields > 0 and self.open == 0


@dataclass(frozen=True, slots=True)
class Modes:
    """How a resource may be delivered. `decided`: every field's grade was decided by a person."""

    grade: Grade | None
    permitted: tuple[Permission, ...]
    decided: bool

    def condition_of(self, mode: str) -> tuple[str, ...] | None:
        """The conditions of a way of delivery; None where it is not permitted."""
        return next((each.conditions for each in self.permitted if each.mode == mode), None)


def graded_resources(actor: Actor) -> QuerySet[Resource]:
    """Resources whose grading the actor sees field by field: the bureau, who audits and who decides
    plans see all, a department its own, others none."""
    rows = Resource.objects.exclude(state=Resource.State.WITHDRAWN).select_related("holder")
    if any(actor.may(right) for right in ("data.govern", "data.audit", "data.approve")):
        return rows
    if actor.may("data.hold") or actor.may("data.grade"):
        return rows.filter(holder_id__in=actor.organisation_ids)
    raise Forbidden("data.grade")


def sees_fields(resource: Resource, actor: Actor) -> bool:
    try:
        return graded_resources(actor).filter(pk=resource.pk).exists()
    except Forbidden:
        return False


def find_graded(code: str, *, actor: Actor) -> Resource:
    """A resource whose grade the actor sees: one whose fields it sees, or one in the catalogue."""
    actor.require("data.view")
    found = Resource.objects.select_related("holder").filter(code=code).first()
    if found is None or not (found.state == Resource.State.LISTED or sees_fields(found, actor)):
        raise NotFound(code)
    return found


def modes_of(resource: Resource) -> Modes:
    """How a resource may be delivered, by the rules in force; nothing before it was graded. For
    whoever may see the resource; the caller asks that."""
    stands = standing_of(resource)
    if stands.fields == 0:
        return Modes(None, (), False)
    return Modes(stands.of.grade, stands.of.permitted, stands.decided)


def undecided(resources: Iterable[Resource]) -> dict[int, int]:
    """How many data items of each nobody has decided on; those with none are not there."""
    fields = Field.objects.filter(resource__in=[each.pk for each in resources], dropped=False)
    open_ = fields.exclude(proposal__state=State.DECIDED).values("resource")
    return {row["resource"]: row["n"] for row in open_.annotate(n=Count("pk")).order_by()}


def standing_of(resource: Resource) -> Standing:
    return standings([resource])[resource.pk]


def standings(resources: Iterable[Resource]) -> dict[int, Standing]:
    """What holds for each: its fields' grades, with what the set adds to them."""
    rules = rules_in_force()
    named = {each.pk: each for each in resources}
    found = Field.objects.filter(resource__in=named, dropped=False)
    fields = found.select_related("proposal").defer("proposal__content")
    by_resource: dict[int, list[Field]] = {key: [] for key in named}
    for field in fields:
        by_resource[field.resource_id].append(field)
    return {key: _standing(named[key], rows, rules) for key, rows in by_resource.items()}


def _standing(resource: Resource, fields: list[Field], rules: Rules) -> Standing:
    made = [proposal_of(field) for field in fields]
    count = sum(each is None or each.state != State.DECIDED for each in made)
    holds = [_holds(field, made[at], rules) for at, field in enumerate(fields)]
    described = Described(resource.title, resource.holder.name, resource.people)
    return Standing(grade_set(described, holds, rules), len(fields), count)


def proposal_of(field: Field) -> GradeProposal | None:
    return getattr(field, "proposal", None)


def _holds(field: Field, made: GradeProposal | None, rules: Rules) -> Proposal:
    """A field's part in its set. Until somebody decides, what is proposed counts; where it is to be
    decided again, the higher of the two (就高从严). A field not looked at ranks as an unknown."""
    if made is None and not field.grade:
        return holding(grade(rules.levels.unknown), [], rules)
    if made is None or made.state == State.DECIDED:
        return holding(grade(field.grade), field.categories, rules)
    if made.state == State.WAITING:
        return holding(grade(made.grade), made.categories, rules)
    highest = max(grade(field.grade), grade(made.grade))
    return holding(highest, {*made.categories, *field.categories}, rules)

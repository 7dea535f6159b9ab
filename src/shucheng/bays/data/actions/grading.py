"""Grades: proposed by rules for fields in bulk, decided by a person, and never decided silently.

A decision stays until a person decides again: a new proposal beside it says whether it still stands
(`engine/grading/decisions`), and until then the higher of both counts for the resource."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.actions.evidence import leave_evidence
from shucheng.bays.data.actions.grading_proposals import Graded, propose_grades
from shucheng.bays.data.actions.regrading import follow_grades
from shucheng.bays.data.engine.grading.model import digest_of
from shucheng.bays.data.engine.grading.propose import Grader
from shucheng.bays.data.engine.grading.rules import Rules
from shucheng.bays.data.models.catalogue import Field, Resource
from shucheng.bays.data.models.grading import GradeDecision, GradeProposal
from shucheng.bays.data.queries.data_files import Samples
from shucheng.bays.data.queries.grading_rules import rules_in_force
from shucheng.kernel.public import (
    Actor,
    Conflict,
    Invalid,
    NotFound,
    action,
    enqueue,
    record,
)

GRADE_JOB = "data.grade"
# Resources whose fields are graded and written together.
_BATCH = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person says to a proposal: `digest` is that of the proposal that was looked at.
    Without a grade and categories the proposal is accepted."""

    field: int
    digest: str
    grade: str = ""
    categories: Collection[str] | None = None


def ask_for_grading(codes: Iterable[str] = (), *, actor: Actor) -> None:
    """Have resources graded in the background: these, or all."""
    named = sorted(codes)
    key = digest_of(*named)[:16] if named else "all"
    enqueue(GRADE_JOB, payload={"resources": named}, unique_key=f"{GRADE_JOB}:{key}", actor=actor)


def grade_resources(
    codes: Sequence[str] = (),
    *,
    actor: Actor,
    samples: Samples | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Graded:
    """Propose for the fields of these resources, or of all, in steps that are whole by themselves:
    a run that is killed goes on where it was, since what has not changed is not proposed again."""
    rows = _resources(codes, actor)
    keys = list(rows.values_list("pk", flat=True))
    grader = Grader(rules_in_force(), timezone.localdate())
    total = Graded()
    left = iter(keys)
    for at in range(0, len(keys), _BATCH):
        made = propose_grades(list(islice(left, _BATCH)), grader, samples=samples, actor=actor)
        total = Graded(
            total.proposed + made.proposed, total.looked + made.looked, total.again + made.again
        )
        if progress:
            progress(min(at + _BATCH, len(keys)), len(keys))
    return total


@action
def decide_grades(answers: Sequence[Answer], *, reason: str = "", actor: Actor) -> int:
    """Accept proposals, or decide otherwise and say why; all of them or none. By a reviewer of the
    holder or the bureau. Raises `Conflict` where a proposal is another than was looked at."""
    actor.require("data.grade")
    if not answers:
        raise _wrong({"field": str(_("Choose at least one field."))})
    fields = _answered(answers)
    for holder in {each.resource.holder_id for each in fields.values()}:
        actor.require("data.grade", holder)
    # Resources before their fields, as whoever describes them does.
    keys = {each.resource_id for each in fields.values()}
    locked = Resource.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    list(locked.values_list("pk", flat=True))
    rules, reason = rules_in_force(), reason.strip()[:300]
    rows = [_decision(fields[each.field], each, reason, rules, actor) for each in answers]
    GradeDecision.objects.bulk_create(rows, batch_size=1000)
    for row in rows:
        field = fields[row.field_id]
        field.grade, field.categories = row.grade, row.categories
        field.proposal.state, field.proposal.why_again = GradeProposal.State.DECIDED, ""
    Field.objects.bulk_update(fields.values(), ["grade", "categories"], batch_size=500)
    GradeProposal.objects.bulk_update(
        [each.proposal for each in fields.values()], ["state", "why_again"], batch_size=500
    )
    resources = {each.resource_id: each.resource for each in fields.values()}
    after = follow_grades(resources, actor=actor)
    for key, resource in resources.items():
        of = [row for row in rows if fields[row.field_id].resource_id == key]
        leave_evidence("grading.decided", resource.code, **_leaf(of, fields, after[key]))
    record(
        "data.grades.decided",
        rows[0],
        actor=actor,
        after={
            "resources": sorted(each.code for each in resources.values())[:50],
            "fields": len(rows),
            "grades": {each: sum(r.grade == each for r in rows) for each in _grades(rows)},
        },
        reason=reason,
    )
    return len(rows)


def _resources(codes: Sequence[str], actor: Actor) -> QuerySet[Resource]:
    rows = Resource.objects.exclude(state=Resource.State.WITHDRAWN).order_by("pk")
    if codes:
        rows = rows.filter(code__in=codes)
    if not actor.may("data.govern"):
        rows = rows.filter(holder_id__in=actor.organisation_ids)
    return rows


def _answered(answers: Sequence[Answer]) -> dict[int, Field]:
    """The fields, held until the end: nobody else decides on them or proposes meanwhile."""
    keys = [each.field for each in answers]
    held: dict[int, GradeProposal] = {}
    for at in range(0, len(keys), 500):
        some = GradeProposal.objects.select_for_update(of=("self",)).filter(
            field__in=keys[at : at + 500]
        )
        held |= {each.field_id: each for each in some.select_related("field__resource__holder")}
    if len(set(keys)) != len(keys) or set(keys) - set(held):
        raise NotFound(_("The proposal"))
    if any(held[each.field].digest != each.digest for each in answers):
        raise Conflict(_("A proposal"))
    for row in held.values():
        row.field.proposal = row
    return {key: row.field for key, row in held.items()}


def _decision(
    field: Field, answer: Answer, reason: str, rules: Rules, actor: Actor
) -> GradeDecision:
    proposed = field.proposal
    given = proposed.categories if answer.categories is None else answer.categories
    categories, decided = sorted(set(given)), answer.grade or proposed.grade
    if decided not in rules.levels.delivery:
        raise _wrong({"grade": str(_("Choose a grade."))})
    if set(categories) - set(rules.categories):
        raise _wrong({"categories": str(_("Choose categories of the rules."))})
    differs = decided != proposed.grade or categories != sorted(proposed.categories)
    if differs and not reason:
        raise _wrong({"reason": str(_("You decide otherwise than proposed: write why."))})
    return GradeDecision(
        field=field,
        grade=decided,
        categories=categories,
        proposed=proposed.content["proposal"],
        reason=reason,
        by=actor.name[:150],
    )


def _leaf(rows: list[GradeDecision], fields: dict[int, Field], after: Resource) -> dict[str, Any]:
    said = sorted((fields[r.field_id].name, r.grade, ",".join(r.categories)) for r in rows)
    return {
        "fields": len(rows),
        "decided": digest_of(*("\t".join(each) for each in said)),
        "grade": after.grade,
        "modes": [each["mode"] for each in after.modes],
    }


def _grades(rows: list[GradeDecision]) -> list[str]:
    return sorted({each.grade for each in rows})


def _wrong(fields: dict[str, str]) -> Invalid:
    return Invalid(
        "grading.decision",
        _("This cannot be decided so."),
        _("Correct what is marked and decide again."),
        fields=fields,
    )

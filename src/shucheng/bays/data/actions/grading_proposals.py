"""What rules propose for fields: values are looked at and kept nowhere, and no proposal overwrites
what was said or decided while it was made."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.actions.regrading import follow_grades
from shucheng.bays.data.engine.grading import model as engine
from shucheng.bays.data.engine.grading.decisions import Decision, review
from shucheng.bays.data.engine.grading.model import Proposal, digest_of, grade
from shucheng.bays.data.engine.grading.propose import Grader
from shucheng.bays.data.engine.grading.rules import Rules
from shucheng.bays.data.engine.grading.stored import from_data, to_data
from shucheng.bays.data.models.catalogue import Field, Resource
from shucheng.bays.data.models.grading import GradeDecision, GradeProposal
from shucheng.bays.data.queries.data_files import Samples
from shucheng.bays.data.queries.grading import proposal_of
from shucheng.bays.data.queries.grading_rules import read_of, rules_in_force
from shucheng.kernel.public import Actor, Conflict, action, prepared, record

_SAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Graded:
    """What a run did: fields proposed anew, those looked at, decisions that are asked for again."""

    proposed: int = 0
    looked: int = 0
    again: int = 0


@prepared
def propose_grades(
    resources: Collection[int], grader: Grader, *, actor: Actor, samples: Samples | None = None
) -> Graded:
    """Propose for fields whose name, comment, rules or samples are others than at the last
    proposal. The right is asked for each holder.

    Values are read and proposals made in no transaction. What is said otherwise by then of a field
    is proposed for by the next run. Raises `Conflict` where other rules came into force."""
    fields = _fields(resources)
    for holder in {each.resource.holder_id for each in fields}:
        _require_describing(actor, holder)
    values = _values(fields, samples)
    asked = [
        _Asked.of(field, grader.rules, values.get((field.resource_id, field.name), ()))
        for field in fields
    ]
    changed = [each for each in asked if not each.is_answered]
    proposals = grader.propose_all(each.read for each in changed)
    made = {
        each.field.pk: (each, proposal) for each, proposal in zip(changed, proposals, strict=True)
    }
    return _keep_proposals(resources, grader.rules, made, len(fields), actor=actor)


@action
def _keep_proposals(
    resources: Collection[int],
    rules: Rules,
    made: Mapping[int, tuple["_Asked", Proposal]],
    looked: int,
    *,
    actor: Actor,
) -> Graded:
    if rules_in_force().digest != rules.digest:
        raise Conflict(_("The rules"))
    _lock_proposals(made)
    known = {each.pk: each for each in _fields(resources)} if made else {}
    for holder in {each.resource.holder_id for each in known.values()}:
        _require_describing(actor, holder)
    same = [
        (asked, proposal)
        for key, (asked, proposal) in made.items()
        if key in known
        and asked.said == _said(read_of(known[key], ()), rules)
        and asked.before == _digest(known[key])
    ]
    decisions = _decisions([asked.field.pk for asked, _proposal in same])
    rows = [_row(asked, proposal, decisions.get(asked.field.pk)) for asked, proposal in same]
    GradeProposal.objects.bulk_create(
        rows,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["field"],
        update_fields=_WRITTEN,
    )
    if rows:
        follow_grades({asked.field.resource_id for asked, _proposal in same}, actor=actor)
    again = sum(row.state == GradeProposal.State.AGAIN for row in rows)
    record(
        "data.grades.proposed",
        ("grading", "", ""),
        actor=actor,
        after={"resources": len(resources), "fields": len(rows), "again": again},
    )
    return Graded(len(rows), looked, again)


def _require_describing(actor: Actor, holder: int) -> None:
    """Whoever describes data has it graded; deciding is another's right."""
    if not actor.may("data.govern"):
        actor.require("data.hold", holder)


def _fields(resources: Collection[int]) -> list[Field]:
    found = Field.objects.filter(resource__in=resources, dropped=False)
    rows = found.exclude(resource__state=Resource.State.WITHDRAWN)
    # A resource once, not with each of its fields.
    of = Prefetch("resource", Resource.objects.select_related("holder", "source__file"))
    with_all = rows.select_related("proposal").prefetch_related(of)
    return list(with_all.defer("proposal__content"))


def _values(
    fields: Iterable[Field], samples: Samples | None
) -> dict[tuple[int, str], Sequence[object]]:
    """By resource and column. Each resource's source is opened once."""
    if samples is None:
        return {}
    by_resource: dict[int, list[Field]] = {}
    for each in fields:
        by_resource.setdefault(each.resource_id, []).append(each)
    return {
        (key, name): values
        for key, rows in by_resource.items()
        for name, values in samples(
            rows[0].resource, [each.name for each in rows], _SAMPLES
        ).items()
    }


def _lock_proposals(fields: Iterable[int]) -> None:
    """Nobody decides on them meanwhile."""
    keys = sorted(fields)
    for at in range(0, len(keys), 500):
        rows = GradeProposal.objects.select_for_update().order_by("pk")
        list(rows.filter(field__in=keys[at : at + 500]).values_list("pk", flat=True))


def _said(read: engine.Field, rules: Rules) -> str:
    of = read.resource
    told = (read.name, read.comment, read.type, of.title, of.department, rules.digest)
    return digest_of(*told)[:32]


def _digest(field: Field) -> str:
    """Of the proposal that stands; another run may have put a better one in its place."""
    stands = proposal_of(field)
    return stands.digest if stands else ""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A field as the engine reads it, and a digest of all that it reads: half of it of what is said
    of the field, half of the samples, empty without any. The samples' half needs the platform's
    secret: nobody can try out values on it."""

    field: Field
    read: engine.Field
    said: str
    seen: str
    before: str

    @classmethod
    def of(cls, field: Field, rules: Rules, values: Sequence[object]) -> "_Asked":
        read = read_of(field, tuple(values))
        seen = ""
        if values:
            told = "\0".join(map(str, values))
            seen = salted_hmac("shucheng.data.grading", told, algorithm="sha256").hexdigest()
        return cls(field, read, _said(read, rules), seen[:32], _digest(field))

    @property
    def digest(self) -> str:
        return self.said + self.seen

    @property
    def is_answered(self) -> bool:
        """Nothing has changed; or values were looked at before, cannot be read now, and the rest is
        as it was: the better proposal stays."""
        before = proposal_of(self.field)
        if before is None:
            return False
        if before.sampled and not self.seen:
            return before.digest.startswith(self.said)
        return before.digest == self.digest


_WRITTEN = [
    "grade",
    "categories",
    "confidence",
    "content",
    "digest",
    "rules",
    "sampled",
    "state",
    "why_again",
    "proposed_at",
]


def _row(asked: _Asked, proposal: Proposal, decision: GradeDecision | None) -> GradeProposal:
    state, why = _state(proposal, decision)
    return GradeProposal(
        field=asked.field,
        grade=proposal.grade.code,
        categories=sorted(proposal.categories),
        confidence=proposal.confidence,
        content={"proposal": to_data(proposal)},
        digest=asked.digest,
        rules=proposal.rules,
        sampled=bool(asked.seen),
        state=state,
        why_again=why,
        proposed_at=timezone.now(),
    )


def _state(proposal: Proposal, decision: GradeDecision | None) -> tuple[str, str]:
    if decision is None:
        return GradeProposal.State.WAITING, ""
    decided = Decision(
        grade(decision.grade),
        frozenset(decision.categories),
        from_data(decision.proposed),
    )
    found = review(decided, proposal)
    if found.outcome == "keep":
        return GradeProposal.State.DECIDED, ""
    return GradeProposal.State.AGAIN, found.reason


def _decisions(fields: list[int]) -> dict[int, GradeDecision]:
    """The newest of each field."""
    found: dict[int, GradeDecision] = {}
    for at in range(0, len(fields), 1000):
        some = GradeDecision.objects.filter(field__in=fields[at : at + 1000]).order_by("pk")
        found |= {each.field_id: each for each in some}
    return found

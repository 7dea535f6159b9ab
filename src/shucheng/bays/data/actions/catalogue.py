"""Resources described, listed and taken out; every change of what is said is a version."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.actions.codes import RESOURCE, next_code
from shucheng.bays.data.actions.evidence import leave_evidence
from shucheng.bays.data.actions.grading import ask_for_grading
from shucheng.bays.data.actions.regrading import follow_grades
from shucheng.bays.data.engine.catalogue import model as engine
from shucheng.bays.data.engine.grading.model import grade
from shucheng.bays.data.models.catalogue import Field, Lineage, Resource, ResourceVersion
from shucheng.bays.data.models.grading import GradeProposal
from shucheng.bays.data.queries.catalogue import entry_of, find_resource, index, indexed, said_of
from shucheng.bays.data.queries.catalogue_words import problem_text
from shucheng.bays.data.queries.grading_rules import rules_in_force
from shucheng.kernel.public import Actor, Conflict, Invalid, NotFound, action, record

# What a person says of a resource; the rest follows from it.
SAID = (
    *("title", "summary", "kind", "theme", "keywords", "basis", "frequency", "area", "since"),
    *("until", "sharing", "sharing_terms", "opening", "opening_terms", "licence", "people", "rows"),
    *("source", "table", "identifier", "publisher"),
)


@action
def describe_resource(
    said: Mapping[str, Any],
    fields: Sequence[engine.Field],
    *,
    holder: int,
    actor: Actor,
    code: str = "",
    revision: int | None = None,
    reason: str = "",
    simulated: bool = False,
) -> Resource:
    """A new resource (without `code`), or what is said of one anew; `said` holds keys of `SAID`.
    A draft may be incomplete: what is missing is asked for when it is listed. Data items that are
    others than before are graded in the background."""
    resource, regraded = described(
        said,
        fields,
        holder=holder,
        actor=actor,
        code=code,
        revision=revision,
        reason=reason,
        simulated=simulated,
    )
    # A simulation has all of its own graded together.
    if regraded and not resource.simulated:
        ask_for_grading([resource.code], actor=actor)
    return resource


def described(
    said: Mapping[str, Any],
    fields: Sequence[engine.Field],
    *,
    holder: int,
    actor: Actor,
    code: str = "",
    revision: int | None = None,
    reason: str = "",
    simulated: bool = False,
) -> tuple[Resource, bool]:
    """The same as a part of an action that describes many: whether its data items are to be graded
    is told to the caller, who asks for all together."""
    actor.require("data.hold", holder)
    resource = locked(code, revision) if code else new_resource(holder, simulated=simulated)
    actor.require("data.hold", resource.holder_id)
    regraded = keep_said(resource, said, fields, reason=reason, actor=actor)
    follow(resource)
    return resource, regraded


def new_resource(holder: int, *, simulated: bool = False) -> Resource:
    """A resource that is to be described, with the next code."""
    code = next_code(RESOURCE, timezone.localdate().year)
    return Resource(code=code, holder_id=holder, simulated=simulated)


def keep_said(
    resource: Resource,
    said: Mapping[str, Any],
    fields: Sequence[engine.Field] | None,
    *,
    reason: str,
    actor: Actor,
) -> bool:
    """What is said of a resource that its caller locked and may change; without `fields` they stay.
    Answers whether the fields are others than those that were graded: how the resource may be
    delivered follows at once, the caller asks for grading. A caller lets the index `follow`."""
    if not str(said.get("title", "")).strip():
        raise _wrong({"title": str(_("Write a title."))})
    if fields is not None and len({each.name for each in fields}) != len(fields):
        raise _wrong({"fields": str(_("Two data items have the same name."))})
    for name in SAID:
        if name in said:
            setattr(resource, name, said[name])
    resource.changed_at = timezone.now()
    resource.revision += 1
    resource.save()
    regraded = fields is not None and keep_fields(resource, fields)
    # What was never graded has no grade before it is; in what was, a new field ranks as an unknown.
    if resource.grade:
        graded = follow_grades([resource.pk], actor=actor)[resource.pk]
        resource.grade, resource.modes = graded.grade, graded.modes
    if resource.state == Resource.State.LISTED:
        _require_whole(resource)
        _keep_version(resource, reason, actor)
    after = {"code": resource.code, "title": resource.title}
    told = {} if fields is None else {"fields": len(fields)}
    record("data.resource.described", resource, actor=actor, after={**after, **told})
    return regraded


@action
def list_resource(code: str, revision: int, *, actor: Actor, reason: str = "") -> Resource:
    """Put it into the catalogue, once nothing is wrong with what is said of it."""
    resource = locked(code, revision)
    actor.require("data.hold", resource.holder_id)
    before = resource.state
    if before == Resource.State.LISTED:
        raise _not_from_here(
            _("The resource is in the catalogue already."),
            _("Open its page: what is said of it can be changed there."),
        )
    _require_whole(resource)
    resource.state = Resource.State.LISTED
    version = _keep_version(resource, reason, actor)
    resource.revision += 1
    resource.save()
    follow(resource)
    leave_evidence("resource.listed", code, version=resource.number, digest=version.digest)
    record(
        "data.resource.listed",
        resource,
        actor=actor,
        before={"state": before},
        after={"state": resource.state, "code": code, "version": resource.number},
    )
    return resource


@action
def withdraw_resource(code: str, revision: int, *, reason: str, actor: Actor) -> Resource:
    """Take it out of the catalogue. What rests on it is not touched: rights end by a stop."""
    resource = locked(code, revision)
    actor.require("data.hold", resource.holder_id)
    if not reason.strip():
        raise _wrong({"reason": str(_("Write why it is taken out."))})
    before = resource.state
    if before == Resource.State.WITHDRAWN:
        raise _not_from_here(
            _("The resource is taken out already."),
            _("Put it into the catalogue again, if it is to be found there."),
        )
    resource.state = Resource.State.WITHDRAWN
    resource.revision += 1
    resource.save()
    follow(resource)
    leave_evidence("resource.withdrawn", code, version=resource.number)
    record(
        "data.resource.withdrawn",
        resource,
        actor=actor,
        before={"state": before},
        after={"state": resource.state, "reason": reason.strip()[:300]},
    )
    return resource


@action
def note_lineage(target: str, origin: str, *, how: str, actor: Actor) -> Lineage:
    """Say that a resource is made from another that one sees, and how."""
    made = find_resource(target, actor=actor)
    actor.require("data.hold", made.holder_id)
    try:
        source = find_resource(origin, actor=actor)
    except NotFound:
        raise _wrong({"origin": str(_("You see no resource with this code."))}) from None
    if made.pk == source.pk or made.pk in _ancestors(source):
        raise _wrong({"origin": str(_("It would be made from itself."))})
    row, _new = Lineage.objects.get_or_create(
        target=made, origin=source, defaults={"how": how.strip()[:300], "by": actor.name[:150]}
    )
    follow(made)
    record("data.resource.derived", made, actor=actor, after={"from": origin, "how": row.how})
    return row


def keep_fields(resource: Resource, fields: Sequence[engine.Field]) -> bool:
    """The data items in their order; one that is gone is kept, for what was decided of it. Answers
    whether what they are graded by has changed."""
    known = {row.name: row for row in resource.fields.all()}
    before = {_graded_by(row) for row in known.values()}
    names = {row.name: _graded_by(row) for row in known.values()}
    rows = []
    for position, each in enumerate(fields):
        row = known.pop(each.name, None) or Field(resource=resource, name=each.name[:120])
        row.position, row.dropped = position, False
        row.title, row.comment = each.title[:200], each.comment[:300]
        row.type, row.nullable, row.key = each.type[:60], each.nullable, each.key
        rows.append(row)
    for row in known.values():
        row.dropped = True
    Field.objects.bulk_create([row for row in rows if row.pk is None])
    Field.objects.bulk_update(
        [*(row for row in rows if row.pk is not None), *known.values()],
        ["position", "dropped", "title", "comment", "type", "nullable", "key"],
    )
    _rank_as_unknown([row for row in rows if names.get(row.name, ()) not in ((), _graded_by(row))])
    return {_graded_by(row) for row in (*rows, *known.values())} != before


def _rank_as_unknown(fields: Sequence[Field]) -> None:
    """Of what is described otherwise it is not known what it is, until the rules have looked again;
    it ranks no lower than before."""
    unknown = grade(rules_in_force().levels.unknown)
    proposals = list(GradeProposal.objects.filter(field__in=fields).select_related("field"))
    for each in proposals:
        each.grade = max(grade(each.grade), unknown).code
        each.state = each.State.AGAIN if each.field.grade else each.State.WAITING
        each.why_again, each.digest = "other-field" if each.field.grade else "", ""
    GradeProposal.objects.bulk_update(proposals, ["grade", "state", "why_again", "digest"])


def _graded_by(row: Field) -> tuple[str, str, str, str, bool]:
    return row.name, row.title, row.comment, row.type, row.dropped


def _require_whole(resource: Resource) -> None:
    found = engine.problems(entry_of(resource))
    if found:
        raise Invalid(
            "data.resource.incomplete",
            _("The resource cannot be in the catalogue like this."),
            _("Correct what is marked and try again."),
            {each.field: problem_text(each) for each in reversed(found)},
        )


def _keep_version(resource: Resource, reason: str, actor: Actor) -> ResourceVersion:
    """A version where something else is said than in the last one."""
    content, digest = said_of(entry_of(resource))
    last = resource.versions.order_by("-number").first()
    if last and last.digest == digest:
        return last
    resource.number = last.number + 1 if last else 1
    resource.save(update_fields=["number"])
    return ResourceVersion.objects.create(
        resource=resource,
        number=resource.number,
        content=content,
        digest=digest,
        reason=reason.strip()[:300],
        by=actor.name[:150],
    )


def follow(*resources: Resource) -> None:
    """The search index follows once the change is in the database."""
    transaction.on_commit(lambda: index().put(map(indexed, resources)))


def _ancestors(resource: Resource) -> set[int]:
    seen: set[int] = set()
    waiting = {resource.pk}
    while waiting:
        origins = Lineage.objects.filter(target_id__in=waiting).values_list("origin_id", flat=True)
        waiting = set(origins) - seen
        seen |= waiting
    return seen


def locked(code: str, revision: int | None) -> Resource:
    found = (
        Resource.objects.select_for_update(of=("self",))
        .select_related("holder")
        .filter(code=code)
        .first()
    )
    if found is None:
        raise NotFound(code)
    if found.revision != revision:
        raise Conflict(_("The resource"))
    return found


def _not_from_here(message: object, next_step: object) -> Invalid:
    return Invalid("data.resource.state", message, next_step)  # type: ignore[arg-type]


def _wrong(fields: dict[str, str]) -> Invalid:
    return Invalid(
        "data.resource",
        _("The entry is not complete."),
        _("Correct what is marked and send it again."),
        fields,
    )

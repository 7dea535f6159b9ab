"""Quality: rules of a resource, checks by them, and defects that go to the holder with a day by
which they are mended or explained; the next check closes them."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.engine.quality import profile as engine
from shucheng.bays.data.engine.quality.following import Known, followed, following
from shucheng.bays.data.engine.quality.rules import Rule, RulesInvalid, read
from shucheng.bays.data.engine.quality.suggest import to_yaml
from shucheng.bays.data.models.catalogue import Field, Resource
from shucheng.bays.data.models.quality import Defect, QualityCheck, QualityRules
from shucheng.bays.data.queries.data_files import OpenData, no_rows, open_rows, rows_of
from shucheng.bays.data.queries.grading_rules import rules_in_force
from shucheng.bays.data.queries.quality import (
    newest_checks,
    read_rules,
    references,
    rules_of,
    suggested,
)
from shucheng.kernel.public import (
    Actor,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    ShuchengError,
    action,
    enqueue,
    prepared,
    raise_alert,
    record,
)
from shucheng.lib.workdays import working_days_after

CHECK_JOB = "data.check_quality"
LATE_ALERT = "data.defects_late"
State = Defect.State


@action
def set_quality_rules(
    code: str, text: str, *, number: int, reason: str = "", actor: Actor
) -> QualityRules:
    """The next rules of a resource; `number` is that of the rules they were written from, 0 where
    there were none. A rule with an open defect is dropped by the bureau alone."""
    resource = _held(code, actor)
    before = rules_of(resource)
    if number != (before.number if before else 0):
        raise Conflict(_("The rules"))
    try:
        rules = read(text)
    except RulesInvalid as error:
        raise _wrong({"text": str(error)[:500]}) from None
    _check_names(resource, rules.rules)
    kept = {each.code for each in rules.rules}
    open_ = Defect.objects.filter(resource=resource, state__in=[State.OPEN, State.MENDED])
    dropped = sorted(set(open_.values_list("rule", flat=True)) - kept)
    if dropped and not actor.may("data.govern"):
        words = _("The rule %(rule)s has an open defect: it is mended, not dropped.")
        raise _wrong({"text": str(words) % {"rule": dropped[0]}})
    made = QualityRules.objects.create(
        resource=resource,
        number=number + 1,
        text=text,
        reason=reason.strip()[:300],
        by=actor.name[:150],
    )
    record(
        "data.quality_rules.set",
        made,
        actor=actor,
        after={"resource": code, "number": made.number, "rules": len(rules.rules)},
        reason=made.reason,
    )
    return made


def add_quality_rule(code: str, said: Mapping[str, Any], *, number: int, actor: Actor) -> None:
    """One more rule, told by a form, as the next version of the resource's rules: beside those that
    are suggested, where none are kept yet."""
    resource = _held(code, actor)
    kept = rules_of(resource)
    before = read_rules(kept) if kept else read(suggested(resource))
    try:
        rule = Rule.model_validate(said)
    except ValueError:
        raise _wrong({"check": str(_("This check lacks what it compares with."))}) from None
    after = before.model_copy(
        update={"version": before.version or "1", "rules": [*before.rules, rule]}
    )
    set_quality_rules(code, to_yaml(after), number=number, reason=rule.code, actor=actor)


def ask_for_check(code: str, *, actor: Actor) -> None:
    resource = _held(code, actor)
    if rows_of(resource) is None:
        raise no_rows(resource)
    enqueue(
        CHECK_JOB, payload={"resource": code}, unique_key=f"{CHECK_JOB}:{resource.pk}", actor=actor
    )


@prepared
def check_quality(
    code: str,
    *,
    actor: Actor,
    open_data: OpenData = open_rows,
    as_of: date | None = None,
    simulated: bool = False,
) -> QualityCheck:
    """Check a resource's rows by its rules and follow its defects up. No value of the rows is kept
    but masked examples; none of sensitive fields.

    The rows are read in no transaction. Raises `Conflict` where the resource or its rules were
    changed meanwhile: that check would be of something else."""
    resource, day = _held(code, actor), as_of or timezone.localdate()
    row = rules_of(resource)
    rules = read_rules(row)
    with open_data(resource) as opened:
        try:
            found = engine.profile(
                opened.connection,
                opened.relation,
                rules,
                as_of=day,
                references=references() if _needs_reference(rules.rules) else {},
            )
        except RulesInvalid as error:
            raise _wrong({"text": str(error)[:500]}) from None
        looked = _Looked(resource, row, day, found, opened.version, opened.first)
    return _keep_check(looked, simulated=simulated, actor=actor)


@dataclass(frozen=True, slots=True)
class _Looked:
    """What a check saw; `first`: of that many rows, where the source has more."""

    resource: Resource
    rules: QualityRules | None
    day: date
    found: engine.Profile
    version: str
    first: int | None


@action
def _keep_check(looked: _Looked, *, simulated: bool, actor: Actor) -> QualityCheck:
    found, day, code = looked.found, looked.day, looked.resource.code
    resource = _held(code, actor, lock=True)
    if resource.revision != looked.resource.revision:
        raise Conflict(_("The resource"))
    if rules_of(resource) != looked.rules:
        raise Conflict(_("The rules"))
    made = QualityCheck.objects.create(
        resource=resource,
        rules=looked.rules,
        as_of=day,
        rows=found.rows,
        score=found.score,
        scores=dict(found.scores),
        profile=_profile(found, _sensitive(resource)) | {"first": looked.first},
        version=looked.version,
        simulated=simulated or resource.simulated,
        by=actor.name[:150],
    )
    if not resource.checks.filter(as_of__gt=day).exists():
        Resource.objects.filter(pk=resource.pk).update(score=found.score)
    steps = _follow(made, found)
    record(
        "data.quality.checked",
        made,
        actor=actor,
        after={"resource": code, "score": found.score, "rows": found.rows, **steps},
    )
    return made


def check_due(
    *, actor: Actor, progress: Callable[[int, int], object] | None = None
) -> dict[str, int]:
    """Check what has rules and rows here and was not checked since its file or rules changed, or
    for a month."""
    actor.require("data.govern")
    rows = Resource.objects.exclude(state=Resource.State.WITHDRAWN)
    having = rows.filter(quality_rules__isnull=False, source__isnull=False).distinct()
    resources = list(having.select_related("source__file"))
    last = newest_checks([each.pk for each in resources])
    due = [each for each in resources if _is_due(each, last.get(each.pk))]
    failed = 0
    for at, each in enumerate(due, 1):
        try:
            check_quality(each.code, actor=actor)
        except ShuchengError:
            failed += 1  # the refusal is in the audit log; the others are checked
        if progress:
            progress(at, len(due))
    return {"checked": len(due) - failed, "failed": failed}


@action
def answer_defect(
    defect_id: int, revision: int, answer: str, *, mended: bool, actor: Actor
) -> Defect:
    """The holder says that it is mended, which the next check shows, or explains why it is so."""
    actor.require("data.hold")
    found = _defect(defect_id, revision)
    actor.require("data.hold", found.resource.holder_id)
    if found.state not in (State.OPEN, State.MENDED):
        raise Conflict(_("The defect"))
    if not answer.strip():
        raise _wrong({"answer": str(_("Write what was done, or why it is so."))})
    found.answer = answer.strip()[:500]
    found.state = State.MENDED if mended else State.OPEN
    found.revision += 1
    found.save()
    record(
        "data.defect.answered",
        found,
        actor=actor,
        after={"rule": found.rule, "state": found.state},
        reason=found.answer,
    )
    return found


@action
def accept_defect(defect_id: int, revision: int, *, actor: Actor) -> Defect:
    """The bureau accepts the holder's explanation; while no more rows fail it stays accepted."""
    actor.require("data.govern")
    found = _defect(defect_id, revision)
    if found.state != State.OPEN or not found.answer:
        raise Conflict(_("The defect"))
    found.state = State.ACCEPTED
    found.revision += 1
    found.save()
    record("data.defect.accepted", found, actor=actor, after={"rule": found.rule})
    return found


@action
def tell_late_defects(*, actor: Actor, today: date | None = None) -> int:
    """Alert each holder that has defects past their day; how many holders were told."""
    day = today or timezone.localdate()
    late = Defect.objects.filter(state=State.OPEN, due__lt=day).select_related("resource__holder")
    by_holder: dict[int, list[Defect]] = {}
    for each in late:
        by_holder.setdefault(each.resource.holder_id, []).append(each)
    for holder, rows in by_holder.items():
        raise_alert(
            LATE_ALERT,
            key=f"{LATE_ALERT}:{holder}",
            organisation_id=holder,
            values={"defects": len(rows), "due": str(min(each.due for each in rows))},
            link="/data-elements/quality/defects/?late=1",
            actor=actor,
        )
    record("data.defects.late", ("defects", "", ""), actor=actor, after={"holders": len(by_holder)})
    return len(by_holder)


def _follow(check: QualityCheck, found: engine.Profile) -> dict[str, int]:
    rows = Defect.objects.select_for_update().filter(resource=check.resource).order_by("pk")
    newest = {each.rule: each for each in rows}
    known = {code: Known(each.state, each.failed) for code, each in newest.items()}  # type: ignore[arg-type]
    outcomes = {each.rule.code: each for each in found.outcomes}
    due = working_days_after(check.as_of, following().working_days).day
    steps = followed(known, found.outcomes)
    for code, step in steps.items():
        outcome = outcomes.get(code)
        if step == "open" and outcome:
            Defect.objects.create(
                resource=check.resource,
                found=check,
                rule=code,
                dimension=outcome.rule.dimension,
                failed=outcome.failed,
                judged=outcome.judged,
                due=due,
                simulated=check.simulated,
            )
            continue
        row = newest[code]
        row.revision += 1
        if step == "close":
            row.state = State.CLOSED
        elif outcome:
            row.failed, row.judged = outcome.failed, outcome.judged
            if step == "again":
                row.state, row.due = State.OPEN, due
        row.save()
    return {f"defects_{step}": list(steps.values()).count(step) for step in set(steps.values())}


def _profile(found: engine.Profile, sensitive: frozenset[str]) -> dict[str, Any]:
    return {
        "fields": [asdict(each) for each in found.fields],
        "outcomes": [
            {
                "rule": each.rule.code,
                "dimension": each.rule.dimension,
                "check": each.rule.check,
                "fields": each.rule.fields,
                "judged": each.judged,
                "failed": each.failed,
                "examples": [] if set(each.rule.fields) & sensitive else list(each.examples),
            }
            for each in found.outcomes
        ],
    }


def _sensitive(resource: Resource) -> frozenset[str]:
    """Fields of which not even a masked example is kept: sensitive by their grading, decided or
    proposed."""
    known = rules_in_force().categories
    found = set()
    for field in Field.objects.filter(resource=resource).select_related("proposal"):
        proposed = getattr(field, "proposal", None)
        categories = {*field.categories, *(proposed.categories if proposed else ())}
        if any(known[each].sensitive for each in categories if each in known):
            found.add(field.name)
    return frozenset(found)


def _needs_reference(rules: list[Rule]) -> bool:
    return any(each.check == "known" for each in rules)


def _is_due(resource: Resource, last: QualityCheck | None) -> bool:
    rules = rules_of(resource)
    if rules is None or rows_of(resource) is None:
        return False
    if last is None or last.rules_id != rules.pk:
        return True
    # Whether a database's table has changed nobody tells us.
    stored = resource.source.file if resource.source else None
    if stored is not None and last.version != stored.sha256:
        return True
    return last.as_of <= timezone.localdate() - timedelta(days=30)


def _held(code: str, actor: Actor, *, lock: bool = False) -> Resource:
    """A resource that the actor answers for, or the bureau."""
    rows = Resource.objects.select_for_update(of=("self",)) if lock else Resource.objects
    found = rows.select_related("holder", "source__file").filter(code=code).first()
    if found is None:
        raise NotFound(code)
    if not actor.may("data.govern") and not actor.may("data.hold", found.holder_id):
        raise Forbidden("data.hold")
    return found


def _defect(defect_id: int, revision: int) -> Defect:
    rows = Defect.objects.select_for_update(of=("self",)).select_related("resource")
    found = rows.filter(pk=defect_id).first()
    if found is None:
        raise NotFound(_("The defect"))
    if found.revision != revision:
        raise Conflict(_("The defect"))
    return found


def _check_names(resource: Resource, rules: list[Rule]) -> None:
    """Fields are those of the catalogue; a check that finds others in the rows says so itself."""
    known = set(
        Field.objects.filter(resource=resource, dropped=False).values_list("name", flat=True)
    )
    for rule in rules:
        named = [*rule.fields, *([rule.when.field] if rule.when else [])]
        if known and (unknown := [each for each in named if each not in known]):
            words = _("%(rule)s: the resource has no field %(field)s.")
            raise _wrong({"text": str(words) % {"rule": rule.code, "field": unknown[0]}})


def _wrong(fields: dict[str, str]) -> Invalid:
    return Invalid(
        "quality.rules",
        _("This cannot be kept so."),
        _("Correct what is marked and send it again."),
        fields=fields,
    )

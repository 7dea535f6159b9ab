"""Cases: opened, and moved one step at a time by their table. What a step means for grants, lists
and products is noted with it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.actions.evidence import leave_evidence
from shucheng.bays.data.engine.authority import machine as engine
from shucheng.bays.data.engine.authority.refusal import Refused
from shucheng.bays.data.models.authority import Stop
from shucheng.bays.data.models.cases import Case, Step
from shucheng.bays.data.queries.cases import machine_of, roles_of
from shucheng.bays.data.queries.refusals import not_done
from shucheng.kernel.public import Actor, Conflict, Forbidden, NotFound, action, record

# What proves a condition: {"text": ..., "file": id of a stored file}, by the evidence's code.
Proofs = Mapping[str, Mapping[str, Any]]


@action
def open_case(
    kind: str,
    code: str,
    *,
    about: str,
    title: str,
    applicant: int,
    actor: Actor,
    asked: int | None = None,
    on: date | None = None,
    simulated: bool = False,
) -> Case:
    """A case in its table's first state. The right to open it is the caller's to ask for."""
    started = machine_of(kind).open(on or timezone.localdate())
    case = Case(
        kind=kind,
        code=code,
        about=about,
        title=title[:200],
        applicant_id=applicant,
        asked_id=asked,
        simulated=simulated,
    )
    _keep(case, started)
    record("data.case.opened", case, actor=actor, after={"code": code, "about": about})
    return case


@action
def move_case(
    code: str,
    revision: int,
    event: str,
    *,
    actor: Actor,
    proofs: Proofs | None = None,
    until: date | None = None,
    days: int = 0,
    text: str = "",
    on: date | None = None,
) -> Case:
    """One step, in the role in which the actor may do it. Raises `Invalid` with the table's reason,
    and nothing has changed."""
    case = Case.objects.select_for_update().filter(code=code).first()
    if case is None:
        raise NotFound(code)
    if case.revision != revision:
        raise Conflict(_("The case"))
    machine, day = machine_of(case.kind), on or timezone.localdate()
    allowed = machine.table.events[event].by if event in machine.table.events else []
    role = next((each for each in allowed if each in roles_of(case, actor)), None)
    if role is None and allowed:
        raise Forbidden(_RIGHTS.get(allowed[0], "data.govern"))
    given = {name: dict(proof) for name, proof in (proofs or {}).items() if any(proof.values())}
    facts = engine.Facts(role or "", day, frozenset(given), until, days)
    after = machine.apply(machine.load(case.content), event, facts)
    if isinstance(after, Refused):
        raise not_done(after, machine.table)
    before = case.state
    Step.objects.create(
        subject=code,
        event=event,
        role=facts.role,
        before=before,
        after=after.state,
        evidence=given,
        text=text.strip()[:500],
        until=until,
        organisation_id=actor.organisation_id,
        by=actor.name[:150],
        on=day,
    )
    case.revision += 1
    _keep(case, after)
    _stop(case, machine.effect(after.state), day, text, actor)
    leave_evidence(f"case.{event}", code, of=case.about, state=after.state, day=str(day))
    record(
        "data.case.moved",
        case,
        actor=actor,
        before={"state": before},
        after={"state": after.state, "event": event, "role": facts.role},
    )
    return case


def _keep(case: Case, content: engine.Case) -> None:
    machine = machine_of(case.kind)
    readings = machine.clocks(content, content.day)
    case.content = machine.dump(content)
    case.state = content.state
    case.due = min((r.due for r in readings if r.due and r.spec.kind == "deadline"), default=None)
    case.until = next((r.due for r in readings if r.spec.kind == "term"), None)
    case.save()


def _stop(case: Case, kind: str, day: date, text: str, actor: Actor) -> None:
    """What the new state means for all that rests on the case, where that has changed."""
    last = Stop.objects.filter(on=case.code).order_by("-id").first()
    if last is None or last.kind != kind:
        Stop.objects.create(
            on=case.code, kind=kind, day=day, reason=text[:300], by=actor.name[:150]
        )


# The right that a refusal names, by the table's role.
_RIGHTS = {
    "registrant": "data.hold",
    "implementer": "data.hold",
    "source_unit": "data.hold",
    "asker": "data.ask",
    "holder": "data.hold",
    "government": "data.approve",
    "operator": "data.operate",
    "interested": "data.view",
}

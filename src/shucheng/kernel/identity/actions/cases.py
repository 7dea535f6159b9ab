"""Complaints, reports on data security, and requests of people on their own data."""

import secrets
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.action import action
from shucheng.kernel.actor import Actor
from shucheng.kernel.audit.entries import record
from shucheng.kernel.errors import Invalid
from shucheng.kernel.identity.models import Case, CaseEvent, NoticeDelivery
from shucheng.kernel.identity.queries import find_case

ANSWER_WITHIN_DAYS = 15
CONTACT_KEPT_DAYS = 3 * 365
ANSWER_WITHIN = timedelta(days=ANSWER_WITHIN_DAYS)
INCIDENT_WITHIN = timedelta(hours=24)
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


@action
def open_case(kind: str, text: str, *, actor: Actor, contact: str = "") -> Case:
    """File a case; anybody may, signed in or not. The number is the key to its progress.

    An incident is noted by those who handle cases: it must be reported within 24 hours.
    """
    if kind not in Case.Kind.values:
        raise _invalid("kind", _("Choose what it is about."))
    if kind == Case.Kind.INCIDENT:
        actor.require("identity.handle_cases")
    if len(text.strip()) < 5:
        raise _invalid("text", _("Describe it in a sentence or more."))
    if len(text) > 5000 or len(contact) > 200:
        raise _invalid("text", _("This is too long: at most 5000 characters."))
    now = timezone.now()
    case = Case.objects.create(
        number=_new_number(),
        kind=kind,
        text=text.strip(),
        contact=contact.strip(),
        person_id=actor.person_id,
        received_at=now,
        due_at=now + (INCIDENT_WITHIN if kind == Case.Kind.INCIDENT else ANSWER_WITHIN),
    )
    CaseEvent.objects.create(case=case, state=case.state, at=now)
    # The subject is the row, not its number: the number opens the case.
    record("identity.case.opened", ("case", str(case.pk), case.kind), actor=actor, kind=kind)
    return case


@action
def move_case(number: str, state: str, note: str, *, actor: Actor) -> Case:
    """Take up, answer or refuse a case; a refusal states its reasons."""
    actor.require("identity.handle_cases")
    case = find_case(number)
    if not case.is_open:
        raise _invalid("state", _("This case is closed."))
    if state not in Case.State.values or state == Case.State.RECEIVED:
        raise _invalid("state", _("Choose the next state."))
    final = state in {Case.State.ANSWERED, Case.State.REFUSED}
    if final and len(note.strip()) < 5:
        raise _invalid("note", _("Write the answer, or the reasons of the refusal."))
    before = case.state
    case.state = state
    case.closed_at = timezone.now() if final else None
    case.save()
    CaseEvent.objects.create(case=case, state=state, note=note.strip(), by=actor.name)
    record(
        "identity.case.moved",
        ("case", str(case.pk), case.kind),
        actor=actor,
        before={"state": before},
        after={"state": state},
    )
    return case


@action
def forget_contacts(*, actor: Actor) -> int:
    """Delete the contacts of cases closed three years ago; how many is recorded, not whose."""
    if not actor.may("identity.handle_cases"):
        actor.require("identity.manage_people")
    before = timezone.now() - timedelta(days=CONTACT_KEPT_DAYS)
    old = Case.objects.filter(closed_at__lt=before).exclude(contact="")
    forgotten = old.update(contact="")
    NoticeDelivery.objects.filter(notice__case__closed_at__lt=before).update(address="")
    record("identity.case.contacts_deleted", None, actor=actor, cases=forgotten)
    return forgotten


def _new_number() -> str:
    return f"SC{timezone.localdate():%y%m}-" + "".join(secrets.choice(_LETTERS) for _ in range(10))


def _invalid(field: str, message: object) -> Invalid:
    return Invalid(
        "identity.case.invalid",
        message,  # type: ignore[arg-type]
        _("Correct it and send it again."),
        fields={field: str(message)},
    )

"""The clock of identity: daily what accounts and personal data need, hourly what falls due."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from shucheng.kernel.actor import Actor, Role
from shucheng.kernel.alerts.actions import raise_alert
from shucheng.kernel.alerts.models import Alert
from shucheng.kernel.identity.actions.cases import forget_contacts
from shucheng.kernel.identity.actions.notices import note_delivery
from shucheng.kernel.identity.actions.upkeep import close_unused_accounts, wipe_ended_sessions
from shucheng.kernel.identity.models import Case, NoticeDelivery
from shucheng.kernel.identity.queries import due_cases, undelivered
from shucheng.kernel.mail import MailNotSent, in_language, send, signature

State = NoticeDelivery.State


def upkeep(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    """Close unused accounts, delete contacts that are no longer needed, wipe ended sessions."""
    closed = close_unused_accounts(actor=actor)
    forgotten = forget_contacts(actor=actor)
    return {
        "closed": closed,
        "forgotten": forgotten,
        "sessions": wipe_ended_sessions(actor=actor),
    }


def send_notices(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    """Send what is waiting, between transactions; what fails is tried again, then left failed."""
    done = 0
    for delivery in undelivered():
        link = reverse("identity:notice", args=[delivery.pk]) if delivery.person_id else ""
        address = delivery.person.email if delivery.person else delivery.address
        state, error = State.SHOWN, ""
        if address and not settings.EMAIL_CONFIGURED and delivery.person is None:
            continue
        if address and settings.EMAIL_CONFIGURED:
            try:
                send(address, *_as_mail(delivery))
                state = State.SENT
            except MailNotSent as failure:
                state, error = State.FAILED, str(failure)
        note_delivery(delivery.pk, state, error=error, link=link, actor=actor)
        done += 1
    return {"deliveries": done}


def _as_mail(delivery: NoticeDelivery) -> tuple[str, str]:
    """Subject and text in the person's language; both languages to an address outside."""
    languages = [delivery.person.language] if delivery.person else ["zh-hans", "en"]
    subjects, texts = [], []
    for language in languages:
        with in_language(language):
            subjects.append(gettext("Notice of a data security incident"))
            context = {"notice": delivery.notice, "handler": settings.OPERATOR}
            texts.append(render_to_string("identity/notice.txt", context) + signature())
    return " · ".join(subjects), "\n\n".join(texts)


def warn_of_due_cases(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    """Tell the security administrators which incidents and requests soon pass their day."""
    due = due_cases()
    for case in due:
        is_incident = case.kind == Case.Kind.INCIDENT
        raise_alert(
            "identity.incident_due" if is_incident else "identity.case_due",
            actor=actor,
            key=f"case:{case.pk}",
            severity=Alert.Severity.CRITICAL if is_incident else Alert.Severity.WARNING,
            role=Role.SECURITY,
            values={"due": f"{timezone.localtime(case.due_at):%Y-%m-%d %H:%M}"},
            link=reverse("identity:case", args=[case.number]),
        )
    return {"due": len(due)}

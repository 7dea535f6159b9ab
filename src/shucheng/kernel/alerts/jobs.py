"""The clock of alerts: once a minute read the audit log, and mail what is new."""

from typing import Any

import structlog
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from shucheng.kernel.actor import Actor
from shucheng.kernel.alerts.actions import note_mailed
from shucheng.kernel.alerts.models import Alert
from shucheng.kernel.alerts.queries import recipients, to_be_mailed
from shucheng.kernel.alerts.rules import watch_audit
from shucheng.kernel.mail import MailNotSent, address_of, in_language, send, signature

log = structlog.get_logger("shucheng.mail")


def watch(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    return {"raised": watch_audit(actor=actor)}


def mail_alerts(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    """What the mail server takes from nobody is tried again a minute later, for a day.

    Mail is sent between transactions: a slow server holds up nobody who writes.
    """
    told = failed = 0
    for alert in to_be_mailed() if settings.EMAIL_CONFIGURED else ():
        reached, missed = _mail(alert)
        told, failed = told + reached, failed + missed
        if reached or not missed:
            note_mailed(alert.pk, reached, missed, actor=actor)
    return {"told": told, "failed": failed}


def _mail(alert: Alert) -> tuple[int, int]:
    """How many were reached, and how many the server did not take it for."""
    reached = missed = 0
    for email, language in recipients(alert):
        with in_language(language):
            subject = f"[{_('Shucheng')} · {alert.get_severity_display()}] {alert.title}"
            page = address_of(reverse("alerts:list"))
            body = f"{alert.title}\n\n{alert.next_step}\n\n{page}{signature()}"
        try:
            send(email, subject, body)
            reached += 1
        except MailNotSent as error:
            missed += 1
            log.warning("alert not mailed", alert=alert.pk, reason=str(error))
    return reached, missed

"""The clock of identity: daily what accounts and personal data need, hourly what falls due."""

from typing import Any

from django.urls import reverse
from django.utils import timezone

from shucheng.kernel.actor import Actor, Role
from shucheng.kernel.alerts.actions import raise_alert
from shucheng.kernel.alerts.models import Alert
from shucheng.kernel.identity.actions.cases import forget_contacts
from shucheng.kernel.identity.actions.upkeep import close_unused_accounts, wipe_ended_sessions
from shucheng.kernel.identity.models import Case
from shucheng.kernel.identity.queries import due_cases


def upkeep(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    """Close unused accounts, delete contacts that are no longer needed, wipe ended sessions."""
    closed = close_unused_accounts(actor=actor)
    forgotten = forget_contacts(actor=actor)
    return {
        "closed": closed,
        "forgotten": forgotten,
        "sessions": wipe_ended_sessions(actor=actor),
    }


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

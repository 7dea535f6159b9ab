"""The clock of the audit log: the whole chain is verified once a day."""

from typing import Any

from django.urls import reverse

from shucheng.kernel.actor import Actor, Role
from shucheng.kernel.alerts.actions import raise_alert
from shucheng.kernel.audit.queries import verify_chain


def verify_chain_job(payload: Any, *, actor: Actor, progress: Any) -> dict[str, Any]:
    outcome = verify_chain()
    progress(outcome.entries, outcome.entries, str(outcome))
    if not outcome.intact:
        raise_alert(
            "security.audit_chain_broken",
            actor=actor,
            key="audit:chain",
            severity="critical",
            role=Role.AUDITOR,
            values={"entry": outcome.broken_at},
            link=reverse("audit:chain"),
        )
    return {"intact": outcome.intact, "text": str(outcome), "broken_at": outcome.broken_at}

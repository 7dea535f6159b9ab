"""The clock of the audit log: verify the whole chain, put away what is old enough."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shucheng.kernel.actor import Actor, Role
from shucheng.kernel.alerts.actions import raise_alert
from shucheng.kernel.audit.actions import archive_entries, sign_chain
from shucheng.kernel.audit.models import AuditEntry
from shucheng.kernel.audit.queries import keep_days, verify_chain


def verify_chain_job(payload: Any, *, actor: Actor, progress: Any) -> dict[str, Any]:
    outcome = verify_chain()
    told = (
        _("The chain holds.")
        if outcome.intact
        else _("The chain is broken at entry %(entry)s.") % {"entry": outcome.broken_at}
    )
    progress(outcome.entries, outcome.entries, told)
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


def sign_job(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    """Once an hour, so that at most an hour of the log is without a signature over it."""
    signed = sign_chain("clock", actor=actor)
    return {"sequence": signed.sequence}


def archive_job(payload: Any, *, actor: Actor, progress: Any) -> dict[str, str]:
    """Move what passed the retention time into SHUCHENG_DATA/audit-archive, a month's at once."""
    due = timezone.now() - timedelta(days=keep_days() + 31)
    if not AuditEntry.objects.filter(recorded_at__lt=due).exists():
        return {}
    path = archive_entries(Path(settings.DATA_FOLDER) / "audit-archive", actor=actor)
    return {"file": path.name if path else ""}

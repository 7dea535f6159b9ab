"""The clock of alerts: read the audit log once a minute."""

from typing import Any

from shucheng.kernel.actor import Actor
from shucheng.kernel.alerts.rules import watch_audit


def watch(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    return {"raised": watch_audit(actor=actor)}

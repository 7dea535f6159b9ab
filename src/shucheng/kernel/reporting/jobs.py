"""The clock of reporting: what a finished period asks is opened."""

from typing import Any

from django.utils import timezone

from shucheng.kernel.actor import Actor
from shucheng.kernel.reporting.actions.obligations import open_obligations
from shucheng.kernel.reporting.queries.opening import has_provisional, unopened


def open_due(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    """Every hour; most of the time there is nothing to do, and then nothing is written."""
    if not unopened(timezone.localdate()) and not has_provisional():
        return {"opened": 0}
    return {"opened": open_obligations(actor=actor)}

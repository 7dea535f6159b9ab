"""The clock of the audit log; registered in `jobs/registered.py`."""

from typing import Any

from shucheng.kernel.actor import Actor
from shucheng.kernel.audit.queries import verify_chain


def verify_chain_job(payload: dict[str, Any], *, actor: Actor, progress: Any) -> dict[str, Any]:
    """Verify the whole chain; the alert rule `audit.chain_broken` reads the outcome."""
    outcome = verify_chain()
    progress(outcome.entries, outcome.entries, str(outcome))
    return {"intact": outcome.intact, "text": str(outcome), "broken_at": outcome.broken_at}

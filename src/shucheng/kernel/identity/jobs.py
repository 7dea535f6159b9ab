"""The clock of identity: once a day, what accounts and personal data need."""

from typing import Any

from shucheng.kernel.actor import Actor
from shucheng.kernel.identity.actions.cases import forget_contacts
from shucheng.kernel.identity.actions.upkeep import close_unused_accounts, wipe_ended_sessions


def upkeep(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    """Close unused accounts, delete contacts that are no longer needed, wipe ended sessions."""
    closed = close_unused_accounts(actor=actor)
    forgotten = forget_contacts(actor=actor)
    return {
        "closed": closed,
        "forgotten": forgotten,
        "sessions": wipe_ended_sessions(actor=actor),
    }

"""Closing a period, asking for it to be reopened, reopening it: each with a reason."""

from shucheng.kernel.action import action
from shucheng.kernel.actor import Actor
from shucheng.kernel.reporting.models import LockEvent


@action
def close_period(period: str, reason: str, *, actor: Actor, form: str = "") -> LockEvent:
    """Close a period, and all that lie in it, for one form (by code) or for all."""
    raise NotImplementedError


@action
def ask_reopening(period: str, reason: str, *, actor: Actor, form: str = "") -> LockEvent:
    """Whoever reports or reviews asks the plan office to reopen."""
    raise NotImplementedError


@action
def reopen_period(period: str, reason: str, *, actor: Actor, form: str = "") -> LockEvent:
    """Reopen what was closed under the same period and form."""
    raise NotImplementedError

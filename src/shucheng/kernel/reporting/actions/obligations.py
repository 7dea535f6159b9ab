"""Who owes what by when: obligations are opened; extensions asked for and decided."""

from collections.abc import Sequence
from datetime import date

from shucheng.kernel.action import action
from shucheng.kernel.actor import Actor
from shucheng.kernel.reporting.models import ExtensionEvent


@action
def open_obligations(
    *, actor: Actor, until: date | None = None, first: str = "", forms: Sequence[str] = ()
) -> int:
    """Open what every period that ended before `until` (today) asks; says how many are new.

    `first` opens past periods from that one on, before a form's own first day; `forms` limits it.
    """
    raise NotImplementedError


@action
def ask_extension(obligation_id: int, until: date, reason: str, *, actor: Actor) -> ExtensionEvent:
    """Ask for a later due day."""
    raise NotImplementedError


@action
def decide_extension(
    request_id: int, granted: bool, reason: str, *, actor: Actor
) -> ExtensionEvent:
    """Grant or refuse a request: the form's reviewer, or the plan office."""
    raise NotImplementedError

"""What a sheet asks, what was answered, and what is wrong with it."""

from collections.abc import Mapping

from shucheng.kernel.actor import Actor
from shucheng.kernel.reporting.engine.model import Entry, Problem, Sheet


def sheet_of(obligation_id: int, *, actor: Actor) -> Sheet:
    """What the obligation asks, with the values beside; `submission` is the newest one."""
    raise NotImplementedError


def entries_of(obligation_id: int, *, actor: Actor, number: int | None = None) -> dict[str, Entry]:
    """What was answered (newest submission, or one by number), as far as the actor may see it.

    A reviewer sees of a draft or a returned sheet what was handed in last; nobody else anything.
    """
    raise NotImplementedError


def problems_of(
    obligation_id: int, *, actor: Actor, entries: Mapping[str, Entry] | None = None
) -> list[Problem]:
    """What is wrong with the stored entries, or with others before they are stored.

    Warnings whose cell has a reason are listed too: see `is_explained`.
    """
    raise NotImplementedError

"""Filling in: a draft, its evidence, a correction of what is published."""

from collections.abc import Mapping

from shucheng.kernel.action import action
from shucheng.kernel.actor import Actor
from shucheng.kernel.reporting.engine.model import Entry
from shucheng.kernel.reporting.models import Submission


@action
def save_draft(
    obligation_id: int, entries: Mapping[str, Entry], *, revision: int, actor: Actor
) -> Submission:
    """Store what was typed. Keys that are not given keep what they have; nothing is judged here.

    `revision` is what the sheet carried (0 where nothing was begun). Raises `Stale`, `Locked`,
    `Invalid` for a key that the sheet does not have.
    """
    raise NotImplementedError


@action
def attach_evidence(obligation_id: int, file_id: int, *, revision: int, actor: Actor) -> Submission:
    """Add a stored file of one's organisation to the draft (begun where there is none)."""
    raise NotImplementedError


@action
def detach_evidence(submission_id: int, file_id: int, *, revision: int, actor: Actor) -> Submission:
    """Take a file off a draft; the file itself stays stored."""
    raise NotImplementedError


@action
def start_correction(
    obligation_id: int, reason: str, *, actor: Actor, verified: bool = False
) -> Submission:
    """Begin to correct what is published, with the published values filled in.

    `verified` fills in preliminary values (P) as normal ones (A): nothing but the status changes.
    """
    raise NotImplementedError

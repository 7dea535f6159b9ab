"""Several drafts at once, from one workbook: all of them are stored, or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shucheng.kernel.action import action
from shucheng.kernel.actor import Actor
from shucheng.kernel.reporting.actions.drafts import save_draft
from shucheng.kernel.reporting.engine.model import Entry
from shucheng.kernel.reporting.models import Submission


@dataclass(frozen=True, slots=True)
class Filled:
    """What a sheet says for a task, and the revision of the draft that was looked at."""

    obligation_id: int
    entries: Mapping[str, Entry]
    revision: int


@action
def save_drafts(filled: Sequence[Filled], *, actor: Actor) -> list[Submission]:
    """Store each as `save_draft` does, with its own audit entry. Where one is refused (changed by
    somebody else meanwhile, closed, handed in), none is stored."""
    return [
        save_draft(each.obligation_id, each.entries, revision=each.revision, actor=actor)
        for each in filled
    ]

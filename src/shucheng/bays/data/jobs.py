"""The bay's background work; calls actions only."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.actions.evidence import APPEND_JOB, append_evidence
from shucheng.bays.data.actions.turning import TURN_JOB, turn_day
from shucheng.bays.data.queries.evidence import waits
from shucheng.kernel.public import Actor

__all__ = ["APPEND_JOB", "JOB_WORDS", "TURN_JOB", "append_job", "turn_day_job"]

JOB_WORDS = {
    APPEND_JOB: _("Append evidence to the log"),
    TURN_JOB: _("End what has run out"),
}


def append_job(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    return {"leaves": append_evidence(actor=actor) if waits() else 0}


def turn_day_job(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    return turn_day(actor=actor)

"""The bay's background work; calls actions only."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.actions.evidence import APPEND_JOB, append_evidence
from shucheng.bays.data.actions.turning import TURN_JOB, turn_day
from shucheng.bays.data.actions.making import MAKE_JOB, run_making
from shucheng.bays.data.actions.settling import SETTLE_JOB, settle_until
from shucheng.bays.data.queries.evidence import waits
from shucheng.kernel.public import Actor
from shucheng.lib.periods import Period

__all__ = ["APPEND_JOB", "JOB_WORDS", "TURN_JOB", "append_job", "turn_day_job"]

JOB_WORDS = {
    APPEND_JOB: _("Append evidence to the log"),
    TURN_JOB: _("End what has run out"),
__all__ = [
    "APPEND_JOB",
    "JOB_WORDS",
    "MAKE_JOB",
    "SETTLE_JOB",
    "append_job",
    "make_job",
    "settle_job",
]

JOB_WORDS = {
    APPEND_JOB: _("Append evidence to the log"),
    MAKE_JOB: _("Run the SQL of a data product"),
    SETTLE_JOB: _("Settle the use of data products"),
}


def append_job(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    return {"leaves": append_evidence(actor=actor) if waits() else 0}


def turn_day_job(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    return turn_day(actor=actor)
def make_job(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    return {"rows": run_making(payload["product"], actor=actor).rows or 0}


def settle_job(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    """The month before, or the one asked for."""
    asked = (payload or {}).get("period")
    last = Period.of(timezone.localdate(), "M").previous()
    done = settle_until(Period.parse(asked) if asked else last, actor=actor)
    return {"settlements": len(done.settlements), "refused": len(done.refused)}

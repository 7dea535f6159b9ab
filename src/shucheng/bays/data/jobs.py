"""The bay's background work; calls actions only."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.actions.evidence import APPEND_JOB, append_evidence
from shucheng.bays.data.actions.grading import GRADE_JOB, grade_resources
from shucheng.bays.data.actions.quality import (
    CHECK_JOB,
    check_due,
    check_quality,
    tell_late_defects,
)
from shucheng.bays.data.queries.data_files import file_samples
from shucheng.bays.data.queries.evidence import waits
from shucheng.kernel.public import Actor

__all__ = [
    "APPEND_JOB",
    "CHECK_JOB",
    "GRADE_JOB",
    "JOB_WORDS",
    "append_job",
    "check_job",
    "grade_job",
]

JOB_WORDS = {
    APPEND_JOB: _("Append evidence to the log"),
    CHECK_JOB: _("Check the quality of data"),
    GRADE_JOB: _("Propose grades for data"),
}


def append_job(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    return {"leaves": append_evidence(actor=actor) if waits() else 0}


def grade_job(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    done = grade_resources(
        payload.get("resources", ()), samples=file_samples, progress=progress, actor=actor
    )
    return {"proposed": done.proposed, "looked": done.looked, "again": done.again}


def check_job(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    """One resource that was asked for; without one, all that are due, and who is late is told."""
    if code := payload.get("resource"):
        return {"check": check_quality(code, actor=actor).pk}
    done = check_due(actor=actor, progress=progress)
    return {**done, "told": tell_late_defects(actor=actor)}

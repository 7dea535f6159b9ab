"""The bay's background work; calls actions only."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from shucheng.bays.statistics.actions.batches import WRITE_JOB, write_batch
from shucheng.bays.statistics.actions.finding import FIND_JOB, find_duplicates
from shucheng.bays.statistics.actions.importing import READ_JOB, read_batch
from shucheng.bays.statistics.actions.measuring import MEASURE_JOB, measure
from shucheng.bays.statistics.actions.publishing import PUBLISH_JOB, publish_tables
from shucheng.kernel.public import Actor

__all__ = [
    "FIND_JOB",
    "JOB_WORDS",
    "MEASURE_JOB",
    "PUBLISH_JOB",
    "READ_JOB",
    "WRITE_JOB",
    "find_job",
    "measure_job",
    "publish_job",
    "read_job",
    "write_job",
]

JOB_WORDS = {
    FIND_JOB: _("Look for duplicates among firms"),
    MEASURE_JOB: _("Measure figures from firms"),
    PUBLISH_JOB: _("Publish tables"),
    READ_JOB: _("Read an import"),
    WRITE_JOB: _("Take an import over"),
}


def read_job(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    batch = read_batch(payload["batch"], actor=actor, progress=progress)
    return {"good": batch.good, "bad": batch.bad}


def find_job(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    return {"pairs": find_duplicates(actor=actor)}


def write_job(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    return {"firms": write_batch(payload["batch"], actor=actor, progress=progress)}


def measure_job(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    return {"recorded": measure(actor=actor)}


def publish_job(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    return {"publication": publish_tables(payload["period"], actor=actor).pk}

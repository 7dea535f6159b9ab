"""The bay's background work; calls actions only."""

from typing import Any

from shucheng.bays.statistics.actions.batches import WRITE_JOB, write_batch
from shucheng.bays.statistics.actions.measuring import MEASURE_JOB, measure
from shucheng.kernel.public import Actor

__all__ = ["MEASURE_JOB", "WRITE_JOB", "measure_job", "write_job"]


def write_job(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    return {"firms": write_batch(payload["batch"], actor=actor, progress=progress)}


def measure_job(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    return {"recorded": measure(actor=actor)}

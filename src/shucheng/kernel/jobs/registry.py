"""Which jobs there are and when the clock starts them. Filled at start, read by the worker."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from shucheng.kernel.actor import Actor
from shucheng.kernel.bay import Scheduled, bays


class Progress(Protocol):
    """Given to every job: say how far it is; `total` 0 means nobody knows."""

    def __call__(self, done: int, total: int = 0, message: str = "") -> None: ...


class JobFunction(Protocol):
    """The work itself. It may be run again from the start after a crash: it must be idempotent.

    What it returns (JSON) is kept with the job.
    """

    def __call__(self, payload: Any, *, actor: Actor, progress: Progress) -> Any: ...


@dataclass(frozen=True, slots=True)
class JobKind:
    name: str
    function: Callable[..., Any]
    retries: int


_KINDS: dict[str, JobKind] = {}
_SCHEDULE: dict[str, Scheduled] = {}


def register_job(name: str, function: Callable[..., Any], retries: int = 3) -> None:
    """Make a job known under a name (`plan.compile`) that never changes once jobs are stored."""
    kind = JobKind(name, function, retries)
    known = _KINDS.setdefault(name, kind)
    if known != kind:
        raise ValueError(f"two jobs call themselves {name}")


def register_schedule(job: str, every_minutes: int) -> None:
    """Have the clock start a registered job again and again."""
    _SCHEDULE[job] = Scheduled(job, every_minutes)


def job_kind(name: str) -> JobKind:
    """The registered job, or the one that a bay declares. Raises `LookupError`."""
    if name in _KINDS:
        return _KINDS[name]
    for bay in bays():
        if name in bay.jobs:
            return JobKind(name, bay.jobs[name], retries=3)
    raise LookupError(f"no job is called {name}")


def schedule() -> tuple[Scheduled, ...]:
    """What the clock starts: the kernel's own jobs and those of every bay."""
    return (*_SCHEDULE.values(), *(entry for bay in bays() for entry in bay.schedule))

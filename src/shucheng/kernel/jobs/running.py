"""Running one job: start it, do the work outside of any transaction, note how it ended.

Every write after the start names the attempt. A worker that was given up for lost and comes
back has an old number: it changes nothing, and its job stops at the next word of progress.
"""

import time
from contextvars import ContextVar
from datetime import timedelta
from typing import Any

import structlog
from django.apps import apps
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.actor import Role, system_actor
from shucheng.kernel.alerts.actions import raise_alert
from shucheng.kernel.errors import Invalid, ShuchengError
from shucheng.kernel.jobs.models import Job, JobEvent
from shucheng.kernel.jobs.queueing import actor_from, hand_over
from shucheng.kernel.jobs.registry import job_kind

log = structlog.get_logger("shucheng.jobs")

# Set by the worker process; a test that runs jobs by itself has none.
current_worker: ContextVar[str | None] = ContextVar("current_worker", default=None)

_FIRST_WAIT = timedelta(seconds=10)
_LONGEST_WAIT = timedelta(hours=1)
_SECONDS_BETWEEN_NOTES = 0.5


class Superseded(Exception):
    """The job was given to another worker meanwhile."""


def run(job_id: int) -> None:
    """Run a queued job once; a job that runs or ended already is left alone."""
    job = _start(job_id)
    if job is None:
        return
    structlog.contextvars.bind_contextvars(
        job=job.name, job_id=job.pk, request_id=job.actor["request_id"]
    )
    try:
        result = _work(job)
    except Superseded:
        log.warning("job superseded", attempt=job.attempt)
    except ShuchengError as error:
        # A person has to act on it: another try would end the same way.
        told = f"{error.message} {error.next_step}"
        _end(job, Job.State.FAILED, JobEvent.Kind.FAILED, error.code, told)
    except Exception as error:
        log.exception("job failed", attempt=job.attempt)
        _fail_or_wait(job, error)
    else:
        _end(job, Job.State.SUCCEEDED, JobEvent.Kind.SUCCEEDED, result=result)
    finally:
        structlog.contextvars.unbind_contextvars("job", "job_id", "request_id")


def _start(job_id: int) -> Job | None:
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=job_id).first()
        if job is None or job.state not in (Job.State.QUEUED, Job.State.WAITING):
            return None
        now = timezone.now()
        job.state = Job.State.RUNNING
        job.attempt += 1
        job.started_at = job.heartbeat_at = now
        job.worker_id = current_worker.get()
        job.done = job.total = 0
        job.message = job.error = job.error_code = ""
        job.save()
        JobEvent.objects.create(job=job, kind=JobEvent.Kind.STARTED, attempt=job.attempt)
    return job


def _work(job: Job) -> Any:
    _require_active_person(job)
    function = job_kind(job.name).function
    return function(job.payload, actor=actor_from(job.actor), progress=_Progress(job))


class _Progress:
    """Writes at most twice a second, and the last word always."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.written = 0.0

    def __call__(self, done: int, total: int = 0, message: str = "") -> None:
        now = time.monotonic()
        if now - self.written < _SECONDS_BETWEEN_NOTES and done != total:
            return
        self.written = now
        facts = {"done": done, "total": total, "message": message[:300]}
        if not _mine(self.job).update(**facts, heartbeat_at=timezone.now()):
            raise Superseded


def _mine(job: Job) -> Any:
    return Job.objects.filter(pk=job.pk, attempt=job.attempt, state=Job.State.RUNNING)


def _end(
    job: Job,
    state: str,
    kind: str,
    error_code: str = "",
    error: str = "",
    result: Any = None,
) -> None:
    with transaction.atomic():
        ended = _mine(job).update(
            state=state,
            finished_at=timezone.now(),
            error_code=error_code,
            error=error,
            result=result,
            worker=None,
        )
        if not ended:
            return
        JobEvent.objects.create(job=job, kind=kind, attempt=job.attempt, text=error)
        if state == Job.State.FAILED:
            tell_failure(job, error)


def tell_failure(job: Job, error: str) -> None:
    """Whoever started the job reads of it, or the administrators when the clock did."""
    raise_alert(
        "jobs.failed",
        actor=system_actor("job"),
        key=f"job:{job.pk}" if job.person_id else f"job:{job.name}",
        role=None if job.person_id else Role.ADMINISTRATOR,
        person_id=job.person_id,
        values={"job": job.name, "error": error[:300]},
        link=reverse("jobs:job", args=[job.pk]),
    )


def _fail_or_wait(job: Job, error: Exception) -> None:
    text = f"{type(error).__name__}: {error}"[:2000]
    if job.attempt > job.retries:
        _end(job, Job.State.FAILED, JobEvent.Kind.FAILED, "jobs.defect", text)
        return
    wait = min(_FIRST_WAIT * 4 ** (job.attempt - 1), _LONGEST_WAIT)
    with transaction.atomic():
        job.run_after = timezone.now() + wait
        waiting = _mine(job).update(
            state=Job.State.WAITING,
            run_after=job.run_after,
            error_code="jobs.defect",
            error=text,
            worker=None,
        )
        if waiting:
            JobEvent.objects.create(
                job=job, kind=JobEvent.Kind.RETRY, attempt=job.attempt, text=text
            )
            hand_over(job)


def _require_active_person(job: Job) -> None:
    """A job does not outlive the account that asked for it."""
    if job.person_id is None:
        return
    person: Any = apps.get_model("identity", "Person")._default_manager.get(pk=job.person_id)
    if not person.may_sign_in():
        raise Invalid(
            "jobs.person_inactive",
            _("%(person)s, who started this job, may no longer sign in."),
            _("Start it again from an active account."),
            person=job.actor["name"],
        )

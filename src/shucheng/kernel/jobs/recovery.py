"""What a killed worker left behind: found, noted, queued again."""

import os
import socket
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from shucheng.kernel.jobs.models import Job, JobEvent, Worker
from shucheng.kernel.jobs.queueing import hand_over
from shucheng.kernel.jobs.running import tell_failure

log = structlog.get_logger("shucheng.jobs")

# Longer than a worker can be silent while it waits for another's long transaction on SQLite.
LOST_AFTER = timedelta(seconds=90)
# A job whose worker dies again and again (out of memory) is not tried forever.
_MOST_LOSSES = 3
_KEEP_TASKS = timedelta(days=1)


def recover_lost_jobs() -> int:
    """Queue again what a dead worker was running or had just taken; gives the number."""
    dead = [worker for worker in Worker.objects.all() if not is_alive(worker)]
    running = Job.objects.filter(state=Job.State.RUNNING)
    silent = timezone.now() - LOST_AFTER
    lost = [
        *running.filter(worker__in=dead),
        *running.filter(worker__isnull=True, heartbeat_at__lt=silent),
    ]
    recovered = sum(_requeue(job) for job in lost) + _hand_over_forgotten(silent)
    Worker.objects.filter(pk__in=[worker.pk for worker in dead]).delete()
    return recovered


def is_alive(worker: Worker) -> bool:
    """On this machine the process is asked; of another one its last word counts."""
    if worker.host == socket.gethostname():
        return _runs(worker.pid) and timezone.now() - worker.seen_at < 10 * LOST_AFTER
    return timezone.now() - worker.seen_at < LOST_AFTER


def forget_old_tasks() -> None:
    """The queue's own rows of finished tasks; the jobs and their events stay."""
    DBTaskResult.objects.finished().filter(finished_at__lt=timezone.now() - _KEEP_TASKS).delete()


def _requeue(job: Job) -> int:
    losses = job.events.filter(kind=JobEvent.Kind.LOST).count()
    gives_up = losses >= _MOST_LOSSES
    with transaction.atomic():
        mine = Job.objects.filter(pk=job.pk, attempt=job.attempt, state=Job.State.RUNNING)
        job.run_after = timezone.now()
        changed = mine.update(
            state=Job.State.FAILED if gives_up else Job.State.QUEUED,
            run_after=job.run_after,
            worker=None,
            finished_at=timezone.now() if gives_up else None,
            error_code="jobs.worker_lost" if gives_up else "",
        )
        if not changed:
            return 0
        kind = JobEvent.Kind.FAILED if gives_up else JobEvent.Kind.LOST
        JobEvent.objects.create(job=job, kind=kind, attempt=job.attempt)
        if gives_up:
            tell_failure(job, "jobs.worker_lost")
        else:
            hand_over(job)
    log.warning("job lost its worker", job=job.name, job_id=job.pk, given_up=gives_up)
    return 1


def _hand_over_forgotten(silent: datetime) -> int:
    """Jobs that wait although no task for them does: taken by a worker that died at once.

    A task too many does no harm: a job that runs or ended is left alone.
    """
    forgotten = Job.objects.filter(
        state__in=(Job.State.QUEUED, Job.State.WAITING), run_after__lt=silent
    )
    count = 0
    for job in forgotten:
        waiting = DBTaskResult.objects.filter(
            status="READY", args_kwargs__args=[job.pk], task_path__endswith=".run_job"
        )
        if not waiting.exists():
            hand_over(job)
            count += 1
    return count


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

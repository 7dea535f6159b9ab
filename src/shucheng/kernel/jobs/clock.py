"""The clock: one worker among several starts what is due."""

from datetime import timedelta

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from shucheng.kernel.actor import system_actor
from shucheng.kernel.jobs.actions import enqueue
from shucheng.kernel.jobs.models import Leadership, Schedule
from shucheng.kernel.jobs.recovery import forget_old_tasks, recover_lost_jobs
from shucheng.kernel.jobs.registry import schedule

log = structlog.get_logger("shucheng.clock")

LEASE = timedelta(seconds=30)


def tick(worker_id: str) -> bool:
    """Keep the clock if it is this worker's turn; says whether it was."""
    if not lead(worker_id):
        return False
    start_due_jobs()
    recover_lost_jobs()
    forget_old_tasks()
    return True


def lead(worker_id: str) -> bool:
    """Take or renew the lease; one UPDATE of one row decides between workers."""
    now = timezone.now()
    free = Leadership.objects.filter(id=1).filter(Q(worker=worker_id) | Q(until__lt=now))
    if free.update(worker=worker_id, until=now + LEASE):
        return True
    if Leadership.objects.filter(id=1).exists():
        return False
    try:
        with transaction.atomic():
            Leadership.objects.create(id=1, worker=worker_id, until=now + LEASE)
    except IntegrityError:
        return False
    return True


def resign(worker_id: str) -> None:
    """Give the lease back, so that the next worker need not wait for its end."""
    Leadership.objects.filter(id=1, worker=worker_id).update(until=timezone.now())


def start_due_jobs() -> int:
    """Queue each scheduled job whose time has come, unless its last run still goes on."""
    now = timezone.now()
    started = 0
    for entry in schedule():
        with transaction.atomic():
            row, new = Schedule.objects.get_or_create(
                job=entry.job, defaults={"next_at": now + timedelta(minutes=entry.every_minutes)}
            )
            if not new and row.next_at > now:
                continue
            enqueue(entry.job, actor=system_actor("job"), unique_key=f"schedule:{entry.job}")
            row.next_at = now + timedelta(minutes=entry.every_minutes)
            row.save()
        started += 1
    return started

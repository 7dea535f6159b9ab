"""The worker process: runs jobs, says that it lives, and keeps the clock when it leads."""

import contextlib
import os
import signal
import socket
import threading
import time
from secrets import token_hex
from typing import Any

import structlog
from django.db import DatabaseError, close_old_connections, connections
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker as QueueWorker
from django_tasks_db.models import DBTaskResult

from shucheng.kernel.jobs.clock import resign, tick
from shucheng.kernel.jobs.models import Job, Worker
from shucheng.kernel.jobs.recovery import recover_lost_jobs
from shucheng.kernel.jobs.running import current_worker

log = structlog.get_logger("shucheng.worker")

_SECONDS_BETWEEN_LOOKS = 0.5
_SECONDS_BETWEEN_TICKS = 5.0
_SECONDS_BETWEEN_HEARTBEATS = 5.0


def run_worker(burst: bool = False) -> None:
    """Work until a signal comes, or with `burst` until nothing is left to do.

    The first signal lets the running job finish; a second one ends the process at once, and
    the job is queued again by whichever worker starts next.
    """
    worker_id = f"{socket.gethostname()[:40]}-{os.getpid()}-{token_hex(4)}"
    stop = threading.Event()
    _stop_on_signals(stop)
    Worker.objects.create(id=worker_id, host=socket.gethostname(), pid=os.getpid())
    mine = current_worker.set(worker_id)
    recovered = recover_lost_jobs()
    log.info("worker started", worker=worker_id, recovered=recovered)
    heart = threading.Thread(target=_beat, args=(worker_id, stop), daemon=True)
    heart.start()
    try:
        _loop(worker_id, stop, burst)
    finally:
        stop.set()
        heart.join(timeout=_SECONDS_BETWEEN_HEARTBEATS)
        resign(worker_id)
        current_worker.reset(mine)
        Worker.objects.filter(pk=worker_id).delete()
        log.info("worker stopped", worker=worker_id)


def run_pending_jobs() -> int:
    """Run here and now everything that is due; for tests and the demonstration. The number run."""
    count = 0
    while _run_next("inline"):
        count += 1
    return count


def _loop(worker_id: str, stop: threading.Event, burst: bool) -> None:
    ticked = float("-inf")
    while not stop.is_set():
        close_old_connections()
        try:
            if time.monotonic() - ticked >= _SECONDS_BETWEEN_TICKS:
                ticked = time.monotonic()
                tick(worker_id)
            ran = _run_next(worker_id)
        except DatabaseError:
            # The database is away or busy: nothing is lost, look again.
            log.exception("database unavailable")
            stop.wait(_SECONDS_BETWEEN_TICKS)
            continue
        if not ran:
            if burst:
                return
            stop.wait(_SECONDS_BETWEEN_LOOKS)


def _run_next(worker_id: str) -> bool:
    """Run one task if one is due."""
    # A look costs no lock; claiming does.
    if not DBTaskResult.objects.ready().exists():
        return False
    QueueWorker(
        queue_names=["*"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=1,
        worker_id=worker_id,
        excluded_queue_names=[],
    ).run()
    return True


def _beat(worker_id: str, stop: threading.Event) -> None:
    """Say again and again that this worker and its job live, over a connection of its own."""
    while not stop.wait(_SECONDS_BETWEEN_HEARTBEATS):
        # Busy or away: the next beat will say it.
        with contextlib.suppress(DatabaseError):
            now = timezone.now()
            Worker.objects.filter(pk=worker_id).update(seen_at=now)
            Job.objects.filter(worker=worker_id, state=Job.State.RUNNING).update(heartbeat_at=now)
    connections.close_all()


def _stop_on_signals(stop: threading.Event) -> None:
    if threading.current_thread() is not threading.main_thread():
        return

    def ask(number: int, _frame: Any) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask)

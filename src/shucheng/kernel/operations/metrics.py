"""What Prometheus scrapes: requests as they happen, the platform's state as it is asked.

A web server runs several processes, and a scrape reaches any one of them. With
`PROMETHEUS_MULTIPROC_DIR` set (`shucheng serve` and the systemd unit do) each process writes its
counts into a file of that folder, and whoever is asked adds up all of them. The folder belongs
to one server and is empty when it starts; several servers are scraped each at its own port.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db.models import Count, Max, Min
from django.utils import timezone
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from shucheng.kernel.alerts.models import Alert
from shucheng.kernel.audit.queries import head
from shucheng.kernel.jobs.models import Job
from shucheng.kernel.observations.models import Observation
from shucheng.kernel.operations import databases
from shucheng.kernel.operations.health import living_workers
from shucheng.kernel.operations.shelf import newest_time

disable_created_metrics()  # type: ignore[no-untyped-call]
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_OWN = CollectorRegistry()
REQUESTS = Counter(
    "shucheng_requests", "Requests answered.", ["view", "method", "status"], registry=_OWN
)
SECONDS = Histogram(
    "shucheng_request_seconds",
    "How long requests took.",
    ["view", "method"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=_OWN,
)


def exposition() -> bytes:
    """Everything, in Prometheus' text format."""
    requests = _OWN
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        requests = CollectorRegistry()
        MultiProcessCollector(requests)  # type: ignore[no-untyped-call]
    state = CollectorRegistry()
    state.register(_State())
    return generate_latest(requests) + generate_latest(state)


class _State(Collector):
    """Read when asked, so that no process has to keep it fresh. Cheap: no table is walked."""

    def collect(self) -> Iterator[Metric]:
        yield _by_label("shucheng_jobs", "Jobs by state.", "state", _jobs())
        waiting = Job.objects.filter(state=Job.State.QUEUED, run_after__lte=timezone.now())
        oldest = waiting.aggregate(at=Min("run_after"))["at"]
        wait = (timezone.now() - oldest).total_seconds() if oldest else 0
        yield _one("shucheng_job_wait_seconds", "How long the oldest due job has waited.", wait)
        yield _one("shucheng_workers", "Worker processes that live.", len(living_workers()))
        yield _by_label("shucheng_open_alerts", "Unresolved alerts.", "severity", _alerts())
        # Observations only grow, so the newest number says how many there are.
        newest = Observation.objects.aggregate(n=Max("pk"))["n"] or 0
        yield _one("shucheng_observations", "Observations recorded so far.", newest)
        yield _one("shucheng_audit_entries", "Audit entries written so far.", head()[0])
        yield _one("shucheng_database_bytes", "Size of the database.", databases.size())
        free = shutil.disk_usage(settings.DATA_FOLDER).free
        yield _one("shucheng_disk_free_bytes", "Free space where files are stored.", free)
        if settings.BACKUP_FOLDER:
            made = newest_time(Path(settings.BACKUP_FOLDER))
            yield _one("shucheng_last_backup_seconds", "When the newest backup was made.", made)
        offset = databases.clock_offset()
        yield _one("shucheng_clock_offset_seconds", "Database clock minus this one.", offset)


def _jobs() -> dict[str, int]:
    # Ended jobs stay for good: only those still to do are counted.
    active = Job.objects.filter(state__in=Job.ACTIVE).order_by()
    found = dict(active.values_list("state").annotate(n=Count("pk")))
    return {state.value: found.get(state.value, 0) for state in Job.ACTIVE}


def _alerts() -> dict[str, int]:
    unresolved = Alert.objects.filter(resolved_at__isnull=True).order_by()
    found = dict(unresolved.values_list("severity").annotate(n=Count("pk")))
    return {severity: found.get(severity, 0) for severity in Alert.Severity.values}


def _one(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value=value)


def _by_label(name: str, meaning: str, label: str, values: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(name, meaning, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family

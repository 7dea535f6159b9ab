"""Jobs: work that outlives a request. The task queue carries only a job's id."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.jobs.words import job_words


class Job(models.Model):
    """One piece of work, whoever runs it and however often it had to be started.

    `attempt` is a fencing number: a worker that was given up for lost and comes back writes
    with an old number and changes nothing.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        WAITING = "waiting", _("Waiting for another try")
        SUCCEEDED = "succeeded", _("Succeeded")
        FAILED = "failed", _("Failed")

    ACTIVE = (State.QUEUED, State.RUNNING, State.WAITING)

    name = models.CharField(max_length=80)
    payload: models.JSONField[Any, Any] = models.JSONField(default=dict)
    actor: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    person = models.ForeignKey("identity.Person", models.PROTECT, null=True, related_name="+")
    unique_key = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    attempt = models.PositiveIntegerField(default=0)
    retries = models.PositiveIntegerField(default=3)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    message = models.CharField(max_length=300, blank=True)
    result: models.JSONField[Any, Any] = models.JSONField(null=True)
    error_code = models.CharField(max_length=80, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    run_after = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    worker = models.ForeignKey("jobs.Worker", models.SET_NULL, null=True, related_name="jobs")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                "unique_key",
                condition=Q(state__in=["queued", "running", "waiting"]) & ~Q(unique_key=""),
                name="job_active_once",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "run_after"], name="job_by_state"),
            models.Index(fields=["name", "-id"], name="job_by_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"

    @property
    def words(self) -> str:
        return job_words(self.name)

    @property
    def is_active(self) -> bool:
        return self.state in self.ACTIVE

    @property
    def percent(self) -> int | None:
        return min(100, self.done * 100 // self.total) if self.total else None


class JobEvent(models.Model):
    """What happened to a job: queued, started, lost, failed, succeeded ... Rows only grow."""

    class Kind(models.TextChoices):
        QUEUED = "queued", _("Queued")
        STARTED = "started", _("Started")
        NOTE = "note", _("Note")
        RETRY = "retry", _("Failed, will be tried again")
        LOST = "lost", _("Its worker was lost; queued again")
        FAILED = "failed", _("Failed")
        SUCCEEDED = "succeeded", _("Succeeded")

    job = models.ForeignKey(Job, models.PROTECT, related_name="events")
    at = models.DateTimeField(default=timezone.now, editable=False)
    kind = models.CharField(max_length=10, choices=Kind)
    attempt = models.PositiveIntegerField(default=0)
    text = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.job_id} {self.kind}"


class Worker(models.Model):
    """A worker process and when it was last heard of."""

    id = models.CharField(max_length=64, primary_key=True)
    host = models.CharField(max_length=120)
    pid = models.PositiveIntegerField()
    started_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.host}:{self.pid}"


class Schedule(models.Model):
    """When a scheduled job is next due; what is due and how often is said by the code."""

    job = models.CharField(max_length=80, primary_key=True)
    next_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.job


class Leadership(models.Model):
    """Which of several workers keeps the clock, and until when unless it renews."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    worker = models.CharField(max_length=64, blank=True)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return self.worker

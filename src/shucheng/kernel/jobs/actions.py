"""Putting jobs into the queue, and starting failed ones again."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.action import action
from shucheng.kernel.actor import Actor
from shucheng.kernel.audit.entries import record
from shucheng.kernel.errors import Conflict, Invalid, NotFound
from shucheng.kernel.jobs.models import Job, JobEvent
from shucheng.kernel.jobs.queueing import actor_facts, hand_over
from shucheng.kernel.jobs.registry import job_kind


def enqueue(
    name: str,
    *,
    actor: Actor,
    payload: Any = None,
    unique_key: str = "",
    at: datetime | None = None,
) -> Job:
    """Queue a job; it is there exactly when the surrounding transaction commits.

    It acts as `actor`. With a `unique_key` a job that is still to finish is returned instead of
    a second one. What the clock starts leaves job events only; what a person starts is audited.
    """
    kind = job_kind(name)
    with transaction.atomic():
        known = _active(unique_key)
        if known is not None:
            return known
        job = Job(
            name=name,
            payload={} if payload is None else payload,
            actor=actor_facts(actor),
            person_id=actor.person_id,
            unique_key=unique_key,
            retries=kind.retries,
            run_after=at or timezone.now(),
        )
        try:
            with transaction.atomic():
                job.save()
        except IntegrityError:
            # Another process queued the same key between our look and our write.
            known = _active(unique_key)
            if known is None:
                raise
            return known
        JobEvent.objects.create(job=job, kind=JobEvent.Kind.QUEUED)
        hand_over(job)
        if actor.person_id is not None:
            record("jobs.job.enqueued", job, actor=actor, payload=job.payload)
    return job


@action
def retry_job(job_id: int, *, actor: Actor) -> Job:
    """Start a failed job again, with as many tries as a new one has."""
    actor.require("jobs.retry")
    job = Job.objects.select_for_update().filter(pk=job_id).first()
    if job is None:
        raise NotFound(_("The job"))
    if job.state != Job.State.FAILED:
        raise Invalid(
            "jobs.not_failed",
            _("Only a failed job can be started again."),
            _("Reload the page to see how it stands."),
        )
    job.state = Job.State.QUEUED
    job.retries = job.attempt + job_kind(job.name).retries
    job.run_after = timezone.now()
    job.finished_at = None
    try:
        with transaction.atomic():
            job.save()
    except IntegrityError:
        raise Conflict(_("A job of the same kind")) from None
    JobEvent.objects.create(job=job, kind=JobEvent.Kind.QUEUED, attempt=job.attempt)
    hand_over(job)
    record("jobs.job.retried", job, actor=actor)
    return job


def _active(unique_key: str) -> Job | None:
    if not unique_key:
        return None
    return Job.objects.filter(unique_key=unique_key, state__in=Job.ACTIVE).first()

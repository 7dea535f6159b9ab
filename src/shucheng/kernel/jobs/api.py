"""Background jobs for programs that started one and wait for it."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from shucheng.kernel.identity.actors import actor_for
from shucheng.kernel.jobs.models import Job
from shucheng.kernel.jobs.queries import job_for, jobs_list

router = Router(tags=["jobs"])


class JobOut(Schema):
    id: int
    name: str
    state: str
    done: int
    total: int
    message: str
    result: Any
    error_code: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@router.get("/jobs", response=list[JobOut])
def jobs(request: HttpRequest, state: str = "", name: str = "") -> list[Job]:
    """The newest jobs that the caller may see."""
    return jobs_list(actor=actor_for(request), state=state, name=name)


@router.get("/jobs/{job_id}", response=JobOut)
def job(request: HttpRequest, job_id: int) -> Job:
    return job_for(job_id, actor=actor_for(request))

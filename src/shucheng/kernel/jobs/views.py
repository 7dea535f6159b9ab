"""Pages of background jobs: what runs, how far, and what went wrong."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shucheng.kernel.identity.actors import actor_for
from shucheng.kernel.jobs.actions import retry_job
from shucheng.kernel.jobs.models import Job
from shucheng.kernel.jobs.queries import job_for, jobs_list


@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    """The list; while a job is active the table asks for itself again."""
    state, name = request.GET.get("state", ""), request.GET.get("name", "").strip()
    found = jobs_list(actor=actor_for(request), state=state, name=name)
    part = "jobs/table.html" if getattr(request, "htmx", False) else "jobs/list.html"
    return render(
        request,
        part,
        {
            "jobs": found,
            "state": state,
            "filtered": bool(state or name),
            "states": Job.State.choices,
            "active": any(job.is_active for job in found),
        },
    )


@require_GET
def job(request: HttpRequest, job_id: int) -> HttpResponse:
    found = job_for(job_id, actor=actor_for(request))
    part = "jobs/state.html" if getattr(request, "htmx", False) else "jobs/job.html"
    return render(request, part, {"job": found, "events": found.events.all()})


@require_POST
def retry(request: HttpRequest, job_id: int) -> HttpResponse:
    retry_job(job_id, actor=actor_for(request))
    messages.success(request, _("The job is queued again."))
    return redirect("jobs:job", job_id)

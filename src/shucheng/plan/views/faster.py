"""What a person sees whose click came too late: where the version stands now, and what to do."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shucheng.kernel.public import Conflict, actor_for
from shucheng.plan.queries.versions import version_for


def somebody_was_faster(request: HttpRequest, version_id: int, error: Conflict) -> HttpResponse:
    """Where the version stands now, and where to go from here."""
    version = version_for(version_id, actor=actor_for(request))
    context = {"version": version, "error": error}
    return render(request, "plan/faster.html", context, status=error.status)

"""The bay's first page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shucheng.bays.statistics.queries.overview import overview
from shucheng.kernel.public import actor_for


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    found = overview(actor=actor_for(request))
    return render(request, "statistics/home.html", {"found": found, "simulated": found.simulated})

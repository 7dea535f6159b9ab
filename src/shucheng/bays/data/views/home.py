"""The first page of the bay."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shucheng.bays.data.queries.overview import overview
from shucheng.kernel.public import actor_for


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    return render(request, "data/home.html", {"page": overview(actor=actor), "actor": actor})

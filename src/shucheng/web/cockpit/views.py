"""The first page: the plan on one page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from shucheng.kernel.public import actor_for
from shucheng.plan.public import cockpit
from shucheng.web.cockpit.board import board
from shucheng.web.cockpit.map import city_map


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    found = cockpit(actor=actor)
    wall = request.GET.get("wall") == "1"
    if found is None:
        return render(request, "web/cockpit_empty.html")
    return render(
        request,
        "web/wall.html" if wall else "web/cockpit.html",
        {
            "cockpit": found,
            "board": board(found),
            "map": city_map(actor=actor),
            "simulated": found.simulated,
        },
    )

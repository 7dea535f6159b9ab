"""The first page, the plan on one page; and the areas beside each other."""

from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from shucheng.kernel.public import actor_for
from shucheng.plan.public import as_of_asked, cockpit, compare_areas
from shucheng.web.cockpit.board import board
from shucheng.web.cockpit.map import city_map


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    found = cockpit(actor=actor)
    wall = request.GET.get("wall") == "1"
    if found is None:
        return render(request, "web/cockpit_empty.html")
    request.plan_in_force = found.version  # type: ignore[attr-defined]
    # An action is read under its chapter: （一） stands in several of them.
    prefetch_related_objects([part.section for part in found.parts], "parent")
    comparison = compare_areas(request.GET.get("show", ""), actor=actor, version=found.version)
    return render(
        request,
        "web/wall.html" if wall else "web/cockpit.html",
        {
            "cockpit": found,
            "board": board(found, found.parts),
            "comparison": comparison,
            "map": city_map(comparison),
        },
    )


@require_GET
def areas(request: HttpRequest) -> HttpResponse:
    """One indicator over all areas; only the map's card where a page asks for that."""
    comparison = compare_areas(
        request.GET.get("show", ""), actor=actor_for(request), as_of=as_of_asked(request)
    )
    part = getattr(request, "htmx", False) and request.htmx.target == "map"  # type: ignore[attr-defined]
    template = "web/cockpit_map.html" if part else "web/areas.html"
    return render(request, template, {"comparison": comparison, "map": city_map(comparison)})

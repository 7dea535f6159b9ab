"""The first page, the plan on one page; and the areas beside each other."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_GET

from shucheng.kernel.public import Actor, Role, actor_for
from shucheng.plan.public import (
    Cockpit,
    PlanVersion,
    SupervisionSummary,
    as_of_asked,
    cockpit_of,
    compare_areas,
    current_version,
    drivers_of,
    lights_by_area,
    supervision_summary,
)
from shucheng.web.cockpit.board import board
from shucheng.web.cockpit.kept import Parts, kept
from shucheng.web.cockpit.map import city_map


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What everybody sees alike is kept until something changes; who asks decides on the rest."""
    actor = actor_for(request)
    if Role.PARTICIPANT in actor.roles and not actor.may("plan.view"):
        return redirect("start")
    actor.require("plan.view")
    wall = request.GET.get("wall") == "1"
    show, by_light = _map_asked(request)
    as_of = as_of_asked(request)
    version = current_version(as_of)
    if version is None:
        return render(request, "web/cockpit_empty.html")
    request.plan_in_force = version  # type: ignore[attr-defined]
    about = (wall, show, by_light, as_of, version.pk)
    parts = kept(lambda: _parts(request, actor, version, wall), *about)
    context = {
        "version": version,
        "parts": parts,
        "supervision": _supervision(actor, as_of),
        "period": parts["period"],
    }
    return render(request, "web/wall.html" if wall else "web/cockpit.html", context)


def _supervision(actor: Actor, as_of: date | None) -> SupervisionSummary | None:
    """What the actor may know of it, as it stood at the end of an earlier day; None for whom it is
    none of their business."""
    if not actor.may("supervision.view"):
        return None
    today = timezone.localdate()
    return supervision_summary(min(as_of or today, today), actor=actor)


def _parts(request: HttpRequest, actor: Actor, version: PlanVersion, wall: bool) -> Parts:
    """The parts of the page that are the same for everybody who may see it."""
    found = cockpit_of(version, actor=actor, as_of=as_of_asked(request))
    context = {
        "cockpit": found,
        "board": board(found, found.parts),
        **_map_context(request, actor, found),
    }
    chosen = context["comparison"].chosen
    context["drivers"] = drivers_of(found, chosen.pk) if chosen else None
    names = ("cockpit_strip", "wall_main") if wall else ("cockpit_top", "cockpit_rest")
    made = {name: render_to_string(f"web/{name}.html", context, request) for name in names}
    return made | {"period": found.freshest.period if found.freshest else ""}


@require_GET
def areas(request: HttpRequest) -> HttpResponse:
    """One indicator over all areas; only the map's card where a page asks for that."""
    actor = actor_for(request)
    context = _map_context(request, actor)
    part = getattr(request, "htmx", False) and request.htmx.target == "map"  # type: ignore[attr-defined]
    return render(request, "web/cockpit_map.html" if part else "web/areas.html", context)


def _map_context(
    request: HttpRequest, actor: Actor, found: Cockpit | None = None
) -> dict[str, Any]:
    show, by_light = _map_asked(request)
    as_of = as_of_asked(request)
    plan = found.measured if found else None
    comparison = compare_areas(show, actor=actor, as_of=as_of, plan=plan)
    lights = {}
    if by_light and comparison.chosen:
        judged = found.judged if found else None
        lights = lights_by_area(comparison.chosen.pk, judged, as_of=as_of)
    return {
        "comparison": comparison,
        "map": city_map(comparison, lights),
        "by_light": by_light,
    }


def _map_asked(request: HttpRequest) -> tuple[str, bool]:
    return request.GET.get("show", ""), request.GET.get("colour") == "light"

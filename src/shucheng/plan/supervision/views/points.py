"""Work points: the overview by lead, and one with its milestones and reports."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shucheng.kernel.public import Conflict, Invalid, actor_for
from shucheng.lib.numbers import whole_number
from shucheng.plan.supervision.actions.points import (
    Planned,
    finish_milestone,
    plan_milestones,
    report_progress,
)
from shucheng.plan.supervision.forms import uploads
from shucheng.plan.supervision.queries.items import sees_all
from shucheng.plan.supervision.queries.points import by_lead, point_page, points
from shucheng.plan.views.back import posted_only

# Empty rows under the milestones there are.
MORE_ROWS = 3


@require_safe
def show_points(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    lines = points(actor=actor)
    standing = request.GET.get("standing", "")
    shown = tuple(line for line in lines if not standing or line.progress.standing == standing)
    counts: dict[str, int] = {}
    for line in lines:
        counts[line.progress.standing] = counts.get(line.progress.standing, 0) + 1
    context = {
        "leads": by_lead(shown),
        "total": len(lines),
        "counts": tuple(counts.items()),
        "standing": standing,
        "simulated": any(line.simulated for line in lines),
        "sees_all": sees_all(actor),
    }
    return render(request, "supervision/points.html", context)


@require_safe
def show_point(request: HttpRequest, point_id: int) -> HttpResponse:
    return _page(request, point_id)


def _page(
    request: HttpRequest, point_id: int, error: Conflict | Invalid | None = None
) -> HttpResponse:
    found = point_page(point_id, actor=actor_for(request))
    line = found.line
    rows: list[dict[str, Any]] = [
        {"title": each.title, "planned": each.planned.isoformat(), "weight": f"{each.weight:f}"}
        for each in line.milestones
        if each.done is None
    ]
    if error and "title" in request.POST:
        names = ("title", "planned", "weight")
        sent = zip(*(request.POST.getlist(name) for name in names), strict=False)
        rows = [dict(zip(names, row, strict=True)) for row in sent if row[0] or row[1]]
    context = {
        "page": found,
        "line": line,
        "rows": [*rows, *({"weight": "1"} for _row in range(MORE_ROWS))],
        "error": error,
        "errors": error.fields if isinstance(error, Invalid) else {},
        "typed": request.POST.dict() if error else {},
        "simulated": line.simulated,
    }
    status = error.status if error else 200
    return render(request, "supervision/point.html", context, status=status)


def _to_point(_request: HttpRequest, point_id: int, **_more: int) -> str:
    return reverse("supervision:point", args=[point_id])


@posted_only(_to_point)
def plan(request: HttpRequest, point_id: int) -> HttpResponse:
    names = ("title", "planned", "weight")
    columns = (request.POST.getlist(name) for name in names)
    rows = [
        Planned(title, _day(planned), _number(weight))
        for title, planned, weight in zip(*columns, strict=False)
        if title.strip() or planned
    ]
    revision = whole_number(request.POST.get("revision", "")) or 0
    try:
        plan_milestones(point_id, revision, rows, actor=actor_for(request))
    except (Conflict, Invalid) as error:
        return _page(request, point_id, error)
    messages.success(request, _("The milestones are kept."))
    return redirect("supervision:point", point_id)


@posted_only(_to_point)
def finish(request: HttpRequest, point_id: int, milestone_id: int) -> HttpResponse:
    evidence = next(iter(uploads(request, "evidence")), None)
    try:
        finish_milestone(
            milestone_id, point_id=point_id, evidence=evidence, actor=actor_for(request)
        )
    except (Conflict, Invalid) as error:
        return _page(request, point_id, error)
    return redirect("supervision:point", point_id)


@posted_only(_to_point)
def report(request: HttpRequest, point_id: int) -> HttpResponse:
    evidence = next(iter(uploads(request, "evidence")), None)
    percent = _number(request.POST.get("percent", ""))
    text = request.POST.get("text", "")
    try:
        report_progress(point_id, percent, text, evidence=evidence, actor=actor_for(request))
    except (Conflict, Invalid) as error:
        return _page(request, point_id, error)
    messages.success(request, _("The report is kept."))
    return redirect("supervision:point", point_id)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None

"""One workbook for several tasks of a period: downloaded, filled in, looked through, taken over."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shucheng.kernel.actor import Actor
from shucheng.kernel.errors import NotFound, ShuchengError
from shucheng.kernel.files.kinds import MEDIA_TYPES
from shucheng.kernel.files.queries import file_for
from shucheng.kernel.identity.actors import actor_for
from shucheng.kernel.reporting.actions.bundles import Filled, save_drafts
from shucheng.kernel.reporting.bundles import Part, bundle, look_through, to_fill_in
from shucheng.kernel.reporting.engine.model import Cell, Entry
from shucheng.kernel.reporting.queries.lists import ObligationRow, obligations_of
from shucheng.kernel.reporting.views.workbooks import MOST_SHOWN, sent_workbook, told
from shucheng.lib.numbers import whole_number


def _rows(period: str, actor: Actor) -> list[ObligationRow]:
    """What can be filled in of a period; there has to be something."""
    actor.require("reporting.report")
    rows = to_fill_in(obligations_of(actor=actor, period=period), actor=actor)
    if not rows:
        raise NotFound(_("The reporting task"))
    return rows


@require_safe
def download(request: HttpRequest, period: str) -> HttpResponse:
    actor = actor_for(request)
    rows = _rows(period, actor)
    response = HttpResponse(bundle(rows, actor=actor), content_type=MEDIA_TYPES["xlsx"])
    name = f"{rows[0].obligation.organisation.label}-{period}.xlsx"
    response["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name.replace("/", "-")) or ""
    )
    response["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, period: str) -> HttpResponse:
    """Choose a file; sent, it is kept and looked through, and nothing is in the drafts yet."""
    actor = actor_for(request)
    context: dict[str, Any] = {"rows": _rows(period, actor), "period": period, "error": None}
    if request.method != "POST":
        return render(request, "reporting/bundle_upload.html", context)
    try:
        stored = sent_workbook(request, actor)
    except ShuchengError as error:
        if error.status in (403, 404):
            raise
        context["error"] = error
        return render(request, "reporting/bundle_upload.html", context, status=error.status)
    return redirect("reporting:bundle_staged", period, stored.pk)


@require_safe
def staged(request: HttpRequest, period: str, file_id: int) -> HttpResponse:
    """What a file that was sent holds for each task: what would change, what is wrong and where."""
    return _staged_response(request, period, file_id)


@require_POST
def take_over(request: HttpRequest, period: str, file_id: int) -> HttpResponse:
    """Store what could be read of every sheet in the drafts that were looked at: all or none."""
    actor = actor_for(request)
    actor.require("reporting.report")
    file = file_for(file_id, actor=actor)
    looked = look_through(file.read(), period, actor=actor)
    filled = [
        Filled(
            part.row.obligation.pk,
            part.found.entries,
            whole_number(request.POST.get(f"revision-{part.row.obligation.pk}", "")) or 0,
        )
        for part in looked.parts
        if part.found.changes
    ]
    if looked.problems or not filled:
        return _staged_response(request, period, file_id)
    try:
        save_drafts(filled, actor=actor)
    except ShuchengError as error:
        if error.status in (403, 404):
            raise
        return _staged_response(request, period, file_id, error)
    messages.success(
        request,
        _("%(n)s cells of %(forms)s forms were taken over. Look at each, then hand it in.")
        % {"n": looked.changes, "forms": len(filled)},
    )
    return redirect("reporting:tasks")


def _staged_response(
    request: HttpRequest, period: str, file_id: int, error: ShuchengError | None = None
) -> HttpResponse:
    actor = actor_for(request)
    actor.require("reporting.report")
    file = file_for(file_id, actor=actor)
    looked = look_through(file.read(), period, actor=actor)
    every = [*looked.problems, *(problem for part in looked.parts for problem in part.problems)]
    problems = [told(problem) for problem in every]
    context = {
        "period": period,
        "file": file,
        "looked": looked,
        "problems": problems[:MOST_SHOWN],
        "more_problems": max(0, len(problems) - MOST_SHOWN),
        "errors": sum(problem.severity == "error" for problem in every),
        "warnings": sum(problem.severity != "error" for problem in every),
        "changes": [
            (part, _cells(part)[:MOST_SHOWN], max(0, len(part.found.changes) - MOST_SHOWN))
            for part in looked.parts
            if part.found.changes
        ],
        "may_take": bool(looked.changes) and not looked.problems,
        "error": error,
    }
    status = error.status if error else 200
    return render(request, "reporting/bundle_staged.html", context, status=status)


def _cells(part: Part) -> list[tuple[Cell, Entry, Entry]]:
    """What would change of a sheet: the cell, what the draft holds and what the file says."""
    changes = part.found.changes
    return [(cell, *changes[cell.key]) for cell in part.sheet.cells if cell.key in changes]

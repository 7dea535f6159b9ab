"""The sheet as a workbook: downloaded, filled in, looked through, and taken over on a click."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shucheng.kernel.actor import Actor
from shucheng.kernel.errors import Forbidden, Invalid, ShuchengError
from shucheng.kernel.files.actions import store_file
from shucheng.kernel.files.kinds import MEDIA_TYPES
from shucheng.kernel.files.models import StoredFile
from shucheng.kernel.files.queries import file_for
from shucheng.kernel.identity.actors import actor_for
from shucheng.kernel.reporting.access import FILES
from shucheng.kernel.reporting.actions.drafts import save_draft
from shucheng.kernel.reporting.engine.model import Problem
from shucheng.kernel.reporting.problem_texts import problem_text
from shucheng.kernel.reporting.queries.lists import obligation_row
from shucheng.kernel.reporting.queries.sheets import entries_of, sheet_of
from shucheng.kernel.reporting.views.sheet import may_now
from shucheng.kernel.reporting.workbooks import look_at, template
from shucheng.lib.numbers import whole_number

# So many rows of the comparison are written out; the rest is counted.
MOST_SHOWN = 200


@require_safe
def download(request: HttpRequest, obligation_id: int) -> HttpResponse:
    actor = actor_for(request)
    sheet = sheet_of(obligation_id, actor=actor)
    data = template(sheet, entries_of(obligation_id, actor=actor))
    response = HttpResponse(data, content_type=MEDIA_TYPES["xlsx"])
    name = f"{sheet.form_name}-{sheet.area_name}-{sheet.period}.xlsx"
    response["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name.replace("/", "-")) or ""
    )
    response["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, obligation_id: int) -> HttpResponse:
    """Choose a file; sent, it is kept and looked through, and nothing is in the draft yet."""
    actor = actor_for(request)
    row = obligation_row(obligation_id, actor=actor)
    if not may_now(row, actor).edit:
        if row.obligation.organisation_id != actor.organisation_id:
            raise Forbidden("reporting.report")
        return redirect("reporting:task", obligation_id)
    context = {"row": row, "obligation": row.obligation, "error": None}
    if request.method != "POST":
        return render(request, "reporting/upload.html", context)
    try:
        stored = sent_workbook(request, actor)
    except ShuchengError as error:
        if error.status in (403, 404):
            raise
        context["error"] = error
        return render(request, "reporting/upload.html", context, status=error.status)
    return redirect("reporting:staged", obligation_id, stored.pk)


@require_safe
def staged(request: HttpRequest, obligation_id: int, file_id: int) -> HttpResponse:
    """What a file that was sent holds: what would change, what is wrong and where."""
    return _staged_response(request, obligation_id, file_id)


@require_POST
def take_over(request: HttpRequest, obligation_id: int, file_id: int) -> HttpResponse:
    """Store what was changed in the file, all at once, in the draft that was looked at."""
    actor = actor_for(request)
    file = _sent(obligation_id, file_id, actor)
    sheet = sheet_of(obligation_id, actor=actor)
    revision = whole_number(request.POST.get("revision", "")) or 0
    try:
        stored, over = entries_of(obligation_id, actor=actor), request.POST.get("over") == "1"
        data = file.read()
        found, _found = look_at(data, sheet, stored, obligation_id, actor=actor, over=over)
        save_draft(obligation_id, found.entries, revision=revision, actor=actor)
    except ShuchengError as error:
        if error.status in (403, 404):
            raise
        return _staged_response(request, obligation_id, file_id, error)
    messages.success(
        request,
        _("%(n)s cells were taken over from “%(file)s”. Look at them, then hand them in.")
        % {"n": len(found.changes), "file": file.name},
    )
    return redirect("reporting:task", obligation_id)


def _staged_response(
    request: HttpRequest, obligation_id: int, file_id: int, error: ShuchengError | None = None
) -> HttpResponse:
    actor = actor_for(request)
    file = _sent(obligation_id, file_id, actor)
    row = obligation_row(obligation_id, actor=actor)
    sheet = sheet_of(obligation_id, actor=actor)
    stored = entries_of(obligation_id, actor=actor)
    found, judged = look_at(file.read(), sheet, stored, obligation_id, actor=actor)
    problems = [told(problem) for problem in judged]
    names = {cell.key: cell for cell in sheet.cells}
    changes = [(names[key], was, now) for key, (was, now) in found.changes.items()]
    clashes = [(names[key], was, now) for key, (was, now) in found.clashes.items()]
    context = {
        "row": row,
        "obligation": row.obligation,
        "sheet": sheet,
        "file": file,
        "found": found,
        "changes": changes[:MOST_SHOWN],
        "more_changes": max(0, len(changes) - MOST_SHOWN),
        "clashes": clashes[:MOST_SHOWN],
        "more_clashes": max(0, len(clashes) - MOST_SHOWN),
        "problems": problems[:MOST_SHOWN],
        "more_problems": max(0, len(problems) - MOST_SHOWN),
        "errors": sum(severity == "error" for severity, _text, _place in problems),
        "warnings": sum(severity != "error" for severity, _text, _place in problems),
        "may_take": bool(found.changes or found.clashes) and may_now(row, actor).edit,
        "error": error,
    }
    return render(request, "reporting/staged.html", context, status=error.status if error else 200)


def _sent(obligation_id: int, file_id: int, actor: Actor) -> StoredFile:
    """The file that was sent for this task by one's own organisation."""
    row = obligation_row(obligation_id, actor=actor)
    if row.obligation.organisation_id != actor.organisation_id:
        raise Forbidden("reporting.report")
    return file_for(file_id, actor=actor)


def sent_workbook(request: HttpRequest, actor: Actor) -> StoredFile:
    """Keep the file that was sent with a form."""
    sent = request.FILES.get("file")
    if sent is None:
        raise Invalid(
            "reporting.no_file",
            _("No file was chosen."),
            _("Choose the filled-in template and send it."),
            fields={"file": _("Choose a file.")},
        )
    return store_file(sent.name or "workbook.xlsx", sent.read(), actor=actor, room=FILES)


def told(problem: Problem) -> tuple[str, str, tuple[str, int, str] | None]:
    """(severity, words, place); what the file alone warns of is a notice, which wants no reason."""
    notice = problem.severity != "error" and problem.code.startswith("workbook_")
    return "notice" if notice else problem.severity, problem_text(problem), problem.place

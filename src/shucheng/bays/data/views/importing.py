"""Sheets of resources: sent, looked at as a plan, and written."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shucheng.bays.data.actions.importing import confirm_sheet, export_sheet, read_sheet
from shucheng.bays.data.engine.list_files import FORMS
from shucheng.bays.data.queries.importing import require_importing
from shucheng.bays.data.queries.importing_pages import (
    error_rows,
    sheet_page,
    sheets_page,
    template_file,
)
from shucheng.kernel.public import Conflict, Invalid, actor_for
from shucheng.lib.tables import write_rows


@require_http_methods(["GET", "HEAD", "POST"])
def sheets(request: HttpRequest) -> HttpResponse:
    actor, error = actor_for(request), None
    require_importing(actor)
    if request.method == "POST":
        upload = request.FILES.get("file")
        try:
            if upload is None:
                raise Invalid(
                    "data.sheet.none",
                    _("No file was sent."),
                    _("Choose a workbook or a CSV file and send it."),
                    {"file": _("Choose a file.")},
                )
            stored = read_sheet(upload.name or "", upload.read(), actor=actor)
        except Invalid as refused:
            error = refused
        else:
            return redirect("data:sheet", stored.pk)
    context = {
        "page": sheets_page(actor=actor),
        "error": error,
        "errors": error.fields if error else {},
    }
    return render(request, "data/sheets.html", context, status=error.status if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The plan of a sheet, and writing it."""
    actor = actor_for(request)
    error: Invalid | Conflict | None = None
    if request.method == "POST":
        try:
            written = confirm_sheet(pk, request.POST.get("digest", ""), actor=actor)
        except (Invalid, Conflict) as refused:
            error = refused
        else:
            done = _("The resources of the sheet are written.")
            later = _("The sheet is being written; reload the page in a while.")
            messages.success(request, done if written else later)
            return redirect("data:sheet", pk)
    context = {
        "page": sheet_page(pk, actor=actor),
        "error": error,
        "fields": error.fields if isinstance(error, Invalid) else {},
    }
    return render(request, "data/sheet.html", context, status=error.status if error else 200)


@require_safe
def sheet_errors(request: HttpRequest, pk: int) -> HttpResponse:
    rows = error_rows(pk, actor=actor_for(request))
    answer = HttpResponse("\ufeff", content_type=FORMS["csv"])
    answer["Content-Disposition"] = _named(f"{_('Errors of the sheet')}.csv")
    place = (_("Sheet"), _("Row"), _("Column"), _("Heading"), _("What stands there"))
    write_rows(answer, [(*place, _("Code of the reason"), _("What is wrong with it")), *rows])
    return answer


@require_safe
def sheet_template(request: HttpRequest) -> HttpResponse:
    made = template_file(actor=actor_for(request))
    return _workbook(_("Template of resources") + ".xlsx", made)


@require_safe
def sheet_export(request: HttpRequest) -> HttpResponse:
    name, made = export_sheet(actor=actor_for(request))
    return _workbook(name, made)


def _workbook(name: str, made: bytes) -> HttpResponse:
    return HttpResponse(
        made, content_type=FORMS["xlsx"], headers={"Content-Disposition": _named(name)}
    )


def _named(name: str) -> str:
    return content_disposition_header(as_attachment=True, filename=name) or ""

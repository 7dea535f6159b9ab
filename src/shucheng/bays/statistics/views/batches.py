"""Imports: a file is sent, its columns confirmed, what was read is taken over or laid aside."""

import csv
from io import StringIO

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shucheng.bays.statistics.actions.importing import (
    KINDS,
    confirm_columns,
    drop_import,
    receive_file,
    take_import,
)
from shucheng.bays.statistics.engine.imports.fields import fields
from shucheng.bays.statistics.engine.imports.template import headings
from shucheng.bays.statistics.engine.imports.template import template as made
from shucheng.bays.statistics.engine.table_files import FORMS
from shucheng.bays.statistics.models import Batch
from shucheng.bays.statistics.queries.batch_report import changes_of, lacking, unsaid_of
from shucheng.bays.statistics.queries.batches import (
    batch_for,
    batches,
    errors_of,
    stopped,
    unregistered,
)
from shucheng.bays.statistics.queries.import_words import (
    ERRORS,
    FACTORS,
    columns_told,
    field_words,
    measures_told,
)
from shucheng.bays.statistics.views.firms import csv_answer
from shucheng.bays.statistics.views.posting import posted
from shucheng.kernel.public import Conflict, Invalid, NotFound, actor_for
from shucheng.lib.numbers import whole_number
from shucheng.lib.tables import write_rows

_PAGE = 25


@require_http_methods(["GET", "HEAD", "POST"])
def all_batches(request: HttpRequest) -> HttpResponse:
    error: Conflict | Invalid | None = None
    actor = actor_for(request)
    actor.require("statistics.import")
    if request.method == "POST":
        sent = request.FILES.get("file")
        try:
            batch = receive_file(
                request.POST.get("kind", ""),
                (sent.name if sent else "") or "file",
                sent.read() if sent else b"",
                month=request.POST.get("month", ""),
                actor=actor,
            )
            return redirect("statistics:batch", batch.pk)
        except (Conflict, Invalid) as refused:
            error = refused
    every = batches(actor=actor)
    total = every.count()
    pages = max(1, -(-total // _PAGE))
    page = min(max(whole_number(request.GET.get("page", "")) or 1, 1), pages)
    found = list(every[(page - 1) * _PAGE : page * _PAGE])
    context = {
        "batches": found,
        "total": total,
        "page": page,
        "pages": pages,
        "kinds": [(kind.value, kind.label) for kind in KINDS],
        "measures": measures_told(),
        "columns": [(kind.value, kind.label, columns_told(kind.value)) for kind in KINDS],
        "megabytes": settings.UPLOAD_LIMIT // (1024 * 1024),
        "error": error,
        "errors": error.fields if isinstance(error, Invalid) else {},
        "typed": request.POST.dict() if error else {},
        "simulated": any(each.simulated for each in found),
    }
    status = error.status if error else 200
    return render(request, "statistics/batches.html", context, status=status)


@require_safe
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """A workbook with the headings alone, to be filled."""
    actor_for(request).require("statistics.import")
    named = next((each for each in KINDS if each.value == kind), None)
    if named is None:
        raise NotFound(_("This kind of file"))
    headers = {"Content-Disposition": content_disposition_header(True, f"{named.label}.xlsx") or ""}
    return HttpResponse(made(headings(kind)), content_type=FORMS["xlsx"], headers=headers)


@require_safe
def batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    return _page(request, batch_id)


@posted("statistics:batch", "batch_id")
def confirm(request: HttpRequest, batch_id: int) -> HttpResponse:
    actor, sent = actor_for(request), request.POST
    columns = [
        {"heading": heading, "field": field, "factor": factor}
        for heading, field, factor in zip(
            sent.getlist("heading"), sent.getlist("field"), sent.getlist("factor"), strict=False
        )
    ]
    try:
        confirm_columns(
            batch_id, _revision(request), columns, month=sent.get("month", ""), actor=actor
        )
    except (Conflict, Invalid) as error:
        return _page(request, batch_id, error)
    return redirect("statistics:batch", batch_id)


@posted("statistics:batch", "batch_id")
def take(request: HttpRequest, batch_id: int) -> HttpResponse:
    try:
        take_import(batch_id, _revision(request), actor=actor_for(request))
    except (Conflict, Invalid) as error:
        return _page(request, batch_id, error)
    messages.success(request, _("The good rows are being taken over."))
    return redirect("statistics:batch", batch_id)


@posted("statistics:batch", "batch_id")
def drop(request: HttpRequest, batch_id: int) -> HttpResponse:
    try:
        drop_import(batch_id, _revision(request), actor=actor_for(request))
    except (Conflict, Invalid) as error:
        return _page(request, batch_id, error)
    messages.success(request, _("The batch is laid aside; nothing of it counts."))
    return redirect("statistics:batch", batch_id)


@require_safe
def errors_csv(request: HttpRequest, batch_id: int) -> HttpResponse:
    found = errors_of(batch_id, actor=actor_for(request))
    head = [_("Sheet"), _("Row"), _("Column"), _("Heading"), _("Value"), _("Reason"), _("Outcome")]
    text = StringIO()
    write_rows(text, [head, *(_error(row) for row in csv.DictReader(StringIO(found)))])
    return csv_answer(f"{_('Errors')}-{batch_id}", text.getvalue())


def _error(row: dict[str, str]) -> list[str]:
    reason = str(ERRORS.get(row["code"], row["code"]))
    taken = row.get("warning") == "True"
    outcome = _("taken over; please check") if taken else _("left out")
    return [
        *(row[name] for name in ("sheet", "row", "column", "heading", "value")),
        reason,
        outcome,
    ]


def _page(
    request: HttpRequest, batch_id: int, error: Conflict | Invalid | None = None
) -> HttpResponse:
    found = batch_for(batch_id, actor=actor_for(request))
    columns = found.report.get("columns", [])
    if error and "field" in request.POST:
        sent = zip(request.POST.getlist("field"), request.POST.getlist("factor"), strict=False)
        columns = [
            {**column, "field": field, "factor": factor}
            for column, (field, factor) in zip(columns, sent, strict=False)
        ]
    lost, given_up = unregistered(found), stopped(found)
    known, words = fields(found.kind), field_words(found.kind)
    month = f"{found.since // 100}-{found.since % 100:02}" if found.since else ""
    if error:
        month = request.POST.get("month", month)
    context = {
        "batch": found,
        "report": found.report,
        "changes": changes_of(found),
        "unsaid": unsaid_of(found),
        "unregistered": lost.firms,
        "unregistered_first": lost.first,
        "lacking": lacking(found, columns, month) if columns else (),
        "columns": columns,
        "fields": [(name, words[name], each.required) for name, each in known.items()],
        "factors": FACTORS.items(),
        "measures": measures_told() if found.kind == Batch.Kind.FACTS else (),
        "month": month,
        "error": error,
        "errors": error.fields if isinstance(error, Invalid) else {},
        "stopped": given_up,
        "working": not given_up and found.state in (Batch.State.READING, Batch.State.WRITING),
        "simulated": found.simulated,
    }
    status = error.status if error else 200
    return render(request, "statistics/batch.html", context, status=status)


def _revision(request: HttpRequest) -> int:
    return whole_number(request.POST.get("revision", "")) or 0

"""What left the bay: a list, tables and files of one publication, the order for a new one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shucheng.bays.statistics.actions.exporting_publication import FORMS, export_publication
from shucheng.bays.statistics.actions.publishing import ask_to_publish
from shucheng.bays.statistics.engine.table_files import LABELS
from shucheng.bays.statistics.queries.batches import returns_waiting
from shucheng.bays.statistics.queries.publications import publication_page, publications
from shucheng.kernel.public import Conflict, Invalid, actor_for
from shucheng.lib.numbers import whole_number


@require_http_methods(["GET", "HEAD", "POST"])
def all_publications(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    error: Conflict | Invalid | None = None
    asked = request.POST if request.method == "POST" else request.GET
    chosen = whole_number(asked.get("period", ""))
    if request.method == "POST":
        try:
            ask_to_publish(chosen or 0, few="few" in request.POST, actor=actor)
        except (Conflict, Invalid) as refused:
            error = refused
        else:
            told = _("The tables are being made and proved, and stand here then.")
            messages.success(request, told)
            return redirect("statistics:publications")
    page = publications(chosen, actor=actor)
    context = {
        "page": page,
        "error": error,
        "may_publish": actor.may("statistics.define"),
        "waiting": returns_waiting(),
        "simulated": page.simulated,
    }
    status = error.status if error else 200
    return render(request, "statistics/publications.html", context, status=status)


@require_safe
def publication(request: HttpRequest, publication_id: int) -> HttpResponse:
    measure = request.GET.get("measure", "")
    page = publication_page(publication_id, measure, actor=actor_for(request))
    context = {
        "page": page,
        "found": page.publication,
        "proof": page.publication.certificate,
        "forms": {label: form for form, label in LABELS.items()},
        "simulated": page.publication.simulated,
    }
    return render(request, "statistics/publication.html", context)


@require_safe
def download(request: HttpRequest, publication_id: int, form: str) -> HttpResponse:
    name, content = export_publication(publication_id, form, actor=actor_for(request))
    headers = {"Content-Disposition": content_disposition_header(True, name) or ""}
    return HttpResponse(content, content_type=FORMS[form], headers=headers)

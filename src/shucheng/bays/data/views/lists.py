"""The two lists: on screen, and as files."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from shucheng.bays.data.actions.exporting_lists import export_list
from shucheng.bays.data.engine.list_files import FORMS
from shucheng.bays.data.queries.lists import lists_on
from shucheng.bays.data.views.stepping import sent_day
from shucheng.kernel.public import GOVERNMENT, Invalid, actor_for

_LABELS = {"csv": "CSV", "xlsx": "Excel", "json": "JSON"}


@require_safe
def lists(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    error: Invalid | None = None
    try:
        day = sent_day(request.GET, "day")
    except Invalid as refused:
        day, error = None, refused
    page = lists_on(day, actor=actor)
    context = {
        "page": page,
        "forms": _LABELS,
        "error": error,
        "linked": bool(actor.roles & GOVERNMENT),
        "simulated": page.simulated,
    }
    return render(request, "data/lists.html", context, status=error.status if error else 200)


@require_safe
def list_download(request: HttpRequest, name: str, form: str) -> HttpResponse:
    file, content = export_list(name, form, sent_day(request.GET, "day"), actor=actor_for(request))
    headers = {"Content-Disposition": content_disposition_header(True, file) or ""}
    return HttpResponse(content, content_type=FORMS[form], headers=headers)

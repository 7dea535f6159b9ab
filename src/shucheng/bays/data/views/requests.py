"""Requests for data: the list, one with its steps, asking."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shucheng.bays.data.actions.exporting_requests import export_requests
from shucheng.bays.data.actions.requests import RATINGS, Wanted, ask_for_data, move_request
from shucheng.bays.data.queries.catalogue import find_resource
from shucheng.bays.data.queries.catalogue_words import frequencies
from shucheng.bays.data.queries.grading_words import MODES
from shucheng.bays.data.queries.requests import holders, request_page, requests_page
from shucheng.bays.data.views.posting import posted
from shucheng.bays.data.views.stepping import sent_step
from shucheng.kernel.public import Forbidden, Invalid, NotFound, ShuchengError, actor_for
from shucheng.lib.numbers import whole_number


@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    page = requests_page(request.GET.dict(), actor=actor_for(request))
    asked = urlencode({name: value for name, value in page.asked.items() if value})
    context = {
        "page": page,
        "which": _which(),
        "query": asked,
        "page_query": f"{asked}&",
        "simulated": page.simulated,
    }
    return render(request, "data/requests.html", context)


@require_safe
def requests_file(request: HttpRequest) -> HttpResponse:
    made = export_requests(request.GET.dict(), actor=actor_for(request))
    headers = {"Content-Disposition": 'attachment; filename="requests.csv"'}
    return HttpResponse(made, content_type="text/csv; charset=utf-8", headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
def request_new(request: HttpRequest) -> HttpResponse:
    actor, sent = actor_for(request), request.POST
    actor.require("data.ask", actor.organisation_id)
    code = (sent.get("resource") or request.GET.get("resource", "")).strip()
    error: Invalid | None = None
    if request.method == "POST":
        wanted = Wanted(
            **{name: sent.get(name, "") for name in _TEXTS},
            resource=code,
            holder=whole_number(sent.get("holder", "")),
        )
        try:
            case = ask_for_data(wanted, asker=actor.organisation_id or 0, actor=actor)
        except Invalid as refused:
            error = refused
        else:
            messages.success(request, _("The request is filed: the data office passes it on."))
            return redirect("data:request", case.code)
    resource = find_resource(code, actor=actor) if code else None
    context = {
        "resource": resource,
        "holders": holders(),
        "modes": MODES.items(),
        "frequencies": frequencies().items(),
        "typed": sent.dict() if error else {},
        "errors": error.fields if error else {},
        "error": error,
    }
    return render(request, "data/request_new.html", context, status=error.status if error else 200)


@require_safe
def request(request: HttpRequest, code: str) -> HttpResponse:
    return _page(request, code)


@posted("data:request", "code")
def request_step(request: HttpRequest, code: str) -> HttpResponse:
    sent = request.POST
    try:
        move_request(
            code,
            whole_number(sent.get("revision", "")) or 0,
            sent.get("event", ""),
            actor=actor_for(request),
            rating=whole_number(sent.get("rating", "")),
            **sent_step(request),
        )
    except (NotFound, Forbidden):
        raise
    except ShuchengError as error:
        return _page(request, code, error)
    messages.success(request, _("The step is done."))
    return redirect("data:request", code)


_TEXTS = (
    *("title", "items", "purpose", "legal_basis", "security_measures", "security_contact"),
    *("mode", "frequency"),
)


def _which() -> list[tuple[str, str]]:
    return [
        ("all", _("all that I may see")),
        ("waiting", _("what waits for my office")),
        ("asked", _("asked by my office")),
        ("asking", _("asked of my office")),
        ("late", _("late ones")),
    ]


def _page(request: HttpRequest, code: str, error: ShuchengError | None = None) -> HttpResponse:
    found = request_page(code, actor=actor_for(request))
    context = {
        "found": found,
        "page": found.page,
        "case": found.page.case,
        "asked": found.request,
        "frequency": frequencies().get(found.request.frequency, ""),
        "mode": MODES.get(found.request.mode, ""),
        "ratings": RATINGS,
        "error": error,
        "typed": request.POST.dict() if error else {},
        "step_url": "data:request_step",
        "simulated": found.request.simulated,
    }
    return render(request, "data/request.html", context, status=error.status if error else 200)

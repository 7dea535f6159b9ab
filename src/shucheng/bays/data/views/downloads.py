"""A buyer downloads on screen; whose mark a leaked part carries."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods

from shucheng.bays.data.actions.delivering import issue_token
from shucheng.bays.data.actions.serving_files import deliver_file, find_mark
from shucheng.bays.data.queries.deliveries import find_delivery, may_seek_mark
from shucheng.bays.data.views.posting import posted
from shucheng.kernel.public import Forbidden, ShuchengError, actor_for

_LARGEST = 50_000_000


@posted("data:delivery", "code")
def download(request: HttpRequest, code: str) -> HttpResponse:
    """A token is issued and used at once: on screen a download is one button, and one call."""
    actor = actor_for(request)
    purpose = find_delivery(code, actor=actor).order.purpose
    _made, token = issue_token(code, "download", purpose, actor=actor)
    _number, file = deliver_file(code, token, purpose, request.POST.get("form", "csv"))
    headers = {"Content-Disposition": content_disposition_header(True, file.name) or ""}
    return HttpResponse(file.content, content_type=file.kind, headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
def mark(request: HttpRequest, code: str) -> HttpResponse:
    actor = actor_for(request)
    agreement = find_delivery(code, actor=actor)
    if not may_seek_mark(agreement, actor):
        raise Forbidden("data.govern")
    found, error, lacking = None, None, False
    if request.method == "POST":
        file = request.FILES.get("file")
        lacking = file is None
        if file is not None:
            try:
                found = find_mark(code, file.name or "", file.read(_LARGEST), actor=actor)
            except ShuchengError as refused:
                error = refused
    context = {
        "actor": actor,
        "agreement": agreement,
        "marking": agreement.shows.get("marking"),
        "found": found,
        "error": error,
        "lacking": lacking,
    }
    status = error.status if error else 422 if lacking else 200
    return render(request, "data/delivery_mark.html", context, status=status)

"""Deliveries on screen: the console of agreements, one agreement's page, calls."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shucheng.bays.data.actions.delivering import issue_token, revoke_token, stop_delivery
from shucheng.bays.data.actions.exporting_calls import export_calls
from shucheng.bays.data.queries.calls import calls_page, console, lines_of
from shucheng.bays.data.queries.deliveries import MODE_WORDS, delivery_page
from shucheng.bays.data.views.posting import posted
from shucheng.kernel.public import ShuchengError, actor_for
from shucheng.lib.numbers import whole_number

# What each way of delivery is asked at, and a body that shows how.
EXAMPLES = {
    "api": ("rows", '{"purpose": "%s", "limit": 10}'),
    "sandbox": ("query", '{"purpose": "%s", "sql": "select count(*) from product"}'),
    "aggregate": ("aggregate", '{"purpose": "%s", "epsilon": "0.1"}'),
    "download": ("download", '{"purpose": "%s", "form": "parquet"}'),
    "intersection": ("intersection", '{"purpose": "%s", "request": "BASE64"}'),
}


@require_safe
def deliveries(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    page = console(whole_number(request.GET.get("page", "")) or 1, actor=actor)
    return render(request, "data/deliveries.html", {"page": page, "actor": actor})


@require_safe
def delivery(request: HttpRequest, code: str) -> HttpResponse:
    return _page(request, code)


@posted("data:delivery", "code")
def token(request: HttpRequest, code: str) -> HttpResponse:
    """The new token stands on the answer itself: it is kept nowhere, not in a session either."""
    mode, purpose = request.POST.get("mode", ""), request.POST.get("purpose", "")
    try:
        made, text = issue_token(code, mode, purpose, actor=actor_for(request))
    except ShuchengError as error:
        return _page(request, code, error)
    return _page(request, code, token={"text": text, "made": made, "mode": mode})


@posted("data:delivery", "code")
def untoken(request: HttpRequest, code: str, token_code: str) -> HttpResponse:
    try:
        revoke_token(token_code, actor=actor_for(request))
    except ShuchengError as error:
        return _page(request, code, error)
    messages.success(request, _("The token is revoked: the next call with it is refused."))
    return redirect("data:delivery", code=code)


@posted("data:delivery", "code")
def stop(request: HttpRequest, code: str) -> HttpResponse:
    sent = request.POST
    try:
        stop_delivery(code, sent.get("kind", ""), sent.get("reason", ""), actor=actor_for(request))
    except ShuchengError as error:
        return _page(request, code, error)
    messages.success(request, _("Decided. The next call already finds it."))
    return redirect("data:delivery", code=code)


@require_safe
def calls(request: HttpRequest) -> HttpResponse:
    actor, asked = actor_for(request), request.GET.dict()
    page = calls_page(asked, whole_number(asked.get("page", "")) or 1, actor=actor)
    query = request.GET.copy()
    query.pop("page", None)
    kept = query.urlencode()
    context = {
        "page": page,
        "actor": actor,
        "asked": asked,
        "query": f"{kept}&" if kept else "",
        "file_query": kept,
        "modes": MODE_WORDS.items(),
    }
    return render(request, "data/calls.html", context)


@require_safe
def calls_file(request: HttpRequest) -> HttpResponse:
    content = export_calls(request.GET.dict(), actor=actor_for(request))
    name = f"{_('Calls')}.csv"
    headers = {"Content-Disposition": content_disposition_header(True, name) or ""}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


def _page(
    request: HttpRequest,
    code: str,
    error: ShuchengError | None = None,
    token: dict[str, Any] | None = None,
) -> HttpResponse:
    actor = actor_for(request)
    page = delivery_page(code, actor=actor)
    mode = token["mode"] if token else (page.modes[0][0] if page.modes else "api")
    path, body = EXAMPLES[mode]
    context = {
        "page": page,
        "actor": actor,
        "lines": lines_of(page.calls),
        "now": timezone.now(),
        "tokens": [(each, MODE_WORDS.get(each.mode, each.mode)) for each in page.tokens],
        "error": error,
        "errors": getattr(error, "fields", {}),
        "typed": request.POST.dict() if error else {},
        "token": token,
        "address": request.build_absolute_uri(f"/api/v1/data/deliveries/{code}/{path}"),
        "tokens_address": request.build_absolute_uri(f"/api/v1/data/deliveries/{code}/tokens"),
        "example": body % page.agreement.order.purpose,
        "example_mode": mode,
    }
    status = error.status if error else 200
    answer = render(request, "data/delivery.html", context, status=status)
    if token:
        answer["Cache-Control"] = "no-store"
    return answer

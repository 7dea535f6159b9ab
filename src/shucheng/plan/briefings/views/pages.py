"""Read briefings: the list, one of them, its files, and whether it can be made again."""

from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from shucheng.kernel.public import NotFound, ShuchengError, actor_for
from shucheng.plan.briefings.actions.issuing import note_taking
from shucheng.plan.briefings.models import Briefing, Scope
from shucheng.plan.briefings.queries.briefings import (
    briefing_page,
    briefings,
    chart_of,
    file_of,
)
from shucheng.plan.briefings.queries.rendering import FORMS
from shucheng.plan.briefings.queries.reproducing import reproduce

_MEDIA = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_MOST_SHOWN = 200


@require_safe
def show_list(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    found = briefings(actor=actor)
    scope = request.GET.get("scope", "")
    if scope in Scope.values:
        found = found.filter(scope=scope)
    shown = list(found[:_MOST_SHOWN])
    context = {
        "briefings": shown,
        "scope": scope,
        "scopes": Scope.choices,
        "may_make": actor.may("briefings.make"),
        "may_templates": actor.may("briefings.templates"),
        "simulated": any(each.simulated for each in shown),
    }
    return render(request, "briefings/list.html", context)


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    return briefing_response(request, pk)


def briefing_response(
    request: HttpRequest, pk: int, error: ShuchengError | None = None
) -> HttpResponse:
    """The briefing as it is now; after a refusal with what was typed and what is wrong with it."""
    page = briefing_page(pk, actor=actor_for(request))
    briefing = page.briefing
    typed = request.POST if error else {}
    context: dict[str, Any] = {
        "page": page,
        "briefing": briefing,
        "job": briefing.job,
        "simulated": briefing.simulated,
        "forms": FORMS,
        "error": error,
        "written": {
            name: typed.get(name, getattr(briefing, name))
            for name in ("instructions", "next_steps", "issuer")
        },
        "red_head": "red_head" in typed if error else briefing.red_head,
    }
    if getattr(request, "htmx", False) and briefing.is_busy:
        return render(request, "briefings/busy.html", context)
    response = render(request, "briefings/briefing.html", context)
    response.status_code = error.status if error else 200
    if getattr(request, "htmx", False):
        response["HX-Refresh"] = "true"
    return response


@require_safe
def chart(request: HttpRequest, pk: int, at: int) -> HttpResponse:
    response = HttpResponse(
        chart_of(pk, at, actor=actor_for(request)), content_type="image/svg+xml"
    )
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    response["Cache-Control"] = "private, max-age=600"
    return response


@require_safe
def take(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    if form not in FORMS:
        raise NotFound(_("The file"))
    actor = actor_for(request)
    name, content = file_of(pk, form, actor=actor)
    note_taking(pk, form, actor=actor)
    return attachment(name, content, _MEDIA[form])


def attachment(name: str, content: bytes, media: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Make it again and compare."""
    actor = actor_for(request)
    found = reproduce(pk, actor=actor)
    if found is None:
        raise NotFound(_("The issued briefing"))
    briefing: Briefing = found.issue.briefing
    context = {"found": found, "briefing": briefing, "simulated": briefing.simulated}
    return render(request, "briefings/check.html", context)

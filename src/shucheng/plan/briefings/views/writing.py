"""Begin a briefing, write in it, issue it, drop it."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shucheng.kernel.public import Actor, Conflict, Invalid, actor_for
from shucheng.lib.numbers import whole_number
from shucheng.plan.briefings.actions.issuing import ask_to_issue
from shucheng.plan.briefings.actions.making import (
    Order,
    begin_briefing,
    drop_briefing,
    write_paragraphs,
)
from shucheng.plan.briefings.models import Briefing, Kind, Scope
from shucheng.plan.briefings.queries.briefings import (
    find_briefing,
    issued_scopes,
    period_choices,
    scope_choices,
)
from shucheng.plan.briefings.views.pages import briefing_response
from shucheng.plan.views.back import posted_only


def _to_briefing(_request: HttpRequest, pk: int) -> str:
    return reverse("briefings:briefing", args=[pk])


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """`?replaces=` corrects an issued one: scope and period are its."""
    actor = actor_for(request)
    actor.require("briefings.make")
    replaced = _replaced(request, actor)
    error: Invalid | None = None
    if request.method == "POST":
        try:
            briefing = begin_briefing(_order(request, replaced), actor=actor)
        except Invalid as refused:
            error = refused
        else:
            messages.success(request, _("The facts are being gathered."))
            return redirect("briefings:briefing", briefing.pk)
    scopes = [(kind, choices) for kind, choices in scope_choices(actor) if choices]
    periods = period_choices()
    # Offered first: the newest month, for whom it is not told of yet.
    newest, every = periods[0][1][0], [choice for _kind, choices in scopes for choice in choices]
    issued = issued_scopes(newest)
    open_scopes = [choice.value for choice in every if choice.value not in issued]
    offered = {"scope": open_scopes[0] if open_scopes else "", "period": str(newest)}
    context = {
        "scopes": [(Scope(kind).label, choices) for kind, choices in scopes],
        "periods": [(Kind(kind).label, found) for kind, found in periods],
        "newest": newest,
        "issued": [choice.name for choice in every if choice.value in issued],
        "replaced": replaced,
        "typed": request.POST if error else {**offered, **request.GET.dict()},
        "error": error,
        "errors": error.fields if error else {},
        "standing": error.values.get("standing") if error else None,
    }
    return render(request, "briefings/new.html", context, status=error.status if error else 200)


def _replaced(request: HttpRequest, actor: Actor) -> Briefing | None:
    pk = whole_number(request.GET.get("replaces", ""))
    return find_briefing(pk, actor=actor) if pk is not None else None


def _order(request: HttpRequest, replaced: Briefing | None) -> Order:
    as_of = _moment(request.POST.get("as_of", ""))
    if replaced is not None:
        return Order(
            scope=f"{replaced.scope}:{replaced.scope_code}",
            period=replaced.period,
            as_of=as_of,
            replaces=replaced.pk,
            reason=request.POST.get("reason", ""),
        )
    return Order(
        scope=request.POST.get("scope", ""), period=request.POST.get("period", ""), as_of=as_of
    )


def _moment(text: str) -> datetime | None:
    if not text.strip():
        return None
    try:
        moment = parse_datetime(text.strip())
    except ValueError:
        moment = None
    if moment is None:
        message = _("Write the moment as 2026-10-12 09:30, or leave it out.")
        raise Invalid("briefings.as_of", message, message, {"as_of": message})
    return moment if moment.tzinfo else timezone.make_aware(moment)


@posted_only(_to_briefing)
def write(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        write_paragraphs(
            pk,
            _revision(request),
            instructions=request.POST.get("instructions", ""),
            next_steps=request.POST.get("next_steps", ""),
            red_head="red_head" in request.POST,
            issuer=request.POST.get("issuer", ""),
            actor=actor_for(request),
        )
    except (Conflict, Invalid) as error:
        return briefing_response(request, pk, error)
    messages.success(request, _("Saved."))
    return redirect("briefings:briefing", pk)


@posted_only(_to_briefing)
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        ask_to_issue(pk, _revision(request), actor=actor_for(request))
    except (Conflict, Invalid) as error:
        return briefing_response(request, pk, error)
    messages.success(request, _("The files are being set; then the briefing is issued."))
    return redirect("briefings:briefing", pk)


@posted_only(_to_briefing)
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        drop_briefing(pk, _revision(request), actor=actor_for(request))
    except (Conflict, Invalid) as error:
        return briefing_response(request, pk, error)
    messages.success(request, _("The draft was dropped."))
    return redirect("briefings:list")


def _revision(request: HttpRequest) -> int:
    found = whole_number(request.POST.get("revision", ""))
    return -1 if found is None else found

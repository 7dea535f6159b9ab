"""Coefficients: proposed by one person, decided by another."""

from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shucheng.bays.statistics.actions.coefficients import decide_coefficient, propose_coefficient
from shucheng.bays.statistics.queries.coefficients import (
    coefficients_page,
    firm_chosen,
    firm_meant,
    firms_suggested,
)
from shucheng.bays.statistics.views.posting import posted
from shucheng.kernel.public import ShuchengError, actor_for
from shucheng.lib.numbers import whole_number


@require_http_methods(["GET", "HEAD", "POST"])
def coefficients(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    actor.require("statistics.decide")
    if request.method != "POST":
        return _page(request)
    sent = request.POST
    year, _dash, month = sent.get("since", "").partition("-")
    since = whole_number(year + month) or 0
    try:
        propose_coefficient(
            firm_meant(sent.get("firm", ""), actor=actor),
            sent.get("class", ""),
            _share(sent.get("share", "")),
            reason=sent.get("reason", ""),
            since=since,
            actor=actor,
        )
    except ShuchengError as error:
        return _page(request, error)
    messages.success(request, _("The share is proposed; another person decides."))
    return redirect("statistics:coefficients")


@require_safe
def firms(request: HttpRequest) -> HttpResponse:
    """The firms that may be meant by what is typed so far, as options of the form."""
    found = firms_suggested(request.GET.get("firm", ""), actor=actor_for(request))
    return render(request, "statistics/firm_options.html", {"firms": found})


@posted("statistics:coefficients")
def decide(request: HttpRequest, coefficient_id: int) -> HttpResponse:
    sent = request.POST
    try:
        decide_coefficient(
            coefficient_id,
            whole_number(sent.get("revision", "")) or 0,
            approve=sent.get("decision") == "approve",
            reason=sent.get("reason", ""),
            actor=actor_for(request),
        )
    except ShuchengError as error:
        return _page(request, error)
    messages.success(request, _("The decision is kept."))
    return redirect("statistics:coefficients")


def _page(request: HttpRequest, error: ShuchengError | None = None) -> HttpResponse:
    actor = actor_for(request)
    page = coefficients_page(whole_number(request.GET.get("page", "")) or 1, actor=actor)
    chosen = firm_chosen(request.GET.get("firm", "")[:18], actor=actor)
    context = {
        "page": page,
        "me": actor.person_id,
        "error": error,
        "errors": getattr(error, "fields", {}),
        "typed": request.POST.dict() if error else {"firm": chosen},
        "simulated": page.simulated,
    }
    status = error.status if error else 200
    return render(request, "statistics/coefficients.html", context, status=status)


def _share(text: str) -> Decimal | str:
    """Per cent, as it was written, as a share; what is no number is left for the action."""
    try:
        return Decimal(text.strip().rstrip("%％")) / 100
    except InvalidOperation:
        return text

"""Closed periods."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shucheng.kernel.errors import NotFound, ShuchengError
from shucheng.kernel.identity.actors import actor_for
from shucheng.kernel.reporting.actions.locks import ask_reopening, close_period, reopen_period
from shucheng.kernel.reporting.queries.lists import forms
from shucheng.kernel.reporting.queries.locks import lock_history, locks, reopening_requests

DEEDS = {"close": close_period, "ask": ask_reopening, "reopen": reopen_period}


@require_safe
def show_locks(request: HttpRequest) -> HttpResponse:
    return _locks_response(request)


def _locks_response(request: HttpRequest, error: ShuchengError | None = None) -> HttpResponse:
    actor = actor_for(request)
    asks = any(actor.may(f"reporting.{right}") for right in ("report", "review", "manage"))
    context = {
        "locks": locks(actor=actor),
        "history": lock_history(actor=actor)[:100],
        "requests": reopening_requests(actor=actor) if actor.may("reporting.manage") else [],
        "forms": forms(actor=actor),
        "may_manage": actor.may("reporting.manage"),
        "may_ask": asks and not actor.may("reporting.manage"),
        "error": error,
        "errors": getattr(error, "fields", {}),
        "posted": request.POST if error else request.GET,
    }
    return render(request, "reporting/locks.html", context, status=error.status if error else 200)


@require_POST
def change_lock(request: HttpRequest, deed: str) -> HttpResponse:
    if deed not in DEEDS:
        raise NotFound(_("This page"))
    try:
        DEEDS[deed](
            request.POST.get("period", ""),
            request.POST.get("reason", ""),
            form=request.POST.get("form", ""),
            actor=actor_for(request),
        )
    except ShuchengError as error:
        if error.status in (403, 404):
            raise
        return _locks_response(request, error)
    done = {
        "close": _("The period was closed."),
        "ask": _("The plan office was asked to reopen the period."),
        "reopen": _("The period was reopened."),
    }
    messages.success(request, done[deed])
    return redirect("reporting:locks")

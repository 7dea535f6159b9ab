"""Pages that belong to no room: language, search, and the pages of errors."""

import logging

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from shucheng.kernel.public import (
    Forbidden,
    Invalid,
    NotFound,
    ShuchengError,
    actor_for,
    bays,
    waits_to_report,
)
from shucheng.plan.public import current_version, organisations_with_duties
from shucheng.web.finding import find
from shucheng.web.middleware import error_response
from shucheng.web.navigation import speaks_for_one

# As long as the field allows; the longest name of an indicator is shorter.
MOST_WORDS = 200


def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the chosen language in this browser and go back to where the person was."""
    target = request.GET.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        target = "/"
    response = HttpResponseRedirect(target)
    if request.GET.get("to") in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            request.GET["to"],
            max_age=365 * 24 * 3600,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Where one begins after signing in: a liaison with what waits to be reported, else with the
    own organisation's duties; whoever only trades with the first platform open to them; others with
    the cockpit."""
    actor = actor_for(request)
    if not actor.may("plan.view"):
        menus = (entry for bay in bays() for entry in bay.menu if actor.may(entry.permission))
        return redirect(next((entry.url_name for entry in menus), "cockpit:home"))
    if not speaks_for_one(actor):
        return redirect("cockpit:home")
    return redirect("reporting:tasks" if waits_to_report(actor=actor) else "our_duties")


@require_GET
def our_duties(request: HttpRequest) -> HttpResponse:
    """What the plan asks of the own organisation; of all where it names others."""
    actor = actor_for(request)
    lines = organisations_with_duties(actor=actor)
    own = next((line for line in lines if line.organisation_id in actor.organisation_ids), None)
    if own:
        return redirect("plan:duties", own.name)
    return redirect(f"{reverse('plan:organisations')}?own=1" if lines else "cockpit:home")


def search(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    actor.require("plan.view")
    words = request.GET.get("q", "").strip()
    if len(words) > MOST_WORDS:
        raise Invalid(
            "search.too_long",
            _("A search of more than %(most)s characters finds nothing."),
            _("Search for a word or two of the text, the name of an indicator or organisation."),
            most=MOST_WORDS,
        )
    request.plan_in_force = version = current_version()  # type: ignore[attr-defined]
    groups = find(words, actor=actor, version=version) if words else None
    return render(request, "web/search.html", {"words": words, "groups": groups})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    error = ShuchengError(
        "bad_request",
        _("The request could not be understood."),
        _("Go back, reload the page, and try again."),
    )
    return error_response(request, error)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_response(request, Forbidden(str(exception) or "—"))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_response(request, NotFound(_("This page")))


def defect(request: HttpRequest) -> HttpResponse:
    error = ShuchengError(
        "defect",
        _("Something went wrong on our side. It has been recorded."),
        _("Try again in a minute; if it happens again, tell an administrator the request id."),
    )
    error.status = 500
    try:
        return error_response(request, error)
    except Exception:
        # The frame of a page asks the database who is there; the database may be what failed.
        logging.getLogger("shucheng.defect").exception("the page of an error failed")
        known = {"request_id": getattr(request, "request_id", "")}
        return HttpResponse(render_to_string("500.html", known), status=500)

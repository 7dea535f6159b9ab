"""Authorised operation: the list, a plan being written, one with its steps and all that rests on
it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shucheng.bays.data.actions.authorising import (
    move_authorisation,
    plan_authorisation,
    write_agreement,
    write_plan,
)
from shucheng.bays.data.queries.authorisation_pages import (
    authorisation_page,
    authorisations,
    codes_in,
    plan_form,
)
from shucheng.bays.data.views.form_fields import codes_or_words
from shucheng.bays.data.views.posting import posted
from shucheng.bays.data.views.stepping import sent_step
from shucheng.kernel.public import Forbidden, NotFound, ShuchengError, actor_for
from shucheng.lib.numbers import whole_number


@require_safe
def authorisation_list(request: HttpRequest) -> HttpResponse:
    page = authorisations(request.GET.get("state", ""), actor=actor_for(request))
    return render(request, "data/authorisations.html", {"page": page, "simulated": page.simulated})


@require_http_methods(["GET", "HEAD", "POST"])
def authorisation_new(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    if not actor.may("data.hold"):
        raise Forbidden("data.hold")
    error: ShuchengError | None = None
    if request.method == "POST":
        try:
            made = plan_authorisation(
                request.POST.get("title", ""),
                **_sent_plan(request),
                applicant=actor.organisation_id or 0,
                actor=actor,
            )
        except ShuchengError as refused:
            error = refused
        else:
            messages.success(request, _("The plan is kept. Submit it once every head is written."))
            return redirect("data:authorisation", made.case.code)
    return _plan(request, None, error)


@require_http_methods(["GET", "HEAD", "POST"])
def authorisation_plan(request: HttpRequest, code: str) -> HttpResponse:
    """The plan of an authorisation written on, while it has not been submitted."""
    actor = actor_for(request)
    found = authorisation_page(code, actor=actor)
    if not found.writes_plan:
        return redirect("data:authorisation", code)
    error: ShuchengError | None = None
    if request.method == "POST":
        revision = whole_number(request.POST.get("revision", "")) or 0
        try:
            write_plan(code, revision, **_sent_plan(request), actor=actor)
        except ShuchengError as refused:
            error = refused
        else:
            messages.success(request, _("The plan is kept. Submit it once every head is written."))
            return redirect("data:authorisation", code)
    return _plan(request, found, error)


@require_safe
def authorisation(request: HttpRequest, code: str) -> HttpResponse:
    return _page(request, code)


@posted("data:authorisation", "code")
def authorisation_step(request: HttpRequest, code: str) -> HttpResponse:
    sent = request.POST
    try:
        move_authorisation(
            code,
            whole_number(sent.get("revision", "")) or 0,
            sent.get("event", ""),
            actor=actor_for(request),
            operator=whole_number(sent.get("operator", "")),
            resources=codes_in(sent.getlist("resources")),
            **sent_step(request),
        )
    except (NotFound, Forbidden):
        raise
    except ShuchengError as error:
        return _page(request, code, error)
    messages.success(request, _("The step is done."))
    return redirect("data:authorisation", code)


@posted("data:authorisation", "code")
def authorisation_agreement(request: HttpRequest, code: str) -> HttpResponse:
    sent = request.POST
    texts = {name.removeprefix("head-"): str(text) for name, text in sent.items()}
    try:
        revision = whole_number(sent.get("revision", "")) or 0
        write_agreement(code, revision, texts, actor=actor_for(request))
    except (NotFound, Forbidden):
        raise
    except ShuchengError as error:
        return _page(request, code, error)
    messages.success(request, _("The agreement is kept. Sign it once every head is written."))
    return redirect("data:authorisation", code)


def _page(request: HttpRequest, code: str, error: ShuchengError | None = None) -> HttpResponse:
    found = authorisation_page(code, actor=actor_for(request))
    context = {
        "found": found,
        "page": found.page,
        "case": found.page.case,
        "authorisation": found.authorisation,
        "fallout": found.fallout,
        "companies": found.companies,
        "candidates": found.candidates,
        "error": error,
        "errors": getattr(error, "fields", {}),
        "typed": request.POST.dict() if error else {},
        "step_url": "data:authorisation_step",
        "simulated": found.page.case.simulated,
    }
    status = error.status if error else 200
    return render(request, "data/authorisation.html", context, status=status)


def _plan(request: HttpRequest, found: Any, error: ShuchengError | None) -> HttpResponse:
    """The form, with what was typed, or what is kept, or nothing."""
    kept = found.authorisation if found else None
    sent = request.POST
    texts = (
        {name.removeprefix("head-"): str(text) for name, text in sent.items()}
        if sent
        else (kept.plan if kept else {})
    )
    limits = _sent_limits(request) if sent else (kept.limits if kept else {})
    context = {
        "form": plan_form(texts, actor=actor_for(request)),
        "found": found,
        "chosen": sent.getlist("resources") if sent else (kept.resources if kept else []),
        "mode": sent.get("mode") or (kept.mode if kept else "scenario"),
        "scenario": sent.get("scenario") or (kept.scenario if kept else ""),
        "limits": limits,
        "passes_on": "may_pass_on" in sent if sent else bool(kept and kept.may_pass_on),
        "typed": sent.dict(),
        "error": error,
        "errors": getattr(error, "fields", {}),
    }
    status = error.status if error else 200
    return render(request, "data/authorisation_plan.html", context, status=status)


def _sent_plan(request: HttpRequest) -> dict[str, Any]:
    sent = request.POST
    heads = {k.removeprefix("head-"): str(v) for k, v in sent.items() if k.startswith("head-")}
    return {
        "resources": codes_in(sent.getlist("resources")),
        "mode": sent.get("mode", ""),
        "scenario": sent.get("scenario", ""),
        "limits": _sent_limits(request),
        "plan": heads,
        "may_pass_on": "may_pass_on" in sent,
    }


def _sent_limits(request: HttpRequest) -> dict[str, list[str]]:
    """What was chosen or typed, by dimension; one that is not limited is not there."""
    said = {
        name.removeprefix("limit-"): codes_or_words("，".join(map(str, request.POST.getlist(name))))
        for name in request.POST
        if name.startswith("limit-")
    }
    return {name: values for name, values in said.items() if values}

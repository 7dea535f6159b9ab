"""Registration: the desk, applying, one with its steps, the public notices."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shucheng.bays.data.actions.registration import move_registration, open_registration
from shucheng.bays.data.queries.registration import (
    desk,
    notices,
    registrable,
    registration_page,
)
from shucheng.bays.data.views.posting import posted
from shucheng.bays.data.views.stepping import sent_step
from shucheng.kernel.public import Forbidden, NotFound, ShuchengError, actor_for
from shucheng.lib.numbers import whole_number


@require_safe
def registrations(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    page = desk(request.GET.dict(), actor=actor)
    context = {
        "page": page,
        "may_apply": actor.may("data.hold") or actor.may("data.operate"),
        "simulated": page.simulated,
    }
    return render(request, "data/registrations.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def registration_new(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    if not (actor.may("data.hold") or actor.may("data.operate")):
        raise Forbidden("data.hold")
    error: ShuchengError | None = None
    if request.method == "POST":
        kind, _bar, about = request.POST.get("thing", "").partition("|")
        try:
            case = open_registration(
                kind,
                about,
                request.POST.get("title", ""),
                applicant=actor.organisation_id or 0,
                actor=actor,
            )
        except ShuchengError as refused:
            error = refused
        else:
            messages.success(request, _("Opened. Apply with what the form asks for."))
            return redirect("data:registration", case.code)
    context = {
        "things": registrable(actor=actor),
        "chosen": request.POST.get("thing") or request.GET.get("thing", ""),
        "typed": request.POST.dict(),
        "error": error,
    }
    status = error.status if error else 200
    return render(request, "data/registration_new.html", context, status=status)


@require_safe
def registration(request: HttpRequest, code: str) -> HttpResponse:
    return _page(request, code)


@posted("data:registration", "code")
def registration_step(request: HttpRequest, code: str) -> HttpResponse:
    try:
        move_registration(
            code,
            whole_number(request.POST.get("revision", "")) or 0,
            request.POST.get("event", ""),
            actor=actor_for(request),
            **sent_step(request),
        )
    except (NotFound, Forbidden):
        raise
    except ShuchengError as error:
        return _page(request, code, error)
    messages.success(request, _("The step is done."))
    return redirect("data:registration", code)


@require_safe
def registration_notices(request: HttpRequest) -> HttpResponse:
    found = notices(actor=actor_for(request))
    context = {"notices": found, "simulated": any(each.case.simulated for each in found)}
    return render(request, "data/registration_notices.html", context)


def _page(request: HttpRequest, code: str, error: ShuchengError | None = None) -> HttpResponse:
    found = registration_page(code, actor=actor_for(request))
    context = {
        "found": found,
        "page": found.page,
        "case": found.page.case,
        "error": error,
        "typed": request.POST.dict() if error else {},
        "step_url": "data:registration_step",
        "simulated": found.page.case.simulated,
    }
    status = error.status if error else 200
    return render(request, "data/registration.html", context, status=status)

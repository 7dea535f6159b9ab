"""Where the plan office sets how an indicator is judged: county targets, quarters, path, notes."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from shucheng.kernel.public import Actor, Invalid, NotFound, actor_for
from shucheng.lib.numbers import whole_number
from shucheng.plan.actions.judging import (
    decompose_over_areas,
    decompose_over_quarters,
    note_difference,
    set_path,
    withdraw_difference,
)
from shucheng.plan.models import PathMethod
from shucheng.plan.queries.deciding import Deciding, deciding
from shucheng.plan.queries.splitting import BASES, PROBLEMS, Proposal
from shucheng.plan.views.typed import Typed


@require_http_methods(["GET", "POST"])
def judging(request: HttpRequest, code: str) -> HttpResponse:
    """GET shows an indicator's year; POST sets one thing of it, named by `what`."""
    actor = actor_for(request)
    actor.require("plan.manage")
    if request.method == "GET":
        return _page(request, code)
    done = _DEEDS.get(request.POST.get("what", ""))
    if done is None:
        raise NotFound(_("This decision"))
    try:
        said = done(code, _year(request.POST) or 0, request.POST, actor)
    except Invalid as error:
        return _page(request, code, error)
    messages.success(request, str(said))
    return redirect(reverse("plan:judging", args=[code]) + f"?year={_year(request.POST) or ''}")


@require_GET
def split_preview(request: HttpRequest, code: str) -> HttpResponse:
    """What the typed weights and fixed parts would give: the table with its sum."""
    typed = Typed(request.GET)
    found = _found(request.GET, typed, code, actor_for(request))
    what = request.GET.get("what", "")
    proposal = found.quarters if what == "quarters" else found.areas
    context = {
        "found": found,
        "what": what,
        "typed": request.GET,
        "unread": typed.unread,
        **_split_context(proposal),
    }
    return render(request, "plan/judging_split.html", context)


def _page(request: HttpRequest, code: str, error: Invalid | None = None) -> HttpResponse:
    typed = request.POST if error else request.GET
    read = Typed(typed)
    found = _found(typed, read, code, actor_for(request))
    context = {
        "found": found,
        "bases": {code: label for code, label in BASES.items() if code in _CHOICES},
        "typed": typed,
        "wrong": typed.get("what", "") if error else "",
        "error": error,
        "unread": read.unread,
        "simulated": found.simulated,
        "areas": _split_context(found.areas),
        "quarters": _split_context(found.quarters),
    }
    return render(request, "plan/judging.html", context, status=error.status if error else 200)


_CHOICES = ("last_year", "newest", "equal")


def _found(typed: QueryDict, read: Typed, code: str, actor: Actor) -> Deciding:
    of_areas = typed.get("what") == "areas"
    of_quarters = typed.get("what") == "quarters"
    basis = typed.get("basis", "")
    return deciding(
        code,
        _year(typed),
        basis=basis if basis in _CHOICES else "",
        weights=read.numbers("weight:") if of_areas and basis == "given" else None,
        fixed=read.numbers("fixed:") if of_areas else None,
        quarter_weights=read.numbers("weight:") if of_quarters else None,
        quarter_fixed=read.numbers("fixed:") if of_quarters else None,
        actor=actor,
    )


def _split_context(proposal: Proposal | None) -> dict[str, Any]:
    problem = PROBLEMS.get(proposal.problem) if proposal else None
    return {
        "proposal": proposal,
        "problem": problem[0] if problem else "",
        "next_step": problem[1] if problem else "",
    }


def _year(typed: QueryDict) -> int | None:
    return whole_number(typed.get("year", ""))


def _set_areas(code: str, year: int, typed: QueryDict, actor: Actor) -> str | Promise:
    basis, read = typed.get("basis", ""), Typed(typed)
    weights = read.numbers("weight:") if basis == "given" else None
    fixed = read.numbers("fixed:")
    read.check()
    decompose_over_areas(
        code,
        year,
        typed.get("reason", ""),
        basis=basis if basis in _CHOICES else "",
        weights=weights,
        fixed=fixed,
        why_not=typed.get("why_not", ""),
        confirmed=bool(typed.get("confirmed")),
        actor=actor,
    )
    return _("The counties' targets are set.")


def _set_quarters(code: str, year: int, typed: QueryDict, actor: Actor) -> str | Promise:
    read = Typed(typed)
    weights, fixed = read.numbers("weight:"), read.numbers("fixed:")
    read.check()
    decompose_over_quarters(
        code, year, typed.get("reason", ""), weights=weights, fixed=fixed, actor=actor
    )
    return _("The quarters are set, and the path runs from one to the next.")


def _set_path(code: str, year: int, typed: QueryDict, actor: Actor) -> str | Promise:
    read, method = Typed(typed), typed.get("method", "")
    knots = read.numbers("knot:") if method == PathMethod.BY_HAND else {}
    read.check()
    set_path(code, year, method, knots, typed.get("reason", ""), actor=actor)
    return _("The path is set.")


def _note(code: str, _year: int, typed: QueryDict, actor: Actor) -> str | Promise:
    read = Typed(typed)
    amount = read.number("amount")
    read.check()
    note_difference(
        code,
        read.text("name"),
        read.text("reason"),
        read.text("since"),
        amount=amount,
        until=read.text("until"),
        actor=actor,
    )
    return _("The explanation is kept.")


def _withdraw(_code: str, _year: int, typed: QueryDict, actor: Actor) -> str | Promise:
    note = whole_number(typed.get("note", ""))
    withdraw_difference(note or 0, typed.get("reason", ""), actor=actor)
    return _("The explanation is withdrawn.")


_DEEDS: dict[str, Callable[[str, int, QueryDict, Actor], str | Promise]] = {
    "areas": _set_areas,
    "quarters": _set_quarters,
    "path": _set_path,
    "difference": _note,
    "withdraw": _withdraw,
}

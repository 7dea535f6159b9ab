"""Firms to be won: the list, one firm's history, and each step with it."""

from datetime import date
from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shucheng.bays.statistics.actions.prospects import list_prospect, move_prospect
from shucheng.bays.statistics.models import Prospect
from shucheng.bays.statistics.queries.prospects import prospect_page, prospects_page
from shucheng.bays.statistics.views.prospect_charts import stages_by_industry
from shucheng.kernel.public import Conflict, Invalid, actor_for
from shucheng.lib.numbers import whole_number

_MOST = Decimal(10) ** 11


@require_http_methods(["GET", "HEAD", "POST"])
def prospects(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    error: Invalid | None = None
    if request.method == "POST":
        actor.require("statistics.win")
        try:
            made = _listed(request)
        except Invalid as refused:
            error = refused
        else:
            messages.success(request, _("The firm is on the list."))
            return redirect("statistics:prospect", made.pk)
    page = prospects_page(request.GET, actor=actor)
    asked = {name: value for name, value in page.asked.items() if value}
    context = {
        "page": page,
        "view": "table" if request.GET.get("view") == "table" else "board",
        "query": urlencode(asked),
        "chart": stages_by_industry(page.by_industry, [each.name for each in page.columns]),
        "picture_types": ("PNG", "SVG", "CSV"),
        "error": error,
        "errors": error.fields if error else {},
        "typed": request.POST.dict() if error else {},
        "simulated": page.simulated,
    }
    status = error.status if error else 200
    return render(request, "statistics/prospects.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def prospect(request: HttpRequest, prospect_id: int) -> HttpResponse:
    actor = actor_for(request)
    error: Conflict | Invalid | None = None
    if request.method == "POST":
        sent = request.POST
        try:
            move_prospect(
                prospect_id,
                whole_number(sent.get("revision", "")) or 0,
                stage=sent.get("stage", ""),
                text=sent.get("text", ""),
                next_action=sent.get("next_action", ""),
                due=_day(sent.get("due", "")),
                actor=actor,
            )
        except (Conflict, Invalid) as refused:
            error = refused
        else:
            messages.success(request, _("The step is kept."))
            return redirect("statistics:prospect", prospect_id)
    page = prospect_page(prospect_id, actor=actor)
    one = page.line.prospect
    # A day that is past is not offered again.
    due = one.due.isoformat() if one.due and not page.line.is_late else ""
    context = {
        "page": page,
        "line": page.line,
        "one": one,
        "stages": Prospect.Stage.choices,
        "today": page.line.today,
        "error": error,
        "errors": getattr(error, "fields", {}),
        "typed": request.POST.dict()
        if error
        else {"stage": _onward(request, one), "next_action": one.next_action, "due": due},
        "simulated": one.simulated,
    }
    status = error.status if error else 200
    return render(request, "statistics/prospect.html", context, status=status)


def _onward(request: HttpRequest, one: Prospect) -> str:
    """The stage that the board proposed, or where it stands."""
    asked = request.GET.get("to", "")
    return asked if asked in Prospect.Stage.values else one.stage


def _listed(request: HttpRequest) -> Prospect:
    sent = request.POST
    return list_prospect(
        sent.get("name", ""),
        sent.get("industry", ""),
        owner=whole_number(sent.get("owner", "")) or 0,
        kind=sent.get("kind", "")[:40],
        area=sent.get("area", "")[:32],
        next_action=sent.get("next_action", ""),
        due=_day(sent.get("due", "")),
        amount=_amount(sent.get("amount", "")),
        actor=actor_for(request),
    )


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise _wrong("due", _("Write a day like 2026-11-30.")) from None


def _amount(text: str) -> Decimal | None:
    if not text.strip():
        return None
    try:
        amount = Decimal(text.strip())
    except InvalidOperation:
        amount = Decimal(-1)
    if not (amount.is_finite() and 0 <= amount < _MOST):
        raise _wrong("amount", _("Write a number, in 10,000 yuan."))
    return round(amount, 2)


def _wrong(field: str, message: str) -> Invalid:
    return Invalid(
        "statistics.prospect",
        _("The entry cannot be taken as it is."),
        _("Correct what is marked and send it again."),
        fields={field: message},
    )

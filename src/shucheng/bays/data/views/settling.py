"""Settlements and the books."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shucheng.bays.data.actions.settling import (
    pay_out,
    record_payment,
    refund_settlement,
    repay_buyer,
    settle_until,
)
from shucheng.bays.data.actions.settling_files import XLSX, invoice_file
from shucheng.bays.data.models.money import LedgerEntry
from shucheng.bays.data.queries.settling_pages import (
    books_page,
    settlement_page,
    settlements_page,
)
from shucheng.bays.data.views import market_forms as forms
from shucheng.kernel.public import Actor, Conflict, Invalid, actor_for
from shucheng.lib.periods import Period, PeriodInvalid


@require_http_methods(["GET", "HEAD", "POST"])
def settlements(request: HttpRequest) -> HttpResponse:
    """The list; who settles has a period settled here."""
    actor = actor_for(request)
    error: Invalid | None = None
    if request.method == "POST":
        try:
            done = settle_until(_month(request.POST.get("period", "")), actor=actor)
        except Invalid as refused:
            error = refused
        else:
            if done.refused:
                named = ", ".join(done.refused)
                messages.warning(request, _("Not settled: %(codes)s.") % {"codes": named})
            messages.success(request, _("Settlements made: %(n)s.") % {"n": len(done.settlements)})
            return redirect("data:settlements")
    page = settlements_page(request.GET, actor=actor)
    context = {
        "page": page,
        "query": urlencode(page.asked),
        "error": error,
        "errors": error.fields if error else {},
    }
    return render(request, "data/settlements.html", context, status=error.status if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def settlement(request: HttpRequest, code: str) -> HttpResponse:
    actor = actor_for(request)
    error: Invalid | Conflict | None = None
    if request.method == "POST":
        sent = request.POST
        try:
            refund_settlement(
                code,
                fen=forms.fen(sent, "fen", optional=True) or None,
                reason=sent.get("text", ""),
                actor=actor,
            )
        except (Invalid, Conflict) as refused:
            error = refused
        else:
            messages.success(request, _("The refund is booked, with a credit note."))
            return redirect("data:settlement", code)
    page = settlement_page(code, request.GET, actor=actor)
    context = {
        "page": page,
        "settlement": page.settlement,
        "error": error,
        "errors": getattr(error, "fields", {}),
        "typed": request.POST.dict() if error else {},
        "simulated": page.settlement.simulated,
    }
    return render(request, "data/settlement.html", context, status=error.status if error else 200)


@require_safe
def invoice(request: HttpRequest, number: str) -> HttpResponse:
    name, content = invoice_file(number, actor=actor_for(request))
    headers = {"Content-Disposition": content_disposition_header(True, name) or ""}
    return HttpResponse(content, content_type=XLSX, headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
def books(request: HttpRequest) -> HttpResponse:
    """The accounts and entries; payments, payouts and returns are booked here."""
    actor = actor_for(request)
    error: Invalid | Conflict | None = None
    if request.method == "POST":
        try:
            again = _book(request, actor)
        except (Invalid, Conflict) as refused:
            error = refused
        else:
            if again:
                told = _("It was booked already on %(day)s; nothing was booked again.")
                messages.warning(request, told % {"day": again.on})
            else:
                messages.success(request, _("It is in the books."))
            return redirect("data:books")
    page = books_page(request.GET, actor=actor)
    context = {
        "page": page,
        "query": urlencode(page.asked),
        "buyers": [each for each in page.accounts if each.kind == "receivable"],
        "payees": [each for each in page.accounts if each.owed and each.owed.owed > 0],
        "error": error,
        "errors": getattr(error, "fields", {}),
        "typed": request.POST.dict() if error else {},
    }
    return render(request, "data/books.html", context, status=error.status if error else 200)


def _book(request: HttpRequest, actor: Actor) -> LedgerEntry | None:
    """Books what was sent; gives the entry that was there already, where there was one."""
    sent = request.POST
    match sent.get("event"):
        case "payment":
            done = record_payment(
                sent.get("buyer", ""),
                forms.fen(sent, "fen"),
                sent.get("reference", ""),
                actor=actor,
            )
        case "payout":
            amount = forms.fen(sent, "fen", optional=True) or None
            pay_out(sent.get("account", "")[:80], fen=amount, actor=actor)
            return None
        case "repayment":
            done = repay_buyer(sent.get("buyer", ""), sent.get("reference", ""), actor=actor)
        case _:
            raise forms.wrong("event", _("Choose what is booked."))
    return done.entry if done.again else None


def _month(text: str) -> Period:
    try:
        found = Period.parse(text)
    except PeriodInvalid:
        raise forms.wrong("period", _("Write a month like 2026-11.")) from None
    if found.frequency != "M":
        raise forms.wrong("period", _("Write a month like 2026-11."))
    return found

"""Guided prices: who has ceilings until when; an authorisation's numbers with their sources."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shucheng.bays.data.actions.prices import fix_prices, note_actual
from shucheng.bays.data.engine.authority.price import Costs
from shucheng.bays.data.queries.prices import price_lines, price_page
from shucheng.bays.data.views.posting import posted
from shucheng.bays.data.views.stepping import sent_day
from shucheng.kernel.public import Forbidden, Invalid, NotFound, ShuchengError, actor_for
from shucheng.lib.numbers import whole_number


@require_safe
def prices(request: HttpRequest) -> HttpResponse:
    lines = price_lines(actor=actor_for(request))
    context = {
        "lines": lines,
        "simulated": any(each.authorisation.case.simulated for each in lines),
    }
    return render(request, "data/prices.html", context)


@require_safe
def authorisation_prices(request: HttpRequest, code: str) -> HttpResponse:
    return _page(request, code)


@posted("data:authorisation_prices", "code")
def price_fix(request: HttpRequest, code: str) -> HttpResponse:
    sent = request.POST.dict()
    try:
        since, until = sent_day(sent, "since"), sent_day(sent, "until")
        if since is None or until is None:
            raise _wrong("since", _("Give the first and the last day."))
        named = {part: _numbers(sent, f"{part}-") for part in ("weight", "volume")}
        ceilings = {
            name.removeprefix("ceiling-"): _fen(text, name)
            for name, text in sent.items()
            if name.startswith("ceiling-") and text.strip()
        }
        fix_prices(
            code,
            _costs(sent),
            since=since,
            until=until,
            weights=named["weight"],
            volumes=named["volume"],
            ceilings=ceilings or None,
            actor=actor_for(request),
        )
    except (NotFound, Forbidden):
        raise
    except ShuchengError as error:
        return _page(request, code, error)
    messages.success(request, _("The permitted revenue and the ceilings are fixed."))
    return redirect("data:authorisation_prices", code)


@posted("data:authorisation_prices", "code")
def price_actual(request: HttpRequest, code: str) -> HttpResponse:
    sent = request.POST.dict()
    try:
        since, until = sent_day(sent, "since"), sent_day(sent, "until")
        if since is None or until is None:
            raise NotFound(_("The period"))
        note_actual(
            code,
            since,
            until,
            _fen(sent.get("actual", ""), "actual"),
            periods=whole_number(sent.get("periods", "")) or 1,
            actor=actor_for(request),
        )
    except (NotFound, Forbidden):
        raise
    except ShuchengError as error:
        return _page(request, code, error)
    messages.success(request, _("What the period brought is noted."))
    return redirect("data:authorisation_prices", code)


def _page(request: HttpRequest, code: str, error: ShuchengError | None = None) -> HttpResponse:
    page = price_page(code, actor=actor_for(request))
    context = {
        "page": page,
        "case": page.authorisation.case,
        "typed": request.POST.dict() if error else {},
        "error": error,
        "errors": getattr(error, "fields", {}),
        "simulated": page.authorisation.case.simulated,
    }
    status = error.status if error else 200
    return render(request, "data/authorisation_prices.html", context, status=status)


def _costs(sent: Mapping[str, str]) -> Costs:
    """Cost items are lines of a name and an amount in yuan."""
    items: dict[str, int] = {}
    for line in sent.get("cost_items", "").splitlines():
        if line.strip():
            name, _gap, amount = line.strip().rpartition(" ")
            items[name.strip() or _("Cost")] = _fen(amount, "cost_items")
    if not items:
        raise _wrong("cost_items", _("Give at least one cost item."))
    return Costs(
        items,
        subsidy=_fen(sent.get("subsidy", "") or "0", "subsidy"),
        tax=_fen(sent.get("tax", "") or "0", "tax"),
        bond=_hundredths(sent.get("bond", ""), "bond"),
        spread=_hundredths(sent.get("spread", ""), "spread"),
    )


def _numbers(sent: Mapping[str, str], prefix: str) -> dict[str, int]:
    named = {
        name.removeprefix(prefix): whole_number(text)
        for name, text in sent.items()
        if name.startswith(prefix) and text.strip()
    }
    if any(number is None for number in named.values()):
        raise _wrong("volumes", _("These are whole numbers."))
    return {name: number or 0 for name, number in named.items()}


def _fen(text: str, field: str) -> int:
    """Yuan with at most two decimals, as 分."""
    return _exact(text, 100, field, _("Write yuan with at most two decimals: 1200.50."))


def _hundredths(text: str, field: str) -> int:
    """Per cent with at most two decimals, as 万分之一."""
    return _exact(text, 100, field, _("Write per cent with at most two decimals: 2.35."))


def _exact(text: str, times: int, field: str, words: str) -> int:
    try:
        amount = Decimal(text.strip().replace(",", "").rstrip("%％")) * times
    except InvalidOperation:
        raise _wrong(field, words) from None
    if not amount.is_finite() or amount != amount.to_integral_value() or abs(amount) > 10**16:
        raise _wrong(field, words)
    return int(amount)


def _wrong(field: str, words: str) -> Any:
    return Invalid("data.price_invalid", words, _("Correct it and send it again."), {field: words})

"""Orders, the operator's console, disputes."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shucheng.bays.data.actions.disputes import move_dispute, open_dispute
from shucheng.bays.data.actions.orders import move_order
from shucheng.bays.data.engine.ledger.states import DISPUTE
from shucheng.bays.data.queries.agreements import find_order
from shucheng.bays.data.queries.cases import steps_of
from shucheng.bays.data.queries.disputes import find_dispute, roles_of_dispute, visible_disputes
from shucheng.bays.data.queries.orders_pages import bills, console, order_page, orders_page
from shucheng.bays.data.views import market_forms as forms
from shucheng.kernel.public import Conflict, Invalid, actor_for
from shucheng.lib.numbers import whole_number


@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    page = orders_page(request.GET, actor=actor)
    context = {"page": page, "query": urlencode(page.asked), "bills": bills(actor=actor)}
    return render(request, "data/orders.html", context)


@require_safe
def own(request: HttpRequest) -> HttpResponse:
    return render(request, "data/console.html", {"page": console(actor=actor_for(request))})


@require_http_methods(["GET", "HEAD", "POST"])
def order(request: HttpRequest, code: str) -> HttpResponse:
    actor = actor_for(request)
    error: Conflict | Invalid | None = None
    if request.method == "POST":
        sent = request.POST
        try:
            quota = {name: forms.number(sent, f"quota-{name}") for name in ("calls", "rows")}
            move_order(
                code,
                whole_number(sent.get("revision", "")) or 0,
                sent.get("event", ""),
                text=sent.get("text", ""),
                frequency=sent.get("frequency", "M"),
                quota={name: value for name, value in quota.items() if value},
                epsilon=forms.epsilon(sent, "epsilon"),
                actor=actor,
            )
        except (Conflict, Invalid) as refused:
            error = refused
        else:
            messages.success(request, _("The step is kept."))
            return redirect("data:order", code)
    page = order_page(code, actor=actor)
    context = {
        "page": page,
        "order": page.order,
        "product": page.order.offer.product,
        "error": error,
        "errors": getattr(error, "fields", {}),
        "typed": request.POST.dict() if error else {},
        "may_dispute": bool(page.agreement) and "buyer" in page.roles,
        "simulated": page.order.simulated,
    }
    return render(request, "data/order.html", context, status=error.status if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def dispute_new(request: HttpRequest, code: str) -> HttpResponse:
    """A dispute over an order's agreement, about one settlement or all of it."""
    actor = actor_for(request)
    found = find_order(code, actor=actor)
    actor.require("data.buy", found.buyer_id)
    page = order_page(code, actor=actor)
    error: Conflict | Invalid | None = None
    if request.method == "POST":
        sent = request.POST
        try:
            made = open_dispute(
                page.agreement.code if page.agreement else "",
                sent.get("text", ""),
                settlement=sent.get("settlement", "")[:60],
                actor=actor,
            )
        except (Conflict, Invalid) as refused:
            error = refused
        else:
            messages.success(request, _("The dispute is raised."))
            return redirect("data:dispute", made.code)
    context = {
        "page": page,
        "order": found,
        "error": error,
        "errors": getattr(error, "fields", {}),
        "typed": request.POST.dict(),
    }
    return render(request, "data/dispute_new.html", context, status=error.status if error else 200)


@require_safe
def disputes(request: HttpRequest) -> HttpResponse:
    rows = list(visible_disputes(actor_for(request)).order_by("-id")[:200])
    return render(request, "data/disputes.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
def dispute(request: HttpRequest, code: str) -> HttpResponse:
    actor = actor_for(request)
    error: Conflict | Invalid | None = None
    if request.method == "POST":
        sent = request.POST
        try:
            move_dispute(
                code,
                whole_number(sent.get("revision", "")) or 0,
                sent.get("event", ""),
                text=sent.get("text", ""),
                refund=forms.fen(sent, "refund", optional=True) or None,
                actor=actor,
            )
        except (Conflict, Invalid) as refused:
            error = refused
        else:
            messages.success(request, _("The step is kept."))
            return redirect("data:dispute", code)
    found = find_dispute(code, actor=actor)
    roles = roles_of_dispute(found, actor)
    context = {
        "dispute": found,
        "order": found.agreement.order,
        "steps": steps_of(code),
        "events": sorted({e for role in roles for e in DISPUTE.open_to(found.state, role)}),
        "error": error,
        "errors": getattr(error, "fields", {}),
        "typed": request.POST.dict() if error else {},
        "simulated": found.simulated,
    }
    return render(request, "data/dispute.html", context, status=error.status if error else 200)

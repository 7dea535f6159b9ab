"""Orders: placed on an offer, accepted into an agreement, delivered, suspended, revoked, closed.

Whether delivery runs is the book's to say: an agreement is suspended from the day it is made until
its operator begins to deliver, and each later step that ends or interrupts delivery is a stop.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.actions.agreements import make_agreement
from shucheng.bays.data.actions.codes import ORDER as ORDER_CODE
from shucheng.bays.data.actions.codes import next_code
from shucheng.bays.data.actions.evidence import leave_evidence
from shucheng.bays.data.actions.market_steps import keep_step, next_state
from shucheng.bays.data.engine.ledger.states import ORDER
from shucheng.bays.data.models.authority import Stop
from shucheng.bays.data.models.cases import Step
from shucheng.bays.data.models.market import Offer, Order, Product
from shucheng.bays.data.queries.agreements import roles_of_order, visible_orders
from shucheng.bays.data.queries.market_words import refused
from shucheng.bays.data.queries.offers import require_modes, terms_read
from shucheng.bays.data.queries.sandboxes import forget
from shucheng.kernel.public import Actor, Conflict, Forbidden, NotFound, action, record

ORDER_SIDE = "order"
# What a step means for deliveries under the agreement.
_STOPS = {
    "deliver": Stop.Kind.LIFT,
    "resume": Stop.Kind.LIFT,
    "suspend": Stop.Kind.SUSPEND,
    "cancel": Stop.Kind.REVOKE,
    "revoke": Stop.Kind.REVOKE,
    "finish": Stop.Kind.REVOKE,
}
_WITH_REASON = frozenset({"refuse", "suspend", "revoke", "cancel"})


@action
def place_order(
    offer_code: str,
    buyer: int,
    *,
    purpose: str,
    first: date,
    last: date,
    actor: Actor,
    scenario: str = "",
    area: str = "",
    text: str = "",
    on: date | None = None,
    simulated: bool = False,
) -> Order:
    """A buyer's order within an open offer."""
    actor.require("data.buy", buyer)
    day = on or timezone.localdate()
    offer = Offer.objects.select_related("product__maker").filter(code=offer_code).first()
    if offer is None:
        raise NotFound(offer_code)
    if offer.state != Offer.State.OPEN or offer.product.state != Product.State.LISTED:
        raise refused(
            "offer-closed", _("The offer is closed."), _("Look for another offer of the product.")
        )
    if offer.product.maker_id == buyer:
        raise refused("own", _("Nobody buys of itself."), _("Act for another organisation."))
    terms = terms_read(offer.policy)
    require_modes(offer.product, terms.modes)
    if purpose not in terms.purposes:
        raise refused(
            "purpose",
            _("The offer is not for this purpose."),
            _("Choose one that it is for."),
            "purpose",
        )
    if last < first:
        raise refused("term", _("The last day lies before the first."), _("Correct it."), "last")
    if (terms.first and first < terms.first) or (terms.last and last > terms.last):
        raise refused(
            "outside-offer",
            _("The offer runs from %(first)s to %(last)s."),
            _("Choose days within."),
            "first",
            first=terms.first,
            last=terms.last,
        )
    if terms.regions and area not in terms.regions:
        raise refused(
            "area", _("The offer is not for this region."), _("Choose one it is for."), "area"
        )
    scenarios = offer.product.uses.get("scenario", [])
    if scenarios and not scenario and len(scenarios) == 1:
        scenario = scenarios[0]
    if scenarios and scenario not in scenarios:
        raise refused(
            "scenario",
            _("The product is not for this scenario."),
            _("Choose one that it is for."),
            "scenario",
        )
    order = Order.objects.create(
        code=next_code(ORDER_CODE, day.year),
        offer=offer,
        buyer_id=buyer,
        purpose=purpose,
        scenario=scenario.strip()[:120],
        area=area,
        first=first,
        last=last,
        text=text.strip()[:500],
        state=ORDER.start,
        simulated=simulated or offer.simulated,
    )
    keep_step(order.code, "place", "buyer", "", order.state, actor=actor, on=day, text=text)
    leave_evidence("order.placed", order.code, offer=offer.code, buyer=order.buyer.code)
    record("data.order.placed", order, actor=actor, after={"offer": offer.code})
    return order


@action
def move_order(
    code: str,
    revision: int,
    event: str,
    *,
    actor: Actor,
    text: str = "",
    frequency: str = "M",
    quota: Mapping[str, int] | None = None,
    epsilon: Decimal | None = None,
    on: date | None = None,
) -> Order:
    """One step of an order. `accept` makes the agreement, with a quota and a privacy budget no
    larger than the offer's."""
    order = visible_orders(actor).select_for_update(of=("self",)).filter(code=code).first()
    if order is None:
        raise NotFound(code)
    if order.revision != revision:
        raise Conflict(_("The order"))
    day, roles = on or timezone.localdate(), roles_of_order(order, actor)
    if not roles:
        raise Forbidden("data.buy")
    before = order.state
    after, role = next_state(ORDER, before, event, roles)
    if event in _WITH_REASON and not text.strip():
        raise refused("reason", _("No reason is given."), _("Say why, for the other side."), "text")
    if event == "accept":
        made = make_agreement(
            order, frequency=frequency, quota=quota, epsilon=epsilon, actor=actor, on=day
        )
        # Nothing is delivered before its operator begins to.
        stop(made.code, Stop.Kind.SUSPEND, day, str(_("Delivery has not begun")), actor)
    elif event in _STOPS:
        if event == "resume" and role == "holder":
            _require_own_suspension(order, actor)
        stop(order.agreement.code, _STOPS[event], day, text, actor)
        transaction.on_commit(partial(forget, order.agreement.code))
    order.state = after
    order.revision += 1
    order.save()
    keep_step(code, event, role, before, after, actor=actor, on=day, text=text)
    leave_evidence(f"order.{event}", code, state=after, day=str(day))
    record(
        "data.order.moved",
        order,
        actor=actor,
        before={"state": before},
        after={"state": after, "event": event, "role": role},
    )
    return order


def _require_own_suspension(order: Order, actor: Actor) -> None:
    """A holder takes back its own suspension or the operator's; of another holder's it is not the
    judge, nor of the bureau's, whose people may well be of its organisation."""
    last = Step.objects.filter(subject=order.code, event="suspend").last()
    role, by = (last.role, last.organisation_id) if last else ("", None)
    if role == "bureau" or (role == "holder" and by not in actor.organisation_ids):
        raise refused(
            "suspended-by-others",
            _("Another side suspended this delivery."),
            _("Whoever suspended it puts it in force again: see what was decided."),
        )


def stop(on: str, kind: str, day: date, reason: str, actor: Actor) -> None:
    """By a step of the order: another side's suspension stays."""
    reason, by = reason[:300], actor.name[:150]
    Stop.objects.create(on=on, kind=kind, day=day, side=ORDER_SIDE, reason=reason, by=by)

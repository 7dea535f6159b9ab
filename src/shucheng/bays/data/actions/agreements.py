"""An order becomes an agreement: within its offer, and within every grant it stands on."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.actions.codes import AGREEMENT, next_code
from shucheng.bays.data.actions.evidence import leave_evidence
from shucheng.bays.data.engine.authority.refusal import Refused
from shucheng.bays.data.engine.ledger import orders as engine
from shucheng.bays.data.engine.ledger.split import SharesInvalid
from shucheng.bays.data.engine.policy import odrl
from shucheng.bays.data.engine.terms import (
    Terms,
    agreed_policy,
    grant_policy,
    read_plan,
)
from shucheng.bays.data.models.market import Agreement, Offer, Order, Product
from shucheng.bays.data.queries.agreements import shares_of
from shucheng.bays.data.queries.market_words import not_possible, refused
from shucheng.bays.data.queries.offers import (
    chain_of,
    grants_to_operate,
    may_sell,
    require_modes,
    terms_read,
    uses_of,
)
from shucheng.bays.data.queries.refusals import not_done
from shucheng.kernel.public import Actor, action, record

FREQUENCIES = ("M", "Q", "A")


@action
def make_agreement(
    order: Order,
    *,
    frequency: str,
    quota: Mapping[str, int] | None,
    epsilon: Decimal | None,
    actor: Actor,
    on: date,
) -> Agreement:
    """The agreement on an order that its operator accepts; `move_order` asks who that is."""
    offer = order.offer
    product = _on_the_market(offer)
    if frequency not in FREQUENCIES:
        raise refused(
            "frequency", _("There is no such period of settlement."), _("Choose one."), "frequency"
        )
    terms = _agreed_terms(order)
    require_modes(product, terms.modes)
    uses = uses_of(product, terms)
    if "scenario" in product.uses:
        uses = {**uses, "scenario": frozenset({order.scenario})}
    # Asked of the day it begins, if that is later: a grant may end before.
    day = max(on, order.first)
    chain = may_sell(product, uses, day)
    if isinstance(chain, Refused):
        raise not_done(chain)
    code = next_code(AGREEMENT, on.year)
    policy = agreed_policy(terms, code, str(product), product.maker.code, order.buyer.code)
    offered = odrl.read(offer.policy)
    asked = engine.Order(order.code, str(product), order.buyer.code, offered, order.purpose)
    try:
        made = engine.agree(
            asked,
            policy,
            [grant_policy(each) for each in chain_of(chain)],
            read_plan(offer.price),
            shares_of(offer.shares),
            order.first,
            order.last,
            frequency,  # type: ignore[arg-type]
        )
    except (engine.AgreementRefused, SharesInvalid) as error:
        raise not_possible(error) from None
    row = Agreement.objects.create(
        code=code,
        order=order,
        policy=odrl.write(made.policy),
        shows=offer.shows,
        price=offer.price,
        shares=offer.shares,
        grants=list(grants_to_operate(product, uses, day)),
        frequency=frequency,
        first=order.first,
        last=order.last,
        quota=_least(offer.quota, quota or {}),
        epsilon=min((e for e in (offer.epsilon, epsilon) if e is not None), default=None),
        simulated=order.simulated,
        by=actor.name[:150],
    )
    leave_evidence(
        "agreement.made",
        code,
        order=order.code,
        product=str(product),
        buyer=order.buyer.code,
        grants=row.grants,
        first=str(row.first),
        last=str(row.last),
    )
    record("data.agreement.made", row, actor=actor, after={"order": order.code})
    return row


def _on_the_market(offer: Offer) -> Product:
    """The offer's product as it now stands; both are on the market until this is done: who takes
    one of them off, or grades it higher, waits or comes first."""
    products = Product.objects.select_related("maker").select_for_update(of=("self",))
    product = products.get(pk=offer.product_id)
    locked = Offer.objects.select_for_update().get(pk=offer.pk)
    if product.state != Product.State.LISTED:
        raise refused(
            "delisted",
            _("The product was taken off the market meanwhile."),
            _("Refuse the order; the buyer may order anew once it is on the market again."),
        )
    if locked.state != Offer.State.OPEN:
        raise refused(
            "offer-closed",
            _("The offer is closed."),
            _("Refuse the order; the buyer may order by an offer that is open."),
        )
    return product


def _agreed_terms(order: Order) -> Terms:
    """The offer's terms, for this order's purpose, place, buyer and days."""
    offered = terms_read(order.offer.policy)
    return Terms(
        purposes=(order.purpose,),
        modes=offered.modes,
        first=order.first,
        last=order.last,
        regions=(order.area,) if order.area else offered.regions,
        recipients=(order.buyer.code,),
        count=offered.count,
        compensate=offered.compensate,
    )


def _least(offered: Mapping[str, int], asked: Mapping[str, int]) -> dict[str, int]:
    """The smaller of both, by what is counted."""
    names = {*offered, *asked}
    return {n: min(each[n] for each in (offered, asked) if n in each) for n in sorted(names)}

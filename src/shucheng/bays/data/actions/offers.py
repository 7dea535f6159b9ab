"""Offers: on which terms a listed product is to be had. Nothing in one goes beyond what its
operator was given, and no price beyond its ceiling."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.actions.codes import OFFER, next_code
from shucheng.bays.data.actions.evidence import leave_evidence
from shucheng.bays.data.engine.authority.book import Grant
from shucheng.bays.data.engine.authority.refusal import Refused
from shucheng.bays.data.engine.delivery import terms as delivery_terms
from shucheng.bays.data.engine.delivery.policy import PolicyInvalid, select
from shucheng.bays.data.engine.ledger.prices import METERED, PricePlan
from shucheng.bays.data.engine.ledger.split import Share, SharesInvalid, check_shares
from shucheng.bays.data.engine.policy import odrl
from shucheng.bays.data.engine.policy.model import Policy, problems
from shucheng.bays.data.engine.terms import Terms, offer_policy, write_plan
from shucheng.bays.data.models.market import Offer, Product
from shucheng.bays.data.queries.market_words import MODES, not_possible, reasons, refused
from shucheng.bays.data.queries.offers import (
    chain_of,
    holders_below,
    may_sell,
    nearest,
    price_fault,
    uses_of,
    wider_than,
)
from shucheng.bays.data.queries.refusals import not_done
from shucheng.kernel.public import Actor, Conflict, NotFound, Organisation, action, record


@action
def open_offer(
    product_id: int,
    terms: Terms,
    *,
    plan: PricePlan,
    shares: Sequence[Share],
    actor: Actor,
    shows: Mapping[str, Any] | None = None,
    quota: Mapping[str, int] | None = None,
    epsilon: Decimal | None = None,
    broker: int | None = None,
    on: date | None = None,
    simulated: bool = False,
) -> Offer:
    """An offer of a listed product, open at once."""
    rows = Product.objects.select_related("maker").select_for_update(of=("self",))
    product = rows.filter(pk=product_id).first()
    if product is None:
        raise NotFound(_("The product"))
    actor.require("data.operate", product.maker_id)
    day = on or timezone.localdate()
    if product.state != Product.State.LISTED:
        raise refused(
            "not-listed",
            _("The product is not on the market."),
            _("Hand it in for review first."),
        )
    code = next_code(OFFER, day.year)
    policy = offer_policy(terms, code, str(product), product.maker.code)
    _check_terms(product, terms)
    _check_metered(terms, plan)
    if found := problems(policy):
        raise refused(
            "outside-profile",
            _("The terms cannot be enforced: %(where)s."),
            _("Correct what is named."),
            "terms",
            where=reasons(found),
        )
    uses = uses_of(product, terms)
    _stay_within(policy, nearest(product), all_of_them=False)
    chain = may_sell(product, uses, day)
    if isinstance(chain, Refused):
        raise not_done(chain)
    grants = chain_of(chain)
    _stay_within(policy, grants)
    if fault := price_fault(product, plan, terms.purposes, day, grants):
        raise not_done(fault)
    _check_shares(product, shares, broker)
    _check_shown(product, terms, shows or {})
    offer = Offer.objects.create(
        code=code,
        product=product,
        policy=odrl.write(policy),
        shows=dict(shows or {}),
        price=write_plan(plan),
        shares=[[each.role, each.party, each.parts] for each in shares],
        quota=_quota(quota or {}),
        epsilon=epsilon,
        broker_id=broker,
        simulated=simulated or product.simulated,
    )
    leave_evidence("offer.opened", code, product=str(product), price=offer.price, day=str(day))
    record("data.offer.opened", offer, actor=actor, after={"product": str(product)})
    return offer


@action
def close_offer(code: str, revision: int, *, actor: Actor) -> Offer:
    """No more orders on it; agreements run on."""
    offer = Offer.objects.select_for_update().filter(code=code).first()
    if offer is None:
        raise NotFound(code)
    if not actor.may("data.govern"):
        actor.require("data.operate", offer.product.maker_id)
    if offer.revision != revision or offer.state != Offer.State.OPEN:
        raise Conflict(_("The offer"))
    close(offer, actor)
    return offer


def close(offer: Offer, actor: Actor) -> None:
    """Of an offer that is locked and open; whether it may be closed is the caller's to ask."""
    offer.state = Offer.State.CLOSED
    offer.revision += 1
    offer.save()
    leave_evidence("offer.closed", offer.code)
    record("data.offer.closed", offer, actor=actor)


def _stay_within(policy: Policy, grants: Sequence[Grant], *, all_of_them: bool = True) -> None:
    """All of the grants, or one of them: that is enough where any would do."""
    beyond = wider_than(grants, policy)
    if not beyond or not (all_of_them or len(beyond) == len(grants)):
        return
    grant, where = next(iter(beyond.items()))
    raise refused(
        "wider-than-grant",
        _("The offer goes beyond grant %(grant)s: it %(where)s."),
        _("Narrow the offer, or have the grant widened first."),
        "terms",
        grant=grant,
        where=where,
    )


def _check_terms(product: Product, terms: Terms) -> None:
    if not terms.purposes:
        raise refused(
            "purposes", _("No purpose is named."), _("Say what it may be used for."), "purposes"
        )
    if terms.last < terms.first:
        raise refused("term", _("The last day lies before the first."), _("Correct it."), "last")
    if not terms.modes or not set(terms.modes) <= set(product.modes):
        raise refused(
            "modes",
            _("A way of delivery is not permitted by the product's grade, or none is named."),
            _("Choose from: %(modes)s."),
            "modes",
            modes=", ".join(map(str, product.modes)),
        )


def _check_metered(terms: Terms, plan: PricePlan) -> None:
    """What is charged for is counted at delivery: of an intersection no row goes out."""
    if plan.basis not in METERED:
        raise refused(
            "not-metered",
            _("Delivery counts calls and rows, nothing else."),
            _("Charge by call or by row, or a fee of each period."),
            "basis",
        )
    if plan.tiers and plan.basis == "row" and "intersection" in terms.modes:
        raise refused(
            "rows-of-intersection",
            _("A private intersection delivers no rows: charged by row it would be free."),
            _("Charge by call, or make an offer without this way of delivery."),
            "basis",
        )


def _check_shares(product: Product, shares: Sequence[Share], broker: int | None) -> None:
    try:
        check_shares(shares)
    except SharesInvalid as error:
        raise not_possible(error, "shares") from None
    named = {each.party for each in shares}
    known = set(Organisation.objects.filter(code__in=named).values_list("code", flat=True))
    if strange := sorted(named - known):
        raise refused(
            "party", _("There is no party %(party)s."), _("Choose one."), "shares", party=strange[0]
        )
    by_role = {role: {each.party for each in shares if each.role == role} for role in _ROLES}
    if by_role["operator"] - {product.maker.code}:
        raise refused(
            "operator-share",
            _("The operator's share belongs to who operates the product."),
            _("Correct the party."),
            "shares",
        )
    if by_role["holder"] - holders_below(product):
        raise refused(
            "holder-share",
            _("A holder's share belongs to who holds data the product is made of."),
            _("Correct the party."),
            "shares",
        )
    named_ones = Organisation.objects.filter(pk=broker) if broker else Organisation.objects.none()
    brokers = set(named_ones.values_list("code", flat=True))
    if by_role["broker"] != brokers:
        raise refused(
            "broker-share",
            _("The broker of the offer and of the shares are not the same."),
            _("Name the broker in both, or in neither."),
            "broker",
        )


def _check_shown(product: Product, terms: Terms, shows: Mapping[str, Any]) -> None:
    """A product whose rows the platform has says which columns are shown; of others it is not known
    what could be. What a way of delivery needs to be said has to be there."""
    if product.data is None and not shows:
        return
    try:
        read = delivery_terms.read(shows, _NO_KEY)
        select(read.policy, "made", [column[0] for column in product.columns], _PARAMETERS)
    except PolicyInvalid as error:
        raise not_possible(error, "shows") from None
    _check_named(product, read)
    for mode, part in (("aggregate", read.private), ("intersection", read.intersection)):
        if mode in terms.modes and part is None:
            raise refused(
                "shows-lacks",
                _("%(mode)s needs terms of its own, which are not said."),
                _("Say them, or offer it without."),
                "shows",
                mode=str(MODES[mode]),
            )


def _check_named(product: Product, read: delivery_terms.Terms) -> None:
    """What further terms name is there, and is a number where it is summed or marked: at delivery
    it would be too late, a budget spent or no file given."""
    types = {column[0]: str(column[1]).upper() for column in product.columns}
    named: set[str] = set()
    numbers: set[str] = set()
    if read.private:
        named |= {read.private.unit, *read.private.by}
        numbers |= {*read.private.columns}
    if read.marking:
        named |= {*read.marking.key}
        numbers |= {*read.marking.steps}
    if read.intersection:
        named.add(read.intersection.column)
    lacking = {each for each in named | numbers if each not in types}
    lacking |= {each for each in numbers - lacking if not types[each].startswith(_NUMBERS)}
    if lacking:
        raise refused(
            "shows-column",
            _("There is no such column, or it is no number: %(columns)s."),
            _("Name columns of the product."),
            "shows",
            columns=", ".join(sorted(lacking)),
        )


_NUMBERS = ("DECIMAL", "DOUBLE", "FLOAT", "REAL", "TINYINT", "SMALLINT", "INTEGER", "BIGINT",
            "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")  # fmt: skip


def _quota(quota: Mapping[str, int]) -> dict[str, int]:
    if any(type(value) is not int or value < 1 for value in quota.values()):
        raise refused("quota", _("A quota is a whole number above 0."), _("Correct it."), "quota")
    return dict(quota)


# Only whether it can be compiled is asked: the key and the parameters are the agreement's.
_NO_KEY = b"\0" * 16
_PARAMETERS = {"area": "", "buyer": ""}
_ROLES = ("holder", "processor", "operator", "platform", "broker")

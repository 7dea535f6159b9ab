"""Offers: what stands below one, whether it stays within, and how its terms read."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.engine.authority.book import Grant, Limits
from shucheng.bays.data.engine.authority.granting import operating, permits
from shucheng.bays.data.engine.authority.price import check_price, on_trial
from shucheng.bays.data.engine.authority.refusal import Refused
from shucheng.bays.data.engine.authority.rules import shipped_rules
from shucheng.bays.data.engine.ledger.prices import FREE_PURPOSES, PricePlan
from shucheng.bays.data.engine.ledger.settlement import ZONE
from shucheng.bays.data.engine.policy import odrl
from shucheng.bays.data.engine.policy.model import Policy, Rule, moment
from shucheng.bays.data.engine.policy.narrow import widenings
from shucheng.bays.data.engine.terms import OPERANDS, PURPOSES, Terms, grant_policy, unit_prices
from shucheng.bays.data.models.authority import PriceReview
from shucheng.bays.data.models.catalogue import Resource
from shucheng.bays.data.models.market import Offer, Product
from shucheng.bays.data.queries.book import book, limits, product_of, rights, thing
from shucheng.bays.data.queries.inputs import mode_codes
from shucheng.bays.data.queries.market_words import MODES, reasons, refused
from shucheng.bays.data.queries.prices import began_on
from shucheng.kernel.public import Actor, NotFound

# Dimensions that no policy says: the product's own uses hold for every delivery of it.
OF_THE_PRODUCT = ("scenario", "field")


def visible_offers(actor: Actor) -> QuerySet[Offer]:
    """Open ones of listed products; for who made or judges them, all."""
    actor.require("data.view")
    rows = Offer.objects.select_related("product__maker", "broker")
    if actor.may("data.govern") or actor.may("data.audit"):
        return rows
    open_ = Q(state=Offer.State.OPEN, product__state=Product.State.LISTED)
    mine = actor.organisation_ids if actor.may("data.operate") else frozenset()
    return rows.filter(open_ | Q(product__maker_id__in=mine) | Q(broker_id__in=mine))


def find_offer(code: str, *, actor: Actor) -> Offer:
    found = visible_offers(actor).filter(code=code).first()
    if found is None:
        raise NotFound(code)
    return found


def uses_of(product: Product, terms: Terms) -> Limits:
    """What the book is asked: the offer's terms, and what only the product itself says."""
    own = {name: product.uses[name] for name in OF_THE_PRODUCT if name in product.uses}
    return {**limits(own), **terms.uses}


def grants_to_operate(product: Product, uses: Limits, day: date) -> tuple[str, ...]:
    """By which grants its maker may operate it for these uses on a day."""
    return operating(rights(), book(), replace(product_of(product), uses=uses), day)


def may_sell(product: Product, uses: Limits, day: date) -> tuple[str, ...] | Refused:
    """The whole chain that selling it stands on, or why it may not be sold."""
    codes = grants_to_operate(product, uses, day)
    return permits(rights(), book(), codes, "sell", thing(str(product)), day, uses)


def require_modes(product: Product, modes: Iterable[str]) -> None:
    """Raises `Invalid` where an offer's ways of delivery are not all permitted any more: what the
    product is made of was graded higher since."""
    permitted = mode_codes(product.modes)
    if lost := [MODES.get(each, each) for each in modes if each not in permitted]:
        raise refused(
            "graded-higher",
            _("The grade of the product does not permit %(modes)s any more."),
            _("Look for another offer of the product, or ask its operator for one."),
            modes=", ".join(map(str, lost)),
        )


def chain_of(codes: Iterable[str]) -> list[Grant]:
    """The grants by code and those below them that give the right to operate or hold."""
    known = book()
    below = known.stands_on(codes)
    found = (known.grants[code] for code in sorted(below) if code in known.grants)
    return [each for each in found if each.right != "process"]


def wider_than(grants: Iterable[Grant], policy: Policy) -> dict[str, str]:
    """Where a policy goes beyond each of the grants, by the grant's code."""
    found = {
        each.code: reasons(widenings(grant_policy(each), policy, same_asset=False))
        for each in grants
    }
    return {code: words for code, words in found.items() if words}


def nearest(product: Product) -> list[Grant]:
    """The grants that a maker could operate a product by, whatever they are limited to."""
    known = book()
    codes = [thing(code).code for code in product.made_from] + [product.code]
    return [
        grant
        for code in codes
        for grant in known.granted.get((product.maker.code, code), ())
        if grant.right == "operate"
    ]


def ceiling_of(product: Product, day: date) -> int | None:
    """What a unit of it may cost at most, in 分, by the newest price review; None: none is
    fixed."""
    reviews = PriceReview.objects.filter(
        authorisation__operator_id=product.maker_id, since__lte=day, until__gte=day
    ).order_by("-id")
    for review in reviews:
        for name in (str(product), product.code):
            if name in review.ceilings:
                return review.ceilings[name]
    return None


def price_fault(product: Product, plan: PricePlan, purposes: Iterable[str], day: date,
                grants: Iterable[Grant]) -> Refused | None:  # fmt: skip
    """Why a price may not be asked for any of the purposes; those that are free cost nothing
    whatever the plan says."""
    began = min((_began(each) for each in grants if each.right == "operate"), default=day)
    ceiling, trial = ceiling_of(product, day), on_trial(began, day)
    paid = [purpose for purpose in purposes if purpose not in FREE_PURPOSES]
    for purpose in paid:
        for price in unit_prices(plan):
            fault = check_price(
                shipped_rules(),
                thing(str(product)),
                PURPOSES.get(purpose, PURPOSES["industry-development"]),
                price.charging,
                price.whole,
                ceiling,
                trial,
            )
            if fault:
                return fault
    return None


def _began(grant: Grant) -> date:
    """When operation under a grant began: with its authorisation, however often it was renewed."""
    return min((on for code in grant.basis if (on := began_on(code))), default=grant.start)


def holders_below(product: Product) -> set[str]:
    """The parties whose data a product is made of, however far below."""
    codes, ahead, found = set[str](), list(product.made_from), set[str]()
    while ahead:
        code = thing(ahead.pop()).code
        if code in codes:
            continue
        codes.add(code)
        for each in Product.objects.filter(code=code):
            ahead += each.made_from
    for resource in Resource.objects.select_related("holder").filter(code__in=codes):
        found.add(resource.holder.code)
    return found


@dataclass(frozen=True, slots=True)
class TermsRead:
    """A stored policy in the words of the form it was written with."""

    purposes: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None
    count: int | None = None
    compensate: bool = False


def terms_read(said: dict[str, object]) -> TermsRead:
    """The first permission of a policy by its operands: every policy of ours has one. Of what is no
    policy nothing is read: it permits nothing."""
    try:
        policy = odrl.read(said)
    except odrl.PolicyUnreadable:
        return TermsRead()
    rule = next(iter(policy.permissions), Rule("use"))
    named = {each.operand: each.values for each in rule.constraints}
    days = {
        each.operator: found.astimezone(ZONE).date()
        for each in rule.constraints
        if each.operand == "dateTime" and (found := moment(each.values[0]))
    }
    by = {dimension: named.get(operand, ()) for dimension, operand in OPERANDS.items()}
    count = named.get("count")
    return TermsRead(
        by["purpose"],
        by["region"],
        by["recipient"],
        by["mode"],
        days.get("gteq"),
        days.get("lteq"),
        int(count[0]) if count else None,
        "compensate" in (*rule.duties, *policy.obligations),
    )

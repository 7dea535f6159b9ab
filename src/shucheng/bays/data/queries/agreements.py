"""Agreements as the engines read them, and who may see which."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet, Sum

from shucheng.bays.data.engine.ledger import orders as engine
from shucheng.bays.data.engine.ledger.split import Share
from shucheng.bays.data.engine.policy import odrl
from shucheng.bays.data.engine.terms import read_plan
from shucheng.bays.data.models.catalogue import Resource
from shucheng.bays.data.models.market import Agreement, Order, Product
from shucheng.bays.data.models.money import UsageRecord
from shucheng.bays.data.queries.book import thing
from shucheng.bays.data.queries.offers import holders_below
from shucheng.bays.data.queries.parties import acts_for
from shucheng.kernel.public import Actor, NotFound, Organisation

ROWS = ("order__offer__product__maker", "order__buyer")


def shares_of(said: Iterable[Iterable[object]]) -> tuple[Share, ...]:
    return tuple(Share(*each) for each in said)  # type: ignore[arg-type]


def agreement_of(row: Agreement) -> engine.Agreement:
    """A stored agreement as settlement reads it."""
    order, policy = row.order, odrl.read(row.policy)
    asked = engine.Order(
        order.code,
        str(order.offer.product),
        order.buyer.code,
        odrl.read(order.offer.policy),
        order.purpose,
    )
    return engine.Agreement(
        asked,
        policy,
        read_plan(row.price),
        shares_of(row.shares),
        row.first,
        row.last,
        row.frequency,  # type: ignore[arg-type]
    )


def visible_orders(actor: Actor) -> QuerySet[Order]:
    """The buyer's, the maker's and the broker's own, a holder's where its data is below; for who
    governs, settles or audits, all."""
    actor.require("data.view")
    rows = Order.objects.select_related("offer__product__maker", "offer__broker", "buyer")
    if any(actor.may(each) for each in ("data.govern", "data.settle", "data.audit")):
        return rows
    mine = Q()
    own = actor.organisation_ids
    if actor.may("data.buy"):
        mine |= Q(buyer_id__in=own)
    if actor.may("data.operate"):
        mine |= Q(offer__product__maker_id__in=own) | Q(offer__broker_id__in=own)
    if actor.may("data.hold"):
        mine |= Q(offer__product_id__in=_products_of(own))
    return rows.filter(mine) if mine else rows.none()


def find_order(code: str, *, actor: Actor) -> Order:
    found = visible_orders(actor).filter(code=code).first()
    if found is None:
        raise NotFound(code)
    return found


def find_agreement(code: str, *, actor: Actor) -> Agreement:
    found = Agreement.objects.select_related(*ROWS).filter(code=code).first()
    if found is None or not visible_orders(actor).filter(pk=found.order_id).exists():
        raise NotFound(code)
    return found


def roles_of_order(order: Order, actor: Actor) -> frozenset[str]:
    """In which roles of `engine/ledger/states` an actor acts on an order."""
    roles = set()
    product = order.offer.product
    if acts_for(actor, "data.operate", product.maker_id):
        roles.add("operator")
    if acts_for(actor, "data.buy", order.buyer_id):
        roles.add("buyer")
    if actor.may("data.hold") and _holds_below(product, actor):
        roles.add("holder")
    if actor.may("data.govern"):
        roles.add("bureau")
    if actor.may("data.settle"):
        roles.add("platform")
    return frozenset(roles)


def used(agreement: Agreement) -> int:
    """Units used under an agreement so far."""
    return UsageRecord.objects.filter(agreement=agreement).aggregate(n=Sum("quantity"))["n"] or 0


def _holds_below(product: Product, actor: Actor) -> bool:
    holders = Organisation.objects.filter(code__in=holders_below(product))
    return any(acts_for(actor, "data.hold", pk) for pk in holders.values_list("pk", flat=True))


def _products_of(own: frozenset[int]) -> list[int]:
    """Products made of what the organisations hold, directly or through another product."""
    codes = set(Resource.objects.filter(holder_id__in=own).values_list("code", flat=True))
    found: list[int] = []
    rows = list(Product.objects.order_by("id").values_list("pk", "code", "made_from"))
    # Of what it is made a product is older than the product: one pass in the order of ids.
    for pk, code, made_from in rows:
        if codes & {thing(each).code for each in made_from}:
            found.append(pk)
            codes.add(code)
    return found

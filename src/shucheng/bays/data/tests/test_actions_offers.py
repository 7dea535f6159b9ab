"""What is offered can be charged for; what is off the market is agreed on no more."""

from dataclasses import replace
from typing import Any

import pytest

from shucheng.bays.data.actions.offers import close_offer
from shucheng.bays.data.actions.orders import move_order
from shucheng.bays.data.actions.products import move_product
from shucheng.bays.data.engine.ledger.prices import PricePlan, Tier
from shucheng.bays.data.models.evidence import EvidenceEvent
from shucheng.bays.data.models.market import Agreement, Product
from shucheng.bays.data.queries.offers import visible_offers
from shucheng.bays.data.tests.conftest import Cast
from shucheng.bays.data.tests.market_world import (
    DAY,
    PLAN,
    TERMS,
    accepted,
    listed,
    offer,
    ordered,
    world,
)
from shucheng.kernel.public import Conflict, Forbidden, Invalid


def delist(cast: Cast, product: Product) -> None:
    product.refresh_from_db()
    move_product(product.pk, product.revision, "delist", text="停售", actor=cast.bureau, on=DAY)


def test_taking_a_product_off_closes_its_offers(cast: Cast):
    world(cast)
    made = offer(cast)
    item = made.product
    item.refresh_from_db()
    with pytest.raises(Forbidden):
        move_product(item.pk, item.revision, "delist", text="x", actor=cast.buyer, on=DAY)
    delist(cast, item)
    made.refresh_from_db()
    assert made.state == "closed"
    assert not visible_offers(cast.buyer).exists()


def test_each_offer_that_a_delisting_closes_is_on_record(cast: Cast):
    world(cast)
    first = offer(cast)
    item = first.product
    item.refresh_from_db()
    closed, second = offer(cast, item), offer(cast, item)
    close_offer(closed.code, closed.revision, actor=cast.operator)
    delist(cast, item)
    leaves = EvidenceEvent.objects.filter(kind="offer.closed").values_list("about", flat=True)
    assert sorted(leaves) == sorted([first.code, closed.code, second.code])
    # Whoever saw it open does not close it unseen.
    with pytest.raises(Conflict):
        close_offer(second.code, second.revision, actor=cast.operator)


def test_an_order_waits_for_nobody_who_left_the_market(cast: Cast):
    world(cast)
    order = ordered(cast)
    delist(cast, order.offer.product)
    with pytest.raises(Invalid) as refused:
        accepted(cast, order)
    assert refused.value.code == "market.delisted"
    assert not Agreement.objects.exists()
    order = move_order(
        order.code, order.revision, "refuse", text="已下架", actor=cast.operator, on=DAY
    )
    assert order.state == "refused"


def test_an_order_on_an_offer_that_was_closed_is_not_accepted(cast: Cast):
    world(cast)
    order = ordered(cast)
    close_offer(order.offer.code, 0, actor=cast.operator)
    with pytest.raises(Invalid) as refused:
        accepted(cast, order)
    assert refused.value.code == "market.offer-closed"
    assert not Agreement.objects.exists()


@pytest.mark.parametrize("basis", ["hour", "product", "month"])
def test_nothing_is_charged_by_what_delivery_does_not_count(cast: Cast, basis: Any):
    world(cast)
    made = listed(cast)
    for plan in (PricePlan(tiers=(Tier(None, 7),), basis=basis), PricePlan(500, basis=basis)):
        with pytest.raises(Invalid) as refused:
            offer(cast, made, plan=plan)
        assert refused.value.code == "market.not-metered"
        assert "basis" in refused.value.fields
    for good in (PLAN, PricePlan(tiers=(Tier(None, 7),), basis="row"), PricePlan(500), PricePlan()):
        assert offer(cast, made, plan=good)


def test_an_intersection_is_not_charged_by_rows_of_which_it_delivers_none(cast: Cast):
    world(cast)
    made = listed(cast)
    made.modes = [*made.modes, "intersection"]
    made.save()
    terms = replace(TERMS, modes=("api", "intersection"))
    with pytest.raises(Invalid) as refused:
        offer(cast, made, terms=terms, plan=PricePlan(tiers=(Tier(None, 7),), basis="row"))
    assert refused.value.code == "market.rows-of-intersection"
    for plan in (PLAN, PricePlan(500)):  # these come as far as the grant, which has no such way
        with pytest.raises(Invalid) as refused:
            offer(cast, made, terms=terms, plan=plan)
        assert refused.value.code == "market.wider-than-grant"

"""An order whose agreement has run out is over, without anybody's doing."""

from datetime import date, timedelta

import pytest

from shucheng.bays.data.actions.orders import move_order
from shucheng.bays.data.actions.settling import settle_until
from shucheng.bays.data.actions.turning import finish_orders
from shucheng.bays.data.engine.ledger.prices import PricePlan, Tier
from shucheng.bays.data.jobs import turn_day_job
from shucheng.bays.data.models.cases import Step
from shucheng.bays.data.models.evidence import EvidenceEvent
from shucheng.bays.data.models.market import Agreement, Order
from shucheng.bays.data.tests.conftest import Cast
from shucheng.bays.data.tests.market_world import (
    DAY,
    accepted,
    delivering,
    offer,
    ordered,
    use,
    world,
)
from shucheng.kernel.public import Forbidden, system_actor
from shucheng.lib.periods import Period

LAST = date(2026, 5, 20)
CLOCK = system_actor("job")


@pytest.fixture
def agreement(cast: Cast) -> Agreement:
    world(cast)
    plan = PricePlan(500, (Tier(None, 7),))
    return delivering(cast, accepted(cast, ordered(cast, offer(cast, plan=plan), last=LAST)))


def state(agreement: Agreement) -> str:
    return Order.objects.get(pk=agreement.order_id).state


def test_the_day_after_the_last_delivery_is_complete(cast: Cast, agreement: Agreement):
    assert finish_orders(actor=CLOCK, on=LAST) == 0
    assert state(agreement) == "delivering"
    assert finish_orders(actor=CLOCK, on=LAST + timedelta(days=1)) == 1
    assert finish_orders(actor=CLOCK, on=LAST + timedelta(days=2)) == 0
    assert state(agreement) == "delivered"
    step = Step.objects.get(subject=agreement.order.code, event="finish")
    assert (step.role, step.by, step.on) == ("platform", "system", LAST + timedelta(days=1))
    assert EvidenceEvent.objects.filter(kind="order.finish", about=agreement.order.code).exists()


def test_what_rests_is_over_as_well_and_what_never_began_is_left_to_its_parties(
    cast: Cast, agreement: Agreement
):
    order = agreement.order
    order.refresh_from_db()
    move_order(order.code, order.revision, "suspend", text="x", actor=cast.holder, on=DAY)
    never = accepted(cast, ordered(cast, order.offer, last=LAST))
    assert turn_day_job({}, actor=CLOCK, progress=None)["finish"] == 1
    assert (state(agreement), state(never)) == ("delivered", "agreed")


def test_the_last_use_of_an_order_that_is_over_is_settled(cast: Cast, agreement: Agreement):
    use(agreement, 3, LAST)
    finish_orders(actor=CLOCK, on=LAST + timedelta(days=40))
    found = settle_until(Period.parse("2026-06"), actor=cast.bureau, on=date(2026, 7, 2))
    assert [(each.period, each.amount) for each in found.settlements] == [
        ("2026-03", 500),
        ("2026-04", 500),
        ("2026-05", 521),
    ]


def test_only_who_settles_ends_what_has_run_out(cast: Cast, agreement: Agreement):
    with pytest.raises(Forbidden):
        finish_orders(actor=cast.operator, on=LAST + timedelta(days=1))

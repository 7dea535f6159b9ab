"""The simulated market: a year through the actions, every state, books that balance."""

from datetime import date, timedelta

import pytest

from shucheng.bays.data.models.market import Agreement, Dispute, Offer, Order, Product
from shucheng.bays.data.models.money import Settlement
from shucheng.bays.data.queries.ledger import trial_balance
from shucheng.bays.data.simulation.market import simulate_market
from shucheng.bays.data.tests.conftest import Cast
from shucheng.bays.data.tests.market_world import code_of, grants, resource
from shucheng.kernel.public import system_actor

TODAY = date(2026, 11, 30)
SYSTEM = system_actor("cli")


def simulated(cast: Cast) -> dict[str, int]:
    office = code_of(cast.bureau.organisation_id)
    return simulate_market(TODAY, office=office, actor=SYSTEM)


def test_without_grants_nothing_is_made(cast: Cast):
    resource(cast)
    assert simulated(cast) == {}
    assert not Product.objects.exists()


@pytest.mark.slow
def test_a_year_in_every_state_with_books_that_balance(cast: Cast):
    resource(cast)
    resource(cast, "RES-2026-000002", data=False)
    modes = frozenset({"api", "sandbox", "download"})
    grants(cast, limits={"mode": modes})
    grants(cast, "RES-2026-000002", limits={"scenario": frozenset({"普惠金融"})}, tag="2")
    made = simulated(cast)
    assert made["products"] == 40
    assert Product.objects.filter(state="listed").values("variety").distinct().count() >= 20
    assert set(Product.objects.values_list("state", flat=True)) == {
        *("listed", "delisted", "returned", "review", "draft"),
    }
    assert made["offers"] >= 30
    assert Product.objects.filter(rows__gt=0).count() >= 15
    states = set(Order.objects.values_list("state", flat=True))
    assert states >= {
        *("placed", "refused", "withdrawn", "agreed", "cancelled", "delivering"),
        *("suspended", "revoked", "closed"),
    }
    assert set(Dispute.objects.values_list("state", flat=True)) == {
        *("opened", "dismissed", "refunded"),
    }
    assert Settlement.objects.values("period").distinct().count() >= 9
    assert not Settlement.objects.filter(on__gt=TODAY).exists()
    balances = trial_balance()
    assert sum(each.fen for each in balances) == 0
    assert next(each.fen for each in balances if each.account == "cash") >= 0
    for model in (Product, Offer, Order, Agreement, Settlement, Dispute):
        assert not model.objects.filter(simulated=False).exists()
    assert all("模拟" in title for title in Product.objects.values_list("title", flat=True))
    assert simulated(cast) == {}
    assert Order.objects.filter(last__gt=TODAY + timedelta(days=30)).exists()

"""Figures of the market come from what was settled: supplements add, refunds take back."""

from datetime import date

import pytest
from django.utils.translation import override

from shucheng.bays.data.actions.settling import refund_settlement, settle_until
from shucheng.bays.data.engine.market import Trade
from shucheng.bays.data.queries import market_figures
from shucheng.bays.data.queries.market_figures import figures_page, listings, trades
from shucheng.bays.data.queries.overview import overview
from shucheng.bays.data.tests.conftest import Cast
from shucheng.bays.data.tests.market_world import delivering, use, world
from shucheng.lib.periods import Period

MARCH = Period.parse("2026-03")
ON = date(2026, 4, 5)


def figures(cast: Cast, period: str) -> dict[str, object]:
    page = figures_page({"period": period}, actor=cast.bureau)
    return {each.code: each.value for each in page.figures}


def test_supplements_count_once_and_refunds_in_the_month_they_are_booked(cast: Cast):
    world(cast)
    agreement = delivering(cast)
    use(agreement, 10, date(2026, 3, 5))
    settle_until(MARCH, actor=cast.bureau, on=ON)
    use(agreement, 4, date(2026, 3, 6))
    (second,) = settle_until(MARCH, actor=cast.bureau, on=ON).settlements
    assert [(each.quantity, each.fen) for each in trades()] == [(10, 70), (4, 28)]
    refund_settlement(second.code, reason="x", actor=cast.bureau, on=ON)
    assert [(each.quantity, each.fen) for each in trades()][2] == (-4, -28)
    assert figures(cast, "2026-03")["turnover"] == 98
    assert figures(cast, "2026-04")["turnover"] == -28
    assert figures(cast, "2026-03")["varieties_traded"] == 1
    assert figures(cast, "2026-03")["hhi"] == 10_000
    assert figures(cast, "2025-03")["turnover"] is None


def test_what_is_listed_is_listed_from_its_day(cast: Cast):
    world(cast)
    delivering(cast)
    (listing,) = listings()
    assert (listing.since, listing.until) == (date(2026, 3, 2), None)
    assert figures(cast, "2026-02")["varieties_listed"] == 0
    assert figures(cast, "2026-03")["varieties_listed"] == 1


def test_trades_of_single_firms_are_shown_to_who_governs_only(cast: Cast):
    world(cast)
    agreement = delivering(cast)
    use(agreement, 10, date(2026, 3, 5))
    settle_until(MARCH, actor=cast.bureau, on=ON)
    asked = {"period": "2026-03", "about": "turnover"}
    assert len(figures_page(asked, actor=cast.auditor).sources) == 1
    assert figures_page(asked, actor=cast.operator).sources == []


def test_a_young_market_is_compared_with_its_first_month_that_can_be(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    sold = [
        Trade(f"{month}{n}", f"P{n}", "v", "s", date(2026, month, 20), 10, 100 + month)
        for month, products in ((1, 1), (2, 9), (3, 9), (4, 9))
        for n in range(products)
    ]
    monkeypatch.setattr(market_figures, "trades", lambda: sold)
    asked: dict[str, str] = {"period": "2026-04"}
    page = figures_page(asked, actor=cast.bureau)
    assert page.base == "2026-02", "one product in January is too few to compare"
    assert next(each.value for each in page.figures if each.code == "fisher")
    assert figures_page(asked | {"base": "2026-03"}, actor=cast.bureau).base == "2026-03"
    assert figures_page({"period": "2026-01"}, actor=cast.bureau).base == "2025-01"


def test_who_trades_sees_its_own_at_a_glance(cast: Cast):
    world(cast)
    agreement = delivering(cast)
    use(agreement, 10, date(2026, 3, 5))
    settle_until(MARCH, actor=cast.bureau, on=ON)
    with override("en"):
        maker = {str(each.name): each for each in overview(actor=cast.operator).chain}
        buyer = {str(each.name): each for each in overview(actor=cast.buyer).chain}
    assert (maker["Your products"].count, maker["Your products"].waits) == ("1", 0)
    assert "Your products" not in buyer
    assert buyer["Settlement"].count == maker["Settlement"].count == "0.70"

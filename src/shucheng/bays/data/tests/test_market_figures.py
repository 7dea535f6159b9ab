"""Figures of the market come from what was settled: supplements add, refunds take back."""

from datetime import date

from shucheng.bays.data.actions.settling import refund_settlement, settle_until
from shucheng.bays.data.queries.market_figures import figures_page, listings, trades
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

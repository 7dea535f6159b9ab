"""Data as an asset: recognised by the rules, its costs treated by route, its tables adding up."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from shucheng.bays.data.actions.assets import describe_asset, note_event
from shucheng.bays.data.models.money import DataAsset
from shucheng.bays.data.queries.assets import (
    carrying,
    cost_lines,
    disclosure,
    hints_of,
    recognition,
    visible_assets,
)
from shucheng.bays.data.tests.conftest import Cast
from shucheng.bays.data.tests.market_world import delivering, use, world
from shucheng.bays.data.tests.test_web_market import enter, get, post
from shucheng.kernel.public import Forbidden, Invalid
from shucheng.lib.periods import Period

__all__ = ["enter"]

SHOWN = ("lawful", "beneficial", "measurable", "identifiable")
JUNE, YEAR = Period.parse("2026-06"), Period.parse("2026")


def asset(cast: Cast, **changes: Any) -> DataAsset:
    assert cast.operator.organisation_id
    given: dict[str, Any] = {
        "owner": cast.operator.organisation_id,
        "held_for": "use",
        "route": "purchased",
        "shown": SHOWN,
        "available": "2026-01",
        "months": 12,
        "actor": cast.operator,
        **changes,
    }
    return describe_asset("企业信用数据", **given)


def cost(cast: Cast, row: DataAsset, fen: int, item: str = "price", **more: Any) -> None:
    given: dict[str, Any] = {"on": date(2026, 1, 10), "actor": cast.operator, **more}
    note_event(row.code, "cost", fen=fen, item=item, **given)


def test_what_is_not_shown_or_under_government_accounting_is_not_recognised(cast: Cast):
    assert asset(cast).asset_class == "intangible"
    assert asset(cast, held_for="sale", shown=SHOWN[:3]).asset_class == "inventory"
    lacking = asset(cast, shown=SHOWN[1:])
    assert (lacking.asset_class, recognition(lacking).missing) == ("", ("lawful",))
    own = asset(cast, owner=cast.holder.organisation_id, actor=cast.holder)
    assert (own.asset_class, recognition(own).missing) == ("", ("accounting",))


def test_costs_are_treated_by_route_and_amortised_to_the_residual(cast: Cast):
    row = asset(cast, residual=1000)
    cost(cast, row, 120_000)
    cost(cast, row, 1_000, item="cleaning")
    cost(cast, row, 777, item="marketing")
    treated = {line.cost.item: line.treatment for line in cost_lines(row)}
    assert treated == {"price": "capitalised", "cleaning": "capitalised", "marketing": "undecided"}
    assert carrying(row, JUNE) == 121_000 - 6 * 10_000
    assert carrying(row, Period.parse("2027-06")) == 1000
    with pytest.raises(Invalid) as refused:
        cost(cast, row, 5, on=date(2026, 2, 1))
    assert refused.value.code == "market.late-cost"


def test_development_counts_only_with_all_five_conditions(cast: Cast):
    five = [f"development:{c}" for c in ("feasible", "intended", "beneficial", "resourced")]
    row = asset(cast, route="developed", shown=[*SHOWN, *five])
    cost(cast, row, 900, phase="development")
    cost(cast, row, 100, phase="research")
    assert {line.treatment for line in cost_lines(row)} == {"expensed"}
    row = describe_asset(
        row.title, owner=row.owner_id, held_for="use", route="developed", available="2026-01",
        months=12, shown=[*SHOWN, *five, "development:measurable"], code=row.code,
        revision=row.revision, actor=cast.operator,
    )  # fmt: skip
    treated = {line.cost.phase: line.treatment for line in cost_lines(row)}
    assert treated == {"development": "capitalised", "research": "expensed"}


def test_the_tables_follow_cost_amortisation_impairment_and_end(cast: Cast):
    row = asset(cast)
    cost(cast, row, 120_000)
    actor = cast.operator
    with pytest.raises(Invalid):
        note_event(row.code, "impairment", fen=200_000, on=date(2026, 6, 3), actor=actor)
    note_event(row.code, "impairment", fen=30_000, on=date(2026, 6, 3), actor=actor)
    page = disclosure(row.owner_id, "intangible", YEAR, actor=actor)
    rows = {each.number: each.amounts.get("total") for each in page.table.rows}
    assert (rows[4], rows[11], rows[22]) == (120_000, 120_000, 30_000)
    assert rows[11] - rows[19] - rows[24] == rows[26]  # type: ignore[operator]
    note_event(row.code, "end", item="lapsed", on=date(2026, 9, 1), actor=actor)
    page = disclosure(row.owner_id, "intangible", YEAR, actor=actor)
    rows = {each.number: each.amounts.get("total") for each in page.table.rows}
    assert (rows[9], rows[26]) == (120_000, 0)
    with pytest.raises(Invalid) as refused:
        cost(cast, row, 1)
    assert refused.value.code == "market.ended"


def test_inventory_that_was_sold_leaves_with_its_provision(cast: Cast):
    row = asset(cast, held_for="sale", shown=SHOWN[:3], available="", months=None)
    cost(cast, row, 5_000)
    actor = cast.operator
    note_event(row.code, "impairment", fen=2_000, on=date(2026, 4, 1), actor=actor)
    assert carrying(row, JUNE) == 3_000
    note_event(row.code, "end", item="sold", on=date(2026, 5, 1), actor=actor)
    page = disclosure(row.owner_id, "inventory", YEAR, actor=actor)
    rows = {each.number: each.amounts.get("total") for each in page.table.rows}
    assert (rows[8], rows[17], rows[20]) == (5_000, 2_000, 0)
    assert page.table.unconfirmed


def test_hints_come_from_what_the_market_knows(cast: Cast):
    world(cast)
    agreement = delivering(cast)
    use(agreement, 5, date(2026, 3, 3))
    row = asset(cast, about=agreement.order.offer.product.code)
    cost(cast, row, 100)
    found = {each.code for each in hints_of(row, date(2026, 12, 1)).found}
    assert "not-used" in found
    assert "authorisation-ended" not in found
    assert "quality-fell" in hints_of(row, date(2026, 12, 1)).unknown


def test_assets_are_their_owners(cast: Cast):
    row = asset(cast)
    seen = {
        name: visible_assets(getattr(cast, name)).count()
        for name in ("operator", "bureau", "auditor", "buyer", "holder", "leader")
    }
    assert seen == {
        **dict.fromkeys(("operator", "bureau", "auditor"), 1),
        **dict.fromkeys(("buyer", "holder", "leader"), 0),
    }
    for actor in (cast.bureau, cast.auditor):
        with pytest.raises(Forbidden):
            note_event(row.code, "cost", fen=1, on=date(2026, 1, 1), actor=actor)


def test_an_asset_is_described_and_disclosed_on_screen(cast: Cast, enter: Any):
    operator = enter(cast.operator)
    assert 'class="empty"' in get(operator, "assets")
    sent: dict[str, Any] = {
        "title": "信用数据",
        "held_for": "use",
        "route": "purchased",
        "shown": list(SHOWN),
        "available": "2026-01",
        "months": "24",
    }
    wrong = post(operator, "assets", status=422, **(sent | {"months": "x"}))
    assert "信用数据" in wrong
    post(operator, "assets", **sent)
    row = DataAsset.objects.get()
    post(operator, "asset", row.code, kind="cost", item="price", fen="1200", on="2026-01-09")
    page = get(operator, "asset", row.code)
    assert "1,200.00" in page
    assert "unconfirmed" in page
    tables = reverse("data:asset_tables", args=[row.owner_id])
    assert "购入" in operator.get(f"{tables}?period=2026").content.decode()
    file = operator.get(reverse("data:asset_tables_file", args=[row.owner_id]) + "?period=2026")
    book = load_workbook(BytesIO(file.content))
    assert [len(list(sheet.iter_rows())) >= 21 for sheet in book.worksheets] == [True, True]
    buyer = enter(cast.buyer)
    get(buyer, "asset", row.code, status=404)
    assert buyer.get(tables).status_code == 404

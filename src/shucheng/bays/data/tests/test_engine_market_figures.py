"""Figures of the market, and data on the books: each told with its grounds, or not at all."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from shucheng.bays.data.engine.assets.costs import Cost, collect, recognise, total
from shucheng.bays.data.engine.assets.disclosure import Movement, Table, disclose
from shucheng.bays.data.engine.assets.hints import Facts, impairment_hints
from shucheng.bays.data.engine.assets.life import Asset, movements, schedule
from shucheng.bays.data.engine.assets.rules import shipped
from shucheng.bays.data.engine.market import (
    Listing,
    Trade,
    concentration,
    price_indices,
    turnover,
    varieties_listed,
    varieties_traded,
)
from shucheng.lib.periods import Period

YEAR, NEXT = Period.parse("2026"), Period.parse("2027")
SPRING = date(2026, 3, 1)


def trade(id: str, fen: int, product: str = "p", seller: str = "s", **more: object) -> Trade:
    made = Trade(id, product, product, seller, SPRING, 1, fen)
    return replace(made, **more)


def test_turnover_is_net_of_what_was_taken_back_and_names_its_trades() -> None:
    trades = [
        trade("a", 500),
        trade("b", -100, quantity=-1),
        trade("c", 900, on=date(2027, 1, 1)),
    ]
    told = turnover(trades, YEAR)
    assert (told.value, told.unit, told.sources) == (Decimal(400), "fen", ("a", "b"))


def test_an_empty_record_is_no_turnover_of_nothing() -> None:
    for told in (turnover([], YEAR), varieties_traded([], YEAR), *concentration([], YEAR).values()):
        assert (told.value, told.missing) == (None, "no-trades")


def test_varieties_are_counted_once() -> None:
    listings = [
        Listing("p1", "v1", date(2026, 1, 1)),
        Listing("p2", "v1", date(2026, 2, 1)),
        Listing("p3", "v2", date(2026, 1, 1), date(2026, 3, 1)),
        Listing("p4", "v3", date(2026, 3, 2)),
    ]
    told = varieties_listed(listings, SPRING)
    assert (told.value, told.sources) == (Decimal(1), ("p1", "p2"))
    trades = [trade("a", 0, "x"), trade("b", 5, "y"), trade("c", -5, "y", quantity=-1)]
    assert varieties_traded(trades, YEAR).value == 1


def sales(on: date, **products: tuple[int, int]) -> list[Trade]:
    """Of each product a quantity and a unit price in 分."""
    return [
        Trade(f"{name}-{on.year}", name, name, "s", on, quantity, quantity * price)
        for name, (quantity, price) in products.items()
    ]


BEFORE = sales(SPRING, a=(10, 100), b=(20, 50), c=(5, 200), d=(1, 1000), e=(50, 20))
AFTER = sales(date(2027, 3, 1), a=(20, 80), b=(10, 60), c=(5, 200), d=(1, 1500), e=(50, 20))


def test_price_indices_by_hand() -> None:
    """Σp₀q₀ = 5000, Σp₁q₀ = 800+1200+1000+1500+1000 = 5500; Σp₀q₁ = 2000+500+1000+1000+1000 = 5500,
    Σp₁q₁ = 1600+600+1000+1500+1000 = 5700."""
    told = price_indices([*BEFORE, *AFTER], YEAR, NEXT)
    assert told["laspeyres"].value == Decimal("110.0000")
    assert told["paasche"].value == Decimal("103.6364")
    assert told["fisher"].value == Decimal("106.7708")
    assert told["fisher"].notes == ("quality-unchecked",)
    assert len(told["fisher"].sources) == 10


def test_indices_over_too_few_or_too_small_products_are_not_told() -> None:
    few = price_indices([*BEFORE[:4], *AFTER], YEAR, NEXT)["fisher"]
    assert (few.value, few.missing) == (None, "few-matched-products")
    big = sales(date(2027, 5, 1), new=(1, 10_000))
    small = price_indices([*BEFORE, *AFTER, *big], YEAR, NEXT)["laspeyres"]
    assert (small.value, small.missing) == (None, "little-turnover-matched")
    assert price_indices(BEFORE, YEAR, NEXT)["paasche"].missing == "no-trades"


quantities = st.lists(st.integers(1, 1000), min_size=6, max_size=6)


@given(quantities, quantities, quantities, st.integers(1, 9))
def test_indices_of_prices_that_all_rise_alike(
    first: list[int], second: list[int], prices: list[int], factor: int
) -> None:
    before = {f"p{i}": (q, p) for i, (q, p) in enumerate(zip(first, prices, strict=True))}
    after = {f"p{i}": (q, p * factor) for i, (q, p) in enumerate(zip(second, prices, strict=True))}
    trades = [*sales(SPRING, **before), *sales(date(2027, 3, 1), **after)]
    told = price_indices(trades, YEAR, NEXT)
    assert {each.value for each in told.values()} == {Decimal(100 * factor)}
    assert told == price_indices(trades[::-1], YEAR, NEXT)


@given(quantities, quantities, quantities, quantities)
def test_fisher_lies_between_and_turns_back(
    q0: list[int], q1: list[int], p0: list[int], p1: list[int]
) -> None:
    one = {f"p{i}": each for i, each in enumerate(zip(q0, p0, strict=True))}
    two = {f"p{i}": each for i, each in enumerate(zip(q1, p1, strict=True))}
    there = price_indices([*sales(SPRING, **one), *sales(date(2027, 3, 1), **two)], YEAR, NEXT)
    back = price_indices([*sales(SPRING, **two), *sales(date(2027, 3, 1), **one)], YEAR, NEXT)
    low, high = sorted(each for n in ("laspeyres", "paasche") if (each := there[n].value))
    fisher, turned = there["fisher"].value, back["fisher"].value
    assert fisher is not None
    assert turned is not None
    assert low <= fisher <= high
    product = fisher * turned
    assert abs(product / 10_000 - 1) < Decimal("0.001")


def test_concentration_by_hand() -> None:
    sellers = {"a": 40, "b": 30, "c": 15, "d": 10, "e": 5, "gone": 0}
    trades = [trade(name, fen, seller=name) for name, fen in sellers.items()]
    told = concentration(trades, YEAR)
    assert told["hhi"].value == 1600 + 900 + 225 + 100 + 25
    assert told["cr4"].value == 95
    one = concentration([trade("a", 7)], YEAR)
    assert (one["hhi"].value, one["cr4"].value) == (Decimal(10_000), Decimal(100))
    assert one["cr4"].notes == ("four-sellers-or-fewer",)


# Data as an asset.


def test_every_rule_that_is_named_is_known_and_as_sure_as_its_source(shared_folder: Path) -> None:
    rules = shipped()
    listed = yaml.safe_load((shared_folder / "rules" / "data_assets.yaml").read_text("utf-8"))
    sure = {each["id"]: each["confidence"] == "text_read" for each in listed["rules"]}
    assert {code: not each.unconfirmed for code, each in rules.rules.items()} == {
        code: sure[code] for code in rules.rules
    }
    named = {each for hint in rules.hints.values() for each in hint.rules}
    named |= {r for routes in rules.costs.values() for each in routes.values() for r in each.rules}
    named |= {table.rule for table in rules.tables.values()}
    assert named <= set(rules.rules)
    assert {each.doc for each in rules.rules.values()} == set(rules.documents)


def test_recognition_names_what_is_missing() -> None:
    shown = {"lawful", "beneficial", "measurable", "identifiable"}
    assert recognise("use", shown).asset_class == "intangible"
    assert recognise("sale", shown - {"identifiable"}).asset_class == "inventory"
    told = recognise("use", shown - {"lawful"})
    assert (told.asset_class, told.missing) == (None, ("lawful",))
    assert told.rules == ("DA-REC-06", "DA-REC-07")
    assert recognise("use", shown, "government").missing == ("accounting",)
    assert recognise("sale", shown).unconfirmed


COSTS = [
    Cost("1", "price", 100_000, SPRING),
    Cost("2", "masking", 20_000, SPRING),
    Cost("3", "travel", 500, SPRING),
    Cost("4", "price", 900, date(2023, 12, 31)),
]


def test_costs_of_a_purchase() -> None:
    lines = collect("intangible", "purchased", [*COSTS, COSTS[0]])
    assert [each.why for each in lines] == ["listed", "listed", "not-listed", "before-the-rule"]
    assert total(lines, "capitalised") == 120_000
    assert (total(lines, "undecided"), total(lines, "expensed")) == (500, 900)
    assert not lines[0].unconfirmed
    assert lines[3].unconfirmed
    with pytest.raises(ValueError, match="two different costs"):
        collect("intangible", "purchased", [COSTS[0], replace(COSTS[0], fen=1)])


def test_masking_is_no_cost_of_purchased_inventory() -> None:
    lines = collect("inventory", "purchased", COSTS[:2])
    assert [each.treatment for each in lines] == ["capitalised", "undecided"]
    assert all(each.rules == ("DA-INV-01",) and each.unconfirmed for each in lines)
    assert total(collect("inventory", "developed", COSTS[1:2]), "capitalised") == 20_000


def test_development_counts_only_when_all_five_conditions_are_shown() -> None:
    costs = [
        Cost("r", "staff", 100, SPRING, "research"),
        Cost("d", "staff", 1000, SPRING, "development"),
        Cost("n", "staff", 7, SPRING),
    ]
    all_five = set(shipped().conditions)
    assert len(all_five) == 5
    for missing in (*all_five, None):
        lines = collect("intangible", "developed", costs, all_five - {missing})
        assert total(lines, "capitalised") == (0 if missing else 1000)
        assert total(lines, "undecided") == 7
    assert collect("intangible", "other", costs[:1])[0].why == "no-route"


def month(text: str) -> Period:
    return Period.parse(text)


def test_amortisation_by_hand() -> None:
    asset = Asset("a", "purchased", 1000, month("2026-11"), 3)
    charges = schedule(asset, month("2027-12"))
    assert [each.amortised for each in charges[:4]] == [333, 333, 334, 0]
    assert charges[-1].carrying == 0
    hurt = replace(asset, cost=1200, months=4, impaired={month("2026-12"): 300})
    assert [(c.amortised, c.impaired, c.carrying) for c in schedule(hurt, month("2027-02"))] == [
        (300, 0, 900),
        (300, 300, 300),
        (150, 0, 150),
        (150, 0, 0),
    ]


def test_an_indefinite_life_is_not_amortised_and_an_ended_one_no_more() -> None:
    asset = Asset("a", "purchased", 1000, month("2026-01"), None)
    assert {each.amortised for each in schedule(asset, month("2030-12"))} == {0}
    ended = replace(asset, months=10, ended=month("2026-04"))
    assert [each.amortised for each in schedule(ended, month("2026-12"))] == [100, 100, 100]


@pytest.mark.parametrize(
    "wrong",
    [
        Asset("a", "purchased", 10, month("2026-01"), 0),
        Asset("a", "purchased", 10, month("2026-01"), 5, residual=11),
        Asset("a", "purchased", 10, month("2026-01"), 5, impaired={month("2025-12"): 1}),
        Asset("a", "purchased", 10, month("2026-01"), 5, impaired={month("2026-02"): 9}),
        Asset("a", "purchased", 10, month("2026-01"), 5, impaired={month("2026-02"): 0}),
    ],
)
def test_assets_that_cannot_be(wrong: Asset) -> None:
    with pytest.raises(ValueError, match="a: "):
        schedule(wrong, month("2026-12"))


@st.composite
def assets(draw: st.DrawFn) -> Asset:
    cost = draw(st.integers(1, 10**9))
    start = month("2025-06").shift(draw(st.integers(0, 20)))
    months = draw(st.none() | st.integers(1, 60))
    lost = draw(st.dictionaries(st.integers(0, 5), st.integers(1, 10), max_size=2))
    ended = draw(st.none() | st.integers(6, 24))
    return Asset(
        "a",
        draw(st.sampled_from(["purchased", "developed", "other"])),
        cost + 2000,
        start,
        months and months + 10,
        draw(st.integers(0, 100)),
        {start.shift(n): fen for n, fen in lost.items()},
        None if ended is None else start.shift(ended),
        draw(st.sampled_from(["disposed", "lapsed", "other_out"])),
    )


@given(assets())
def test_a_life_loses_no_fen(asset: Asset) -> None:
    charges = schedule(asset, asset.available.shift(100))
    lost = sum(each.amortised + each.impaired for each in charges)
    assert asset.cost - lost == charges[-1].carrying
    if asset.months is not None and asset.ended is None:
        assert charges[-1].carrying <= asset.residual
        assert all(each.amortised == 0 for each in charges[asset.months :])


def cell(table: Table, no: int, column: str = "total") -> int:
    return next(row for row in table.rows if row.number == no).amounts[column]


@given(st.lists(assets(), max_size=4))
def test_the_disclosed_carrying_amount_is_that_of_the_schedules(held: list[Asset]) -> None:
    moved = [each for asset in held for each in movements(asset, month("2026-12"))]
    table = disclose("intangible", moved, YEAR)
    there = [a for a in held if a.ended is None or a.ended > month("2026-12")]
    last = [schedule(a, month("2026-12")) for a in there]
    assert cell(table, 26) == sum(each[-1].carrying for each in last if each)
    assert cell(table, 26) == cell(table, 11) - cell(table, 19) - cell(table, 24)
    assert cell(table, 27) == cell(table, 2) - cell(table, 13) - cell(table, 21)
    for no in (11, 19, 24):
        opening, up, down = {11: (2, 3, 7), 19: (13, 14, 15), 24: (21, 22, 23)}[no]
        assert cell(table, no) == cell(table, opening) + cell(table, up) - cell(table, down)
    for row in table.rows:
        if row.amounts:
            total_ = row.amounts["total"]
            assert total_ == sum(v for k, v in row.amounts.items() if k != "total")


def test_the_tables_have_their_rows_and_columns() -> None:
    intangible = disclose("intangible", [], YEAR)
    inventory = disclose("inventory", [], YEAR)
    assert [row.number for row in intangible.rows] == list(range(1, 28))
    assert [row.number for row in inventory.rows] == list(range(1, 22))
    assert next(iter(intangible.columns.values())) == "外购的数据资源无形资产"
    assert intangible.unconfirmed
    assert inventory.unconfirmed
    assert intangible.rows[0].amounts == {}


def test_inventory_is_disclosed_with_what_was_reversed() -> None:
    moved = [
        Movement("purchased", "cost", "purchased", date(2025, 5, 1), 1000),
        Movement("purchased", "provision", "charged", date(2025, 12, 31), 300),
        Movement("purchased", "provision", "reversed", SPRING, 100),
        Movement("purchased", "cost", "sold", date(2026, 9, 1), 400),
        Movement("purchased", "provision", "written_off", date(2026, 9, 1), 80),
        Movement("developed", "cost", "developed", date(2026, 1, 1), 50),
        Movement("developed", "cost", "developed", date(2027, 1, 1), 9999),
    ]
    table = disclose("inventory", moved, YEAR)
    told = {no: cell(table, no) for no in (2, 5, 8, 11, 13, 15, 16, 17, 18, 20, 21)}
    assert told == {
        2: 1000,
        5: 50,
        8: 400,
        11: 650,
        13: 300,
        15: 180,
        16: 100,
        17: 80,
        18: 120,
        20: 530,
        21: 700,
    }
    assert cell(table, 20, "developed") == 50


def test_an_impairment_of_an_intangible_is_not_reversed() -> None:
    for kind, fen in (("reversed", 5), ("charged", 0)):
        with pytest.raises(ValueError, match="no such movement"):
            disclose("intangible", [Movement("other", "provision", kind, SPRING, fen)], YEAR)


def test_hints_tell_what_was_seen_and_what_could_not_be_looked_for() -> None:
    told = impairment_hints("intangible", Facts())
    assert told.found == ()
    assert told.unknown["not-updated"] == ("days_since_update", "update_every_days")
    assert "below-realisable" not in told.unknown
    assert "yearly-test-due" not in told.unknown
    bad = Facts(False, 61, 30, 180, 49, 100, 80, 90, 1000, 999, 365, 999)
    assert {each.code for each in impairment_hints("intangible", bad, indefinite=True).found} == {
        *("authorisation-ended", "not-updated", "not-used", "revenue-fell", "quality-fell"),
        *("income-below-carrying", "yearly-test-due"),
    }
    fine = Facts(True, 60, 30, 179, 50, 100, 81, 90, 1000, 1000, 364, 1000)
    for asset_class in ("intangible", "inventory"):
        told = impairment_hints(asset_class, fine, indefinite=True)
        assert (told.found, told.unknown) == ((), {})
    codes = {each.code for each in impairment_hints("inventory", bad).found}
    assert {"below-realisable", "not-used"} <= codes
    assert all(each.unconfirmed for each in impairment_hints("inventory", bad).found)

"""The government-guided price: what may be earned, charged, and is deducted. No fen is lost."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shucheng.bays.data.engine.authority.book import Thing
from shucheng.bays.data.engine.authority.price import (
    Costs,
    Maximum,
    check_ceilings,
    check_price,
    deviation,
    instalments,
    maximum,
    on_trial,
    propose_ceilings,
    review_due,
)
from shucheng.bays.data.engine.authority.rules import shipped_rules

RULES = shipped_rules()
FEN = st.integers(0, 10**13)
CREDIT = Thing("credit-check", "1")


def made(costs: Costs, due: int = 0) -> tuple[Maximum, int]:
    answer = maximum(RULES, costs, due)
    assert isinstance(answer, tuple)
    return answer


def test_the_worked_example_of_the_rules() -> None:
    """PD-PRC-09: 11,200,000 yuan of cost, 1,200,000 of subsidy, 1.80 % + 6 points, tax 646,800."""
    costs = Costs({"平台": 700_000_000, "人力": 420_000_000}, 120_000_000, 64_680_000, 180, 600)
    got, left = made(costs)
    assert (got.cost, got.profit, got.amount, left) == (
        1_000_000_000,
        78_000_000,
        1_142_680_000,
        0,
    )
    assert (got.limit.value, got.limit.rule, got.limit.confirmed) == (6, "PD-PRC-08", True)


def test_a_spread_above_six_points_and_negative_amounts_are_refused() -> None:
    assert maximum(RULES, Costs({"a": 1}, 0, 0, 180, 601)).code == "authority.spread"
    for wrong in (
        Costs({"a": -1}, 0, 0, 0, 0),
        Costs({"a": 1}, -1, 0, 0, 0),
        Costs({"a": 1}, 0, -1, 0, 0),
        Costs({"a": 1}, 0, 0, -1, 0),
    ):
        assert maximum(RULES, wrong).code == "authority.money"
    assert maximum(RULES, Costs({"a": 1}, 0, 0, 0, 0), -1).code == "authority.money"


@pytest.mark.parametrize(("cost", "profit"), [(1, 0), (12, 0), (13, 1), (10_000, 780)])
def test_part_of_a_fen_is_not_permitted(cost: int, profit: int) -> None:
    assert made(Costs({"a": cost}, 0, 0, 180, 600))[0].profit == profit


def test_a_subsidy_above_cost_leaves_the_tax() -> None:
    assert made(Costs({"a": 5}, 9, 3, 180, 600))[0].amount == 3


@given(st.lists(st.tuples(FEN, FEN, FEN), min_size=1, max_size=8), st.integers(1, 3))
def test_every_fen_above_the_maximum_is_deducted_later(
    years: list[tuple[int, int, int]], periods: int
) -> None:
    """PD-PRC-12, over any run of periods: excesses are deductions made and deductions owed."""
    owed = [0] * (len(years) + periods + 1)
    excesses = deducted = 0
    for place, (cost, tax, actual) in enumerate(years):
        got, left = made(Costs({"a": cost}, 0, tax, 180, 600), owed[place])
        assert got.amount >= 0
        assert got.cost + got.profit + got.tax == got.amount + got.deducted
        owed[place] = 0
        owed[place + 1] += left
        deducted += got.deducted
        excesses += max(actual - got.amount, 0)
        for later, part in enumerate(instalments(got.amount, actual, periods), place + 1):
            owed[later] += part
    assert excesses == deducted + sum(owed)


@given(FEN, FEN, st.integers(1, 12))
def test_instalments_are_the_excess_and_even(permitted: int, actual: int, periods: int) -> None:
    parts = instalments(permitted, actual, periods)
    assert sum(parts) == max(actual - permitted, 0)
    assert len(parts) == periods
    assert max(parts) - min(parts) <= 1


def test_an_excess_cannot_be_deducted_in_no_period() -> None:
    with pytest.raises(ValueError, match="one period or more"):
        instalments(1, 2, 0)


SHARES = st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 10**9)), min_size=1, max_size=20)


@given(FEN, SHARES)
def test_proposed_ceilings_never_bring_more_than_is_permitted(
    permitted: int, shares: list[tuple[int, int]]
) -> None:
    """And fall short of it by less than a fen a unit."""
    weights = {Thing(f"p{n}"): weight for n, (weight, _) in enumerate(shares)}
    volumes = {Thing(f"p{n}"): volume for n, (_, volume) in enumerate(shares)}
    ceilings = propose_ceilings(permitted, weights, volumes)
    assert check_ceilings(permitted, ceilings, volumes) is None
    revenue = sum(ceilings[thing] * volumes[thing] for thing in ceilings)
    assert permitted - revenue < sum(volumes.values()) + len(volumes)
    first = Thing("p0")
    more = ceilings | {first: ceilings[first] + permitted // volumes[first] + 1}
    assert check_ceilings(permitted, more, volumes).code == "authority.above-maximum"


def test_a_negative_ceiling_is_refused() -> None:
    assert check_ceilings(5, {CREDIT: -1}, {CREDIT: 1}).code == "authority.money"


@pytest.mark.parametrize(
    ("permitted", "actual", "adjust"),
    [
        (1000, 1100, "prices"),
        (1000, 1101, "ceilings"),
        (1000, 900, "prices"),
        (1000, 899, "ceilings"),
        (0, 0, "prices"),
        (0, 1, "ceilings"),
    ],
)
def test_a_deviation_of_ten_percent_still_adjusts_prices(
    permitted: int, actual: int, adjust: str
) -> None:
    got = deviation(RULES, permitted, actual)
    assert (got.adjust, got.excess, got.limit.rule) == (adjust, actual - permitted, "PD-PRC-13")


@pytest.mark.parametrize(
    ("purpose", "charging", "price", "ceiling", "trial", "reason"),
    [
        ("公共治理", "", 0, None, False, None),
        ("公益事业", "服务次数", 1, 9, False, "free"),
        ("产业发展", "服务次数", 9, 9, False, None),
        ("产业发展", "服务次数", 10, 9, False, "above-ceiling"),
        ("行业发展", "服务次数", 10, None, False, "no-ceiling"),
        ("行业发展", "服务次数", 10, None, True, None),
        ("行业发展", "服务次数", 0, None, False, None),
        ("行业发展", "心情", 1, 9, False, "charging"),
        ("行业发展", "服务次数", -1, 9, False, "money"),
        ("广告", "服务次数", 1, 9, False, "purpose"),
    ],
)
def test_a_price_is_free_or_below_its_ceiling(
    purpose: str, charging: str, price: int, ceiling: int | None, trial: bool, reason: str | None
) -> None:
    no = check_price(RULES, CREDIT, purpose, charging, price, ceiling, trial)
    assert (no and no.code) == (reason and f"authority.{reason}")
    assert no is None or (no.message and no.hint)


def test_trial_prices_last_a_full_year_and_a_maximum_three() -> None:
    assert on_trial(date(2025, 3, 1), date(2026, 2, 28))
    assert not on_trial(date(2025, 3, 1), date(2026, 3, 1))
    due, limit = review_due(RULES, date(2026, 3, 1))
    assert (due, limit.rule) == (date(2029, 3, 1), "PD-PRC-11")

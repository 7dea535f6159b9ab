"""Accounts by hand, what they refuse, and the laws that hold for any activities."""

from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from typing import Any

import pytest
from hypothesis import strategies as st
from tests.laws import law

from shucheng.bays.energy.engine.carbon.account import GROUPINGS, Inputs, difference
from shucheng.bays.energy.engine.carbon.choice import Rules
from shucheng.bays.energy.engine.carbon.factor_files import shipped
from shucheng.bays.energy.engine.carbon.twice import counted_twice

from .carbon_cases import contract, emission, gas, inputs, refused, used

DIGESTS = ("digest", "factors_digest")


def test_a_months_gas_and_electricity_as_by_hand():
    account = inputs(used("e", 1_000_000), gas("g", 50_000)).account()
    # 1,000,000 kWh x 0.5827 kg; 50,000 Nm3 x 2.1622 kg
    assert account.by(["scope"]) == {
        ("2",): Fraction("582.7"),
        ("1",): Fraction("108.11"),
    }
    assert account.total() == Fraction("690.81")
    assert account.total(scopes=[1]) == Fraction("108.11")


def test_an_amount_may_come_in_any_unit_of_its_dimension():
    heat = {"carrier": "heat", "scope": 2}
    mixed = inputs(
        used("1", 1, unit="MWh"),
        used("2", "0.1", unit="万kWh"),
        used("3", "3.6", unit="GJ"),
        used("4", 10, unit="GJ", **heat),
        used("5", "2777.7", unit="kWh", **heat),
        gas("6", "2", unit="万Nm3"),
        gas("7", "1000", unit="kg", carrier="diesel"),
        gas("8", "1", unit="TJ (NCV)", carrier="bituminous-coal"),
    ).account()
    tonnes = {line.activity.id: line.location for line in mixed.lines}
    assert tonnes["1"] == tonnes["2"] == tonnes["3"] == Fraction("0.5827")
    assert tonnes["4"] == Fraction("1.1")
    assert tonnes["5"] == Fraction("2777.7") * Fraction("0.0036") * Fraction("0.11")
    assert tonnes["6"] == Fraction("43.244")
    assert tonnes["7"] == Fraction("3.0959")
    assert tonnes["8"] == Fraction("94.6")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"unit": "Nm3"}, "unit-mixed"),
        ({"unit": "tce"}, "unit-mixed"),
        ({"unit": "度"}, "unit-unknown"),
        ({"region": "nowhere"}, "no-factor"),
        ({"period": "2020-01"}, "no-factor"),
        ({"period": "2023-13"}, "activity-invalid"),
        ({"period": "23-01"}, "activity-invalid"),
        ({"scope": 4}, "activity-invalid"),
        ({"scope": 1}, "activity-invalid"),
        ({"carrier": "natural-gas", "unit": "Nm3"}, "activity-invalid"),
        ({"sold_as": "heat"}, "activity-invalid"),
        ({"quality": "good"}, "activity-invalid"),
        ({"source": ""}, "activity-invalid"),
        ({"company": ""}, "activity-invalid"),
        ({"carrier": "peat", "scope": 1}, "no-factor"),
        ({"factor": "electricity.life-cycle.china.2023"}, "kind-mixed"),
        ({"factor": "fuel.diesel.cn"}, "factor-invalid"),
        ({"factor": "electricity.residual.china.2023"}, "factor-invalid"),
        ({"factor": "nothing"}, "factor-unknown"),
    ],
)
def test_an_activity_that_cannot_be_counted_is_refused(changes, reason):
    with refused(reason):
        inputs(used("a", **changes)).account()


def test_amounts_below_zero_and_floats_are_refused():
    with refused("activity-invalid"):
        inputs(used("a", "-0.1")).account()
    object.__setattr__(floating := used("a"), "amount", 0.1)
    with refused("number-inexact"):
        inputs(floating).account()


def test_the_same_activity_twice_is_refused():
    with refused("activity-twice"):
        inputs(used("a"), used("a")).account()


def test_a_year_beside_one_of_its_months_is_refused():
    with refused("periods-overlap"):
        inputs(used("a"), used("b", period="2023", source="the year's bill")).account()
    assert inputs(used("a"), used("b", period="2024")).account().lines


def test_a_factor_is_the_regions_own_of_the_latest_year_up_to_the_activitys():
    account = inputs(
        used("1", period="2022-05"),
        used("2", period="2023-05"),
        used("3", period="2025-05"),
        used("4", period="2023-06", region="china", factor="electricity.superseded.china.2022"),
        gas("5", 1, carrier="diesel", unit="t"),
    ).account()
    told = [(line.factor.id, line.notes) for line in account.lines]
    assert told == [
        ("electricity.location.jiangsu.2022", ("no-residual-factor",)),
        ("electricity.location.jiangsu.2023", ()),
        (
            "electricity.location.jiangsu.2023",
            ("factor-of-another-year", "residual-of-another-year"),
        ),
        ("electricity.superseded.china.2022", ("factor-superseded", "factor-of-another-year")),
        ("fuel.diesel.cn", ("factor-unverified",)),
    ]


def test_a_factor_of_another_region_that_was_chosen_by_id_is_told():
    (line,) = inputs(used(factor="electricity.location.china.2023")).account().lines
    assert line.notes == ("factor-of-another-region",)


def test_each_line_carries_its_factor_notice_year_and_quality_and_the_account_the_version():
    account = inputs(used()).account()
    (line,) = account.lines
    assert line.factor.year == 2023
    assert line.factor.source.number == "公告2025年第47号"
    assert (line.factor.checked, line.activity.quality) == ("several-copies", "measured")
    assert (account.factors, account.factors_version) == ("china", "1")
    assert account.factors_digest == shipped().digest


def test_methane_counts_by_its_warming_and_apart_from_co2():
    factors = shipped().changed(
        "own", emission("flare", "2", "kgCH4/t", gas="CH4", carrier="oil", use="process")
    )
    oil = gas("b", 1000, carrier="oil", unit="t", factor="flare")
    account = inputs(gas("a", 1000), oil, factors=factors).account()
    assert account.by(["carrier"]) == {("natural-gas",): Fraction("2.1622"), ("oil",): 56}
    assert account.by([], gas="CO2") == {(): Fraction("2.1622")}
    with refused("no-factor"):
        inputs(oil, factors=factors, rules=Rules("2")).account()


def test_contracts_cover_a_part_and_the_residual_factor_meets_the_rest():
    account = inputs(
        used("a", 600),
        used("b", 400, period="2023-02"),
        contracts=(
            contract("c1", 300),
            contract("c2", "0.2", unit="MWh", rate=Decimal("0.1")),
        ),
    ).account()
    # 300 at 0, 200 at 0.1, 500 at 0.6096; six tenths of each in January
    whole = (200 * Fraction("0.1") + 500 * Fraction("0.6096")) / 1000
    assert account.total("market") == whole
    assert account.by(["month"], "market") == {
        ("2023-01",): whole * Fraction(6, 10),
        ("2023-02",): whole * Fraction(4, 10),
    }
    assert account.total("location") == Fraction("0.5827")
    assert [line.covered for line in account.lines] == [300, 200]
    assert account.unused == ()


def test_contracts_beyond_the_use_are_told_and_not_counted():
    account = inputs(used("a", 100), contracts=(contract("c1", 80), contract("c2", 50))).account()
    assert account.total("market") == 0
    assert {each.contract: each.kwh for each in account.unused} == {"c2": 30}


def test_a_contract_of_another_year_or_company_covers_nothing():
    account = inputs(
        used("a", 100),
        contracts=(contract("c1", 80, year=2022), contract("c2", 50, company="other")),
    ).account()
    assert account.total("market") == Fraction("0.06096")
    assert [each.kwh for each in account.unused] == [80, 50]


@pytest.mark.parametrize(
    ("contracts", "reason"),
    [
        ([contract("c", 1), contract("c", 1, company="other")], "contract-twice"),
        ([contract("c", -1)], "contract-invalid"),
        ([contract("c", 1, rate=Decimal("-0.1"))], "contract-invalid"),
        ([contract("c", 1, source="")], "contract-invalid"),
        ([contract("c", 1, unit="t")], "unit-mixed"),
    ],
)
def test_a_contract_that_cannot_count_is_refused(contracts, reason):
    with refused(reason):
        inputs(used(), contracts=tuple(contracts)).account()


def test_without_a_residual_factor_market_based_is_not_known_unless_all_is_covered():
    use = used("a", 100, period="2022-01")
    assert inputs(use).account().total("market") is None
    assert inputs(use).account().total("location") is not None
    whole = inputs(use, contracts=(contract("c", 100, year=2022),)).account()
    assert whole.total("market") == 0


def test_a_city_sum_says_what_it_holds_twice():
    coal = gas(
        "a", 1, company="plant", carrier="bituminous-coal", unit="TJ (NCV)", sold_as="electricity"
    )
    account = inputs(
        coal,
        used("b", 100_000, supplier="plant"),
        used("c", 10_000, company="dyeing"),
        used("d", 10_000, company="far", supplier="a plant elsewhere"),
    ).account()
    (twice,) = counted_twice(account.lines)
    assert (twice.carrier, twice.made) == ("electricity", Fraction("94.6"))
    assert twice.bought == Fraction("69.924")
    assert twice.certain == Fraction("58.27")
    assert twice.at_most == Fraction("64.097")
    assert counted_twice(line for line in account.lines if line.activity.company != "plant") == ()


def test_a_grouping_that_is_not_there_is_refused():
    with refused("grouping-unknown"):
        inputs(used()).account().by(["colour"])


AMOUNTS = st.decimals(0, 10**9, places=4)
ACTIVITIES = st.builds(
    lambda **told: told,
    amount=AMOUNTS,
    company=st.sampled_from("abc"),
    sector=st.sampled_from(["C31", "C38"]),
    park=st.sampled_from(["Dafeng", ""]),
    city=st.sampled_from(["Yancheng", "Nantong"]),
    period=st.sampled_from(["2023-01", "2023-02", "2024-07"]),
    carrier_unit=st.sampled_from(
        [
            ("electricity", "kWh", 2),
            ("electricity", "GJ", 2),
            ("heat", "kWh", 2),
            ("natural-gas", "Nm3", 1),
            ("diesel", "kg", 1),
            ("diesel", "t", 3),
        ]
    ),
)
CONTRACTS = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.sampled_from([2023, 2024]),
        AMOUNTS,
        st.sampled_from([Decimal(0), Decimal("0.3")]),
    ),
    max_size=4,
)


def drawn(listed: Any, contracts: Any = ()) -> Inputs:
    activities = []
    for number, told in enumerate(listed):
        carrier, unit, scope = told["carrier_unit"]
        rest = {key: value for key, value in told.items() if key not in ("carrier_unit", "amount")}
        activities.append(
            used(f"{number:03}", told["amount"], carrier=carrier, unit=unit, scope=scope, **rest)
        )
    return inputs(
        *activities,
        contracts=tuple(
            contract(f"c{number}", amount, company=company, year=year, rate=rate)
            for number, (company, year, amount, rate) in enumerate(contracts)
        ),
    )


@law(st.lists(ACTIVITIES, max_size=12), CONTRACTS, few=25, many=400)
def test_the_parts_of_any_grouping_add_up_to_the_whole(listed, contracts):
    account = drawn(listed, contracts).account()
    for basis in ("location", "market"):
        whole = account.total(basis)
        for names in (*combinations(GROUPINGS, 1), *combinations(GROUPINGS, 2), GROUPINGS):
            assert sum(account.by(names, basis).values()) == whole
        assert sum(account.total(basis, [scope]) for scope in (1, 2, 3)) == whole


@law(st.lists(ACTIVITIES, max_size=12), CONTRACTS, few=25, many=400)
def test_market_based_is_never_below_zero_and_contracts_are_used_or_told(listed, contracts):
    account = drawn(listed, contracts).account()
    assert all(x >= 0 for line in account.lines for x in (line.market, line.location) if x)
    covered = sum((line.covered for line in account.lines), Fraction(0))
    unused = sum((each.kwh for each in account.unused), Fraction(0))
    assert covered + unused == sum(Fraction(amount) for _, _, amount, _ in contracts)
    # A plain second way, by company and year: what is used less what is covered meets the residual.
    for company, year in {(x.activity.company, x.activity.year) for x in account.lines}:
        lines = [
            x
            for x in account.lines
            if x.activity.carrier == "electricity"
            and (x.activity.company, x.activity.year) == (company, year)
        ]
        per_kwh = {"kWh": Fraction(1), "GJ": Fraction("0.0036")}
        kwh = (Fraction(x.activity.amount) / per_kwh[x.activity.unit] for x in lines)
        use = sum(kwh, Fraction(0))
        left, tonnes = use, Fraction(0)
        for owner, of, amount, rate in contracts:
            if (owner, of) == (company, year):
                taken = min(left, Fraction(amount))
                left, tonnes = left - taken, tonnes + taken * Fraction(rate) / 1000
        assert sum(x.market for x in lines) == tonnes + left * Fraction("0.6096") / 1000


@law(st.lists(ACTIVITIES, min_size=1, max_size=8), st.randoms(), few=25, many=300)
def test_an_account_is_its_inputs_whatever_their_order(listed, random):
    made = drawn(listed)
    shuffled = list(made.activities)
    random.shuffle(shuffled)
    again = inputs(*shuffled).account()
    assert again == made.account()
    changed = made.what_if(times={made.activities[0].id: 2})
    assert (changed.digest == made.digest) is (not made.activities[0].amount)


@law(st.lists(ACTIVITIES, min_size=1, max_size=8), AMOUNTS, few=25, many=300)
def test_twice_the_activities_are_twice_the_tonnes(listed, times):
    made = drawn(listed)
    more = made.what_if(times={each.id: times for each in made.activities})
    whole = made.account().total()
    assert whole is not None
    assert more.account().total() == whole * Fraction(times)


def test_what_if_tells_what_changes_and_leaves_the_account_as_it_was():
    made = inputs(used("e", 1_000_000), gas("g", 50_000))
    before = made.account()
    greener = emission(
        "electricity.location.jiangsu.2023",
        "0.5",
        "kgCO2/kWh",
        carrier="electricity",
        use="location",
        year=2023,
    )
    row = {"region": "jiangsu", "level": "province"}
    for name, value in row.items():
        object.__setattr__(greener, name, value)
    after = made.what_if(greener, times={"g": Decimal("0.5")}).account()
    told = {key: each.change for key, each in difference(before, after, ["carrier"]).items()}
    assert told == {("electricity",): Fraction("-82.7"), ("natural-gas",): Fraction("-54.055")}
    assert after.factors_version == "what-if"
    assert before.digest != after.digest
    assert made.account() == before
    with refused("activity-invalid"):
        made.what_if(times={"nothing": 2})
    with refused("number-inexact"):
        made.what_if(times={"g": Fraction(1, 3)})


def test_what_if_of_a_figure_that_is_not_known_is_not_known():
    made = inputs(used("e", 1, period="2022-01"))
    (told,) = difference(made.account(), made.account(), [], "market").values()
    assert told.change is None


def test_recalculation_with_new_factors_leaves_the_old_account_as_it_was():
    """Old versions are kept: the same inputs give the same digest and tonnes at any time."""
    old = inputs(gas("g", 1000))
    first = old.account()
    new_set = shipped().changed("2", emission("fuel.natural-gas.cn", "2.2", "kgCO2/Nm3"))
    second = inputs(gas("g", 1000), factors=new_set).account()
    assert (first.total(), second.total()) == (Fraction("2.1622"), Fraction("2.2"))
    assert old.account() == first
    assert all(getattr(first, name) != getattr(second, name) for name in DIGESTS)

"""LMDI-I: by hand, at its limits, against a plain second way, and the laws it is chosen for."""

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import strategies as st
from tests.laws import law

from shucheng.bays.energy.engine.carbon.lmdi import decompose, identity

from .carbon_cases import fractions, refused

NAMES = ("activity", "structure", "intensity", "carbon")


def test_one_part_that_doubles_both_factors_as_by_hand():
    """V goes from 6 to 24: L = 18 / ln 4, and each factor gives L ln 2 = 9."""
    found = decompose({"all": {"a": 2, "b": 3}}, {"all": {"a": 4, "b": 6}})
    assert (found.before, found.after, found.change) == fractions(6, 24, 18)
    assert found.effects == {"a": 9, "b": 9}
    assert all(abs(each - 2) < Decimal("1e-25") for each in found.ratios().values())


def test_two_sectors_as_the_formula_computed_by_hand():
    """Activity 100 to 120, shares 0.5/0.5 to 0.4/0.6, intensities 2/1 to 1.8/1."""
    before = {
        "steel": {"activity": 100, "structure": Decimal("0.5"), "intensity": 2},
        "chips": {"activity": 100, "structure": Decimal("0.5"), "intensity": 1},
    }
    after = {
        "steel": {"activity": 120, "structure": Decimal("0.4"), "intensity": Decimal("1.8")},
        "chips": {"activity": 120, "structure": Decimal("0.6"), "intensity": 1},
    }
    found = decompose(before, after)
    assert (found.before, found.after) == fractions(150, "158.4")
    steel, chips = (86.4 - 100) / math.log(0.864), (72 - 50) / math.log(1.44)
    told = {name: float(each) for name, each in found.effects.items()}
    assert told["activity"] == pytest.approx((steel + chips) * math.log(1.2), rel=1e-12)
    assert told["structure"] == pytest.approx(
        steel * math.log(0.8) + chips * math.log(1.2), rel=1e-12
    )
    assert told["intensity"] == pytest.approx(steel * math.log(0.9), rel=1e-12)


def test_a_fuel_that_appears_is_an_effect_of_what_was_zero_and_one_that_goes_likewise():
    """Cases of Ang and Liu (2007), table of analytical limits."""
    coal, gas = {"activity": 10, "carbon": 3}, {"activity": 10, "carbon": 2}
    old = {"coal": coal | {"share": 1}, "gas": gas | {"share": 0}}
    new = {"coal": coal | {"share": 0}, "gas": gas | {"share": 1}}
    found = decompose(old, new)
    assert found.effects == {"activity": 0, "share": -10, "carbon": 0}
    assert found.parts["coal"]["share"] == -30
    assert found.parts["gas"]["share"] == 20


def test_factors_that_are_zero_together_share_alike_and_zero_in_both_years_gives_nothing():
    found = decompose({"x": {"a": 0, "b": 0, "c": 5}}, {"x": {"a": 2, "b": 3, "c": 5}})
    assert found.effects == {"a": 15, "b": 15, "c": 0}
    nothing = decompose({"x": {"a": 0, "b": 3}}, {"x": {"a": 4, "b": 0}})
    assert nothing.effects == {"a": 0, "b": 0}


@pytest.mark.parametrize("small", [Decimal("1e-40"), Decimal("1e-80")])
def test_the_limit_is_where_small_numbers_lead(small):
    """A small number in place of zero comes near, at the pace of one over its logarithm."""
    after = {"x": {"a": 2, "b": 3, "c": 5}}
    limit = decompose({"x": {"a": 0, "b": 3, "c": 4}}, after).effects
    near = decompose({"x": {"a": small, "b": 3, "c": 4}}, after).effects
    for name, effect in limit.items():
        assert abs(near[name] - effect) < 30 / abs(math.log(small))


def test_what_cannot_be_decomposed_is_refused():
    part = {"a": 1, "b": 2}
    for before, after, reason in (
        ({"x": part}, {"y": part}, "factors-differ"),
        ({"x": part}, {"x": {"a": 1}}, "factors-differ"),
        ({"x": part}, {"x": {"a": -1, "b": 2}}, "negative-value"),
        ({"x": part}, {"x": {"a": 0.5, "b": 2}}, "number-inexact"),
    ):
        with refused(reason):
            decompose(before, after)
    with refused("aggregate-zero"):
        decompose({"x": {"a": 0}}, {"x": {"a": 1}}).ratios()
    assert decompose({}, {}).effects == {}


def test_a_city_by_sector_as_activity_structure_intensity_and_carbon():
    """Steel halves its share and chips appear: what was not there is an effect of structure."""
    before = identity(
        {"steel": 100, "chips": 0}, {"steel": 50, "chips": 0}, {"steel": 150, "chips": 0}
    )
    after = identity(
        {"steel": 100, "chips": 100}, {"steel": 40, "chips": 10}, {"steel": 120, "chips": 20}
    )
    assert after["chips"] == {
        "activity": 200,
        "structure": Fraction(1, 2),
        "intensity": Fraction(1, 10),
        "carbon": 2,
    }
    found = decompose(before, after)
    assert found.change == -10 == sum(found.effects.values())
    assert found.parts["steel"]["carbon"] == 0
    assert {name: each for name, each in found.parts["chips"].items() if each} == {"structure": 20}


@pytest.mark.parametrize(
    ("output", "energy", "tonnes", "reason"),
    [
        ({"x": 0}, {"x": 1}, {"x": 1}, "not-positive"),
        ({"x": 1}, {"x": 0}, {"x": 1}, "not-positive"),
        ({"x": 1}, {"y": 1}, {"x": 1}, "factors-differ"),
        ({"x": 1}, {"x": 1.5}, {"x": 1}, "number-inexact"),
    ],
)
def test_a_part_that_no_ratio_carries_is_refused(output, energy, tonnes, reason):
    with refused(reason):
        identity(output, energy, tonnes)


def test_a_factor_that_is_defined_in_one_year_alone_has_no_effect():
    found = decompose({"x": {"a": 2, "b": None}}, {"x": {"a": 4, "b": 3}})
    assert found.before == 6
    assert found.effects == {"a": 6, "b": 0}
    assert decompose({"x": {"a": 2, "b": None}}, {"x": {"a": 4, "b": None}}).change == 0


POSITIVE = st.decimals("0.001", 10_000, places=3)
ANY = st.one_of(st.just(Decimal(0)), POSITIVE)


def years(values: Any) -> Any:
    part = st.fixed_dictionaries(dict.fromkeys(NAMES, values))
    return st.lists(st.tuples(part, part), min_size=1, max_size=5).map(
        lambda pairs: tuple({str(n): pair[year] for n, pair in enumerate(pairs)} for year in (0, 1))
    )


@law(years(ANY), few=30, many=600)
def test_effects_add_up_to_the_change_exactly_zeros_or_not(two):
    before, after = two
    found = decompose(before, after)
    change = sum(
        math.prod(map(Fraction, after[part].values()), start=Fraction(1))
        - math.prod(map(Fraction, before[part].values()), start=Fraction(1))
        for part in before
    )
    assert sum(found.effects.values()) == found.change == change


@law(years(POSITIVE), few=30, many=600)
def test_ratios_multiply_to_the_ratio_of_the_totals(two):
    found = decompose(*two)
    product = math.prod(map(Fraction, found.ratios().values()), start=Fraction(1))
    assert abs(product * found.before / found.after - 1) < Fraction(1, 10**25)


@law(years(ANY), few=30, many=400)
def test_the_way_back_is_the_way_there_with_the_other_sign(two):
    before, after = two
    there, back = decompose(before, after), decompose(after, before)
    for name in NAMES:
        scale = 1 + there.before + there.after
        assert abs(there.effects[name] + back.effects[name]) < scale / 10**29


@law(years(POSITIVE), few=30, many=400)
def test_effects_are_those_of_a_plain_computation(two):
    """The formula as printed, in floats, by integrating: L(a, b) is the mean of a^s b^(1-s)."""
    before, after = two
    found = decompose(before, after)
    nodes = [((k + 0.5) / 2000) for k in range(2000)]
    for name in NAMES:
        effect, scale = 0.0, 1e-9
        for part in before:
            v0 = math.prod(map(float, before[part].values()))
            vt = math.prod(map(float, after[part].values()))
            mean = sum(math.exp(s * math.log(vt) + (1 - s) * math.log(v0)) for s in nodes) / 2000
            effect += mean * math.log(float(after[part][name]) / float(before[part][name]))
            scale += mean * 20
        assert abs(float(found.effects[name]) - effect) < 1e-4 * scale


@law(years(POSITIVE), years(POSITIVE), few=20, many=300)
def test_effects_of_parts_taken_together_are_the_sum_of_their_effects(one, other):
    """Consistency in aggregation: LMDI-I by sector adds up to the city's."""
    whole = tuple(
        {f"1{part}": x for part, x in a.items()} | {f"2{part}": x for part, x in b.items()}
        for a, b in zip(one, other, strict=True)
    )
    found, first, second = decompose(*whole), decompose(*one), decompose(*other)
    for name in NAMES:
        apart = first.effects[name] + second.effects[name]
        scale = 1 + found.before + found.after
        assert abs(found.effects[name] - apart) < scale / 10**29


@law(years(POSITIVE), POSITIVE, few=20, many=300)
def test_a_factor_in_another_unit_changes_no_effect(two, times):
    scaled = tuple(
        {part: x | {"intensity": x["intensity"] * times} for part, x in year.items()}
        for year in two
    )
    found, other = decompose(*two), decompose(*scaled)
    for name in NAMES:
        off = other.effects[name] - found.effects[name] * Fraction(times)
        assert abs(off) < (1 + Fraction(times) + other.before) / 10**29


@law(
    st.lists(st.tuples(POSITIVE, ANY, ANY), min_size=1, max_size=5),
    few=20,
    many=200,
)
def test_an_identity_multiplies_to_the_tonnes(listed):
    output, energy, tonnes = ({str(n): each[k] for n, each in enumerate(listed)} for k in range(3))
    tonnes = {part: each if energy[part] else Decimal(0) for part, each in tonnes.items()}
    for part, factors in identity(output, energy, tonnes).items():
        known = [Fraction(each) for each in factors.values() if each is not None]
        assert math.prod(known, start=Fraction(1)) == tonnes[part]

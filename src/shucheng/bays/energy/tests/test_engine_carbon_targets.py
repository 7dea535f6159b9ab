"""Dual control: intensities, paths to the peak, where a year stands and what is left."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import strategies as st
from tests.laws import law

from shucheng.bays.energy.engine.carbon.targets import (
    given,
    intensity,
    intensity_standing,
    path,
    total_standing,
)

from .carbon_cases import fractions, refused


def test_intensity_is_tonnes_by_ten_thousand_yuan_whatever_the_unit_of_output():
    assert intensity(500, 1000) == Fraction("0.5")
    assert intensity(500, Decimal("0.1"), "亿元") == Fraction("0.5")
    assert intensity(500, 10_000_000, "元") == Fraction("0.5")
    with refused("not-positive"):
        intensity(500, 0)
    with refused("unit-mixed"):
        intensity(500, 1000, "t")


def test_a_linear_path_steps_evenly():
    assert path("linear", 2025, 100, 2030, 125).values == {
        2025: 100,
        2026: 105,
        2027: 110,
        2028: 115,
        2029: 120,
        2030: 125,
    }


def test_an_exponential_path_falls_by_one_rate():
    falling = path("exponential", 2025, 100, 2027, 81)
    assert falling.values == {2025: 100, 2026: 90, 2027: 81}


def test_a_path_to_the_peak_and_down_again():
    whole = path("linear", 2025, 100, 2029, 120).then(path("exponential", 2029, 120, 2035, 60))
    assert whole.peak == 2029
    assert whole.at(2035) == 60
    assert len(whole.values) == 11


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: path("linear", 2030, 1, 2030, 1), "target-invalid"),
        (lambda: path("curved", 2025, 1, 2030, 1), "target-invalid"),
        (lambda: path("linear", 2025, 1, 2030, -1), "target-invalid"),
        (lambda: path("exponential", 2025, 1, 2030, 0), "not-positive"),
        (lambda: path("linear", 2025, 0.1, 2030, 1), "number-inexact"),
        (lambda: given({2025: 1, 2027: 2}), "target-invalid"),
        (lambda: given({}), "target-invalid"),
        (lambda: given({2025: 1}).at(2026), "target-invalid"),
        (lambda: given({2025: 1}).then(given({2026: 1})), "target-invalid"),
        (lambda: given({2025: 1}).then(given({2025: 2})), "target-invalid"),
        (lambda: total_standing(given({2025: 1}), 2025, 0, 13), "target-invalid"),
        (lambda: intensity_standing(given({2025: 0}), 2025, 1, 1), "not-positive"),
    ],
)
def test_a_target_that_makes_no_sense_is_refused(make, reason):
    with refused(reason):
        make()


def test_where_a_years_total_stands():
    standing = total_standing(given({2026: 1200}), 2026, 700, 6)
    assert (standing.planned, standing.left) == fractions(1200, 500)
    assert (standing.even, standing.ahead) == fractions(600, -100)
    over = total_standing(given({2026: 1200}), 2026, 1300)
    assert (over.left, over.ahead) == fractions(-100, -100)


def test_where_a_years_intensity_stands():
    """From 1 to 0.8 by 2030; 0.95 at 1,000万元: a quarter of the way, 150 t over."""
    plan = path("linear", 2025, 1, 2030, Decimal("0.8"))
    standing = intensity_standing(plan, 2030, 950, 1000)
    assert (standing.actual, standing.fallen) == (Fraction("0.95"), Fraction("0.05"))
    assert (standing.asked, standing.reached) == (Fraction("0.2"), Fraction("0.25"))
    assert standing.left == -150
    assert intensity_standing(plan, 2025, 950, 1000).reached is None


@law(
    st.decimals("0.01", 10**6, places=2),
    st.decimals("0.01", 10**6, places=2),
    st.integers(1, 30),
    few=40,
    many=500,
)
def test_paths_meet_their_ends_and_never_turn(start, end, years):
    for shape in ("linear", "exponential"):
        whole = path(shape, 2025, start, 2025 + years, end)
        values = [whole.values[year] for year in sorted(whole.values)]
        assert (values[0], values[-1]) == (Fraction(start), Fraction(end))
        assert len(values) == years + 1
        ordered = sorted(values, reverse=start > end)
        assert values == ordered
    # The line is above the curve: the arithmetic mean above the geometric.
    line = path("linear", 2025, start, 2025 + years, end)
    assert all(
        line.values[year] >= value - Fraction(1, 10**9) for year, value in whole.values.items()
    )

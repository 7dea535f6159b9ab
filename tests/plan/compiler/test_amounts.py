"""Figures in different units are compared as amounts."""

import pytest

from shucheng.plan.compiler.amounts import measure


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ((1.2, "万亿元"), (12000, "亿元")),
        ((5, "‰"), (0.5, "%")),
        ((2, "EFLOPS"), (2000, "P")),
        ((3, "家"), (3, "个")),
    ],
)
def test_amounts_compare_across_units(left: tuple[float, str], right: tuple[float, str]) -> None:
    assert measure(*left) == measure(*right)


def test_people_and_companies_do_not_compare() -> None:
    assert measure(3, "人") != measure(3, "家")


def test_a_unit_that_the_registry_does_not_know_compares_with_itself_alone() -> None:
    assert measure(3, "咕噜") == measure(3, "咕噜")
    assert measure(3, "咕噜") != measure(3, "家")

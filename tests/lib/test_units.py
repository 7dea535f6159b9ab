"""Units: what converts, what adds, and what must never be mixed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shucheng.lib.units import (
    UnitsDiffer,
    UnitUnknown,
    compatible,
    convert,
    known,
    unit,
)
from shucheng.plan.compiler.language.units import UNIT_WORDS

PAIRS = [
    ("亿元", "万元"),
    ("万亿元", "元"),
    ("万人", "人"),
    ("P", "EFLOPS"),
    ("万千瓦", "MW"),
    ("亿千瓦时", "GWh"),
    ("万吨标准煤", "吨标准煤"),
    ("平方公里", "亩"),
    ("%", "‰"),
    ("家", "万个"),
    ("元/人", "万元/万人"),
]
VALUES = st.decimals(min_value=-(10**9), max_value=10**9, places=4)


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        ("3000", "亿元", "万元", "30000000"),
        ("0.3", "万亿元", "亿元", "3000"),
        ("20000", "P", "EFLOPS", "20"),
        ("150", "万千瓦", "MW", "1500"),
        ("1.5", "亿千瓦时", "GWh", "150"),
        ("65", "%", "‰", "650"),
        ("2.4", "亿人次", "万人次", "24000"),
        ("7", "家", "个", "7"),
        ("2", "EFlops", "P", "2000"),
        ("3", "亩", "平方米", "2000"),
    ],
)
def test_values_convert_within_a_dimension(
    value: str, source: str, target: str, expected: str
) -> None:
    assert convert(Decimal(value), source, target) == Decimal(expected)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("家", "亿元"),
        ("%", "个百分点"),
        ("亿元", "万美元"),
        ("人", "人次"),
        ("家", "家次"),
        ("", "%"),
        ("分", "家"),
    ],
)
def test_different_measures_neither_add_nor_convert(left: str, right: str) -> None:
    assert not compatible(left, right)
    with pytest.raises(UnitsDiffer, match="neither convert nor add"):
        convert(Decimal(1), left, right)


def test_an_index_has_no_unit_or_points() -> None:
    assert compatible("", "分")


@pytest.mark.parametrize("symbol", ["万台(套)", "％", "㎡", "亿条", "吨标准煤/万元", "kgCO2/kWh"])
def test_printed_forms_are_understood(symbol: str) -> None:
    assert known(symbol)


@pytest.mark.parametrize("symbol", ["朵", "万%", "亿分", "元/", "abc"])
def test_what_is_no_unit_is_refused_by_name(symbol: str) -> None:
    assert not known(symbol)
    with pytest.raises(UnitUnknown) as refusal:
        unit(symbol)
    assert refusal.value.symbol == symbol


@pytest.mark.parametrize("word", sorted(UNIT_WORDS))
def test_every_unit_that_a_plan_is_read_in_converts(word: str) -> None:
    assert known(word)


@given(VALUES, st.sampled_from(PAIRS))
def test_there_and_back_again_loses_nothing(value: Decimal, pair: tuple[str, str]) -> None:
    there = convert(value, *pair)
    assert abs(convert(there, pair[1], pair[0]) - value) <= abs(value) * Decimal("1e-25")


@given(VALUES, VALUES, st.sampled_from(PAIRS))
def test_adding_before_or_after_converting_is_the_same(
    one: Decimal, other: Decimal, pair: tuple[str, str]
) -> None:
    together, apart = convert(one + other, *pair), convert(one, *pair) + convert(other, *pair)
    assert abs(together - apart) <= (abs(one) + abs(other)) * unit_ratio(pair) * Decimal("1e-25")


def unit_ratio(pair: tuple[str, str]) -> Decimal:
    ratio = unit(pair[0]).factor / unit(pair[1]).factor
    return Decimal(ratio.numerator) / Decimal(ratio.denominator)

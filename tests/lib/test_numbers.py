"""What a browser may send where a number is asked for, and how people write numbers."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shucheng.lib.numbers import decimal_number, whole_number, written_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("42", 42),
        ("999999999999999999", 999999999999999999),
        ("9" * 19, None),
        ("9" * 5000, None),
        ("", None),
        ("-1", None),
        ("+1", None),
        (" 1", None),
        ("1_0", None),
        ("²", None),
        ("٣", None),
        ("１", None),
    ],
)
def test_a_whole_number_or_nothing(text: str, number: int | None) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("412.6", "412.6"),
        (" 41.2 \u3000", "41.2"),
        ("+5", "5"),
        ("－3", "-3"),
        ("−3", "-3"),
        (".5", ".5"),
        ("1e3", "1e3"),
        ("007", "007"),
        ("1,200.5", "1200.5"),
        ("１，２００．５", "1200.5"),
        ("1 200", "1200"),
        ("1\u00a0234\u00a0567", "1234567"),
        ("-12,345,678", "-12345678"),
    ],
)
def test_a_number_is_read_as_people_write_it(text: str, bare: str) -> None:
    assert written_number(text) == bare


@pytest.mark.parametrize(
    "text",
    [
        *("12,5", "12，5", "1,20", "1,2,3", "-1,2", "1,200,00", "1200,000", "0,200", "1,,200"),
        *("12.345,6", "1.200.5", "1,200 300", "1,200.5,6", "5.", ".", "", "-", "1-2", "+-1"),
        *("40\n50", "40\r\n50", "40\t50", "41 2", "1  200", "0 200", "- 5", "1. 5"),
        *("1_000", "0x10", "(3)", "٤٢", "²", "一", "5万", "1e", "1e99999", "NaN", "Infinity"),
    ],
)
def test_what_may_mean_another_number_is_none(text: str) -> None:
    assert written_number(text) is None
    assert decimal_number(text) is None


@given(st.decimals(-(10**12), 10**12, places=3))
def test_grouped_or_not_it_is_the_same_number(number: Decimal) -> None:
    for text in (f"{number:f}", f"{number:,f}", f"{number:,f}".replace(",", " ")):
        assert Decimal(written_number(text) or "") == number
        assert decimal_number(text) == number

"""What a browser may send where a number is asked for."""

import pytest

from shucheng.lib.numbers import whole_number


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

"""How Chinese plans are typed: numbers, one spelling for many, wrapped lines, brackets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shucheng.plan.compiler.language.brackets import blank_brackets
from shucheng.plan.compiler.language.folding import fold, unwrap
from shucheng.plan.compiler.language.numerals import parse_number, print_number, read_ordinal


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,200", 1200),
        ("2.4", 2.4),
        ("三百", 300),
        ("两千五百", 2500),
        ("三百二十", 320),
        ("十二", 12),
        ("一百零五", 105),
        ("两万", 20000),
        ("三亿", 300_000_000),
        ("二〇二七", 2027),
    ],
)
def test_numerals_have_values(text: str, value: float) -> None:
    assert parse_number(text) == value


@pytest.mark.parametrize("text", ["", "家", "百个", "1.2.3", "十大"])
def test_what_is_no_numeral_has_none(text: str) -> None:
    assert parse_number(text) is None


@given(st.integers(1, 9999))
def test_a_number_written_in_chinese_reads_back(number: int) -> None:
    assert parse_number(_in_chinese(number)) == number


def _in_chinese(number: int) -> str:
    digits, places = "零一二三四五六七八九", ["", "十", "百", "千"]
    written, gap = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            written += ("零" if gap and written else "") + digits[digit] + places[place]
            gap = False
        else:
            gap = bool(written)
    return written


@given(st.text())
def test_folding_keeps_every_position(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(st.integers(1, 199))
def test_chinese_ordinals_are_read(number: int) -> None:
    digits = "〇一二三四五六七八九"
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    written = "一百" if hundreds else ""
    if tens:
        written += ("" if tens == 1 and not hundreds else digits[tens]) + "十"
    elif hundreds and ones:
        written += "零"
    written += digits[ones] if ones else ""
    assert read_ordinal(written) == number


def test_wrapped_spaces_go_and_latin_ones_stay() -> None:
    assert unwrap("市农业 农村局") == "市农业农村局"
    assert unwrap("AI Agent 平台") == "AI Agent平台"


@given(st.floats(-1e9, 1e9))
def test_a_printed_number_reads_back(value: float) -> None:
    assert abs(float(print_number(value)) - value) <= 5e-5


@pytest.mark.parametrize(
    ("text", "blanked"),
    [
        ("市发改委(能源局、数据局)、各县", "市发改委         、各县"),
        ("智慧农场(牧场(渔场))数", "智慧农场        数"),
        ("没有括号", "没有括号"),
        ("未闭合(其余", "未闭合   "),
    ],
)
def test_what_stands_in_brackets_is_blanked_and_all_else_keeps_its_place(
    text: str, blanked: str
) -> None:
    assert blank_brackets(text) == blanked

"""Numbers as Chinese plans write them, and the text folded to one spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shucheng.plan.compiler.language.numerals import parse_number
from shucheng.plan.compiler.targets.layout import Folded, lay_out


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


def test_full_width_text_is_folded_and_keeps_its_place() -> None:
    source = "到 ２０２７ 年，建成（５Ｇ）基站 １，２００ 个。"
    folded = Folded.of(source)
    assert folded.text == "到2027年，建成(5G)基站1,200个。"
    start = folded.text.index("1,200个")
    a, b = folded.source((start, start + 6))
    assert source[a:b] == "１，２００ 个"


def test_a_blank_between_latin_words_stays() -> None:
    assert Folded.of("部署 AI Agent 平台").text == "部署AI Agent平台"


@given(st.text(alphabet='到年建成，。；,()（）“”"《》 5G1.三\n', max_size=60))
def test_every_folded_character_knows_where_it_stood(source: str) -> None:
    folded = Folded.of(source)
    assert len(folded.text) == len(folded.printed) == len(folded.offsets)
    assert list(folded.offsets) == sorted(set(folded.offsets))
    for position, offset in enumerate(folded.offsets):
        assert folded.printed[position].strip() in ("", source[offset])


@given(st.text(alphabet="甲，。；：()“”《》\n", max_size=60))
def test_clauses_cover_all_but_punctuation_in_order(text: str) -> None:
    reached = 0
    for sentence in lay_out(text).sentences:
        for clause in sentence.clauses:
            assert sentence.span[0] <= clause.span[0] < clause.span[1] <= sentence.span[1]
            assert set(text[reached : clause.span[0]]) <= set("，。；;：:\n")
            reached = clause.span[1]
    assert set(text[reached:]) <= set("，。；;：:\n")


def test_a_comma_inside_brackets_or_quotes_does_not_cut() -> None:
    text = "建设智慧农场(牧场，渔场)，打造“好办，易办”服务"
    (sentence,) = lay_out(text).sentences
    assert [text[a:b] for a, b in (clause.span for clause in sentence.clauses)] == [
        "建设智慧农场(牧场，渔场)",
        "打造“好办，易办”服务",
    ]

"""Text folded to one spelling and cut into sentences and clauses, each character in its place."""

from hypothesis import given
from hypothesis import strategies as st

from shucheng.plan.compiler.targets.layout import Folded, lay_out


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

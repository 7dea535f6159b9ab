"""Targets planted in generated paragraphs are found, and no others, whatever surrounds them."""

import time
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from shucheng.plan.compiler.model import Period, Target
from shucheng.plan.compiler.structure.passages import Passage
from shucheng.plan.compiler.targets.finder import find_targets

PLAN = Period(2025, 2027)

MEASURES = ["数字经济核心产业增加值", "软件业务收入", "跨境电商进出口额", "智能装备产业规模"]
RATES = ["关键业务数字化率", "农业生产信息化率", "5G用户普及率", "事项网上可办率"]
THINGS = ["省级以上智能工厂", "“万兆园区”", "高质量数据集", "智慧农场(牧场、渔场)", "5G基站"]
BUILDING = ["建成", "新建", "打造", "新增", "累计建成", "力争培育", "加快建设", "争创"]
BEFORE = {"达到": ">=", "超过": ">", "突破": ">", "不少于": ">=", "不低于": ">=", "超": ">"}
AFTER = {"": "=", "以上": ">=", "左右": "~"}
COUNTERS = ["个", "家", "项"]
YEARS = ["到2026年,", "到2027年底,", "2026年,", "力争到2027年,"]

# Sentences full of numbers that promise nothing.
NOISE = [
    "按照“335”推进思路,构建“2+4+2”产业体系。",
    "提升12345热线服务能力,打造15分钟生活圈。",
    "发布资源和产品两张清单,深化“一件事”改革。",
    "布局5G、6G、IPv6等技术,推进8K超高清产业。",
    "贯彻《三年行动计划(2025-2027年)》(政办发〔2025〕12号)要求。",
    "巩固提升电子信息、光伏制造2个优势产业。",
    "对认定的智能工厂给予最高500万元奖励。",
    "坚持政府引导、市场主导,营造良好氛围。",
    "围绕10个重点领域,推行7×24小时服务。",
    "推动新产业、新业态、新模式竞相发展,水平明显提升。",
]


@dataclass(frozen=True)
class Planted:
    """A sentence with one promise, and what must be read from it."""

    sentence: str
    subject: str
    comparator: str
    value: float
    unit: str
    year: int | None
    kind: str


@st.composite
def levels(draw: st.DrawFn) -> Planted:
    rate = draw(st.booleans())
    subject = draw(st.sampled_from(RATES if rate else MEASURES))
    word = draw(st.sampled_from(sorted(BEFORE)))
    value, printed = draw(figures())
    unit = "%" if rate else "亿元"
    lead, year = draw(dates())
    return Planted(
        f"{lead}{subject}{word}{printed}{unit}。", subject, BEFORE[word], value, unit, year, "level"
    )


@st.composite
def builds(draw: st.DrawFn) -> Planted:
    verb, subject = draw(st.sampled_from(BUILDING)), draw(st.sampled_from(THINGS))
    limit, unit = draw(st.sampled_from(sorted(AFTER))), draw(st.sampled_from(COUNTERS))
    value, printed = draw(counts())
    lead, year = draw(dates())
    noun_first = draw(st.booleans())
    figure = f"{printed}{unit}{limit}"
    said = f"{subject}{figure}" if noun_first else f"{figure}{subject}"
    return Planted(f"{lead}{verb}{said}。", subject, AFTER[limit], value, unit, year, "cumulative")


@st.composite
def dates(draw: st.DrawFn) -> tuple[str, int]:
    lead = draw(st.sampled_from(YEARS))
    return lead, 2027 if "2027" in lead else 2026


@st.composite
def counts(draw: st.DrawFn) -> tuple[float, str]:
    value = draw(st.integers(5, 20000))
    return value, draw(st.sampled_from([str(value), f"{value:,}", _full_width(str(value))]))


@st.composite
def figures(draw: st.DrawFn) -> tuple[float, str]:
    value = draw(st.integers(1, 99999)) / draw(st.sampled_from([1, 10]))
    return value, f"{value:g}" if value < 1e5 else str(value)


def _full_width(text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) for char in text)


PLANTED = st.one_of(levels(), builds())
PARAGRAPH = st.lists(st.one_of(PLANTED, st.sampled_from(NOISE)), min_size=1, max_size=8)


def found_in(text: str) -> list[Target]:
    return find_targets(text, [Passage((0, len(text)), "s1")], PLAN)[0]


def text_of(paragraph: list[Planted | str]) -> str:
    return "".join(part if isinstance(part, str) else part.sentence for part in paragraph)


@settings(max_examples=200, deadline=None)
@given(PARAGRAPH)
def test_planted_targets_are_found_and_no_others(paragraph: list[Planted | str]) -> None:
    planted = [part for part in paragraph if isinstance(part, Planted)]
    found = found_in(text_of(paragraph))
    assert [(t.subject, t.comparator, t.value, t.unit, t.year, t.kind) for t in found] == [
        (p.subject, p.comparator, p.value, p.unit, p.year, p.kind) for p in planted
    ]


@settings(max_examples=100, deadline=None)
@given(PARAGRAPH)
def test_a_quote_is_the_text_at_its_span_inside_its_sentence(
    paragraph: list[Planted | str],
) -> None:
    text = text_of(paragraph)
    sentences, start = [], 0
    for part in paragraph:
        end = start + len(text_of([part]))
        if isinstance(part, Planted):
            sentences.append((start, end))
        start = end
    for target, (a, b) in zip(found_in(text), sentences, strict=True):
        assert a <= target.span[0] < target.span[1] <= b
        assert text[slice(*target.span)] == target.quote
        assert target.quote.endswith((target.unit, "以上", "左右", target.subject))


@settings(max_examples=50, deadline=None)
@given(st.lists(PLANTED, min_size=2, max_size=5))
def test_what_is_found_does_not_depend_on_the_order(planted: list[Planted]) -> None:
    def read(order: list[Planted]) -> list[str]:
        return sorted(f"{t.subject}{t.value}{t.unit}{t.year}" for t in found_in(text_of([*order])))

    assert read(planted) == read(planted[::-1])


@settings(max_examples=100, deadline=None)
@given(PLANTED, st.sampled_from(["\n", " ", "\u3000"]), st.integers(0, 99))
def test_a_wrapped_line_changes_nothing_but_the_quote(
    planted: Planted, blank: str, share: int
) -> None:
    sentence = planted.sentence
    cut = 1 + share * (len(sentence) - 2) // 100
    broken = sentence[:cut] + blank + sentence[cut:]
    (whole,), wrapped = found_in(sentence), found_in(broken.replace("\n", " "))
    assert [(t.subject, t.value, t.unit, t.year) for t in wrapped] == [
        (whole.subject, whole.value, whole.unit, whole.year)
    ]


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="到2027年建成5G基站100个以上达,、。(“”)各分别每%万亿元三家\n", max_size=80))
def test_any_text_is_read_without_failing(text: str) -> None:
    for target in found_in(text):
        assert text[slice(*target.span)] == target.quote
        assert target.subject


def test_time_grows_with_the_text_alone() -> None:
    sentence = "到2027年,建成省级以上智能工厂100家以上、营业收入超10亿元企业20家,普及率达到90%"
    short, long = sentence * 200, sentence * 1600
    # Eight times the text; sixty-four times as long if all were compared with all.
    assert _seconds(long) < 20 * max(_seconds(short), 0.01)


def _seconds(text: str) -> float:
    """The shortest of three runs, in this process's own time: what else runs does not count."""
    taken = []
    for _ in range(3):
        start = time.process_time()
        found_in(text)
        taken.append(time.process_time() - start)
    return min(taken)

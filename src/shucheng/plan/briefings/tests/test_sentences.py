"""Sentences state what the facts say: each number is a fact's, each word of direction its sign."""

import re
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shucheng.plan.briefings.engine import sentences as say
from shucheng.plan.briefings.engine.compose import Edition, compose
from shucheng.plan.briefings.engine.content import Paragraph, Sentence
from shucheng.plan.briefings.engine.facts import (
    LIGHTS,
    BriefingFacts,
    ChanceFacts,
    DriverFacts,
    DriversFacts,
    IndicatorFacts,
    PaceFacts,
    RankFacts,
    change,
    count_lights,
    differences,
    digest,
    from_json,
    plain,
    to_json,
)
from shucheng.plan.briefings.engine.numbers import chance_words, shown
from shucheng.plan.briefings.engine.sample import EDITION, indicator, sample_facts
from shucheng.plan.forecast.words import percent_said, whole_percent
from shucheng.plan.queries.forecasts import TargetChance

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_SIGNED = re.compile(r"(增长|下降|提高|降低|增加|减少)(\d+(?:\.\d+)?)")

amounts = st.decimals("-99999", "99999", places=4, allow_nan=False)
shares = st.decimals("0", "100", places=2, allow_nan=False)


@st.composite
def indicators(draw: st.DrawFn, no: int) -> IndicatorFacts:
    sample = indicator(no, f"指标{no}", draw(st.sampled_from(["亿元", "%", "PFLOPS"])), *_ANY)
    value = draw(st.none() | amounts)
    target = draw(st.none() | amounts)
    before = draw(st.none() | amounts)
    light = draw(st.sampled_from(LIGHTS)) if value is not None else "blue"
    return replace(
        sample,
        value=plain(value),
        target=plain(target),
        attainment=draw(st.none() | shares) if target is not None else None,
        schedule_progress=draw(st.none() | shares),
        gap=plain(draw(st.none() | amounts)),
        light=light,
        before_light=draw(st.none() | st.sampled_from(LIGHTS)),
        year_on_year=change(plain(value), plain(before), "2025-09", sample.unit),
        period_on_period=change(plain(value), plain(before), "2026-08", sample.unit),
        pace=PaceFacts(
            made=plain(draw(st.none() | amounts)),
            needed=plain(draw(amounts)),
            gone=9,
            left=3,
            ratio=draw(st.none() | shares),
        ),
        chance=draw(
            st.none()
            | st.builds(ChanceFacts, percent=shares, year=st.just(2026), points=st.integers(2, 60))
        ),
        rank=draw(st.none() | st.just(RankFacts(place=3, of=11))),
        drivers=DriversFacts(
            against="2026-08",
            amount=plain(draw(amounts)),
            parts=tuple(
                DriverFacts(name=name, value=plain(draw(amounts))) for name in ("甲县", "乙县", "")
            ),
        ),
    )


_ANY: tuple[Any, ...] = ("1", "2", "1", "red", "green")


@st.composite
def briefings(draw: st.DrawFn) -> BriefingFacts:
    made = tuple(draw(indicators(no)) for no in range(1, draw(st.integers(1, 3)) + 1))
    return replace(
        sample_facts(),
        indicators=made,
        counts=count_lights([each.light for each in made]),
        counts_before=count_lights([each.before_light or "grey" for each in made]),
    )


# A whole briefing is drawn: on a busy machine that alone takes long.
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(briefings())
def test_every_number_in_the_text_is_one_of_the_facts(found: BriefingFacts) -> None:
    allowed = _numbers(found) | _rules(found)
    for block in compose(found, Edition(issuer="市数据局")).blocks:
        if isinstance(block, Paragraph):
            strange = set(_NUMBER.findall(block.text)) - allowed
            assert not strange, (strange, block.text)


@given(briefings())
def test_a_word_of_direction_agrees_with_the_sign_of_its_number(found: BriefingFacts) -> None:
    for each in found.indicators:
        for told, change_ in (
            (say.compared(replace(each, period_on_period=None)), each.year_on_year),
            (say.compared(replace(each, year_on_year=None)), each.period_on_period),
        ):
            text = _text(told)
            if change_ is None:
                assert text == ""
            elif change_.amount == 0:
                assert "持平" in text
                assert not _SIGNED.search(text)
            else:
                word, number = _SIGNED.findall(text)[0]
                assert (word in {"增长", "提高"}) == (change_.amount > 0)
                assert number == shown(abs(change_.amount), 1)


@given(amounts)
def test_nothing_grows_by_a_number_that_rounds_to_zero(value: Decimal) -> None:
    text = say.moved(value, "增加", "减少", "持平", "亿元")
    if abs(value) < Decimal("0.005"):
        assert text == "持平"
    else:
        assert text.startswith("增加" if value > 0 else "减少")
        assert not text.endswith(("加0亿元", "少0亿元"))


def test_growth_from_nothing_or_from_a_loss_is_not_told() -> None:
    assert change(Decimal(5), Decimal(0), "2025", "亿元") is None
    assert change(Decimal(5), Decimal(-2), "2025", "亿元") is None
    assert change(Decimal(5), None, "2025", "亿元") is None
    assert change(None, Decimal(5), "2025", "亿元") is None


def test_shares_differ_by_percentage_points_and_are_not_said_to_grow_by_percent() -> None:
    each = replace(
        sample_facts().indicators[1],
        year_on_year=change(Decimal("78.5"), Decimal("80.1"), "2025-09", "%"),
        period_on_period=None,
    )
    assert _text(say.compared(each)) == "同比降低1.6个百分点。"


def test_late_missing_and_simulated_are_said_to_be() -> None:
    found = sample_facts()
    late, missing = found.indicators[3], found.indicators[4]
    assert _text(say.value_of(late)) == (
        "2026年9月数据应于2026年10月27日前报送，逾期未报，最近一期（2026年8月）为251家。"
    )
    assert _text(say.value_of(missing)) == "暂无数据。"
    document = compose(found, EDITION)
    assert document.stamp == "模拟数据，仅供演示"
    assert document.words["simulated_note"]
    unconfirmed = _text(say.target_doubts(found.indicators[1]))
    assert unconfirmed == "所用目标尚未与有关地区确认。"


def test_a_draft_says_that_it_is_one() -> None:
    draft = compose(sample_facts(), replace(EDITION, issued_on=None, number=""))
    assert draft.stamp.startswith("草稿")
    assert draft.words["draft_note"] == "草稿"


def test_what_people_wrote_is_told_apart_from_what_the_platform_wrote() -> None:
    blocks = compose(sample_facts(), EDITION).blocks
    written = [b for b in blocks if isinstance(b, Paragraph) and b.written_by == "person"]
    assert [block.text for block in written] == [
        EDITION.instructions,
        *EDITION.next_steps.splitlines(),
    ]


def test_without_a_briefing_before_no_revision_is_claimed() -> None:
    assert "不作修订比较" in _text(say.revised(replace(sample_facts(), previous="", revised=())))


def test_a_figure_in_the_text_leads_to_its_explanation() -> None:
    each = sample_facts().indicators[0]
    runs = say.value_of(each)
    assert {run.explain for run in runs if run.figure} == {each.explain, each.explain_target}


@given(briefings())
def test_facts_survive_being_written_down(found: BriefingFacts) -> None:
    again = from_json(to_json(found))
    assert again == found
    assert digest(again) == digest(found)
    assert differences(found, again) == []


def test_a_difference_between_facts_is_named_by_its_place() -> None:
    found = sample_facts()
    other = replace(found.indicators[1], value=Decimal("79"))
    changed = replace(found, indicators=(found.indicators[0], other, *found.indicators[2:]))
    assert differences(found, changed) == ["indicators[1].value"]
    assert digest(found) != digest(changed)


@pytest.mark.parametrize(
    ("probability", "said", "page"),
    [
        *((0.0, "低于1%", "<1%"), (0.006, "低于1%", "<1%"), (0.01, "1%", "1%")),
        *((0.426, "43%", "43%"), (0.99, "99%", "99%"), (0.994, "高于99%", ">99%")),
    ],
)
def test_a_chance_is_said_as_the_page_says_it(probability: float, said: str, page: str) -> None:
    assert chance_words(Decimal(whole_percent(probability))) == said
    assert percent_said(whole_percent(probability)) == page
    assert TargetChance(2026, 1.0, ">=", probability).in_percent == page


def _text(sentence: Sentence) -> str:
    return "".join(run.text for run in sentence)


def _numbers(thing: object) -> set[str]:
    """Every way in which a number of the facts can be printed."""
    if isinstance(thing, bool) or thing is None:
        return set()
    if isinstance(thing, Decimal):
        return {shown(abs(thing), places) for places in range(5)}
    if isinstance(thing, int):
        return {str(thing)}
    if isinstance(thing, datetime | date):
        clock = thing.strftime("%H %M").split() if isinstance(thing, datetime) else []
        return {str(thing.year), str(thing.month), str(thing.day), *clock}
    if isinstance(thing, str):
        return {form for found in _NUMBER.findall(thing) for form in (found, found.lstrip("0"))}
    if isinstance(thing, tuple):
        return {number for each in thing for number in _numbers(each)}
    if is_dataclass(thing):
        return {number for f in fields(thing) for number in _numbers(getattr(thing, f.name))}
    raise AssertionError(type(thing))


def _rules(found: BriefingFacts) -> set[str]:
    """Numbers that are counted from the facts: how many have which chance or light, which place
    in the list; and the two bounds that the sentence about chances names."""
    most = max(len(found.indicators), len(found.revised), found.counts_before.total)
    return {str(number) for number in range(most + 1)} | {"80", "50", "1", "99"}

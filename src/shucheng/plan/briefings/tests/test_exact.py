"""What a briefing says of a value is never better than the value is."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shucheng.plan.briefings.engine import sentences as say
from shucheng.plan.briefings.engine.content import Sentence
from shucheng.plan.briefings.engine.numbers import percent
from shucheng.plan.briefings.engine.sample import sample_facts


def text(sentence: Sentence) -> str:
    return "".join(run.text for run in sentence)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("99.99", "99.99%"),
        ("99.94", "99.94%"),
        ("100", "100%"),
        ("100.04", "100.04%"),
        ("89.97", "89.97%"),
        ("53.85", "53.85%"),
    ],
)
def test_a_whole_percentage_is_said_of_what_reached_it(value: str, said: str) -> None:
    assert percent(Decimal(value)) == said


@given(st.decimals(0, 200, places=2))
def test_no_percentage_is_said_to_be_a_whole_one_that_it_is_below(value: Decimal) -> None:
    said = Decimal(percent(value).rstrip("%"))
    assert said <= value or said % 1 != 0


@pytest.mark.parametrize(
    ("gap", "said"),
    [
        ("-0.001", "略低于序时要求"),
        ("0", "与序时要求持平"),
        ("0.001", "与序时要求持平"),
        ("-2", "距序时要求差2"),
        ("2", "优于序时要求2"),
    ],
)
def test_what_is_behind_by_little_is_not_said_to_be_level(gap: str, said: str) -> None:
    each = replace(sample_facts().indicators[0], gap=Decimal(gap))
    assert said in text(say.value_of(each))


def test_a_target_split_from_an_earlier_one_is_called_so() -> None:
    each = replace(sample_facts().indicators[0], target_simulated=False, target_outdated=True)
    assert "所用目标按全市原目标分解，全市目标已调整。" in text(say.target_doubts(each))


def test_no_ratio_of_paces_is_said_where_they_go_opposite_ways() -> None:
    each = sample_facts().indicators[0]
    assert each.pace is not None
    said = text(say.needed(replace(each, pace=replace(each.pace, ratio=None))))
    assert "所需为已有的" not in said

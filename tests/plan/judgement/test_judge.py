"""Lights follow a published rule and say what they stand on."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shucheng.plan.judgement.judge import (
    Direction,
    Facts,
    Light,
    LightRule,
    judge,
    pace,
    progress,
    reached,
)

RULE = LightRule("schedule", 1, green=Decimal(100), yellow=Decimal(90), late_after_days=3)
DUE = date(2026, 10, 12)


@pytest.mark.parametrize(
    ("value", "expected", "direction", "light", "reason"),
    [
        ("50", "50", "up", "green", "on_schedule"),
        ("45", "50", "up", "yellow", "slightly_behind"),
        ("44.9", "50", "up", "red", "behind"),
        ("1.25", "1.25", "down", "green", "on_schedule"),
        ("1.30", "1.25", "down", "yellow", "slightly_behind"),
        ("1.60", "1.25", "down", "red", "behind"),
        ("0", "0", "up", "green", "reached"),
        ("-1", "0", "up", "red", "behind"),
        ("5", None, "up", "grey", "no_path"),
    ],
)
def test_schedule_progress_decides(
    value: str, expected: str | None, direction: Direction, light: Light, reason: str
) -> None:
    facts = Facts(Decimal(value), None, None if expected is None else Decimal(expected), direction)
    outcome = judge(facts, RULE)
    assert (outcome.light, outcome.reason) == (light, reason)
    assert outcome.rule == RULE
    assert outcome.facts == facts


@pytest.mark.parametrize(
    ("today", "light"),
    [
        (date(2026, 10, 1), "grey"),
        (date(2026, 10, 15), "grey"),
        (date(2026, 10, 16), "blue"),
    ],
)
def test_missing_data_is_grey_and_late_data_blue(today: date, light: Light) -> None:
    facts = Facts(None, Decimal(100), Decimal(50), due=DUE, today=today)
    assert judge(facts, RULE).light == light
    assert judge(replace(facts, value=Decimal(50)), RULE).light == "green"


def test_a_gap_is_negative_when_behind_whatever_the_direction() -> None:
    up = judge(Facts(Decimal(40), Decimal(100), Decimal(50)), RULE)
    down = judge(Facts(Decimal("1.3"), Decimal("1.2"), Decimal("1.25"), "down"), RULE)
    assert (up.gap, up.attainment, up.schedule_progress) == (-10, 40, 80)
    assert down.gap == Decimal("-0.05")


@pytest.mark.parametrize(("value", "wanted"), [(None, 5), (5, None), (5, 0), (-5, 5), (5, -5)])
def test_a_ratio_that_says_nothing_is_not_given(value: int | None, wanted: int | None) -> None:
    assert progress(*(None if v is None else Decimal(v) for v in (value, wanted))) is None


@given(
    st.decimals("0.01", 10**6, places=2),
    st.decimals("0.01", 10**6, places=2),
    st.decimals("0.01", 10**5, places=2),
    st.sampled_from(["up", "down"]),
)
def test_doing_better_never_worsens_the_light(
    value: Decimal, expected: Decimal, better: Decimal, direction: Direction
) -> None:
    order: list[Light] = ["red", "yellow", "green"]
    improved = value + better if direction == "up" else max(value - better, Decimal("0.01"))
    lights = [
        judge(Facts(each, None, expected, direction), RULE).light for each in (value, improved)
    ]
    assert order.index(lights[0]) <= order.index(lights[1])


def test_what_pace_is_still_needed() -> None:
    found = pace(Decimal(60), Decimal(120), Decimal(0), periods_gone=8, periods_left=4)
    assert found is not None
    assert (found.made, found.needed, found.ratio) == (Decimal("7.5"), 15, 2)
    assert pace(Decimal(60), Decimal(120), Decimal(0), periods_gone=12, periods_left=0) is None
    fresh = pace(Decimal(0), Decimal(120), Decimal(0), periods_gone=0, periods_left=12)
    assert fresh is not None
    assert fresh.ratio is None


def test_a_rule_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="yellow"):
        LightRule("schedule", 2, green=Decimal(80), yellow=Decimal(90))


@pytest.mark.parametrize(
    ("value", "direction", "light", "shown"),
    [
        ("2999.9", "up", "yellow", "99.99"),
        ("3000", "up", "green", "100.00"),
        ("3000.1", "up", "green", "100.00"),
        ("2699.9999", "up", "red", "89.99"),
        ("2700", "up", "yellow", "90.00"),
        ("3000.1", "down", "yellow", "99.99"),
        ("3000", "down", "green", "100.00"),
        ("1600.05", "up", "red", "53.34"),
    ],
)
def test_what_is_shown_never_reaches_a_limit_that_the_value_does_not(
    value: str, direction: Direction, light: Light, shown: str
) -> None:
    found = judge(Facts(Decimal(value), Decimal(3000), Decimal(3000), direction), RULE)
    assert [found.light, str(found.schedule_progress)] == [light, shown]
    assert (found.attainment == 100) == (found.light == "green")


@given(
    st.decimals("0.01", 10**6, places=6),
    st.decimals("0.01", 10**6, places=6),
    st.sampled_from(["up", "down"]),
)
def test_a_full_hundred_percent_is_green_and_everything_else_is_not(
    value: Decimal, expected: Decimal, direction: Direction
) -> None:
    found = judge(Facts(value, expected, expected, direction), RULE)
    assert found.gap is not None
    assert found.schedule_progress is not None
    assert (found.schedule_progress >= 100) == (found.light == "green") == (found.gap >= 0)
    assert found.attainment is not None
    assert (found.attainment >= 100) == (found.gap >= 0)


@pytest.mark.parametrize(
    ("value", "target", "ratio"), [("60", "120", 2), ("-60", "-120", 2), ("8", "2", None)]
)
def test_a_pace_that_went_the_other_way_is_no_measure(
    value: str, target: str, ratio: int | None
) -> None:
    found = pace(Decimal(value), Decimal(target), Decimal(0), periods_gone=6, periods_left=3)
    assert found is not None
    assert found.ratio == ratio


@pytest.mark.parametrize("direction", ["up", "down"])
@pytest.mark.parametrize(("target", "expected"), [("0", "0.5"), ("0", "0"), ("5", "0")])
def test_a_target_or_an_expectation_of_zero_gives_no_ratio(
    direction: Direction, target: str, expected: str
) -> None:
    facts = Facts(Decimal(3), Decimal(target), Decimal(expected), direction)
    found = judge(facts, LightRule("r", 1))
    assert found.schedule_progress is None
    assert found.reason == ("reached" if direction == "up" else "behind")
    assert found.gap is not None
    assert target != "0" or found.attainment is None


_NUMBERS = st.integers(-40, 40).map(lambda each: Decimal(each) / 10)


@given(_NUMBERS, _NUMBERS, st.sampled_from([">", ">=", "<", "<="]))
def test_a_target_is_judged_by_its_comparator(
    value: Decimal, asked: Decimal, comparator: str
) -> None:
    meets = {
        ">": value > asked,
        ">=": value >= asked,
        "<": value < asked,
        "<=": value <= asked,
    }[comparator]
    direction: Direction = "up" if comparator[0] == ">" else "down"
    strict = len(comparator) == 1
    assert reached(value, asked, direction, strict=strict) == meets
    found = judge(Facts(value, asked, asked, direction, strict), RULE)
    assert (found.light == "green") == meets


@pytest.mark.parametrize(("green", "light"), [(100, "yellow"), (95, "green")])
def test_the_number_itself_is_short_of_more_than_it(green: int, light: Light) -> None:
    rule = LightRule("schedule", 2, green=Decimal(green), yellow=Decimal(90))
    facts = Facts(Decimal(50), Decimal(50), Decimal(50), strict=True)
    assert judge(facts, rule).light == light
    assert judge(replace(facts, value=Decimal("50.01")), rule).light == "green"


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({}, "nothing_asked"),
        ({"value": Decimal(3)}, "reached"),
        ({"value": Decimal(-1)}, "behind"),
        ({"signed": True}, "reached"),
        ({"strict": True}, "behind"),
        ({"direction": "down"}, "reached"),
        ({"target": Decimal(5)}, "reached"),
    ],
)
def test_none_of_nothing_is_no_achievement(facts: dict[str, Any], reason: str) -> None:
    """A county's part of 0 is no task; a growth of at least 0, and at most 0 faults, are."""
    zero = {name: Decimal(0) for name in ("value", "target", "expected")}
    assert judge(Facts(**{**zero, **facts}), RULE).reason == reason

"""Validation rules: what they find, and the laws they keep. No database."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shucheng.kernel.reporting.engine.model import Problem
from shucheng.kernel.reporting.engine.reading_rules import RuleInvalid, read_rule
from shucheng.kernel.reporting.engine.rules import (
    AreaFigures,
    Facts,
    Rule,
    in_force,
    judge,
    usual_rules,
)

D = Decimal
numbers = st.decimals(-(10**9), 10**9, places=2)
amounts = st.decimals(1, 10**6, places=2)


def found(rule: Rule, **facts: object) -> list[Problem]:
    return judge([rule], Facts(**facts))


def codes(problems: list[Problem]) -> list[str]:
    return [problem.code for problem in problems]


def a_range(**params: object) -> Rule:
    return read_rule("r", "range", "error", {"metric": "m", **params})


def test_a_number_outside_of_its_bounds_is_named_with_the_bound() -> None:
    (problem,) = found(a_range(least=0, most=100), values={"m": D("120.50")})
    assert (problem.code, problem.severity, problem.key) == ("above_most", "error", "m")
    assert problem.values == {"value": "120.5", "limit": "100"}


@pytest.mark.parametrize(("value", "code"), [("-1", "below_least"), ("2.5", "not_whole")])
def test_things_are_counted_in_whole_numbers_from_zero(value: str, code: str) -> None:
    assert codes(found(a_range(least=0, whole=True), values={"m": D(value)})) == [code]


@given(value=numbers, least=numbers, most=numbers)
def test_a_range_finds_exactly_what_lies_outside(value: D, least: D, most: D) -> None:
    rule = Rule("r", "range", "error", "m", least=least, most=most)
    assert bool(found(rule, values={"m": value})) == (not least <= value <= most)


@given(parts=st.lists(numbers, min_size=1, max_size=6))
def test_parts_that_add_up_are_never_a_problem(parts: list[D]) -> None:
    values = {f"p{at}": part for at, part in enumerate(parts)} | {"t": sum(parts, D(0))}
    rule = read_rule(
        "s", "sum", "error", {"total": "t", "parts": [f"p{i}" for i in range(len(parts))]}
    )
    assert found(rule, values=values) == []


@given(parts=st.lists(amounts, min_size=1, max_size=6), off=st.decimals("0.01", 100, places=2))
def test_any_difference_of_parts_is_found_and_told_exactly(parts: list[D], off: D) -> None:
    values = {f"p{at}": part for at, part in enumerate(parts)} | {"t": sum(parts, D(0)) + off}
    rule = read_rule(
        "s", "sum", "error", {"total": "t", "parts": [f"p{i}" for i in range(len(parts))]}
    )
    (problem,) = found(rule, values=values)
    assert D(problem.values["off"]) == off


@given(left=numbers, right=numbers)
def test_of_two_numbers_one_comparison_holds(left: D, right: D) -> None:
    values = {"a": left, "b": right}

    def holds(sign: str) -> bool:
        params = {"left": ["a"], "sign": sign, "right": ["b"]}
        return not found(read_rule("c", "compare", "warning", params), values=values)

    assert holds("<=") or holds(">=")
    assert holds("=") == (holds("<=") and holds(">="))


def test_a_comparison_takes_factors_a_constant_and_a_tolerance() -> None:
    params = {"left": {"a": 2, "b": "-1"}, "sign": "<=", "right": ["c"], "constant": 5}
    values = {"a": D(10), "b": D(3), "c": D(11)}
    assert codes(found(read_rule("c", "compare", "error", params), values=values)) == [
        "compare_fails"
    ]
    assert not found(read_rule("c", "compare", "error", {**params, "tolerance": 10}), values=values)


def test_a_rule_that_lacks_a_number_finds_nothing() -> None:
    rule = read_rule("s", "sum", "error", {"total": "t", "parts": ["a", "b"]})
    assert found(rule, values={"t": D(3), "a": D(1), "b": None}) == []


JUMP = read_rule("j", "jump", "warning", {"metric": "m"})


def test_a_tenfold_value_is_a_jump_and_says_against_what() -> None:
    (problem,) = found(JUMP, values={"m": D(400)}, history={"m": (D(38), D(40))})
    assert problem.code == "jump"
    assert problem.values == {"value": "400", "previous": "40", "percent": "900"}


def test_a_season_is_no_jump() -> None:
    year = [D(10), D(10), D(10), D(60)]  # the fourth quarter is always six times as high
    past = tuple(year * 3 + year[:3])
    assert found(JUMP, values={"m": D(63)}, history={"m": past}, season=4) == []
    assert codes(found(JUMP, values={"m": D(200)}, history={"m": past}, season=4)) == ["jump"]


def test_growth_over_the_year_is_no_jump_while_each_step_is_small() -> None:
    past = tuple(D(100) * D("1.1") ** at for at in range(12))
    assert found(JUMP, values={"m": past[-1] * D("1.1")}, history={"m": past}) == []


def test_a_restless_series_is_judged_by_its_own_unrest() -> None:
    restless = tuple(D(each) for each in (10, 25, 9, 28, 11, 30, 8, 24, 10, 27, 9))
    assert found(JUMP, values={"m": D(26)}, history={"m": restless}) == []
    assert codes(found(JUMP, values={"m": D(260)}, history={"m": restless})) == ["jump"]


def test_a_few_more_things_are_no_jump() -> None:
    rule = read_rule("j", "jump", "warning", {"metric": "m", "least": 5})
    assert found(rule, values={"m": D(4)}, history={"m": (D(1),)}) == []
    assert codes(found(rule, values={"m": D(9)}, history={"m": (D(1),)})) == ["jump"]


def test_without_the_period_before_the_year_before_is_compared_with() -> None:
    past = (D(40), None, None, None)
    (problem,) = found(JUMP, values={"m": D(400)}, history={"m": past}, season=4)
    assert problem.code == "jump_year"


@given(past=st.lists(amounts, min_size=1, max_size=40), share=st.decimals("-0.5", "0.5", places=3))
def test_a_change_within_the_allowed_share_is_never_a_jump(past: list[D], share: D) -> None:
    value = past[-1] * (1 + share)
    assert found(JUMP, values={"m": value}, history={"m": tuple(past)}) == []


@given(
    past=st.lists(amounts, min_size=1, max_size=40),
    value=amounts,
    factor=st.sampled_from([D(10), D(100), D("0.1"), D(10000)]),
)
def test_the_unit_does_not_matter_for_a_jump(past: list[D], value: D, factor: D) -> None:
    plain = found(JUMP, values={"m": value}, history={"m": tuple(past)})
    scaled = found(
        JUMP, values={"m": value * factor}, history={"m": tuple(each * factor for each in past)}
    )
    assert codes(plain) == codes(scaled)


AREAS = read_rule("a", "areas", "warning", {"metric": "m", "tolerance": 1})


def test_counties_that_all_reported_have_to_make_the_city() -> None:
    areas = {"m": AreaFigures(D(90), missing=0)}
    (problem,) = found(AREAS, values={"m": D(100)}, areas=areas, is_city=True)
    assert problem.code == "areas_differ"
    assert (problem.values["city"], problem.values["total"], problem.values["off"]) == (
        "100",
        "90",
        "-10",
    )
    assert found(AREAS, values={"m": D("90.5")}, areas=areas, is_city=True) == []


def test_counties_that_are_still_missing_explain_too_little_but_not_too_much() -> None:
    few = {"m": AreaFigures(D(60), missing=3)}
    assert found(AREAS, values={"m": D(100)}, areas=few, is_city=True) == []
    many = {"m": AreaFigures(D(160), missing=3)}
    assert codes(found(AREAS, values={"m": D(100)}, areas=many, is_city=True)) == ["areas_exceed"]


def test_a_county_is_told_when_it_takes_the_sum_past_the_city() -> None:
    areas = {"m": AreaFigures(D(60), missing=1, city=D(100))}
    assert codes(found(AREAS, values={"m": D(80)}, areas=areas)) == ["areas_exceed"]
    assert found(AREAS, values={"m": D(30)}, areas=areas) == []
    assert found(AREAS, values={"m": D(80)}, areas={"m": AreaFigures(D(60), 1)}) == []


@pytest.mark.parametrize(
    ("kind", "params", "field"),
    [
        ("range", {}, "metric"),
        ("range", {"metric": "m", "least": "much"}, "least"),
        ("range", {"metric": "m", "leats": 1}, "leats"),
        ("sum", {"total": "t", "parts": []}, "parts"),
        ("compare", {"left": ["a"], "sign": "<", "right": ["b"]}, "sign"),
        ("jump", {"metric": "m", "percent": 0}, "percent"),
        ("jump", {"metric": "m", "percent": True}, "percent"),
        ("guess", {}, "kind"),
    ],
)
def test_a_rule_that_cannot_be_read_says_which_field(
    kind: str, params: dict[str, object], field: str
) -> None:
    with pytest.raises(RuleInvalid) as told:
        read_rule("r", kind, "error", params)
    assert told.value.field == field


def test_a_citys_rule_takes_the_place_of_the_usual_one() -> None:
    usual = usual_rules("m", "flow", is_count=False, is_percent=False, adds_over_areas=True)
    assert [rule.code for rule in usual] == ["range:m", "jump:m", "areas:m"]
    own = read_rule("jump:m", "jump", "error", {"metric": "m", "percent": 10})
    chosen = {rule.code: rule for rule in in_force(usual, [own], taken_back={"areas:m"})}
    assert set(chosen) == {"range:m", "jump:m"}
    assert chosen["jump:m"].percent == 10

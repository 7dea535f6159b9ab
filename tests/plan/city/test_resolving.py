"""A binding finds its promise by what it says, however the plan words it."""

from dataclasses import replace

import pytest
from tests.plan.city.plans import indicator, plan, target

from shucheng.plan.city.model import AnnexRow, Binding, TargetClause, TargetSort
from shucheng.plan.city.resolving import resolve_bindings
from shucheng.plan.compiler.model import CompiledPlan


def binding(code: str, *subjects: str, unit: str = "家", kind: TargetSort = "level") -> Binding:
    clause = TargetClause(subjects, unit, None, kind)
    return Binding(code, code, "", f"last({code})", unit, "up", (), "", None, (clause,), "")


FACTORIES = binding("factories", "先进级智能工厂")
EACH_YEAR = binding("each-year", "先进级智能工厂", kind="annual")


def answers(*bindings: Binding, plan: CompiledPlan) -> dict[str, list[str]]:
    resolved, _ = resolve_bindings(bindings, plan)
    return {
        each.binding.code: [match.target.subject for match in each.targets] for each in resolved
    }


@pytest.mark.parametrize(
    "subject",
    ["先进级智能工厂", "新培育先进级智能工厂", "全市先进级智能工厂数量", "“先进级”智能工厂"],
)
def test_another_wording_of_the_same_thing_is_found(subject: str) -> None:
    assert answers(FACTORIES, plan=plan(target(subject, 400, "家"))) == {"factories": [subject]}


@pytest.mark.parametrize("subject", ["卓越级智能工厂", "智慧农场", "先进级数字车间"])
def test_another_thing_is_not(subject: str) -> None:
    resolved, open_ = resolve_bindings([FACTORIES], plan(target(subject, 400, "家")))
    assert not resolved
    assert [(each.what, each.reason) for each in open_] == [
        ("target", "no-binding"),
        ("binding", "not-in-plan"),
    ]


def test_a_unit_of_another_measure_does_not_fit_but_another_count_word_does() -> None:
    in_money, in_pieces = target("先进级智能工厂", 4, "亿元"), target("先进级智能工厂", 4, "个")
    assert answers(FACTORIES, plan=plan(in_money)) == {}
    assert answers(FACTORIES, plan=plan(in_pieces)) == {"factories": ["先进级智能工厂"]}


def test_the_yearly_number_and_the_number_reached_go_to_different_bindings() -> None:
    reached = target("先进级智能工厂", 400, "家", kind="cumulative")
    yearly = target("先进级智能工厂", 100, "家", kind="annual", year=None)
    resolved, open_ = resolve_bindings([FACTORIES, EACH_YEAR], plan(reached, yearly))
    assert [[match.target.value for match in each.targets] for each in resolved] == [[400], [100]]
    assert not open_


def test_a_clause_of_one_year_takes_that_year_only() -> None:
    clause = TargetClause(("智能工厂",), "家", 2025, "level")
    only_2025 = replace(FACTORIES, targets=(clause,))
    by_year = [target("智能工厂", 130, "家", year=year) for year in (2025, 2027)]
    resolved, _ = resolve_bindings([only_2025], plan(*by_year))
    assert [match.target.year for match in resolved[0].targets] == [2025]


def test_two_bindings_for_one_target_are_reported_not_guessed() -> None:
    twin = replace(FACTORIES, code="twin")
    resolved, open_ = resolve_bindings([FACTORIES, twin], plan(target("先进级智能工厂", 4, "家")))
    assert not resolved
    assert open_[0].reason == "ambiguous"
    assert open_[0].candidates == ("factories", "twin")


def test_a_row_is_found_by_its_name_though_its_number_moved() -> None:
    row = replace(FACTORIES, indicator=AnnexRow(3, "累计培育先进级以上智能工厂数量"), targets=())
    moved = indicator(5, "累计培育先进级以上智能工厂", "个", y2025=130, y2027=400)
    other = indicator(3, "累计打造数字消费创新场景", "个", y2027=30)
    resolved, open_ = resolve_bindings([row], plan(indicators=(other, moved)))
    assert [each.indicator for each in resolved] == [moved]
    assert [each.ref for each in open_] == ["i3"]


def test_a_row_with_the_same_number_may_be_renamed() -> None:
    row = replace(FACTORIES, indicator=AnnexRow(3, "先进级以上智能工厂"), targets=())
    renamed = indicator(3, "先进级智能工厂培育", "个", y2027=400)
    resolved, _ = resolve_bindings([row], plan(indicators=(renamed,)))
    assert [each.indicator for each in resolved] == [renamed]

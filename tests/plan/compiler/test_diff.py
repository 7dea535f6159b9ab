"""What changed between two versions of a plan."""

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.compiler.gold import official
from tests.plan.compiler.sketch import Sketch
from tests.plan.compiler.test_lint import sketches

from shucheng.plan.compiler.compare.diff import ItemChange, PlanDiff, diff
from shucheng.plan.compiler.compare.pairing import pair_best
from shucheng.plan.compiler.model import CompiledPlan, Target
from shucheng.plan.compiler.show.diff_table import diff_table
from shucheng.plan.compiler.show.terminal import table, width, wrap


def compare(draw: Callable[[Sketch, bool], object]) -> PlanDiff:
    """The old plan and the new one, drawn by one function that is told which it is."""
    plans = []
    for new in (False, True):
        sketch = Sketch()
        draw(sketch, new)
        plans.append(sketch.plan())
    return diff(*plans)


def only_target(found: PlanDiff) -> ItemChange[Target]:
    assert len(found.targets) == 1
    return found.targets[0]


@pytest.mark.parametrize(
    ("old", "new", "status", "demand"),
    [
        ((">=", 100, 2027), (">=", 100, 2027), "unchanged", ""),
        ((">=", 100, 2027), (">=", 120, 2027), "raised", "stricter"),
        ((">=", 100, 2027), (">=", 80, 2027), "lowered", "looser"),
        ((">=", 100, 2027), (">=", 100, 2026), "deadline-moved", "stricter"),
        ((">=", 100, 2027), (">=", 100, 2028), "deadline-moved", "looser"),
        ((">=", 100, 2027), (">", 100, 2027), "comparator-changed", "stricter"),
        ((">=", 100, 2027), ("~", 100, 2027), "comparator-changed", "looser"),
        ((">=", 100, 2027), (">=", 120, 2028), "raised", "mixed"),
        (("<=", 100, 2027), ("<=", 80, 2027), "lowered", "stricter"),
        (("<=", 100, 2027), ("<=", 120, 2027), "raised", "looser"),
    ],
)
def test_a_target_that_changed(
    old: tuple[str, float, int], new: tuple[str, float, int], status: str, demand: str
) -> None:
    def draw(plan: Sketch, is_new: bool) -> None:
        comparator, value, year = new if is_new else old
        plan.say("数据交易额", comparator, value, "亿元", year)  # type: ignore[arg-type]

    change = only_target(compare(draw))
    assert (change.status, change.demand) == (status, demand)


def test_less_energy_is_the_stricter_target_even_without_a_comparator() -> None:
    change = only_target(
        compare(lambda plan, new: plan.say("单位算力能耗", "=", 8 if new else 10, "千瓦时"))
    )
    assert (change.status, change.demand) == ("lowered", "stricter")


def test_the_same_amount_in_another_unit_is_not_raised() -> None:
    change = only_target(
        compare(
            lambda plan, new: plan.say(
                "产业规模", ">=", 1.2 if new else 12000, "万亿元" if new else "亿元"
            )
        )
    )
    assert change.changes == ("unit-changed",)


def test_a_reworded_subject_is_the_same_target() -> None:
    change = only_target(
        compare(
            lambda plan, new: plan.say(
                "全市规上软件企业数量" if new else "规模以上软件企业", ">=", 90, "家"
            )
        )
    )
    assert change.status == "reworded"


def test_what_is_gone_and_what_came() -> None:
    found = compare(
        lambda plan, new: plan.say("算力规模" if new else "跨境电商进出口额", ">=", 9, "亿元")
    )
    assert [(change.status, change.old is None) for change in found.targets] == [
        ("new", True),
        ("dropped", False),
    ]


def test_a_yearly_promise_is_not_taken_for_a_total() -> None:
    def draw(plan: Sketch, new: bool) -> None:
        year, kind = (2027, "cumulative") if new else (None, "annual")
        plan.say("智能工厂", ">=", 100, "家", year, kind)  # type: ignore[arg-type]

    assert {change.status for change in compare(draw).targets} == {"new", "dropped"}


def test_siblings_are_not_crossed() -> None:
    def draw(plan: Sketch, new: bool) -> None:
        for rank, value in (("省级", 6), ("国家级", 2)):
            plan.say(f"{rank}数据空间试点", ">=", value * (2 if new else 1), "个")

    found = compare(draw)
    assert [
        (change.old.subject, change.new.subject, change.status)
        for change in found.targets
        if change.old and change.new
    ] == [(f"{rank}数据空间试点", f"{rank}数据空间试点", "raised") for rank in ("省级", "国家级")]


def test_an_indicator_tells_which_years_and_who_leads() -> None:
    def draw(plan: Sketch, new: bool) -> None:
        path = {2025: 85, 2026: 95, 2027: 98 if new else 95}
        plan.row("数据供给率", "%", path, ("市数据局", "市工信局") if new else ("市数据局",))

    (change,) = compare(draw).indicators
    assert change.changes == ("raised", "lead-changed")
    assert change.years == {"2027": (95, 98)}
    assert (change.joined, change.left, change.demand) == (("市工信局",), (), "stricter")


def test_tasks_and_work_points_come_go_and_change_hands() -> None:
    def draw(plan: Sketch, new: bool) -> None:
        plan.task("夯实数字基础设施底座", ("市工信局", "市数据局" if new else "市通管办"))
        plan.task("强化数字人才引育工作" if new else "深化数据创新应用")
        plan.point("推进海洋智算中心项目建设。" if new else "推进海洋智算中心项目。")

    found = compare(draw)
    assert found.counts()["tasks"] == {"dropped": 1, "lead-changed": 1, "new": 1}
    assert found.tasks[0].joined == ("市数据局",)
    assert found.tasks[0].left == ("市通管办",)
    assert found.counts()["work_points"] == {"reworded": 1}


class TestOfficialPlan:
    def test_compared_with_itself_nothing_changed(self) -> None:
        plan, _ = official()
        assert diff(plan, plan).counts() == {
            "targets": {"unchanged": 58},
            "indicators": {"unchanged": 15},
            "tasks": {"unchanged": 17},
            "work_points": {"unchanged": 30},
        }

    def test_each_of_a_revision_s_changes_is_told(self) -> None:
        plan, _ = official()
        targets = list(plan.targets)
        targets[0] = replace(targets[0], value=3200.0)
        targets[6] = replace(targets[6], value=1000.0, year=2028)
        targets[9] = replace(targets[9], subject="全市软件和信息服务业规模")
        del targets[20]
        found = diff(plan, replace(plan, targets=tuple(targets)))
        assert found.counts()["targets"] == {
            "dropped": 1,
            "lowered": 1,
            "raised": 1,
            "reworded": 1,
            "unchanged": 54,
        }
        assert json.loads(json.dumps(found.as_json()))["schema"] == "shucheng.plan-diff/1"
        said = diff_table(found, "zh")
        assert re.search(
            r"上调\s+规模以上数字经济核心产业营业收入\s+2027: 超3000亿元\s+2027: 超3200", said
        )
        assert "未变54项" in said


MIRROR = {"new": "dropped", "dropped": "new", "raised": "lowered", "lowered": "raised"}
MIRROR_DEMAND = {"stricter": "looser", "looser": "stricter"}


def facts(found: PlanDiff, *, mirrored: bool = False) -> Counter[tuple[object, ...]]:
    """Every change as plain values, seen from the other side where asked."""
    lines: Counter[tuple[object, ...]] = Counter()
    everything: tuple[ItemChange[Any], ...] = (
        *found.targets,
        *found.indicators,
        *found.tasks,
        *found.work_points,
    )
    for change in everything:
        old, new, demand = change.old, change.new, str(change.demand)
        status, changes = str(change.status), {str(one) for one in change.changes}
        if mirrored:
            old, new, demand = new, old, MIRROR_DEMAND.get(demand, demand)
            status, changes = MIRROR.get(status, status), {MIRROR.get(c, c) for c in changes}
        lines[status, frozenset(changes), demand, repr(old), repr(new)] += 1
    return lines


def untimed(plan: CompiledPlan) -> CompiledPlan:
    """Spans aside, so that two drawings of one thing are equal."""
    return replace(plan, targets=tuple(replace(t, span=(0, 0)) for t in plan.targets))


@given(sketches())
@settings(max_examples=60, deadline=None)
def test_a_plan_compared_with_itself_is_unchanged(sketch: Sketch) -> None:
    counts = diff(sketch.plan(), sketch.plan()).counts()
    assert all(set(statuses) <= {"unchanged"} for statuses in counts.values())


@given(sketches(), sketches())
@settings(max_examples=120, deadline=None)
def test_the_reverse_comparison_is_the_mirror(first: Sketch, second: Sketch) -> None:
    old, new = untimed(first.plan()), untimed(second.plan())
    assert facts(diff(old, new)) == facts(diff(new, old), mirrored=True)
    assert diff_table(diff(old, new), "en")


@given(
    st.dictionaries(
        st.tuples(st.integers(0, 4), st.integers(0, 4)), st.integers(1, 9).map(float), max_size=12
    )
)
@settings(max_examples=200, deadline=None)
def test_the_pairing_is_the_best_there_is(edges: dict[tuple[int, int], float]) -> None:
    pairs = pair_best(edges)
    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
    best = max(
        sum(edges.get((row, column), 0.0) for row, column in enumerate(columns))
        for columns in permutations(range(5))
    )
    assert sum(edges[pair] for pair in pairs) == best


def test_a_table_lines_up_under_chinese() -> None:
    lines = table(("名称", "n"), [("数据", "1"), ("abc", "22")]).split("\n")
    assert [width(line) for line in lines] == [7, 8, 7, 8]


@given(st.text(alphabet="数据ab ，。“”", max_size=60), st.integers(6, 20))
def test_wrapped_lines_fit_and_lose_nothing(text: str, columns: int) -> None:
    lines = wrap(text, columns)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(width(line.rstrip("，。” ")) <= columns for line in lines)

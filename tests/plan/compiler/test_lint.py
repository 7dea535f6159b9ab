"""What lint says of the official plan, and what holds for its findings on any plan."""

import json
import re
from dataclasses import replace
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.compiler.gold import REPOSITORY, official
from tests.plan.compiler.sketch import Sketch
from tests.plan.compiler.test_lint_rules import CASES
from tests.plan.compiler.test_lint_rules import findings as broken_findings

from shucheng.plan.compiler.lint.report import findings_table, rules_index
from shucheng.plan.compiler.lint.run import lint, message_zh, rules
from shucheng.plan.compiler.model import Comparator, CompiledPlan, Finding, TargetKind

PAGES = REPOSITORY / "docs" / "reference" / "lint"


@pytest.fixture(scope="module")
def plan() -> tuple[CompiledPlan, str]:
    return official()


@pytest.fixture(scope="module")
def findings(plan: tuple[CompiledPlan, str]) -> tuple[Finding, ...]:
    return lint(*plan)


def only(findings: tuple[Finding, ...], rule: str) -> Finding:
    found = [finding for finding in findings if finding.rule == rule]
    assert len(found) == 1
    return found[0]


def subjects(finding: Finding) -> list[str]:
    return [item["subject"] for item in finding.values["items"]]


class TestOfficialPlan:
    def test_text_exceeds_where_the_annex_only_reaches(self, findings: tuple[Finding, ...]) -> None:
        assert subjects(only(findings, "body-annex-comparator")) == [
            "规模以上数字经济核心产业营业收入",
            "数字经济核心产业增加值",
            "公共数据授权运营指数",
            "全市数字经济核心产业规上企业",
            "国家高新技术企业",
            "省级以上专精特新企业",
        ]

    def test_yearly_factories_do_not_reach_their_totals(
        self, findings: tuple[Finding, ...]
    ) -> None:
        short = {
            found.values["subject"]: found.values
            for found in findings
            if found.rule == "increments-below-total"
        }
        assert short.keys() == {"先进级智能工厂", "卓越级智能工厂"}
        advanced, excellent = short["先进级智能工厂"], short["卓越级智能工厂"]
        assert (advanced["reached"], advanced["total"]["value"]) == (300, 400)
        assert advanced["path"] == [130, 260, 400]
        assert advanced["work"]["value"] == 130
        assert (excellent["reached"], excellent["total"]["value"]) == (9, 10)

    def test_seven_industries_make_2700_of_3000(self, findings: tuple[Finding, ...]) -> None:
        found = only(findings, "sum-below-total")
        assert (found.values["count"], found.values["sum"], found.values["gap"]) == (7, 2700, 300)
        assert "可能交叉" in message_zh(found)

    def test_two_targets_have_nobody_to_answer_for_them(
        self, findings: tuple[Finding, ...]
    ) -> None:
        assert subjects(only(findings, "target-without-lead")) == [
            "两化融合发展水平指数",
            "农业生产信息化率",
        ]

    def test_one_centre_has_two_names(self, findings: tuple[Finding, ...]) -> None:
        names = [
            (found.values["first"], found.values["second"])
            for found in findings
            if found.rule == "name-differs"
        ]
        assert ("海洋智算中心", "海洋算力中心") in names
        assert ("累计建成省级以上研发机构", "省级以上研发平台") in names

    def test_cumulative_rows_start_from_different_points(
        self, findings: tuple[Finding, ...]
    ) -> None:
        values = only(findings, "cumulative-base-unclear").values
        assert [(item["name"], item["base"]) for item in values["items"]] == [
            ("累计建成高新技术企业数量", 240),
            ("累计建成省级以上专精特新企业", 110),
        ]
        assert len(values["from_zero"]) == 5

    def test_leads_units_and_paths(self, findings: tuple[Finding, ...]) -> None:
        leads = only(findings, "lead-differs").values
        assert (leads["first"], leads["second"]) == (["市科技局"], ["市工信局"])
        flat = only(findings, "path-flat").values["items"]
        assert [item["path"] for item in flat] == [[85, 95, 95], [50, 80, 80]]
        assert len(only(findings, "unit-differs").values["items"]) == 6
        alone = only(findings, "indicator-without-target").values["items"]
        assert [item["name"] for item in alone] == ["高使用价值数据供给率"]

    def test_one_action_has_no_measure_at_all(self, findings: tuple[Finding, ...]) -> None:
        items = only(findings, "action-without-measure").values["items"]
        assert [(item["action"], item["tasks"]) for item in items] == [("数字治理提效行动", 3)]

    def test_nothing_is_called_an_error_that_is_not_one(
        self, findings: tuple[Finding, ...]
    ) -> None:
        assert not [found for found in findings if found.severity == "error"]
        assert len(findings) <= 36

    def test_unknown_organisations_are_listed_once_the_city_is_known(
        self, plan: tuple[CompiledPlan, str]
    ) -> None:
        known = {mention.name: mention.name for mention in plan[0].organisations}
        del known["黄海金控集团"]
        found = only(lint(*plan, known), "organisation-unknown")
        assert [item["name"] for item in found.values["items"]] == ["黄海金控集团"]

    def test_table_names_line_and_rule(
        self, plan: tuple[CompiledPlan, str], findings: tuple[Finding, ...]
    ) -> None:
        said = findings_table(findings, plan[1], "zh")
        assert re.search(r"警告\s+sum-below-total\s+10\s+2027年7项", said)
        assert re.search(
            r"warning\s+sum-below-total\s+10\s+The 7", findings_table(findings, plan[1], "en")
        )


def references(plan: CompiledPlan) -> set[str]:
    return (
        {target.id for target in plan.targets}
        | {task.id for task in plan.tasks}
        | {f"i{row.no}" for row in plan.indicators}
        | {f"w{point.no}" for point in plan.work_points}
    )


def check(plan: CompiledPlan, text: str, findings: tuple[Finding, ...]) -> None:
    for found in findings:
        assert found.spans
        assert all(0 <= start < end <= len(text) for start, end in found.spans)
        assert set(found.refs) <= references(plan)
        assert json.loads(json.dumps(found.values, ensure_ascii=False)) == found.values
        assert not set("{}") & set(found.message + message_zh(found))


def test_findings_on_the_official_plan_point_into_it(
    plan: tuple[CompiledPlan, str], findings: tuple[Finding, ...]
) -> None:
    check(*plan, findings)


@st.composite
def sketches(draw: st.DrawFn) -> Sketch:
    """Plans with a handful of targets, rows and work points about few subjects."""
    subject = st.sampled_from(
        [
            "算力规模",
            "软件业务收入",
            "智能工厂",
            "省级以上智能工厂",
            "上云率",
            "能耗强度",
            "核心产业营业收入",
        ]
    )
    comparator: st.SearchStrategy[Comparator] = st.sampled_from([">", ">=", "=", "~", "<=", "<"])
    value = st.integers(0, 5000).map(float)
    unit = st.sampled_from(["", "%", "家", "个", "亿元", "万元", "P"])
    years = st.sampled_from([None, 2024, 2025, 2026, 2027, 2030])
    kind: st.SearchStrategy[TargetKind] = st.sampled_from(
        ["level", "cumulative", "annual", "growth"]
    )
    name = st.sampled_from(["市数据局", "市工信局", "市科技局"])
    plan = Sketch(published=draw(st.sampled_from([None, "2025-10-01", "sometime"])))
    for _ in range(draw(st.integers(0, 4))):
        plan.say(draw(subject), draw(comparator), draw(value), draw(unit), draw(years), draw(kind))
    plan.chapter("重点任务")
    for no in range(draw(st.integers(0, 3))):
        target = draw(st.none() | st.tuples(subject, comparator, value, unit))
        plan.task(f"任务{no}", (draw(name), draw(name)), target=target)
    plan.chapter("主要目标", annex=True)
    for _ in range(draw(st.integers(0, 3))):
        path = draw(st.dictionaries(st.integers(2024, 2028), value, max_size=4))
        plan.row("累计" * draw(st.booleans()) + draw(subject), draw(unit), path, (draw(name),))
    for no in range(draw(st.integers(0, 3))):
        target = draw(st.none() | st.tuples(subject, comparator, value, unit))
        plan.point(f"要点{no}。", (draw(name),), target=target)
    return plan


@given(sketches())
@settings(max_examples=150, deadline=None)
def test_any_plan_gets_findings_that_point_into_it(sketch: Sketch) -> None:
    plan = sketch.plan()
    findings = lint(plan, sketch.text, {"市数据局": "市数据局"})
    check(plan, sketch.text, findings)
    assert lint(plan, sketch.text, {"市数据局": "市数据局"}) == findings
    assert findings_table(findings, sketch.text, "zh")


def codes(plan: Sketch) -> set[str]:
    return {found.rule for found in lint(plan.plan(), plan.text)}


def test_a_share_of_each_field_is_not_the_total() -> None:
    plan = Sketch()
    plan.say("应用标杆", "=", 30, "个", verb="六大领域各打造")
    plan.row("累计打造应用标杆", "个", {2026: 120, 2027: 180})
    assert "body-annex-value" not in codes(plan)


def test_two_ranks_of_one_sentence_are_two_things() -> None:
    plan = Sketch()
    for rank, value in (("百亿级", 5), ("五百亿级", 2)):
        plan.say(f"{rank}集群", "=", value, "个")
    assert not codes(plan) & {"text-value-differs", "scope-differs"}


def test_an_abbreviation_in_brackets_is_no_second_name() -> None:
    plan = Sketch()
    plan.say("重点场所光传送网(OTN)覆盖率", ">=", 95, "%")
    plan.row("重点场所OTN覆盖率", "%", {2026: 90, 2027: 95})
    assert not codes(plan) & {"scope-differs", "target-without-indicator"}


def test_a_table_that_stands_for_the_aims_is_not_blamed() -> None:
    plan = Sketch()
    plan.say("智慧园区", "=", 12, "个")
    plan.row("工业软件产值", "亿元", {2026: 90, 2027: 95})
    assert "indicator-without-target" not in codes(plan)


def test_empty_plan_has_no_findings() -> None:
    empty = CompiledPlan("", "", None, None, (), (), (), (), (), ())
    assert lint(empty, "") == ()
    assert findings_table((), "", "en") == "Nothing found."


def test_time_grows_with_the_plan_and_not_with_its_square(plan: tuple[CompiledPlan, str]) -> None:
    def seconds(districts: int) -> float:
        copies = tuple(
            replace(target, id=f"t{no}-{target.id}", subject=f"{no}号区{target.subject}")
            for no in range(districts)
            for target in plan[0].targets
        )
        start = process_time()
        lint(replace(plan[0], targets=copies), plan[1])
        return process_time() - start

    # 16 times as many targets would take 256 times as long if all were compared with all.
    assert seconds(80) < 60 * seconds(5)


class TestPages:
    @pytest.mark.parametrize("code", [rule.code for rule in rules()])
    def test_every_rule_has_a_page(self, code: str) -> None:
        rule = next(rule for rule in rules() if rule.code == code)
        page = (PAGES / f"{code}.md").read_text(encoding="utf-8")
        assert page.startswith(f"# {code} · {rule.title_zh}\n\n*{rule.severity}* · {rule.title}\n")
        for part in ("## What it means", "## Example", "## How to resolve", "## Limits"):
            assert part in page

    def test_no_page_without_a_rule_and_the_index_is_current(self) -> None:
        names = {path.stem for path in PAGES.glob("*.md")} - {"README"}
        assert names == {rule.code for rule in rules()}
        assert (PAGES / "README.md").read_text(encoding="utf-8") == rules_index()

    def test_the_examples_are_what_lint_says(self) -> None:
        for code in CASES:
            (found,) = broken_findings(code, wrong=True)
            page = (PAGES / f"{code}.md").read_text(encoding="utf-8")
            assert f"> {found.message}\n>\n> {message_zh(found)}\n" in page

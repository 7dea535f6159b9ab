"""Every rule of lint on a plan that breaks it and on the same plan set right."""

from collections.abc import Callable

import pytest
from tests.plan.compiler.sketch import Sketch

from shucheng.plan.compiler.lint.run import lint, message_zh, rules
from shucheng.plan.compiler.model import Finding

Draw = Callable[[Sketch, bool], None]
CASES: dict[str, Draw] = {}


def case(code: str) -> Callable[[Draw], Draw]:
    """Draws the plan with the fault where the second argument is true, without it elsewhere."""

    def register(draw: Draw) -> Draw:
        CASES[code] = draw
        return draw

    return register


def findings(code: str, wrong: bool) -> list[Finding]:
    issued = "2025-10-01" if wrong else "2025-02-01"
    sketch = Sketch(published=issued if code == "first-year-nearly-over" else None)
    CASES[code](sketch, wrong)
    known = {"市工信局": "市工信局", "市工业和信息化局": "市工信局"}
    return [found for found in lint(sketch.plan(), sketch.text, known) if found.rule == code]


@pytest.mark.parametrize("code", [rule.code for rule in rules()])
def test_rule_finds_the_fault_and_says_so_in_both_languages(code: str) -> None:
    found = findings(code, wrong=True)
    assert len(found) == 1
    assert found[0].spans
    for sentence in (found[0].message, message_zh(found[0])):
        assert "{" not in sentence
        assert "None" not in sentence
        assert sentence[-1] in ".。"


@pytest.mark.parametrize("code", [rule.code for rule in rules()])
def test_rule_is_silent_once_the_fault_is_mended(code: str) -> None:
    assert findings(code, wrong=False) == []


# -- figures


@case("body-annex-value")
def _(plan: Sketch, wrong: bool) -> None:
    plan.say("全市算力规模", ">=", 500 if wrong else 600, "P")
    plan.row("算力规模", "P", {2026: 500, 2027: 600})


@case("body-annex-comparator")
def _(plan: Sketch, wrong: bool) -> None:
    plan.say("公共数据授权运营指数", ">" if wrong else ">=", 80, "")
    plan.row("公共数据授权运营指数", "", {2026: 70, 2027: 80})


@case("text-value-differs")
def _(plan: Sketch, wrong: bool) -> None:
    plan.say("软件业务收入", ">=", 120, "亿元")
    plan.chapter("重点任务")
    plan.say("全市软件业务收入", ">=", 100 if wrong else 120, "亿元")


@case("comparator-weaker")
def _(plan: Sketch, wrong: bool) -> None:
    plan.say("软件业务收入", ">=", 120, "亿元")
    plan.chapter("重点任务")
    plan.say("软件业务收入", "~" if wrong else ">=", 120, "亿元")


@case("growth-contradicts-levels")
def _(plan: Sketch, wrong: bool) -> None:
    plan.say("跨境电商进出口额", ">=", 30 if wrong else 20, "%", 2026, "growth")
    plan.row("跨境电商进出口额", "亿元", {2025: 100, 2026: 120, 2027: 150})


@case("growth-without-base")
def _(plan: Sketch, wrong: bool) -> None:
    plan.say("跨境电商进出口额", ">=", 20, "%", 2026, "growth")
    if not wrong:
        plan.row("跨境电商进出口额", "亿元", {2025: 100, 2026: 120, 2027: 150})


@case("share-above-100")
def _(plan: Sketch, wrong: bool) -> None:
    plan.say("关键工序数控化率", ">=", 172 if wrong else 72, "%")
    plan.say("合同履约完成率", ">=", 105, "%")


@case("range-reversed")
def _(plan: Sketch, wrong: bool) -> None:
    plan.say("行业大模型", "=", 3, "个", to=2 if wrong else 5)


# -- sums


@case("increments-below-total")
def _(plan: Sketch, wrong: bool) -> None:
    plan.say("卓越级智能工厂", ">=", 10 if wrong else 9, "家", kind="cumulative")
    plan.say("卓越级智能工厂", ">=", 3, "家", None, "annual")


@case("increments-above-total")
def _(plan: Sketch, wrong: bool) -> None:
    plan.say("数字经济项目", ">=", 250 if wrong else 300, "个", kind="cumulative")
    plan.say("数字经济项目", ">=", 100, "个", None, "annual")


@case("sum-below-total")
def _(plan: Sketch, wrong: bool) -> None:
    plan.say("数字经济核心产业营业收入", ">=", 1000, "亿元")
    plan.chapter("重点任务")
    plan.say("电子信息产业规模", ">=", 600, "亿元")
    plan.say("软件产业规模", ">=", 200, "亿元")
    plan.say("算力产业规模", ">=", 50 if wrong else 250, "亿元")
    plan.say("跨境电商进出口额", ">=", 900, "亿元")


# -- the work list


@case("work-point-above-annex")
def _(plan: Sketch, wrong: bool) -> None:
    plan.row("累计建设智慧农场", "个", {2025: 15, 2026: 30})
    plan.point("建设智慧农场。", target=("智慧农场", ">=", 20 if wrong else 15, "个"))


@case("work-point-below-promise")
def _(plan: Sketch, wrong: bool) -> None:
    plan.say("先进级智能工厂", ">=", 100, "家", None, "annual")
    plan.point("培育智能工厂。", target=("先进级智能工厂", ">=", 80 if wrong else 100, "家"))


@case("cumulative-base-unclear")
def _(plan: Sketch, wrong: bool) -> None:
    plan.row("累计建成高新技术企业数量", "家", {2025: 295 if wrong else 55, 2026: 350})
    plan.point("培育企业。", target=("高新技术企业", "=", 55, "家"))


# -- paths


@case("path-falls")
def _(plan: Sketch, wrong: bool) -> None:
    plan.row("软件业务收入", "亿元", {2025: 100, 2026: 90 if wrong else 110, 2027: 120})
    plan.row("单位增加值能耗", "吨标准煤", {2025: 3, 2026: 2.5, 2027: 2})


@case("path-flat")
def _(plan: Sketch, wrong: bool) -> None:
    plan.row("高使用价值数据供给率", "%", {2025: 85, 2026: 90, 2027: 90 if wrong else 95})


@case("path-jump")
def _(plan: Sketch, wrong: bool) -> None:
    plan.row(
        "算力规模", "P", {2025: 200, 2026: 2000 if wrong else 400, 2027: 4000 if wrong else 900}
    )
    plan.row("累计建成数据空间", "个", {2025: 1, 2026: 4})


@case("path-back-loaded")
def _(plan: Sketch, wrong: bool) -> None:
    plan.row("算力规模", "P", {2025: 100, 2026: 110 if wrong else 250, 2027: 400})


@case("path-gap")
def _(plan: Sketch, wrong: bool) -> None:
    plan.row("算力规模", "P", {2025: 100, 2026: 200, 2027: 300})
    plan.row("软件业务收入", "亿元", {2025: 10, 2027: 30} | ({} if wrong else {2026: 20}))


@case("deadline-outside-period")
def _(plan: Sketch, wrong: bool) -> None:
    plan.say("算力规模", ">=", 300, "P", 2028 if wrong else 2027)


@case("first-year-nearly-over")
def _(plan: Sketch, wrong: bool) -> None:
    # What differs is the day of issue, which `findings` sets.
    plan.row("算力规模", "P", {2025: 100, 2026: 200, 2027: 300})


# -- text, annex and work list against one another


@case("target-without-indicator")
def _(plan: Sketch, wrong: bool) -> None:
    plan.say("软件业务收入", ">=", 120, "亿元")
    plan.say("数字技术攻关项目", "~", 10, "项", None, "annual")
    plan.row(
        "算力规模" if wrong else "软件业务收入", "P" if wrong else "亿元", {2026: 80, 2027: 120}
    )


@case("indicator-without-target")
def _(plan: Sketch, wrong: bool) -> None:
    plan.say("软件业务收入", ">=", 120, "亿元")
    plan.row("软件业务收入", "亿元", {2026: 80, 2027: 120})
    if wrong:
        plan.row("高使用价值数据供给率", "%", {2026: 80, 2027: 90})


@case("indicator-without-work-point")
def _(plan: Sketch, wrong: bool) -> None:
    plan.row("累计建设智慧农场", "个", {2025: 15, 2026: 30})
    plan.row("累计形成高质量数据集", "个", {2025: 10, 2026: 20})
    plan.point("建设智慧农场。", target=("智慧农场", ">=", 15, "个"))
    if not wrong:
        plan.point("形成数据集。", target=("高质量数据集", "=", 10, "个"))


@case("annual-without-work-point")
def _(plan: Sketch, wrong: bool) -> None:
    plan.say("数字技术攻关项目", "~", 10, "项", None, "annual")
    plan.point("支持攻关。", target=None if wrong else ("数字技术攻关项目", "~", 10, "项"))


@case("work-target-without-plan")
def _(plan: Sketch, wrong: bool) -> None:
    plan.say("算力规模", ">=", 300, "P")
    if not wrong:
        plan.say("典型数据产品", ">=", 300, "个", kind="cumulative")
    plan.point("打造产品。", target=("典型数据产品", "=", 100, "个"))


# -- promises


@case("target-without-year")
def _(plan: Sketch, wrong: bool) -> None:
    plan.say("智慧农场", "=", 50, "个", None if wrong else 2027, "cumulative", verb="建设")
    plan.row("累计建设智慧农场", "个", {2026: 30, 2027: 50})


@case("target-without-unit")
def _(plan: Sketch, wrong: bool) -> None:
    plan.say("数据交易品种", ">=", 2500, "" if wrong else "个")
    plan.say("两化融合发展水平指数", ">=", 72, "")


@case("target-without-lead")
def _(plan: Sketch, wrong: bool) -> None:
    plan.say("两化融合发展水平指数", ">=", 72, "")
    plan.chapter("重点任务")
    plan.task("深化智改数转", target=None if wrong else ("两化融合发展水平指数", ">=", 72, ""))


@case("qualitative-without-measure")
def _(plan: Sketch, wrong: bool) -> None:
    if wrong:
        plan.promise("实现上市公司新突破")
    else:
        plan.say("新增上市公司", ">=", 3, "家")


@case("action-without-measure")
def _(plan: Sketch, wrong: bool) -> None:
    plan.chapter("重点任务")
    plan.action("数字产业升级行动")
    plan.task("做强产业", target=("软件业务收入", ">=", 120, "亿元"))
    plan.task("壮大企业", target=("规上企业", ">=", 120, "家"))
    plan.action("数字治理提效行动")
    plan.task("建设高效政务")
    plan.task("创新治理场景", target=None if wrong else ("治理应用场景", ">=", 20, "个"))


@case("task-without-measure")
def _(plan: Sketch, wrong: bool) -> None:
    plan.chapter("重点任务")
    plan.task("做强产业", target=("软件业务收入", ">=", 120, "亿元"))
    plan.task("强化人才", target=None if wrong else ("数字人才", ">=", 2, "万人"))


# -- names


@case("unit-differs")
def _(plan: Sketch, wrong: bool) -> None:
    plan.say("规上数字经济企业", ">=", 1500, "家")
    plan.row("规上数字经济企业数量", "个" if wrong else "家", {2026: 1430, 2027: 1500})


@case("scope-differs")
def _(plan: Sketch, wrong: bool) -> None:
    plan.say("规模以上软件企业营业收入", ">=", 120, "亿元")
    plan.row("软件企业营业收入" if wrong else "规上软件企业营业收入", "亿元", {2026: 80, 2027: 120})


@case("name-differs")
def _(plan: Sketch, wrong: bool) -> None:
    plan.promise("加快海洋智算中心建设")
    plan.point(f"推进海洋{'算力' if wrong else '智算'}中心项目。")


@case("duplicate-indicator")
def _(plan: Sketch, wrong: bool) -> None:
    plan.row("累计建设智慧农场", "个", {2026: 30, 2027: 50})
    plan.row("智慧农场数量" if wrong else "智慧渔场数量", "个", {2026: 30, 2027: 50})


@case("duplicate-task")
def _(plan: Sketch, wrong: bool) -> None:
    plan.task("夯实数字基础设施底座")
    plan.task("夯实数字基础设施底座" if wrong else "强化数字人才引育")


# -- leads


@case("lead-differs")
def _(plan: Sketch, wrong: bool) -> None:
    plan.row("累计建成高新技术企业", "家", {2025: 55, 2026: 110}, ("市科技局",))
    lead = ("市工信局",) if wrong else ("市科技局", "市工信局")
    plan.point("培育企业。", lead, target=("高新技术企业", "=", 55, "家"))


@case("task-without-lead")
def _(plan: Sketch, wrong: bool) -> None:
    plan.task("夯实底座", lead=() if wrong else ("市数据局",))


@case("organisation-unknown")
def _(plan: Sketch, wrong: bool) -> None:
    plan.names("市经信委" if wrong else "市工业和信息化局")


@case("organisation-two-names")
def _(plan: Sketch, wrong: bool) -> None:
    plan.names("市工信局", ("市工业和信息化局",) if wrong else ())


@case("lead-outside-tasks")
def _(plan: Sketch, wrong: bool) -> None:
    plan.task("夯实底座", ("市工信局", "市数据局"))
    plan.point("推进监测。", ("市生态环境局",) if wrong else ("市数据局",))


@case("responsible-without-duty")
def _(plan: Sketch, wrong: bool) -> None:
    plan.names("市大数据集团")
    plan.task("夯实底座", ("市数据局", "市大数据集团"))
    plan.point("推进监测。", ("市数据局",) if wrong else ("市数据局", "市大数据集团"))

"""Indicator tables and work lists in the forms that plans print them."""

from dataclasses import replace

import pytest
from tests.plan.compiler.documents import compiled

from shucheng.plan.compiler.document import Block, Cell, Document
from shucheng.plan.compiler.model import Indicator, WorkPoint
from shucheng.plan.compiler.tables.cell_values import read_value, split_unit

TITLE = "江北市数字经济三年行动计划(2025-2027年)\n一、目标\n做强数字经济。\n附件1\n"


def indicators(table: str, caption: str = "主要指标") -> tuple[Indicator, ...]:
    return compiled(f"{TITLE}{caption}\n{table.strip()}").indicators


def work_points(table: str, caption: str = "2025年工作要点") -> tuple[WorkPoint, ...]:
    return compiled(f"{TITLE}{caption}\n{table.strip()}").work_points


def test_rows_that_lost_their_merged_category_keep_it() -> None:
    first, second, third = indicators(
        """
序号 | 类别 | 主要指标 | 2025年 | 2026年 | 2027年 | 牵头 责任部门 |
1 | 产业数字化成效 明显 | 累计培育智能工厂数量(个) | 130 | 260 | 400 | 市工信局 |
2 | 累计建设智慧农场(牧场、渔场)(个) | 15 | 30 | 50 | 市农业 农村局 | |
3 | 数据价值化 | 数据供给率 | 85% | 95% | 95% | 市数据局 市商务局 |
"""
    )
    assert (first.category, second.category) == ("产业数字化成效明显",) * 2
    assert third.category == "数据价值化"
    assert second.name == "累计建设智慧农场(牧场、渔场)"
    assert (second.unit, second.cumulative) == ("个", True)
    assert second.targets == {"2025": 15, "2026": 30, "2027": 50}
    assert second.lead == ("市农业农村局",)
    assert (third.unit, third.cumulative, third.lead) == ("%", False, ("市数据局", "市商务局"))


def test_columns_are_known_by_their_words_not_their_place() -> None:
    (row,) = indicators(
        "牵头单位 | 2027年目标 | 指标名称 | 2024年(基期) | 属性 | 计量单位 | 备注 |\n"
        "市统计局 | 900 | 核心产业增加值 | 640 | 预期性 | 亿元 | |"
    )
    assert (row.name, row.unit, row.targets, row.lead) == (
        "核心产业增加值",
        "亿元",
        {"2027": 900},
        ("市统计局",),
    )
    assert row.baseline == {"2024": 640}


def test_a_header_of_two_lines_gives_the_years() -> None:
    (row,) = indicators(
        "序号 | 指标名称 | 单位 | 目标值 | 责任单位 |\n2025年 | 2027年 |\n"
        "1 | 算力规模 | P | 5000 | 20000 | 市数据局 |"
    )
    assert (row.targets, row.unit, row.lead) == ({"2025": 5000, "2027": 20000}, "P", ("市数据局",))


def test_a_table_without_years_aims_at_the_plan_s_end() -> None:
    (row,) = indicators("序号 | 指标 | 目标值 |\n1 | 数据企业(家) | 200以上 |")
    assert (row.targets, row.comparator, row.value_text) == (
        {"2027": 200},
        ">=",
        {"2027": "200以上"},
    )


def test_years_before_the_period_are_where_the_path_starts() -> None:
    (row,) = indicators(
        "指标 | 2023年 | 2024年实际 | 2025年 | 2027年 |\n渗透率(%) | 40 | 45 | 50 | 60 |"
    )
    assert (row.baseline, row.targets) == ({"2023": 40, "2024": 45}, {"2025": 50, "2027": 60})


def test_growth_columns_and_empty_cells_are_no_targets() -> None:
    (row,) = indicators(
        "序号 | 指标 | 单位 | 2025年 | 2027年 | 年均增速 | 属性 |\n"
        "1 | 网络零售额 | 亿元 | — | 60 | 8% | 预期性 |"
    )
    assert row.targets == {"2027": 60}


def test_a_value_in_words_is_kept_as_printed() -> None:
    (row,) = indicators("指标 | 2025年 | 2027年 |\n5G覆盖率 | 90% | 全覆盖 |")
    assert (row.targets, row.value_text) == ({"2025": 90}, {"2027": "全覆盖"})


def test_group_rows_name_the_category_of_the_rows_below() -> None:
    rows = indicators(
        "序号 | 指标 | 2025年 | 2027年 |\n一、数字产业 |\n1 | 增加值(亿元) | 700 | 900 |\n"
        "二 | 数字设施 |\n2 | 5G基站(万个) | 1 | 1.5 |"
    )
    assert [row.category for row in rows] == ["一、数字产业", "数字设施"]


def test_a_table_that_goes_on_over_the_page_goes_on() -> None:
    rows = indicators(
        "序号 | 指标 | 2025年 | 2027年 |\n1 | 增加值(亿元) | 700 | 900 |\n"
        "续表\n2 | 企业数(家) | 10 | 30 |"
    )
    assert [(row.no, row.targets["2027"]) for row in rows] == [(1, 900), (2, 30)]


def test_an_indicator_table_in_a_box_of_the_text_is_found() -> None:
    plan = compiled(
        "江北市行动计划(2025-2027年)\n一、目标\n专栏1 主要指标\n"
        "指标 | 2025年 | 2027年 |\n增加值(亿元) | 700 | 900 |"
    )
    assert [row.name for row in plan.indicators] == ["增加值"]


def test_covered_cells_of_word_and_web_tables_are_read_like_their_neighbour() -> None:
    text = (
        "江北市行动计划(2025-2027年)\n类别 指标 2025年 2027年\n产业 增加值 700 900\n企业数 10 30\n"
    )
    cells = {
        word: (text.index(word, 19), text.index(word, 19) + len(word)) for word in text.split()[1:]
    }

    def row(*words: str, covered: str = "") -> tuple[Cell, ...]:
        return tuple(Cell(cells[word], covered=word == covered) for word in words)

    start = text.index("类别")
    table = Block(
        "table",
        (start, len(text) - 1),
        rows=(
            row("类别", "指标", "2025年", "2027年"),
            row("产业", "增加值", "700", "900"),
            row("产业", "企业数", "10", "30", covered="产业"),
        ),
    )
    from shucheng.plan.compiler.compile import compile_document

    document = Document(text, (Block("paragraph", (0, start - 1)), table))
    rows = compile_document(document).indicators
    assert [(found.category, found.name, found.targets["2027"]) for found in rows] == [
        ("产业", "增加值", 900),
        ("产业", "企业数", 30),
    ]


def test_work_points_keep_their_action_and_split_their_leads() -> None:
    first, second, third = work_points(
        """
序号 | 工作要点 | 主要内容 | 牵头责任单位 |
1 | 数字产业升级行动 | 全年实现营业收入2300亿元。 | 市工信局 |
2 | 编制《江北市“十五五”规划》。 | 市工信局 市数据局 | |
3 | 数字赋能拓展行动 | 提升违法用地监测能力。 | 市自然资源 和规划局 |
"""
    )
    assert [point.action for point in (first, second, third)] == [
        "数字产业升级行动",
        "数字产业升级行动",
        "数字赋能拓展行动",
    ]
    assert second.text == "编制《江北市“十五五”规划》。"
    assert second.lead == ("市工信局", "市数据局")
    assert third.lead == ("市自然资源和规划局",)


def test_a_work_point_lists_the_targets_of_its_row() -> None:
    plan = compiled(
        TITLE + "2025年工作要点\n序号 | 主要内容 | 牵头单位 |\n1 | 制定行动方案。 | 市数据局 |\n"
        "2 | 培育数据企业30家,打造数据产品100个。 | 市数据局 |"
    )
    first, second = plan.work_points
    assert first.targets == ()
    assert len(second.targets) == 2
    found = [target for target in plan.targets if target.id in second.targets]
    assert [(target.value, target.year, target.kind) for target in found] == [
        (30, 2025, "annual"),
        (100, 2025, "annual"),
    ]


def test_deadline_and_supporting_columns_are_kept_apart() -> None:
    (point,) = work_points(
        "序号 | 重点任务 | 具体举措 | 牵头单位 | 配合单位 | 完成时限 |\n"
        "1 | 强化算力 | 建设智算中心,开放公共算力。 | 市数据局 | 市发改委 | 2025年12月 |",
        "重点任务分工表",
    )
    assert (point.action, point.text) == ("强化算力", "建设智算中心,开放公共算力。")
    assert (point.lead, point.deadline) == (("市数据局",), "2025年12月")


def test_a_work_list_may_be_numbered_paragraphs() -> None:
    points = compiled(
        TITLE + "2025年重点工作清单\n一、算力建设\n1.新建智算中心1个。(市数据局)\n"
        "2.发放算力券500万元。(市财政局牵头,市数据局配合)\n二、人才引育\n3.引进人才30名。(市人社局)"
    ).work_points
    assert [(point.no, point.action, point.text, point.lead) for point in points] == [
        (1, "算力建设", "新建智算中心1个。", ("市数据局",)),
        (2, "算力建设", "发放算力券500万元。", ("市财政局",)),
        (3, "人才引育", "引进人才30名。", ("市人社局",)),
    ]


def test_two_lists_get_numbers_that_do_not_clash() -> None:
    table = (
        "序号 | 主要内容 | 牵头单位 |\n1 | 制定方案。 | 市数据局 |\n2 | 建设平台。 | 市数据局 |\n"
    )
    plan = compiled(f"{TITLE}2025年工作要点\n{table}附件2\n2026年工作要点\n{table}")
    assert [point.no for point in plan.work_points] == [1, 2, 3, 4]


def test_spans_of_rows_lead_back_to_the_row() -> None:
    text = TITLE + "主要指标\n指标 | 2027年 |\n增加值(亿元) | 900 |\n"
    plan = compiled(text)
    assert text.strip()[slice(*plan.indicators[0].span)] == "增加值(亿元) | 900"


@pytest.mark.parametrize(
    ("cell", "number", "unit", "comparator"),
    [
        ("2300", 2300, "", None),
        ("85%", 85, "%", None),
        ("≥90", 90, "", ">="),
        ("＞3.5", 3.5, "", ">"),
        ("≤1.25", 1.25, "", "<="),
        ("1.25以下", 1.25, "", "<="),
        ("10%左右", 10, "%", "~"),
        ("[400]", 400, "", None),
        ("1,200", 1200, "", None),
        ("12.5万亿元", 12.5, "万亿元", None),
        ("60EFLOPS", 60, "EFLOPS", None),
        ("达到30个以上", 30, "个", ">="),
    ],
)
def test_cells_hold_figures_in_many_forms(
    cell: str, number: float, unit: str, comparator: str | None
) -> None:
    value = read_value(cell)
    assert value is not None
    assert (value.number, value.unit, value.comparator) == (number, unit, comparator)


@pytest.mark.parametrize("cell", ["", "—", "全覆盖", "第3", "全省前列", "2025年12月", "持续推进"])
def test_words_and_empty_cells_are_no_figures(cell: str) -> None:
    assert read_value(cell) is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("营业收入(亿元)", ("营业收入", "亿元")),
        ("智慧农场(牧场、渔场)(个)", ("智慧农场(牧场、渔场)", "个")),
        ("数字产业园区(集聚区)", ("数字产业园区(集聚区)", "")),
        ("电能利用效率（PUE）", ("电能利用效率（PUE）", "")),
        ("普及率（%）", ("普及率", "%")),
        ("基站数(个/万人)", ("基站数", "个/万人")),
        ("算力规模(EFLOPS)", ("算力规模", "EFLOPS")),
        ("收入(单位:万元)", ("收入", "万元")),
    ],
)
def test_only_a_unit_in_brackets_leaves_the_name(name: str, expected: tuple[str, str]) -> None:
    assert split_unit(name) == expected


def test_a_table_of_other_things_is_neither() -> None:
    plan = compiled(TITLE + "领导小组名单\n姓名 | 职务 |\n张某 | 组长 |\n李某 | 副组长 |")
    assert (plan.indicators, plan.work_points) == ((), ())
    assert replace(plan, findings=()).targets == ()

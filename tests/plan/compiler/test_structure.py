"""Headings of every usual style become a tree; what only looks like a heading does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.plan.compiler.documents import document, outline, section_of, titles

from shucheng.plan.compiler.structure.outline import read_structure


def test_chapters_sections_and_numbered_paragraphs_nest() -> None:
    found = titles(
        """
一、总体目标
做强数字产业。
二、重点任务
(一)数字产业升级行动
1.巩固优势产业。电子信息产业聚力发展。
2.培育应用产业。实施行动计划。
（二）数字赋能拓展行动
1．深化“智改数转网联”。实施计划。
三、保障措施
"""
    )
    assert found == {
        "s1": "总体目标",
        "s2": "重点任务",
        "s2.1": "数字产业升级行动",
        "s2.1.1": "巩固优势产业",
        "s2.1.2": "培育应用产业",
        "s2.2": "数字赋能拓展行动",
        "s2.2.1": "深化“智改数转网联”",
        "s3": "保障措施",
    }


def test_a_section_reaches_to_the_next_of_its_level() -> None:
    text = "一、目标\n(一)近期\n做。\n(二)远期\n做。\n二、任务\n做。"
    section = section_of(text, "s1")
    assert text[slice(*section.span)] == "一、目标\n(一)近期\n做。\n(二)远期\n做。"
    assert section.level == 1
    inner = section_of(text, "s1.2")
    assert text[slice(*inner.span)] == "(二)远期\n做。"
    assert (inner.level, inner.parent, inner.number) == (2, "s1", "(二)")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("第一章 总则\n第一节 目标\n第二节 原则", {"s1": "总则", "s1.1": "目标", "s1.2": "原则"}),
        ("第一章　总则\n一、目标\n（一）近期", {"s1": "总则", "s1.1": "目标", "s1.1.1": "近期"}),
        ("1 总体要求\n1.1 现状\n2 任务", {"s1": "总体要求", "s1.1": "现状", "s2": "任务"}),
        ("1.1建设思路\n坚持统筹。", {"s1": "建设思路"}),
        ("1、网络\n（1）5G网络\n①基站", {"s1": "网络", "s1.1": "5G网络", "s1.1.1": "基站"}),
        ("一、任务\n1.5G网络深度覆盖。推进建设。", {"s1": "任务", "s1.1": "5G网络深度覆盖"}),
        ("一、保障\n一是领导。做。\n二是评估。", {"s1": "保障", "s1.1": "领导", "s1.2": "评估"}),
        ("一、任务\n行动一：强基\n行动二：赋能", {"s1": "任务", "s1.1": "强基", "s1.2": "赋能"}),
    ],
)  # fmt: skip
def test_every_usual_numbering_is_read(text: str, expected: dict[str, str]) -> None:
    assert titles(text) == expected


@pytest.mark.parametrize(
    "line",
    [
        "1.5万亿元的投资规模分年落实。",
        "一、二、三产业融合发展水平明显提升。",
        "(一)、(二)项所列企业优先支持。",
        "2025年数字经济核心产业增加值达到710亿元。",
        "3.培育特种机器人是今后工作的重点方向,要持续推进。",
        "“335”推进思路贯穿始终。",
    ],
)
def test_numbers_in_prose_are_no_headings(line: str) -> None:
    assert set(titles(f"一、总体要求\n{line}\n二、任务\n做好工作。")) == {"s1", "s2"}


def test_a_contents_page_does_not_double_the_sections() -> None:
    text = (
        "目　录\n第一章 总体要求……1\n第二章 主要任务……3\n"
        "第一章 总体要求\n坚持统筹。\n第二章 主要任务\n做好工作。"
    )
    found = read_structure(document(text))
    assert [section.title for section in found.sections] == ["总体要求", "主要任务"]
    assert text[slice(*found.sections[0].span)] == "第一章 总体要求\n坚持统筹。"


def test_annexes_are_sections_and_their_list_is_not() -> None:
    found = titles(
        """
一、任务
做好工作。
附件:1.2025-2027年主要目标
2.2025年工作要点
附件1
2025-2027年主要目标
序号 | 指标 | 2025年 |
1 | 增加值 | 710 |
附件2
2025年工作要点
序号 | 内容 | 牵头单位 |
1 | 编制规划。 | 市数据局 |
"""
    )
    assert found == {"s1": "任务", "a1": "2025-2027年主要目标", "a2": "2025年工作要点"}


def test_a_plan_sent_out_as_an_annex_is_the_plan() -> None:
    found = titles(
        """
关于印发《江北县行动方案》的通知
现印发给你们。
附件：江北县行动方案
江北县人民政府
附件
江北县行动方案
一、目标
到2027年建成。
附表
主要指标
指标 | 2027年 |
增加值(亿元) | 50 |
"""
    )
    assert found == {"s1": "目标", "a1": "主要指标"}


def test_numbers_that_run_through_the_plan_keep_their_ids() -> None:
    found = titles("二、任务\n(一)甲行动\n1.建设。做。\n2.发展。做。\n(二)乙行动\n3.提升。做。")
    assert set(found) == {"s2", "s2.1", "s2.1.1", "s2.1.2", "s2.2", "s2.2.3"}


def test_a_repeated_number_gets_an_id_of_its_own() -> None:
    assert list(titles("一、甲\n做。\n一、乙\n做。")) == ["s1", "s2"]


def test_headings_without_numbers_are_sections_where_the_format_says_so() -> None:
    page = (
        "# 江北县行动方案\n\n## 工作目标\n\n到2027年建成。\n\n"
        "## 主要任务\n\n### 强化算力\n\n建设中心。\n"
    )
    found = read_structure(document(page, "plan.md"))
    assert [(section.id, section.title, section.level) for section in found.sections] == [
        ("s1", "工作目标", 1),
        ("s2", "主要任务", 1),
        ("s2.1", "强化算力", 2),
    ]


def test_every_line_stands_in_the_innermost_section() -> None:
    text = "一、目标\n甲。\n(一)近期\n乙。\n1.做。丙。"
    places = {
        text[slice(*line.span)]: line.section for line in outline(text).lines if not line.heading
    }
    assert places == {"甲。": "s1", "乙。": "s1.1", "1.做。丙。": "s1.1.1"}


_NUMERALS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")


@given(st.lists(st.integers(0, 4), min_size=1, max_size=12))
def test_planted_headings_come_back_with_their_spans(shape: list[int]) -> None:
    """Whatever a chapter holds, every planted heading is found once and spans nest."""
    lines, expected = [], []
    for chapter, parts in enumerate(shape):
        lines.append(f"{_NUMERALS[chapter]}、第{chapter}项要求")
        expected.append(f"s{chapter + 1}")
        for part in range(parts):
            lines.append(f"({_NUMERALS[part]})建设平台。汇聚数据,开放共享。")
            expected.append(f"s{chapter + 1}.{part + 1}")
    sections = outline("\n".join(lines)).sections
    assert [section.id for section in sections] == expected
    spans = {section.id: section.span for section in sections}
    for section in sections:
        if section.parent:
            outer = spans[section.parent]
            assert outer[0] < section.span[0] < section.span[1] <= outer[1]


@pytest.mark.parametrize(
    "listed",
    [
        "附件：\n1．主要指标\n2．工作要点",
        "附件：1．主要指标\n　　　2．工作要点",
        "附件1：主要指标\n附件2：工作要点",
    ],
)
def test_lists_of_annexes_in_any_form_are_left_out(listed: str) -> None:
    table = "序号 | 指标 | 2025年 |\n1 | 增加值 | 710 |"
    text = f"一、任务\n做好工作。\n{listed}\n附件1\n主要指标\n{table}\n附件2\n工作要点\n1.做好。"
    assert titles(text) == {"s1": "任务", "a1": "主要指标", "a2": "工作要点", "a2.1": "做好"}

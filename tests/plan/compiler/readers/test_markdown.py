"""Markdown: what the marks say is kept, the marks are not."""

from shucheng.plan.compiler.document import Document
from shucheng.plan.compiler.readers.read import read_bytes


def read(text: str) -> Document:
    return read_bytes(text.encode(), "plan.md")


def lines(text: str) -> list[str]:
    return read(text).text.splitlines()


def test_headings_have_their_level() -> None:
    document = read("# 行动计划\n\n目标\n----\n\n##一、目标\n\n到2027年。\n")
    assert [(block.kind, block.level) for block in document.blocks] == [
        ("heading", 1),
        ("heading", 2),
        ("heading", 2),
        ("paragraph", None),
    ]
    assert document.text == "行动计划\n目标\n一、目标\n到2027年。\n"


def test_marks_go_and_words_stay() -> None:
    assert lines(
        "到2027年，**核心产业**增加值突破`900`亿元，见[通知](http://a.cn)与![图](a.png)。\n"
        "- 建设园区*10个*\n> 1\\. 做强\\*产业\n"
    ) == ["到2027年，核心产业增加值突破900亿元，见通知与。", "建设园区10个", "1. 做强*产业"]


def test_front_matter_comments_and_rules_are_no_text() -> None:
    assert lines(
        "---\ntitle: 甲\n---\n一、目标\n<!-- 到2030年\n达到1亿元 -->\n\n***\n\n二、任务\n"
    ) == [
        "一、目标",
        "二、任务",
    ]


def test_struck_words_are_not_read() -> None:
    assert lines("达到~~800~~900亿元。") == ["达到900亿元。"]


def test_tables_of_bars_plus_signs_and_html() -> None:
    document = read(
        "| 序号 | 指标 |\n|:--|--:|\n| 1 | 甲\\|乙 |\n\n"
        "+----+----+\n| 序 | 指 |\n+====+====+\n| 1  | 营 |\n|    | 收 |\n+----+----+\n\n"
        "<table><tr><td>序号</td><td>指标</td></tr><tr><td>1</td><td>营收</td></tr></table>\n"
    )
    tables = [
        [[document.slice(cell.span) for cell in row] for row in block.rows]
        for block in document.blocks
    ]
    assert tables == [
        [["序号", "指标"], ["1", "甲｜乙"]],
        [["序", "指"], ["1", "营 收"]],
        [["序号", "指标"], ["1", "营收"]],
    ]


def test_markdown_is_known_by_its_content_too() -> None:
    data = "# 行动计划\n\n## 一、目标\n\n到2027年，达到900亿元。\n".encode()
    assert read_bytes(data).format == "md"
    assert read_bytes(data, "plan.txt").format == "txt"

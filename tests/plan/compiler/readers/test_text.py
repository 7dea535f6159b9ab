"""Plain text stays as it is; paragraphs and tables are found in it."""

import pytest
from tests.plan.compiler.readers.renderings import wrapped

from shucheng.plan.compiler.document import Document
from shucheng.plan.compiler.readers.read import read_bytes
from shucheng.plan.compiler.readers.unwrap import unwrapped

PARAGRAPHS = [
    "一、总体目标",
    "到2027年，全市数字经济核心产业增加值突破900亿元，规模以上数字企业达到1500家，人工智能企业超过"
    "200家，算力规模达到20000P，数据交易额年均增长30%以上，形成具有全国影响力的数字产业集群。",
    "聚焦电子信息、软件服务、数据标注等重点方向，三年内累计引进亿元以上项目150个，培育省级以上专精特新"
    "企业300家，新增上市企业5家左右，建成数字产业园区10个，推动产业结构持续优化。",
    "二、重点任务",
    "（一）做强数字产业。支持链主企业牵头组建创新联合体，每年突破关键核心技术20项以上，累计建设省级重点"
    "实验室8个，技术合同成交额达到120亿元，研发投入占比提高到3.2%。",
    "（二）深化数字赋能。新增智能工厂130家、数字化车间400个，实现规上工业企业数字化改造全覆盖，两化融合"
    "发展水平指数达到72，农业生产信息化率达到65%。",
]


def blocks(document: Document) -> list[str]:
    return [document.slice(block.span) for block in document.blocks]


def rows(document: Document) -> list[list[str]]:
    return [
        [document.slice(cell.span) for cell in row]
        for block in document.blocks
        for row in block.rows
    ]


@pytest.mark.parametrize(
    "text",
    [
        "一、目标\r\n\r\n　　到2027年，达到900亿元。\r\n",
        "\ufeff一、目标\n到2027年，达到900亿元。",
        "一、目标\r到2027年，达到900亿元。\r",
    ],
    ids=["windows line ends", "byte order mark", "old mac line ends"],
)
def test_the_text_is_the_file_sign_for_sign(text: str) -> None:
    document = read_bytes(text.encode(), "plan.txt")
    assert document.text == text
    assert blocks(document) == ["一、目标", "到2027年，达到900亿元。"]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_encodings_that_chinese_offices_use_are_recognised(encoding: str) -> None:
    text = "\n".join(PARAGRAPHS)
    document = read_bytes(text.encode(encoding), "plan.txt")
    assert document.text.lstrip("\ufeff") == text


def test_lines_with_bars_are_a_table_and_keep_dropped_cells_dropped() -> None:
    text = "附件1\n序号 | 类别 | 指标 |\n1 | 产业 | 营收 |\n2 | 增加值 | |\n说明"
    document = read_bytes(text.encode(), "plan.txt")
    assert [block.kind for block in document.blocks] == ["paragraph", "table", "paragraph"]
    assert rows(document) == [["序号", "类别", "指标"], ["1", "产业", "营收"], ["2", "增加值", ""]]


@pytest.mark.parametrize(
    "table",
    [
        "| 序号 | 指标 |\n|---|:-:|\n| 1 | 营收 |",
        "┌──┬──┐\n│序号│指标│\n├──┼──┤\n│1 │营收│\n└──┴──┘",
        "序号\t指标\t\n1\t营收\t",
    ],
    ids=["markdown", "drawn", "tabs"],
)
def test_other_ways_to_type_a_table(table: str) -> None:
    found = rows(read_bytes(table.encode(), "plan.txt"))
    assert [[cell for cell in row if cell] for row in found] == [["序号", "指标"], ["1", "营收"]]


def test_a_single_bar_in_a_sentence_makes_no_table() -> None:
    document = read_bytes("推动A|B双轮驱动。\n建设园区。".encode(), "plan.txt")
    assert [block.kind for block in document.blocks] == ["paragraph", "paragraph"]


@pytest.mark.parametrize("width", [24, 30, 40, 50])
def test_wrapped_lines_are_one_paragraph(width: int) -> None:
    lines = [line for paragraph in PARAGRAPHS for line in wrapped(paragraph, width)]
    document = read_bytes("\n".join(lines).encode(), "plan.txt")
    flat = unwrapped(document)

    assert blocks(flat.document) == PARAGRAPHS
    for block, original in zip(flat.document.blocks, document.blocks, strict=True):
        assert flat.source(block.span) == original.span


def test_a_span_across_a_wrapped_line_leads_back_to_the_file() -> None:
    lines = [line for paragraph in PARAGRAPHS for line in wrapped(paragraph, 30)]
    document = read_bytes("\r\n".join(lines).encode(), "plan.txt")
    flat = unwrapped(document)
    for words in ("数字企业达到1500家", "每年突破关键核心技术20项以上", "指数达到72"):
        at = flat.document.text.index(words)
        found = document.slice(flat.source((at, at + len(words))))
        assert found.replace("\r\n", "") == words


def test_a_text_with_a_paragraph_on_each_line_is_left_alone() -> None:
    document = read_bytes("\n".join(PARAGRAPHS).encode(), "plan.txt")
    assert blocks(document) == PARAGRAPHS
    assert unwrapped(document).document is document


def test_a_wrapped_table_row_is_one_row() -> None:
    row = "6 | 数字赋能行动 | 新增先进级智能工厂130家，突破领航级智能工厂。 | 市工信局 |"
    table = ["序号 | 工作要点 | 主要内容 | 责任单位 |", *wrapped(row, 40)]
    body = [line for paragraph in PARAGRAPHS for line in wrapped(paragraph, 40)]
    document = read_bytes("\n".join([*body, *table]).encode(), "plan.txt")
    assert [cell.replace("\n", "") for cell in rows(document)[-1]] == [
        cell.strip() for cell in row.strip("|").split("|")
    ]


def test_page_numbers_of_a_printed_text_are_no_paragraphs() -> None:
    lines = [line for paragraph in PARAGRAPHS for line in wrapped(paragraph, 30)]
    torn = next(at for at, line in enumerate(lines) if "（二）" in line) + 1
    printed = [*lines[:torn], "", "— 1 —", "", "\f", *lines[torn:], "", "- 2 -"]
    document = read_bytes("\n".join(printed).encode(), "plan.txt")
    flat = unwrapped(document)
    assert blocks(flat.document) == PARAGRAPHS
    for block, original in zip(flat.document.blocks, document.blocks, strict=True):
        assert flat.source(block.span) == original.span
    assert blocks(read_bytes("一、目标\n— 1 —\n达到900亿元。".encode(), "a.txt")) == [
        "一、目标",
        "达到900亿元。",
    ]

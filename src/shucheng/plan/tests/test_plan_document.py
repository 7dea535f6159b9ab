"""The text laid out on a page: nothing of it is lost, and every word's place is known."""

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shucheng.plan.compiler.readers.read import read_bytes
from shucheng.plan.grids import merged_tables
from shucheng.plan.models import PlanVersion
from shucheng.plan.queries.versions import Piece
from shucheng.plan.templatetags.plan_document import Block, Cell, laid_out, laid_out_with, words_of

TEXT = (
    "某市行动计划\n一、总体目标\n1.做强产业。到2027年,产业规模超100亿元。\n"
    "附件1\n主要目标\n序号 | 类别 | 指标 | 2027年 |\n"
    "1 | 提升 | 营业收入 | 100 |\n2 | 增加值 | 50 | |"
)


def version(text: str, **compiled: Any) -> PlanVersion:
    return PlanVersion(title="某市行动计划", text=text, compiled=compiled)


def parts(blocks: list[Block]) -> list[Block | Cell]:
    """What holds words: blocks, and the cells of tables."""
    cells = [cell for block in blocks for row in block.rows for cell in row.cells]
    return [*(block for block in blocks if not block.rows), *cells]


@given(
    text=st.text(alphabet="甲乙丙1。,| \n", max_size=120),
    marks=st.lists(st.integers(0, 120), max_size=6),
)
def test_words_stand_in_the_text_where_their_block_says(text: str, marks: list[int]) -> None:
    edges = sorted({0, len(text), *(mark for mark in marks if mark <= len(text))})
    pieces = [
        Piece(text[left:right], ref=f"t{left}" if at % 2 else "")
        for at, (left, right) in enumerate(pairwise(edges))
    ]
    found = parts(laid_out(version(text), pieces))
    for part in found:
        words = "".join(run.text for run in part.runs)
        assert text[part.start : part.start + len(words)] == words
    shown = "".join(run.text for part in found for run in part.runs)
    assert sorted(re.sub(r"[\s|]", "", shown)) == sorted(re.sub(r"[\s|]", "", text))


def test_headings_title_and_tables_are_told_from_paragraphs() -> None:
    at = TEXT.index
    sections = [
        {"span": [at("一、"), 20], "title": "总体目标", "level": 1},
        {"span": [at("1.做强"), 40], "title": "做强产业", "level": 3},
        {"span": [at("附件1"), len(TEXT)], "title": "主要目标", "level": 1},
    ]
    blocks = laid_out(version(TEXT, sections=sections), [Piece(TEXT)])
    assert [block.kind for block in blocks] == [
        *("title", "heading", "paragraph", "heading", "heading", "table")
    ]
    lead, rest = blocks[2].runs
    assert (lead.text, lead.strong, rest.strong) == ("1.做强产业", True, False)


def test_a_row_that_lost_a_merged_cell_stays_under_its_columns() -> None:
    table = laid_out(version(TEXT), [Piece(TEXT)])[-1]
    rows = [["".join(run.text for run in cell.runs) for cell in row.cells] for row in table.rows]
    assert rows[1:] == [["1", "提升", "营业收入", "100"], ["2", "", "增加值", "50"]]


def test_an_item_that_is_a_whole_row_marks_the_row_and_a_passage_is_lit_once() -> None:
    row = "1 | 提升 | 营业收入 | 100"
    start = TEXT.index(row)
    pieces = [Piece(TEXT[:start]), Piece(row, "i1", "indicator"), Piece(TEXT[start + len(row) :])]
    table = laid_out(version(TEXT), pieces)[-1]
    assert [entry.whole.ref if entry.whole else "" for entry in table.rows] == ["", "i1", ""]
    quote = "产业规模超100亿元"
    lit = laid_out_with(version(TEXT), TEXT[: TEXT.index(quote)], quote)
    html = "".join(words_of(part) for part in parts(lit))
    assert html.count('<mark id="found">') == 1
    assert f"{quote}</mark>" in html


def test_words_of_the_text_are_escaped() -> None:
    assert "&lt;b&gt;" in words_of(laid_out(version("甲<b>"), [Piece("甲<b>")])[0])


def test_merged_cells_of_a_word_table_are_drawn_as_they_were() -> None:
    path = Path(__file__).parents[4] / "tests" / "plans" / "05-jizhou-smart-manufacturing.docx"
    document = read_bytes(path.read_bytes(), path.name)
    read = version(document.text)
    read.tables = merged_tables(document)
    blocks = laid_out(read, [Piece(document.text)])
    table = next(block for block in blocks if block.rows and block.start == read.tables[0]["start"])

    def shape(row: int) -> list[tuple[str, int, int]]:
        return [
            ("".join(run.text for run in cell.runs), cell.wide, cell.high)
            for cell in table.rows[row].cells
        ]

    assert shape(0) == [
        *(("类别", 1, 2), ("指标", 1, 2), ("单位", 1, 2), ("基期", 1, 1)),
        *(("目标值", 2, 1), ("牵头单位", 1, 2)),
    ]
    assert shape(1) == [("2022年", 1, 1), ("2023年", 1, 1), ("2025年", 1, 1)]
    assert shape(2)[0][0] == "转型成效"
    assert shape(2)[0][2] > 1
    width = sum(wide for _text, wide, _high in shape(0))
    filled = [0] * len(table.rows)
    for at, row in enumerate(table.rows):
        for cell in row.cells:
            for below in range(at, at + cell.high):
                filled[below] += cell.wide
    assert set(filled) == {width}, "every row fills the table"
    said = "".join(run.text for part in parts(blocks) for run in part.runs)
    assert sorted(re.sub(r"[\s|]", "", said)) == sorted(re.sub(r"[\s|]", "", document.text))

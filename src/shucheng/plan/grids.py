"""Merged cells of tables: what the reader of a file knew and the lines of the text do not say."""

from typing import Any

from shucheng.plan.compiler.document import Block, Document

# start, end, columns and rows that it stretches over
GridCell = tuple[int, int, int, int]


def merged_tables(document: Document) -> list[dict[str, Any]]:
    """The tables in which cells are merged, as JSON: where each begins and ends, and of each row
    the cells that begin in it."""
    return [
        {"start": block.span[0], "end": block.span[1], "rows": _rows(block)}
        for block in document.blocks
        if any(cell.covered for row in block.rows for cell in row)
    ]


def _rows(block: Block) -> list[list[GridCell]]:
    return [
        [
            (*cell.span, _columns(block, at, column), _height(block, at, column))
            for column, cell in enumerate(row)
            if not cell.covered
        ]
        for at, row in enumerate(block.rows)
    ]


def _columns(block: Block, at: int, column: int) -> int:
    row = block.rows[at]
    end = column + 1
    while end < len(row) and row[end].covered and row[end].span == row[column].span:
        end += 1
    return end - column


def _height(block: Block, at: int, column: int) -> int:
    span = block.rows[at][column].span
    end = at + 1
    while (
        end < len(block.rows)
        and column < len(block.rows[end])
        and block.rows[end][column].covered
        and block.rows[end][column].span == span
    ):
        end += 1
    return end - at

"""What the readers of marked-up formats find, and the Document that is made of it.

One paragraph a line; a table row is a line `cell | cell |` in which cells that a merged
neighbour covers are left out, just as the plain-text plans print it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shucheng.plan.compiler.document import Block, BlockKind, Cell, Document, Span


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph's text; a heading where the format says so, with its level where it has one."""

    text: str
    level: int | None = None


@dataclass(frozen=True, slots=True)
class GridCell:
    """A table cell; `owner` is the row and column of the merged cell that stretches over it."""

    text: str
    owner: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: every row has a cell for each column that it reaches."""

    rows: tuple[tuple[GridCell, ...], ...]


Part = Paragraph | Grid

# A page that claims absurd spans gets none, instead of a table of a billion cells.
_MAX_SPANNED = 1_000_000

_INVISIBLE = re.compile(
    r"[\u200b-\u200f\u2060-\u2064\ufeff\u00ad\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]"
)
_CJK = r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]"
_SOURCE_BREAK = re.compile(rf"(?<={_CJK})[ \t]*[\r\n]+[ \t\r\n]*(?={_CJK})")


def tidy(text: str) -> str:
    """One line: blanks of every kind become one space, invisible characters go."""
    text = _INVISIBLE.sub("", text)
    text = _SOURCE_BREAK.sub("", text)
    return " ".join(text.split())


def assemble(parts: Iterable[Part], name: str, format_name: str) -> Document:
    """Write the parts one below the other and keep where each came to stand."""
    lines: list[str] = []
    blocks: list[Block] = []
    at = 0
    for part in parts:
        if isinstance(part, Paragraph):
            text = tidy(part.text)
            if not text:
                continue
            kind: BlockKind = "paragraph" if part.level is None else "heading"
            blocks.append(Block(kind, (at, at + len(text)), part.level))
            lines.append(text)
            at += len(text) + 1
        else:
            written, block = _write_grid(part, at)
            if not written:
                continue
            blocks.append(block)
            lines.append(written)
            at += len(written) + 1
    return Document("".join(f"{line}\n" for line in lines), tuple(blocks), name, format_name)


def _write_grid(grid: Grid, at: int) -> tuple[str, Block]:
    """The table's lines from offset `at`, and its block; no lines where no cell has text."""
    if not any(cell.text.strip() for row in grid.rows for cell in row):
        return "", Block("table", (at, at))
    written: list[str] = []
    spans: dict[tuple[int, int], Span] = {}
    here = at
    for row_number, row in enumerate(grid.rows):
        line = ""
        for column, cell in enumerate(row):
            if cell.owner is not None:
                continue
            # Lines of a cell are names below one another, so a blank has to part them.
            text = tidy(cell.text.replace("\n", " ")).replace("|", "｜")
            begin = here + len(line)
            spans[row_number, column] = (begin, begin + len(text))
            line += f"{text} | "
        written.append(line.rstrip())
        here += len(written[-1]) + 1
    text = "\n".join(written)
    rows = tuple(
        tuple(_cell(cell, spans, (row_number, column)) for column, cell in enumerate(row))
        for row_number, row in enumerate(grid.rows)
    )
    return text, Block("table", (at, at + len(text)), rows=rows)


def _cell(cell: GridCell, spans: dict[tuple[int, int], Span], place: tuple[int, int]) -> Cell:
    if cell.owner is None:
        return Cell(spans[place])
    return Cell(spans[cell.owner], covered=True)


def grid_of(rows: Sequence[Sequence[tuple[str, int, int]]]) -> Grid:
    """A grid from rows of (text, columns spanned, rows spanned), as HTML writes them."""
    owners: dict[tuple[int, int], tuple[int, int]] = {}
    texts: dict[tuple[int, int], str] = {}
    widths = [0] * len(rows)
    absurd = sum(wide * high for row in rows for _, wide, high in row) > _MAX_SPANNED
    for row_number, row in enumerate(rows):
        column = 0
        for text, colspan, rowspan in row:
            wide, high = (1, 1) if absurd else (colspan, rowspan)
            while (row_number, column) in owners:
                column += 1
            texts[row_number, column] = text
            for down in range(row_number, min(row_number + high, len(rows))):
                for across in range(column, column + wide):
                    owners.setdefault((down, across), (row_number, column))
                widths[down] = max(widths[down], column + wide)
            column += wide
    return Grid(
        tuple(
            tuple(
                _grid_cell(owners.get((row, column), (row, column)), (row, column), texts)
                for column in range(widths[row])
            )
            for row in range(len(rows))
        )
    )


def _grid_cell(
    owner: tuple[int, int], place: tuple[int, int], texts: dict[tuple[int, int], str]
) -> GridCell:
    return GridCell(texts.get(place, "")) if owner == place else GridCell("", owner)

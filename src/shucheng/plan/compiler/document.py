"""A document as the compiler sees it: one text, and blocks that point into it.

Every reader ends here, whatever the file was. Offsets are positions in `Document.text`
(Python `str`, end exclusive), so a target found in a Word table and one found in a plain
text file are followed to their sentence in the same way.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

Span = tuple[int, int]
BlockKind = Literal["heading", "paragraph", "table"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One table cell: where its text stands.

    `covered` marks a cell that a merged neighbour stretches over; its span is that
    neighbour's.
    """

    span: Span
    covered: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph or a table.

    `level` is what the source format says of a heading (h2, 标题 2); None where the format
    says nothing. `rows` is filled for tables only: cells in reading order; a row may be
    shorter than the others where the source dropped merged cells.
    """

    kind: BlockKind
    span: Span
    level: int | None = None
    rows: tuple[tuple[Cell, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A normalised text and its blocks in reading order."""

    text: str
    blocks: tuple[Block, ...]
    name: str = ""
    format: str = "txt"

    def slice(self, span: Span) -> str:
        return self.text[span[0] : span[1]]


def between(text: str, spans: Iterable[Span]) -> Iterator[str]:
    """The pieces of a text before, between and after some spans of it, given in order."""
    taken = 0
    for start, end in spans:
        yield text[taken:start]
        taken = end
    yield text[taken:]

"""The tables of a plan: its indicators with their yearly targets, and its lists of work points.

Tables are told apart by their header words and by what their cells hold, wherever they stand:
in an annex, in a box (专栏) or in the text. A work list may also be numbered paragraphs.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from shucheng.plan.compiler.document import Document, Span
from shucheng.plan.compiler.language.folding import fold
from shucheng.plan.compiler.model import Indicator, Period, WorkPoint
from shucheng.plan.compiler.organisations.responsibility import find_responsibility
from shucheng.plan.compiler.structure.outline import Outline, Table, titles_above
from shucheng.plan.compiler.structure.passages import Passage
from shucheng.plan.compiler.tables.grid import Grid, read_grid
from shucheng.plan.compiler.tables.indicators import holds_indicators, read_indicators
from shucheng.plan.compiler.tables.work_lists import (
    Draft,
    holds_work,
    list_year,
    number_drafts,
    read_paragraphs,
    read_table,
)

_SENTENCE_MARK = re.compile(r"[。;,、]")
_SHORTEST_SENTENCE = 12


@dataclass(frozen=True, slots=True)
class Annexes:
    """What the tables and work lists of a plan hold, and the passages that targets hide in."""

    indicators: tuple[Indicator, ...]
    work_points: tuple[WorkPoint, ...]
    passages: tuple[Passage, ...]
    # Where a line of a work list that is no table begins, to the key of its work point.
    listed: Mapping[int, str]


def read_annexes(
    document: Document, outline: Outline, period: Period | None, title: str = ""
) -> Annexes:
    """Indicators, work points and the passages of all tables, in text order."""
    titles = titles_above(outline.sections)
    indicators: list[Indicator] = []
    drafts: list[Draft] = []
    boxed: list[Passage] = []
    before: Grid | None = None
    for table in outline.tables:
        grid = read_grid(document, table.block, before)
        caption = grid.title if grid else ""
        year = list_year(table.caption, caption, *titles.get(table.section, ()), title)
        if grid and holds_indicators(grid):
            taken = [indicator.no for indicator in indicators]
            indicators += read_indicators(grid, period, taken)
        elif grid and holds_work(grid):
            drafts += read_table(grid, table.section, year)
        else:
            boxed += _sentences_of(document, table, year)
        before = grid
    drafts += read_paragraphs(document, outline)
    numbered = list(number_drafts(drafts))
    passages = [*boxed, *(passage for draft in numbered for passage in draft.passages)]
    return Annexes(
        tuple(indicators),
        tuple(draft.point for draft in numbered),
        tuple(sorted(passages, key=lambda passage: passage.span)),
        {draft.line: f"w{draft.point.no}" for draft in numbered if draft.line is not None},
    )


def _sentences_of(document: Document, table: Table, year: int | None) -> Iterator[Passage]:
    """A table of another kind: boxes of text (专栏) hold targets like paragraphs."""
    seen: set[Span] = set()
    for row in table.block.rows:
        for cell in row:
            text = document.slice(cell.span)
            if cell.covered or cell.span in seen or len(text) < _SHORTEST_SENTENCE:
                continue
            if _SENTENCE_MARK.search(fold(text)) and not find_responsibility(text)[0]:
                seen.add(cell.span)
                yield Passage(cell.span, table.section, year)

"""The plan's text laid out for reading: headings, paragraphs, tables, and the marked passages.

Every block and cell says where its words begin in the text (`start`), so that words selected on
the page can be found again in the text, whatever the page looks like.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from shucheng.plan.models import PlanVersion
from shucheng.plan.queries.versions import Piece

register = template.Library()

_NUMBER = re.compile(r"^[\d.,%~-]+$")
_LIT = "found"


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one kind in a line; `anchor` is set where a passage begins."""

    text: str
    ref: str = ""
    kind: str = ""
    decision: str = ""
    strong: bool = False
    anchor: bool = False

    def html(self) -> SafeString:
        """A lit passage, a passage that an item stands on, a heading's words, or plain text."""
        if self.ref == _LIT:
            anchor = SafeString(' id="found"' if self.anchor else "")
            return format_html("<mark{}>{}</mark>", anchor, self.text)
        if self.ref:
            return format_html(
                '<a class="item item-{} item-{}{}" href="#{ref}" data-ref="{ref}"{}>{}</a>',
                self.kind,
                self.decision,
                " strong" if self.strong else "",
                format_html(' id="t-{}"', self.ref) if self.anchor else "",
                self.text,
                ref=self.ref,
            )
        return format_html("<b>{}</b>" if self.strong else "{}", self.text)


@dataclass(frozen=True, slots=True)
class Cell:
    start: int
    runs: tuple[Run, ...]
    is_number: bool
    # Columns and rows that it stretches over.
    wide: int = 1
    high: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """`whole` is the passage that takes up all of the row, if one does."""

    cells: tuple[Cell, ...]
    whole: Run | None


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph or a table."""

    kind: str
    start: int
    level: int = 0
    runs: tuple[Run, ...] = ()
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class _Mark:
    """A passage by its place in the text."""

    start: int
    end: int
    run: Run


@register.simple_tag
def words_of(part: Block | Cell) -> SafeString:
    """The words of a block or cell, and nothing else: white space would shift their places."""
    inside = format_html_join("", "{}", ((run.html(),) for run in part.runs))
    return format_html('<span data-at="{}">{}</span>', part.start, inside)


@register.simple_tag
def laid_out(version: PlanVersion, pieces: Iterable[Piece]) -> list[Block]:
    """The text with its items marked."""
    marks: list[_Mark] = []
    position = 0
    for piece in pieces:
        end = position + len(piece.text)
        if piece.ref:
            marks.append(
                _Mark(position, end, Run("", piece.ref, piece.kind, piece.decision, anchor=True))
            )
        position = end
    return list(_blocks(version, marks))


@register.simple_tag
def laid_out_with(version: PlanVersion, before: str, found: str) -> list[Block]:
    """The text with one passage lit: the words that follow `before`."""
    start = len(before)
    lit = [_Mark(start, start + len(found), Run("", _LIT, anchor=True))] if found else []
    return list(_blocks(version, lit))


def _blocks(version: PlanVersion, marks: Sequence[_Mark]) -> Iterator[Block]:
    found = version.compiled.get("sections", ())
    sections = {section["span"][0]: section for section in found}
    # An annex is headed twice: by its number, and in a line of its own by its title.
    titles = {section["title"]: section for section in found}
    merged = {table["start"]: table for table in version.tables}
    lines = list(_lines(version.text))
    at = 0
    while at < len(lines):
        start, line = lines[at]
        if table := merged.get(start):
            yield _merged_table(version.text, table, marks)
            while at < len(lines) and lines[at][0] < table["end"]:
                at += 1
            continue
        if _is_row(line) and at + 1 < len(lines) and _is_row(lines[at + 1][1]):
            last = at
            while last < len(lines) and _is_row(lines[last][1]):
                last += 1
            yield _table(lines[at:last], marks)
            at = last
            continue
        at += 1
        if not line.strip():
            continue
        if line.strip() == version.title:
            yield Block("title", start, runs=_runs(line, start, marks))
            continue
        section = sections.get(start) or titles.get(line.strip())
        if section is None:
            yield Block("paragraph", start, runs=_runs(line, start, marks))
            continue
        heading = _end_of_heading(line, section["title"])
        rest = line[heading:].strip("。.:： ")
        yield Block(
            "paragraph" if rest else "heading",
            start,
            level=section["level"],
            runs=_runs(line, start, marks, strong=heading if rest else 0),
        )


def _lines(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.split("\n"):
        yield start, line
        start += len(line) + 1


def _is_row(line: str) -> bool:
    return line.count("|") >= 2


def _end_of_heading(line: str, title: str) -> int:
    """Where the heading ends that a line begins with; the line's end when it is all heading."""
    found = line.find(title)
    return found + len(title) if found >= 0 else len(line)


def _runs(line: str, start: int, marks: Sequence[_Mark], *, strong: int = 0) -> tuple[Run, ...]:
    """A line (or a cell) cut at the marks' ends and where its heading ends."""
    end = start + len(line)
    here = [mark for mark in marks if mark.start < end and start < mark.end]
    edges = {start, end, start + strong}
    for mark in here:
        edges |= {max(mark.start, start), min(mark.end, end)}
    ordered = sorted(edges)
    runs: list[Run] = []
    anchored: set[str] = set()
    for left, right in pairwise(ordered):
        words = line[left - start : right - start]
        around = next((m for m in here if m.start <= left and right <= m.end), None)
        is_strong = right <= start + strong
        if around is None:
            runs.append(Run(words, strong=is_strong))
            continue
        of = around.run
        first = around.start >= start and of.ref not in anchored
        anchored.add(of.ref)
        runs.append(Run(words, of.ref, of.kind, of.decision, is_strong, first))
    return tuple(runs)


def _table(lines: Sequence[tuple[int, str]], marks: Sequence[_Mark]) -> Block:
    cut = [(start, line, _cells(line)) for start, line in lines]
    width = len(cut[0][2])
    numbered = any(cells[0][1].strip().isdigit() for _s, _l, cells in cut[1:])
    return Block(
        "table",
        lines[0][0],
        rows=tuple(
            _row(start, line, cells, marks, width, 1 if numbered else 0)
            for start, line, cells in cut
        ),
    )


def _merged_table(text: str, table: Mapping[str, Any], marks: Sequence[_Mark]) -> Block:
    """A table whose merged cells the reader of the file has kept."""
    rows = []
    for cells in table["rows"]:
        covering = cells and _covering(cells[0][0], cells[-1][1], marks)
        inside = () if covering else marks
        drawn = tuple(
            Cell(
                start,
                _runs(text[start:end], start, inside),
                bool(_NUMBER.match(text[start:end])),
                wide,
                high,
            )
            for start, end, wide, high in cells
        )
        rows.append(Row(drawn, covering.run if covering else None))
    return Block("table", table["start"], rows=tuple(rows))


def _covering(first: int, last: int, marks: Sequence[_Mark]) -> _Mark | None:
    """The passage that takes up a whole row."""
    return next((mark for mark in marks if mark.start <= first and last <= mark.end), None)


def _row(
    start: int,
    line: str,
    cells: list[tuple[int, str]],
    marks: Sequence[_Mark],
    width: int,
    merged_at: int,
) -> Row:
    """A row one cell short has lost a merged cell: what stood above holds here as well."""
    first, last = start + cells[0][0], start + cells[-1][0] + len(cells[-1][1])
    covering = _covering(first, last, marks)
    inside = () if covering else marks
    placed = [
        Cell(start + at, _runs(words, start + at, inside), bool(_NUMBER.match(words)))
        for at, words in cells
    ]
    if len(placed) == width - 1:
        placed.insert(merged_at, Cell(start, (), is_number=False))
    return Row(tuple(placed), covering.run if covering else None)


def _cells(line: str) -> list[tuple[int, str]]:
    """Place and words of each cell, without the empty ones that end a row."""
    cells, at = [], 0
    for part in line.split("|"):
        words = part.strip()
        cells.append((at + len(part) - len(part.lstrip()), words))
        at += len(part) + 1
    while len(cells) > 1 and not cells[-1][1]:
        cells.pop()
    return cells

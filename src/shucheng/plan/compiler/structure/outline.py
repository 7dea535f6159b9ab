"""The section tree of a plan, and which line of text belongs to which section.

Headings may stand alone (`一、总体目标`) or open their paragraph (`1.标题。正文`). A line that
merely starts like a heading (1.5万亿元, 一、二、三产业) is none; contents pages and lists of
annexes repeat headings and are left out.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shucheng.plan.compiler.document import Block, Document, Span
from shucheng.plan.compiler.language.folding import unwrap
from shucheng.plan.compiler.model import Section
from shucheng.plan.compiler.structure.numbering import ANNEX_RANK, FreeNumbers, Marker
from shucheng.plan.compiler.structure.repeats import Candidate, read_candidates, repeated

PREAMBLE = "s0"

_SENTENCE_END = re.compile(r"[。!?;]")
_PLAN_TITLE = re.compile(r"(?:规划|计划|方案|纲要|意见|措施|办法|工作要点)(?:\([^()]{1,30}\))*\s*$")
_RESPONSIBILITY_TAIL = re.compile(
    r"\((?:[^()]|\([^()]*\))*(?:牵头|负责|责任|配合)(?:[^()]|\([^()]*\))*\)?\s*$"
)
_LONGEST_HEADING = 60
_LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True)
class Line:
    """A heading or paragraph of the text.

    `body` is what follows the number; `section` the innermost section. `glued` is a heading
    that goes on as a paragraph; `heading` says nothing but its title.
    """

    span: Span
    body: Span
    section: str
    heading: bool = False
    glued: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its section and the line above it, which often is its caption."""

    block: Block
    section: str
    caption: str


@dataclass(frozen=True, slots=True)
class Outline:
    """Sections in text order, and the lines and tables between them."""

    sections: tuple[Section, ...]
    lines: tuple[Line, ...]
    tables: tuple[Table, ...]


@dataclass(slots=True)
class _Open:
    """A section whose end is not yet reached."""

    id: str
    number: str
    title: str
    level: int
    parent: str | None
    start: int
    rank: float


def read_structure(document: Document) -> Outline:
    """The outline of a document: sections with spans and ids, lines and tables placed in them."""
    return _Builder(document).build()


class _Builder:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.text = document.text
        self.sections: list[_Open] = []
        self.ends: dict[str, int] = {}
        self.stack: list[_Open] = []
        self.numbers: dict[str, FreeNumbers] = defaultdict(FreeNumbers)
        self.last_anywhere: dict[str, int] = {}
        self.title_level: int | None = None
        self.lines: list[Line] = []
        self.tables: list[Table] = []

    def build(self) -> Outline:
        items = read_candidates(self.document)
        skipped = repeated(items)
        level_ranks = _ranks_of_levels(items)
        self.title_level = _title_level(items)
        caption = ""
        awaits_title = False
        for index, item in enumerate(items):
            if item.block.kind == "table":
                self.tables.append(Table(item.block, self._here(), caption))
                awaits_title = False
                continue
            caption = item.folded.strip()
            if index in skipped:
                continue
            if awaits_title and self._is_annex_title(item):
                self._name_annex(item)
                awaits_title = False
                continue
            awaits_title = False
            marker = self._heading_marker(item, level_ranks)
            if marker is None:
                self._add_line(item.block.span, item.block.span)
            else:
                self._open_section(item, marker)
                awaits_title = marker.rank == ANNEX_RANK and not self.stack[-1].title
        self._close(len(self.text), -1.0)
        return Outline(self._finished(), tuple(self.lines), tuple(self.tables))

    def _here(self) -> str:
        return self.stack[-1].id if self.stack else PREAMBLE

    def _heading_marker(self, item: Candidate, level_ranks: dict[int, float]) -> Marker | None:
        """The marker of a heading; None for a paragraph."""
        marker = item.marker
        if marker is None:
            return self._unnumbered(item, level_ranks)
        if marker.rank == ANNEX_RANK or item.block.kind == "heading":
            return marker
        sequence, alone = self._in_sequence(marker), self._stands_alone(item, marker)
        # 1 总体要求 has no mark after its number: it must look like a heading in both ways.
        accepted = sequence and alone if marker.style == "bare" else sequence or alone
        return marker if accepted else None

    def _in_sequence(self, marker: Marker) -> bool:
        """Whether the number goes on from the last of its style, or opens a new list."""
        if marker.number == 1 or marker.rank < 4 or marker.style == "box":
            return True
        before = self.last_anywhere.get(marker.style)
        return before is not None and before <= marker.number <= before + 3

    @staticmethod
    def _stands_alone(item: Candidate, marker: Marker) -> bool:
        rest = item.folded[marker.end :].strip()
        return 2 <= len(rest) <= 30 and not re.search(r"[,。;]", rest)

    def _unnumbered(self, item: Candidate, level_ranks: dict[int, float]) -> Marker | None:
        """A heading by its format alone (h2, 标题 2) where the document goes on below it."""
        level = item.block.level
        if item.block.kind != "heading" or level is None:
            return None
        folded = item.folded.strip()
        if not self.stack and (_PLAN_TITLE.search(folded) or folded.endswith("通知")):
            return None
        if level == self.title_level:
            return None
        start = len(item.folded) - len(item.folded.lstrip())
        return Marker(f"level-{level}", level_ranks[level], 0, (start, start), start)

    def _is_annex_title(self, item: Candidate) -> bool:
        text = item.folded.strip()
        bare = item.marker is None or (item.marker.style == "decimal" and text[:4].isdigit())
        return bare and len(text) <= _LONGEST_HEADING and not _SENTENCE_END.search(text)

    def _name_annex(self, item: Candidate) -> None:
        self.stack[-1].title = unwrap(self.document.slice(item.block.span))
        span = item.block.span
        self.lines.append(Line(span, span, self._here(), heading=True))

    def _open_section(self, item: Candidate, marker: Marker) -> None:
        start = item.block.span[0]
        self._close(start, marker.rank)
        parent = self.stack[-1] if self.stack else None
        number = unwrap(self.text[start + marker.printed[0] : start + marker.printed[1]])
        body_start = start + marker.end
        title_end, glued = _title_end(item.folded, marker.end)
        title = unwrap(self.text[body_start : start + title_end]).rstrip("。.:：;；")
        section = _Open(
            id=self._new_id(parent, marker),
            number=number,
            title=title,
            level=len(self.stack) + 1,
            parent=parent.id if parent else None,
            start=start,
            rank=marker.rank,
        )
        self.sections.append(section)
        self.stack.append(section)
        self.last_anywhere[marker.style] = marker.number
        body = (body_start, item.block.span[1])
        self.lines.append(Line(item.block.span, body, section.id, not glued, glued))

    def _new_id(self, parent: _Open | None, marker: Marker) -> str:
        """The printed number where it is free among the siblings, else the next free one."""
        annex = marker.rank == ANNEX_RANK
        scope = "a" if annex else (parent.id if parent else "s")
        number = self.numbers[scope].take(marker.number)
        return f"{scope}{number}" if annex or parent is None else f"{scope}.{number}"

    def _close(self, end: int, rank: float) -> None:
        while self.stack and self.stack[-1].rank >= rank:
            self.ends[self.stack.pop().id] = end

    def _add_line(self, span: Span, body: Span) -> None:
        self.lines.append(Line(span, body, self._here()))

    def _finished(self) -> tuple[Section, ...]:
        return tuple(
            Section(
                id=section.id,
                number=section.number,
                title=section.title,
                level=section.level,
                parent=section.parent,
                span=(section.start, _trim(self.text, section.start, self.ends[section.id])),
            )
            for section in self.sections
        )


def _trim(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1].isspace():
        end -= 1
    return end


def _title_end(folded: str, start: int) -> tuple[int, bool]:
    """Where the title ends, and whether the paragraph goes on after it."""
    stop = _SENTENCE_END.search(folded, start)
    colon = folded.find(":", start)
    if (
        0 < colon - start <= 25
        and (not stop or colon < stop.start())
        and folded[colon + 1 :].strip()
    ):
        return colon, True
    if not stop:
        tail = _RESPONSIBILITY_TAIL.search(folded, max(start, len(folded) - 400))
        return (tail.start(), True) if tail and tail.start() > start else (len(folded), False)
    glued = bool(folded[stop.end() :].strip()) or stop.start() - start > _LONGEST_HEADING
    return min(stop.start(), start + _LONGEST_TITLE), glued


def _ranks_of_levels(items: Sequence[Candidate]) -> dict[int, float]:
    """The rank of each heading level of the format, from the numbered headings that have it."""
    found: dict[int, float] = {}
    levels: set[int] = set()
    for item in items:
        level = item.block.level
        if item.block.kind != "heading" or level is None:
            continue
        levels.add(level)
        if item.marker and item.marker.rank > ANNEX_RANK:
            found[level] = min(found.get(level, item.marker.rank), item.marker.rank)
    for level in sorted(levels - found.keys()):
        below = [rank for known, rank in found.items() if known < level]
        above = [rank for known, rank in found.items() if known > level]
        if below:
            found[level] = max(below) + 0.05
        else:
            found[level] = (min(above) if above else 4) - 0.05 * (10 - level)
    return found


def _title_level(items: Sequence[Candidate]) -> int | None:
    """The level of the document's own title: the highest one, used once and before all others."""
    levels = [
        item.block.level
        for item in items
        if item.block.kind == "heading" and item.block.level is not None
    ]
    alone = len(levels) > 1 and levels.count(min(levels)) == 1 and levels[0] == min(levels)
    return levels[0] if alone else None


def titles_above(sections: Iterable[Section]) -> dict[str, tuple[str, ...]]:
    """For each section its title and those of the sections around it, innermost first."""
    titles: dict[str, tuple[str, ...]] = {}
    for section in sections:
        titles[section.id] = (section.title, *titles.get(section.parent or "", ()))
    return titles

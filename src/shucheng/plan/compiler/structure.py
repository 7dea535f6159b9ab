"""The section tree of a plan, and which line of text belongs to which section.

Headings may stand alone (`一、总体目标`) or open their paragraph (`1.标题。正文`). A line that
merely starts like a heading (1.5万亿元, 一、二、三产业) is none; contents pages and lists of
annexes repeat headings and are left out.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from shucheng.plan.compiler.document import Block, Document, Span
from shucheng.plan.compiler.folding import fold, unwrap
from shucheng.plan.compiler.model import Section
from shucheng.plan.compiler.numbering import ANNEX_RANK, Marker, read_annex, read_marker

PREAMBLE = "s0"

_SENTENCE_END = re.compile(r"[。!?;]")
_TITLE_END = re.compile(r"[。:]")
_LEADER = re.compile(r"\.{3}|…|·{3}|-{4}|\s{2}")
_CONTENTS = re.compile(r"^\s*目\s*[录次]\s*$")
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


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A text block with the marker it opens with, before it is known to be a heading."""

    block: Block
    folded: str
    marker: Marker | None


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
        self.used: dict[str, set[int]] = defaultdict(set)
        self.highest: dict[str, int] = defaultdict(int)
        self.last_anywhere: dict[str, int] = {}
        self.title_level: int | None = None
        self.lines: list[Line] = []
        self.tables: list[Table] = []

    def build(self) -> Outline:
        items = self._without_contents(self._candidates())
        skipped = _attachment_lists(items)
        skipped |= _annex_of_the_plan_itself(items, skipped)
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

    def _candidates(self) -> list[_Candidate]:
        found = []
        for block in self.document.blocks:
            if block.kind == "table":
                found.append(_Candidate(block, "", None))
                continue
            folded = fold(self.document.slice(block.span))
            if not folded.strip():
                continue
            annex = read_annex(folded)
            found.append(_Candidate(block, folded, annex[0] if annex else read_marker(folded)))
        return found

    def _without_contents(self, items: list[_Candidate]) -> list[_Candidate]:
        """Drop a contents page: from 目录 to where its first entry comes again."""
        positions: dict[str, list[int]] = defaultdict(list)
        for index, item in enumerate(items):
            positions[_entry(item.folded)].append(index)
        dropped: set[int] = set()
        pages = [i for i, item in enumerate(items[:-1]) if _CONTENTS.match(item.folded)]
        for index in pages[:3]:
            again = [at for at in positions[_entry(items[index + 1].folded)] if at > index + 1]
            end = again[0] if again else index + 1
            if not again:
                while end < len(items) and _before_leader(items[end].folded) is not None:
                    end += 1
            dropped |= set(range(index, end))
        return [
            item
            for index, item in enumerate(items)
            if index not in dropped
            and not (item.marker and _before_leader(item.folded) is not None)
        ]

    def _here(self) -> str:
        return self.stack[-1].id if self.stack else PREAMBLE

    def _heading_marker(self, item: _Candidate, level_ranks: dict[int, float]) -> Marker | None:
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
    def _stands_alone(item: _Candidate, marker: Marker) -> bool:
        rest = item.folded[marker.end :].strip()
        return 2 <= len(rest) <= 30 and not re.search(r"[,。;]", rest)

    def _unnumbered(self, item: _Candidate, level_ranks: dict[int, float]) -> Marker | None:
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

    def _is_annex_title(self, item: _Candidate) -> bool:
        text = item.folded.strip()
        bare = item.marker is None or (item.marker.style == "decimal" and text[:4].isdigit())
        return bare and len(text) <= _LONGEST_HEADING and not _SENTENCE_END.search(text)

    def _name_annex(self, item: _Candidate) -> None:
        self.stack[-1].title = unwrap(self.document.slice(item.block.span))
        span = item.block.span
        self.lines.append(Line(span, span, self._here(), heading=True))

    def _open_section(self, item: _Candidate, marker: Marker) -> None:
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
        used = self.used[scope]
        number = marker.number
        if not number or number in used:
            number = self.highest[scope] + 1
        used.add(number)
        self.highest[scope] = max(self.highest[scope], number)
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


def _entry(folded: str) -> str:
    """A heading as its contents page and its chapter both print it."""
    return "".join(folded[: _before_leader(folded)].split())


def _before_leader(folded: str) -> int | None:
    """Where the dots begin that lead to a page number (总体要求……3); None without such."""
    if len(folded) > 200:
        return None
    line = folded.rstrip()
    words = line.rstrip("0123456789")
    title = words.rstrip(" .…·-")
    if 1 <= len(line) - len(words) <= 3 and _LEADER.search(words[len(title) :]):
        return len(title)
    return None


def _attachment_lists(items: Sequence[_Candidate]) -> set[int]:
    """Lines that only name the annexes: 附件:1.… 2.…, and an 附件1 that comes again later."""
    numbered: dict[str, list[int]] = defaultdict(list)
    for index, item in enumerate(items):
        if item.marker and item.marker.rank == ANNEX_RANK:
            numbered[re.sub(r"\s", "", item.folded[slice(*item.marker.printed)])].append(index)
    skipped: set[int] = set()
    annexes = sorted(index for indexes in numbered.values() for index in indexes)
    for index in annexes:
        annex = read_annex(items[index].folded)
        rest = items[index].folded[annex[0].end :].strip() if annex else ""
        later = any(other > index for other in annexes[-3:])
        if annex and annex[1] and (rest[:2].rstrip(".、").isdigit() or (rest and later)):
            skipped |= {index, *_numbered_run(items, index)}
    for indexes in numbered.values():
        # A list at the end of the notice prints them one below the other.
        for index, following in pairwise(indexes):
            if following - index <= 1 or _is_list_line(items, index):
                skipped.add(index)
    return skipped


def _is_list_line(items: Sequence[_Candidate], index: int) -> bool:
    """An annex line with its title that is followed by no text of its own."""
    marker = items[index].marker
    has_title = bool(marker and items[index].folded[marker.end :].strip())
    after = items[index + 1] if index + 1 < len(items) else None
    return has_title and after is not None and after.block.kind != "table"


def _numbered_run(items: Sequence[_Candidate], index: int) -> Iterable[int]:
    """The lines 2.…, 3.… that go on with a list begun in 附件:1.…."""
    expected = 2
    for at in range(index + 1, len(items)):
        marker = items[at].marker
        if not marker or marker.style != "decimal" or marker.number != expected:
            return
        if _SENTENCE_END.search(items[at].folded):
            return
        yield at
        expected += 1


def _annex_of_the_plan_itself(items: Sequence[_Candidate], skipped: set[int]) -> set[int]:
    """The 附件 over a plan that a notice sends out: no annex of the plan, but the plan."""
    for index, item in enumerate(items):
        if item.marker is None or index in skipped:
            continue
        if item.marker.rank != ANNEX_RANK:
            return set()
        for after in items[index + 1 :]:
            if after.block.kind == "table" or (after.marker and after.marker.rank == ANNEX_RANK):
                break
            if after.marker and after.marker.rank <= 6:
                return {index}
    return set()


def _ranks_of_levels(items: Sequence[_Candidate]) -> dict[int, float]:
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


def _title_level(items: Sequence[_Candidate]) -> int | None:
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


def with_preamble(sections: Sequence[Section], end: int) -> tuple[Section, ...]:
    """The sections after one for the text that stands before the first heading."""
    first = min((section.span[0] for section in sections), default=end)
    opening = Section(PREAMBLE, "", "", 1, None, (0, first))
    return (opening, *sections)


def parents_of(sections: Iterable[Section]) -> dict[str, str]:
    """Section id to the id of the section around it; the id itself at the top."""
    return {section.id: section.parent or section.id for section in sections}

"""Which physical lines belong to one paragraph, where a text was wrapped at a fixed width."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from shucheng.plan.compiler.document import Span

# Wide enough for a page of text, narrow enough that a long paragraph never counts as a line.
_MIN_WIDTH, _MAX_WIDTH = 24, 200
# A line may end early by so many columns: no mark such as ， may begin the next one.
_SLACK = 5
# ... or hang out over the margin.
_HANGING = 2
_MIN_TORN_LINES = 4
_MIN_FULL_SHARE = 0.15
# Headers, tables and the like may stand out of the column.
_MAX_WIDER_SHARE = 0.1
# What fewer lines do is chance and no custom of the text.
_RARE = 0.05
_MOST_LACKING = 2

# The number of a printed page, on a line of its own.
PAGE_NUMBER = r"(?:[-—–－─]{1,2} *\d{1,3} *[-—–－─]{1,2}|第 *\d{1,3} *页)"
_PAGE_MARK = re.compile(rf"\s*{PAGE_NUMBER}\s*")
STARTS_PARAGRAPH = re.compile(
    r"\s*(?:[一二三四五六七八九十百]{1,4}[、.．]"
    r"|第[一二三四五六七八九十百]{1,4}[章节条篇]"
    r"|[(（][一二三四五六七八九十百\d]{1,4}[)）]"
    r"|\d{1,2}(?:[、．]|\.(?!\d)|\.(?=20\d\d年))"
    r"|[-*•·●]\s|——|#{1,6}\s|>\s|```"
    r"|附[件表]\s*[\d一二三四五六七八九十]*\s*[:：]?\s*(?:\Z|[\d《]))"
)
_NUMBERED_ROW = re.compile(r"\s*(\d{1,3})\s*\|")
_DRAWN_ROW = re.compile(r"\s*[│┃┌├└┏┣┗]")
SENTENCE_END = tuple("。！？；：）!?;:)")


@dataclass(frozen=True, slots=True)
class Wrapping:
    """Where lines were broken, in columns or characters, and from which column on they stand.

    `indented` says that a paragraph's first line is set in.
    """

    width: int
    measure: Callable[[str], int]
    margin: int
    indented: bool

    def is_full(self, line: str) -> bool:
        return -_SLACK <= self.measure(line) - self.width <= _HANGING

    def is_set_in(self, line: str) -> bool:
        return _lead(line) >= self.margin + 2


def display_width(text: str) -> int:
    return len(text) + sum(unicodedata.east_asian_width(char) in "WFA" for char in text)


def wrapping_of(text: str, lines: Sequence[Span]) -> Wrapping | None:
    """How the text was wrapped; None where a paragraph is a line."""
    # One paragraph too long for a line settles it, before anything is measured.
    if any(end - start > _MAX_WIDTH for start, end in lines):
        return None
    shown = [line.rstrip() for line in (text[start:end] for start, end in lines) if line.strip()]
    if len(shown) < _MIN_TORN_LINES:
        return None
    found = []
    for measure in (display_width, len):
        torn = Counter(measure(line) for line in shown if not line.endswith(SENTENCE_END))
        near = {width: sum(torn[width - short] for short in range(_SLACK + 1)) for width in torn}
        near = {width: count for width, count in near.items() if _MIN_WIDTH <= width <= _MAX_WIDTH}
        if near:
            width = max(near, key=lambda width: (near[width], -width))
            found.append((near[width], Wrapping(width, measure, margin=0, indented=False)))
    most, wrapping = max(found, key=lambda one: one[0], default=(0, None))
    if wrapping is None or most < _MIN_TORN_LINES:
        return None
    full = [line for line in shown if wrapping.is_full(line)]
    wider = sum(wrapping.measure(line) > wrapping.width + _HANGING for line in shown)
    if len(full) < _MIN_FULL_SHARE * len(shown) or wider > _MAX_WIDER_SHARE * len(shown):
        return None
    leads = Counter(map(_lead, full))
    usual = [lead for lead, count in leads.items() if count >= _RARE * len(full)]
    wrapping = replace(wrapping, margin=min(usual, default=0))
    set_in = sum(map(wrapping.is_set_in, shown))
    return replace(wrapping, indented=set_in >= _RARE * len(shown))


def _lead(line: str) -> int:
    """How many columns stand free at the line's beginning."""
    return display_width(line[: len(line) - len(line.lstrip())])


def paragraphs(text: str, lines: Sequence[Span], wrapping: Wrapping | None) -> list[Span]:
    """Spans of paragraphs and table rows from spans of physical lines (blank ones among them)."""
    if wrapping is None:
        shown = (line for line in lines if text[slice(*line)].strip())
        return [line for line in shown if not _PAGE_MARK.fullmatch(text, *line)]
    joined: list[Span] = []
    above_full = full_before_blank = after_mark = False
    row = _OpenRow()
    for start, end in lines:
        line = text[start:end].rstrip()
        if _PAGE_MARK.fullmatch(line):
            # The sentence goes on over the page's end, with blank lines around the number.
            above_full, after_mark = above_full or full_before_blank, True
            continue
        if not line:
            if not after_mark:
                full_before_blank = above_full or full_before_blank
                above_full = False
            continue
        goes_on = row.goes_on_with(line, above_full=above_full) or (
            above_full and row.closed and not _begins(line, wrapping)
        )
        if goes_on and joined:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
        row.take(line, begins=not goes_on)
        above_full = wrapping.is_full(line)
        full_before_blank = after_mark = False
    return joined


def _begins(line: str, wrapping: Wrapping) -> bool:
    """Whether a paragraph begins with `line` though the line above it is full."""
    if STARTS_PARAGRAPH.match(line) or _DRAWN_ROW.match(line):
        return True
    return wrapping.indented and wrapping.is_set_in(line)


class _OpenRow:
    """The table row that the lines so far have come to, counted by its bars.

    The first row says how many bars the rows of the table have.
    """

    def __init__(self) -> None:
        self._bars = self._bars_of_table = self._number = 0
        self._is_head = False
        self._above = ""

    @property
    def closed(self) -> bool:
        return self._bars == 0

    def goes_on_with(self, line: str, *, above_full: bool) -> bool:
        if self.closed:
            return False
        number = self._number_of(line)
        if self._is_head:
            return above_full and "|" in line and number != 1
        missing = self._bars_of_table - self._bars
        if missing <= 0:
            return False
        # Rows may lack the cells that merged ones cover; a figure may look like a row's number.
        if number == self._number + 1 and missing <= _MOST_LACKING and self._at_bar:
            return False
        # After the last row comes text.
        ended = self._at_bar and "|" not in line
        return not ended or (missing > 1 and not STARTS_PARAGRAPH.match(line))

    @property
    def _at_bar(self) -> bool:
        return self._above.endswith("|")

    def take(self, line: str, *, begins: bool) -> None:
        bars = line.count("|")
        if not begins:
            self._bars += bars if self._bars else 0
        else:
            self._is_head = bool(bars) and self._bars == 0
            self._bars = bars
            self._number = self._number_of(line) or (self._number if bars else 0)
        if self._is_head or not self._bars:
            self._bars_of_table = self._bars
        self._above = line

    @staticmethod
    def _number_of(line: str) -> int | None:
        match = _NUMBERED_ROW.match(line)
        return int(match.group(1)) if match else None

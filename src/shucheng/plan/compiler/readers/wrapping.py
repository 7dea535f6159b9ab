"""Which physical lines belong to one paragraph, where a text was wrapped at a fixed width."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shucheng.plan.compiler.document import Span

# Wide enough for a page of text, narrow enough that a long paragraph never counts as a line.
_MIN_WIDTH, _MAX_WIDTH = 24, 200
# A line may end early by so many columns: no mark such as ， may begin the next one.
_SLACK = 5
_MIN_TORN_LINES = 4
_MIN_FULL_SHARE = 0.15
# Where every line is indented, or hardly any, the indent does not tell a paragraph's start.
_INDENTED_SHARES = (0.05, 0.7)

_INDENT = re.compile(r"\u3000|[ \u00a0]{2}|\t")
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
_STARTS_ROW = re.compile(r"\s*(?:\d{1,3}\s*\||[│┃┌├└┏┣┗])")
SENTENCE_END = tuple("。！？；：）!?;:)")


@dataclass(frozen=True, slots=True)
class Wrapping:
    """Where lines were broken, in columns or characters; whether indents begin paragraphs."""

    width: int
    measure: Callable[[str], int]
    indented: bool

    def is_full(self, line: str) -> bool:
        return self.width - _SLACK <= self.measure(line) <= self.width


def display_width(text: str) -> int:
    return len(text) + sum(unicodedata.east_asian_width(char) in "WFA" for char in text)


def wrapping_of(text: str, lines: Sequence[Span]) -> Wrapping | None:
    """How the text was wrapped; None where a paragraph is a line."""
    # One paragraph too long for a line settles it, before anything is measured.
    if any(end - start > _MAX_WIDTH for start, end in lines):
        return None
    shown = [line.rstrip() for line in (text[start:end] for start, end in lines) if line.strip()]
    least, most = _INDENTED_SHARES
    share = sum(bool(_INDENT.match(line)) for line in shown) / max(1, len(shown))
    found = []
    for measure in (display_width, len):
        width = max(map(measure, shown), default=0)
        wrapping = Wrapping(width, measure, least <= share <= most)
        full = [line for line in shown if wrapping.is_full(line)]
        torn = sum(not line.endswith(SENTENCE_END) for line in full)
        if _MIN_WIDTH <= width <= _MAX_WIDTH and torn >= _MIN_TORN_LINES:
            found.append((len(full), wrapping))
    if not found:
        return None
    most_full, wrapping = max(found, key=lambda one: one[0])
    return wrapping if most_full >= _MIN_FULL_SHARE * len(shown) else None


def paragraphs(text: str, lines: Sequence[Span], wrapping: Wrapping | None) -> list[Span]:
    """Spans of paragraphs and table rows from spans of physical lines (blank ones among them)."""
    if wrapping is None:
        shown = (line for line in lines if text[slice(*line)].strip())
        return [line for line in shown if not _PAGE_MARK.fullmatch(text, *line)]
    joined: list[Span] = []
    above_full = full_before_blank = after_mark = False
    bars = bars_of_table = 0
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
        row_open = 0 < bars < bars_of_table
        if above_full and not _begins(line, wrapping, row_open=row_open):
            joined[-1] = (joined[-1][0], end)
            bars += line.count("|")
        else:
            joined.append((start, end))
            bars = line.count("|")
            # The first row says how many cells the table has; running text ends the table.
            bars_of_table = (bars_of_table or bars) if bars else 0
        above_full = wrapping.is_full(line)
        full_before_blank = after_mark = False
    return joined


def _begins(line: str, wrapping: Wrapping, *, row_open: bool) -> bool:
    """Whether `line` begins a paragraph or a table row though the line above it is full."""
    if _STARTS_ROW.match(line):
        return True
    if row_open:
        return False
    return bool(STARTS_PARAGRAPH.match(line) or (wrapping.indented and _INDENT.match(line)))

"""Which physical lines belong to one paragraph, where a text was wrapped at a fixed width."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from shucheng.plan.compiler.document import Span

# Wide enough for a page of text, narrow enough that a long paragraph never counts as a line.
_MIN_WIDTH, _MAX_WIDTH = 24, 200
# A line may end early by so many columns: no mark such as ， may begin the next one.
_SLACK = 5
_MIN_TORN_LINES = 5
_MIN_FULL_SHARE = 0.35
# Where every line is indented, or hardly any, the indent does not tell a paragraph's start.
_INDENTED_SHARES = (0.05, 0.7)

_INDENT = re.compile(r"\u3000|[ \u00a0]{2}|\t")
STARTS_PARAGRAPH = re.compile(
    r"\s*(?:[一二三四五六七八九十百]{1,4}[、.．]"
    r"|第[一二三四五六七八九十百]{1,4}[章节条篇]"
    r"|[(（][一二三四五六七八九十百\d]{1,4}[)）]"
    r"|\d{1,2}(?:[、．]|\.(?!\d)|\.(?=20\d\d年))"
    r"|[-*•·●]\s|——|#{1,6}\s|>\s|```"
    r"|附[件表]\s*[\d一二三四五六七八九十]*\s*[:：]?\s*(?:\Z|[\d《]))"
)
_STARTS_ROW = re.compile(r"\s*(?:\d{1,3}\s*\||[│┃┌├└┏┣┗])")
_SENTENCE_END = tuple("。！？；：!?;:")


@dataclass(frozen=True, slots=True)
class Wrapping:
    """The column at which lines were broken, and whether an indent begins a paragraph."""

    width: int
    indented: bool


def display_width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)


def wrapping_of(text: str, lines: Sequence[Span]) -> Wrapping | None:
    """How the text was wrapped; None where a paragraph is a line."""
    # One paragraph too long for a line settles it, before anything is measured.
    if any(end - start > _MAX_WIDTH for start, end in lines):
        return None
    shown = [line.rstrip() for line in (text[start:end] for start, end in lines) if line.strip()]
    widths = [display_width(line) for line in shown]
    width = max(widths, default=0)
    if not _MIN_WIDTH <= width <= _MAX_WIDTH:
        return None
    full = [line for line, wide in zip(shown, widths, strict=True) if wide >= width - _SLACK]
    torn = sum(not line.endswith(_SENTENCE_END) for line in full)
    if torn < _MIN_TORN_LINES or len(full) < _MIN_FULL_SHARE * len(shown):
        return None
    least, most = _INDENTED_SHARES
    share = sum(bool(_INDENT.match(line)) for line in shown) / len(shown)
    return Wrapping(width, least <= share <= most)


def paragraphs(text: str, lines: Sequence[Span], wrapping: Wrapping | None) -> list[Span]:
    """Spans of paragraphs and table rows from spans of physical lines (blank ones among them)."""
    if wrapping is None:
        return [line for line in lines if text[slice(*line)].strip()]
    joined: list[Span] = []
    above_full = False
    bars = bars_of_table = 0
    for start, end in lines:
        line = text[start:end].rstrip()
        row_open = 0 < bars < bars_of_table
        if line and above_full and not _begins(line, wrapping, row_open=row_open):
            joined[-1] = (joined[-1][0], end)
            bars += line.count("|")
        elif line:
            joined.append((start, end))
            bars = line.count("|")
            # The first row says how many cells the table has; running text ends the table.
            bars_of_table = (bars_of_table or bars) if bars else 0
        above_full = wrapping.width - _SLACK <= display_width(line) <= wrapping.width
    return joined


def _begins(line: str, wrapping: Wrapping, *, row_open: bool) -> bool:
    """Whether `line` begins a paragraph or a table row though the line above it is full."""
    if _STARTS_ROW.match(line):
        return True
    if row_open:
        return False
    return bool(STARTS_PARAGRAPH.match(line) or (wrapping.indented and _INDENT.match(line)))

"""From characters on a page to lines of text."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from shucheng.plan.compiler.readers.pdf_page import Char

# Shares of the font's size: how far a base line may stray, how wide a gap is a blank.
_STRAY, _WIDE_GAP, _BLANK_GAP, _OVERPRINT = 0.4, 0.9, 0.18, 0.15
_CELL_GAP = 1.2
_OPENING, _CLOSING = "“‘《（(〔[【", "，。、；：！？”’》）)〕]】,.;:!?%％"


class Segment(NamedTuple):
    left: float
    right: float
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text.

    `size` is the width of a Chinese character in it, `head` that of what stands at its
    beginning and cannot be parted by a line's end: a number, a word, a sign with its comma.
    `segments` are its parts with wide room between them: the cells of a table without lines.
    """

    text: str
    left: float
    right: float
    y: float
    size: float
    head: float
    segments: tuple[Segment, ...]


def lines_of(chars: Iterable[Char]) -> list[Line]:
    """Lines from top to bottom."""
    rows: list[list[Char]] = []
    for char in sorted(chars, key=lambda char: -char.y):
        if rows and rows[-1][0].y - char.y < _STRAY * max(1.0, _height(char)):
            rows[-1].append(char)
        else:
            rows.append([char])
    lines = (_line(sorted(row, key=lambda char: char.left)) for row in rows)
    return [line for line in lines if line is not None]


def joined(above: str, below: str) -> str:
    """Two lines of one paragraph as one text."""
    if above.endswith("-") and above[-2:-1].isalpha() and below[:1].islower():
        return above[:-1] + below
    latin = above[-1:].isascii() and below[:1].isascii() and below[:1].isalpha()
    return f"{above} {below}" if latin and above[-1:].isalpha() else above + below


def _height(char: Char) -> float:
    return char.top - char.bottom


def _line(row: Sequence[Char]) -> Line | None:
    drawn = [char for char in row if not char.text.isspace()]
    if not drawn:
        return None
    wide = [char.right - char.left for char in drawn if not char.text.isascii()]
    size = max(1.0, median(wide or [_height(char) for char in drawn]))
    pairs = list(pairwise(drawn))
    # Lines are stretched to the margin, so what is wide depends on the line.
    usual = max(0.0, median([_gap(before, char, size) for before, char in pairs] or [0.0]))
    segments: list[Segment] = []
    left, text = drawn[0].left, drawn[0].text
    whole = text
    for before, char in pairs:
        if char.text == before.text and char.left - before.left < _OVERPRINT * size:
            continue
        gap = _gap(before, char, size) - usual
        blank = " " if gap > _blank_between(before, char) * size else ""
        whole += blank + char.text
        if gap > _CELL_GAP * size:
            segments.append(Segment(left, before.right, text))
            left, text = char.left, char.text
        else:
            text += blank + char.text
    right = max(char.right for char in drawn)
    segments.append(Segment(left, right, text))
    base = Counter(round(char.y, 1) for char in drawn).most_common(1)[0][0]
    return Line(whole, drawn[0].left, right, base, size, _head(drawn), tuple(segments))


def _gap(before: Char, char: Char, size: float) -> float:
    """The free room between two characters; a Chinese one takes a full square."""
    if _are_chinese(before, char):
        return char.x - before.x - size
    return char.left - before.right


def _blank_between(before: Char, char: Char) -> float:
    """From which gap on a blank stands there: the page sets numbers off from Chinese itself."""
    both_latin = before.text.isascii() and char.text.isascii()
    return _BLANK_GAP if both_latin or _are_chinese(before, char) else _WIDE_GAP


def _are_chinese(*chars: Char) -> bool:
    return all("\u4e00" <= char.text <= "\u9fff" for char in chars)


def _head(drawn: Sequence[Char]) -> float:
    end = 1
    while end < len(drawn) and (
        drawn[end].text in _CLOSING
        or drawn[end - 1].text in _OPENING
        or (drawn[end].text.isascii() and drawn[end - 1].text.isascii())
    ):
        end += 1
    return drawn[end - 1].right - drawn[0].left

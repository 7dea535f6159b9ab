"""Folding text to one spelling, and cutting it into sentences and clauses.

The grammar reads folded text: ASCII digits, letters, brackets and dashes, full-width commas,
no white space. Every folded character knows where it came from, so a span found in folded
text is a span of the document.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shucheng.plan.compiler.document import Span
from shucheng.plan.compiler.language.folding import fold

_THOUSANDS: Final = re.compile(r"(?<=\d),(?=\d{3}(?:\D|$))")
_OPENERS: Final = {"(": ")", "《": "》", "“": "”"}
_CLOSERS: Final = {close: open_ for open_, close in _OPENERS.items()}
_SENTENCE_END: Final = "。!?;\n"
_CLAUSE_END: Final = "，:"
# 比例达到1:6: no colon that ends anything.
_RATIO: Final = re.compile(r"\d:\d")
# No clause that a person wrote is longer; a longer one is cut, so that time stays linear.
_LONGEST_CLAUSE: Final = 1000


@dataclass(frozen=True, slots=True)
class Folded:
    """A stretch of text in the spelling of the grammar, and where each character stood.

    `printed` is the same text in the document's own spelling, character for character:
    what the grammar finds in `text` is quoted from `printed`.
    """

    text: str
    printed: str
    offsets: Sequence[int]

    @classmethod
    def of(cls, text: str, start: int = 0) -> "Folded":
        """Fold `text`, whose first character stands at `start` of the document."""
        chars: list[str] = []
        printed: list[str] = []
        offsets: list[int] = []
        spelled = fold(text)
        straight_quotes = 0
        for position, char in enumerate(spelled):
            kept = char
            if char.isspace():
                if not _between_words(spelled, position):
                    continue
                kept = " "
            elif char == '"':
                kept = "”" if straight_quotes % 2 else "“"
                straight_quotes += 1
            chars.append(kept)
            printed.append(" " if kept == " " else text[position])
            offsets.append(start + position)
        joined = "".join(chars)
        thousands = {match.start() for match in _THOUSANDS.finditer(joined)}
        commas = [
            "，" if char == "," and position not in thousands else char
            for position, char in enumerate(joined)
        ]
        return cls("".join(commas), "".join(printed), offsets)

    def source(self, span: Span) -> Span:
        """The span in the source of a (non-empty) span of the folded text."""
        return self.offsets[span[0]], self.offsets[span[1] - 1] + 1


def _between_words(text: str, position: int) -> bool:
    """White space is kept only as one blank between two Latin words (`AI Agent`)."""
    return bool(_BETWEEN_WORDS.match(text[max(position - 1, 0) : position + 2]))


_BETWEEN_WORDS: Final = re.compile(r"[A-Za-z]\s[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch between commas or colons, its edges without the punctuation."""

    span: Span
    # Brackets inside the clause: spans of their content, outermost only.
    brackets: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A stretch up to a full stop, and its clauses."""

    span: Span
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """Sentences of a folded text; `names` and `asides` mark what stands in quotes and brackets."""

    sentences: tuple[Sentence, ...]
    names: bytes
    asides: bytes


def lay_out(text: str) -> Layout:
    """Cut folded text into sentences and clauses in one pass.

    A comma inside quotes or brackets does not cut; a full stop does, and closes what was
    left open, so that one missing bracket harms one sentence only.
    """
    names, asides = bytearray(len(text)), bytearray(len(text))
    sentences: list[Sentence] = []
    start = 0
    for match in re.finditer(f"[^{_SENTENCE_END}]*[{_SENTENCE_END}]?", text):
        start, end = match.span()
        if end > start:
            stop = end - 1 if text[end - 1] in _SENTENCE_END else end
            pairs = _pairs(text, start, stop)
            for opener, (a, b) in pairs:
                mask = asides if opener == "(" else names
                mask[a:b] = b"\x01" * (b - a)
            groups = _outermost(pairs)
            outer = [group for opener, group in groups if opener == "("]
            sentences.append(Sentence((start, stop), _clauses(text, start, stop, groups, outer)))
    return Layout(tuple(sentences), bytes(names), bytes(asides))


def _pairs(text: str, start: int, stop: int) -> list[tuple[str, Span]]:
    """Closed pairs of quotes and brackets, inner ones first: (opener, span of the content)."""
    found: list[tuple[str, Span]] = []
    opened: list[tuple[str, int]] = []
    for position in range(start, stop):
        char = text[position]
        if char in _OPENERS:
            opened.append((char, position))
        elif char in _CLOSERS:
            # A quote closed over an open bracket: the bracket was a slip. An item number
            # such as `1)` closes nothing.
            while opened and opened[-1][0] != _CLOSERS[char] and char != ")":
                opened.pop()
            if opened and opened[-1][0] == _CLOSERS[char]:
                opener, at = opened.pop()
                found.append((opener, (at + 1, position)))
    return found


def _outermost(pairs: list[tuple[str, Span]]) -> list[tuple[str, Span]]:
    kept: list[tuple[str, Span]] = []
    for opener, (a, b) in pairs:
        while kept and kept[-1][1][0] > a:
            kept.pop()
        kept.append((opener, (a, b)))
    return kept


def _clauses(
    text: str, start: int, stop: int, groups: list[tuple[str, Span]], brackets: list[Span]
) -> tuple[Clause, ...]:
    covered = {position for _, (a, b) in groups for position in range(a, b)}
    cuts, last = [], start
    for position in range(start, stop):
        ends = text[position] in _CLAUSE_END and position not in covered
        ends = ends and not _RATIO.match(text[position - 1 : position + 2])
        if ends or position - last >= _LONGEST_CLAUSE:
            cuts.append(position)
            last = position
    clauses = []
    pending = 0
    for a, b in zip([start, *(cut + 1 for cut in cuts)], [*cuts, stop], strict=True):
        inside = []
        while pending < len(brackets) and brackets[pending][1] <= b:
            inside.append(brackets[pending])
            pending += 1
        if b > a:
            clauses.append(Clause((a, b), tuple(inside)))
    return tuple(clauses)

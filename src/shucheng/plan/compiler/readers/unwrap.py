"""A wrapped text without its line breaks, for a reader that matches sentences.

A plain-text plan may be wrapped at a fixed width: the paragraph's span then holds line breaks,
inside words and numbers too. `unwrapped` gives the same document with every paragraph on one
line, and leads spans found there back to the file.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, TypeVar

from shucheng.plan.compiler.document import Block, Document, Span
from shucheng.plan.compiler.readers.wrapping import PAGE_NUMBER

_LINE_END = r"[\r\n\v\f\x85\u2028\u2029]"
_BREAK = re.compile(rf"{_LINE_END}\s*+(?:{PAGE_NUMBER}[ \t]*{_LINE_END}\s*+)?")
_BLANKS = " \t\u00a0\u3000"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """`document` on unbroken lines; `cuts` are offsets in it after which `shifts` were removed."""

    document: Document
    cuts: tuple[int, ...] = ()
    shifts: tuple[int, ...] = ()

    def source(self, span: Span) -> Span:
        """Where a span of the unbroken text stands in the file."""
        start, end = span
        if not self.cuts:
            return span
        first = self._source(start)
        return (first, self._source(end - 1) + 1) if end > start else (first, first)

    def _source(self, at: int) -> int:
        index = bisect_right(self.cuts, at)
        return at + (self.shifts[index - 1] if index else 0)

    def restore(self, found: T, original: Document) -> T:
        """`found` (any tree of dataclasses and tuples) with every span and quote of the file."""
        if not self.cuts:
            return found
        restored: T = self._restore(found, original)
        return restored

    def _restore(self, value: Any, original: Document) -> Any:
        if isinstance(value, tuple):
            return tuple(self._restore(item, original) for item in value)
        if not is_dataclass(value) or isinstance(value, type):
            return value
        changes: dict[str, Any] = {}
        for field in fields(value):
            held = getattr(value, field.name)
            if field.name == "span":
                changes["span"] = self.source(held)
            elif field.name == "spans":
                changes["spans"] = tuple(self.source(span) for span in held)
            elif isinstance(held, tuple):
                changes[field.name] = self._restore(held, original)
        if "span" in changes and hasattr(value, "quote"):
            changes["quote"] = original.slice(changes["span"])
        return replace(value, **changes)


def unwrapped(document: Document) -> Unwrapped:
    """The document with every paragraph and table cell on one line; itself where all are."""
    text = document.text
    pieces: list[str] = []
    cuts: list[int] = []
    shifts: list[int] = []
    taken = written = removed = 0
    for span, in_table in _unbroken_spans(document):
        for match in _BREAK.finditer(text, *span):
            start, end = match.span()
            while text[start - 1] in _BLANKS:
                start -= 1
            # In a cell a blank beside the break parts two names; elsewhere it means nothing.
            blank = in_table and any(char in _BLANKS for char in text[start:end])
            kept = blank or _are_words(text[start - 1], text[end])
            joint = " " if kept else ""
            pieces += (text[taken:start], joint)
            written += start - taken + len(joint)
            taken = end
            removed += end - start - len(joint)
            cuts.append(written)
            shifts.append(removed)
    if not cuts:
        return Unwrapped(document)
    pieces.append(text[taken:])
    sources = [cut + shift for cut, shift in zip(cuts, shifts, strict=True)]

    def move(span: Span) -> Span:
        start, end = (bisect_right(sources, at) for at in span)
        return (
            span[0] - (shifts[start - 1] if start else 0),
            span[1] - (shifts[end - 1] if end else 0),
        )

    blocks = tuple(_moved(block, move) for block in document.blocks)
    flat = Document("".join(pieces), blocks, document.name, document.format)
    return Unwrapped(flat, tuple(cuts), tuple(shifts))


def _unbroken_spans(document: Document) -> Iterator[tuple[Span, bool]]:
    """What should stand on one line: paragraphs, headings and cells, in reading order."""
    for block in document.blocks:
        if block.kind != "table":
            yield block.span, False
        else:
            yield from ((cell.span, True) for row in block.rows for cell in row if not cell.covered)


def _are_words(before: str, after: str) -> bool:
    """Whether a break between two letters parts words; one within capitals tears a name."""
    letters = before.isascii() and before.isalpha() and after.isascii() and after.isalpha()
    return letters and not (before.isupper() and after.isupper())


def _moved(block: Block, move: Callable[[Span], Span]) -> Block:
    rows = tuple(tuple(replace(cell, span=move(cell.span)) for cell in row) for row in block.rows)
    return replace(block, span=move(block.span), rows=rows)

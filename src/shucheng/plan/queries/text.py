"""The plan's own words around a place in its text."""

from dataclasses import dataclass

_ENDS = "。；;\n"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A quote inside its sentence: what stands before it, the words, what follows."""

    before: str
    quote: str
    after: str


def sentence_around(text: str, start: int, end: int, reach: int = 160) -> Sentence:
    """The sentence (or the two) that hold `text[start:end]`, never more than `reach` beyond it."""
    left = max(text.rfind(mark, 0, start) for mark in _ENDS) + 1
    closing = [found for mark in _ENDS if (found := text.find(mark, max(end - 1, start))) >= 0]
    right = min(closing, default=len(text) - 1) + 1
    left, right = max(left, start - reach), min(max(right, end), end + reach)
    return Sentence(text[left:start].lstrip(), text[start:end], text[end:right].rstrip())

"""A folded passage with what several readers ask of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from shucheng.plan.compiler.document import Span
from shucheng.plan.compiler.language.comparators import COMPARATORS
from shucheng.plan.compiler.targets import words
from shucheng.plan.compiler.targets.layout import Folded

# How far before a number the words that compare it can stand.
WINDOW: Final = 16
# 新建|及|改扩建
BUILDING: Final = re.compile(f"{words.ADVERB}*{words.BUILD}(?:[、及和与或]{words.BUILD})*")
INNER_BUILDING: Final = re.compile(f"{words.ADVERB}*{words.INNER_BUILD}")
_SCOPE_ONLY: Final = re.compile(f"{words.BUILD}?(?:{words.SCOPE.pattern})?")
_YEAR: Final = re.compile(r"\d{4}|五")
_COMPARED: Final = re.compile(f"(?:{'|'.join(COMPARATORS.values())})$")


@dataclass(frozen=True, slots=True)
class FoldedPassage:
    """A folded passage, what of it stands in names, and where its marks of time end."""

    folded: Folded
    names: bytes
    # Start of a mark of time -> its end.
    times: Mapping[int, int]

    @property
    def text(self) -> str:
        return self.folded.text

    def source(self, span: Span) -> Span:
        """The span in the document of a (non-empty) span of the passage."""
        return self.folded.source(span)

    def slice(self, span: Span) -> str:
        return self.folded.text[span[0] : span[1]]

    def print(self, span: Span) -> str:
        """The words of a span as the document spells them."""
        return self.folded.printed[span[0] : span[1]]

    def words_of(self, span: Span) -> str:
        """The printed words of a span, without a year said in their midst."""
        start, end = span
        kept, position = [], start
        for at in range(start + 1, end):
            to = self.times.get(at, end + 1)
            if at >= position and to <= end and _YEAR.search(self.text, at, to):
                kept.append(self.print((position, at)))
                position = to
        return "".join([*kept, self.print((position, end))])

    def time_in(self, span: Span) -> Span | None:
        """The first time said inside a span, if any."""
        start, end = span
        for at in range(start + 1, end):
            if self.times.get(at, end + 1) <= end:
                return at, self.times[at]
        return None

    def before(self, position: int, start: int = 0, *, width: int = WINDOW) -> str:
        """The few characters before a position, none from before `start`."""
        return self.text[max(start, position - width) : position]

    def compares_before(self, position: int) -> bool:
        """A comparator, or the joiner of a list of figures, stands right before."""
        before = self.before(position)
        return before[-1:] in tuple("、和及与") or _COMPARED.search(before) is not None

    def starts_with_verb(self, position: int) -> bool:
        return BUILDING.match(self.text, position) is not None

    def verb_in(self, span: Span) -> int:
        """Where the first verb inside a noun phrase begins, its end where there is none."""
        found = INNER_BUILDING.search(self.text, span[0] + 1, span[1])
        return found.start() if found else span[1]

    def is_scope_only(self, span: Span) -> bool:
        """Nothing but a verb and the place the plan speaks for: 覆盖全市|80%以上的行政村."""
        return _SCOPE_ONLY.fullmatch(self.text, span[0], span[1]) is not None

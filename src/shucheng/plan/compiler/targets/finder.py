"""Finding the quantified targets of a plan's running text.

Passage by passage: fold the text, cut it into sentences and clauses, carry the year along,
read each clause, and keep what is a promise.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from shucheng.plan.compiler.document import Span
from shucheng.plan.compiler.language.patterns import alternation
from shucheng.plan.compiler.model import Period, Qualitative, Target
from shucheng.plan.compiler.targets import words
from shucheng.plan.compiler.targets.clause import Item, read_clause
from shucheng.plan.compiler.targets.elision import Said
from shucheng.plan.compiler.targets.folded_passage import Page
from shucheng.plan.compiler.targets.layout import Clause, Folded, Layout, lay_out
from shucheng.plan.compiler.targets.meaning import (
    LATENCY_CIRCLE,
    comparator_of,
    draws_circle,
    kind_of,
)
from shucheng.plan.compiler.targets.passages import Passage
from shucheng.plan.compiler.targets.promises import RANKED, Standing, promises
from shucheng.plan.compiler.targets.qualitative import find_qualitative
from shucheng.plan.compiler.targets.quantities import Quantity, quantities, ranks
from shucheng.plan.compiler.targets.subjects import (
    complete,
    head_of_twin,
    lean_on_label,
    lean_on_topic,
)
from shucheng.plan.compiler.targets.years import Calendar, Mark, Scope, marks

# A chapter that tells what has been done: its figures are facts until a promise says otherwise.
_BACKGROUND: Final = re.compile(
    alternation(
        """发展基础 现实基础 工作基础 基础条件 基础和形势 基础与形势 现状 发展成效 工作成效 主要成效
        建设成效 成就 回顾 发展背景 面临形势"""
    )
)
_QUOTED_CIRCLE: Final = re.compile(rf"“[^“”]{{1,60}}”(?={LATENCY_CIRCLE.pattern})")
# How many characters back a subject may owe its words to.
_MEMORY: Final = 200
_LOOKS_AHEAD: Final = re.compile("目标|要求|思路|任务|举措|工程|行动|展望")


def find_targets(
    text: str,
    passages: Sequence[Passage],
    period: Period | None,
    titles: Mapping[str, str] | None = None,
) -> tuple[list[Target], list[Qualitative]]:
    """Every quantified target of the passages, and the promises without a number.

    `titles` maps a section id to its title; a chapter on what has been achieved so far is
    known by its title.
    """
    targets: list[Target] = []
    qualitative: list[Qualitative] = []
    calendar = Calendar.of(period, text)
    # The year a section's introduction states holds for its paragraphs and its subsections.
    carried: dict[str, Scope] = {}
    for passage in passages:
        reader = _PassageReader.of(text, passage, period, calendar)
        reader.background = _is_background(passage.section, titles or {})
        scope = carried.get(passage.section) or _from_above(passage.section, carried)
        if reader.background:
            scope = replace(scope, past=True)
        carried[passage.section] = reader.read(scope.next_sentence(), targets, qualitative)
    return targets, qualitative


def _from_above(section: str, carried: Mapping[str, Scope]) -> Scope:
    while "." in section:
        section = section.rpartition(".")[0]
        if section in carried:
            return replace(carried[section], past=False)
    return Scope()


def _without_circles(text: str, names: bytes) -> bytes:
    """The quotes of a text without those that hold figures: “市内1毫秒、省内3毫秒”时延圈."""
    kept = bytearray(names)
    for match in _QUOTED_CIRCLE.finditer(text):
        kept[match.start() : match.end()] = bytes(match.end() - match.start())
    return bytes(kept)


def _is_background(section: str, titles: Mapping[str, str]) -> bool:
    parts = section.split(".")
    path = [titles.get(".".join(parts[: depth + 1]), "") for depth in range(len(parts))]
    return any(_BACKGROUND.search(title) and not _LOOKS_AHEAD.search(title) for title in path)


@dataclass(frozen=True, slots=True)
class _Previous:
    """What the next figure of the sentence may lean on."""

    subject: str = ""
    verb: str = ""
    accumulates: bool = False
    comparators: frozenset[str] = frozenset()
    # The clause of the last target of this sentence.
    clause: Clause | None = None
    # The subjects of the last list of figures: 甲、乙分别突破…, 年均分别增长….
    listed: tuple[str, ...] = ()
    # ... and those of the list before, while its figures are still being read.
    lent: tuple[str, ...] = ()


@dataclass(slots=True)
class _PassageReader:
    text: str
    passage: Passage
    period: Period | None
    calendar: Calendar
    page: Page
    layout: Layout
    marks: Sequence[Mark]
    previous: _Previous = field(default_factory=_Previous)
    # The words before the colon that the clause stands after: 脑机接口:开展….
    label: str = ""
    # The clause before this one, where it holds no figure.
    said: Said = field(default_factory=Said)
    # The section tells what has been done.
    background: bool = False

    @classmethod
    def of(
        cls, text: str, passage: Passage, period: Period | None, calendar: Calendar
    ) -> "_PassageReader":
        start, end = passage.span
        folded = Folded.of(text[start:end], start)
        layout = lay_out(folded.text)
        if passage.work_year:
            calendar = replace(calendar, work_year=passage.work_year)
        found = marks(folded.text, calendar, layout.names)
        layout = replace(layout, names=_without_circles(folded.text, layout.names))
        page = Page(folded, layout.names, {mark.span[0]: mark.span[1] for mark in found})
        return cls(text, passage, period, calendar, page, layout, found)

    def read(self, scope: Scope, targets: list[Target], qualitative: list[Qualitative]) -> Scope:
        """Add what the passage holds; what its last sentence leaves in force is returned."""
        if self.calendar.work_year:
            scope = Scope(self.calendar.work_year, "inherited")
        seen = 0
        for sentence in self.layout.sentences:
            if scope.past and not self.background and self._orders(sentence.span):
                scope = replace(scope, past=False)
            self.previous = _Previous(subject=self.previous.subject)
            self.label, self.said = "", Said()
            for clause in sentence.clauses:
                items = list(self._items(clause))
                for item in items:
                    scope, seen = self._pass_marks(scope, seen, item.until or item.quantity.span[0])
                    target = self._target(item, scope, clause, len(targets) + 1)
                    if target is not None:
                        targets.append(target)
                scope, seen = self._pass_marks(scope, seen, clause.span[1])
                qualitative.extend(self._qualitative(clause, scope))
                self.said = Said() if items else Said.by(self.page.print(clause.span))
                ended = self.page.text[clause.span[1] : clause.span[1] + 1]
                self.label = self.page.print(clause.span) if ended == ":" else ""
            if self.page.text[sentence.span[1] : sentence.span[1] + 1] == ";":
                scope = replace(scope, each_year=False, years=())
            else:
                scope = scope.next_sentence()
        return scope

    def _orders(self, sentence: Span) -> bool:
        """The sentence opens with what is to be done, whatever year was spoken of before."""
        return words.ORDER.match(self.page.text, *sentence) is not None

    def _pass_marks(self, scope: Scope, seen: int, position: int) -> tuple[Scope, int]:
        """The scope after every mark of time before a position."""
        while seen < len(self.marks) and self.marks[seen].span[0] < position:
            scope = scope.after(self.marks[seen])
            seen += 1
        return scope, seen

    def _items(self, clause: Clause) -> Iterator[Item]:
        """Figures of the clause, then of its brackets (其中国家级10家)."""
        asides = self.layout.asides
        yield from self._items_in(
            clause.span, [q for q in self._figures(clause.span) if not asides[q.span[0]]]
        )
        for bracket in clause.brackets:
            yield from self._items_in(bracket, self._figures(bracket))

    def _items_in(self, span: Span, figures: Sequence[Quantity]) -> list[Item]:
        return read_clause(self.page, span, figures) if figures else []

    def _figures(self, span: Span) -> list[Quantity]:
        text, names = self.page.text, self.layout.names
        found = [
            quantity
            for quantity in quantities(text, span[0], span[1], names)
            if quantity.dimension != "none" or self._may_be_bare(quantity)
        ]
        found.extend(ranks(text, span[0], span[1], names))
        return sorted(found, key=lambda quantity: quantity.span)

    def _may_be_bare(self, quantity: Quantity) -> bool:
        """An index has no unit: a comparator stands before it and nothing after it."""
        start, end = quantity.span
        after = self.page.text[end : end + 1]
        return (not after or after in "，、;。:)\n和与及") and self.page.compares_before(start)

    def _target(self, item: Item, scope: Scope, clause: Clause, number: int) -> Target | None:
        item, verb, accumulates = self._with_shared_words(item, clause)
        subject = self._subject(item, clause)
        one_year = self.calendar.work_year is not None
        in_list = self.previous.clause is not None
        standing = Standing(scope, clause, verb, subject, one_year, in_list)
        if not promises(self.page, item, standing):
            return None
        # A share (占…比重) leans on the thing it is a share of, and so may the figure after it.
        base = self.previous.subject if item.subject.startswith("占") else subject
        previous = self.previous
        listed = (*previous.listed, subject) if item.position else (subject,)
        lent = previous.lent if item.position else previous.listed
        self.previous = _Previous(
            base, verb, accumulates, item.left.comparators, clause, listed, lent
        )
        kind = kind_of(self.page, item, scope, verb, accumulates=accumulates, one_year=one_year)
        year, basis, period = scope.year, scope.basis, None
        if item.listed > 1 and len(scope.years) == item.listed:
            year = scope.years[item.position]
        if kind == "annual" and scope.each_year and not one_year:
            year, basis = None, ""
            period = (self.period.start, self.period.end) if self.period else None
        undated = year is None and kind != "annual" and self.period is not None
        span = self.page.folded.source(item.span)
        quantity = item.quantity
        return Target(
            id=f"t{number}",
            subject=subject,
            comparator=comparator_of(item, circle=draws_circle(self.page, item)),
            value=_plain(quantity.value),
            value_max=None if quantity.value_max is None else _plain(quantity.value_max),
            unit=self.page.print(quantity.unit_span) or quantity.unit,
            year=year,
            kind=kind,
            section=self.passage.section,
            quote=self.text[span[0] : span[1]],
            span=span,
            year_basis=basis if year is not None else "",
            implied_year=self.period.end if undated and self.period else None,
            period=period,
        )

    def _with_shared_words(self, item: Item, clause: Clause) -> tuple[Item, str, bool]:
        """The item with what its list says once: verb, 累计, comparator."""
        left, previous = item.left, self.previous
        before = self.page.slice((item.span[0], item.quantity.span[0]))
        if item.number_first and before.endswith("突破"):
            # 突破100项技术: a verb, not a comparator.
            left = replace(left, comparators=left.comparators - {"above"}, verb="build")
            return replace(item, left=left), "build", left.accumulates
        opens_bare = not item.number_first or left.core[0] == left.core[1]
        shares = not left.verb and not left.compared and opens_bare
        aims = words.AIM.search(self.page.text, left.begin, left.core[0]) is not None
        if aims and not left.verb and not left.compared and item.quantity.dimension == "count":
            left = replace(left, verb="build")  # 争取频率资源3组
        verb = left.verb or (previous.verb if shares or before.startswith("其中") else "")
        plain = self.page.slice((left.begin, left.core[0])) in ("", "其中")
        accumulates = left.accumulates or (shares and plain and previous.accumulates)
        unlimited = not item.quantity.limit and item.quantity.value_max is None
        same = plain and previous.clause == clause
        if shares and unlimited and not item.number_first and same:
            # 百亿级企业达到20家、千亿级3家
            item = replace(item, left=replace(left, comparators=previous.comparators))
        return item, verb, accumulates

    def _subject(self, item: Item, clause: Clause) -> str:
        page, subject = self.page, item.subject
        if item.quantity.dimension == "rank":
            ranked = page.print((item.left.core[0], item.quantity.span[0]))
            subject = RANKED.sub("", ranked).rstrip("在")
        lent = self.previous.lent if item.position else self.previous.listed
        if not subject and item.listed == len(lent) > 1:
            subject = lent[item.position]
        subject = subject or self.said.measured_by(item.quantity.unit)
        owner = self.said.owner_of(subject, self.previous.subject if self.previous.clause else "")
        subject = owner + subject if owner and owner in self._heard(item.span[0]) else subject
        if self.previous.clause == clause:
            subject = head_of_twin(subject, self.previous.subject) + subject
        subject = complete(subject, self.previous.subject)
        if draws_circle(page, item) and not subject.endswith(("时延", "圈")):
            circle = LATENCY_CIRCLE.search(page.text, item.quantity.span[1], clause.span[1])
            subject += page.print(circle.span()) if circle else ""
            subject = subject.lstrip('“「『"')
        subject = lean_on_label(subject, self.label)
        return lean_on_topic(subject, self._title(item.span[0]))

    def _heard(self, before: int) -> str:
        """The last words of this sentence before a position."""
        return self.page.print((max(0, before - _MEMORY), before)).rpartition("。")[2]

    def _title(self, before: int) -> str:
        """The first sentence of a numbered paragraph, where it reads like a title."""
        start, end = self.layout.sentences[0].span
        return self.page.print((start, end)) if end - start <= 30 and end <= before else ""

    def _qualitative(self, clause: Clause, scope: Scope) -> Iterator[Qualitative]:
        if scope.past or scope.reported:
            return
        for found in find_qualitative(self.page.text, clause.span):
            span = self.page.folded.source(found)
            yield Qualitative(self.text[span[0] : span[1]], self.passage.section, span)


def _plain(value: float) -> float:
    """A whole number as an int, so that JSON prints 3000 and not 3000.0."""
    return int(value) if value.is_integer() else value

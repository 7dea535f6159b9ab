"""Reading one passage: sentence by sentence, clause by clause, with what each leaves to the next.

A sentence says its year, its verb and often its subject once, and lets the figures after it
lean on them; the reader keeps what may still be leant on.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from shucheng.plan.compiler.document import Span
from shucheng.plan.compiler.model import Period, Qualitative, Target
from shucheng.plan.compiler.structure.passages import Passage
from shucheng.plan.compiler.targets import words
from shucheng.plan.compiler.targets.clause import Item, read_clause
from shucheng.plan.compiler.targets.elision import Said, in_full
from shucheng.plan.compiler.targets.folded_passage import FoldedPassage
from shucheng.plan.compiler.targets.latency_circles import (
    draws_circle,
    name_circle,
    unquote_circles,
)
from shucheng.plan.compiler.targets.layout import Clause, Folded, Layout, lay_out
from shucheng.plan.compiler.targets.meaning import comparator_of, kind_of
from shucheng.plan.compiler.targets.owners import owner_of_change
from shucheng.plan.compiler.targets.promises import RANKED, Standing, promises
from shucheng.plan.compiler.targets.qualitative import find_qualitative
from shucheng.plan.compiler.targets.quantities import Quantity, quantities, ranks, with_shared_units
from shucheng.plan.compiler.targets.subjects import (
    complete,
    head_of_twin,
    index_of_another,
    lean_on_label,
    lean_on_topic,
    rate_of_another,
)
from shucheng.plan.compiler.targets.years import Calendar, Mark, Scope, marks

# How many characters back a subject may owe its words to.
_MEMORY: Final = 200
_RANKED_AMONG: Final = re.compile("(?:在|全国|全省|全市|全球|世界)+$")


@dataclass(frozen=True, slots=True)
class _Previous:
    """What the next figure of the sentence may lean on."""

    subject: str = ""
    # ... as its clause has it, before it was completed.
    printed: str = ""
    verb: str = ""
    accumulates: bool = False
    comparators: frozenset[str] = frozenset()
    growth: bool = False
    unit: str = ""
    # 新增, 新建: the stock is another figure.
    adds: bool = False
    # The last subject of the sentence by the unit that counted it.
    counted: Mapping[str, str] = field(default_factory=dict)
    # The clause of the last target of this sentence.
    clause: Clause | None = None
    # Where a member of a list begins whose member before held a target: …;实际使用外资3亿美元.
    member: int = -1
    # The subjects of the last list of figures: 甲、乙分别突破…, 年均分别增长….
    listed: tuple[str, ...] = ()
    # ... and those of the list before, while its figures are still being read.
    lent: tuple[str, ...] = ()


@dataclass(slots=True)
class PassageReader:
    """Reads one passage; `previous`, `label` and `said` are what later words may lean on."""

    text: str
    section: str
    period: Period | None
    calendar: Calendar
    passage: FoldedPassage
    layout: Layout
    marks: Sequence[Mark]
    previous: _Previous = field(default_factory=_Previous)
    # The words before the last colon of the sentence: 脑机接口:开展….
    label: str = ""
    # The sentence opened with what is to be done, before this clause.
    ordered: bool = False
    # What the clauses of the sentence before this one say.
    said: Said = field(default_factory=Said)

    @classmethod
    def of(
        cls, text: str, passage: Passage, period: Period | None, calendar: Calendar
    ) -> "PassageReader":
        start, end = passage.span
        folded = Folded.of(text[start:end], start)
        layout = lay_out(folded.text)
        if passage.work_year:
            calendar = replace(calendar, work_year=passage.work_year)
        found = marks(folded.text, calendar, layout.names)
        layout = replace(layout, names=unquote_circles(folded.text, layout.names))
        times = {mark.span[0]: mark.span[1] for mark in found}
        readable = FoldedPassage(folded, layout.names, times)
        return cls(text, passage.section, period, calendar, readable, layout, found)

    def read(self, scope: Scope, targets: list[Target], qualitative: list[Qualitative]) -> Scope:
        """Add what the passage holds; what its last sentence leaves in force is returned."""
        if self.calendar.work_year:
            scope = Scope(self.calendar.work_year, "inherited")
        seen = 0
        for sentence in self.layout.sentences:
            if scope.past and self._orders(sentence.span):
                scope = replace(scope, past=False)
            goes_on = self.previous.clause is not None and self._follows_semicolon(sentence.span)
            member = sentence.span[0] if goes_on else -1
            self.previous = _Previous(subject=self.previous.subject, member=member)
            self.label, self.said = "", Said()
            for clause in sentence.clauses:
                ordered = words.DOING.match(self.passage.text, *sentence.span) is not None
                self.ordered = ordered and clause != sentence.clauses[0]
                items = list(self._items(clause))
                for item in items:
                    scope, seen = self._pass_marks(scope, seen, item.until or item.quantity.span[0])
                    target = self._target(item, scope, clause, len(targets) + 1)
                    if target is not None:
                        targets.append(target)
                scope, seen = self._pass_marks(scope, seen, clause.span[1])
                qualitative.extend(self._qualitative(clause, scope))
                words_said = self.passage.print(clause.span)
                self.said = self.said.then(words_said, has_figures=bool(items))
                if self.passage.text[clause.span[1] : clause.span[1] + 1] == ":":
                    self.label = words_said
            if self.passage.text[sentence.span[1] : sentence.span[1] + 1] == ";":
                scope = replace(scope, each_year=False, years=())
            else:
                scope = scope.next_sentence()
        return scope

    def _orders(self, sentence: Span) -> bool:
        """The sentence opens with what is to be done, whatever year was spoken of before."""
        return words.ORDER.match(self.passage.text, *sentence) is not None

    def _follows_semicolon(self, sentence: Span) -> bool:
        return self.passage.text[: sentence[0]].endswith(";")

    def _pass_marks(self, scope: Scope, seen: int, position: int) -> tuple[Scope, int]:
        """The scope after every mark of time before a position."""
        while seen < len(self.marks) and self.marks[seen].span[0] < position:
            scope = scope.after(self.marks[seen])
            seen += 1
        return scope, seen

    def _items(self, clause: Clause) -> Iterator[Item]:
        """Figures of the clause and of its brackets (其中国家级10家), as they stand."""
        asides = self.layout.asides
        found = self._items_in(
            clause.span, [q for q in self._figures(clause.span) if not asides[q.span[0]]]
        )
        for bracket in clause.brackets:
            found += self._items_in(bracket, self._figures(bracket))
        yield from sorted(found, key=lambda item: item.quantity.span)

    def _items_in(self, span: Span, figures: Sequence[Quantity]) -> list[Item]:
        return read_clause(self.passage, span, figures) if figures else []

    def _figures(self, span: Span) -> list[Quantity]:
        text, names = self.passage.text, self.layout.names
        found = [
            quantity
            for quantity in quantities(text, span[0], span[1], names)
            if quantity.dimension != "none" or self._may_be_bare(quantity)
        ]
        found.extend(ranks(text, span[0], span[1], names))
        return with_shared_units(text, sorted(found, key=lambda quantity: quantity.span))

    def _may_be_bare(self, quantity: Quantity) -> bool:
        """An index has no unit: a comparator stands before it and nothing after it."""
        start, end = quantity.span
        after = self.passage.text[end : end + 1]
        return (not after or after in "，、;。:)\n和与及") and self.passage.compares_before(start)

    def _target(self, item: Item, scope: Scope, clause: Clause, number: int) -> Target | None:
        item, verb, accumulates = self._with_shared_words(item, clause)
        subject = self._subject(item, clause)
        one_year = self.calendar.work_year is not None
        in_list = self.previous.clause is not None or clause.span[0] == self.previous.member
        improves = self.said.grows != ""
        standing = Standing(scope, clause, verb, subject, one_year, improves, self.ordered, in_list)
        if not promises(self.passage, item, standing):
            return None
        self._remember(item, clause, subject, verb, accumulates=accumulates)
        kind = kind_of(self.passage, item, scope, verb, accumulates=accumulates, one_year=one_year)
        year, basis = scope.year, scope.basis
        if item.listed > 1 and len(scope.years) == item.listed:
            year = scope.years[item.position]
        period = None
        if kind == "annual" and scope.each_year and not one_year:
            year, basis = None, ""
            period = (self.period.start, self.period.end) if self.period else None
        undated = year is None and kind != "annual" and self.period is not None
        span = self.passage.source(item.span)
        quantity = item.quantity
        return Target(
            id=f"t{number}",
            subject=subject,
            comparator=comparator_of(item, circle=draws_circle(self.passage, item)),
            value=quantity.value,
            value_max=quantity.value_max,
            unit=self.passage.print(quantity.unit_span) or quantity.unit,
            year=year,
            kind=kind,
            section=self.section,
            quote=self.text[span[0] : span[1]],
            span=span,
            year_basis=basis if year is not None else "",
            implied_year=self.period.end if undated and self.period else None,
            period=period,
        )

    def _remember(
        self, item: Item, clause: Clause, subject: str, verb: str, *, accumulates: bool
    ) -> None:
        """Keep of a target what the next figure of the sentence may leave out."""
        previous = self.previous
        self.previous = _Previous(
            # A share (占…比重) leans on the thing it is a share of, and so may the figure after it.
            subject=previous.subject if item.subject.startswith("占") else subject,
            printed=item.subject,
            verb=verb,
            accumulates=accumulates,
            comparators=item.left.comparators,
            growth=item.left.growth,
            unit=item.quantity.unit,
            counted={**previous.counted, item.quantity.unit: subject},
            adds="新" in self.passage.slice((item.left.begin, item.left.core[0])),
            clause=clause,
            listed=(*previous.listed, subject) if item.position else (subject,),
            lent=previous.lent if item.position else previous.listed,
        )

    def _with_shared_words(self, item: Item, clause: Clause) -> tuple[Item, str, bool]:
        """The item with what its list says once: verb, 累计, comparator."""
        left, previous = item.left, self.previous
        before = self.passage.slice((item.span[0], item.quantity.span[0]))
        if item.number_first and before.endswith("突破"):
            # 突破100项技术: a verb, not a comparator.
            left = replace(left, comparators=left.comparators - {"above"}, verb="build")
            return replace(item, left=left), "build", left.accumulates
        bare = left.core[0] == left.core[1] or left.measures_fund
        opens_bare = not item.number_first or bare
        shares = not left.verb and not left.compared and opens_bare
        aims = words.AIM.search(self.passage.text, left.begin, left.core[0]) is not None
        gained = item.quantity.dimension == "count" or item.subject.endswith("资金")
        if aims and not left.verb and not left.compared and gained:
            left = replace(left, verb="build")  # 争取频率资源3组
        verb = left.verb or (previous.verb if shares or before.startswith("其中") else "")
        treated = item.number_first and self.passage.text[clause.span[0]] == "对"
        if self._reaches_more(item) or (treated and not verb):
            verb = "build"
        plain = self.passage.slice((left.begin, left.core[0])) in ("", "其中")
        accumulates = left.accumulates or (shares and plain and previous.accumulates)
        unlimited = not item.quantity.limit and item.quantity.value_max is None
        same = plain and previous.clause == clause
        if shares and unlimited and not item.number_first and same:
            # 百亿级企业达到20家、千亿级3家
            item = replace(item, left=replace(left, comparators=previous.comparators))
        return item, verb, accumulates

    def _reaches_more(self, item: Item) -> bool:
        """2026年集聚企业30家、2027年|达到60家|: more of what is brought about, and none added."""
        previous = self.previous
        left_out = item.left.core[0] == item.left.core[1] and not item.number_first
        alike = item.quantity.unit == previous.unit and item.left.compared and not item.left.growth
        return left_out and alike and previous.verb == "build" and not previous.adds

    def _subject(self, item: Item, clause: Clause) -> str:
        """What the figure measures, with the words that it owes to what stands before it."""
        previous, subject = self.previous, item.subject
        if item.position and subject and subject == previous.printed:
            return previous.subject  # 增加值占比分别达到40%、42%
        if item.quantity.dimension == "rank":
            ranked = self.passage.print((item.left.core[0], item.quantity.span[0]))
            subject = _RANKED_AMONG.sub("", RANKED.sub("", ranked))
        lent = previous.lent if item.position else previous.listed
        if not subject and item.listed == len(lent) > 1:
            subject = lent[item.position]
        subject = subject or self.said.measured_by(item.quantity.unit, item.left.verb)
        if not subject and item.quantity.dimension == "count":
            # 新开工项目80个,完成投资300亿元,竣工|50个: what was counted so before.
            subject = previous.counted.get(item.quantity.unit, "")
        owner = self.said.owner_of(subject, previous.subject if previous.clause else "")
        subject = owner + subject if owner and owner in self._heard(item.span[0]) else subject
        subject = in_full(subject, self.passage.print((0, item.span[0]))[-_MEMORY:])
        subject = self._in_list(subject, item, clause)
        if item.quantity.dimension == "share" and previous.clause is not None:
            subject = rate_of_another(subject, previous.subject)
        if item.quantity.dimension == "none" and previous.clause is not None:
            subject = index_of_another(subject, previous.subject)
        subject = complete(subject, previous.subject, counted=item.number_first)
        if draws_circle(self.passage, item):
            subject = name_circle(self.passage, item, clause.span, subject)
        subject = lean_on_label(subject, self.label)
        subject = lean_on_topic(subject, self.said.made)
        return lean_on_topic(subject, self._title(item.span[0]))

    def _in_list(self, subject: str, item: Item, clause: Clause) -> str:
        """The subject with what the member before it in a list says for both."""
        before = self.previous
        if before.clause != clause:
            return subject
        if before.growth and item.left.growth:
            subject = owner_of_change(subject, before.subject) + subject
        return head_of_twin(subject, before.subject) + subject

    def _heard(self, before: int) -> str:
        """The last words of this sentence before a position."""
        return self.passage.print((max(0, before - _MEMORY), before)).rpartition("。")[2]

    def _title(self, before: int) -> str:
        """The first sentence of a numbered paragraph, where it reads like a title."""
        start, end = self.layout.sentences[0].span
        return self.passage.print((start, end)) if end - start <= 30 and end <= before else ""

    def _qualitative(self, clause: Clause, scope: Scope) -> Iterator[Qualitative]:
        if scope.past or scope.reported:
            return
        for found in find_qualitative(self.passage.text, clause.span):
            span = self.passage.source(found)
            yield Qualitative(self.text[span[0] : span[1]], self.section, span)

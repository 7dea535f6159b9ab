"""Finding the quantified targets of a plan's running text.

Passage by passage: fold the text, cut it into sentences and clauses, carry the year along,
read each clause, and keep what is a promise.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from shucheng.plan.compiler.clauses import Clause, Layout, fold, lay_out
from shucheng.plan.compiler.document import Span
from shucheng.plan.compiler.model import Comparator, Period, Qualitative, Target, TargetKind
from shucheng.plan.compiler.passages import Passage
from shucheng.plan.compiler.targets import words
from shucheng.plan.compiler.targets.qualitative import find_qualitative
from shucheng.plan.compiler.targets.quantities import Quantity, quantities, ranks
from shucheng.plan.compiler.targets.reading import Item, enumerates, read_clause
from shucheng.plan.compiler.targets.scope import Calendar, Mark, Scope, marks
from shucheng.plan.compiler.targets.sides import Page
from shucheng.plan.compiler.targets.subjects import complete, lean_on_topic

# A chapter that tells what has been done: its figures are facts until a promise says otherwise.
_BACKGROUND: Final = re.compile(r"发展基础|现状|发展成效|工作成效|主要成效|成就|回顾|基础和形势|发展背景|建设成效|面临形势|基础与形势|基础条件|现实基础|工作基础")
_LOOKS_AHEAD: Final = re.compile("目标|要求|思路|任务|举措|工程|行动|展望")

# 70%的企业|实现数字化: a share of those who do something is a promise by itself.
_DOES: Final = re.compile("实现|完成|达到|开展|建立|应用|接入|上云|纳入|通过|具备")
_CIRCLE: Final = re.compile("(?:算力|网络|算力网络|算力服务|传输|城市算力网|算网)?(?:低)?时延(?:服务|保障)?圈")
# A rank names who is ranked before the verb: 综合实力进入全国前10.
_RANKED: Final = re.compile(
    r"(?:力争|确保)?(?:排名|位次|综合排名)?(?:进入|跻身|位居|位列|排名|迈入|进位至?|保持|稳居|挺进|居|列|迈进|冲刺|稳定在|进到)(?:在|到)?[^，]{0,12}$"
)


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
    # The year a section's introduction states holds for its paragraphs and its subsections.
    carried: dict[str, Scope] = {}
    calendar = Calendar.of(period, text)
    for passage in passages:
        reader = _PassageReader.of(text, passage, period, calendar, titles or {})
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


@dataclass(slots=True)
class _Previous:
    """What the next figure of the sentence may lean on."""

    subject: str = ""
    verb: str = ""
    accumulates: bool = False
    comparators: frozenset[str] = frozenset()
    clause: Span | None = None


@dataclass(slots=True)
class _PassageReader:
    text: str
    passage: Passage
    period: Period | None
    calendar: Calendar
    page: Page
    layout: Layout
    marks: list[Mark]
    background: bool
    previous: _Previous = field(default_factory=_Previous)

    @classmethod
    def of(
        cls,
        text: str,
        passage: Passage,
        period: Period | None,
        calendar: Calendar,
        titles: Mapping[str, str],
    ) -> "_PassageReader":
        folded = fold(text[passage.span[0] : passage.span[1]], passage.span[0])
        layout = lay_out(folded.text)
        if passage.work_year:
            calendar = replace(calendar, work_year=passage.work_year)
        found = marks(folded.text, calendar, layout.names)
        page = Page(folded, layout.names, {mark.span[0]: mark.span[1] for mark in found})
        parts = passage.section.split(".")
        path = [titles.get(".".join(parts[: i + 1]), "") for i in range(len(parts))]
        background = any(
            _BACKGROUND.search(title) and not _LOOKS_AHEAD.search(title) for title in path
        )
        return cls(text, passage, period, calendar, page, layout, found, background)

    def read(
        self, scope: Scope, targets: list[Target], qualitative: list[Qualitative]
    ) -> Scope:
        if self.calendar.work_year:
            scope = Scope(self.calendar.work_year, "inherited")
        pending = iter([*self.marks, None])
        mark = next(pending)
        for sentence in self.layout.sentences:
            self.previous = _Previous(subject=self.previous.subject)
            for clause in sentence.clauses:
                for piece in self._pieces(clause):
                    items = self._items(clause, piece)
                    for item in items:
                        at = item.quantity.span[0]
                        while mark is not None and mark.span[0] < at:
                            scope = scope.after(mark)
                            mark = next(pending)
                        self._take(item, scope, clause, targets)
                while mark is not None and mark.span[0] < clause.span[1]:
                    scope = scope.after(mark)
                    mark = next(pending)
                qualitative.extend(self._qualitative(clause, scope))
            if self.page.text[sentence.span[1] : sentence.span[1] + 1] == ";":
                scope = replace(scope, each_year=False, years=())
            else:
                scope = scope.next_sentence()
        return scope

    def _pieces(self, clause: Clause) -> Iterator[Span]:
        """The clause, and what stands in its brackets (其中国家级10家)."""
        yield clause.span
        yield from clause.brackets

    def _items(self, clause: Clause, piece: Span) -> list[Item]:
        text, names = self.page.text, self.layout.names
        aside = piece != clause.span
        found = [
            quantity
            for quantity in quantities(text, piece[0], piece[1], names)
            if (aside or not self.layout.asides[quantity.span[0]])
            and (quantity.dimension != "none" or self._may_be_bare(quantity))
        ]
        found.extend(ranks(text, piece[0], piece[1], names))
        found.sort(key=lambda quantity: quantity.span)
        return read_clause(self.page, piece, found) if found else []

    def _take(self, item: Item, scope: Scope, clause: Clause, targets: list[Target]) -> None:
        item = self._as_read(item)
        previous = self.previous
        left = item.left
        shares_verb = not left.verb and not left.compared and (
            not item.number_first or left.core[0] == left.core[1]
        )
        among = self.page.text.startswith("其中", item.span[0])
        verb = left.verb or (previous.verb if shares_verb or among else "")
        bare = not left.compared and not item.quantity.limit and not item.number_first
        if bare and not left.verb and item.quantity.value_max is None and previous.clause == clause.span:
            # 百亿级企业达到20家、千亿级3家: one comparator for the list.
            item = replace(item, left=replace(left, comparators=previous.comparators))
        subject = complete(item.subject, previous.subject)
        if self._latency(item) and not subject.endswith(("时延", "圈")):
            circle = _CIRCLE.search(self.page.text, item.quantity.span[1], clause.span[1])
            subject += self.page.print(circle.span()) if circle else ""
        subject = lean_on_topic(subject, self._title_or_before(item.span[0]))
        if not self._promises(item, scope, clause, verb, subject):
            return
        accumulates = left.accumulates or (previous.accumulates and shares_verb and not left.verb)
        # A share (占…比重) leans on the thing it is a share of, and so may the figure after it.
        base = previous.subject if item.subject.startswith("占") else subject
        self.previous = _Previous(base, verb, accumulates, left.comparators, clause.span)
        targets.append(self._target(item, scope, verb, subject, accumulates, len(targets) + 1))

    def _as_read(self, item: Item) -> Item:
        """突破 in front of a counted noun is a verb (突破100项技术), not a comparator."""
        left = item.left
        before = self.page.text[item.span[0] : item.quantity.span[0]]
        if item.quantity.dimension == "rank":
            ranked = _RANKED.sub("", self.page.print((left.core[0], item.quantity.span[0])))
            return replace(item, subject=ranked.rstrip("在"))
        if item.number_first and before.endswith("突破"):
            left = replace(left, comparators=left.comparators - {"above"}, verb="build")
            return replace(item, left=left)
        return item

    def _title_or_before(self, at: int) -> str:
        first = self.layout.sentences[0].span
        title = self.page.print(first)
        if first[1] - first[0] <= 30 and first[1] <= at:
            return title
        return ""

    # --- Is it a promise? ---------------------------------------------------------------------

    def _promises(
        self, item: Item, scope: Scope, clause: Clause, verb: str, subject: str
    ) -> bool:
        if scope.past or scope.reported or not subject:
            return False
        quantity, left = item.quantity, item.left
        sentence = self.page.text[clause.span[0] : clause.span[1]]
        if words.SUBSIDY.search(sentence) and quantity.dimension in ("money", "share", "amount"):
            return False
        core = self.page.text[left.core[0] : left.core[1]]
        if enumerates(item, core):
            return False
        if quantity.bare_magnitude and not left.comparators - {"equal"}:
            return False
        match quantity.dimension:
            case "none":
                return self._bare_number_promises(item)
            case "rank":
                before = self.page.text[clause.span[0] : quantity.span[0]]
                return _RANKED.search(before) is not None
            case "time":
                return bool(left.comparators - {"equal", "above", "at least"}) or (
                    quantity.limit in ("以内", "之内", "以下") or left.growth
                    or self._latency(item)
                    or (bool(left.comparators) and left.core[1] > left.core[0])
                )
        dated = scope.year is not None and scope.basis in ("stated", "relative")
        promised = bool(verb) or dated or scope.each_year or self.calendar.work_year is not None
        if item.number_first:
            return self._counted_noun_promises(item, verb, subject, sentence, dated or scope.each_year)
        if left.compared or quantity.limit or promised:
            return True
        if self.previous.clause is None:
            return False
        return left.core[1] - left.core[0] >= 2 and (
            not quantity.chinese or quantity.value >= 10 or quantity.unit[:1] in ("万", "亿")
        )

    def _may_be_bare(self, quantity: Quantity) -> bool:
        """An index has no unit: a comparator stands before it and nothing after it."""
        start, end = quantity.span
        after = self.page.text[end : end + 1]
        ended = not after or after in "，、;。:)" or after in "和与及"
        return ended and self.page.compares_before(start)

    def _bare_number_promises(self, item: Item) -> bool:
        if not item.left.comparators:
            return False
        return item.left.core[1] - item.left.core[0] >= 2 or bool(self.previous.subject)

    def _counted_noun_promises(
        self, item: Item, verb: str, subject: str, sentence: str, dated: bool
    ) -> bool:
        quantity = item.quantity
        if words.LISTED_NOUN.search(subject) and not (quantity.limit or item.left.comparators):
            return False
        if words.STRUCTURE_TAIL.search(sentence) and quantity.value <= 12 and not quantity.limit:
            return False
        if quantity.chinese and quantity.value < 10 and not item.left.verb:
            return False
        if item.left.verb or item.left.verb_at_end:
            return True
        if item.left.comparators - {"equal"}:
            return True
        if quantity.dimension == "share" and _DOES.search(subject):
            return True
        core = self.page.text[item.left.core[0] : item.left.core[1]]
        if core.endswith("等"):
            return False
        if words.CIRCUMSTANCE.match(core) or words.CIRCUMSTANCE.match(sentence):
            # 在5个以上行业开展应用; without the limit it only says where (在20个县试点).
            return core.endswith("在") and quantity.limit != "" and _DOES.search(subject) is not None
        return dated or bool(verb) or quantity.limit != ""

    def _latency(self, item: Item) -> bool:
        """城市内1毫秒、区域5毫秒时延圈: a circle is drawn by what it stays within."""
        quantity = item.quantity
        if quantity.dimension != "time" or item.left.compared:
            return False
        return _CIRCLE.search(self.page.text, quantity.span[1], quantity.span[1] + 24) is not None

    # --- Making the target -----------------------------------------------------------------------

    def _target(
        self, item: Item, scope: Scope, verb: str, subject: str, accumulates: bool, number: int
    ) -> Target:
        quantity = item.quantity
        kind = self._kind(item, scope, verb, accumulates)
        year, basis = scope.year, scope.basis
        if item.listed > 1 and len(scope.years) == item.listed:
            year = scope.years[item.position]
        period = None
        if kind == "annual" and not self.calendar.work_year:
            year, basis = None, ""
            period = (self.period.start, self.period.end) if self.period else None
        implied = self.period.end if self.period and year is None and kind != "annual" else None
        unit = self.page.print(quantity.unit_span) if quantity.unit_span[1] else quantity.unit
        span = self.page.folded.source(item.span)
        return Target(
            id=f"t{number}",
            subject=subject,
            comparator=_comparator(item, self._latency(item)),
            value=int(quantity.value) if quantity.value.is_integer() else quantity.value,
            value_max=quantity.value_max,
            unit=unit or quantity.unit,
            year=year,
            kind=kind,
            section=self.passage.section,
            quote=self.text[span[0] : span[1]],
            span=span,
            year_basis=basis if year is not None else "",
            implied_year=implied,
            period=period,
        )

    def _kind(self, item: Item, scope: Scope, verb: str, accumulates: bool) -> TargetKind:
        quantity, left = item.quantity, item.left
        if left.growth or quantity.unit in ("个百分点", "百分点", "番") or words.GROWTH_NOUN.search(item.subject):
            return "growth"
        makes = verb == "build" or (verb == "reach" and quantity.dimension == "count")
        if quantity.dimension == "money" and not left.accumulates:
            before = self.page.text[item.span[0] : quantity.span[0]]
            makes = makes and re.search("设立|成立|组建|形成|实现", before) is None
        if quantity.dimension in ("share", "none", "time", "rank"):
            return "level"
        if scope.each_year:
            return "annual" if makes or not left.compared or quantity.dimension == "count" else "level"
        if accumulates or re.search(r"家\(?次", quantity.unit):
            return "cumulative"
        if makes:
            in_one_year = self.calendar.work_year is not None and scope.basis != "relative"
            return "annual" if in_one_year else "cumulative"
        return "level"

    def _qualitative(self, clause: Clause, scope: Scope) -> Iterator[Qualitative]:
        if scope.past or scope.reported:
            return
        for span in find_qualitative(self.page.text, clause.span):
            source = self.page.folded.source(span)
            yield Qualitative(self.text[source[0] : source[1]], self.passage.section, source)


def _comparator(item: Item, latency: bool) -> Comparator:
    words_seen, limit = item.left.comparators, item.quantity.limit
    if "about" in words_seen or limit in ("左右", "上下"):
        return "~"
    if item.quantity.dimension == "rank":
        return "<="
    if limit in ("以下", "及以下", "或以下", "以内", "之内") or "at most" in words_seen:
        return "<="
    if "below" in words_seen:
        return "<"
    if latency and not words_seen:
        return "<="
    if "above" in words_seen or limit in ("多", "余", "+"):
        return ">"
    if "at least" in words_seen or limit.endswith("以上"):
        return ">="
    return "="

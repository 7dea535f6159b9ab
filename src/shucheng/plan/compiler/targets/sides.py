"""What stands on either side of a figure: verb, subject and comparator before it, noun after."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from shucheng.plan.compiler.clauses import Folded
from shucheng.plan.compiler.document import Span
from shucheng.plan.compiler.targets import words
from shucheng.plan.compiler.targets.quantities import Quantity

_WINDOW: Final = 16
_BASELINE: Final = (
    r"(?:较|比|相比|相较于?|对比|与)(?:20\d\d年(?:年?[底末初])?|上一?年度?|去年|“?十.五”?(?:期?末)?|目前|现状|规划期初)(?:同期|相比|水平)?"
    r"|在?20\d\d年(?:的)?基础上|(?:(?:到|至|截至)?20\d\d年(?:年?[底末初])?(?:之?前)?[、和及与的]?)+|[三四五]年内?|到?“?十.五”?期?末"
)
# Read from the number leftwards, one word at a time.
_LEFTWARD: Final = re.compile(
    "(?:"
    + "|".join(
        f"(?P<{name.replace(' ', '_')}>{pattern})" for name, pattern in words.COMPARATORS.items()
    )
    + f"|(?P<doubled>翻)|(?P<growth>(?:年均)?(?:复合)?(?:{words.GROWTH})率?)"
    + f"|(?P<baseline>{_BASELINE})|(?P<filler>{words.BEFORE_NUMBER}|复合|了|，))$"
)
_EACH_WITH_VERB: Final = re.compile(rf"各(?:自)?(?:{words.BUILD}|达到?|不少于|至少|约)*$")
_VERB_AT_END: Final = re.compile(rf"(?:{words.BUILD}|{words.HAVE})(?:约|近|超过?|不少于|一批|首批|共|累计|总计|各)*$")
_JOINERS: Final = re.compile(
    r"[，、;:。\-*•·>!/]+|\d+[.、](?!\d)|[(][一二三四五六七八九十\d]+[)]|[①-⑳]|[一二三四五六七八九十]是(?!否)|并且?|且|以及"
)
_LIST_JOINER: Final = re.compile(r"[和及与](?!谐|时)")
_BUILDING: Final = re.compile(rf"{words.ADVERB}*{words.BUILD}")
_HAVING: Final = re.compile(rf"{words.ADVERB}*{words.HAVE}")
_OPENER: Final = re.compile(words.OPENER)
_INNER: Final = re.compile(rf"{words.ADVERB}*{words.INNER_BUILD}")
_SCOPE_ONLY: Final = re.compile(rf"{words.BUILD}?(?:{words.SCOPE.pattern})?")
_INNER_SURE: Final = re.compile(rf"{words.ADVERB}*{words.INNER_BUILD_SURE}")
_NOUN_STOPS: Final = re.compile(
    r"$|[，、;:。)/”]|并|且|以及|及(?!其)|和(?!谐)|与|用于|其中|大关|目标|规模$|的?(?:水平|大关|目标|规模)$|各|左右|分别|的$|[~-]"
)
_TRAILING_JOINERS: Final = re.compile(r"(?:[、，/]|以及|和|及|与|并|其中)+$")
_ACCUMULATES: Final = re.compile(r"累计|累积")
# 增速高于GDP增速3个百分点: what it is held against is not the thing measured.
_HELD_AGAINST: Final = re.compile(r"(?:年均)?(?:增速|增长|增幅)?(?:高于|快于|领先于?|超过).{0,12}$")
_FUND: Final = re.compile(r"(?:总规模|首期规模|规模|总投资|年产值)$")


@dataclass(frozen=True, slots=True)
class Left:
    """The words before a figure, taken apart."""

    # The subject, without verbs, adverbs and comparators.
    core: Span
    verb: str = ""  # "build", "have" or ""
    comparators: frozenset[str] = frozenset()
    growth: bool = False
    # 各, 均: the figure holds for each member of the list before it.
    spread: bool = False
    accumulates: bool = False
    verb_at_end: bool = False
    fund: str | None = None
    # Where the words of this item begin, its verb and time included.
    begin: int = 0
    # What an inner verb was cut off from: 全市|新增上云企业.
    before: Span = (0, 0)

    @property
    def compared(self) -> bool:
        return bool(self.comparators) or self.growth


@dataclass(frozen=True, slots=True)
class Page:
    """A folded passage and where its marks of time stand."""

    folded: Folded
    names: bytes
    times: Mapping[int, int]

    above_or_about = f"{words.COMPARATORS['above']}|{words.COMPARATORS['about']}|过|上|达到|达"
    comparator_words = "|".join(
        (*words.COMPARATORS.values(), r"分别|力争|约|均|均?为|累计|各")
    )

    @property
    def text(self) -> str:
        return self.folded.text

    def print(self, span: Span) -> str:
        return self.folded.printed[span[0] : span[1]]

    def verb_in(self, span: Span) -> int:
        """Where the first verb of a noun phrase begins, its end where there is none."""
        found = _INNER.search(self.text, span[0] + 1, span[1])
        return found.start() if found else span[1]

    def compares_before(self, position: int) -> bool:
        found = _LEFTWARD.search(self.text[max(0, position - _WINDOW) : position])
        if found is None:
            return False
        joined = self.text[position - 1] in "、和及与"
        return joined or found.lastgroup in words.COMPARATOR_GROUPS

    def is_scope_only(self, span: Span) -> bool:
        """Nothing but a verb and the place the plan speaks for: 覆盖全市|80%以上的行政村."""
        return _SCOPE_ONLY.fullmatch(self.text, span[0], span[1]) is not None

    def starts_with_verb(self, position: int) -> bool:
        return _BUILDING.match(self.text, position) is not None



def left_of(
    page: Page, start: int, quantity: Quantity, base_from: int | None, *, follows: bool
) -> Left:
    """Take apart the text from `start` to a figure.

    `base_from` is where a baseline (由2023年的31%) cuts the subject off; `follows` says that
    another figure of the clause stands before `start`.
    """
    text = page.text
    run = _strip_right(page, start, quantity.span[0])
    end = run.end if base_from is None else _strip_right(page, start, base_from).end
    near = max(start, end - _WINDOW)
    spread = run.spread
    each = _EACH_WITH_VERB.search(text[near:end])
    if each and not spread:
        spread, end = True, near + each.start()
    head, verb, begin = _strip_left(page, start, end, quantity, follows=follows)
    open_ = not (run.comparators - {"equal"} or run.growth) and quantity.dimension != "share"
    core, inner = _look_inside(page, (head, end), begin, quantity, open_=open_)
    against = _HELD_AGAINST.search(text[core[0] : core[1]]) if run.growth else None
    if against and against.start() > 0:
        core = (core[0], core[0] + against.start())
    fund = _FUND.search(text[core[0] : core[1]])
    before = (head, core[0]) if core[0] > head else (core[1], end)
    return Left(
        core,
        verb or inner or run.verb,
        frozenset(run.comparators),
        growth=run.growth,
        spread=spread,
        accumulates=_ACCUMULATES.search(text, start, quantity.span[0]) is not None,
        verb_at_end=_VERB_AT_END.search(text[near:end]) is not None,
        fund=fund[0] if fund else None,
        begin=begin,
        before=before if inner else (head, head),
    )


@dataclass(slots=True)
class _Run:
    """The words between the subject and the number."""

    end: int
    comparators: set[str]
    growth: bool = False
    spread: bool = False
    verb: str = ""


def _strip_right(page: Page, start: int, end: int) -> _Run:
    run, to_year = _Run(end, set()), False
    while run.end > start:
        low = max(start, run.end - _WINDOW)
        match = _LEFTWARD.search(page.text[low : run.end])
        if match is None or match.start() == match.end() or page.names[low + match.start()]:
            break
        kind, word = match.lastgroup or "", match[0]
        if kind == "growth" and to_year:
            # 增长至2025年的3.7万亿元 is a level, not a change.
            run.comparators.add("at most" if re.fullmatch(words.FALL, word) else "at least")
        elif kind == "growth" or kind == "doubled":
            run.growth = True
        elif kind == "filler":
            run.spread = run.spread or word in ("各", "均", "都")
            run.verb = "reach" if word in ("实现", "完成") else run.verb
        elif kind != "baseline":
            if run.growth:
                break  # 提高到…增长: the comparator before a growth word belongs to the subject
            run.comparators.add(kind.replace("_", " "))
        to_year = kind == "baseline" and word[0] in "到至"
        run.end = low + match.start()
    return run


def _strip_left(
    page: Page, start: int, end: int, quantity: Quantity, *, follows: bool
) -> tuple[int, str, int]:
    """Skip joiners, times, adverbs and verbs; (where the subject starts, verb, where all starts)."""
    text, position, verb = page.text, start, ""
    begin: int | None = None
    makes = quantity.dimension not in ("share", "none")
    while position < end:
        joined = _JOINERS.match(text, position, end)
        if joined is None and follows and position == start:
            joined = _LIST_JOINER.match(text, position, end)
        if joined:
            position = joined.end()
            continue
        if begin is None:
            begin = position
        if position in page.times and page.times[position] <= end:
            position = page.times[position]
            continue
        built = _BUILDING.match(text, position, end) if makes else None
        having = _HAVING.match(text, position, end)
        if built and (built.end() < end or not verb):
            if built.end() == end and not _is_pure_verb(text[position:end]):
                break
            position, verb = built.end(), "build"
        elif having and having.end() <= end:
            position, verb = having.end(), verb or "have"
        elif opener := _OPENER.match(text, position, end):
            position = opener.end()
        else:
            break
    return position, verb, position if begin is None else begin


def _is_pure_verb(phrase: str) -> bool:
    """投资, 融资, 培训 may be what is measured; 打造 and 新增 cannot be."""
    return re.search(r"(?:投资|融资|投入|培训|服务|诊断|改造|授权|登记|备案|规划|发展|更新|治理|覆盖|升级|应用推广|转型|安装|投放)$", phrase) is None


def _look_inside(
    page: Page, core: Span, begin: int, quantity: Quantity, *, open_: bool
) -> tuple[Span, str]:
    """Cut a subject that opens with a circumstance or an agent: 在重点行业打造|典型场景.

    `open_` says that no comparator stands before the number; where one does, a verb inside
    the subject is more often half of a noun.
    """
    head, end = core
    if head >= end or quantity.dimension in ("share", "none"):
        return core, ""
    text = page.text
    for position in range(end - 1, head, -1):
        # 县财政每年安排专项资金: a mark of time and a verb open the phrase anew.
        if position in page.times:
            built = _BUILDING.match(text, page.times[position], end)
            if built and built.end() < end:
                return (built.end(), end), "build"
    circumstance = (
        words.CIRCUMSTANCE.match(text, head, end) is not None
        or words.SUPPORTS.search(text[begin:head]) is not None
    )
    pattern = _INNER if circumstance else _INNER_SURE
    found = None
    if open_ or circumstance:
        for match in pattern.finditer(text, head + 1, end):
            if not page.names[match.start()]:
                found = match.span()
    if found is None:
        return core, ""
    if found[1] < end:
        if text.startswith("就业", found[1]):
            return core, "build"
        return (found[1], end), "build"
    # The verb stands right before the number: what is left of it is where, not what.
    return ((end, end) if circumstance else (head, found[0])), "build"


def noun_after(page: Page, quantity: Quantity, stop: int, *, is_last: bool) -> Span:
    """The noun a measure word leads (10家以上→龙头企业); empty where the figure ends the phrase."""
    text, start = page.text, quantity.span[1]
    if start < stop and text[start] == "的":
        start += 1
    if start >= stop or _NOUN_STOPS.match(text, start, stop):
        return start, start
    end = stop
    if not is_last:
        # The next figure's own words stay with it.
        trailing = _TRAILING_JOINERS.search(text[start:stop])
        if trailing:
            end = start + trailing.start()
        else:
            for position in range(start, stop):
                if text[position] in "、，和及与并" and not page.names[position]:
                    end = position
                    break
            else:
                cut = _INNER.search(text, start, stop)
                end = cut.start() if cut and cut.start() > start else stop
    while end > start and text[end - 1] in "，、;:。(":
        end -= 1
    return start, end

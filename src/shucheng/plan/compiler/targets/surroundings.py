"""What stands on either side of a figure: verb, subject and comparator before it, noun after."""

import re
from dataclasses import dataclass, field
from typing import Final

from shucheng.plan.compiler.document import Span
from shucheng.plan.compiler.language.comparators import COMPARATORS
from shucheng.plan.compiler.language.patterns import alternation
from shucheng.plan.compiler.targets import words
from shucheng.plan.compiler.targets.changes import change_before
from shucheng.plan.compiler.targets.folded_passage import (
    BUILDING,
    INNER_BUILDING,
    WINDOW,
    FoldedPassage,
)
from shucheng.plan.compiler.targets.quantities import Quantity

# 较2024年, 在2023年基础上, 到2027年, 五年: what a figure is held against, or dated by.
_BASELINE: Final = (
    r"(?:较|(?<!占)比|相比|相较于?|对比|与)"
    r"(?:20\d\d年(?:年?[底末初])?|上一?年度?|去年|“?十.五”?(?:期?末)?|目前|现状|规划期初)"
    r"(?:同期|相比|水平)?"
    r"|在?20\d\d年的?基础上|(?<![存实现])在[一-鿿]{2,8}?的?基础上"
    r"|(?:(?:到|至|截至)?20\d\d年(?:年?[底末初])?(?:之?前)?[、和及与的]?)+"
    r"|[三四五]年内?|到?“?十.五”?期?末"
)
# 成本降至每单5元
_OF_EACH: Final = "每" + alternation("单 票 吨 户 人 亩 件 度 车 箱 柜 公里 平方米 立方米 千瓦时")
# 水产品|年增长12%; 上年, 每年 and 三年 are words of their own.
_YEARLY: Final = r"(?<![上往去前今当近每逐两三四五\d])年"
# Read from the number leftwards, one word at a time.
_LEFTWARD: Final = re.compile(
    "(?:"
    + "|".join(f"(?P<{said}>{pattern})" for said, pattern in COMPARATORS.items())
    + rf"|(?P<growth>翻|(?:年均|{_YEARLY})?(?:复合)?(?:{words.GROWTH})率?)"
    + f"|(?P<baseline>{_BASELINE})"
    + f"|(?P<filler>{words.BEFORE_NUMBER}|复合|了|，|(?<=至少)有|{_OF_EACH}))$"
)
_RISEN: Final = re.compile("(?P<up>[增升提扩])|[降减压缩]")
_EACH_WITH_VERB: Final = re.compile(rf"各(?:自)?(?:{words.BUILD}|达到?|不少于|至少|约)*$")
_VERB_AT_END: Final = re.compile(
    rf"(?:{words.BUILD}|{words.HAVE})"
    + alternation("约 近 超 超过 不少于 一批 首批 共 累计 总计 各")
    + "*$"
)
# What opens an item: punctuation, bullets, item numbers.
_JOINERS: Final = re.compile(
    r"[，、;:。\-*•·>!/]+|\d+[.、](?!\d)|[(][一二三四五六七八九十\d]+[)]|[(](?:其中|包括|含)[^()]*[)]|[①-⑳]"
    r"|[一二三四五六七八九十]是(?!否)|并(?!网|轨|购|发|联|行|线)且?|且|以及"
)
# 至少|建成: what compares the figure stands before the verb.
_BOUND_VERB: Final = re.compile(
    "(?:(?P<above>超过)|至少|最少|起码|不少于|不低于)"
    f"(?:{words.ADVERB})*(?:{words.BUILD}|(?P<has>{words.HAVE}))(?!.{{0,3}}[率比])"
)
_FURTHERED: Final = re.compile("(?:推进|促进)$")
_BROUGHT: Final = frozenset({"count", "money", "amount"})
_LIST_JOINER: Final = re.compile(r"[和及与](?!谐|时)")
_HAVING: Final = re.compile(f"{words.ADVERB}*{words.HAVE}")
_OPENER: Final = re.compile(words.OPENER)
_INNER_SURE: Final = re.compile(f"{words.ADVERB}*{words.INNER_BUILD_SURE}")
# A figure before these ends its phrase: no noun belongs to it.
_NOUN_STOPS: Final = re.compile(
    r"$|[，、;:。)/”~-]|\((?=其中|[^()]*\d)|并(?!网|轨|购|发|联|行|线)|且|以及|及(?!其)|和(?!谐)|与|用于|其中|各|左右|分别"
    r"|的?(?:水平|大关|目标|规模)$|大关|目标|的$"
)
_TRAILING_JOINERS: Final = re.compile(r"(?:[、，/]|以及|和|及|与|并|其中)+$")
# 3家龙头企业|和一批专精特新企业
_AND_OTHERS: Final = re.compile("(?:、|和|及|以及|与)一(?:批|系列)")
_ACCUMULATES: Final = re.compile("累计|累积")
# 增速高于GDP增速3个百分点: what it is held against is not the thing measured.
_HELD_AGAINST: Final = re.compile(r"(?:年均)?(?:增速|增长|增幅)?(?:高于|快于|领先于?|超过).{0,12}$")
# Verbs that stay with the noun, for it would say too little: 接入企业80家.
_KEPT_VERB: Final = re.compile("接入(?!.{0,4}(?:率|规模|能力|量|比例)).{2,}$")
# ... and so do these behind who acts, where nothing compares: 光网覆盖家庭1000万户.
_REACHES: Final = re.compile(
    f"..(?:{words.REACH}|接入(?!.{{0,4}}(?:率|规模|能力|量|比例)).{{2,}})$|^开放(?:测试|数据集)"
)
# Who pays is not what is paid: 县财政|安排专项资金3000万元.
_PAYER: Final = re.compile("(?:中央|各级|[省市县区]级?|州|盟|旗)财政(?:资金|部门)?")
# What is done to those who are counted is what is measured: 服务企业1200家次, 带动就业500人.
_SERVES: Final = re.compile("服务|惠及|接待|覆盖|(?:带动|吸纳)(?=就业)")
# 主导参与|国家标准|制修订20项
_AGENCY: Final = re.compile(
    f"(?:{alternation('主导 参与 牵头 联合 协同 组织 积极')}[或和、]?(?=..))*"
)
_FUND: Final = re.compile(r"(?:总规模|首期规模|规模|总投资|年产值)$")


@dataclass(frozen=True, slots=True)
class Left:
    """The words before a figure, taken apart."""

    # The subject, without verbs, adverbs and comparators.
    core: Span
    # "build" (打造), "have" (拥有), "reach" (实现) or "".
    verb: str = ""
    comparators: frozenset[str] = frozenset()
    growth: bool = False
    # 各, 均: the figure holds for each member of the list before it.
    spread: bool = False
    accumulates: bool = False
    verb_at_end: bool = False
    measures_fund: bool = False
    # Where the words of this item begin, its verb and time included.
    begin: int = 0
    # What an inner verb was cut off from: 全市|新增上云企业.
    before: Span = (0, 0)

    @property
    def compared(self) -> bool:
        return bool(self.comparators) or self.growth


def left_of(
    passage: FoldedPassage,
    start: int,
    quantity: Quantity,
    base_from: int | None,
    *,
    follows: bool,
    noun_follows: bool,
) -> Left:
    """Take apart the text from `start` to a figure.

    `base_from` is where a baseline (由2023年的31%) cuts the subject off. `follows` says that
    another figure of the clause stands before `start`, `noun_follows` that a noun stands after
    this one.
    """
    text = passage.text
    run = _run_before(passage, start, quantity.span[0])
    end = run.end if base_from is None else _run_before(passage, start, base_from).end
    near = max(start, end - WINDOW)
    verb_at_end = _VERB_AT_END.search(text[near:end]) is not None
    each = _EACH_WITH_VERB.search(text[near:end])
    if each and not run.spread:
        run.spread, end = True, near + each.start()
    head, verb, begin = _skip_openers(passage, start, end, quantity, follows=follows)
    uncompared = not (run.comparators - {"equal"} or run.growth)
    core, inner_verb = _look_inside(
        passage, (head, end), begin, quantity, uncompared=uncompared, noun_follows=noun_follows
    )
    brought = uncompared and quantity.dimension in _BROUGHT
    bound = _BOUND_VERB.search(text, begin, end) if brought else None
    if bound and (bound.start() <= core[0] or bound.end() == end):
        run.comparators.add("above" if bound["above"] else "at_least")
        core = (max(core[0], bound.end()), max(core[1], bound.end()))
        verb = "have" if bound["has"] else "build"
    before = (head, core[0]) if core[0] > head else (core[1], end)
    by_points = run.growth or "百分点" in quantity.unit
    against = _HELD_AGAINST.search(passage.slice(core)) if by_points else None
    if against:
        core, run.growth = (core[0], core[0] + against.start()), True
    core = _without_change(passage, core, quantity, run)
    if verb_at_end and not noun_follows and core[1] == end:
        # 算力券每年发放不少于5000万元: the verb closes the subject.
        closing = _VERB_AT_END.search(passage.slice(core))
        done = words.DOES.search(text, begin, core[0]) is not None
        if closing and closing.start() > 0 and not (done or words.VERBAL_NOUN.search(closing[0])):
            closed = _run_before(passage, core[0], core[0] + closing.start()).end
            agency = _AGENCY.match(text, core[0], closed)
            core = (agency.end() if agency else core[0], closed)
            verb = verb or "build"
        elif closing and closing.start() > 0 and quantity.dimension == "count":
            verb = verb or "build"  # 烟感安装3万户: the noun of a deed that is done so often
    compared = bool(run.comparators)
    if not verb and _reaches(passage.slice(core), quantity, compared=compared):
        verb = "build"
    return Left(
        core,
        verb or inner_verb or run.verb,
        frozenset(run.comparators),
        growth=run.growth,
        spread=run.spread,
        accumulates=_ACCUMULATES.search(text, start, quantity.span[0]) is not None,
        verb_at_end=verb_at_end,
        measures_fund=_FUND.search(passage.slice(core)) is not None,
        begin=begin,
        before=before if inner_verb else (head, head),
    )


def _reaches(said: str, quantity: Quantity, *, compared: bool) -> bool:
    """The subject holds what is done: 接入泵站40座, 光网覆盖家庭1000万户, 开放测试道路600公里."""
    if quantity.dimension == "count" and _KEPT_VERB.match(said):
        return True
    deed = quantity.dimension in ("count", "amount") and not compared
    return deed and _REACHES.search(said) is not None


def _without_change(passage: FoldedPassage, core: Span, quantity: Quantity, run: "_Run") -> Span:
    """降低|企业用能成本|30%: the change goes to the run, the rest is the subject."""
    compared = bool(run.comparators - {"equal", "about"}) or run.growth
    before = passage.before(quantity.span[0])
    change = change_before(passage.slice(core), quantity, before, compared=compared)
    if change is None:
        return core
    run.growth = run.growth or change.by
    if not (change.by or compared):
        run.comparators = {"at_most" if change.falls else "at_least"}
    return core[0] + change.length, core[1]


@dataclass(slots=True)
class _Run:
    """The words between the subject and the number."""

    end: int
    comparators: set[str] = field(default_factory=set)
    growth: bool = False
    spread: bool = False
    verb: str = ""


def _run_before(passage: FoldedPassage, start: int, end: int) -> _Run:
    run, to_year = _Run(end), False
    while run.end > start:
        low = max(start, run.end - WINDOW)
        match = _LEFTWARD.search(passage.text[low : run.end])
        if match is None or match.start() == match.end() or passage.names[low + match.start()]:
            break
        kind, word = match.lastgroup or "", match[0]
        if kind == "growth" and to_year:
            # 增长至2025年的3.7万亿元 is a level, not a change.
            run.comparators.add("at_most" if re.fullmatch(words.FALL, word) else "at_least")
        elif kind == "growth":
            run.growth = True
        elif kind == "filler":
            run.spread = run.spread or word in ("各", "均", "都")
            run.verb = "reach" if word in ("实现", "完成") else run.verb
        elif kind != "baseline":
            if run.growth:
                break  # a comparator before a growth word belongs to the subject
            run.comparators.add(kind)
        to_year = kind == "baseline" and word[0] in "到至"
        run.end = low + match.start()
        if to_year and (risen := _RISEN.search(passage.text, max(start, run.end - 1), run.end)):
            # 增|至2027年的|25万个
            run.comparators.add("at_least" if risen["up"] else "at_most")
            run.end, to_year = risen.start(), False
    return run


def _skip_openers(
    passage: FoldedPassage, start: int, end: int, quantity: Quantity, *, follows: bool
) -> tuple[int, str, int]:
    """Skip joiners, times, adverbs and verbs: where the subject starts, the verb, the begin."""
    text, position, verb = passage.text, start, ""
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
        if position < passage.times.get(position, 0) <= end:
            position = passage.times[position]
            continue
        if (payer := _PAYER.match(text, position, end)) and BUILDING.match(text, payer.end(), end):
            position = payer.end()
        built = BUILDING.match(text, position, end) if makes else None
        having = _HAVING.match(text, position, end)
        if built and (built.end() < end or not verb):
            if built.end() == end and words.VERBAL_NOUN.search(built[0]):
                break
            position, verb = built.end(), "build"
            served = _SERVES.search(text, built.start(), end)
            counted = quantity.dimension == "count"
            if counted and served and served.end() == built.end() < end:
                return served.start(), verb, built.start() if begin is None else begin
        elif having:
            position, verb = having.end(), verb or "have"
        elif opener := _OPENER.match(text, position, end):
            position = opener.end()
        else:
            break
    return position, verb, position if begin is None else begin


def _look_inside(
    passage: FoldedPassage,
    core: Span,
    begin: int,
    quantity: Quantity,
    *,
    uncompared: bool,
    noun_follows: bool,
) -> tuple[Span, str]:
    """Cut a subject that opens with a circumstance or an agent: 在重点行业打造|典型场景.

    Where a comparator stands before the number, a verb inside the subject is more often half
    of a noun.
    """
    head, end = core
    if head >= end or quantity.dimension in ("share", "none"):
        return core, ""
    text = passage.text
    for position in range(end - 1, head, -1):
        # 县财政每年安排专项资金: a mark of time and a verb open the phrase anew.
        if position in passage.times:
            reached = passage.times[position]
            while built := BUILDING.match(text, reached, end):
                reached = built.end()
            if reached == end > passage.times[position]:
                # 财政每年安排|5亿元专项资金; 公共数据|年均新增开放200项
                return ((end, end) if noun_follows else (head, position)), "build"
            if reached > passage.times[position]:
                served = _SERVES.search(text, passage.times[position], end)
                kept = served and served.end() == reached and quantity.dimension == "count"
                return (served.start() if served and kept else reached, end), "build"
    circumstance = (
        words.CIRCUMSTANCE.match(text, head, end) is not None
        or words.SUPPORTS.search(text[begin:head]) is not None
    )
    found = None
    if uncompared or circumstance:
        pattern = INNER_BUILDING if circumstance else _INNER_SURE
        for match in pattern.finditer(text, head + 1, end):
            if not passage.names[match.start()]:
                found = match.span()
    if found is None:
        return core, ""
    if found[1] < end:
        # 城镇新增就业 is one thing.
        whole = text.startswith("就业", found[1])
        return (core if whole else (found[1], end)), "build"
    if not noun_follows and _FURTHERED.search(text, begin, head):
        return core, ""  # 推进|装备认定|50项: a deed
    # The verb stands right before the number: what is left of it is where, not what.
    return ((end, end) if circumstance else (head, found[0])), "build"


def noun_after(passage: FoldedPassage, quantity: Quantity, stop: int, *, is_last: bool) -> Span:
    """The noun a measure word leads (10家以上→龙头企业); empty where the figure ends the phrase."""
    text, start = passage.text, quantity.span[1]
    if text.startswith("规模的", start, stop):
        start += 2  # 10亿元规模的基金
    if start < stop and text[start] == "的":
        start += 1
    if start >= stop or _NOUN_STOPS.match(text, start, stop):
        return start, start
    end = stop if is_last else _before_next_figure(passage, start, stop)
    if others := _AND_OTHERS.search(text, start, end):
        end = others.start()
    while end > start and text[end - 1] in "，、;:。(":
        end -= 1
    return start, end


def _before_next_figure(passage: FoldedPassage, start: int, stop: int) -> int:
    """Where a noun ends when another figure follows, whose own words stay with it."""
    trailing = _TRAILING_JOINERS.search(passage.text[start:stop])
    if trailing:
        return start + trailing.start()
    for position in range(start, stop):
        if passage.text[position] in "、，和及与并" and not passage.names[position]:
            return position
    verb = passage.verb_in((start, stop))
    return verb if verb > start else stop

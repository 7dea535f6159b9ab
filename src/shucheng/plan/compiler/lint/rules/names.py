"""Rules about one thing under two names, units or scopes, and about things said twice."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from shucheng.plan.compiler.amounts import measure
from shucheng.plan.compiler.document import Span
from shucheng.plan.compiler.lint.context import Context, figure, ref, spans_of
from shucheng.plan.compiler.lint.rule import Found, Said, gather, rule
from shucheng.plan.compiler.matching import is_abbreviated, name_of, normalise
from shucheng.plan.compiler.model import Indicator, Target, Task, WorkPoint

_HEADS = re.compile(
    r"中心|平台|基地|产业园|园区|示范区|试验区|创新区|实验室|大厅|枢纽|驾驶舱|服务站|研究院|系统|工程"
)
_HAN = re.compile(r"[一-鿿]+$")
# Common words before a facility's name: a variant beside them says nothing of the place.
_PLAIN = re.compile(
    r"建设|推进|加快|打造|完善|优化|提升|支持|推动|发展|依托|搭建|构建|建立|建成|一批|国家|省级|市级"
    r"|数字|数据|产业|工业|创新|服务|综合|信息|智慧|智能|公共|统一|管理|技术"
)
_RARE = 4
_LONGEST_VARIANT = 4
_ALIKE = 0.85
_MANY = 400


@rule(
    "unit-differs",
    "info",
    title="One thing counted in two units",
    title_zh="同一事项计量单位不一致",
    en="The same thing is counted in different units in different places",
    zh="同一事项在不同位置使用的计量单位不同",
    item_en='"{name}": {uses}',
    item_zh="“{name}”：{uses}",
)
def unit_differs(context: Context) -> Iterator[Found]:
    return gather(_counted_twice(context))


def _counted_twice(context: Context) -> Iterator[tuple[list[Target | Indicator], Said]]:
    for thing in context.things:
        row = thing.indicator
        # Another family of units (元, %) means another side of the thing, not another spelling.
        family = measure(1, row.unit if row else next(thing.members).target.unit)[0]
        uses: dict[str, list[Target | Indicator]] = defaultdict(list)
        if row is not None and row.unit:
            uses[row.unit].append(row)
        for member in thing.members:
            unit = member.target.unit
            if member.target.kind != "growth" and unit and measure(1, unit)[0] == family:
                uses[unit].append(member.target)
        if len({normalise(unit) for unit in uses}) > 1:
            said = [{"said": unit, "in": _places(context, of)} for unit, of in uses.items()]
            yield [part for of in uses.values() for part in of], {"name": thing.label, "uses": said}


@rule(
    "scope-differs",
    "warning",
    title="One thing drawn wider in one place than in another",
    title_zh="同一指标口径宽窄不一",
    en='Which of these is counted for "{name}"? The wording draws the line differently',
    zh="“{name}”以哪个口径为准？各处表述范围宽窄不同",
    item_en='"{phrase}" ({places})',
    item_zh="“{phrase}”（{places}）",
)
def scope_differs(context: Context) -> Iterator[Found]:
    cores = Counter(thing.name.core for thing in context.things)
    for thing in context.things:
        row = thing.indicator
        phrases: list[tuple[str, Target | Indicator]] = [(row.name, row)] if row else []
        phrases += [
            (member.target.subject, member.target)
            for member in thing.members
            if member.target.kind != "growth"
            # 省级以上 gathers what 国家级 and 省级 promise apart: that is no disagreement.
            and not (cores[member.name.core] > 1 and any(above for _, above in member.name.grades))
        ]
        uses: dict[tuple[str, frozenset[tuple[str, bool]]], list[tuple[str, Target | Indicator]]]
        uses = defaultdict(list)
        for phrase, of in phrases:
            name = name_of(phrase)
            uses[name.core, name.grades].append((phrase, of))
        short = any(is_abbreviated(phrase) for phrase, _ in phrases)
        if len(uses) < 2 or (short and len({grades for _, grades in uses}) == 1):
            continue
        found = [of for use in uses.values() for _, of in use]
        items = [
            {"phrase": use[0][0], "places": _places(context, [of for _, of in use])}
            for use in uses.values()
        ]
        # With an annex row it decides what is counted; without one it is a matter of wording.
        yield Found(
            spans_of(found),
            map(ref, found),
            {"name": thing.label, "items": items},
            severity=None if row is not None else "info",
        )


@rule(
    "name-differs",
    "warning",
    title="Probably one thing under two names",
    title_zh="疑似同一事物名称不一",
    en='"{first}" ({first_place}) and "{second}" ({second_place}) are probably the same: '
    "use one name, or say how they differ",
    zh="“{first}”（{first_place}）与“{second}”（{second_place}）疑为同一事物：请统一名称或说明区别",
    extra={
        "same": ("Both have {same} for the year.", "两处当年数量均为{same}。"),
        "first_lead": (
            "The leads differ too: {first_lead} against {second_lead}.",
            "牵头单位也不同：{first_lead}与{second_lead}。",
        ),
    },
)
def name_differs(context: Context) -> Iterator[Found]:
    yield from _facilities_renamed(context)
    yield from _subjects_renamed(context)


@dataclass(frozen=True, slots=True)
class _Facility:
    variant: str
    span: Span
    part: str


def _facilities_renamed(context: Context) -> Iterator[Found]:
    """海洋智算中心 in the text, 海洋算力中心 in the work list: same frame, kindred middle."""
    parts = _parts(context)
    frames: dict[tuple[str, str], list[_Facility]] = defaultdict(list)
    for head in _HEADS.finditer(context.text):
        before = _HAN.search(
            context.text[max(0, head.start() - _LONGEST_VARIANT - 2) : head.start()]
        )
        run = before[0] if before else ""
        for length in range(2, len(run) - 1):
            place, variant = run[-length - 2 : -length], run[-length:]
            if not _PLAIN.search(place):
                span = (head.start() - length - 2, head.end())
                part = _part_at(parts, span[0])
                frames[place, head[0]].append(_Facility(variant, span, part))
    told: set[Span] = set()
    for (place, head_word), uses in frames.items():
        variants = {use.variant: use for use in reversed(uses)}
        if not 2 <= len(variants) <= _RARE or context.text.count(place) > _RARE:
            continue
        for first, second in combinations(sorted(variants.values(), key=lambda use: use.span), 2):
            where = [
                {use.part for use in uses if use.variant == one.variant} for one in (first, second)
            ]
            kindred = set(first.variant) & set(second.variant) and not (
                first.variant.endswith(second.variant) or second.variant.endswith(first.variant)
            )
            if kindred and not where[0] & where[1] and not told & {first.span, second.span}:
                told |= {first.span, second.span}
                yield Found(
                    [first.span, second.span],
                    [*_holders(context, first.span), *_holders(context, second.span)],
                    {
                        "first": place + first.variant + head_word,
                        "first_place": _place_at(context, first.span),
                        "second": place + second.variant + head_word,
                        "second_place": _place_at(context, second.span),
                    },
                )


def _parts(context: Context) -> list[tuple[int, str]]:
    """Where each top part of the document starts: chapters, annexes."""
    return sorted(
        (section.span[0], section.id) for section in context.plan.sections if section.parent is None
    )


def _part_at(parts: Sequence[tuple[int, str]], at: int) -> str:
    return next((part for start, part in reversed(parts) if start <= at), "")


def _holders(context: Context, span: Span) -> list[str]:
    """The task or work point that a stretch of text stands in."""
    entries: tuple[Task | WorkPoint, ...] = (*context.plan.tasks, *context.plan.work_points)
    return [ref(of) for of in entries if of.span[0] <= span[0] and span[1] <= of.span[1]]


def _place_at(context: Context, span: Span) -> dict[str, Any]:
    point = context.point_at(span)
    if point is not None:
        return {"place": "work", "at": str(point.no)}
    inside = [part for part in context.plan.sections if part.span[0] <= span[0]]
    nearest = max(inside, key=lambda part: part.span[0], default=None)
    return {"place": "text", "at": context.section_label(nearest.id if nearest else None)}


def _subjects_renamed(context: Context) -> Iterator[Found]:
    for thing, twin in context.twins:
        work = thing.work[0].target
        of = twin.indicator or twin.text[0].target
        values: dict[str, Any] = {
            "first": twin.label,
            "first_place": context.place(of),
            "second": work.subject,
            "second_place": context.place(work),
        }
        lead, theirs = _lead_of(context, of), list(context.work_of[work.id].lead)
        if lead and theirs and lead[0] != theirs[0]:
            values |= {"first_lead": lead, "second_lead": theirs}
        number = measure(work.value, work.unit)
        if isinstance(of, Indicator) and number in twin.amounts:
            values["same"] = {**figure(work), "comparator": "="}
        yield Found(
            [of.span, work.span],
            [ref(of), ref(work)],
            values,
            severity="info" if "same" in values else None,
        )


def _lead_of(context: Context, of: Target | Indicator) -> list[str]:
    if isinstance(of, Indicator):
        return list(of.lead)
    task = context.task_of(of)
    return list(task.lead) if task else []


@rule(
    "duplicate-indicator",
    "warning",
    title="Two rows of the annex for one thing",
    title_zh="附件指标重复",
    en='"{first}" ({first_place}) and "{second}" ({second_place}) measure the same thing',
    zh="“{first}”（{first_place}）与“{second}”（{second_place}）衡量的是同一事项",
)
def duplicate_indicator(context: Context) -> Iterator[Found]:
    rows: dict[tuple[str, frozenset[tuple[str, bool]], str], Indicator] = {}
    for row in context.plan.indicators:
        name = name_of(row.name)
        first = rows.setdefault((name.core, name.grades, measure(1, row.unit)[0]), row)
        if first is not row:
            yield Found(
                [first.span, row.span],
                [ref(first), ref(row)],
                {
                    "first": first.name,
                    "first_place": context.place(first),
                    "second": row.name,
                    "second_place": context.place(row),
                },
            )


@rule(
    "duplicate-task",
    "warning",
    title="Two tasks or work points that say the same",
    title_zh="任务或工作要点重复",
    en='{first_place} and {second_place} say the same: "{first}" and "{second}"',
    zh="{first_place}与{second_place}内容重复：“{first}”与“{second}”",
)
def duplicate_task(context: Context) -> Iterator[Found]:
    tasks = [(task.title, task) for task in context.plan.tasks]
    points = [(point.text, point) for point in context.plan.work_points]
    for first, second in (*_alike(tasks), *_alike(points)):
        yield Found(
            [first.span, second.span],
            [ref(first), ref(second)],
            {
                "first": _wording(first),
                "first_place": _named(first),
                "second": _wording(second),
                "second_place": _named(second),
            },
        )


def _alike(
    entries: Iterable[tuple[str, Task | WorkPoint]],
) -> Iterator[tuple[Task | WorkPoint, Task | WorkPoint]]:
    """Pairs whose wording is the same, or nearly so in a list of ordinary length."""
    firsts: dict[str, Task | WorkPoint] = {}
    for wording, entry in entries:
        first = firsts.setdefault(normalise(wording).rstrip("。.;"), entry)
        if first is not entry:
            yield first, entry
    if len(firsts) > _MANY:
        return
    pairs = {said: {said[at : at + 2] for at in range(len(said) - 1)} for said in firsts}
    for one, other in combinations(firsts, 2):
        shorter, longer = sorted((len(pairs[one]), len(pairs[other])))
        if shorter < 5 or 2 * shorter < _ALIKE * (shorter + longer):
            continue
        if 2 * len(pairs[one] & pairs[other]) >= _ALIKE * (shorter + longer):
            yield firsts[one], firsts[other]


def _wording(of: Task | WorkPoint) -> str:
    said = of.title if isinstance(of, Task) else of.text
    return said if len(said) <= 40 else f"{said[:39]}…"


def _named(of: Task | WorkPoint) -> dict[str, str]:
    if isinstance(of, WorkPoint):
        return {"place": "work", "at": str(of.no)}
    return {"place": "task", "at": of.id.removeprefix("k")}


def _places(context: Context, of: Sequence[Target | Indicator]) -> list[dict[str, Any]]:
    """Where these stand, each place once."""
    places = [context.place(part) for part in of]
    return [place for at, place in enumerate(places) if place not in places[:at]]

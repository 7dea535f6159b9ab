"""Rules about figures that do not agree with one another."""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations, pairwise
from typing import Any

from shucheng.plan.compiler.amounts import STRENGTH, Amount, measure
from shucheng.plan.compiler.lint.context import (
    Context,
    adds,
    amount,
    annex_amount,
    annex_figure,
    figure,
    is_stock,
    path_of,
    ref,
    same_scope,
)
from shucheng.plan.compiler.lint.measured_things import Member, Thing
from shucheng.plan.compiler.lint.rule import Found, Said, gather, rule
from shucheng.plan.compiler.model import Indicator, Target

# Below this the two names differ enough that unequal figures may simply be two things.
_SURE = 0.8
_SHARE = re.compile(r"(?:率|占比|比重|比例|份额|覆盖面|渗透度|百分比)$")
_DECLINE = re.compile(r"下降|降低|减少|压减|压缩|节约")
_MAY_PASS_100 = re.compile(r"增长|增速|完成率|产销率|周转|产出率|拉动|回报|收益率|达产率|履约率")


def within(target: Target, other: Amount) -> bool:
    """Whether a figure (or range) allows an amount."""
    low = amount(target)
    if target.value_max is None or low[0] != other[0]:
        return low == other
    return low[1] <= other[1] <= measure(target.value_max, target.unit)[1]


def in_annex(
    context: Context, thing: Thing, members: list[Member]
) -> Iterator[tuple[Target, Indicator, int]]:
    """The members whose year the annex has a value for, with its row and that year."""
    row = thing.indicator
    if row is None:
        return
    for member in members:
        target, year = member.target, context.year_of(member.target)
        if is_stock(target) and context.whole(target) and str(year) in row.targets and year:
            yield target, row, year


@rule(
    "body-annex-value",
    "error",
    title="Text and annex give different values",
    title_zh="正文与附件数值不一致",
    en='"{subject}" in {year}: the text ({place}) says {text}, the indicator annex says {annex}',
    zh="“{subject}”{year}年：{place}为{text}，指标附件为{annex}",
)
def body_annex_value(context: Context) -> Iterator[Found]:
    for thing in context.things:
        sure = [member for member in thing.text if member.score >= _SURE]
        for target, row, year in in_annex(context, thing, sure):
            if within(target, annex_amount(row, year)):
                continue
            same_base = row.cumulative or not adds(target)
            if amount(target)[0] == annex_amount(row, year)[0] and same_base:
                yield Found(
                    spans=[target.span, row.span],
                    refs=[ref(target), ref(row)],
                    values={
                        "subject": target.subject,
                        "year": str(year),
                        "place": context.place(target),
                        "text": figure(target),
                        "annex": annex_figure(row, year),
                    },
                    severity=None if same_scope(target.subject, row.name) else "warning",
                )


@rule(
    "body-annex-comparator",
    "warning",
    title="Text demands more than the annex, or less",
    title_zh="正文与附件措辞强弱不一致",
    en="The text and the annex put the same number but not the same demand: "
    "reaching the annex value exactly would satisfy one of them only",
    zh="正文与附件数值相同而要求强弱不同，恰好达到附件数值时只满足其一",
    item_en='"{subject}" ({year}): text {text}, annex {annex}',
    item_zh="“{subject}”（{year}年）：正文{text}，附件{annex}",
)
def body_annex_comparator(context: Context) -> Iterator[Found]:
    return gather(
        (
            [target, row],
            {
                "subject": target.subject,
                "year": str(year),
                "text": figure(target),
                "annex": annex_figure(row, year),
            },
        )
        for thing in context.things
        for target, row, year in in_annex(context, thing, thing.text)
        if amount(target) == annex_amount(row, year)
        and STRENGTH[target.comparator] != STRENGTH[row.comparator]
    )


def _text_pairs(context: Context) -> Iterator[tuple[Target, Target]]:
    """Pairs of sentences that speak of one thing, in one scope, for one year, in one unit."""
    for thing in context.things:
        by_year: dict[tuple[int | None, str], list[Target]] = defaultdict(list)
        for member in thing.members:
            target = member.target
            if not context.whole(target):
                continue
            if target.kind == "annual":
                by_year[context.work_year, "annual"].append(target)
            elif is_stock(target):
                by_year[context.year_of(target), target.kind].append(target)
        for targets in by_year.values():
            # Only neighbours in a long list: a contradiction shows at its edge anyway.
            pairs = combinations(targets, 2) if len(targets) < 20 else pairwise(targets)
            for first, second in pairs:
                if (
                    same_scope(first.subject, second.subject)
                    and adds(first) == adds(second)
                    and not _in_one_sentence(context, first, second)
                ):
                    yield first, second


def _in_one_sentence(context: Context, first: Target, second: Target) -> bool:
    """One sentence lists different things, however alike their names are."""
    start, end = sorted((first.span, second.span))
    return "。" not in context.text[start[1] : end[0]]


def _two_places(context: Context, first: Target, second: Target) -> dict[str, Any]:
    return {
        "subject": first.subject,
        "first_place": context.place(first),
        "first": figure(first),
        "second_place": context.place(second),
        "second": figure(second),
    }


@rule(
    "text-value-differs",
    "error",
    title="Two sentences give different values",
    title_zh="前后表述数值不一致",
    en='"{subject}" in {year}: {first_place} says {first}, {second_place} says {second}',
    zh="“{subject}”{year}年：{first_place}为{first}，{second_place}为{second}",
)
def text_value_differs(context: Context) -> Iterator[Found]:
    for first, second in _text_pairs(context):
        if first.kind == "annual" or amount(first)[0] != amount(second)[0]:
            continue
        if not within(first, amount(second)) and not within(second, amount(first)):
            year = context.year_of(first)
            yield Found(
                spans=[first.span, second.span],
                refs=[ref(first), ref(second)],
                values={"year": str(year or "—"), **_two_places(context, first, second)},
            )


@rule(
    "comparator-weaker",
    "warning",
    title="The same number, demanded less firmly elsewhere",
    title_zh="同一数值在别处措辞变弱",
    en="The same number is demanded less firmly in one place than in another",
    zh="同一目标数值相同，但一处措辞弱于另一处",
    item_en='"{subject}": {first_place} {first}, {second_place} {second}',
    item_zh="“{subject}”：{first_place}为{first}，{second_place}为{second}",
)
def comparator_weaker(context: Context) -> Iterator[Found]:
    return gather(
        ([first, second], _two_places(context, first, second))
        for first, second in _text_pairs(context)
        if amount(first) == amount(second)
        and STRENGTH[first.comparator] != STRENGTH[second.comparator]
    )


@rule(
    "growth-contradicts-levels",
    "warning",
    title="A growth figure that the levels do not bear out",
    title_zh="增速与水平值矛盾",
    en='"{subject}": {place} says "{quote}", but from {from_figure} to {to_figure} the change is '
    "{implied}% a year",
    zh="“{subject}”：{place}提出“{quote}”，而由{from_figure}到{to_figure}，折合每年{implied}%",
)
def growth_contradicts_levels(context: Context) -> Iterator[Found]:
    for thing in context.things:
        levels = _levels(context, thing)
        for member in thing.members:
            target = member.target
            if target.kind != "growth" or measure(1, target.unit)[0] != "ratio":
                continue
            ends = growth_years(target, levels)
            if ends is None or levels[ends[0]][0][1] <= 0:
                continue
            (low, start), (high, end) = levels[ends[0]], levels[ends[1]]
            implied = ((high[1] / low[1]) ** (1 / (ends[1] - ends[0])) - 1) * 100
            if _DECLINE.search(target.quote):
                implied = -implied
            if not _contradicts(target, implied):
                continue
            yield Found(
                spans=[target.span, start.span, end.span],
                refs=[ref(target), ref(start), ref(end)],
                values={
                    "subject": target.subject,
                    "place": context.place(target),
                    "quote": target.quote,
                    "from_figure": _figure_in(start, ends[0]),
                    "to_figure": _figure_in(end, ends[1]),
                    "implied": round(implied, 1),
                },
            )


def _levels(context: Context, thing: Thing) -> dict[int, tuple[Amount, Target | Indicator]]:
    """What a thing is to be in each year, from sentences and, firmer, the annex."""
    levels: dict[int, tuple[Amount, Target | Indicator]] = {}
    for member in thing.members:
        year = context.year_of(member.target)
        sure = member.score >= _SURE and context.whole(member.target)
        if member.target.kind == "level" and year is not None and sure:
            levels[year] = (amount(member.target), member.target)
    if thing.indicator is not None:
        for year, value in path_of(thing.indicator):
            levels[year] = (measure(value, thing.indicator.unit), thing.indicator)
    family = next((level[0][0] for _, level in sorted(levels.items())), "")
    return {year: level for year, level in levels.items() if level[0][0] == family}


def growth_years(target: Target, levels: dict[int, Any]) -> tuple[int, int] | None:
    """The two years whose levels a growth figure can be held against."""
    if re.search(r"年均|每年|年增", target.quote):
        return (min(levels), max(levels)) if len(levels) > 1 else None
    if target.year in levels and target.year - 1 in levels:
        return target.year - 1, target.year
    return None


def _contradicts(target: Target, implied: float) -> bool:
    stated = measure(target.value, target.unit)[1] * 100
    if target.comparator in {">", ">="}:
        return implied < stated - 0.5
    if target.comparator in {"<", "<="}:
        return implied > stated + 0.5
    return abs(implied - stated) > 1.0


def _figure_in(of: Target | Indicator, year: int) -> dict[str, Any]:
    said = annex_figure(of, year) if isinstance(of, Indicator) else figure(of)
    return {**said, "year": year}


@rule(
    "growth-without-base",
    "info",
    title="A growth figure without the level it starts from",
    title_zh="增速目标缺少基数",
    en="The plan gives no base value for these changes, so they cannot be checked from the plan "
    "alone, nor compared with a level promised elsewhere",
    zh="计划未给出下列增减目标的基数，单凭文本无法核验，也无法与其他水平目标衔接",
    item_en='"{subject}": "{quote}" ({place})',
    item_zh="“{subject}”：“{quote}”（{place}）",
    extra={"later": (", its level {later}", "，其水平目标为{later}")},
)
def growth_without_base(context: Context) -> Iterator[Found]:
    return gather(_unbased_growth(context))


def _unbased_growth(context: Context) -> Iterator[tuple[list[Target], Said]]:
    for thing in context.things:
        levels = _levels(context, thing)
        for member in thing.members:
            target = member.target
            if target.kind != "growth" or growth_years(target, levels) is not None:
                continue
            said: Said = {
                "subject": target.subject,
                "quote": target.quote,
                "place": context.place(target),
            }
            if levels:
                said["later"] = _figure_in(levels[max(levels)][1], max(levels))
            yield [target], said


@rule(
    "share-above-100",
    "error",
    title="A share above 100%",
    title_zh="占比、比率超过100%",
    en='"{subject}" is a share of a whole, yet {place} sets it to {figure}',
    zh="“{subject}”属于占比、比率类，{place}却定为{figure}",
)
def share_above_100(context: Context) -> Iterator[Found]:
    for target in context.plan.targets:
        top = target.value if target.value_max is None else target.value_max
        if target.kind != "growth" and _too_large(target.subject, top, target.unit):
            yield Found(
                [target.span],
                [ref(target)],
                {
                    "subject": target.subject,
                    "place": context.place(target),
                    "figure": figure(target),
                },
            )
    for row in context.plan.indicators:
        over = [year for year, value in path_of(row) if _too_large(row.name, value, row.unit)]
        if over:
            yield Found(
                [row.span],
                [ref(row)],
                {
                    "subject": row.name,
                    "place": context.place(row),
                    "figure": _figure_in(row, over[0]),
                },
            )


def _too_large(subject: str, value: float, unit: str) -> bool:
    family, size = measure(value, unit)
    return (
        family == "ratio"
        and size > 1
        and _SHARE.search(subject) is not None
        and _MAY_PASS_100.search(subject) is None
    )


@rule(
    "range-reversed",
    "error",
    title="A range whose upper end is below its lower end",
    title_zh="区间上下限颠倒",
    en='"{subject}" ({place}): the range runs from {low} down to {high} {unit}',
    zh="“{subject}”（{place}）：区间下限{low}大于上限{high}（{unit}）",
)
def range_reversed(context: Context) -> Iterator[Found]:
    for target in context.plan.targets:
        if target.value_max is not None and target.value_max < target.value:
            yield Found(
                [target.span],
                [ref(target)],
                {
                    "subject": target.subject,
                    "place": context.place(target),
                    "low": target.value,
                    "high": target.value_max,
                    "unit": target.unit,
                },
            )

"""Rules about figures that should add up: years to a total, industries to the whole."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from shucheng.plan.compiler.lint.context import (
    Context,
    amount,
    annex_amount,
    annex_figure,
    figure,
    is_stock,
    path_of,
    ref,
)
from shucheng.plan.compiler.lint.measured_things import Member, Thing
from shucheng.plan.compiler.lint.rule import Found, rule
from shucheng.plan.compiler.matching import name_of, normalise
from shucheng.plan.compiler.model import Indicator, Target

_SIZE = re.compile(r"(?:规模|营业收入|主营业务收入|业务收入|收入|总?产值)$")
_NO_SIZE = re.compile(r"增加值|进出口|交易|投资|税收|零售|贷款|融资|财政|人均|居民|支配")
_WHOLE = re.compile(
    r"核心产业|数字经济|数字产业|战略性新兴|先进制造业|全部|总规模|总产值|总收入|规上工业|工业总"
)
_FEWEST_PARTS = 3


def _promise_and_total(
    context: Context, thing: Thing
) -> Iterator[tuple[Member, Target | Indicator, float, dict[str, Any]]]:
    """A yearly promise of the text, and the total of new things it should build up to."""
    for member in thing.text:
        if member.target.kind != "annual" or not context.whole(member.target):
            continue
        totals = [
            other
            for other in thing.text
            if other.target.kind == "cumulative"
            and context.whole(other.target)
            and context.year_of(other.target)
            in {None, context.years[-1] if context.years else None}
            and amount(other.target)[0] == amount(member.target)[0]
            and _same_class(other.target.subject, member.target.subject)
        ]
        if totals:
            total = totals[0].target
            yield member, total, amount(total)[1], figure(total)
            continue
        row = thing.indicator
        if row is None or not row.cumulative or not _same_class(row.name, member.target.subject):
            continue
        year = path_of(row)[-1][0] if row.targets else None
        if year is not None and annex_amount(row, year)[0] == amount(member.target)[0]:
            yield member, row, annex_amount(row, year)[1], annex_figure(row, year)


def _same_class(left: str, right: str) -> bool:
    """Not a total of the whole against a promise for one rank of it, or the reverse."""
    mine = {level for level, _ in name_of(left).grades}
    theirs = {level for level, _ in name_of(right).grades}
    return mine <= theirs or theirs <= mine


def _increments(context: Context, *, below: bool) -> Iterator[Found]:
    for thing in context.things:
        for member, total, wanted, said in _promise_and_total(context, thing):
            promise = member.target
            years = len(context.reach(promise))
            reached = promise.value * years
            short = wanted / (amount(promise)[1] / promise.value) - reached if promise.value else 0
            if years < 2 or abs(short) < 1e-9 or (short > 0) != below:
                continue
            values: dict[str, Any] = {
                "subject": promise.subject,
                "yearly": figure(promise),
                "yearly_place": context.place(promise),
                "years": years,
                "reached": reached,
                "total": said,
                "total_place": context.place(total),
                "short": abs(short),
                "unit": promise.unit,
            }
            row = thing.indicator
            seen: list[Target | Indicator] = [promise, total]
            if row is not None and row.cumulative and len(row.targets) > 1:
                values["path"] = [value for _, value in path_of(row)]
                values["row"] = context.place(row)
                seen.append(row)
            works = [
                other.target
                for other in thing.work
                if other.target.kind == "annual"
                and _same_class(other.target.subject, promise.subject)
                and other.target.value != promise.value
            ]
            if works and context.work_year is not None:
                values["work"] = {**figure(works[0]), "year": context.work_year}
                values["work_place"] = context.place(works[0])
                seen.append(works[0])
            yield Found([item.span for item in seen], map(ref, seen), values)


@rule(
    "increments-below-total",
    "warning",
    title="Yearly increments do not reach the total",
    title_zh="逐年增量达不到总量目标",
    en='"{subject}": {yearly} a year ({yearly_place}) makes {reached} {unit} in {years} years, '
    "{short} short of the total of {total} ({total_place})",
    zh="“{subject}”：每年{yearly}（{yearly_place}），{years}年按下限合计{reached}{unit}，"
    "比总量目标{total}（{total_place}）少{short}{unit}",
    extra={
        "path": ("The annex path is {path} ({row}).", "附件路径为{path}（{row}）。"),
        "work": ("The work list has {work} ({work_place}).", "工作要点为{work}（{work_place}）。"),
    },
)
def increments_below_total(context: Context) -> Iterator[Found]:
    return _increments(context, below=True)


@rule(
    "increments-above-total",
    "info",
    title="Yearly increments pass the total before the end",
    title_zh="逐年增量超过总量目标",
    en='"{subject}": {yearly} a year ({yearly_place}) makes {reached} {unit} in {years} years, '
    "{short} more than the total of {total} ({total_place}): the total asks for less than the "
    "yearly promise",
    zh="“{subject}”：每年{yearly}（{yearly_place}），{years}年合计{reached}{unit}，"
    "比总量目标{total}（{total_place}）多{short}{unit}，总量要求低于逐年要求",
    extra={
        "path": ("The annex path is {path} ({row}).", "附件路径为{path}（{row}）。"),
        "work": ("The work list has {work} ({work_place}).", "工作要点为{work}（{work_place}）。"),
    },
)
def increments_above_total(context: Context) -> Iterator[Found]:
    return _increments(context, below=False)


@rule(
    "sum-below-total",
    "warning",
    title="The parts named do not make up the whole",
    title_zh="分项之和低于总量",
    en='The {count} industry sizes set for {year} add up to {sum} {unit}, {gap} below "{subject}" '
    "{total} ({place}); parts may overlap, differ in measure (size, revenue) or leave industries "
    "out, so check where the rest is to come from",
    zh="{year}年{count}项分产业规模目标合计{sum}{unit}，比“{subject}”{total}（{place}）少{gap}{unit}；"
    "各产业可能交叉，口径（规模、营业收入）不同或尚有未列产业，请核实差额由何处支撑",
    item_en="{part} {figure}",
    item_zh="{part}{figure}",
)
def sum_below_total(context: Context) -> Iterator[Found]:
    by_year: dict[int, list[Target]] = defaultdict(list)
    for thing in context.things:
        for member in thing.text:
            year = context.year_of(member.target)
            if year is not None and _is_size(member.target):
                by_year[year].append(member.target)
                break
    for year, sizes in sorted(by_year.items()):
        total = max(sizes, key=lambda target: (amount(target)[1], -target.span[0]))
        parts = [
            target
            for target in sizes
            if target.section != total.section
            and amount(target)[0] == amount(total)[0]
            and not _WHOLE.search(target.subject)
        ]
        scale = amount(total)[1] / total.value
        added = sum(amount(part)[1] for part in parts) / scale
        if (
            _is_whole(context, total)
            and len(parts) >= _FEWEST_PARTS
            and max(amount(part)[1] for part in parts) < amount(total)[1]
            and added < total.value
        ):
            yield Found(
                spans=[target.span for target in (total, *parts)],
                refs=[ref(target) for target in (total, *parts)],
                values={
                    "count": len(parts),
                    "year": str(year),
                    "sum": added,
                    "unit": total.unit,
                    "gap": total.value - added,
                    "subject": total.subject,
                    "total": figure(total),
                    "place": context.place(total),
                    "items": [{"part": part.subject, "figure": figure(part)} for part in parts],
                },
            )


def _is_size(target: Target) -> bool:
    return (
        is_stock(target)
        and amount(target)[0] == "money"
        and target.value > 0
        and _SIZE.search(normalise(target.subject)) is not None
        and _NO_SIZE.search(target.subject) is None
    )


def _is_whole(context: Context, target: Target) -> bool:
    """A subject of the whole economy the plan is about, by its words or the plan's title."""
    if _WHOLE.search(target.subject):
        return True
    core = _SIZE.sub("", name_of(target.subject).core).removesuffix("产业").removesuffix("核心")
    return len(core) >= 3 and core in normalise(context.plan.title)

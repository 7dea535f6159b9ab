"""Rules about the yearly work list against the annex path and the text's promises."""

from collections.abc import Iterator, Sequence
from typing import Any

from shucheng.plan.compiler.lint.context import (
    Context,
    amount,
    annex_amount,
    annex_figure,
    figure,
    path_of,
    ref,
    same_scope,
)
from shucheng.plan.compiler.lint.measured_things import Member, Thing
from shucheng.plan.compiler.lint.rule import Found, rule
from shucheng.plan.compiler.matching import name_of
from shucheng.plan.compiler.model import Indicator, Target


def _against_annex(context: Context) -> Iterator[tuple[Thing, Target, Indicator, int]]:
    """Each indicator with the work-list figure that names it best."""
    for thing in context.things:
        row = thing.indicator
        works = [
            member
            for member in thing.work
            if member.target.kind != "growth" and context.whole(member.target)
        ]
        if row is None or not works:
            continue
        target = max(works, key=lambda member: _closeness(member, row)).target
        year = context.year_of(target) or context.work_year
        if year is None or str(year) not in row.targets:
            continue
        if amount(target)[0] == annex_amount(row, year)[0]:
            yield thing, target, row, year


def _closeness(member: Member, row: Indicator) -> tuple[bool, float, float]:
    return same_scope(member.target.subject, row.name), member.score, member.target.value


@rule(
    "work-point-above-annex",
    "warning",
    title="A work point asks for more than the year's annex value",
    title_zh="工作要点数量超过附件当年目标",
    en='"{subject}": {place} asks for {work} in {year}, the annex value of that year is {annex} '
    "({row})",
    zh="“{subject}”：{place}（{year}年）为{work}，超过附件当年目标{annex}（{row}）",
)
def work_point_above_annex(context: Context) -> Iterator[Found]:
    for _, target, row, year in _against_annex(context):
        if amount(target)[1] > annex_amount(row, year)[1]:
            yield Found(
                [target.span, row.span],
                [ref(target), ref(row)],
                {
                    "subject": target.subject,
                    "place": context.place(target),
                    "work": figure(target),
                    "year": str(year),
                    "annex": annex_figure(row, year),
                    "row": context.place(row),
                },
            )


@rule(
    "work-point-below-promise",
    "warning",
    title="A work point asks for less than was promised for the year",
    title_zh="工作要点数量低于当年应有进度",
    en='"{subject}": {place} asks for {work} in {year}, but {promise_place} needs {promise}',
    zh="“{subject}”：{place}（{year}年）为{work}，低于{promise_place}所需的{promise}",
)
def work_point_below_promise(context: Context) -> Iterator[Found]:
    for thing in context.things:
        # Several figures of one thing (80个, 其中 ... 15个): the largest is the whole.
        for target in _largest(thing):
            year = context.year_of(target) or context.work_year
            needed = [
                (figure(promise.target), amount(promise.target)[1], promise.target)
                for promise in thing.text
                if promise.target.kind == target.kind == "annual"
                and context.whole(promise.target)
                and context.whole(target)
                and year in context.reach(promise.target)
                and amount(promise.target)[0] == amount(target)[0]
                and same_scope(promise.target.subject, target.subject)
            ]
            yield from _less_than(context, target, year, needed)
    for thing, target, row, year in _against_annex(context):
        path = dict(path_of(row))
        step: float | None = None
        if target.kind == "level":
            step = path[year]
        elif target.kind == "annual" and year - 1 in path:
            step = path[year] - path[year - 1]
        promised = any(member.target.kind == "annual" for member in thing.text)
        if step is not None and (target.kind == "level" or not promised):
            said = {**annex_figure(row, year), "value": step}
            scale = annex_amount(row, year)[1] / path[year] if path[year] else 1.0
            yield from _less_than(context, target, year, [(said, step * scale, row)])


def _largest(thing: Thing) -> list[Target]:
    yearly = [member.target for member in thing.work if member.target.kind == "annual"]
    return [max(yearly, key=amount)] if yearly else []


def _less_than(
    context: Context,
    target: Target,
    year: int | None,
    needed: Sequence[tuple[dict[str, Any], float, Target | Indicator]],
) -> Iterator[Found]:
    for said, least, by in needed:
        if amount(target)[1] < least * (1 - 1e-9):
            yield Found(
                [target.span, by.span],
                [ref(target), ref(by)],
                {
                    "subject": target.subject,
                    "place": context.place(target),
                    "work": figure(target),
                    "year": str(year or "—"),
                    "promise": said,
                    "promise_place": context.place(by),
                },
            )
            return


@rule(
    "cumulative-base-unclear",
    "warning",
    title="累计 counts from the plan's start in some rows and from before it in others",
    title_zh="“累计”起算点不一致",
    en="In these rows the first year's cumulative value is larger than what the work list adds in "
    "that year: either it holds a stock from before the plan, which the plan does not state, or "
    "the work list falls short",
    zh="下列指标首年累计值大于工作要点当年新增数：或含计划期前存量（正文与附件均未写明），"
    "或工作要点安排不足",
    item_en='"{name}" ({row}) {annex}, work list {work}, difference {base} {unit}',
    item_zh="“{name}”（{row}）{annex}，工作要点{work}，相差{base}{unit}",
    extra={
        "from_zero": (
            "Other cumulative rows start from zero: {from_zero}.",
            "而另一些“累计”指标自首年从零起算：{from_zero}。",
        )
    },
)
def cumulative_base_unclear(context: Context) -> Iterator[Found]:
    stocked: list[tuple[Target, Indicator, dict[str, Any]]] = []
    zero_based: list[Indicator] = []
    for _, target, row, year in _against_annex(context):
        if not row.cumulative or target.kind != "annual" or year != path_of(row)[0][0]:
            continue
        first, new = annex_amount(row, year), amount(target)
        if first == new:
            zero_based.append(row)
        elif new[1] < first[1] and not _partial(target, row):
            factor = first[1] / row.targets[str(year)] if row.targets[str(year)] else 1.0
            item = {
                "name": row.name,
                "row": context.place(row),
                "annex": {**annex_figure(row, year), "year": year},
                "work": figure(target),
                "base": (first[1] - new[1]) / factor,
                "unit": row.unit,
            }
            stocked.append((target, row, item))
    if not stocked:
        return
    values: dict[str, Any] = {"items": [item for _, _, item in stocked]}
    if zero_based:
        values["from_zero"] = [row.name for row in zero_based]
    yield Found(
        spans=[part.span for target, row, _ in stocked for part in (row, target)],
        refs=[*(ref(part) for target, row, _ in stocked for part in (row, target))],
        values=values,
    )


def _partial(target: Target, row: Indicator) -> bool:
    """Whether the work point counts one rank of the row's whole (省级 of all)."""
    return bool(name_of(target.subject).grades - name_of(row.name).grades)

"""Rules about what one part of the plan has and another lacks: text, annex, work list."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from shucheng.plan.compiler.lint.context import Context, figure, is_stock, path_of
from shucheng.plan.compiler.lint.measured_things import Thing
from shucheng.plan.compiler.lint.rule import Found, gather, rule
from shucheng.plan.compiler.matching import name_of
from shucheng.plan.compiler.model import Indicator, Target


def listed(
    context: Context,
    things: Iterable[Thing],
    pick: Callable[[Thing], Target],
    **values: Any,
) -> Iterator[Found]:
    """One finding that lists things by the target that says each best."""
    targets = sorted((pick(thing) for thing in things), key=lambda target: target.span)
    return gather(
        (
            (
                [target],
                {
                    "subject": target.subject,
                    "figure": figure(target),
                    "place": context.place(target),
                },
            )
            for target in targets
        ),
        **values,
    )


@rule(
    "target-without-indicator",
    "warning",
    title="A target of the text has no path in the annex",
    title_zh="正文目标未列入指标附件",
    en="{count} of the {all} things that the text puts a number on have no row in the indicator "
    "annex, so nothing says what each year should bring",
    zh="正文{all}项量化事项中有{count}项未列入指标附件，缺少分年度路径",
    item_en='"{subject}" {figure} ({place})',
    item_zh="“{subject}”{figure}（{place}）",
)
def target_without_indicator(context: Context) -> Iterator[Found]:
    # What is promised alike for every year needs no path.
    stocks = {
        id(thing): member.target
        for thing in context.things
        for member in reversed(thing.text)
        if is_stock(member.target)
    }
    said = [thing for thing in context.things if id(thing) in stocks]
    bare = [thing for thing in said if thing.indicator is None]
    if context.plan.indicators:
        yield from listed(
            context, bare, lambda thing: stocks[id(thing)], count=len(bare), all=len(said)
        )


def _rows_found(context: Context, rows: list[Indicator], **values: Any) -> Iterator[Found]:
    return gather(
        (
            (
                [row],
                {
                    "name": row.name,
                    "row": context.place(row),
                    "path": [value for _, value in path_of(row)],
                    "unit": row.unit,
                    "lead": list(row.lead),
                },
            )
            for row in rows
        ),
        **values,
    )


@rule(
    "indicator-without-target",
    "warning",
    title="An indicator of the annex that no sentence asks for",
    title_zh="附件指标在正文中没有依据",
    en="The annex has an indicator that no sentence of the text speaks of",
    zh="附件设有指标，但正文没有对应目标表述",
    item_en='"{name}" ({row}), {path} {unit}',
    item_zh="“{name}”（{row}），{path}{unit}",
)
def indicator_without_target(context: Context) -> Iterator[Found]:
    rows = [thing for thing in context.things if thing.indicator is not None]
    # Where the text repeats no row at all, the table itself is the plan's list of aims.
    if any(thing.text for thing in rows):
        bare = [thing.indicator for thing in rows if thing.indicator and not thing.text]
        yield from _rows_found(context, [row for row in bare if not _said_in_parts(context, row)])


def _said_in_parts(context: Context, row: Indicator) -> bool:
    """A row that counts together (数字农场、果园、渔场) what the text counts apart."""
    parts = [part for part in name_of(row.name).core.split("、") if len(part) > 1]
    if len(parts) < 2:
        return False
    cores = [name_of(target.subject).core for target in context.text_targets]
    return sum(any(part in core for core in cores) for part in parts) > 1


@rule(
    "indicator-without-work-point",
    "info",
    title="An indicator that the year's work list does nothing measurable for",
    title_zh="指标在年度工作要点中没有量化支撑",
    en="{count} indicators have a value for {year}, but no figure of that year's work list "
    "carries them",
    zh="{count}项指标设有{year}年目标值，当年工作要点中却没有对应的量化安排",
    item_en='"{name}" ({row}, {lead})',
    item_zh="“{name}”（{row}，{lead}）",
)
def indicator_without_work_point(context: Context) -> Iterator[Found]:
    year = context.work_year
    renamed = {id(planned) for _, planned in context.twins}
    rows = [
        thing.indicator
        for thing in context.things
        if thing.indicator
        and not thing.work
        and id(thing) not in renamed
        and str(year) in thing.indicator.targets
    ]
    if context.work_of and year is not None:
        yield from _rows_found(context, rows, count=len(rows), year=str(year))


@rule(
    "annual-without-work-point",
    "info",
    title="A yearly promise that the year's work list leaves out",
    title_zh="每年目标未进入年度工作要点",
    en="The text promises this every year, but the work list of {year} does not carry it",
    zh="正文要求每年完成，{year}年工作要点却未安排",
    item_en='"{subject}" {figure} ({place})',
    item_zh="“{subject}”{figure}（{place}）",
)
def annual_without_work_point(context: Context) -> Iterator[Found]:
    year = context.work_year
    # With an indicator it is already listed by indicator-without-work-point.
    promised = {
        id(thing): member.target
        for thing in context.things
        for member in thing.text
        if member.target.kind == "annual" and year in context.reach(member.target)
    }
    missing = [
        thing
        for thing in context.things
        if id(thing) in promised and not thing.work and thing.indicator is None
    ]
    if context.plan.work_points and year is not None:
        yield from listed(context, missing, lambda thing: promised[id(thing)], year=str(year))


@rule(
    "work-target-without-plan",
    "info",
    title="A figure of the work list that the plan itself does not have",
    title_zh="工作要点数量目标在计划中没有对应",
    en="The work list of {year} sets these figures, but neither the text nor the annex says where "
    "they are to stand at the plan's end",
    zh="{year}年工作要点设有下列数量目标，正文和附件均未说明规划期末要求",
    item_en='"{subject}" {figure} ({place})',
    item_zh="“{subject}”{figure}（{place}）",
)
def work_target_without_plan(context: Context) -> Iterator[Found]:
    renamed = {id(work) for work, _ in context.twins}
    alone = [
        thing
        for thing in context.things
        if thing.work and not thing.text and thing.indicator is None and id(thing) not in renamed
    ]
    if context.text_targets:
        yield from listed(
            context, alone, lambda thing: thing.work[0].target, year=str(context.work_year or "—")
        )

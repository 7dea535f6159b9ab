"""Rules about what a promise lacks: a year, a unit, someone who answers, a measure."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from shucheng.plan.compiler.lint.context import Context, figure, path_of, ref, spans_of
from shucheng.plan.compiler.lint.measured_things import Thing
from shucheng.plan.compiler.lint.rule import Found, Said, gather, rule
from shucheng.plan.compiler.lint.rules.coverage import listed
from shucheng.plan.compiler.matching import name_of, normalise
from shucheng.plan.compiler.model import Indicator, Target, Task, WorkPoint

# A subject shorter than this may stand in any sentence by chance.
_TELLING = 6
_NEEDS_NO_UNIT = re.compile(
    r"指数|得分|评分|分值|排名|位次|名次|系数|倍数|比值|比$|PUE|pue|度$|等级|星级|强度|弹性|效率"
)


@rule(
    "target-without-year",
    "info",
    title="A target that does not say by when",
    title_zh="目标未写明完成年份",
    en="The sentence does not say by when",
    zh="目标表述未写明完成年份",
    item_en='"{subject}" {figure} ({place})',
    item_zh="“{subject}”{figure}（{place}）",
    extra={
        "annex": (", the annex has it in {annex}", "，附件为{annex}年"),
    },
)
def target_without_year(context: Context) -> Iterator[Found]:
    return gather(_open_ended(context))


def _open_ended(context: Context) -> Iterator[tuple[list[Target], Said]]:
    for target in context.text_targets:
        if target.year is not None or target.kind in {"annual", "growth"} or target.period:
            continue
        said: Said = {
            "subject": target.subject,
            "figure": figure(target),
            "place": context.place(target),
        }
        row = context.thing_of[target.id].indicator
        years = [year for year, value in path_of(row) if value == target.value] if row else []
        if years:
            said["annex"] = str(years[0])
        yield [target], said


@rule(
    "target-without-unit",
    "warning",
    title="A figure without a unit",
    title_zh="数值缺少计量单位",
    en="A figure has no unit and is not an index, rank or ratio",
    zh="数值没有计量单位，且不属于指数、排名或比值",
    item_en='"{subject}" {value} ({place})',
    item_zh="“{subject}”{value}（{place}）",
)
def target_without_unit(context: Context) -> Iterator[Found]:
    found: list[tuple[Target | Indicator, str, float]] = [
        (target, target.subject, target.value)
        for target in context.plan.targets
        if not target.unit and not _NEEDS_NO_UNIT.search(target.subject)
    ]
    found += [
        (row, row.name, path_of(row)[-1][1])
        for row in context.plan.indicators
        if not row.unit and row.targets and not _NEEDS_NO_UNIT.search(row.name)
    ]
    return gather(
        ([of], {"subject": subject, "value": value, "place": context.place(of)})
        for of, subject, value in found
    )


@rule(
    "target-without-lead",
    "warning",
    title="A target that nobody answers for",
    title_zh="目标没有责任单位",
    en="No task, annex row or work point with a responsible organisation carries this target",
    zh="该目标不在任何任务、附件指标或工作要点之下，没有责任单位",
    item_en='"{subject}" {figure} ({place})',
    item_zh="“{subject}”{figure}（{place}）",
)
def target_without_lead(context: Context) -> Iterator[Found]:
    def answered(thing: Thing) -> bool:
        if thing.indicator is not None and thing.indicator.lead:
            return True
        for member in thing.members:
            task = context.task_of(member.target)
            point = context.work_of.get(member.target.id)
            if (task and (task.responsible or task.lead)) or (point and point.lead):
                return True
        return False

    bare = [thing for thing in context.things if thing.text and not answered(thing)]
    if any(task.responsible or task.lead for task in context.plan.tasks):
        yield from listed(context, bare, lambda thing: thing.text[0].target)


@rule(
    "qualitative-without-measure",
    "info",
    title="A promise that nothing measures",
    title_zh="定性承诺没有衡量办法",
    en="These promises have no number, so attainment will be a matter of opinion unless a "
    "measure is agreed",
    zh="下列承诺没有数量要求，如不约定衡量办法，完成与否难以判定",
    item_en='"{quote}" ({place})',
    item_zh="“{quote}”（{place}）",
    extra={"measured": (", while {where} says {measured}", "，而{where}为{measured}")},
)
def qualitative_without_measure(context: Context) -> Iterator[Found]:
    measured = _by_first_letters(context)
    items: list[dict[str, Any]] = []
    for promise in context.plan.qualitative:
        point = context.point_at(promise.span)
        place = (
            {"place": "work", "at": str(point.no)}
            if point
            else {"place": "text", "at": context.section_label(promise.section)}
        )
        item: dict[str, Any] = {"quote": promise.quote, "place": place}
        twin = _named_in(normalise(promise.quote), measured)
        if twin is not None:
            item |= {"measured": figure(twin), "where": context.place(twin)}
        items.append(item)
    if items:
        yield Found([promise.span for promise in context.plan.qualitative], (), {"items": items})


def _by_first_letters(context: Context) -> dict[str, list[Target]]:
    """Targets of the text by the first letters of their subject, where it is long enough."""
    found: dict[str, list[Target]] = defaultdict(list)
    for target in context.text_targets:
        name = name_of(target.subject)
        if len(name.core) >= _TELLING:
            found[name.text[:_TELLING]].append(target)
    return found


def _named_in(quote: str, measured: dict[str, list[Target]]) -> Target | None:
    """The first measured target whose whole subject a promise repeats."""
    for at in range(len(quote) - _TELLING + 1):
        for target in measured.get(quote[at : at + _TELLING], ()):
            if quote.startswith(name_of(target.subject).text, at):
                return target
    return None


def _actions(context: Context) -> dict[str, list[Task]]:
    """Tasks by the section that holds them."""
    sections = {part.id: part for part in context.plan.sections}
    actions: dict[str, list[Task]] = defaultdict(list)
    for task in context.plan.tasks:
        section = sections.get(task.section)
        # A task may be filed under its own numbered paragraph or under the action above it.
        own = section is not None and section.title == task.title and section.parent
        actions[section.parent if own and section and section.parent else task.section].append(task)
    return actions


def _measured_tasks(context: Context) -> set[str]:
    tasks = (context.task_of(target) for target in context.text_targets)
    return {task.id for task in tasks if task is not None}


@rule(
    "action-without-measure",
    "warning",
    title="A whole action without a single measured target",
    title_zh="整个行动没有量化目标",
    en="Other actions have targets, but no task of this one has a number, and nothing of it is "
    "carried by an indicator of the annex",
    zh="其他行动有量化目标，而该行动各项任务均无数量要求，附件指标也没有与之对应的",
    item_en='"{action}" ({tasks} tasks; {works} points in the work list, {figures} with a number)',
    item_zh="“{action}”（{tasks}项任务；工作要点{works}项，其中{figures}项有数量）",
)
def action_without_measure(context: Context) -> Iterator[Found]:
    bare = _bare_actions(context)
    items = [
        {
            "action": _title(context, action),
            "tasks": len(tasks),
            "works": len(_points(context, action)),
            "figures": sum(bool(point.targets) for point in _points(context, action)),
        }
        for action, tasks in bare.items()
    ]
    if items:
        tasks = [task for group in bare.values() for task in group]
        yield Found(spans_of(tasks), map(ref, tasks), {"items": items})


def _bare_actions(context: Context) -> dict[str, list[Task]]:
    measured = _measured_tasks(context)
    actions = {
        action: tasks for action, tasks in _actions(context).items() if action and len(tasks) > 1
    }
    bare = {
        action: tasks
        for action, tasks in actions.items()
        if not any(task.id in measured for task in tasks) and not _in_annex(context, action)
    }
    known = {part.id for part in context.plan.sections}
    return (
        {action: tasks for action, tasks in bare.items() if action in known}
        if len(bare) < len(actions)
        else {}
    )


def _title(context: Context, section: str) -> str:
    return next((part.title for part in context.plan.sections if part.id == section), "")


def _points(context: Context, action: str) -> list[WorkPoint]:
    title = _title(context, action)
    return [point for point in context.plan.work_points if point.action == title]


def _in_annex(context: Context, action: str) -> bool:
    """Whether a work point of the action carries an indicator."""
    return any(
        context.thing_of[target].indicator is not None
        for point in _points(context, action)
        for target in point.targets
        if target in context.thing_of
    )


@rule(
    "task-without-measure",
    "info",
    title="A task without a measured target",
    title_zh="任务没有量化目标",
    en="{count} tasks have no number of their own",
    zh="{count}项任务没有量化目标",
    item_en='"{title}" ({place})',
    item_zh="“{title}”（{place}）",
)
def task_without_measure(context: Context) -> Iterator[Found]:
    measured = _measured_tasks(context)
    reported = {task.id for tasks in _bare_actions(context).values() for task in tasks}
    bare = [task for task in context.plan.tasks if task.id not in measured | reported]
    if measured:
        yield from gather(
            (
                (
                    [task],
                    {"title": task.title, "place": {"place": "text", "at": _label(context, task)}},
                )
                for task in bare
            ),
            count=len(bare),
        )


def _label(context: Context, task: Task) -> str:
    section = context.section_label(task.section)
    number = task.number.strip("、.．。 ")
    return section if section.endswith(number) else section + number

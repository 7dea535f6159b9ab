"""Rules about who answers: leads that differ, tasks without one, organisations out of place."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from shucheng.plan.compiler.document import Span
from shucheng.plan.compiler.lint.context import Context, ref, spans_of
from shucheng.plan.compiler.lint.rule import Found, rule
from shucheng.plan.compiler.matching import normalise
from shucheng.plan.compiler.model import Indicator, Mention, Target, WorkPoint


@rule(
    "lead-differs",
    "warning",
    title="Different organisations lead the same thing",
    title_zh="同一事项牵头单位不一致",
    en='"{subject}": {first_place} names {first}, {second_place} names {second}',
    zh="“{subject}”：{first_place}为{first}，{second_place}为{second}",
)
def lead_differs(context: Context) -> Iterator[Found]:
    for thing in context.things:
        row = thing.indicator
        told: set[str] = set()
        for member in thing.work:
            point = context.work_of[member.target.id]
            # Several figures of one work point are one disagreement.
            if row is None or ref(point) in told or not _at_odds(context, row.lead, point.lead):
                continue
            told.add(ref(point))
            yield _two_leads(context, thing.label, row, row.lead, member.target, point.lead)
        for member in thing.text:
            task = context.task_of(member.target)
            lead = row.lead if row is not None else ()
            if task is None or not lead:
                continue
            named = task.lead or task.responsible
            first_missing = context.organisation(lead[0]) not in context.organisations(
                (*task.lead, *task.responsible)
            )
            if (
                named
                and row is not None
                and (first_missing or (task.lead and _at_odds(context, lead, task.lead)))
            ):
                yield _two_leads(context, thing.label, row, lead, member.target, named)
                break


def _at_odds(context: Context, first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    """Whether the one who leads here is not even among those who lead there."""
    mine, theirs = context.organisations(first), context.organisations(second)
    return bool(mine and theirs) and (mine[0] not in theirs or theirs[0] not in mine)


def _two_leads(
    context: Context,
    subject: str,
    first: Indicator,
    leads: tuple[str, ...],
    second: Target,
    others: tuple[str, ...],
) -> Found:
    return Found(
        [first.span, second.span],
        [ref(first), ref(second)],
        {
            "subject": subject,
            "first_place": context.place(first),
            "first": list(leads),
            "second_place": context.place(second),
            "second": list(others),
        },
    )


@rule(
    "task-without-lead",
    "info",
    title="Tasks shared by several organisations, none of which leads",
    title_zh="任务由多个单位分工，未明确牵头单位",
    en="{count} of {all} tasks are shared by {fewest} to {most} organisations without saying who "
    "leads; confirm whether the one named first does",
    zh="{all}项任务中有{count}项由{fewest}至{most}个单位分工负责而未写明牵头单位，"
    "请明确排名首位的单位是否牵头",
)
def task_without_lead(context: Context) -> Iterator[Found]:
    shared = [task for task in context.plan.tasks if len(task.responsible) > 1 and not task.lead]
    if shared:
        sizes = [len(task.responsible) for task in shared]
        yield Found(
            spans_of(shared),
            map(ref, shared),
            {
                "count": len(shared),
                "all": len(context.plan.tasks),
                "fewest": min(sizes),
                "most": max(sizes),
            },
        )


@rule(
    "organisation-unknown",
    "warning",
    title="An organisation that the city pack does not know",
    title_zh="城市包中没有该单位",
    en="The city pack knows none of these, so duties cannot be sent to them; add them or an alias",
    zh="城市包中没有下列单位，无法向其派发任务；请补充单位或别名",
    item_en="{name} ({mentions} mentions)",
    item_zh="{name}（出现{mentions}次）",
)
def organisation_unknown(context: Context) -> Iterator[Found]:
    if context.known is None:
        return
    known = {*context.known, *context.known.values()}
    strange = [
        mention
        for mention in context.plan.organisations
        if mention.name not in known and not known.intersection(mention.aliases)
    ]
    if strange:
        yield Found(
            [span for mention in strange for span in mention.spans[:1]],
            (),
            {
                "items": [
                    {"name": mention.name, "mentions": mention.mentions} for mention in strange
                ]
            },
        )


@rule(
    "organisation-two-names",
    "info",
    title="One organisation under two names",
    title_zh="同一单位使用了不同名称",
    en="The plan calls one organisation by several names",
    zh="同一单位在文中使用了不同名称",
    item_en="{name}: {forms}",
    item_zh="{name}：{forms}",
)
def organisation_two_names(context: Context) -> Iterator[Found]:
    several = [
        (mention, forms)
        for mention in context.plan.organisations
        if len(forms := _forms(context, mention)) > 1
    ]
    if several:
        yield Found(
            [span for _, forms in several for span in forms.values()],
            (),
            {"items": [{"name": mention.name, "forms": list(forms)} for mention, forms in several]},
        )


def _forms(context: Context, mention: Mention) -> dict[str, Span]:
    """The names an organisation really goes by in the body, and where each first stands.

    The letterhead and the notice above the plan name the issuer in full; that is their form.
    """
    first = next((part.span[0] for part in context.plan.sections if part.number), 0)
    forms: dict[str, Span] = {}
    for span in mention.spans:
        if span[0] >= first:
            forms.setdefault(normalise(context.text[span[0] : span[1]]), span)
    names = sorted(forms, key=len)
    # 盐城市财政局 is 市财政局 with its place before it.
    return {
        name: forms[name]
        for at, name in enumerate(names)
        if not any(name.endswith(shorter) for shorter in names[:at])
    }


def _duties(context: Context) -> dict[str, list[Indicator | WorkPoint]]:
    """What each organisation leads in the annexes."""
    duties: dict[str, list[Indicator | WorkPoint]] = defaultdict(list)
    entries: tuple[Indicator | WorkPoint, ...] = (
        *context.plan.indicators,
        *context.plan.work_points,
    )
    for of in entries:
        for name in context.organisations(of.lead):
            duties[name].append(of)
    return duties


def _responsible(context: Context) -> dict[str, int]:
    """How many tasks each organisation is named for."""
    tasks: dict[str, int] = defaultdict(int)
    for task in context.plan.tasks:
        for name in context.organisations((*task.lead, *task.responsible)):
            tasks[name] += 1
    return tasks


@rule(
    "lead-outside-tasks",
    "warning",
    title="It leads in an annex but no task names it",
    title_zh="附件牵头单位未列入任何任务的责任单位",
    en="These lead in the annexes, but no task of the text names them (at most an open 等 does)",
    zh="下列单位在附件中牵头，正文任何任务的责任单位均未列其名（至多包含在“等”之内）",
    item_en="{name}: {leads}",
    item_zh="{name}：{leads}",
)
def lead_outside_tasks(context: Context) -> Iterator[Found]:
    named = _responsible(context)
    strange = {name: of for name, of in _duties(context).items() if name not in named}
    if named and strange:
        led = [part for of in strange.values() for part in of]
        yield Found(
            spans_of(led),
            map(ref, led),
            {
                "items": [
                    {"name": name, "leads": [_mark(part) for part in of]}
                    for name, of in strange.items()
                ]
            },
        )


def _mark(of: Indicator | WorkPoint) -> dict[str, Any]:
    return {"place": "annex" if isinstance(of, Indicator) else "work", "at": str(of.no)}


@rule(
    "responsible-without-duty",
    "info",
    title="It answers for tasks but leads nothing that is measured",
    title_zh="责任单位未牵头任何指标或工作要点",
    en="These organisations are named for tasks, but lead no indicator and no point of the work "
    "list, so nothing shows what each of them is to deliver",
    zh="下列单位列为任务责任单位，却未牵头任何附件指标或工作要点，难以界定其应交付的内容",
    item_en="{name} ({tasks} tasks)",
    item_zh="{name}（{tasks}项任务）",
)
def responsible_without_duty(context: Context) -> Iterator[Found]:
    duties, tasks = _duties(context), _responsible(context)
    idle = sorted((name for name in tasks if name not in duties), key=lambda name: -tasks[name])
    if duties and idle:
        sharing = [
            task
            for task in context.plan.tasks
            if not duties.keys() >= {*context.organisations((*task.lead, *task.responsible))}
        ]
        yield Found(
            spans_of(sharing),
            map(ref, sharing),
            {"items": [{"name": name, "tasks": tasks[name]} for name in idle]},
        )

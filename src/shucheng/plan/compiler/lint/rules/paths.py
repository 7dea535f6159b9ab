"""Rules about an indicator's values over the years, and about the years themselves."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from shucheng.plan.compiler.lint.context import Context, figure, path_of, ref, spans_of
from shucheng.plan.compiler.lint.rule import Found, Said, gather, rule
from shucheng.plan.compiler.matching import less_is_better
from shucheng.plan.compiler.model import Indicator, Target

_JUMP = 3.0
_LATE_STEP = 2.0
_OUTLOOK = re.compile(r"展望|远景|到本世纪")
_NEARLY_OVER_DAYS = 150


class _Step(NamedTuple):
    """From one year's value to that of `year`."""

    year: int
    before: float
    after: float


def falls_well(row: Indicator) -> bool:
    """Whether less is better for an indicator (energy, latency, accidents)."""
    if row.comparator in {"<", "<="}:
        return True
    return less_is_better(row.name)


def _grouped(context: Context, picks: Callable[[Indicator, _Step], bool]) -> Iterator[Found]:
    """One finding for all rows that have a step from year to year that `picks` chooses."""

    def cases() -> Iterator[tuple[list[Indicator], Said]]:
        for row in context.plan.indicators:
            path = path_of(row)
            steps = [_Step(year, before, after) for (_, before), (year, after) in pairwise(path)]
            chosen = [str(step.year) for step in steps if picks(row, step)]
            if chosen:
                yield (
                    [row],
                    {
                        "name": row.name,
                        "row": context.place(row),
                        "path": [value for _, value in path],
                        "unit": row.unit,
                        "years": chosen,
                    },
                )

    return gather(cases())


@rule(
    "path-falls",
    "warning",
    title="A path that goes the wrong way",
    title_zh="目标路径倒退",
    en="The yearly values go the wrong way",
    zh="年度目标出现倒退",
    item_en='"{name}" ({row}): {path} {unit}, in {years}',
    item_zh="“{name}”（{row}）：{path}{unit}，{years}年",
)
def path_falls(context: Context) -> Iterator[Found]:
    def wrong(row: Indicator, step: _Step) -> bool:
        return step.after > step.before if falls_well(row) else step.after < step.before

    return _grouped(context, wrong)


@rule(
    "path-flat",
    "warning",
    title="A path that stands still",
    title_zh="目标路径停滞",
    en="The value does not move from one year to the next, so that year has nothing to attain",
    zh="相邻年度目标值相同，该年度没有可考核的增量",
    item_en='"{name}" ({row}): {path} {unit}, flat in {years}',
    item_zh="“{name}”（{row}）：{path}{unit}，{years}年与上年持平",
)
def path_flat(context: Context) -> Iterator[Found]:
    return _grouped(context, lambda _, step: step.before == step.after)


@rule(
    "path-jump",
    "info",
    title="A value that more than triples in a year",
    title_zh="目标值一年内增长三倍以上",
    en="The value more than triples within a year; check for a slip of the decimal point or unit",
    zh="目标值一年内增长到三倍以上，请核对小数点与单位",
    item_en='"{name}" ({row}): {path} {unit}, in {years}',
    item_zh="“{name}”（{row}）：{path}{unit}，{years}年",
)
def path_jump(context: Context) -> Iterator[Found]:
    return _grouped(
        context,
        lambda row, step: not row.cumulative and 0 < _JUMP * step.before < step.after,
    )


@rule(
    "path-back-loaded",
    "info",
    title="Most of the work is left to the last year",
    title_zh="任务量后置于最后一年",
    en="The last year alone carries at least half of the increase and twice the earlier pace",
    zh="最后一年承担了一半以上的增量，且为此前年均增量的两倍以上",
    item_en='"{name}" ({row}): {path} {unit}',
    item_zh="“{name}”（{row}）：{path}{unit}",
)
def path_back_loaded(context: Context) -> Iterator[Found]:
    def late(row: Indicator, step: _Step) -> bool:
        path = path_of(row)
        earlier = [after - before for (_, before), (_, after) in pairwise(path[:-1])]
        last = path[-1][1] - path[-2][1]
        return (
            step.year == path[-1][0]
            and bool(earlier)
            and min(earlier) >= 0
            and last > 0
            and last >= _LATE_STEP * sum(earlier) / len(earlier)
            and last >= sum(earlier)
        )

    return _grouped(context, late)


@rule(
    "path-gap",
    "warning",
    title="A year of the plan has no value",
    title_zh="指标缺少年度目标",
    en="The annex gives no value for a year of the plan",
    zh="附件缺少计划期内年度目标值",
    item_en='"{name}" ({row}): no value for {years}',
    item_zh="“{name}”（{row}）：缺{years}年",
)
def path_gap(context: Context) -> Iterator[Found]:
    # An annex of one column is a list of final values, not a path with holes.
    expected = set(context.columns) if len(context.columns) > 1 else set()
    if expected and context.years:
        expected = {year for year in expected if year >= context.years[0]} | {context.years[-1]}
    gaps = [
        (row, sorted(expected - {int(year) for year in row.targets}))
        for row in context.plan.indicators
        if row.targets
    ]
    return gather(
        (
            [row],
            {"name": row.name, "row": context.place(row), "years": [str(year) for year in years]},
        )
        for row, years in gaps
        if years
    )


@rule(
    "deadline-outside-period",
    "warning",
    title="A deadline outside the plan's period",
    title_zh="完成时限超出规划期",
    en="The plan runs from {start} to {end}, but these are due outside it",
    zh="规划期为{start}—{end}年，下列目标的完成时限在规划期之外",
    item_en='"{subject}" {figure} in {year} ({place})',
    item_zh="“{subject}”{year}年{figure}（{place}）",
)
def deadline_outside_period(context: Context) -> Iterator[Found]:
    period = context.plan.period
    if period is None:
        return
    outside: dict[int, list[Target]] = defaultdict(list)
    for target in context.plan.targets:
        before = context.text[max(0, target.span[0] - 60) : target.span[1]]
        if target.year is None or period.start <= target.year <= period.end:
            continue
        if not _OUTLOOK.search(before):
            outside[target.year].append(target)
    # Several targets for one later year are a second horizon (到2030年), hardly a slip.
    horizons = {year for year, targets in outside.items() if year > period.end and targets[1:]}
    for far in (False, True):
        late = [
            target
            for year in sorted(outside)
            if (year in horizons) == far
            for target in outside[year]
        ]
        if late:
            items = [
                {
                    "subject": target.subject,
                    "figure": figure(target),
                    "year": str(target.year),
                    "place": context.place(target),
                }
                for target in late
            ]
            yield Found(
                spans_of(late),
                map(ref, late),
                {"start": str(period.start), "end": str(period.end), "items": items},
                severity="info" if far else None,
            )


@rule(
    "first-year-nearly-over",
    "info",
    title="The first year is nearly over when the plan comes out",
    title_zh="印发时首年已近尾声",
    en="The plan was issued on {published}, {days} days before the end of {year}, and sets "
    "{works} work-list figures and {rows} annex values for {year}: decide which of them count "
    "from January and which from the day of issue",
    zh="计划于{published}印发，距{year}年底仅{days}天，却为{year}年设有{works}项工作要点数量目标和"
    "{rows}项附件年度目标值，请明确自年初还是自印发之日起算",
)
def first_year_nearly_over(context: Context) -> Iterator[Found]:
    try:
        issued = date.fromisoformat(context.plan.published or "")
    except ValueError:
        return
    left = (date(issued.year, 12, 31) - issued).days
    works = [
        target
        for target in context.plan.targets
        if target.id in context.work_of and target.year == issued.year
    ]
    rows = [row for row in context.plan.indicators if str(issued.year) in row.targets]
    # Where to look: the first figure of the work list and of the annex, not all of them.
    first: list[Target | Indicator] = [*works[:1], *rows[:1]]
    starts = context.years[:1] == (issued.year,)
    if first and starts and left <= _NEARLY_OVER_DAYS:
        yield Found(
            spans_of(first),
            map(ref, first),
            {
                "published": {"date": issued.isoformat()},
                "days": left,
                "year": str(issued.year),
                "works": len(works),
                "rows": len(rows),
            },
        )

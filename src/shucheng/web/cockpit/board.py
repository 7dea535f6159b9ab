"""What the first page says at a glance: headlines by category, the period, what is due next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from shucheng.lib.periods import days_left
from shucheng.plan.public import Cockpit, Headline, SectionTargets, Standing, TargetNow

_LIGHTS = ("red", "yellow", "green", "blue", "grey")
_EVEN = 0.5


@dataclass(frozen=True, slots=True)
class Category:
    """A category of the indicator annex and its indicators, in the annex's order."""

    name: str
    headlines: tuple[Headline, ...]


@dataclass(frozen=True, slots=True)
class Year:
    """A year of the plan's period on the bar: where it begins and ends, in percent."""

    year: int
    start: float
    middle: float
    end: float
    is_current: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    years: tuple[Year, ...]
    today: date
    today_at: float
    days_left: int
    is_over: bool


@dataclass(frozen=True, slots=True)
class Deadline:
    """The next end of a year for which the plan promises something."""

    on: date
    days: int
    indicators: int
    targets: int
    work_points: int


@dataclass(frozen=True, slots=True)
class Reached:
    """How many yearly targets the known values have come up to; a fact, not a judgement."""

    year: int
    reached: int
    known: int
    of: int


@dataclass(frozen=True, slots=True)
class Part:
    """An action, a chapter or an annex: how each of its targets stands, the reached ones first."""

    section: SectionTargets
    targets: tuple[TargetNow, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """A work point and how the numbers that it names stand."""

    point: Any  # a work point of the plan
    targets: tuple[TargetNow, ...]


@dataclass(frozen=True, slots=True)
class Lead:
    name: str
    points: tuple[Point, ...]
    due: date | None


@dataclass(frozen=True, slots=True)
class Work:
    """Work points by lead; `due` is the day on which all of them fall due, if it is one day."""

    leads: tuple[Lead, ...]
    most: int
    due: date | None
    is_over: bool


@dataclass(frozen=True, slots=True)
class Board:
    categories: tuple[Category, ...]
    timeline: Timeline | None
    deadline: Deadline | None
    reached: Reached | None
    parts: tuple[Part, ...]
    work: Work
    all_targets: int
    all_reached: int
    all_known: int
    all_tasks: int
    # How many of the city's indicators have each light, those to look at first before the others.
    lights: tuple[tuple[str, int], ...]
    # Of the targets that have a forecast, those that will be met rather than not; None without.
    likely: int | None
    forecast: int


def board(cockpit: Cockpit, parts: Sequence[SectionTargets]) -> Board:
    headlines = cockpit.headlines
    chances = [h.chance_now.probability for h in headlines if h.chance_now]
    return Board(
        categories=tuple(
            Category(name, tuple(found))
            for name, found in groupby(headlines, key=lambda h: h.indicator.category)
        ),
        timeline=_timeline(cockpit),
        deadline=_deadline(cockpit, parts),
        reached=_reached(headlines),
        parts=tuple(Part(part, _by_standing(part.targets)) for part in parts),
        work=_work(cockpit, parts),
        all_targets=sum(len(part.targets) for part in parts),
        all_reached=sum(part.reached for part in parts),
        all_known=sum(part.known for part in parts),
        all_tasks=sum(part.tasks for part in parts),
        lights=_lights(headlines),
        likely=sum(chance >= _EVEN for chance in chances) if chances else None,
        forecast=len(chances),
    )


def _lights(headlines: Sequence[Headline]) -> tuple[tuple[str, int], ...]:
    found = [h.judged.light for h in headlines if h.judged]
    return tuple((light, found.count(light)) for light in _LIGHTS if light in found)


def _by_standing(targets: Sequence[TargetNow]) -> tuple[TargetNow, ...]:
    order = list(Standing)
    return tuple(sorted(targets, key=lambda entry: order.index(entry.standing)))


def _work(cockpit: Cockpit, parts: Sequence[SectionTargets]) -> Work:
    named: dict[int | None, list[TargetNow]] = {}
    for part in parts:
        for entry in part.targets:
            named.setdefault(entry.target.work_point_id, []).append(entry)
    leads = tuple(
        Lead(
            work.lead,
            tuple(Point(point, tuple(named.get(point.pk, ()))) for point in work.work_points),
            work.due,
        )
        for work in cockpit.work
    )
    days = {lead.due for lead in leads}
    due = days.pop() if len(days) == 1 else None
    today = cockpit.progress.today if cockpit.progress else None
    return Work(
        leads=leads,
        most=max((len(lead.points) for lead in leads), default=0),
        due=due,
        is_over=bool(due and today and due < today),
    )


def _timeline(cockpit: Cockpit) -> Timeline | None:
    progress = cockpit.progress
    if progress is None:
        return None
    start, end = date(progress.start, 1, 1), date(progress.end + 1, 1, 1)
    whole = (end - start).days

    def at(day: date) -> float:
        return round((day - start).days / whole * 100, 2)

    years = tuple(
        Year(
            year=year,
            start=at(date(year, 1, 1)),
            middle=at(date(year, 7, 2)),
            end=at(date(year + 1, 1, 1)),
            is_current=year == progress.today.year,
        )
        for year in range(progress.start, progress.end + 1)
    )
    today_at = min(max(at(progress.today), 0.0), 100.0)
    last = date(progress.end, 12, 31)
    return Timeline(
        years=years,
        today=progress.today,
        today_at=today_at,
        days_left=days_left(last, progress.today),
        is_over=progress.today > last,
    )


def _deadline(cockpit: Cockpit, parts: Sequence[SectionTargets]) -> Deadline | None:
    """The end of this year or of the first later one with a yearly target, a target of the text
    or a work point."""
    if cockpit.progress is None:
        return None
    today, last = cockpit.progress.today, cockpit.progress.end
    targets = [entry.target for part in parts for entry in part.targets]
    points = {point for work in cockpit.work for point in work.work_points}
    for year in range(max(today.year, cockpit.progress.start), last + 1):
        indicators = sum(any(t.year == year for t in h.path) for h in cockpit.headlines)
        due = sum(_falls_due(year, t.year, t.implied_year, t.kind) for t in targets)
        work = sum(point.year == year for point in points)
        if indicators or due or work:
            on = date(year, 12, 31)
            return Deadline(on, days_left(on, today), indicators, due, work)
    return None


def _falls_due(year: int, named: int | None, implied: int | None, kind: str) -> bool:
    """What is promised for each year falls due every year."""
    return named == year or (named is None and (kind == "annual" or implied == year))


def _reached(headlines: Sequence[Headline]) -> Reached | None:
    with_target = [h for h in headlines if h.current]
    if not with_target:
        return None
    return Reached(
        year=max(h.current.year for h in with_target if h.current),
        reached=sum(h.reached for h in with_target),
        known=sum(h.value is not None for h in with_target),
        of=len(with_target),
    )

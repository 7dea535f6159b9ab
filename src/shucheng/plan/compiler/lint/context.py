"""What the rules look at: a compiled plan with its things, places and leads worked out once."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from shucheng.plan.compiler.amounts import Amount, measure
from shucheng.plan.compiler.document import Span
from shucheng.plan.compiler.lint.measured_things import Thing, find_things
from shucheng.plan.compiler.matching import Lexicon, name_of
from shucheng.plan.compiler.model import CompiledPlan, Indicator, Target, Task, WorkPoint

# What a finding may point at.
Item = Target | Indicator | WorkPoint | Task

_ADDS = re.compile(r"新增|新建|新培育|新引进|新认定|新建成|净增")
# 六大领域各打造30个 is not the total; 其中十亿元以上15个 is a part of the number before it.
_EACH = re.compile(r"各(?![类级项地方种行领部有])|每[个县市区家镇村校]|分别")
_AMONG = "其中"
_YEAR = re.compile(r"(?<!\d)(20\d\d)年?(?![\d\-—–~至-])")

# How alike two names with one noun and one number must be to be suspected of being one thing.
_KINDRED = 0.15


class Context:
    """A plan, its text and the pack's organisations, with everything rules share."""

    def __init__(
        self, plan: CompiledPlan, text: str, known: Mapping[str, str] | None = None
    ) -> None:
        self.plan = plan
        self.text = text
        self.known = known

    # -- targets and where they stand

    @cached_property
    def work_of(self) -> dict[str, WorkPoint]:
        """The work point that holds a target, by target id."""
        return {ref: point for point in self.plan.work_points for ref in point.targets}

    @cached_property
    def text_targets(self) -> tuple[Target, ...]:
        return tuple(target for target in self.plan.targets if target.id not in self.work_of)

    @cached_property
    def things(self) -> list[Thing]:
        work = [target for target in self.plan.targets if target.id in self.work_of]
        return find_things(self.plan.indicators, self.text_targets, work, self._place_key)

    def _place_key(self, target: Target) -> str:
        point = self.work_of.get(target.id)
        return f"w{point.no}" if point else target.section

    @cached_property
    def thing_of(self) -> dict[str, Thing]:
        return {member.target.id: thing for thing in self.things for member in thing.members}

    @cached_property
    def twins(self) -> list[tuple[Thing, Thing]]:
        """Things of the work list alone, each with the planned thing it probably is, renamed.

        省级以上研发平台 and 省级以上研发机构; or the same noun with the very number that the
        annex has for that year.
        """
        lexicon = Lexicon(thing.name for thing in self.things)
        waiting = [thing for thing in self.things if not thing.work]
        found: list[tuple[Thing, Thing]] = []
        for thing in self.things:
            if not thing.work or thing.text or thing.indicator is not None:
                continue
            close = [
                other
                for other in waiting
                if _renamed(thing, other) or self._same_number(thing, other, lexicon)
            ]
            if len(close) == 1:
                found.append((thing, close[0]))
        return found

    def _same_number(self, thing: Thing, other: Thing, lexicon: Lexicon) -> bool:
        row, target = other.indicator, thing.work[0].target
        year = str(target.year or self.work_year)
        return (
            row is not None
            and year in row.targets
            and thing.name.head == other.name.head
            and measure(target.value, target.unit) == measure(row.targets[year], row.unit)
            and lexicon.score(thing.name, other.name) >= _KINDRED
        )

    # -- time

    @cached_property
    def years(self) -> tuple[int, ...]:
        """The years of the plan, from its period or else from the annex's columns."""
        if self.plan.period is not None:
            return tuple(range(self.plan.period.start, self.plan.period.end + 1))
        return self.columns

    @cached_property
    def columns(self) -> tuple[int, ...]:
        """The years that any row of the indicator annex has a value for."""
        return tuple(sorted({int(year) for row in self.plan.indicators for year in row.targets}))

    @cached_property
    def work_year(self) -> int | None:
        """The year of the work list: of its targets, else of the heading above it."""
        years = [
            target.year
            for target in self.plan.targets
            if target.id in self.work_of and target.year is not None
        ]
        if years:
            return max(sorted(set(years)), key=years.count)
        if not self.plan.work_points:
            return None
        start = self.plan.work_points[0].span[0]
        above = [section for section in self.plan.sections if section.span[0] <= start]
        named = _YEAR.search(above[-1].title) if above else None
        return int(named[1]) if named else None

    def year_of(self, target: Target) -> int | None:
        """The year a target is due: stated, else the plan's end that it implies."""
        return target.year if target.year is not None else target.implied_year

    def whole(self, target: Target) -> bool:
        """Whether a figure is the thing's own, not one of several shares or a part of it."""
        before = self.text[max(0, target.span[0] - len(_AMONG)) : target.span[0]]
        return _AMONG not in before + target.quote and not _EACH.search(target.quote)

    def reach(self, target: Target) -> tuple[int, ...]:
        """The years a yearly promise holds for."""
        if target.year is not None:
            return (target.year,)
        if target.period is not None:
            return tuple(range(target.period[0], target.period[1] + 1))
        return self.years

    # -- tasks and leads

    @cached_property
    def _task_starts(self) -> list[tuple[int, Task]]:
        return sorted(((task.span[0], task) for task in self.plan.tasks), key=lambda pair: pair[0])

    def task_of(self, target: Target) -> Task | None:
        """The task whose paragraph a target stands in."""
        starts = self._task_starts
        at = bisect_right(starts, target.span[0], key=lambda pair: pair[0]) - 1
        if at < 0:
            return None
        task = starts[at][1]
        return task if target.span[1] <= task.span[1] else None

    @cached_property
    def _point_starts(self) -> list[tuple[int, WorkPoint]]:
        return sorted(
            ((point.span[0], point) for point in self.plan.work_points), key=lambda pair: pair[0]
        )

    def point_at(self, span: Span) -> WorkPoint | None:
        """The work point whose row a stretch of text stands in."""
        starts = self._point_starts
        at = bisect_right(starts, span[0], key=lambda pair: pair[0]) - 1
        return starts[at][1] if at >= 0 and span[1] <= starts[at][1].span[1] else None

    @cached_property
    def _aliases(self) -> dict[str, str]:
        names = {
            alias: mention.name for mention in self.plan.organisations for alias in mention.aliases
        }
        return {**names, **(self.known or {})}

    def organisation(self, name: str) -> str:
        """The one name of an organisation that goes by several."""
        return self._aliases.get(name, name)

    def organisations(self, names: Iterable[str]) -> list[str]:
        return list(dict.fromkeys(self.organisation(name) for name in names))

    # -- how things are said in findings

    @cached_property
    def _sections(self) -> dict[str, tuple[str, str | None]]:
        return {part.id: (part.number, part.parent) for part in self.plan.sections}

    def section_label(self, section: str | None) -> str:
        """A section as a reader finds it: 二(一)1."""
        label = ""
        while section is not None and section in self._sections:
            number, section = self._sections[section]
            number = number.strip("、.．。 ")
            # 2.1 under 2 says it all.
            label = label if label.startswith(f"{number}.") else number + label
        return label

    def place(self, of: Target | Indicator) -> dict[str, Any]:
        """Where a reader finds it, as a value of a finding: annex row, work point or section."""
        if isinstance(of, Indicator):
            return {"place": "annex", "at": str(of.no)}
        point = self.work_of.get(of.id)
        if point is not None:
            return {"place": "work", "at": str(point.no)}
        return {"place": "text", "at": self.section_label(of.section)}


def _renamed(work: Thing, planned: Thing) -> bool:
    """Whether two names with the same grades differ in their noun alone."""
    grades = {level for level, _ in work.name.grades}
    return (
        bool(grades)
        and grades == {level for level, _ in planned.name.grades}
        and len(work.name.core) > 3
        and work.name.core[:-2] == planned.name.core[:-2]
        and measure(1, work.work[0].target.unit)[0] in planned.dimensions
    )


def figure(target: Target) -> dict[str, Any]:
    """A target's comparator, value and unit, as a value of a finding."""
    said: dict[str, Any] = {
        "comparator": target.comparator,
        "value": target.value,
        "unit": target.unit,
    }
    if target.kind == "growth":
        said["change"] = True
    return said if target.value_max is None else {**said, "max": target.value_max}


def annex_figure(row: Indicator, year: int) -> dict[str, Any]:
    """An indicator's value of a year; a bare cell says no comparator."""
    comparator = "=" if row.comparator == ">=" else row.comparator
    return {"comparator": comparator, "value": row.targets[str(year)], "unit": row.unit}


def amount(target: Target) -> Amount:
    """A target's value, comparable across units."""
    return measure(target.value, target.unit)


def annex_amount(row: Indicator, year: int) -> Amount:
    """An indicator's value of a year, comparable across units."""
    return measure(row.targets[str(year)], row.unit)


def is_stock(target: Target) -> bool:
    """Whether a target says how much there is to be, not how much is added or grows."""
    return target.kind in {"level", "cumulative"}


def path_of(row: Indicator) -> list[tuple[int, float]]:
    """An indicator's values in the order of the years."""
    return sorted((int(year), value) for year, value in row.targets.items())


def adds(target: Target) -> bool:
    """Whether a target counts only what comes new (新建基站2万个)."""
    return target.kind == "annual" or _ADDS.search(target.quote) is not None


def same_scope(left: str, right: str) -> bool:
    """Whether two phrases say the same core and no grade that the other lacks.

    先进级 and 先进级以上 pass: where the line is drawn is the business of scope-differs.
    """
    mine, theirs = name_of(left), name_of(right)
    bases = {level for level, _ in mine.grades} - {"规上"}
    others = {level for level, _ in theirs.grades} - {"规上"}
    return mine.core == theirs.core and bases == others


def ref(of: Item) -> str:
    """t7, i3, w12, k5: as `Finding.refs` has it."""
    if isinstance(of, Indicator):
        return f"i{of.no}"
    if isinstance(of, WorkPoint):
        return f"w{of.no}"
    return of.id


def spans_of(items: Iterable[Item]) -> list[Span]:
    """Where the parts of a finding stand."""
    return [item.span for item in items]

"""The targets of the text beside what is known now: reached, not yet, missed, or unknown.

A number is compared with the one that is asked for *now*. A target that falls due this year or
earlier asks for its own value; a later one whose binding also answers a row of the annex asks for
this year's value of that row's path; any other asks for its own value. What cannot be compared
(no formula, no data, another unit) is unknown, never "not reached".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.db.models import Count

from shucheng.lib.periods import Period
from shucheng.plan.judgement.judge import attainment
from shucheng.plan.models import Indicator, IndicatorTarget, Section, Target, Task, WorkPoint
from shucheng.plan.queries.annex_line import comparator_of, converted, direction_of
from shucheng.plan.queries.measured import Known, Measured, MeasuredPlan


class Standing(StrEnum):
    """How a target stands today; a fact of numbers and dates, not a judgement of work."""

    REACHED = "reached"
    NOT_YET = "not_yet"
    MISSED = "missed"  # its year has passed and the value of that year fell short
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class TargetNow:
    """A target, what is known of it, and what is asked for now (in the target's own unit)."""

    target: Target
    measured: Measured
    known: Known | None
    value: Decimal | None
    asked: Decimal
    asked_year: int | None
    standing: Standing

    @property
    def attainment(self) -> Decimal | None:
        """完成率: the known value against what is asked for now, in percent."""
        return attainment(self.value, self.asked, direction_of(self.target))

    @property
    def simulated(self) -> bool:
        return self.known is not None and self.known.simulated


@dataclass(frozen=True, slots=True)
class MeasuredTarget:
    """A target of the text and where it is asked for."""

    now: TargetNow
    item: Task | WorkPoint


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorNow:
    """An indicator, what is known of it, and this year's target of its path."""

    indicator: Indicator
    measured: Measured
    current: IndicatorTarget | None

    @property
    def value(self) -> Decimal | None:
        """The latest value, where it can be held against this year's target."""
        return value_of_year(self.measured, self.current.year) if self.current else None

    @property
    def attainment(self) -> Decimal | None:
        """完成率: the value against this year's target, in percent."""
        if self.current is None:
            return None
        return attainment(self.value, self.current.value, direction_of(self.indicator))

    @property
    def reached(self) -> bool:
        if self.value is None or self.current is None:
            return False
        return meets(comparator_of(self.indicator), self.value, self.current.value)


@dataclass(frozen=True, slots=True)
class SectionTargets:
    """A part of the plan (an action, a chapter, an annex), its targets and how they stand."""

    section: Section
    targets: tuple[TargetNow, ...]
    tasks: int

    def count(self, *standings: Standing) -> int:
        return sum(entry.standing in standings for entry in self.targets)

    @property
    def known(self) -> int:
        """Targets that can be compared with a value."""
        return len(self.targets) - self.unknown

    @property
    def reached(self) -> int:
        return self.count(Standing.REACHED)

    @property
    def not_reached(self) -> int:
        return self.count(Standing.NOT_YET, Standing.MISSED)

    @property
    def missed(self) -> int:
        return self.count(Standing.MISSED)

    @property
    def unknown(self) -> int:
        return self.count(Standing.UNKNOWN)

    @property
    def simulated(self) -> bool:
        return any(entry.simulated for entry in self.targets)


def targets_by_section(plan: MeasuredPlan, today: date) -> tuple[SectionTargets, ...]:
    """Every part of the plan that holds a target or a task, in the order of the text."""
    # Counting leaves the order of the model aside.
    rows = plan.version.sections.annotate(tasks_named=Count("tasks")).order_by("position")
    sections = {section.pk: section for section in rows}
    targets: dict[int, list[TargetNow]] = {}
    for entry in targets_now(plan, today):
        if (top := _part(sections, entry.target.section_id)) is not None:
            targets.setdefault(top, []).append(entry)
    tasks: dict[int, int] = {}
    for pk, section in sections.items():
        # An action is read under its chapter: （一） stands in several of them.
        if section.parent_id:
            section.parent = sections[section.parent_id]
        if section.tasks_named and (top := _part(sections, pk)) is not None:
            tasks[top] = tasks.get(top, 0) + section.tasks_named
    return tuple(
        SectionTargets(section, tuple(targets.get(pk, ())), tasks.get(pk, 0))
        for pk, section in sections.items()
        if pk in targets or pk in tasks
    )


def targets_now(plan: MeasuredPlan, today: date) -> tuple[TargetNow, ...]:
    """The targets of a plan and how they stand."""
    paths = {
        indicator.binding_id: (indicator.unit, tuple(indicator.path.all()))
        for indicator in plan.indicators
        if indicator.binding
    }
    return tuple(
        target_now(target, plan.of(target), paths.get(target.binding_id, ("", ())), today)
        for target in plan.targets
    )


def target_now(
    target: Target,
    measured: Measured,
    path: tuple[str, Sequence[IndicatorTarget]],
    today: date,
) -> TargetNow:
    """One target beside its measurement; `path` is the unit and path of the annex row that is
    measured alike."""
    each_year = target.kind == "annual" and target.year is None
    # What is asked each year is asked until the plan ends.
    due = min(today.year, target.implied_year or today.year) if each_year else target.due
    asked, asked_year = target.value, due
    if due is not None and due > today.year and target.kind != "growth":
        unit, steps = path
        step = next((step for step in steps if step.year == today.year), None)
        if step and (value := converted(step.value, unit, target.unit)) is not None:
            asked, asked_year = value, step.year
    known = _counting(measured, due, asked_year if (asked_year or 0) <= today.year else None)
    unit = measured.binding.unit if measured.binding else ""
    value = converted(known.value, unit, target.unit) if known else None
    return TargetNow(
        target=target,
        measured=measured,
        known=known if value is not None else None,
        value=value,
        asked=asked,
        asked_year=asked_year,
        standing=_standing(target, measured, known, value, asked, due, today),
    )


def meets(comparator: str, value: Decimal, asked: Decimal) -> bool:
    match comparator:
        case ">":
            return value > asked
        case "<=":
            return value <= asked
        case "<":
            return value < asked
        case _atleast_about_or_bare:
            return value >= asked


def value_of_year(measured: Measured, year: int) -> Decimal | None:
    """The newest value, where it can be held against the number that is asked for a year."""
    latest = measured.latest
    return latest.value if latest and _speaks_of(measured, latest, year) else None


def _counting(measured: Measured, due: int | None, year: int | None) -> Known | None:
    """The value that counts: the newest known, but none from after the year it falls due, and
    none that says nothing of the `year` that is asked for by now."""
    for known in reversed(measured.series):
        if known.value is None or (due is not None and known.year > due):
            continue
        return known if year is None or _speaks_of(measured, known, year) else None
    return None


def _speaks_of(measured: Measured, known: Known, year: int) -> bool:
    """Last year's sum since January says nothing of this year's."""
    return not measured.restarts_yearly or known.year == year


def _standing(
    target: Target,
    measured: Measured,
    known: Known | None,
    value: Decimal | None,
    asked: Decimal,
    due: int | None,
    today: date,
) -> Standing:
    if value is None or known is None:
        return Standing.UNKNOWN
    is_over = due is not None and due < today.year
    ends_year = Period.parse(known.period).end >= date(due or known.year, 12, 31)
    comparator = comparator_of(target)
    if meets(comparator, value, asked):
        # A sum that is to stay below a number is below it in every January.
        running = measured.restarts_yearly and not ends_year
        return Standing.NOT_YET if running and comparator in {"<", "<="} else Standing.REACHED
    if is_over and due is not None and known.year < due:
        return Standing.UNKNOWN  # what was reached in its year was never reported
    return Standing.MISSED if is_over and ends_year else Standing.NOT_YET


def _part(sections: Mapping[int, Section], section_id: int | None) -> int | None:
    """Where a reader looks for it: the action, chapter or annex that a section belongs to."""
    section = sections.get(section_id or 0)
    while section and section.level > 2 and section.parent_id:
        section = sections[section.parent_id]
    return section.pk if section else None

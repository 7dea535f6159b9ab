"""Statutory clocks: in working days, standing still while an applicant completes, extended once.

The day that starts a clock does not count (民法典 第二百零一条, PD-GEN-04); working days are those
of the State Council's yearly notice (PD-GEN-06, `lib.workdays`). A term in years ends on the
matching day, or on the last day of a month that has none (第二百零二条).
"""

import calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from shucheng.lib.workdays import (
    Deadline,
    announced,
    next_working_day,
    working_days_after,
    working_days_between,
)

from .rules import Number, Rules
from .tables import ClockSpec


@dataclass(frozen=True, slots=True)
class Run:
    """A clock that was started. `stood`: times it stood still, from and to; `standing`: since when
    it does; `extension`: working days added; `until`: the last day of a term.

    Days, not counts, are kept: a year whose holidays are announced later is reckoned anew."""

    clock: str
    started: date
    stood: tuple[tuple[date, date], ...] = ()
    standing: date | None = None
    extension: int = 0
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a clock shows on a day. `due`: its last day, None while it stands; `left` and `overdue`
    in working days (a term's in days), never negative; `is_over`: the last day has passed.
    `length`: its number with rule and clause, None for a term; `confirmed`: its number is, and if
    it stood, that it may; `provisional`: over a year whose holidays are not announced."""

    clock: str
    spec: ClockSpec
    started: date
    length: Number | None
    due: date | None
    left: int
    overdue: int
    is_over: bool
    standing: bool
    confirmed: bool
    provisional: bool


def read(spec: ClockSpec, run: Run, day: date, rules: Rules) -> Reading:
    """A clock on a day; `day` before its start reads as its start."""
    day = max(day, run.started)
    if run.until is not None:
        left = (run.until - day).days
        return Reading(
            clock=run.clock,
            spec=spec,
            started=run.started,
            length=None,
            due=run.until,
            left=max(left, 0),
            overdue=max(-left, 0),
            is_over=left < 0,
            standing=False,
            confirmed=True,
            provisional=False,
        )
    length = rules.number(spec.length)
    due = _due(length.value, run)
    until = min(day, run.standing or day)
    left = length.value + run.extension + _stood(run) - working_days_between(run.started, until)
    last = due.day if due else until
    return Reading(
        clock=run.clock,
        spec=spec,
        started=run.started,
        length=length,
        due=due.day if due else None,
        left=max(left, 0),
        overdue=max(-left, 0),
        is_over=day > due.day if due else left < 0,
        standing=run.standing is not None,
        confirmed=length.confirmed
        and not (spec.standing_unconfirmed and (run.standing or run.stood)),
        provisional=not all(announced(y) for y in range(run.started.year, last.year + 1)),
    )


def _due(length: int, run: Run) -> Deadline | None:
    if run.standing is not None:
        return None
    return working_days_after(run.started, length + run.extension + _stood(run))


def _stood(run: Run) -> int:
    return sum(working_days_between(start, end) for start, end in run.stood)


def moved(
    specs: dict[str, ClockSpec], runs: Iterable[Run], to: str, day: date
) -> tuple[tuple[Run, ...], tuple[Run, ...]]:
    """The clocks after a move to a state: those that go on (or began, stand, run again), and those
    that it ended. Terms begin elsewhere: a move sets their end."""
    known = {run.clock: run for run in runs}
    live = tuple(_live(specs, known, to, day))
    kept = {run.clock for run in live}
    return live, tuple(run for code, run in known.items() if code not in kept)


def _live(specs: dict[str, ClockSpec], known: dict[str, Run], to: str, day: date) -> Iterator[Run]:
    for code, spec in specs.items():
        run = known.get(code)
        if to in spec.stands_in and run:
            yield replace(run, standing=run.standing or day)
        elif to in spec.runs_in and run:
            if run.standing is not None:
                run = replace(run, stood=(*run.stood, (run.standing, day)), standing=None)
            yield run
        elif to in spec.runs_in and spec.kind != "term":
            yield Run(code, day)


def years_after(day: date, years: int) -> date:
    """The matching day so many years on; 28 February for the 29th (民法典 第二百零二条)."""
    year = day.year + years
    return date(year, day.month, min(day.day, calendar.monthrange(year, day.month)[1]))


def yearly_due(rules: Rules, ref: str, year: int) -> Deadline:
    """Until when the report or disclosure on a year is due: the month and day of `RULE.param` in
    the year after, moved on from a rest day (民法典 第二百零三条; PD-DIS-03, PD-PRC-16)."""
    code, _, param = ref.partition(".")
    month, day = str(rules.rules[code].params[param]).split("-")
    return next_working_day(date(year + 1, int(month), int(day)))

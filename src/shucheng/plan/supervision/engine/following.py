"""What has become of an item, as plain data, and what the rules make of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shucheng.lib.workdays import working_days_between
from shucheng.plan.supervision.engine.clock import Clock
from shucheng.plan.supervision.engine.rules import Rules, ScoreRule, Stage
from shucheng.plan.supervision.engine.states import FINAL, UNISSUED, State

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Facts:
    """An item as the rules see it. Days, not moments; None for what has not happened."""

    state: State
    issued_on: date | None = None
    signed_on: date | None = None
    deadline: date | None = None
    asked_on: date | None = None
    finished_on: date | None = None
    sent_back: int = 0
    extended: int = 0

    def clock(self, today: date) -> Clock | None:
        """None before the issue, and for what was cancelled."""
        if self.deadline is None or self.state in UNISSUED or self.state == State.CANCELLED:
            return None
        stopped = self.finished_on if self.state in (State.RECHECK, State.CLOSED) else None
        return Clock(self.deadline, today, stopped, self.asked_on)


def reached(facts: Facts, rules: Rules, today: date) -> tuple[Stage, ...]:
    """The stages of reminding and escalation that an item has reached, in the order of the rules.

    A later stage of a measure includes the earlier ones: whoever was to be reminded first is not
    passed over because the clock was looked at late.
    """
    if facts.state in FINAL or facts.state in UNISSUED:
        return ()
    return tuple(stage for stage in rules.stages if _reached(stage, facts, today))


def _reached(stage: Stage, facts: Facts, today: date) -> bool:
    clock = facts.clock(today)
    match stage.measure:
        case "unsigned":
            return facts.state == State.ISSUED and _since(facts.issued_on, today) >= stage.days
        case "undecided":
            return facts.asked_on is not None and _since(facts.asked_on, today) >= stage.days
        case "unchecked":
            return facts.state == State.RECHECK and _since(facts.finished_on, today) >= stage.days
        case "due":
            return (
                clock is not None
                and clock.stopped_on is None
                and not clock.paused
                and not clock.is_over
                and clock.left <= stage.days
            )
        case "overdue":
            return clock is not None and clock.stopped_on is None and clock.overdue >= stage.days


def _since(day: date | None, today: date) -> int:
    return -1 if day is None else max(working_days_between(day, today), 0)


def level(facts: Facts, rules: Rules, today: date) -> int:
    """How far up an item has gone: 0 nowhere, 1 the office, 2 the leaders."""
    return max((stage.level for stage in reached(facts, rules, today)), default=0)


@dataclass(frozen=True, slots=True)
class Part:
    """Why a score changed: `code` is `signed_late`, `overdue`, `sent_back`, `extended`, `early`."""

    code: str
    number: int
    points: Decimal


def parts_of(facts: Facts, rule: ScoreRule, today: date) -> tuple[Part, ...]:
    """What one item takes from an organisation's score or adds to it."""
    if facts.state in UNISSUED or facts.state == State.CANCELLED:
        return ()
    found = []
    signing = _since(facts.issued_on, facts.signed_on or today)
    if signing > rule.sign_within:
        found.append(Part("signed_late", signing - rule.sign_within, rule.signed_late))
    clock = facts.clock(today)
    if clock is not None and clock.overdue:
        points = max(rule.overdue_day * clock.overdue, rule.overdue_most)
        found.append(Part("overdue", clock.overdue, points))
    if facts.sent_back:
        found.append(Part("sent_back", facts.sent_back, rule.sent_back * facts.sent_back))
    if facts.extended:
        found.append(Part("extended", facts.extended, rule.extended * facts.extended))
    if facts.state == State.CLOSED and clock is not None and clock.left > 0:
        found.append(Part("early", clock.left, rule.early))
    return tuple(found)


def score(items: Iterable[tuple[bool, Iterable[Part]]], rule: ScoreRule) -> Decimal:
    """Points over many items, each with whether the organisation only helps with it."""
    total = rule.start
    for helps, parts in items:
        share = rule.joint_share if helps else Decimal(1)
        total += sum((part.points for part in parts), ZERO) * share
    return min(max(total, ZERO), rule.most)

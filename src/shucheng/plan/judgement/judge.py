"""Judge a value by a published rule: attainment, schedule progress, gap, pace, light.

A `LightRule` is data with a version; an `Outcome` carries what it was judged from, so that the
light can be explained and judged again years later.
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Literal

Light = Literal["green", "yellow", "red", "blue", "grey"]
Direction = Literal["up", "down"]

_PERCENT = Decimal("0.01")
_WHOLE = Decimal(100)


@dataclass(frozen=True, slots=True)
class LightRule:
    """When a light is green or yellow, by schedule progress in percent; below it is red.

    `late_after_days` is how long after its due date a missing value is called late (blue).
    """

    code: str
    version: int
    green: Decimal = Decimal(100)
    yellow: Decimal = Decimal(90)
    late_after_days: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.yellow <= self.green:
            raise ValueError("yellow lies between 0 and green")

    def is_late(self, due: date, today: date) -> bool:
        """Whether a value that is not there is called late."""
        return (today - due).days > self.late_after_days


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an indicator at a period.

    `target` is the year's, `expected` what the path wants by now; `strict` where the number itself
    is not enough (大于, 小于), `signed` where values can be below zero, so that a target of zero
    asks for something; `due` is when the value was to be reported and `today` when it is judged.
    """

    value: Decimal | None
    target: Decimal | None
    expected: Decimal | None
    direction: Direction = "up"
    strict: bool = False
    signed: bool = False
    due: date | None = None
    today: date | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A light with what it stands on. `reason` is a code that a page puts into words."""

    light: Light
    reason: str
    rule: LightRule
    facts: Facts
    attainment: Decimal | None
    schedule_progress: Decimal | None
    gap: Decimal | None


def judge(facts: Facts, rule: LightRule) -> Outcome:
    """The light of an indicator at a period.

    Schedule progress (序时进度) is the value against what the path expects, in percent; where less
    is better, the other way round. The light is decided by the exact ratio; what is shown of it
    never says that a limit is reached which is not. `gap` is how far the value is behind
    (negative) or ahead.
    """
    # Towards a target of zero, an expectation between is no measure either.
    ratio = facts.target != 0
    schedule = progress(facts.value, facts.expected, facts.direction) if ratio else None
    light, reason = _light(facts, schedule, rule)
    return Outcome(
        light,
        reason,
        rule,
        facts,
        attainment(facts.value, facts.target, facts.direction),
        None if schedule is None else rounded(schedule, _WHOLE, rule.green, rule.yellow),
        _gap(facts),
    )


def attainment(
    value: Decimal | None, target: Decimal | None, direction: Direction = "up"
) -> Decimal | None:
    """完成率: a value against a target in percent, as it is shown."""
    exact = progress(value, target, direction)
    return None if exact is None else rounded(exact, _WHOLE)


def rounded(percent: Decimal, *limits: Decimal) -> Decimal:
    """To two decimals; down where rounding would reach a limit that the number is below."""
    found = percent.quantize(_PERCENT, ROUND_HALF_UP)
    if any(percent < limit <= found for limit in limits):
        return percent.quantize(_PERCENT, ROUND_FLOOR)
    return found


def progress(
    value: Decimal | None, wanted: Decimal | None, direction: Direction = "up"
) -> Decimal | None:
    """A value against what is wanted, in percent and exact; 100 and more is reached.

    None where one of them is unknown, or where a ratio says nothing: against zero, or with signs
    that differ.
    """
    if value is None or wanted is None or wanted == 0:
        return None
    above, below = (value, wanted) if direction == "up" else (wanted, value)
    if below <= 0 or above < 0:
        return None
    return above / below * 100


def reached(
    value: Decimal, wanted: Decimal, direction: Direction = "up", *, strict: bool = False
) -> bool:
    if value == wanted:
        return not strict
    return (value > wanted) == (direction == "up")


def _light(facts: Facts, schedule: Decimal | None, rule: LightRule) -> tuple[Light, str]:
    if facts.value is None:
        due, today = facts.due, facts.today
        late = due is not None and today is not None and rule.is_late(due, today)
        return ("blue", "late") if late else ("grey", "no_data")
    if facts.expected is None:
        return "grey", "no_path"
    if facts.value == facts.target == 0 and _asks_nothing(facts):
        return "grey", "nothing_asked"
    if schedule is None:
        # No ratio to compare by: reached or not is still a fact.
        if reached(facts.value, facts.expected, facts.direction, strict=facts.strict):
            return "green", "reached"
        return "red", "behind"
    if _passes(schedule, rule.green, facts):
        return "green", "on_schedule"
    if _passes(schedule, rule.yellow, facts):
        return "yellow", "slightly_behind"
    return "red", "behind"


def _asks_nothing(facts: Facts) -> bool:
    """Whether a target of zero is no task at all: of what is counted, everybody has none."""
    return facts.direction == "up" and not facts.strict and not facts.signed


def _passes(schedule: Decimal, limit: Decimal, facts: Facts) -> bool:
    """Whether schedule progress is up to a limit; of more than a number, the number is not yet its
    whole."""
    if schedule == limit == _WHOLE:
        return not facts.strict
    return schedule >= limit


def _gap(facts: Facts) -> Decimal | None:
    if facts.value is None or facts.expected is None:
        return None
    ahead = facts.value - facts.expected
    return ahead if facts.direction == "up" else -ahead


@dataclass(frozen=True, slots=True)
class Pace:
    """Per period: what was made so far, what is needed from now on to reach the target."""

    made: Decimal | None
    needed: Decimal
    periods_left: int

    @property
    def ratio(self) -> Decimal | None:
        """How many times the pace so far is needed; None where nothing was made yet, or where it
        went the other way than it has to go."""
        if self.made is None or self.made * self.needed <= 0:
            return None
        return (self.needed / self.made).quantize(_PERCENT, ROUND_HALF_UP)


def pace(
    value: Decimal, target: Decimal, start: Decimal, periods_gone: int, periods_left: int
) -> Pace | None:
    """The pace that is still needed to come from `value` to `target` by the year's end.

    `start` is where the year began (0 for a year-to-date count). None when no period is left.
    """
    if periods_left <= 0:
        return None
    made = (value - start) / periods_gone if periods_gone else None
    return Pace(made, (target - value) / periods_left, periods_left)

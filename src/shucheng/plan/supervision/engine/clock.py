"""The clock of an item in working days, and its light by a published rule.

The clock runs from the day of issue to the deadline. It stands while a request for extension that
was made in time waits for its decision: the office's waiting is not the organisation's delay. When
the request is refused, the working days that it waited are added to the deadline; when it is
granted, the new deadline holds. It stops on the day on which the work was reported as done and runs
on if that is sent back.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from shucheng.lib.workdays import announced, working_days_after, working_days_between

# Of the deadline; grey where there is none yet, done for what is closed or cancelled.
Light = Literal["green", "yellow", "red", "grey", "done"]


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """An item is red after its deadline and yellow within so many working days before it."""

    version: int
    yellow_within: int

    def __post_init__(self) -> None:
        if self.yellow_within < 0:
            raise ValueError("yellow begins no later than the deadline")


@dataclass(frozen=True, slots=True)
class Clock:
    """`stopped_on` is the day the work was reported as done; `asked_on` that of an extension that
    waits for its decision. `provisional` says that a year's holidays are not announced yet."""

    deadline: date
    today: date
    stopped_on: date | None = None
    asked_on: date | None = None

    @property
    def paused(self) -> bool:
        """A request made in time waits for its decision."""
        return self.asked_on is not None and self.asked_on <= self.deadline

    @property
    def reading(self) -> date:
        """The day the clock shows: today, or the day on which it was stopped or stood still."""
        if self.stopped_on is not None:
            return min(self.stopped_on, self.today)
        if self.paused and self.asked_on is not None:
            return min(self.asked_on, self.today)
        return self.today

    @property
    def left(self) -> int:
        """Working days until the deadline, 0 on its day and after it; never negative."""
        return max(working_days_between(self.reading, self.deadline), 0)

    @property
    def overdue(self) -> int:
        """Working days since the deadline passed, 0 until then; never negative. Counted from 1 on
        the first working day after it."""
        return max(working_days_between(self.deadline, self.reading), 0)

    @property
    def is_over(self) -> bool:
        """Whether the deadline's day has passed, on a day off too."""
        return self.reading > self.deadline

    @property
    def provisional(self) -> bool:
        first, last = sorted((self.reading, self.deadline))
        return not all(announced(year) for year in range(first.year, last.year + 1))


def light(clock: Clock | None, rule: DeadlineRule, *, final: bool = False) -> Light:
    """The light of an item by its deadline. What was reported as done in time is green: nobody can
    hurry it but the office."""
    if final:
        return "done"
    if clock is None:
        return "grey"
    if clock.is_over:
        return "red"
    if clock.stopped_on is not None:
        return "green"
    return "yellow" if clock.left <= rule.yellow_within else "green"


def deadline_after_refusal(deadline: date, asked_on: date, decided_on: date) -> date:
    """The deadline after a refused request: later by the working days it waited, if it was made
    in time, and unchanged otherwise."""
    if asked_on > deadline:
        return deadline
    waited = max(working_days_between(asked_on, decided_on), 0)
    return working_days_after(deadline, waited).day if waited else deadline

"""When to remind of what is due: a rule in working days, as data.

Plain functions over dates: no database, no clock of their own.
"""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

from shucheng.lib.workdays import is_working_day, working_days_between

When = Literal["soon", "today", "late", ""]


@dataclass(frozen=True, slots=True)
class Rule:
    """`before`: so many working days before the due day; `late`: so many after it, and then
    every `late_every` days; `hour`: not before this hour of the day (0 to 23), local time.

    Raises `ValueError` for what is no such rule.
    """

    before: tuple[int, ...] = (3, 1)
    late: tuple[int, ...] = (1, 3)
    late_every: int = 5
    hour: int = 8

    def __post_init__(self) -> None:
        if not all(1 <= days <= 60 for days in (*self.before, *self.late, self.late_every)):
            raise ValueError("days lie between 1 and 60")
        if not 0 <= self.hour <= 23:
            raise ValueError("an hour lies between 0 and 23")

    def facts(self) -> dict[str, Any]:
        """As stored: JSON."""
        return {**asdict(self), "before": list(self.before), "late": list(self.late)}

    @classmethod
    def of(cls, facts: dict[str, Any]) -> "Rule":
        """From what `facts` gave."""
        return cls(tuple(facts["before"]), tuple(facts["late"]), facts["late_every"], facts["hour"])

    @property
    def longest(self) -> int:
        """How many working days ahead a due day is looked for."""
        return max(self.before, default=0)


def when(due: date, today: date, rule: Rule) -> When:
    """Whether today is a day to remind of something due, and as what; empty: not today.

    Nobody is reminded on a day on which offices are closed.
    """
    if not is_working_day(today):
        return ""
    if today == due:
        return "today"
    if today < due:
        return "soon" if working_days_between(today, due) in rule.before else ""
    days = working_days_between(due, today)
    repeats = days > max(rule.late, default=0) and days % rule.late_every == 0
    return "late" if days in rule.late or repeats else ""

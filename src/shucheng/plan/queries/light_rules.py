"""The published rule for lights: which version is in force, and what came before it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final

from shucheng.lib.periods import Frequency, Period
from shucheng.lib.workdays import working_days_after
from shucheng.plan.judgement.judge import LightRule
from shucheng.plan.models import LightRuleVersion
from shucheng.plan.queries.moments import last_moment

CODE: Final = "schedule"


@dataclass(frozen=True, slots=True)
class RuleInForce:
    """A version of the rule, with when and by whom it was published, and why.

    `due_working_days` after a month's end its values are due, where no form says so; after a
    quarter or half-year twice, after a year four times as many.
    """

    rule: LightRule
    due_working_days: int
    since: date | None = None
    reason: str = ""
    by: str = ""
    recorded_at: datetime | None = None

    def due(self, period: Period) -> date:
        """The working day by which a period's values are to be reported."""
        return _due(period.end, self.due_working_days * _FACTOR[period.frequency])

    def newest_due(self, frequency: Frequency, today: date) -> Period:
        """The newest period whose value is late where it is not there."""
        period = Period.of(today, frequency).previous()
        grace = timedelta(days=self.rule.late_after_days)
        while self.due(period) + grace >= today:
            period = period.previous()
        return period


# What holds until an office publishes a rule of its own; it is part of the product.
FIRST: Final = RuleInForce(LightRule(CODE, 1), due_working_days=20)

_FACTOR: Final[dict[Frequency, int]] = {"D": 1, "M": 1, "Q": 2, "S": 2, "A": 4}


def rule_in_force(day: date, as_of: date | None = None) -> RuleInForce:
    """The version that holds on a day, of those published by `as_of`."""
    by = None if as_of is None else last_moment(as_of)
    return next(
        (
            found
            for found in rule_versions()
            if (found.since is None or found.since <= day)
            and (by is None or found.recorded_at is None or found.recorded_at <= by)
        ),
        FIRST,
    )


def rule_versions() -> tuple[RuleInForce, ...]:
    """Every version, the newest first."""
    stored = LightRuleVersion.objects.select_related("recorded_by").order_by("-number")
    return (*(_of(row) for row in stored), FIRST)


def _of(row: LightRuleVersion) -> RuleInForce:
    return RuleInForce(
        rule=LightRule(CODE, row.number, row.green, row.yellow, row.late_after_days),
        due_working_days=row.due_working_days,
        since=row.since,
        reason=row.reason,
        by=str(row.recorded_by or ""),
        recorded_at=row.recorded_at,
    )


@lru_cache(maxsize=1024)
def _due(end: date, working_days: int) -> date:
    return working_days_after(end, working_days).day

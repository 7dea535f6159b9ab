"""The published rule for lights: which version is in force, and what came before it."""

from dataclasses import dataclass
from datetime import date, datetime

from shucheng.plan.judgement.judge import LightRule


@dataclass(frozen=True, slots=True)
class RuleInForce:
    """A version of the rule, with when and by whom it was published, and why.

    `due_working_days` after a period's end its values are due, where no form says so.
    """

    rule: LightRule
    due_working_days: int
    since: date | None
    reason: str
    by: str
    recorded_at: datetime | None


def rule_in_force(day: date, as_of: date | None = None) -> RuleInForce:
    """The version that holds on a day, of those published by `as_of`."""
    raise NotImplementedError


def rule_versions() -> tuple[RuleInForce, ...]:
    """Every version, the newest first."""
    raise NotImplementedError

"""The rules that hold: read from the room's data file, once."""

from datetime import date
from functools import cache
from pathlib import Path

from shucheng.plan.supervision.engine.rules import Rules, read_rules, rules_on

_FILE = Path(__file__).parents[1] / "rules.toml"


@cache
def all_rules() -> tuple[Rules, ...]:
    return read_rules(_FILE)


def rules_for(day: date) -> Rules:
    """The version of the rules that holds on a day."""
    return rules_on(all_rules(), day)

"""What is owed on each year of operation, by whom and until when (PD-DIS-03, PD-PRC-16)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

from shucheng.lib.workdays import Deadline

from .clocks import yearly_due
from .rules import Rules, RulesInvalid, Strict, load, shipped_rules, shipped_texts
from .tables import Named


class Kind(Named):
    """`file`: a document is owed, and not what the platform knows."""

    by: Literal["implementer", "operator"]
    due: str
    sources: list[str]
    file: bool = False
    unconfirmed: bool = False


class Disclosures(Strict):
    version: str
    kinds: dict[str, Kind]


@dataclass(frozen=True, slots=True)
class Owed:
    """One thing owed on a year."""

    kind: str
    year: int
    due: Deadline


def read_disclosures(text: str, rules: Rules) -> Disclosures:
    """The kinds from YAML. Raises `RulesInvalid`."""
    found = load(Disclosures, "disclosures", text)
    for code, kind in found.kinds.items():
        rule, _, param = kind.due.partition(".")
        for each in (rule, *kind.sources):
            if each not in rules.rules:
                raise RulesInvalid("disclosures", code, f"there is no {each}")
        if param not in rules.rules[rule].params:
            raise RulesInvalid("disclosures", code, f"there is no day {kind.due}")
    return found


@cache
def shipped_disclosures() -> Disclosures:
    return read_disclosures(shipped_texts()["disclosures"], shipped_rules())


def owed(
    kinds: Disclosures, rules: Rules, began: date, ended: date | None, day: date
) -> Iterator[Owed]:
    """What is owed by a day on the years in which operation went on, oldest first: a year is owed
    once it is over."""
    last = min(day.year - 1, ended.year if ended else day.year - 1)
    for year in range(began.year, last + 1):
        for code, kind in kinds.kinds.items():
            yield Owed(code, year, yearly_due(rules, kind.due, year))

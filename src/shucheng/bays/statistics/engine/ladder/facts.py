"""The facts that can be told of a firm (企业指标), from `data/facts.yaml`: what the ladder asks for
and neither register nor returns say."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal, get_args

import yaml

from ..classification import DATA

Unit = Literal["yes_no", "count", "share", "money", "years", "score", "usd_million"]


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact by its code, its unit and the range of its values; `months` is how long it holds after
    the day it was told of (None: until it is told anew); `also` are other names for it."""

    code: str
    name: str
    name_en: str
    unit: Unit
    least: int
    most: int
    also: tuple[str, ...]
    months: int | None = None

    def holds(self, since: date, on: date) -> bool:
        """Whether what was told of one day still counts on another."""
        if self.months is None:
            return True
        years, month = divmod(since.month - 1 + self.months, 12)
        year, month = since.year + years, month + 1
        return on <= date(year, month, min(since.day, monthrange(year, month)[1]))

    @property
    def whole(self) -> bool:
        return self.unit in ("yes_no", "count")

    @property
    def spellings(self) -> tuple[str, ...]:
        return (self.name, self.name_en, *self.also)


@cache
def known_facts() -> dict[str, Fact]:
    """The facts by their codes, in the order of the file."""
    data = yaml.safe_load((DATA / "facts.yaml").read_text(encoding="utf-8"))
    found = {
        code: Fact(code, **entry | {"also": tuple(entry["also"])}) for code, entry in data.items()
    }
    if unknown := {each.unit for each in found.values()} - set(get_args(Unit)):
        raise ValueError(f"data/facts.yaml has units nobody knows: {sorted(unknown)}")
    return found

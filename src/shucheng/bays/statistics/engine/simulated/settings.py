"""What the simulated firms are made by: groups of industries, numbers a year, chances.

Everything is invented (`data/simulated.yaml`) and says so; another mapping takes its place.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from ..classification import DATA

OPENING = 50_000
"""The number of firms the settings' numbers are written for; fewer firms have fewer of all."""


class SimulationInvalid(ValueError):
    """Settings or targets that no simulated firms can meet."""

    code = "simulation-invalid"


@dataclass(frozen=True)
class Group:
    """Firms of like industries. `firms` and `revenue` are shares of the group's sector, money in
    thousand yuan, the others as shares of a whole."""

    code: str
    word: str
    firms: float
    revenue: float
    growth: float
    value_added: float
    rd: float
    per_head: float
    scale: int
    industries: dict[str, float]
    tags: dict[str, float]


@dataclass(frozen=True)
class Sector:
    """The core or what is beside it: `revenue` of the first year, firms above (by year) and below
    the designated size."""

    core: bool
    revenue: int
    designated: dict[int, int]
    below: int
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Honour:
    """An honour: how many core firms hold it at a year's end, for how many years (0: for good),
    given in which months, renewed how often, `of` holders of another one alone."""

    kind: str
    level: str
    years: int
    months: tuple[int, ...]
    renewed: float
    others: float
    stock: dict[int, int]
    of: str | None = None


@dataclass(frozen=True)
class Told:
    """Facts of the `firms` largest of the core, told each year in a month: of each measure the
    least and most it may be, and its decimals."""

    firms: int
    month: int
    measures: dict[str, tuple[float, float, int]]


@dataclass(frozen=True)
class Settings:
    first: int
    sectors: tuple[Sector, ...]
    seasons: tuple[float, ...]
    noise: float
    leaving: float
    entering: float
    closing: float
    late: float
    corrected: float
    duplicates: float
    starred: tuple[int, ...]
    honours: tuple[Honour, ...]
    facts: Told

    @property
    def groups(self) -> tuple[Group, ...]:
        return tuple(group for sector in self.sectors for group in sector.groups)


@cache
def shipped() -> Settings:
    return read(yaml.safe_load((DATA / "simulated.yaml").read_text(encoding="utf-8")))


def read(data: dict[str, Any]) -> Settings:
    """Settings from a mapping as `data/simulated.yaml` holds it."""
    rest = {key: data[key] for key in Settings.__annotations__ if key in data}
    lists = {key: tuple(data[key]) for key in ("seasons", "starred")}
    return Settings(
        **rest
        | lists
        | {
            "sectors": (_sector(data["core"], core=True), _sector(data["other"], core=False)),
            "honours": tuple(
                Honour(**entry | {"months": tuple(entry["months"])}) for entry in data["honours"]
            ),
            "facts": Told(**data["facts"]),
        }
    )


def _sector(entry: dict[str, Any], *, core: bool) -> Sector:
    groups = tuple(Group(**group) for group in entry["groups"])
    if (
        abs(sum(g.firms for g in groups) - 1) > 1e-6
        or abs(sum(g.revenue for g in groups) - 1) > 1e-6
    ):
        raise SimulationInvalid("the groups of a sector share all its firms and revenue")
    return Sector(core, entry["revenue"], entry["designated"], entry["below"], groups)


def in_year(numbers: dict[int, int], year: int) -> int:
    """The number of a year; before the first there is none, after the last it stays."""
    years = [each for each in numbers if each <= year]
    return numbers[max(years)] if years else 0

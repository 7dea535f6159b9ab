"""What drove a change, and how the city's figure stands against the sum of its counties."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shucheng.plan.judgement.contribution import Part
from shucheng.plan.models import DifferenceNote, Indicator


@dataclass(frozen=True, slots=True)
class Contributions:
    """The change of the city's value between two periods, by county or by component.

    The parts add up to `change` exactly; `why_not` says why there are none. `names` has the name
    of each part; the part with an empty name is what is not assigned to anybody.
    """

    indicator: Indicator
    period: str
    against: str
    before: Decimal | None
    after: Decimal | None
    parts: tuple[Part, ...]
    names: dict[str, str]
    method: str
    why_not: str = ""

    @property
    def change(self) -> Decimal | None:
        return None if self.before is None or self.after is None else self.after - self.before


def contributions(
    indicator: Indicator, period: str, against: str, *, as_of: date | None = None
) -> Contributions:
    """Which county drove the city's change from the period `against` to `period`."""
    raise NotImplementedError


def components(
    indicator: Indicator, period: str, against: str, *, as_of: date | None = None
) -> Contributions:
    """Which part of the formula (a term of a sum; numerator or denominator) drove the change."""
    raise NotImplementedError


@dataclass(frozen=True, slots=True)
class CityAgainstCounties:
    """The city's figure, the sum of its counties, and what explains the difference.

    `difference` is city minus counties; `unexplained` what no note accounts for. `adds_up` is
    false for rates and indexes: then there is nothing to compare. `missing` are counties without
    a value: with them the sum says nothing yet.
    """

    indicator: Indicator
    period: str
    city: Decimal | None
    counties: Decimal | None
    known: tuple[str, ...]
    missing: tuple[str, ...]
    adds_up: bool
    notes: tuple[DifferenceNote, ...]

    @property
    def difference(self) -> Decimal | None:
        return None if self.city is None or self.counties is None else self.city - self.counties

    @property
    def unexplained(self) -> Decimal | None:
        if self.difference is None:
            return None
        if any(note.amount is None for note in self.notes):
            return Decimal(0)
        return self.difference - sum((n.amount or Decimal(0) for n in self.notes), Decimal(0))


def city_against_counties(
    indicator: Indicator, period: str, *, as_of: date | None = None
) -> CityAgainstCounties:
    """The city's figure of a period against the sum of its counties."""
    raise NotImplementedError

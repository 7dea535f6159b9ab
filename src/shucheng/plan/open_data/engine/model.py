"""What is published, as plain data: series with what describes them. No database here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from shucheng.lib.sdmx.model import Text

Source = Literal["observed", "simulation"]
# The status of a missing value (CL_OBS_STATUS).
MISSING = "O"


@dataclass(frozen=True, slots=True)
class Value:
    """A value at a period: `status` of SDMX (`lib.sdmx.codes`); None where it is missing."""

    period: str
    value: Decimal | None
    status: str
    source: Source


@dataclass(frozen=True, slots=True)
class Series:
    """An indicator's values of an area in one frequency (A, S, Q, M, D), oldest first.

    `updated_at` is when the newest observation below any of them was recorded.
    """

    indicator: str
    area: str
    frequency: str
    values: tuple[Value, ...]
    updated_at: datetime

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.frequency, self.indicator, self.area)


@dataclass(frozen=True, slots=True)
class Indicator:
    """What is said about a released indicator.

    `formula` is the formula in words, `unit` as the city writes it, `organisation` who
    leads it, everybody the plan names.
    """

    code: str
    name: Text
    definition: Text
    formula: Text
    unit: str
    frequency: str
    organisation: Text
    licence: str
    note: str
    released_on: date
    from_period: str


@dataclass(frozen=True, slots=True)
class Area:
    """A place: GB/T 2260 where there is such a code; `parent` the code of the one around it."""

    code: str
    name: Text
    parent: str = ""


@dataclass(frozen=True, slots=True)
class DataSet:
    """All that is published, or a part of it.

    `agency` is an SDMX id (letters first), `city` its name; `as_of` the day whose knowledge is
    shown (None: now); `address` the root of the platform without a slash at its end; `prepared`
    when the newest fact in it was recorded, so that the same facts make the same file.
    """

    agency: str
    city: Text
    address: str
    prepared: datetime
    indicators: tuple[Indicator, ...]
    areas: tuple[Area, ...]
    series: tuple[Series, ...]
    as_of: date | None = None

    @property
    def simulated(self) -> bool:
        """Whether any value was made up for demonstration."""
        return any(v.source == "simulation" for s in self.series for v in s.values)

    def by_code(self) -> dict[str, Indicator]:
        return {each.code: each for each in self.indicators}


def periods(series: Iterable[Series]) -> list[str]:
    """Every period that a series has, sorted as text."""
    return sorted({value.period for each in series for value in each.values})

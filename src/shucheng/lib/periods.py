"""Reporting periods as SDMX writes them: 2025, 2025-S1, 2025-Q3, 2025-09, 2025-09-12.

A period is a frequency and a running number (months since year 0, days since 0001-01-01 ...),
so the next period is the number plus one and two periods of one frequency compare as numbers.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta
from functools import total_ordering
from typing import Literal

Frequency = Literal["A", "S", "Q", "M", "D"]

FREQUENCIES: tuple[Frequency, ...] = ("A", "S", "Q", "M", "D")

# How many periods a year has; days are counted by the calendar.
_PER_YEAR: dict[Frequency, int] = {"A": 1, "S": 2, "Q": 4, "M": 12}

_FORM = re.compile(
    r"(?P<year>\d{4})"
    r"(?:-(?:[SH](?P<half>[12])|Q(?P<quarter>[1-4])"
    r"|(?P<month>0[1-9]|1[0-2])(?:-(?P<day>\d{2}))?))?",
    re.ASCII,
)

_QUARTERS = "一二三四"


class PeriodInvalid(ValueError):
    """A text that is not a reporting period."""

    code = "period-invalid"

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text!r} is not a reporting period; write 2025, 2025-S1, 2025-Q3, 2025-09 "
            "or 2025-09-12"
        )
        self.text = text


@total_ordering
@dataclass(frozen=True, slots=True)
class Period:
    """One reporting period; build it with `parse`, `of` or `year`."""

    frequency: Frequency
    ordinal: int

    def __post_init__(self) -> None:
        year = (
            date.fromordinal(self.ordinal).year
            if self.frequency == "D"
            else self.ordinal // _PER_YEAR[self.frequency]
        )
        if not MINYEAR <= year <= MAXYEAR:
            raise PeriodInvalid(f"{self.frequency}{self.ordinal}")

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Read an SDMX time period; the half-year is also read as `2025-H1`.

        Raises `PeriodInvalid`.
        """
        match = _FORM.fullmatch(text.strip())
        if not match:
            raise PeriodInvalid(text)
        year = int(match["year"])
        try:
            if match["half"]:
                return cls("S", year * 2 + int(match["half"]) - 1)
            if match["quarter"]:
                return cls("Q", year * 4 + int(match["quarter"]) - 1)
            if match["day"]:
                return cls("D", date(year, int(match["month"]), int(match["day"])).toordinal())
            if match["month"]:
                return cls("M", year * 12 + int(match["month"]) - 1)
            return cls("A", year)
        except ValueError:
            raise PeriodInvalid(text) from None

    @classmethod
    def of(cls, day: date, frequency: Frequency) -> "Period":
        """The period of that frequency which holds the day."""
        if frequency == "D":
            return cls("D", day.toordinal())
        count = _PER_YEAR[frequency]
        return cls(frequency, day.year * count + (day.month - 1) * count // 12)

    @property
    def year(self) -> int:
        return self.start.year

    @property
    def start(self) -> date:
        """The first day."""
        if self.frequency == "D":
            return date.fromordinal(self.ordinal)
        count = _PER_YEAR[self.frequency]
        year, index = divmod(self.ordinal, count)
        return date(year, index * (12 // count) + 1, 1)

    @property
    def end(self) -> date:
        """The last day."""
        if self.frequency == "D":
            return self.start
        count = _PER_YEAR[self.frequency]
        year, index = divmod(self.ordinal, count)
        month = (index + 1) * (12 // count)
        return date(year, 12, 31) if month == 12 else date(year, month + 1, 1) - timedelta(days=1)

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    def shift(self, periods: int) -> "Period":
        """The period that many steps later (or earlier, when negative)."""
        return Period(self.frequency, self.ordinal + periods)

    def next(self) -> "Period":
        return self.shift(1)

    def previous(self) -> "Period":
        return self.shift(-1)

    def year_before(self) -> "Period":
        """The same period last year (上年同期); 29 February answers with 28 February."""
        if self.frequency != "D":
            return self.shift(-_PER_YEAR[self.frequency])
        day = self.start
        if (day.month, day.day) == (2, 29):
            return Period.of(date(day.year - 1, 2, 28), "D")
        return Period.of(day.replace(year=day.year - 1), "D")

    def contains(self, other: "Period | date") -> bool:
        """Whether every day of the other period (or the day) lies in this one."""
        if isinstance(other, date):
            return self.start <= other <= self.end
        return self.start <= other.start and other.end <= self.end

    def split(self, frequency: Frequency) -> tuple["Period", ...]:
        """The periods of a finer (or the same) frequency that this one is made of, in order.

        Raises `ValueError` when the frequency is coarser.
        """
        if FREQUENCIES.index(frequency) < FREQUENCIES.index(self.frequency):
            raise ValueError(f"{self} cannot be split into the coarser frequency {frequency}")
        return tuple(iterate(Period.of(self.start, frequency), Period.of(self.end, frequency)))

    def __str__(self) -> str:
        start = self.start
        if self.frequency == "D":
            return f"{start.year:04}-{start.month:02}-{start.day:02}"
        index = self.ordinal % _PER_YEAR[self.frequency] + 1
        if self.frequency == "A":
            return f"{start.year:04}"
        if self.frequency == "M":
            return f"{start.year:04}-{index:02}"
        return f"{start.year:04}-{self.frequency}{index}"

    def title_zh(self) -> str:
        """The period as a Chinese report names it: 2025年三季度."""
        start = self.start
        index = 0 if self.frequency == "D" else self.ordinal % _PER_YEAR[self.frequency]
        parts: dict[Frequency, str] = {
            "A": "",
            "S": "上半年" if index == 0 else "下半年",
            "Q": f"{_QUARTERS[index % 4]}季度",
            "M": f"{start.month}月",
            "D": f"{start.month}月{start.day}日",
        }
        return f"{start.year}年{parts[self.frequency]}"

    def __lt__(self, other: "Period") -> bool:
        return self._rank() < other._rank()

    def _rank(self) -> tuple[date, int]:
        # By the day it closes; what closes together, the shorter first: December, then the year.
        return (self.end, -self.start.toordinal())


def iterate(first: Period, last: Period) -> Iterator[Period]:
    """Every period from first to last, both included; none when last is before first.

    Raises `ValueError` when the two have different frequencies.
    """
    if first.frequency != last.frequency:
        raise ValueError(f"{first} and {last} have different frequencies")
    return (Period(first.frequency, ordinal) for ordinal in range(first.ordinal, last.ordinal + 1))


def days_left(end: date, today: date) -> int:
    """Days that are left after today, up to and including the end day; 0 from that day on.

    The one way of counting towards a day; `workdays` counts in working days.
    """
    return max((end - today).days, 0)

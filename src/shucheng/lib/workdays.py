"""Working days of China: deadlines run in these, holidays and shifted working days included.

The State Council announces a year's holidays late in the year before; until then a year is
reckoned as Monday to Friday and said to be provisional, so that a deadline in it can be shown
with that warning and is reckoned anew once the package knows the year.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar

FIRST_YEAR: int = min(chinese_calendar.workdays).year
LAST_YEAR: int = max(chinese_calendar.workdays).year


@dataclass(frozen=True, slots=True)
class Deadline:
    """A day, and whether it was reckoned over a year whose holidays are not announced yet."""

    day: date
    provisional: bool


def announced(year: int) -> bool:
    """Whether the year's holidays are known."""
    return FIRST_YEAR <= year <= LAST_YEAR


# A list of deadlines asks for the same days again and again; fifty years are few.
@lru_cache(maxsize=20_000)
def is_working_day(day: date) -> bool:
    """Whether offices work that day; Monday to Friday in a year that is not announced."""
    if announced(day.year):
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < 5


def working_days_after(day: date, number: int) -> Deadline:
    """The day that lies a number of working days after one (before it, when negative).

    The day itself does not count, whether offices work on it or not (民法典 第201条).
    Raises `ValueError` beyond some forty years.
    """
    if abs(number) > 10_000:
        raise ValueError("a deadline lies within 10,000 working days")
    step = timedelta(days=1 if number >= 0 else -1)
    provisional = False
    for _ in range(abs(number)):
        day += step
        while not is_working_day(day):
            provisional |= not announced(day.year)
            day += step
        provisional |= not announced(day.year)
    return Deadline(day, provisional)


def working_days_between(start: date, end: date) -> int:
    """How many working days lie after `start` and up to `end`; negative when `end` is earlier."""
    if end < start:
        return -working_days_between(end, start)
    days = ((start + timedelta(days=n)) for n in range(1, (end - start).days + 1))
    return sum(is_working_day(day) for day in days)


def next_working_day(day: date) -> Deadline:
    """The day itself, or the next one that offices work: a period's last day moves on so."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return Deadline(day, not announced(day.year))

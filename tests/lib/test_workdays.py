"""Deadlines run in working days, with China's holidays and shifted working days."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shucheng.lib.workdays import (
    LAST_YEAR,
    announced,
    is_working_day,
    next_working_day,
    working_days_after,
    working_days_between,
)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2025, 10, 1), False),
        (date(2025, 10, 8), False),
        (date(2025, 10, 9), True),
        (date(2025, 9, 28), True),
        (date(2025, 10, 11), True),
        (date(2025, 10, 12), False),
        (date(2026, 2, 14), True),
    ],
)
def test_holidays_and_shifted_working_days(day: date, works: bool) -> None:
    assert is_working_day(day) is works


def test_a_deadline_passes_over_the_national_holiday() -> None:
    # 29 and 30 September, then 9, 10 and the shifted Saturday 11 October.
    assert working_days_after(date(2025, 9, 28), 5).day == date(2025, 10, 11)
    assert working_days_between(date(2025, 9, 28), date(2025, 10, 11)) == 5
    assert next_working_day(date(2025, 10, 1)).day == date(2025, 10, 9)


def test_a_year_that_is_not_announced_is_said_to_be_provisional() -> None:
    assert not announced(LAST_YEAR + 1)
    assert not working_days_after(date(LAST_YEAR, 6, 1), 5).provisional
    assert working_days_after(date(LAST_YEAR, 12, 25), 10).provisional
    assert next_working_day(date(LAST_YEAR + 1, 1, 2)).provisional
    assert is_working_day(date(LAST_YEAR + 1, 1, 4)) == (date(LAST_YEAR + 1, 1, 4).weekday() < 5)


_DAYS = st.dates(date(2020, 1, 1), date(LAST_YEAR, 10, 1))


@given(_DAYS, st.integers(1, 60))
def test_counting_the_days_between_undoes_counting_on(day: date, number: int) -> None:
    found = working_days_after(day, number).day
    assert is_working_day(found)
    assert working_days_between(day, found) == number
    assert working_days_between(found, day) == -number


@given(_DAYS, st.integers(1, 60))
def test_counting_back_undoes_counting_on_from_a_working_day(day: date, number: int) -> None:
    start = next_working_day(day).day
    assert working_days_after(working_days_after(start, number).day, -number).day == start


def test_a_deadline_a_lifetime_away_is_refused() -> None:
    with pytest.raises(ValueError, match="10,000"):
        working_days_after(date(2026, 1, 1), 10_001)

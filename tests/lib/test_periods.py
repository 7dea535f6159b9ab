"""Reporting periods: written and read as SDMX does, and stepped through without gaps."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shucheng.lib.periods import FREQUENCIES, Frequency, Period, PeriodInvalid, days_left, iterate

DAYS = st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 12, 31))
PERIODS = st.builds(Period.of, DAYS, st.sampled_from(FREQUENCIES))


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2025", date(2025, 1, 1), date(2025, 12, 31)),
        ("2025-S1", date(2025, 1, 1), date(2025, 6, 30)),
        ("2025-Q3", date(2025, 7, 1), date(2025, 9, 30)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2025-09-12", date(2025, 9, 12), date(2025, 9, 12)),
    ],
)
def test_a_period_knows_its_days(text: str, start: date, end: date) -> None:
    period = Period.parse(text)
    assert (period.start, period.end) == (start, end)
    assert str(period) == text


def test_the_half_year_is_read_in_both_spellings() -> None:
    assert Period.parse("2025-H2") == Period.parse("2025-S2")


@pytest.mark.parametrize(
    "text",
    ["", "25", "2025-13", "2025-Q5", "2025-S3", "2025-9", "2025-02-30", "0000", "2025-Q", "2025年"],
)
def test_what_is_no_period_is_refused_with_the_forms_that_are(text: str) -> None:
    with pytest.raises(PeriodInvalid, match="2025-Q3"):
        Period.parse(text)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("2025", "2025年"),
        ("2025-S1", "2025年上半年"),
        ("2025-Q3", "2025年三季度"),
        ("2025-09", "2025年9月"),
        ("2025-09-12", "2025年9月12日"),
    ],
)
def test_the_chinese_name_is_the_one_reports_use(text: str, title: str) -> None:
    assert Period.parse(text).title_zh() == title


def test_the_same_period_last_year_of_a_leap_day_is_the_28th() -> None:
    assert str(Period.parse("2024-02-29").year_before()) == "2023-02-28"


def test_a_year_closes_after_its_last_month() -> None:
    texts = ["2025-12", "2025", "2025-Q4", "2025-11", "2026-01"]
    ordered = sorted(map(Period.parse, texts))
    assert list(map(str, ordered)) == ["2025-11", "2025-12", "2025-Q4", "2025", "2026-01"]


def test_periods_of_two_frequencies_are_not_stepped_through_together() -> None:
    with pytest.raises(ValueError, match="different frequencies"):
        iterate(Period.parse("2025"), Period.parse("2025-09"))


def test_a_month_is_not_split_into_quarters() -> None:
    with pytest.raises(ValueError, match="coarser"):
        Period.parse("2025-09").split("Q")


@given(PERIODS)
def test_what_is_written_is_read_back(period: Period) -> None:
    assert Period.parse(str(period)) == period


@given(DAYS, st.sampled_from(FREQUENCIES))
def test_the_period_of_a_day_holds_that_day(day: date, frequency: Frequency) -> None:
    assert Period.of(day, frequency).contains(day)


@given(PERIODS)
def test_neighbours_touch_and_do_not_overlap(period: Period) -> None:
    assert period.next().start == period.end + timedelta(days=1)
    assert period.next().previous() == period
    assert not period.contains(period.next())
    assert period < period.next()


@given(PERIODS)
def test_the_same_period_last_year_keeps_its_frequency_and_place(period: Period) -> None:
    before = period.year_before()
    assert before.frequency == period.frequency
    assert before.year == period.year - 1
    assert before.start.month == period.start.month


@given(PERIODS, st.sampled_from(FREQUENCIES))
def test_a_split_period_is_covered_exactly_once(period: Period, frequency: Frequency) -> None:
    if FREQUENCIES.index(frequency) < FREQUENCIES.index(period.frequency):
        return
    parts = period.split(frequency)
    assert sum(part.days for part in parts) == period.days
    assert all(period.contains(part) for part in parts)


@given(PERIODS, st.integers(-40, 40))
def test_shifting_and_walking_agree(period: Period, steps: int) -> None:
    first, last = sorted((period, period.shift(steps)))
    walked = list(iterate(first, last))
    assert len(walked) == abs(steps) + 1
    assert (walked[0], walked[-1]) == (first, last)


@pytest.mark.parametrize(
    ("today", "left"),
    [("2026-11-26", 35), ("2026-12-30", 1), ("2026-12-31", 0), ("2027-01-02", 0)],
)
def test_days_left_are_those_after_today_with_the_end_day(today: str, left: int) -> None:
    assert days_left(date(2026, 12, 31), date.fromisoformat(today)) == left

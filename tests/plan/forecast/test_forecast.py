"""What a forecast promises, whatever the numbers are."""

from collections.abc import Sequence
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shucheng.lib.periods import Period
from shucheng.plan.forecast.forecast import forecast
from shucheng.plan.forecast.model import Forecast, Insufficient, Series, chance
from shucheng.plan.judgement.path import Shape

START = Period.parse("2024-01")
UNTIL = Period.parse("2027-12")


def series(
    values: Sequence[float | None],
    shape: Shape = "stock",
    *,
    lower: float | None = 0.0,
    upper: float | None = None,
    whole: bool = False,
) -> Series:
    known = {START.shift(at): value for at, value in enumerate(values) if value is not None}
    return Series(known, shape, lower=lower, upper=upper, whole=whole)


def made(given_: Series, until: Period = UNTIL) -> Forecast:
    found = forecast(given_, until, paths=200)
    assert isinstance(found, Forecast), found
    return found


def since_january(added: Sequence[float]) -> list[float]:
    running, total = [], 0.0
    for at, number in enumerate(added):
        total = number if at % 12 == 0 else total + number
        running.append(total)
    return running


numbers = st.lists(st.floats(0, 1e6).map(lambda x: round(x, 2)), min_size=2, max_size=40)


@settings(max_examples=25, deadline=None)
@given(numbers, st.sampled_from(["stock", "year_to_date", "since_start"]))
def test_bands_hold_the_median_and_lie_in_one_another(values: list[float], shape: Shape) -> None:
    running = {"year_to_date": since_january}.get(shape, list)(values)
    found = forecast(series(running, shape), UNTIL, paths=100)
    if isinstance(found, Insufficient):
        assert found.reason in {"too_few", "never_moved"}
        return
    assert found.steps[-1].period == UNTIL
    for step in found.steps:
        edges = [step.bands[95][0], step.bands[80][0], step.bands[50][0], step.median]
        edges += [step.bands[50][1], step.bands[80][1], step.bands[95][1]]
        assert edges == sorted(edges)


@settings(max_examples=25, deadline=None)
@given(numbers)
def test_what_cannot_be_negative_is_never_forecast_to_be(values: list[float]) -> None:
    found = forecast(series(values), UNTIL, paths=100)
    if isinstance(found, Forecast):
        assert min(min(ends) for ends in found.ends.values()) >= 0
        assert min(step.bands[95][0] for step in found.steps) >= 0


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=3, max_size=36))
def test_a_count_since_the_start_never_falls_and_counts_whole_things(added: list[int]) -> None:
    total, running = 0, []
    for number in added:
        total += number
        running.append(float(total))
    found = forecast(series(running, "since_start", whole=True), UNTIL, paths=100)
    if isinstance(found, Insufficient):
        return
    assert found.ends[UNTIL][0] >= running[-1]
    for now, after in pairwise(found.steps):
        assert now.median <= after.median
        assert now.bands[80][0] <= after.bands[80][0]
    assert found.steps[0].period == START.shift(len(added))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(-6, 9), min_size=3, max_size=30),
    st.sampled_from(["stock", "year_to_date", "since_start"]),
    st.booleans(),
)
def test_whatever_was_taken_back_nothing_is_forecast_below_its_bound(
    steps: list[int], shape: Shape, whole: bool
) -> None:
    """Totals that fall too, by a correction or because things leave, but never below zero."""
    running, totals = 0, []
    for at, step in enumerate(steps):
        running = max(step if shape == "year_to_date" and at % 12 == 0 else running + step, 0)
        totals.append(float(running))
    found = forecast(series(totals, shape, whole=whole), UNTIL, paths=100)
    if isinstance(found, Insufficient):
        return
    assert min(ends[0] for ends in found.ends.values()) >= 0
    assert min(step.bands[95][0] for step in found.steps) >= 0


def test_one_correction_does_not_make_a_count_fall() -> None:
    totals = [0.0, 1, 1, 2, 2, 3, 2, 3, 3, 4, 4, 5]
    found = made(series(totals, "since_start", whole=True))
    assert found.ends[UNTIL][0] >= 5
    corrected = made(series([0.0, 1, 1, 2, 2, 2, 2, 3, 3, 4, 4, 5], "since_start", whole=True))
    assert found == corrected, "what was taken back was never there"
    since_new_year = made(series([1.0, 2, 3, 5, 4, 6, 7, 8, 9], "year_to_date"))
    assert min(step.bands[95][0] for step in since_new_year.steps) >= 0


def test_a_total_that_things_leave_may_fall_again_but_not_below_nothing() -> None:
    totals = [3.0, 5, 4, 6, 2, 4, 1, 3, 1, 2]
    found = made(series(totals, "since_start", whole=True))
    lowest = min(step.bands[95][0] for step in found.steps)
    assert 0 <= lowest < 2


def test_a_correction_of_all_there_was_is_no_series_that_never_moved() -> None:
    found = forecast(series([5.0, 6, 7, 8, 4], "since_start"), UNTIL, paths=100)
    assert isinstance(found, Forecast)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(0, 100), min_size=3, max_size=36))
def test_a_share_stays_between_nothing_and_everything(values: list[float]) -> None:
    found = forecast(series(values, upper=100.0), UNTIL, paths=100)
    if isinstance(found, Forecast):
        for step in found.steps:
            assert 0 <= step.bands[95][0] <= step.bands[95][1] <= 100


@settings(max_examples=20, deadline=None)
@given(numbers, st.lists(st.floats(-1e7, 1e7), min_size=2, max_size=8))
def test_the_higher_the_target_the_smaller_its_chance(
    values: list[float], targets: list[float]
) -> None:
    found = forecast(series(values), UNTIL, paths=100)
    if isinstance(found, Insufficient):
        return
    chances = [chance(found.ends[UNTIL], ">=", target) for target in sorted(targets)]
    assert chances == sorted(chances, reverse=True)
    assert all(0 <= each <= 1 for each in chances)
    for target in targets:
        at_least, below = (chance(found.ends[UNTIL], sign, target) for sign in (">=", "<"))
        assert at_least + below == pytest.approx(1)


def test_chances_agree_with_the_bands() -> None:
    noise = Random(3)
    found = made(series([100 + 2 * at + noise.gauss(0, 6) for at in range(34)]))
    last, ends = found.steps[-1], found.ends[UNTIL]
    assert chance(ends, ">=", last.median) == pytest.approx(0.5, abs=0.02)
    for band in (50, 80, 95):
        low, high = last.bands[band]
        inside = chance(ends, ">=", low) - chance(ends, ">", high)
        assert inside == pytest.approx(band / 100, abs=0.02)


def test_the_same_numbers_give_the_same_fan() -> None:
    given_ = series([50.0, 53, 51, 58, 60, 57, 66, 70, 69, 75])
    assert made(given_) == made(given_)


def test_a_sum_since_january_starts_anew_and_ends_the_year_where_its_months_lead() -> None:
    added = [10.0 + (at % 3) for at in range(34)]
    found = made(series(since_january(added), "year_to_date"))
    medians = {str(step.period): step.median for step in found.steps}
    assert medians["2026-12"] == pytest.approx(sum(added[24:]) + 22, rel=0.05)
    assert medians["2027-01"] == pytest.approx(11, rel=0.2)
    assert medians["2027-12"] == pytest.approx(132, rel=0.1)
    assert set(map(str, found.ends)) == {"2026-12", "2027-12"}


def test_a_steady_climb_is_followed_and_its_past_shown() -> None:
    noise = Random(1)
    found = made(series([100 + 5 * at + noise.gauss(0, 2) for at in range(34)]))
    assert found.method in {"drift", "damped_trend", "theta"}
    assert found.steps[-1].median == pytest.approx(100 + 5 * 47, rel=0.1)
    best = found.backtest[0]
    assert best.origins >= 3
    assert best.errors > best.origins
    assert [score.mase for score in found.backtest] == sorted(s.mase for s in found.backtest)
    chosen = next(score for score in found.backtest if score.method == found.method)
    assert chosen.coverage is not None
    assert all(s.coverage is None for s in found.backtest if s is not chosen)


def test_seasons_come_back_where_years_repeat() -> None:
    season = [60.0, 40, 90, 100, 100, 120, 100, 95, 110, 100, 105, 180]
    noise = Random(5)
    values = [season[at % 12] * (1 + noise.gauss(0, 0.02)) for at in range(34)]
    found = made(series(values))
    assert found.method in {"same_season", "seasonal_simple", "seasonal_theta"}
    medians = {str(step.period): step.median for step in found.steps}
    assert medians["2027-12"] > 1.5 * medians["2027-02"]


def test_a_fan_widens_and_is_wider_the_less_is_known() -> None:
    noise = Random(2)
    values = [200 + noise.gauss(0, 5) + at for at in range(30)]
    long, short = made(series(values)), made(series(values[-4:]), START.shift(17))

    def width(found: Forecast, at: int) -> float:
        low, high = found.steps[at].bands[80]
        return high - low

    assert width(long, 12) > width(long, 0)
    assert width(short, 12) > width(long, 12)


def test_months_that_nobody_reported_are_spread_over_what_came_since() -> None:
    # Many offices report January and February together.
    added: list[float | None] = [10.0] * 24
    running: list[float | None] = [float(v) for v in since_january([10.0] * 12 + [12.0] * 12)]
    running[0] = running[12] = None
    found = made(series(running, "year_to_date"))
    assert (found.points, found.filled) == (len(added) - 2, 2)
    assert {str(s.period): s.median for s in found.steps}["2026-12"] == pytest.approx(144, rel=0.1)


@pytest.mark.parametrize(
    ("values", "shape", "reason"),
    [
        ([5.0], "stock", "too_few"),
        ([], "stock", "too_few"),
        ([5.0, 7.0], "since_start", "too_few"),
        ([5.0, 5.0, 5.0], "stock", "never_moved"),
        ([0.0] * 12, "year_to_date", "never_moved"),
        ([1.0, None, None, 4.0, None, 6.0], "stock", "too_many_gaps"),
    ],
)
def test_too_little_is_said_to_be_too_little(
    values: list[float | None], shape: Shape, reason: str
) -> None:
    found = forecast(series(values, shape), UNTIL)
    assert isinstance(found, Insufficient)
    assert found.reason == reason


def test_after_the_plan_there_is_nothing_to_forecast() -> None:
    found = forecast(series([1.0, 2.0, 4.0]), START.shift(2))
    assert found == Insufficient("period_over")


def test_two_points_give_a_fan_that_says_how_little_they_are() -> None:
    first = Period.parse("2024")
    found = forecast(Series({first: 100.0, first.next(): 110.0}, lower=0.0), Period.parse("2027"))
    assert isinstance(found, Forecast)
    assert found.backtest == ()
    low, high = found.steps[0].bands[80]
    assert low < 90
    assert high > 130


def test_a_bound_that_the_values_pass_is_no_bound() -> None:
    assert made(series([-3.0, 4.0, -1.0, 2.0, -5.0])).steps[-1].bands[95][0] < 0

"""Where a value should stand between the yearly targets."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shucheng.lib.periods import Frequency, Period, iterate
from shucheng.plan.judgement.path import Path, Shape, knots_of_quarters, seasons_of

TARGETS = {2025: Decimal(120), 2026: Decimal(240), 2027: Decimal(420)}


@pytest.mark.parametrize(
    ("shape", "base", "period", "expected"),
    [
        ("year_to_date", None, "2025-06", "60"),
        ("year_to_date", None, "2026-03", "60"),
        ("year_to_date", None, "2026-12", "240"),
        ("since_start", None, "2025-Q1", "30"),
        ("since_start", None, "2026-Q2", "180"),
        ("since_start", 60, "2025-06", "90"),
        ("stock", 100, "2025-06", "110"),
        ("stock", 100, "2027-06", "330"),
        ("stock", None, "2025-06", None),
        ("stock", None, "2025-12", "120"),
        ("stock", None, "2026-06", "180"),
        ("constant", None, "2026-01", "240"),
        ("stock", 100, "2024-12", None),
        ("stock", 100, "2028-01", None),
    ],
)
def test_a_straight_line_between_the_targets(
    shape: Shape, base: int | None, period: str, expected: str | None
) -> None:
    path = Path(shape, TARGETS, None if base is None else Decimal(base))
    found = path.expected(Period.parse(period))
    assert found == (None if expected is None else Decimal(expected))


def running_2025(values: list[int | None]) -> dict[Period, Decimal | None]:
    return {
        Period.parse(f"2025-Q{quarter}"): None if value is None else Decimal(value)
        for quarter, value in enumerate(values, 1)
    }


def test_last_years_seasons_bend_the_path() -> None:
    seasons = seasons_of(running_2025([10, 30, 60, 100]), 2025, "year_to_date")
    path = Path("year_to_date", TARGETS, seasons={2026: seasons})
    assert path.expected(Period.parse("2026-Q1")) == 24
    assert path.expected(Period.parse("2026-Q3")) == 144
    assert path.expected(Period.parse("2026-Q4")) == 240
    assert path.method(Period.parse("2026-Q1")) == "seasonal"


@pytest.mark.parametrize(
    "values",
    [[1, 2, 3], [1, None, 3, 4], [0, 0, 0, 0], [1, 5, 3, 4], [-1, 1, 2, 4]],
    ids=["unfinished", "gap", "nothing", "beyond", "backwards"],
)
def test_a_year_without_clear_seasons_gives_none(values: list[int | None]) -> None:
    assert seasons_of(running_2025(values), 2025, "year_to_date") == {}


def test_where_the_way_of_a_year_begins() -> None:
    """What was counted last year is over in January; what stood in December still stands."""
    values = {Period.parse("2024-Q4"): Decimal(60), **running_2025([70, 80, 90, 100])}
    quarters = {0: Decimal("0.25"), 1: Decimal("0.5"), 2: Decimal("0.75"), 3: Decimal(1)}
    assert seasons_of(values, 2025, "stock") == quarters
    assert seasons_of(values, 2025, "since_start") == quarters
    assert seasons_of(values, 2025, "year_to_date")[0] == Decimal("0.7")
    assert seasons_of(running_2025([70, 80, 90, 100]), 2025, "stock") == {}


def test_a_year_set_by_hand_runs_straight_from_one_value_to_the_next() -> None:
    june = Period.parse("2026-06")
    path = Path("year_to_date", TARGETS, by_hand={june: Decimal(90)})
    expected = {month: path.expected(Period.parse(f"2026-{month}")) for month in ("02", "06", "09")}
    assert expected == {"02": 30, "06": 90, "09": 165}
    assert path.expected(Period.parse("2026-12")) == 240
    assert path.method(june.next()) == "by_hand"
    assert path.method(Period.parse("2027-01")) == "linear"


def test_quarters_are_read_as_where_each_of_them_ends() -> None:
    knots = knots_of_quarters(2026, Decimal(100), map(Decimal, (10, 20, 30, 40)))
    path = Path("stock", {2026: Decimal(200)}, Decimal(100), by_hand=knots)
    assert [path.expected(Period.parse(f"2026-Q{n}")) for n in (1, 2, 3, 4)] == [110, 130, 160, 200]
    assert path.expected(Period.parse("2026-02")) == Decimal("106.666667")


def test_a_countys_path_can_run_as_the_citys_does() -> None:
    city = Path(
        "year_to_date", {2026: Decimal(100)}, by_hand={Period.parse("2026-Q2"): Decimal(20)}
    )
    county = Path("year_to_date", {2026: Decimal(10)}, seasons={2026: city.shares(2026, "Q")})
    assert [county.expected(Period.parse(f"2026-Q{n}")) for n in (1, 2, 3, 4)] == [1, 2, 6, 10]
    assert Path("constant", {2026: Decimal(5)}).shares(2026, "Q") == {}


@given(
    st.sampled_from(["stock", "year_to_date", "since_start", "constant"]),
    st.sampled_from(["S", "Q", "M"]),
    st.lists(st.decimals(0, 10**6, places=2), min_size=3, max_size=3),
    st.decimals(0, 10**6, places=2),
)
def test_every_path_meets_each_target_at_the_years_end_and_stays_between(
    shape: Shape, frequency: Frequency, targets: list[Decimal], base: Decimal
) -> None:
    years = dict(zip((2025, 2026, 2027), targets, strict=True))
    path = Path(shape, years, base)
    for year, target in years.items():
        before = years.get(year - 1, base) if shape in {"stock", "since_start"} else Decimal(0)
        low, high = sorted((target if shape == "constant" else before, target))
        for period in Period("A", year).split(frequency):
            expected = path.expected(period)
            assert expected is not None
            assert low <= expected <= high
        assert path.expected(Period("A", year).split(frequency)[-1]) == target


@given(
    st.lists(st.decimals(0, 1000, places=2), min_size=4, max_size=4),
    st.sampled_from(["Q", "M"]),
)
def test_a_path_that_only_rises_by_hand_rises_in_every_period_and_meets_its_knots(
    steps: list[Decimal], frequency: Frequency
) -> None:
    knots = knots_of_quarters(2026, Decimal(0), steps)
    path = Path("year_to_date", {2026: sum(steps, Decimal(0))}, by_hand=knots)
    values = [path.expected(period) for period in Period("A", 2026).split(frequency)]
    known = [value for value in values if value is not None]
    assert len(known) == len(values)
    assert known == sorted(known)
    assert known[-1] == sum(steps)
    for quarter, value in knots.items():
        assert path.expected(Period.of(quarter.end, frequency)) == value


@given(
    st.lists(st.decimals("0.01", 1000, places=2), min_size=13, max_size=13),
    st.decimals(0, 10**6, places=2),
)
def test_a_seasonal_path_rises_where_last_year_rose(steps: list[Decimal], target: Decimal) -> None:
    total, running = Decimal(0), {}
    for month, step in zip(
        iterate(Period.parse("2024-12"), Period.parse("2025-12")), steps, strict=True
    ):
        total += step
        running[month] = total
    path = Path(
        "stock",
        {2025: Decimal(0), 2026: target},
        seasons={2026: seasons_of(running, 2025, "stock")},
    )
    values = [path.expected(period) or Decimal(0) for period in Period("A", 2026).split("M")]
    assert values == sorted(values)
    assert values[-1] == target


@pytest.mark.parametrize(
    ("shape", "base", "base_year", "period", "expected"),
    [
        ("stock", 100, None, "2026-12", "200"),
        ("stock", 100, None, "2026-06", "160"),
        ("stock", None, None, "2027-06", "240"),
        ("since_start", None, None, "2026-12", "200"),
        ("year_to_date", None, None, "2026-06", "100"),
        ("constant", None, None, "2026-06", "200"),
        ("stock", 60, 2023, "2024-12", "90"),
        ("stock", 60, 2023, "2023-12", None),
        ("stock", 60, 2023, "2028-06", None),
    ],
)
def test_a_year_without_a_target_lies_between_its_neighbours(
    shape: Shape, base: int | None, base_year: int | None, period: str, expected: str | None
) -> None:
    targets = {2025: Decimal(120), 2027: Decimal(280)}
    start = None if base is None else Decimal(base)
    path = Path(shape, targets, start, base_year=base_year)
    found = path.expected(Period.parse(period))
    assert found == (None if expected is None else Decimal(expected))


def test_december_is_held_to_the_target_whatever_was_set_before_it_changed() -> None:
    knots = knots_of_quarters(2026, Decimal(0), map(Decimal, (260, 520, 780, 1040)))
    path = Path("year_to_date", {2026: Decimal(2800)}, by_hand=knots)
    found = [path.expected(Period.parse(each)) for each in ("2026-Q3", "2026-11", "2026-12")]
    assert found == [1560, Decimal("2386.666667"), 2800]
    assert path.expected(Period.parse("2026-Q4")) == 2800

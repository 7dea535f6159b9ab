"""Values of formulas: examples a statistician would check, and agreement with a second way."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.plan.formula.oracle import Oracle
from tests.plan.formula.samples import AREAS, CITY, METRICS

from shucheng.lib.periods import Frequency, Period
from shucheng.plan.formula.inputs import inputs
from shucheng.plan.formula.model import Call, Node, Reading, children
from shucheng.plan.formula.proof import MetricFacts, prove
from shucheng.plan.formula.run import Panel, PanelRow, months_of_days

Series = dict[str, dict[str, Any]]


def panel_of(series: Series, area: str = CITY) -> Panel:
    rows = [
        PanelRow(metric, area, Period.parse(period), None if value is None else Decimal(str(value)))
        for metric, values in series.items()
        for period, value in values.items()
    ]
    return Panel(rows, AREAS)


def months(year: int, values: list[Any]) -> dict[str, Any]:
    return {f"{year}-{number:02}": value for number, value in enumerate(values, 1)}


def value_of(text: str, period: str, series: Series, unit: str | None = None) -> Decimal | None:
    formula = prove(text, METRICS, unit=unit)
    with panel_of(series) as panel:
        return {
            str(value.period): value.value
            for value in panel.evaluate(formula, first_year=2025)
            if value.area == CITY
        }[period]


@pytest.mark.parametrize(
    ("text", "period", "unit", "value"),
    [
        ("revenue", "2025-02", "亿元", "20"),
        ("revenue", "2025-02", "万元", "200000"),
        ("ytd(revenue)", "2025-03", "亿元", "60"),
        ("ytd(revenue)", "2026-01", "亿元", "15"),
        ("cumulative(revenue)", "2026-02", "亿元", "240"),
        ("yoy(revenue)", "2026-01", "%", "50"),
        ("growth(revenue)", "2025-02", "%", "100"),
        ("revenue + profit", "2025-01", "亿元", "10.5"),
        ("profit + revenue", "2025-01", "万元", "105000"),
        ("share(profit, revenue)", "2025-01", "%", "5"),
        ("2 * revenue - revenue", "2025-03", "亿元", "30"),
        ("revenue / 4", "2025-02", "亿元", "5"),
        ("-revenue", "2025-01", "亿元", "-10"),
        ("abs(-revenue)", "2025-01", "亿元", "10"),
    ],
)
def test_monthly_flows(text: str, period: str, unit: str, value: str) -> None:
    series = {
        "revenue": months(2025, [10, 20, 30] + [15] * 9) | months(2026, [15, 30]),
        "profit": months(2025, [5000]),
    }
    assert value_of(text, period, series, unit) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "period", "value"),
    [
        ("firms", "2025-Q4", "1300"),
        ("change(firms)", "2025-Q4", "100"),
        ("yoy(firms)", "2025-Q4", "8.333333"),
        ("change(coverage)", "2025-Q4", "2.5"),
        ("share(ytd(revenue), ytd(output))", "2025-Q1", "20"),
    ],
)
def test_quarterly_stocks_and_rates(text: str, period: str, value: str) -> None:
    series = {
        "firms": {"2024-Q4": 1200, "2025-Q4": 1300},
        "coverage": {"2024-Q4": 70, "2025-Q4": "72.5"},
        "revenue": months(2025, [10, 20, 30]),
        "output": {"2025-Q1": 300},
    }
    assert value_of(text, period, series) == Decimal(value)


def test_a_gap_leaves_a_running_sum_unknown_instead_of_small() -> None:
    with panel_of({"revenue": months(2025, [10, None, 30, 40])}) as panel:
        values = panel.evaluate(prove("ytd(revenue)", METRICS), first_year=2025)
    assert [value.value for value in values] == [Decimal(10), None, None, None]


def test_a_quarter_with_two_months_is_not_a_quarter() -> None:
    formula = prove("sum(revenue)", METRICS, frequency="Q")
    with panel_of({"revenue": months(2025, [10, 20, 30, 40, 50])}) as panel:
        values = panel.evaluate(formula, first_year=2025)
    assert [(str(v.period), v.value) for v in values] == [
        ("2025-Q1", Decimal(60)),
        ("2025-Q2", None),
    ]


def test_growth_on_nothing_or_on_a_loss_is_unknown() -> None:
    series = {"revenue": {"2024-01": 0, "2025-01": 5, "2024-02": -3, "2025-02": 5}}
    assert value_of("yoy(revenue)", "2025-01", series) is None
    assert value_of("yoy(revenue)", "2025-02", series) is None
    assert (
        value_of("ratio(profit, revenue)", "2024-01", series | {"profit": {"2024-01": 1}}) is None
    )


def test_a_code_that_has_not_reported_leaves_the_sum_unknown() -> None:
    facts = {"sales": MetricFacts("sales", "亿元", "M", dimensions={"industry": ("01", "02")})}
    march, april = Period.parse("2025-03"), Period.parse("2025-04")
    rows = [
        PanelRow("sales", CITY, march, Decimal(3), "industry=01"),
        PanelRow("sales", CITY, march, Decimal(4), "industry=02"),
        PanelRow("sales", CITY, april, Decimal(5), "industry=01"),
    ]
    with Panel(rows, AREAS) as panel:
        total = panel.evaluate(prove("sales", facts), first_year=2025)
        one = panel.evaluate(prove("sales[industry=01]", facts), first_year=2025)
        each = panel.evaluate(prove("sales", facts), first_year=2025, by="industry")
        share = panel.evaluate(prove("share(sales[industry=02], sales)", facts), first_year=2025)
    assert [value.value for value in total] == [Decimal(7), None]
    assert [value.value for value in one] == [Decimal(3), Decimal(5)]
    assert [(v.member, v.value) for v in each] == [
        ("01", Decimal(3)),
        ("01", Decimal(5)),
        ("02", Decimal(4)),
    ]
    assert [value.value for value in share] == [Decimal("57.142857")]


def test_the_counties_against_the_city() -> None:
    period = Period.parse("2025-01")
    rows = [
        PanelRow("revenue", area, period, Decimal(value))
        for area, value in ((CITY, 100), ("320902", 30), ("320981", 60))
    ]
    with Panel(rows, AREAS) as panel:
        difference = panel.evaluate(prove("revenue - children(revenue)", METRICS), first_year=2025)
        shares = panel.evaluate(prove("share(revenue, city(revenue))", METRICS), first_year=2025)
        late = Panel(rows[:2], AREAS)
        unknown = late.evaluate(prove("children(revenue)", METRICS), first_year=2025)
        late.close()
    assert [(v.area, v.value) for v in difference] == [(CITY, Decimal(10))]
    assert {v.area: v.value for v in shares} == {
        CITY: Decimal(100),
        "320902": Decimal(30),
        "320981": Decimal(60),
    }
    assert [(v.area, v.value) for v in unknown] == [(CITY, None)]


@pytest.mark.parametrize(
    ("over_time", "days", "month"),
    [
        ("sum", range(1, 29), "406"),
        ("mean", range(1, 29), "14.5"),
        ("last", range(1, 29), "28"),
        ("sum", range(1, 28), None),
        ("last", [28], "28"),
        ("last", range(1, 28), None),
    ],
)
def test_days_add_up_to_months_once_every_day_is_known(
    over_time: str, days: Any, month: str | None
) -> None:
    facts = {"visits": MetricFacts("visits", "人次", "D", over_time=over_time)}
    rows = [
        PanelRow("visits", CITY, Period.parse(f"2026-02-{day:02}"), Decimal(day)) for day in days
    ]
    with Panel(months_of_days(rows, facts), AREAS) as panel:
        values = panel.evaluate(prove("visits", facts), first_year=2025)
    assert [(str(v.period), v.value) for v in values] == [
        ("2026-02", None if month is None else Decimal(month))
    ]


def test_the_largest_products_that_are_allowed_are_finite() -> None:
    largest = Decimal(10) ** 15
    for sign in "*/":
        formula = prove(f" {sign} ".join(["revenue"] * 9), METRICS)
        for value in (largest, Decimal("0.000001")):
            with panel_of({"revenue": {"2025-01": value}}) as panel:
                assert panel.evaluate(formula, first_year=2025)[0].value is not None


# A second way to the same values ----------------------------------------------------------------

_LEAVES = st.sampled_from(
    [
        "revenue",
        "ytd(revenue)",
        "cumulative(revenue)",
        "mean(revenue)",
        "last(revenue)",
        "profit",
        "output",
        "ytd(output)",
        "cumulative(output)",
        "sales",
        "sales[industry=01]",
        "ytd(sales[industry=01|02])",
    ]
)


def _grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    one = st.builds(
        "{}({})".format,
        st.sampled_from(["yoy", "growth", "change", "city", "children", "abs"]),
        inner,
    )
    two = st.builds("{}({}, {})".format, st.sampled_from(["share", "ratio"]), inner, inner)
    sign = st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), inner)
    number = st.builds("({} {} {})".format, inner, st.sampled_from("*/"), st.integers(1, 9))
    return one | two | sign | number


FORMULAS = st.recursive(_LEAVES, _grow, max_leaves=4)

_CELLS: list[tuple[str, str, Frequency]] = [
    ("revenue", "", "M"),
    ("profit", "", "M"),
    ("output", "", "Q"),
    ("sales", "industry=01;size=large", "M"),
    ("sales", "industry=01;size=small", "M"),
    ("sales", "industry=02;size=small", "M"),
]


@st.composite
def known_values(draw: st.DrawFn) -> dict[tuple[str, str, str, str], Decimal | None]:
    """Two years of observations, some missing and some absent."""
    chance = draw(st.randoms(use_true_random=False))
    known: dict[tuple[str, str, str, str], Decimal | None] = {}
    for metric, dimension, frequency in _CELLS:
        first = Period.of(Period.parse("2024").start, frequency)
        for area in AREAS:
            for step in range(24 if frequency == "M" else 8):
                fate = chance.random()
                if fate < 0.04:
                    continue
                value = None if fate < 0.07 else Decimal(chance.randint(-200, 9999)) / 100
                known[metric, area, dimension, str(first.shift(step))] = value
    return known


def computable(text: str) -> bool:
    try:
        prove(text, METRICS)
    except ValueError:
        return False
    return True


def of_the_city_alone(node: Node) -> bool:
    """Such a formula has one value a period, the city's."""
    if isinstance(node, Reading):
        return False
    if isinstance(node, Call) and node.function == "city":
        return True
    return all(of_the_city_alone(child) for child in children(node))


@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.filter_too_much],
)
@given(FORMULAS.filter(computable), known_values())
def test_any_formula_agrees_with_recursion_over_single_values(
    text: str, known: dict[tuple[str, str, str, str], Decimal | None]
) -> None:
    formula = prove(text, METRICS)
    oracle = Oracle(
        {cell: None if v is None else Fraction(v) for cell, v in known.items()}, AREAS, 2025
    )
    rows = [
        PanelRow(metric, area, Period.parse(period), value, dimension)
        for (metric, area, dimension, period), value in known.items()
    ]
    with Panel(rows, AREAS) as panel:
        values = {
            (value.area, str(value.period)): value.value
            for value in panel.evaluate(formula, first_year=2025)
        }
    first = Period.of(Period.parse("2024").start, formula.frequency)
    for area in [CITY] if of_the_city_alone(formula.root) else AREAS:
        for step in range(24 if formula.frequency == "M" else 8):
            period = first.shift(step)
            found, wanted = values.get((area, str(period))), oracle.value(formula, area, period)
            assert (found is None) == (wanted is None), (text, area, period, found, wanted)
            if found is not None and wanted is not None:
                assert abs(Fraction(found) - wanted) <= 1e-6 + abs(wanted) * Fraction(1, 10**9)


def test_every_input_that_a_value_names_changes_it_when_it_goes() -> None:
    formula = prove("share(ytd(revenue), output) * yoy(share(revenue, output))", METRICS)
    period = Period.parse("2025-Q2")
    series = {
        "revenue": months(2024, [9] * 12) | months(2025, [10] * 6),
        "output": {f"{year}-Q{q}": 50 for year in (2024, 2025) for q in range(1, 5)},
    }
    for run in inputs(formula, period, first_year=2025):
        for step in range(run.first.ordinal, run.last.ordinal + 1):
            without = {metric: dict(values) for metric, values in series.items()}
            del without[run.metric][str(Period(run.first.frequency, step))]
            with panel_of(without) as panel:
                values = {v.period: v.value for v in panel.evaluate(formula, first_year=2025)}
            assert values.get(period) is None

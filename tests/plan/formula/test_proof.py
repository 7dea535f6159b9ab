"""What a formula means is settled, or refused, before anything is computed."""

import pytest
from tests.plan.formula.samples import METRICS

from shucheng.lib.periods import Period
from shucheng.plan.formula.errors import FormulaInvalid
from shucheng.plan.formula.inputs import inputs
from shucheng.plan.formula.proof import prove


@pytest.mark.parametrize(
    ("text", "frequency", "unit"),
    [
        ("ytd(revenue)", "M", "亿元"),
        ("revenue + profit", "M", "亿元"),
        ("share(ytd(profit), ytd(revenue))", "M", "%"),
        ("share(ytd(revenue), ytd(output))", "Q", "%"),
        ("yoy(ytd(revenue))", "M", "%"),
        ("change(coverage)", "Q", "个百分点"),
        ("change(firms)", "Q", "家"),
        ("-yoy(firms)", "Q", "%"),
        ("firms * 2", "Q", "家"),
        ("visits", "M", "人次"),
        ("people", "A", "万人"),
        ("children(revenue) - revenue", "M", "亿元"),
        ("share(revenue, city(revenue))", "M", "%"),
        ("rate[industry=01]", "Q", "%"),
    ],
)
def test_a_formula_knows_its_period_and_unit(text: str, frequency: str, unit: str) -> None:
    formula = prove(text, METRICS)
    assert (formula.frequency, formula.unit) == (frequency, unit)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("revenue", "万元"),
        ("ratio(revenue, people)", "元/人"),
        ("revenue / people", "万元/人"),
        ("firms", "个"),
        ("ratio(firms, people)", "家/万人"),
        ("ratio(revenue, output)", "倍"),
        ("share(revenue, output)", "‰"),
    ],
)
def test_an_indicator_may_be_in_any_unit_that_measures_the_same(text: str, unit: str) -> None:
    assert prove(text, METRICS, unit=unit).unit == unit


@pytest.mark.parametrize(
    ("text", "unit", "code"),
    [
        ("5", None, "formula.no_metric"),
        ("share(5, revenue)", None, "formula.no_metric"),
        ("sum(nothing)", None, "formula.unknown_metric"),
        ("firms + revenue", None, "formula.units_differ"),
        ("coverage + firms", None, "formula.units_differ"),
        ("revenue + 5", None, "formula.units_differ"),
        ("share(revenue, firms)", None, "formula.units_differ"),
        ("ytd(revenue)", "家", "formula.unit_differs"),
        ("change(coverage)", "%", "formula.unit_differs"),
        ("ytd(firms)", None, "formula.does_not_sum"),
        ("sum(coverage)", None, "formula.does_not_sum"),
        ("sales[region=1]", None, "formula.unknown_dimension"),
        ("sales[industry=99, size=any]", None, "formula.unknown_code"),
        ("rate", None, "formula.dimension_unsaid"),
        ("rate[industry=01|02]", None, "formula.dimension_unsaid"),
        ("ratio(satisfaction, people)", None, "formula.over_time_unsaid"),
        ("revenue / (2 - 2)", None, "formula.division_by_zero"),
        (" * ".join(["revenue"] * 10), None, "formula.too_many_products"),
    ],
)
def test_what_cannot_be_computed_is_refused(text: str, unit: str | None, code: str) -> None:
    with pytest.raises(FormulaInvalid) as refused:
        prove(text, METRICS, unit=unit)
    assert refused.value.code == code
    assert refused.value.message
    assert refused.value.hint


def test_a_period_finer_than_a_metric_is_refused() -> None:
    with pytest.raises(FormulaInvalid) as refused:
        prove("people", METRICS, frequency="M")
    assert refused.value.code == "formula.too_fine"


def test_a_value_names_the_observations_it_stands_on() -> None:
    formula = prove("share(yoy(ytd(revenue)), city(yoy(cumulative(output))))", METRICS)
    found = [
        (each.metric, str(each.first), str(each.last), each.areas)
        for each in inputs(formula, Period.parse("2026-Q2"), first_year=2025)
    ]
    assert found == [
        ("revenue", "2026-01", "2026-06", "own"),
        ("revenue", "2025-01", "2025-06", "own"),
        ("output", "2025-Q1", "2026-Q2", "city"),
        ("output", "2025-Q1", "2025-Q2", "city"),
    ]

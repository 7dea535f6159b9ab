"""Many formulas computed at once give what each gives alone, and what a value stands on."""

import random
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.plan.formula.samples import AREAS, CITY, METRICS
from tests.plan.formula.test_values import FORMULAS, computable

from shucheng.lib.periods import Frequency, Period, iterate
from shucheng.plan.formula.cells import CellValue, Computation
from shucheng.plan.formula.inputs import areas_read, inputs, reached
from shucheng.plan.formula.proof import Formula, MetricFacts, prove
from shucheng.plan.formula.run import Panel, PanelRow, months_of_days

FACTS = METRICS | {
    "meter": MetricFacts("meter", "亿元", "D", over_time="mean"),
    "stand": MetricFacts("stand", "亿元", "D", over_time="last", dimensions={"line": ("a", "b")}),
}
TREE = AREAS | {"320981001": "320981", "320981002": "320981"}
_SERIES: list[tuple[str, list[str], Frequency]] = [
    ("revenue", [""], "M"),
    ("profit", [""], "M"),
    ("output", [""], "Q"),
    ("sales", ["industry=01;size=large", "industry=01;size=small", "industry=02;size=small"], "M"),
    ("visits", [""], "D"),
    ("meter", [""], "D"),
    ("stand", ["line=a", "line=b"], "D"),
]
ALWAYS = ("visits", "ytd(visits)", "meter - mean(revenue)", "stand", "stand[line=a]")


def some_rows(chance: random.Random) -> list[PanelRow]:
    found = []
    for metric, dimensions, frequency in _SERIES:
        first = Period.of(date(2024, 12, 1), frequency)
        last = Period.of(date(2025, 3, 31) if frequency == "D" else date(2026, 3, 31), frequency)
        for area in TREE:
            for dimension in dimensions:
                for period in iterate(first, last):
                    fate = chance.random()
                    if fate < 0.004:
                        continue
                    value = None if fate < 0.008 else Decimal(chance.randint(-200, 99999)) / 1000
                    found.append(PanelRow(metric, area, period, value, dimension))
    return found


def ask(rows: list[PanelRow], statements: list[str], simulated: frozenset[int]) -> list[Any]:
    """As the kernel does it: the relation of known values, then the statements."""
    with duckdb.connect(":memory:") as engine:
        engine.execute(
            "CREATE TABLE known (id BIGINT, metric VARCHAR, area VARCHAR, period_end DATE,"
            " dimension VARCHAR, value DECIMAL(38, 6), simulated BOOLEAN)"
        )
        cells = [
            (n, r.metric, r.area, str(r.period.end), r.dimension,
             "" if r.value is None else str(r.value), str(n in simulated))
            for n, r in enumerate(rows, 1)
        ]  # fmt: skip
        names = ("id", "metric", "area", "end", "dimension", "value", "simulated")
        lines = ", ".join(f'unnest(string_split(?, chr(10))) AS "{name}"' for name in names)
        engine.execute(
            f"INSERT INTO known SELECT id, metric, area, \"end\", dimension, NULLIF(value, ''),"  # noqa: S608
            f" simulated FROM (SELECT {lines})",
            ["\n".join(str(cell) for cell in column) for column in zip(*cells, strict=True)],
        )
        return [engine.execute(statement).fetchall() for statement in statements]


def computed(
    formulas: list[Formula], rows: list[PanelRow], simulated: frozenset[int] = frozenset()
) -> list[list[CellValue]]:
    computation = Computation(formulas, TREE, 2025)
    return list(computation.read(ask(rows, computation.statements(), simulated)))


SEEDS = st.integers(0, 10**6)
SOME = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])


@SOME
@given(st.lists(FORMULAS.filter(computable), min_size=1, max_size=3), SEEDS)
def test_formulas_at_once_give_what_each_gives_alone(texts: list[str], seed: int) -> None:
    chance = random.Random(seed)
    rows = some_rows(chance)
    formulas = [prove(text, FACTS) for text in (*texts, *ALWAYS)]
    simulated = frozenset(chance.sample(range(1, len(rows) + 1), 5))
    together = computed(formulas, rows, simulated)
    with Panel(months_of_days(rows, FACTS), TREE) as panel:
        for formula, values in zip(formulas, together, strict=True):
            alone = panel.evaluate(formula, first_year=2025)
            assert [(v.area, v.period, v.value) for v in values] == [
                (v.area, v.period, v.value) for v in alone
            ], formula.text
            for value in chance.sample(values, min(5, len(values))):
                check_lineage(formula, value, rows, simulated)


def test_a_metric_is_read_by_any_number_of_selections() -> None:
    """130 of them, one a code: more than two columns of bits; and one of two codes."""
    codes = tuple(f"{number:03}" for number in range(130))
    facts = {"firms": MetricFacts("firms", "家", "M", dimensions={"branch": codes})}
    month = Period.parse("2026-01")
    rows = [
        PanelRow("firms", CITY, month, Decimal(number), f"branch={code}")
        for number, code in enumerate(codes)
    ]
    texts = [f"firms[branch={code}]" for code in codes]
    found = computed([prove(text, facts) for text in (*texts, "firms")], rows)
    assert [values[0].value for values in found] == [*range(130), sum(range(130))]
    assert [values[0].rests_on for values in found] == [1] * 130 + [130]


def check_lineage(
    formula: Formula, value: CellValue, rows: list[PanelRow], simulated: frozenset[int]
) -> None:
    """Row by row, as an explanation lists them."""
    below = [
        (number, row)
        for run in inputs(formula, value.period, 2025)
        for area in areas_read(run.areas, value.area, TREE)
        for number, row in enumerate(rows, 1)
        if (row.metric, row.area) == (run.metric, area)
        and run.first.start <= row.period.start
        and row.period.end <= run.last.end
        and all(
            any(f"{name}={code}" in row.dimension.split(";") for code in codes)
            for name, codes in run.where
        )
    ]
    assert value.rests_on == len(below)
    assert value.simulated == any(number in simulated for number, _ in below)
    own = [pair for pair in below if pair[1].area == value.area] or below
    assert value.newest == max(own, key=lambda pair: (pair[1].period.end, pair[0]))[0]


@SOME
@given(FORMULAS.filter(computable), SEEDS)
def test_what_a_change_does_not_reach_stays_as_it_is(text: str, seed: int) -> None:
    chance = random.Random(seed)
    formula = prove(text, FACTS)
    rows = [row for row in some_rows(chance) if row.metric in formula.metrics]
    before = {(v.area, v.period): v for v in computed([formula], rows)[0]}
    at = chance.randrange(len(rows))
    gone = rows[at]
    kept = [*rows[:at], PanelRow(gone.metric, gone.area, gone.period, None, gone.dimension)]
    after = {(v.area, v.period): v for v in computed([formula], [*kept, *rows[at + 1 :]])[0]}
    touched = reached(
        formula, 2025, {gone.metric}, {gone.area}, [gone.period.end], date(2026, 3, 31), TREE
    )
    for place in before.keys() | after.keys():
        if place not in touched:
            assert before.get(place) == after.get(place), (text, gone, place)


@pytest.mark.parametrize(
    ("days", "value"),
    [
        (["0.000001"] * 15 + ["0"] * 16, "0"),
        (["0.000001"] * 16 + ["0"] * 15, "0.000001"),
        (["-0.000001"] * 16 + ["0"] * 15, "-0.000001"),
        (["999999999999999"] * 31, "999999999999999"),
    ],
)
def test_a_mean_of_days_is_exact(days: list[str], value: str) -> None:
    facts = {"meter": FACTS["meter"]}
    rows = [
        PanelRow("meter", CITY, Period.parse(f"2025-01-{day:02}"), Decimal(each))
        for day, each in enumerate(days, 1)
    ]
    found = computed([prove("meter", facts)], rows)[0]
    assert [each.value for each in found] == [Decimal(value)]
    with Panel(months_of_days(rows, facts), TREE) as panel:
        assert panel.evaluate(prove("meter", facts), first_year=2025)[0].value == Decimal(value)


def test_the_areas_below_the_city_are_read_inside_the_city() -> None:
    formula = prove("city(children(revenue))", FACTS)
    areas = [run.areas for run in inputs(formula, Period.parse("2025-01"), 2025)]
    assert areas == ["city.children"]
    assert areas_read(areas[0], "320981", TREE) == ["320902", "320981"]


def test_a_digest_tells_states_apart_and_says_nothing_of_the_way() -> None:
    rows = some_rows(random.Random(3))
    formula = prove("ytd(revenue)", FACTS)
    whole = {(v.area, v.period): v for v in computed([formula], rows)[0]}
    place = (CITY, Period.parse("2025-03"))
    later = computed([formula], [row for row in rows if row.metric == "revenue"])[0]
    again = {(v.area, v.period): v for v in later}
    assert whole[place].digest == again[place].digest
    fewer = [row for row in rows if row.period != Period.parse("2025-02")]
    without = {(v.area, v.period): v for v in computed([formula], fewer)[0]}
    assert without[place].digest != whole[place].digest

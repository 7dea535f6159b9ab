"""PostgreSQL computes what DuckDB computes, to the last bit."""

# ruff: noqa: S608 - the templates hold a fixed number of marks

import random
from decimal import Decimal
from typing import Any

import duckdb
import psycopg
import pytest
from tests.plan.formula.samples import AREAS, CITY, METRICS
from tests.postgres import start_cluster

from shucheng.lib.periods import Period
from shucheng.plan.formula.proof import prove
from shucheng.plan.formula.run import TABLES, PanelRow
from shucheng.plan.formula.sql import Dialect, compile_sql

FORMULAS = [
    "revenue",
    "ytd(revenue)",
    "cumulative(revenue)",
    "mean(revenue) / output",
    "yoy(ytd(revenue))",
    "growth(output)",
    "change(share(ytd(profit), ytd(revenue)))",
    "share(sales[industry=01], city(ytd(sales)))",
    "ratio(revenue, firms) * 3 - profit / firms",
    "abs(profit - 2 * revenue)",
    "revenue - children(revenue)",
]


def rows() -> list[PanelRow]:
    """Two years, some missing and some absent, the same every time."""
    chance = random.Random(20250909)
    found = []
    for metric, dimensions, frequency, steps in (
        ("revenue", [""], "M", 24),
        ("profit", [""], "M", 24),
        ("output", [""], "Q", 8),
        ("firms", [""], "Q", 8),
        ("sales", ["industry=01;size=large", "industry=02;size=large"], "M", 24),
    ):
        first = Period.of(Period.parse("2024").start, frequency)  # type: ignore[arg-type]
        for area in AREAS:
            for dimension in dimensions:
                for step in range(steps):
                    if chance.random() < 0.03:
                        continue
                    value = Decimal(chance.randint(-1000, 99999)) / 1000
                    known = value if chance.random() < 0.97 else None
                    found.append(PanelRow(metric, area, first.shift(step), known, dimension))
    return found


def fill(run: Any, mark: str) -> None:
    for statement in TABLES:
        run(statement)
    marks = ", ".join([mark] * 8)
    for row in rows():
        run(f"INSERT INTO panel VALUES ({marks})", row.cells())
    for area, parent in AREAS.items():
        run(f"INSERT INTO areas VALUES ({mark}, {mark})", (area, parent))


def query(text: str, dialect: Dialect, by: str) -> str:
    return compile_sql(prove(text, METRICS), first_year=2025, city=CITY, dialect=dialect, by=by)


@pytest.mark.slow
def test_postgresql_gives_the_same_values() -> None:
    own = duckdb.connect(":memory:")
    fill(own.execute, "?")
    with start_cluster() as address, psycopg.connect(address) as other:
        fill(other.execute, "%s")
        for text in FORMULAS:
            for by in ("", "industry") if "sales" in text else ("",):
                one = own.execute(query(text, "duckdb", by)).fetchall()
                two = other.execute(query(text, "postgres", by)).fetchall()  # type: ignore[call-overload]
                assert len(one) > 5
                assert sum(row[3] is not None for row in one) > 2
                assert sorted(one, key=str) == sorted(two, key=str), text

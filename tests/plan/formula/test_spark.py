"""Spark, on a cluster of two workers, computes what DuckDB and PostgreSQL compute, to the last bit.

The extra `spark` is installed for the slow tests alone. Without it, or without Java 17, they are
skipped with the reason; in CI that is a failure.
"""

# ruff: noqa: S608 - the templates hold a fixed number of marks

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from importlib.util import find_spec
from typing import Any

import duckdb
import psycopg
import pytest
from tests.cases.test_cases import CASES, given, wanted
from tests.plan.formula.samples import AREAS, CITY, METRICS
from tests.plan.formula.test_engines import FORMULAS, fill, query, rows
from tests.postgres import start_cluster

from shucheng.lib.periods import Period
from shucheng.plan.formula.model import FUNCTIONS
from shucheng.plan.formula.proof import prove
from shucheng.plan.formula.run import TABLES, PanelRow, Value, rounded
from shucheng.plan.formula.spark import PANEL, evaluate, frame
from shucheng.plan.formula.sql import compile_sql

pytestmark = [
    pytest.mark.slow,
    # Spark's own Python side leaves sockets to the collector and warns of what is to come.
    pytest.mark.filterwarnings("ignore"),
]


def missing() -> str:
    if find_spec("pyspark") is None:
        return "pyspark is not installed (make test-slow installs it)"
    java = shutil.which("java")
    if java is None:
        return "there is no java: install Debian's package openjdk-17-jre-headless"
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    if not any(f'version "{number}' in said for number in (17, 21)):
        return f"Spark needs Java 17 or 21, here is {said.splitlines()[0] if said else 'none'}"
    return ""


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A master, two workers with an executor each, all on the loopback."""
    if reason := missing():
        if os.environ.get("CI") == "true":
            pytest.fail(f"Spark is required in CI: {reason}")
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("spark")
    changed = {
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(folder),
        "SPARK_WORKER_DIR": str(folder / "work"),
        "PYSPARK_PYTHON": sys.executable,
    }
    before = {name: os.environ.get(name) for name in changed}
    os.environ |= changed
    from pyspark.sql import SparkSession

    settings = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.executor.memory": "512m",
        "spark.network.timeout": "600s",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
    }
    builder = SparkSession.builder.master("local-cluster[2,1,1024]").appName("formulas")
    for name, value in settings.items():
        builder = builder.config(name, value)
    started = builder.getOrCreate()
    started.sparkContext.setLogLevel("ERROR")
    try:
        yield started
    finally:
        started.stop()
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def show(session: Any, panel: list[PanelRow]) -> None:
    listed = [(*row.cells()[:-1], row.value) for row in panel]
    session.createDataFrame(listed, PANEL).repartition(4).createOrReplaceTempView("panel")


def random_formulas(count: int) -> list[str]:
    """Formulas of every function, the same every time, that can be computed."""
    chance = random.Random(20270101)
    leaves = ["revenue", "ytd(revenue)", "cumulative(profit)", "mean(profit)", "output",
              "last(firms)", "sales", "sales[industry=01]", "ytd(sales)"]  # fmt: skip

    def grow(depth: int) -> str:
        if depth == 0 or chance.random() < 0.2:
            return chance.choice(leaves)
        if chance.random() < 0.4:
            return f"({grow(depth - 1)} {chance.choice('+-*/')} {grow(depth - 1)})"
        name = chance.choice(list(FUNCTIONS))
        return f"{name}({', '.join(grow(depth - 1) for _ in range(FUNCTIONS[name]))})"

    found: list[str] = []
    while len(found) < count:
        text = grow(3)
        try:
            prove(text, METRICS)
        except ValueError:
            continue
        found.append(text)
    return found


def test_spark_runs_on_two_workers(session: Any) -> None:
    assert session.sparkContext.master.startswith("local-cluster[2")
    spread = session.range(100).repartition(8)
    assert spread.rdd.getNumPartitions() == 8
    assert spread.count() == 100


def test_every_engine_gives_the_same_bits(session: Any) -> None:
    own = duckdb.connect(":memory:")
    fill(own.execute, "?")
    show(session, rows())
    known = 0
    with start_cluster() as address, psycopg.connect(address) as other:
        fill(other.execute, "%s")
        for text in [*FORMULAS, *random_formulas(30)]:
            by = "industry" if text.startswith("share(sales") else ""
            one = own.execute(query(text, "duckdb", by)).fetchall()
            two = other.execute(query(text, "postgres", by)).fetchall()  # type: ignore[call-overload]
            found = frame(session, prove(text, METRICS), AREAS, first_year=2025, by=by)
            three = [tuple(row) for row in found.collect()]
            known += sum(row[3] is not None for row in one)
            assert sorted(three, key=str) == sorted(one, key=str), text
            assert sorted(two, key=str) == sorted(one, key=str), text
    assert known > 500


def test_every_case_that_officials_read(session: Any) -> None:
    import yaml

    entries = yaml.safe_load((CASES / "formulas.yaml").read_text(encoding="utf-8"))
    assert entries
    with start_cluster() as address, psycopg.connect(address, autocommit=True) as other:
        for case in entries:
            metrics, panel, tree = given(case)
            formula = prove(case["formula"], metrics, unit=case["unit"])
            gives = wanted(case)
            show(session, panel)
            found = evaluate(session, formula, tree, first_year=2025)
            in_city = {str(each.period): each.value for each in found if each.area == "city"}
            assert in_city == gives, case["case"]
            text = compile_sql(formula, first_year=2025, city="city", dialect="postgres")
            served = {
                str(Period(formula.frequency, period)): rounded(value)
                for area, _member, period, value in on_postgresql(other, panel, tree, text)
                if area == "city"
            }
            assert served == gives, case["case"]


def on_postgresql(
    connection: Any, panel: list[PanelRow], tree: dict[str, str], text: str
) -> list[tuple[Any, ...]]:
    connection.execute("DROP TABLE IF EXISTS panel, areas")
    for statement in TABLES:
        connection.execute(statement)
    marks = ", ".join(["%s"] * 8)
    for row in panel:
        connection.execute(f"INSERT INTO panel VALUES ({marks})", row.cells())
    for area in tree.items():
        connection.execute("INSERT INTO areas VALUES (%s, %s)", area)
    return list(connection.execute(text).fetchall())


def test_values_are_ordered_and_rounded_as_everywhere(session: Any) -> None:
    panel = [
        PanelRow("revenue", area, Period.parse("2025-01"), Decimal(value))
        for area, value in ((CITY, "3"), ("320981", "1"))
    ]
    show(session, panel)
    found = evaluate(
        session, prove("share(revenue, city(revenue))", METRICS), AREAS, first_year=2025
    )
    month = Period.parse("2025-01")
    assert found == [
        Value(CITY, "", month, Decimal("100.000000")),
        Value("320981", "", month, Decimal("33.333333")),
    ]

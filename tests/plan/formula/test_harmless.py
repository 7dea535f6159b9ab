"""A formula is data: whatever is typed, nothing is run, read, opened or changed by it."""

import random
import sys
from collections.abc import Callable

import duckdb
import pytest
import sqlglot
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlglot import exp
from tests.plan.formula.samples import CITY, METRICS
from tests.plan.formula.test_cells import TREE, ask, some_rows
from tests.plan.formula.test_values import FORMULAS, computable

from shucheng.lib.units import UnitUnknown
from shucheng.plan.formula.cells import Computation
from shucheng.plan.formula.errors import FormulaInvalid
from shucheng.plan.formula.parse import parse
from shucheng.plan.formula.proof import MetricFacts, prove
from shucheng.plan.formula.sql import compile_sql

# Pieces that mean something to Python, to SQL or to the formula language itself.
PIECES = [
    "revenue", "sales", "ytd", "share", "city", "(", ")", "[", "]", "industry=", "01", "|", ",",
    "+", "-", "*", "/", "'", '"', ";", "--", "/*", "*/", "\\", "\n", "\x00", "$1", "%s", "?",
    "__import__", "('os')", ".system", "eval", "lambda:", "{0.__class__}", "DROP TABLE panel",
    "UNION SELECT", "COPY", "read_csv", "'/etc/passwd'", "ATTACH", "PRAGMA", "10", "1e9", "×", "（",
]  # fmt: skip
TYPED = st.text(max_size=60) | st.lists(st.sampled_from(PIECES), max_size=14).map("".join)
WATCHED = ("exec", "compile", "open", "import", "os.", "subprocess.", "socket.", "ctypes.")

_heard: list[str] = []
_listening = False


def _hear(event: str, _arguments: tuple[object, ...]) -> None:
    if _listening and event.startswith(WATCHED):
        _heard.append(event)


# The interpreter tells of every code object run, module imported and file opened.
sys.addaudithook(_hear)


def events_of(work: Callable[[], object]) -> list[str]:
    """What the interpreter reports while something is worked out."""
    global _listening
    _heard.clear()
    _listening = True
    try:
        work()
    finally:
        _listening = False
    return list(_heard)


def attempt(text: str) -> None:
    try:
        formula = prove(text, METRICS)
    except (FormulaInvalid, UnitUnknown):
        return
    for dialect in ("duckdb", "postgres", "spark"):
        compile_sql(formula, first_year=2025, city=CITY, dialect=dialect)  # type: ignore[arg-type]
    Computation([formula], TREE, 2025).statements()


def test_the_watch_hears_what_it_should() -> None:
    assert events_of(lambda: eval("1 + 1"))  # noqa: S307 - that it would be heard
    assert events_of(lambda: open(__file__).close())  # noqa: PTH123


@settings(max_examples=300, deadline=None)
@given(TYPED)
@example("__import__('os').system('id')")
@example("revenue[industry=01'; DROP TABLE panel; --]")
@example("sales[industry=01'] OR 1=1]")
@example("ytd(revenue)); ATTACH '/tmp/x'; --")
def test_nothing_that_is_typed_is_run(text: str) -> None:
    attempt("ytd(revenue)")  # what is imported once, is by now
    assert events_of(lambda: attempt(text)) == []


@settings(max_examples=60, deadline=None)
@given(FORMULAS.filter(computable))
def test_a_formula_compiles_to_one_question_over_two_relations(text: str) -> None:
    query = compile_sql(prove(text, METRICS), first_year=2025, city=CITY)
    statements = sqlglot.parse(query, read="duckdb")
    assert len(statements) == 1
    tree = statements[0]
    assert isinstance(tree, exp.Select)
    steps = {each.alias for each in tree.find_all(exp.CTE)}
    tables = {each.name for each in tree.find_all(exp.Table)}
    assert tables <= steps | {"panel", "areas"}
    assert not list(tree.find_all(exp.Command, exp.Insert, exp.Drop, exp.Copy, exp.Attach))


@pytest.mark.parametrize("code", ["x' OR '1'='1", "m; DROP TABLE known", "m--", "m)", 'm"'])
def test_no_metric_of_such_a_code_can_be_named(code: str) -> None:
    facts = {code: MetricFacts(code, "亿元", "M")}
    with pytest.raises(FormulaInvalid):
        prove(code, facts)


@pytest.mark.parametrize("code", ["0'1", "01;size", "a b", "01]", "01\n", "％s'"])
def test_no_code_of_a_dimension_leaves_its_quotes(code: str) -> None:
    with pytest.raises(FormulaInvalid):
        parse(f"sales[industry={code}x, size='y']")


@pytest.mark.parametrize("hostile", ["'; DROP TABLE known; --", "' OR ''='", "%(x)s", "\\'"])
def test_areas_and_ways_of_adding_up_are_written_as_literals(hostile: str) -> None:
    """Codes of areas come from a city's own lists: they may hold anything."""
    facts = {"meter": MetricFacts("meter", "亿元", "D", over_time=hostile)}
    tree = {hostile: "", f"{hostile}2": hostile}
    formula = prove("last(meter) - city(last(meter)) + children(last(meter))", facts)
    rows = [row for row in some_rows(random.Random(1)) if row.metric == "meter"][:5]
    answers = ask(rows, Computation([formula], tree, 2025).statements(), frozenset())
    assert answers[-1] == []
    query = compile_sql(formula, first_year=2025, city=hostile)
    with duckdb.connect(":memory:") as engine:
        assert len(engine.extract_statements(query)) == 1

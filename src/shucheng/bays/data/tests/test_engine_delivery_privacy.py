"""Budgets under concurrency, noise that is as large as it says, sets that meet in two processes."""

import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from decimal import Decimal
from importlib.util import find_spec
from itertools import repeat
from math import exp, sqrt
from pathlib import Path
from typing import Any

import duckdb
import pytest

from shucheng.bays.data.engine.delivery import intersection, ledger, private
from shucheng.bays.data.engine.delivery.intersection import Holder, Terms, prepared
from shucheng.bays.data.engine.delivery.ledger import millionths, open_budget, spend
from shucheng.bays.data.engine.delivery.model import Refused
from shucheng.bays.data.engine.delivery.private import Bounds, Question, release

from .delivery_privacy import SqliteStore, asked, hold, spend_many

needs_opendp = pytest.mark.skipif(not find_spec("opendp"), reason="the extra `privacy`")
needs_psi = pytest.mark.skipif(
    not find_spec("private_set_intersection"), reason="the extra `privacy`"
)
SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    made = SqliteStore(tmp_path / "budget.db")
    open_budget(made, "A-1", millionths("1"))
    return made


# The ledger


def test_spending_adds_up_and_stops_at_the_budget(store: SqliteStore) -> None:
    for number in range(10):
        spend(store, "A-1", millionths("0.1"), f"q{number}")
    assert ledger.read(store, "A-1").left == 0
    with pytest.raises(Refused, match="budget-spent"):
        spend(store, "A-1", 1, "one more")


def test_a_use_is_spent_on_once_and_a_budget_opened_once(store: SqliteStore) -> None:
    spend(store, "A-1", 1, "q1")
    with pytest.raises(Refused, match="already-spent"):
        spend(store, "A-1", 1, "q1")
    assert open_budget(store, "A-1", millionths("99")).total == millionths("1")
    with pytest.raises(Refused, match="no-budget"):
        spend(store, "A-2", 1, "q1")


@pytest.mark.parametrize("amount", ["0", "-1", "nan", "inf"])
def test_amounts_that_are_none(amount: str) -> None:
    with pytest.raises(ValueError, match="above 0"):
        millionths(amount)


def test_amounts_round_up() -> None:
    assert millionths("0.0000001") == 1
    assert millionths("0.1") == 100_000


def test_threads_do_not_overspend(store: SqliteStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        done = pool.map(
            spend_many, repeat(store.path), map(str, range(8)), repeat(30_000), repeat(20)
        )
        assert sum(done) == 33
    assert ledger.read(store, "A-1").spent == 33 * 30_000


def test_processes_do_not_overspend(store: SqliteStore) -> None:
    with ProcessPoolExecutor(4, mp_context=SPAWN) as pool:
        done = pool.map(
            spend_many, repeat(store.path), map(str, range(4)), repeat(70_000), repeat(20)
        )
        assert sum(done) == 14
    assert ledger.read(store, "A-1").spent == 14 * 70_000


# Differential privacy


@pytest.fixture(scope="module")
def people() -> Any:
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE visits AS SELECT range AS person, ['A', 'B', 'C'][1 + range % 3] AS area, "
        "CAST(range % 50 AS DECIMAL(10, 2)) AS cost FROM range(300)"
    )
    # One person who came a hundred times and paid a fortune.
    connection.execute("INSERT INTO visits SELECT 999, 'A', 1000000 FROM range(100)")
    connection.execute("INSERT INTO visits VALUES (1000, 'B', NULL), (NULL, 'B', 5)")
    yield connection
    connection.close()


BOUNDS = Bounds(Decimal(0), Decimal(50), Decimal("0.5"))
COUNT = Question("person", 2, by="area", groups=("A", "B", "D"))
SUM = Question("person", 1, "cost", BOUNDS)


def test_one_unit_moves_the_exact_answers_by_no_more_than_the_sensitivity(people: Any) -> None:
    """Without each unit in turn: the noise is for the most that any of them makes."""
    uneven = Bounds(Decimal("-0.9"), Decimal("0.9"), Decimal("0.5"))
    questions = [COUNT, SUM, Question("person", 1, "cost", uneven)]
    questions.append(Question("person", 3, "cost", BOUNDS, "area", ("A", "B")))
    for question in questions:
        whole = private._exact(people, "visits", question)
        moved = 0
        for unit in (*range(0, 300, 7), 999, 1000):
            without = private._exact(
                people, f"(FROM visits WHERE person IS DISTINCT FROM {unit})", question
            )
            moved = max(moved, sum(abs(whole[each] - without[each]) for each in whole))
        assert 0 < moved <= question.sensitivity


def test_exact_answers_hold_named_groups_and_clamped_values(people: Any) -> None:
    assert private._exact(people, "visits", COUNT) == {"A": 102, "B": 101, "D": 0}
    cost = sum(each % 50 for each in range(300)) + 50
    assert private._exact(people, "visits", SUM) == {None: cost * 2}
    assert Bounds(Decimal("-0.9"), Decimal("0.9"), Decimal("0.5")).most == 2


@needs_opendp
def test_noise_is_as_large_as_it_says(people: Any, store: SqliteStore) -> None:
    """Discrete Laplace of scale s: variance 2·q/(1-q)² with q = exp(-1/s)."""
    open_budget(store, "many", millionths("1000"))
    epsilon = Decimal("0.5")
    off = []
    for number in range(200):
        made = release(people, "visits", COUNT, epsilon, store, "many", str(number))
        off += [made.values["A"] - 102, made.values["B"] - 101, made.values["D"]]
    q = exp(-float(epsilon) / COUNT.sensitivity)
    spread = sqrt(sum(float(each) ** 2 for each in off) / len(off))
    assert spread == pytest.approx(sqrt(2 * q / (1 - q) ** 2), rel=0.25)
    assert abs(float(sum(off)) / len(off)) < 1.2
    assert sum(abs(each) <= made.within for each in off) / len(off) == pytest.approx(
        0.95, abs=0.045
    )
    assert ledger.read(store, "many").spent == 200 * millionths(epsilon)


@needs_opendp
def test_a_sum_comes_back_in_its_unit(people: Any, store: SqliteStore) -> None:
    made = release(people, "visits", SUM, Decimal(1), store, "A-1", "q")
    truth = sum(each % 50 for each in range(300)) + 50
    assert abs(made.values[None] - truth) < made.within * 6
    assert made.values[None] % Decimal("0.5") == 0


@needs_opendp
def test_what_the_budget_does_not_cover_is_not_answered(people: Any, store: SqliteStore) -> None:
    release(people, "visits", COUNT, Decimal("0.7"), store, "A-1", "q1")
    with pytest.raises(Refused, match="budget-spent"):
        release(people, "visits", COUNT, Decimal("0.4"), store, "A-1", "q2")
    with pytest.raises(Refused, match="already-spent"):
        release(people, "visits", COUNT, Decimal("0.1"), store, "A-1", "q1")


@pytest.mark.parametrize(
    "question",
    [
        Question("", 1),
        Question("person", 0),
        Question("person", 1, "cost"),
        Question("person", 1, by="area"),
        Question("person", 1, by="area", groups=("A", "A")),
        Question("person", 10**9, "cost", BOUNDS),
    ],
)
def test_questions_that_cannot_be_private(question: Question, store: SqliteStore) -> None:
    with pytest.raises(Refused, match="question-unusable"):
        release(duckdb.connect(), "visits", question, Decimal("0.1"), store, "A-1", "q")
    assert ledger.read(store, "A-1").spent == 0


def test_without_the_extra_it_says_so(monkeypatch: pytest.MonkeyPatch, store: SqliteStore) -> None:
    monkeypatch.setitem(sys.modules, "opendp", None)
    monkeypatch.setitem(sys.modules, "opendp.prelude", None)
    monkeypatch.setitem(sys.modules, "private_set_intersection", None)
    with pytest.raises(Refused, match="privacy-missing"):
        release(duckdb.connect(), "visits", COUNT, Decimal("0.1"), store, "A-1", "q")
    with pytest.raises(Refused, match="privacy-missing"):
        Holder(Terms(), ["x"])
    assert ledger.read(store, "A-1").spent == 0


# Private set intersection

HELD = [f"id-{each:05}" for each in range(1_000)]
BROUGHT = [f"id-{each:05}" for each in range(600, 1_600)]


def met(holder: Terms, buyer: Terms, brought: list[str] = BROUGHT) -> object:
    """Two processes and a pipe between them."""
    here, there = SPAWN.Pipe()
    process = SPAWN.Process(target=hold, args=(there, holder, HELD))
    process.start()
    try:
        return asked(here, buyer, brought)
    finally:
        process.join(30)
        assert process.exitcode == 0


@needs_psi
def test_a_thousand_meet_a_thousand_by_number_or_by_member() -> None:
    assert met(Terms(), Terms()) == 400
    assert met(Terms(members=True), Terms(members=True)) == prepared(HELD[600:])


@needs_psi
def test_the_holder_keeps_to_the_terms() -> None:
    assert met(Terms(), Terms(members=True)) == "intersection-not-agreed"
    assert met(Terms(at_least=2_000), Terms()) == "intersection-wrong-size"
    assert met(Terms(), Terms(at_least=1), BROUGHT[:1]) == "intersection-wrong-size"


@needs_psi
def test_a_run_is_one_request_and_reads_only_its_own() -> None:
    terms = Terms(at_least=1)
    holder = Holder(terms, HELD)
    with pytest.raises(Refused, match="intersection-"):
        holder.answer(b"\xff\xff")
    request = intersection.Buyer(terms, BROUGHT).request()
    assert b"id-" not in request
    setup, response = Holder(terms, HELD).answer(request)
    assert b"ID-" not in setup + response
    holder = Holder(terms, HELD)
    holder.answer(request)
    with pytest.raises(Refused, match="intersection-over"):
        holder.answer(request)


@needs_psi
def test_a_buyer_with_too_few_is_told_before_asking() -> None:
    with pytest.raises(Refused, match="intersection-wrong-size"):
        intersection.Buyer(Terms(), ["x", "x ", "Ｘ"])


def test_identifiers_are_read_alike_on_both_sides() -> None:
    assert prepared([" ab1", "ＡＢ１", "", "ab2 "]) == ["AB1", "AB2"]


def test_a_group_is_found_however_its_column_is_kept() -> None:
    """An offer's form says groups in words; the column may be a number, a truth or a day."""
    with duckdb.connect() as connection:
        connection.execute(
            """CREATE TABLE seen AS SELECT n AS id, 2025 + n % 2 AS year, n % 2 = 0 AS even,
            DATE '2025-01-01' + CAST(n % 2 AS INTEGER) AS day FROM range(10) AS t(n)"""
        )
        for by, groups in (
            ("year", ("2025", "2026")), ("year", (2025, 2026)), ("even", (True, False)),
            ("day", ("2025-01-01", "2025-01-02")),
        ):  # fmt: skip
            question = Question("id", contributions=1, by=by, groups=groups)
            assert private._exact(connection, "seen", question) == dict.fromkeys(groups, 5)

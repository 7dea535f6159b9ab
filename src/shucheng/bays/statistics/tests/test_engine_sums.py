"""Sums that are kept between accounts, and sums over more years than one whole number has bits."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shucheng.bays.statistics.engine import imputation
from shucheng.bays.statistics.engine.micro import Micro, open_micro

from .test_engine_accounts import INCOME, ends, fill, plainly, unknown_share

YEARS = range(2018, 2026)
BASES = ("ytd", "month", "quarter")
PERIODS = [year * 100 + month for year in YEARS for month in range(2, 13)]
PLACES = [("3982", "320902"), ("3982", "320903"), ("6513", "320902"), ("7213", "320902")]
LAWS = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def opened() -> Micro:
    return open_micro(threads=1, memory="1GB")


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Any], list[dict[str, Any]]]:
    """Firms over eight years: who moves, misses months, closes, is corrected, is imputed, or
    reports other items from some month on."""
    register: list[Any] = []
    rows: list[dict[str, Any]] = []
    some_months = st.sets(st.sampled_from(PERIODS), max_size=12)
    for number in range(draw(st.integers(1, 4))):
        firm = f"F{number}"
        since, until = draw(st.sampled_from([(201801, 999912), (201906, 202408)]))
        moves = draw(st.sampled_from([None, 202012, 202105, 202212]))
        spans = [(since, moves), (moves + 1 + 88 * (moves % 100 == 12), until)] if moves else []
        for start, end in spans or [(since, until)]:
            place = draw(st.sampled_from(PLACES))
            register.append((firm, firm, *place, None, "small", True, start, end, []))
        late, corrected, imputed = draw(some_months), draw(some_months), draw(some_months)
        unknown, changes = draw(some_months), draw(st.sampled_from(PERIODS))
        usual = draw(st.integers(-100, 10**6))
        for at, period in enumerate(PERIODS):
            if period in late:
                continue
            items = {"revenue": usual * period % 9973, "rd_expense": usual + at, "employees": at}
            approach = dict.fromkeys(INCOME, usual + period % 7) if period < changes else {}
            if period in unknown:
                items |= {"revenue": None, "rd_expense": None}
            status = "imputed" if period in imputed else "reported"
            row = {"firm": firm, "period": period, "status": status, **items, **approach}
            rows.append(row | {"recorded": 1})
            if period in corrected:
                rows.append(row | {"revenue": usual, "recorded": 2})
    absent = dict.fromkeys((*INCOME, "gross_output", "intermediate"))
    return register, [absent | row for row in rows]


@LAWS
@given(histories())
def test_every_basis_is_made_of_the_sums_that_are_kept(
    opened: Micro, history: tuple[list[Any], list[dict[str, Any]]]
) -> None:
    register, rows = history
    filled = fill(opened, register, rows)
    for basis in BASES:
        expected = plainly(filled, register, rows, basis, unknown_share)
        found = filled.account(scheme="minor", basis=basis).rows()
        assert {(r["class"], r["area"], r["period"]) for r in found} == set(expected)
        for row in found:
            cell = expected[row["class"], row["area"], row["period"]]
            assert row["firms"] == len(cell["revenue"])
            assert row["firms_imputed"] == sum(cell["imputed"])
            assert row["firms_unknown"] == sum(value is None for value, _ in cell["revenue"])
            for name in ("revenue", "value_added", "employees", "rd_expense"):
                assert (row[f"{name}_lower"], row[f"{name}_upper"]) == ends(cell[name]), name


def test_what_is_kept_is_not_taken_for_another_question(opened: Micro) -> None:
    place = ("3982", "320902", None, "small")
    register: list[tuple[Any, ...]] = [
        ("F0", "甲", *place, True, 202401, 999912, []),
        ("F1", "乙", *place, False, 202401, 999912, []),
    ]
    rows = [
        {"firm": firm, "period": period, "revenue": amount}
        for firm, amount in (("F0", 5), ("F1", 7))
        for period in (202402, 202502)
    ]
    filled = fill(opened, register, rows)

    def revenue(**asked: Any) -> list[int]:
        return [int(row["revenue_lower"]) for row in filled.account(by=("area",), **asked).rows()]

    assert revenue() == [12, 12]
    assert revenue(designated=True) == [5, 5]
    assert revenue(designated=False, since=202501, until=202512) == [7]
    assert revenue(basis="month", until=202412) == [12]
    filled.add_returns([{"firm": "F0", "period": 202502, "revenue": 6, "recorded": 2}])
    assert revenue() == [12, 13]
    filled.connection.execute("UPDATE register SET designated = true")
    filled.refresh()
    assert revenue(designated=True) == [12, 13]


def test_an_imputation_is_in_the_next_account(opened: Micro) -> None:
    spans: tuple[Any, ...] = ("甲", "3982", "320902", None, "small", True, 202401, 999912, [])
    amounts = {202403: 30, 202404: 40, 202503: 33}
    rows = [
        {"firm": "F0", "period": period, "revenue": amount} for period, amount in amounts.items()
    ]
    filled = fill(opened, [("F0", *spans)], rows)
    assert len(filled.account(by=()).rows()) == 3
    filled.impute(202504)
    assert filled.account(by=()).rows()[-1]["firms_imputed"] == 1
    imputation.forget(filled.connection)
    assert len(filled.account(by=()).rows()) == 3

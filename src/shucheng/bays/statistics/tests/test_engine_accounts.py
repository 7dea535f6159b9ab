"""Accounts against the plain way: each firm by itself, in Python, with exact fractions."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shucheng.bays.statistics.engine import micro
from shucheng.bays.statistics.engine.cells import AccountInvalid
from shucheng.bays.statistics.engine.coefficients import Coefficient
from shucheng.bays.statistics.engine.micro import Micro, open_micro

# A plain class, another, one with a star, and an industry of no digital class.
INDUSTRIES = ("3982", "6513", "7213", "1310")
STARRED = "040601"
AREAS = ("320902", "320903")
PERIODS = (202502, 202503, 202504, 202506)
INCOME = ("compensation", "production_tax", "depreciation", "surplus")
ITEMS = ("revenue", "gross_output", "intermediate", *INCOME, "rd_expense", "employees")

LAWS = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def opened() -> Micro:
    """One connection for all examples: each fills it anew."""
    return open_micro(threads=1, memory="1GB")


@st.composite
def registers(draw: st.DrawFn) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for number in range(draw(st.integers(1, 6))):
        firm = f"F{number}"
        moves = draw(st.sampled_from([None, None, 202503, 202504]))
        spans = [(202401, 999912)] if moves is None else [(202401, moves), (moves + 1, 999912)]
        for since, until in spans:
            industry, area = draw(st.sampled_from(INDUSTRIES)), draw(st.sampled_from(AREAS))
            designated = draw(st.booleans())
            rows.append((firm, firm, industry, area, None, "small", designated, since, until, []))
    return rows


@st.composite
def returns(draw: st.DrawFn) -> list[dict[str, Any]]:
    amount = st.one_of(st.none(), st.integers(-50, 10**9))
    rows = []
    for number in range(6):
        usual = {item: draw(amount) for item in ITEMS}
        for recorded in (1, 2):
            for period in PERIODS:
                # Most firms report all periods; the second batch corrects a few.
                if not draw(st.booleans() if recorded == 2 else st.sampled_from([1, 1, 1, 0])):
                    continue
                changed = {item: value and value + period for item, value in usual.items()}
                if draw(st.integers(0, 4)) == 0:
                    changed |= {item: draw(amount) for item in ("revenue", "surplus")}
                status = draw(st.sampled_from(["reported", "reported", "imputed"]))
                rows.append(
                    {"firm": f"F{number}", "period": period, "status": status, **changed}
                    | {"employees": draw(st.integers(0, 500)), "recorded": recorded}
                )
    return rows


def fill(opened: Micro, register: list[Any], rows: list[dict[str, Any]], *shares: Any) -> Micro:
    opened.connection.execute("DELETE FROM register; DELETE FROM returns")
    opened.connection.executemany(
        "INSERT INTO register VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", register
    )
    filled = Micro(
        opened.connection,
        opened.classification,
        opened.rates,
        opened.plan_industries,
        tuple(shares),
    )
    filled.add_returns(rows) if rows else filled.refresh()
    return filled


def value_added(micro: Micro, industry: str, row: dict[str, Any]) -> Fraction | None:
    income = [row[i] for i in INCOME]
    if None not in income:
        return Fraction(sum(income))
    if None not in (row["gross_output"], row["intermediate"]):
        return Fraction(row["gross_output"] - row["intermediate"])
    base = row["revenue"] if row["gross_output"] is None else row["gross_output"]
    return None if base is None else base * Fraction(micro.rates.of(industry))


def plainly(
    micro: Micro, register: list[Any], rows: list[dict[str, Any]], basis: str, share: Any
) -> dict[tuple[str, str, int], dict[str, Any]]:
    """The account by class and area as one would do it by hand; `share(firm, class, period)`."""
    newest = {(r["firm"], r["period"]): r for r in sorted(rows, key=lambda r: r["recorded"])}
    cells: dict[Any, dict[str, Any]] = defaultdict(lambda: defaultdict(list))
    for (firm, period), row in newest.items():
        if basis == "quarter" and period % 100 % 3:
            continue
        place = next((p for p in register if p[0] == firm and p[7] <= period <= p[8]), None)
        for leaf in micro.classification.of_industry(place[2]) if place else ():
            cell = cells[leaf.code, place[3], period]
            step, first = {"month": (1, 2), "quarter": (3, 3), "ytd": (0, period % 100)}[basis]
            before = newest.get((firm, period - step))
            known = period % 100 == first or before is not None
            for name in ("revenue", "rd_expense"):
                now = row[name]
                last = before[name] if before and period % 100 != first else 0
                flow = now - last if known and None not in (now, last) else None
                cell[name].append((flow, share(firm, leaf, period)))
            made = value_added(micro, place[2], row)
            past = value_added(micro, place[2], before) if before and period % 100 != first else 0
            flow = None if not known or made is None or past is None else made - past
            cell["value_added"].append((flow, share(firm, leaf, period)))
            last_imputed = before is not None and before["status"] != "reported"
            cell["imputed"].append(row["status"] != "reported" or last_imputed)
            cell["employees"].append((row["employees"], share(firm, leaf, period)))
    return cells


def ends(parts: list[tuple[Any, tuple[Fraction, Fraction]]]) -> tuple[Any, Any]:
    known = [(value, low, high) for value, (low, high) in parts if value is not None]
    if not known:
        return None, None
    return (
        sum(min(value * low, value * high) for value, low, high in known),
        sum(max(value * low, value * high) for value, low, high in known),
    )


def unknown_share(firm: str, leaf: Any, period: int) -> tuple[Fraction, Fraction]:
    return Fraction(0 if leaf.partial else 1), Fraction(1)


@pytest.mark.parametrize("basis", ["ytd", "month", "quarter"])
@LAWS
@given(register=registers(), rows=returns())
def test_an_account_is_what_a_hand_would_find(
    opened: Micro, basis: Any, register: list[Any], rows: list[dict[str, Any]]
) -> None:
    filled = fill(opened, register, rows)
    expected = plainly(filled, register, rows, basis, unknown_share)
    found = filled.account(by=("class", "area"), scheme="minor", basis=basis).rows()
    assert {(r["class"], r["area"], r["period"]) for r in found} == set(expected)
    for row in found:
        cell = expected[row["class"], row["area"], row["period"]]
        assert row["firms"] == len(cell["revenue"])
        assert row["firms_imputed"] == sum(cell["imputed"])
        assert row["firms_unknown"] == sum(value is None for value, _ in cell["revenue"])
        for name in ("revenue", "value_added", "employees", "rd_expense"):
            assert (row[f"{name}_lower"], row[f"{name}_upper"]) == ends(cell[name]), name


@LAWS
@given(register=registers(), rows=returns(), data=st.data())
def test_bounds_contain_the_truth_whatever_the_true_shares_are(
    opened: Micro, register: list[Any], rows: list[dict[str, Any]], data: st.DataObject
) -> None:
    tenths = st.integers(0, 10)
    truth = {f"F{n}": Fraction(data.draw(tenths), 10) for n in range(6)}
    some = [
        Coefficient(firm, None, Decimal(low) / 10, Decimal(high) / 10, "审定", date(2025, 1, 1))
        for firm, share in truth.items()
        if data.draw(st.booleans())
        for low in [data.draw(st.integers(0, int(share * 10)))]
        for high in [data.draw(st.integers(int(share * 10), 10))]
    ]
    filled = fill(opened, register, rows, *some)

    def true_share(firm: str, leaf: Any, period: int) -> tuple[Fraction, Fraction]:
        share = truth[firm] if leaf.partial else Fraction(1)
        return share, share

    basis = data.draw(st.sampled_from(["ytd", "month"]))
    expected = plainly(filled, register, rows, basis, true_share)
    for row in filled.account(by=("class", "area"), scheme="minor", basis=basis).rows():
        cell = expected[row["class"], row["area"], row["period"]]
        for name in ("revenue", "value_added", "employees"):
            true, _ = ends(cell[name])
            if true is not None:
                assert row[f"{name}_lower"] <= true <= row[f"{name}_upper"]


@st.composite
def shares_since(draw: st.DrawFn) -> list[Coefficient]:
    """Coefficients of firms and of the starred class, since one month and another."""
    whose = st.sampled_from([*((f"F{n}", leaf) for n in range(6) for leaf in (None, STARRED))])
    keys = st.tuples(
        st.one_of(st.just((None, STARRED)), whose), st.sampled_from([0, 202401, 202503, 202506])
    )
    tenths = st.integers(0, 10)
    found = []
    for (firm, leaf), since in sorted(draw(st.sets(keys, max_size=8)), key=str):
        low, high = sorted((draw(tenths), draw(tenths)))
        bounds = Decimal(low) / 10, Decimal(draw(st.sampled_from([low, high]))) / 10
        found.append(Coefficient(firm, leaf, *bounds, "审定", date(2025, 1, 1), since))
    return found


@LAWS
@given(
    register=registers(),
    rows=returns(),
    shares=shares_since(),
    basis=st.sampled_from(["ytd", "month", "quarter"]),
)
def test_a_coefficient_holds_since_its_month_until_the_next_one(
    opened: Micro,
    register: list[Any],
    rows: list[dict[str, Any]],
    shares: list[Coefficient],
    basis: Any,
) -> None:
    def share_then(firm: str, leaf: Any, period: int) -> tuple[Fraction, Fraction]:
        for whose in ((firm, leaf.code), (firm, None), (None, leaf.code)):
            told = [c for c in shares if (c.firm, c.leaf) == whose and c.since <= period]
            if told and leaf.partial:
                newest = max(told, key=lambda each: each.since)
                return Fraction(newest.lower), Fraction(newest.upper)
        return unknown_share(firm, leaf, period)

    filled = fill(opened, register, rows, *shares)
    expected = plainly(filled, register, rows, basis, share_then)
    found = filled.account(by=("class", "area"), scheme="minor", basis=basis).rows()
    assert {(r["class"], r["area"], r["period"]) for r in found} == set(expected)
    for row in found:
        cell = expected[row["class"], row["area"], row["period"]]
        assert row["firms"] == len(cell["revenue"])
        for name in ("revenue", "value_added", "employees"):
            assert (row[f"{name}_lower"], row[f"{name}_upper"]) == ends(cell[name]), name


@LAWS
@given(register=registers(), rows=returns(), basis=st.sampled_from(["ytd", "month", "quarter"]))
def test_totals_equal_the_sum_of_their_parts(
    opened: Micro, register: list[Any], rows: list[dict[str, Any]], basis: Any
) -> None:
    filled = fill(opened, register, rows)
    total = {r["period"]: r for r in filled.account(by=(), basis=basis).rows()}
    for by, scheme in (
        (("class", "area"), "minor"),
        (("class",), "major"),
        (("size", "designated"), "core"),
        (("area", "park", "designated"), "core"),
    ):
        parts = filled.account(by=by, scheme=scheme, basis=basis).rows()
        for name in ("firms", "firms_unknown", "revenue_lower", "revenue_upper"):
            for period, whole in total.items():
                known = [r[name] for r in parts if r["period"] == period and r[name] is not None]
                assert sum(known) == (whole[name] or 0)


def test_an_account_stays_when_another_is_asked_for(opened: Micro) -> None:
    filled = fill(
        opened,
        [("F0", "甲", "3982", "320902", None, "small", True, 202401, 999912, [])],
        [{"firm": "F0", "period": 202502, "revenue": 7}],
    )
    first = filled.account(by=("area",))
    filled.account(by=("class",), scheme="all")
    assert first.rows()[0]["area"] == "320902"


def test_an_account_by_what_there_is_not(opened: Micro) -> None:
    with pytest.raises(AccountInvalid):
        opened.account(by=("colour",))
    with pytest.raises(AccountInvalid):
        opened.account(basis="week")
    with pytest.raises(AccountInvalid):
        opened.account(scheme="nothing")


def test_the_example_of_the_door_runs() -> None:
    import doctest

    outcome = doctest.testmod(micro)
    assert outcome.attempted > 3
    assert outcome.failed == 0

"""Growth is decomposed exactly; imputed firms are flagged, replaced when they report, and tried."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shucheng.bays.statistics.engine import imputation
from shucheng.bays.statistics.engine.micro import Micro, open_micro

CAUSES = (
    *("continuing", "correction", "moved_in", "moved_out"),
    *("entry_new", "entry_promoted", "entry_reclassified", "entry_unreported"),
    *("exit_gone", "exit_demoted", "exit_reclassified", "exit_unreported"),
)
LAWS = settings(max_examples=25, deadline=None)
AMOUNT = st.integers(-20, 10**9)


@pytest.fixture(scope="module")
def opened() -> Micro:
    return open_micro(threads=1, memory="1GB")


def fill(micro: Micro, register: list[Any], rows: list[dict[str, Any]]) -> None:
    micro.connection.execute(
        "DELETE FROM register; DELETE FROM returns; DELETE FROM imputed_returns"
    )
    for firm, industry, area, park, designated, since, until in register:
        micro.connection.execute(
            "INSERT INTO register VALUES (?, ?, ?, ?, ?, 'small', ?, ?, ?, [])",
            [firm, firm, industry, area, park, designated, since, until],
        )
    micro.add_returns(rows)


@st.composite
def years(draw: st.DrawFn) -> tuple[list[Any], list[dict[str, Any]]]:
    """Firms that may change class, area, park and 规上 between two years, report or not."""
    register, rows = [], [{"firm": "nobody", "period": 202403, "revenue": 0}]
    for number in range(draw(st.integers(1, 7))):
        firm = f"F{number}"
        for since, until in ((202401, 202412), (202501, 999912)):
            if draw(st.integers(0, 5)):
                industry = draw(st.sampled_from(["3982", "6513", "7213", "1310"]))
                area = draw(st.sampled_from(["320902", "320903"]))
                park = draw(st.sampled_from([None, "p1"]))
                designated = draw(st.booleans())
                register.append((firm, industry, area, park, designated, since, until))
            if draw(st.integers(0, 4)):
                period = since // 100 * 100 + 3
                last = draw(st.one_of(st.none(), AMOUNT))
                revenue = draw(AMOUNT)
                rows.append(
                    {"firm": firm, "period": period, "revenue": revenue, "revenue_last": last}
                )
    return register, rows


@LAWS
@given(data=years(), designated=st.sampled_from([None, True]))
def test_the_change_is_the_sum_of_its_causes(
    opened: Micro, data: Any, designated: bool | None
) -> None:
    fill(opened, *data)
    for by in ((), ("class",), ("area", "park")):
        for share in ("lower", "upper"):
            cells = opened.growth(202503, by=by, share=share, designated=designated)
            for cell in cells:
                assert cell.now - cell.before == sum(getattr(cell, name) for name in CAUSES)
    exact = {
        row["class"]: row["revenue_lower"]
        for row in opened.account(
            by=("class",), scheme="minor", designated=designated, since=202503
        ).rows()
        if row["class"] != "040601" and row["revenue_lower"] is not None
    }
    found = opened.growth(202503, by=("class",), scheme="minor", designated=designated)
    assert exact == {
        cell.key[0]: cell.now for cell in found if cell.firms and cell.key[0] != "040601"
    }


def test_growth_nominal_and_at_comparable_scope(opened: Micro) -> None:
    open_firm = ("3982", "320902", None, True, 202301, 999912)
    fill(
        opened,
        [("A", *open_firm), ("B", *open_firm)],
        [
            {"firm": "A", "period": 202403, "revenue": 100},
            {"firm": "A", "period": 202503, "revenue": 110, "revenue_last": 100},
            {"firm": "B", "period": 202503, "revenue": 90},
        ],
    )
    (cell,) = opened.growth(202503, by=())
    assert cell.nominal == pytest.approx(1.0)
    assert cell.comparable == pytest.approx(0.1)


def test_who_came_and_who_went_is_told_apart(opened: Micro) -> None:
    core, other, area = "3982", "1310", ("320902", None)
    past, now, ever = (202301, 202412), (202501, 999912), (202301, 999912)
    came = {
        "entry_new": ([("3982", *area, True, *now)], 1),
        "entry_promoted": ([(core, *area, False, *past), (core, *area, True, *now)], 2),
        "entry_reclassified": ([(other, *area, True, *past), (core, *area, True, *now)], 4),
        "entry_unreported": ([(core, *area, True, *ever)], 8),
    }
    went = {
        "exit_gone": ([(core, *area, True, *past)], 16),
        "exit_demoted": ([(core, *area, True, *past), (core, *area, False, *now)], 32),
        "exit_reclassified": ([(core, *area, True, *past), (other, *area, True, *now)], 64),
        "exit_unreported": ([(core, *area, True, *ever)], 128),
    }
    register = [
        (name, *span) for name, (spans, _revenue) in {**came, **went}.items() for span in spans
    ]
    rows = [
        {"firm": name, "period": period, "revenue": revenue}
        for period, firms in ((202503, came), (202403, went))
        for name, (_spans, revenue) in firms.items()
    ]
    fill(opened, register, rows)
    (cell,) = opened.growth(202503, by=(), scheme="core")
    assert {name: getattr(cell, name) for name in CAUSES if getattr(cell, name)} == {
        **{name: revenue for name, (_spans, revenue) in came.items()},
        **{name: -revenue for name, (_spans, revenue) in went.items()},
    }


def late_firms(opened: Micro) -> None:
    """Ten firms that grew by a tenth, one of them late, and a new one late as well."""
    spans = ("3982", "320902", None, True, 202301, 999912)
    rows = [
        {"firm": f"F{n}", "period": period, "revenue": revenue, "employees": 10}
        for n in range(10)
        for period, revenue in ((202404, 1000), (202503, 825), (202504, 1100))
        if (n, period) != (9, 202504)
    ]
    rows.append({"firm": "new", "period": 202503, "revenue": 300, "employees": 5})
    fill(opened, [(f"F{n}", *spans) for n in range(10)] + [("new", *spans)], rows)


def test_late_firms_are_imputed_by_the_first_method_that_can(opened: Micro) -> None:
    late_firms(opened)
    assert [(m.method, m.firms, m.revenue) for m in opened.impute(202504)] == [
        ("growth", 1, 1100),
        ("last", 1, 400),
    ]
    (row,) = opened.account(by=(), since=202504).rows()
    assert (row["firms"], row["firms_imputed"]) == (11, 2)
    assert (row["revenue_lower"], row["revenue_imputed_lower"]) == (9 * 1100 + 1500, 1500)
    assert [m.method for m in opened.impute(202504, methods=("median",))] == ["median"]
    # What another method would do changes nothing.
    would = imputation.impute(opened.connection, 202504, methods=("growth",), add=False)
    assert [(m.method, m.firms, m.revenue) for m in would] == [("growth", 1, 1100)]
    (row,) = opened.account(by=(), since=202504).rows()
    assert row["firms_imputed"] == 1
    assert opened.versions()["imputation"] == "202504"


def test_a_real_return_ends_an_imputation(opened: Micro) -> None:
    late_firms(opened)
    opened.impute(202504)
    opened.add_returns([{"firm": "F9", "period": 202504, "revenue": 7, "recorded": 2}])
    (row,) = opened.account(by=(), since=202504).rows()
    assert (row["firms"], row["firms_imputed"]) == (11, 1)
    assert row["revenue_lower"] == 9 * 1100 + 7 + 400
    imputation.forget(opened.connection)
    (row,) = opened.account(by=(), since=202504).rows()
    assert (row["firms"], row["firms_imputed"]) == (10, 0)


def test_methods_are_tried_on_firms_whose_figure_is_known(opened: Micro) -> None:
    late_firms(opened)
    trials = imputation.backtest(opened.connection, 202504, percent=30, seed=3)
    assert trials
    assert {trial.method for trial in trials} == {"growth"}
    assert all(trial.error == pytest.approx(0) for trial in trials)
    carried = imputation.backtest(opened.connection, 202504, methods=("last",), percent=30, seed=3)
    assert carried[0].imputed == carried[0].true
    with pytest.raises(imputation.ImputationInvalid):
        imputation.backtest(opened.connection, 202504, methods=())

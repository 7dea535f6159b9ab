"""The examples in `cases/`, which an official can read and check by hand."""

from decimal import Decimal
from pathlib import Path as FilePath
from typing import Any

import pytest
import yaml

from shucheng.lib.periods import Period
from shucheng.plan.formula.proof import MetricFacts, prove
from shucheng.plan.formula.run import Panel, PanelRow
from shucheng.plan.judgement.judge import Facts, LightRule, judge
from shucheng.plan.judgement.path import Path, Shape, seasons_of

CASES = FilePath(__file__).parents[2] / "cases"


def cases(file: str) -> list[Any]:
    entries = yaml.safe_load((CASES / file).read_text(encoding="utf-8"))
    return [pytest.param(entry, id=entry["case"]) for entry in entries]


@pytest.mark.parametrize("case", cases("formulas.yaml"))
def test_a_formula_gives_what_the_case_says(case: dict[str, Any]) -> None:
    metrics, rows, tree = given(case)
    with Panel(rows, tree) as panel:
        values = panel.evaluate(prove(case["formula"], metrics, unit=case["unit"]), first_year=2025)
    found = {str(v.period): v.value for v in values if v.area == "city"}
    assert found == wanted(case)


def given(
    case: dict[str, Any],
) -> tuple[dict[str, MetricFacts], list[PanelRow], dict[str, str]]:
    """What a case of a formula is about: metrics, their values, and the city's areas."""
    metrics = {
        code: MetricFacts(
            code,
            entry["unit"],
            entry["frequency"],
            over_time=entry.get("over_time", "sum"),
            dimensions={entry["by"]: tuple(entry["data"])} if "by" in entry else {},
        )
        for code, entry in case["given"].items()
    }
    rows = [
        PanelRow(code, area, Period.parse(str(period)), _decimal(value), dimension)
        for code, entry in case["given"].items()
        for area, dimension, data in _series(entry)
        for period, value in data.items()
    ]
    return metrics, rows, {"city": "", **{row.area: "city" for row in rows if row.area != "city"}}


def wanted(case: dict[str, Any]) -> dict[str, Decimal | None]:
    return {str(period): _decimal(value) for period, value in case["gives"].items()}


def _series(entry: dict[str, Any]) -> list[tuple[str, str, dict[Any, float | None]]]:
    """(area, dimension, values by period) of a metric: the city's, by code or by area."""
    if "areas" in entry:
        return [(area, "", data) for area, data in entry["areas"].items()]
    if "by" in entry:
        return [("city", f"{entry['by']}={code}", data) for code, data in entry["data"].items()]
    return [("city", "", entry["data"])]


SHAPES: dict[str, Shape] = {
    "ytd": "year_to_date",
    "cumulative": "since_start",
    "stock": "stock",
    "constant": "constant",
}


@pytest.mark.parametrize("case", cases("paths.yaml"))
def test_a_path_expects_what_the_case_says(case: dict[str, Any]) -> None:
    shape = SHAPES[case["shape"]]
    last_year = _by_period(case.get("last_year", {}))
    path = Path(
        shape,
        targets={year: Decimal(str(value)) for year, value in case["targets"].items()},
        base=_decimal(case.get("base")),
        seasons={
            period.year + 1: seasons_of(last_year, period.year, shape) for period in last_year
        },
        by_hand={p: v for p, v in _by_period(case.get("by_hand", {})).items() if v is not None},
    )
    wanted = _by_period(case["gives"])
    assert {period: path.expected(period) for period in wanted} == wanted


@pytest.mark.parametrize("case", cases("lights.yaml"))
def test_a_light_is_what_the_case_says(case: dict[str, Any]) -> None:
    rule = {name: Decimal(value) for name, value in case.get("rule", {}).items()}
    late = int(rule.pop("late_after_days", 0))
    facts = Facts(
        value=_decimal(case.get("value")),
        target=_decimal(case.get("target")),
        expected=_decimal(case.get("expected")),
        direction=case.get("direction", "up"),
        due=case.get("due"),
        today=case.get("today"),
    )
    outcome = judge(facts, LightRule("schedule", 1, late_after_days=late, **rule))
    assert outcome.light == case["gives"]["light"]
    assert outcome.attainment == _decimal(case["gives"].get("attainment"))
    assert outcome.schedule_progress == _decimal(case["gives"].get("schedule_progress"))


def _by_period(values: dict[Any, float | None]) -> dict[Period, Decimal | None]:
    return {Period.parse(str(period)): _decimal(value) for period, value in values.items()}


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))

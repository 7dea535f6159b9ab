"""The examples in `cases/`, which an official can read and check by hand."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from shucheng.lib.periods import Period
from shucheng.plan.formula.proof import MetricFacts, prove
from shucheng.plan.formula.run import Panel, PanelRow

CASES = Path(__file__).parents[2] / "cases"


def cases(file: str) -> list[Any]:
    entries = yaml.safe_load((CASES / file).read_text(encoding="utf-8"))
    return [pytest.param(entry, id=entry["case"]) for entry in entries]


@pytest.mark.parametrize("case", cases("formulas.yaml"))
def test_a_formula_gives_what_the_case_says(case: dict[str, Any]) -> None:
    metrics = {
        code: MetricFacts(
            code, entry["unit"], entry["frequency"], over_time=entry.get("over_time", "sum")
        )
        for code, entry in case["given"].items()
    }
    rows = [
        PanelRow(code, "city", Period.parse(str(period)), _decimal(value))
        for code, entry in case["given"].items()
        for period, value in entry["data"].items()
    ]
    with Panel(rows, {"city": ""}) as panel:
        values = panel.evaluate(prove(case["formula"], metrics, unit=case["unit"]), first_year=2025)
    assert {str(v.period): v.value for v in values} == {
        str(period): _decimal(value) for period, value in case["gives"].items()
    }


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))

"""The examples in `cases/statistics.yaml`, which an official can read and check by hand."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from shucheng.bays.statistics.engine.coefficients import Coefficient
from shucheng.bays.statistics.engine.micro import Micro, open_micro

CASES = Path(__file__).parents[5] / "cases" / "statistics.yaml"


def cases() -> list[Any]:
    entries = yaml.safe_load(CASES.read_text(encoding="utf-8"))
    return [pytest.param(entry, id=entry["case"]) for entry in entries]


@pytest.mark.parametrize("case", cases())
def test_an_account_gives_what_the_case_says(case: dict[str, Any]) -> None:
    micro = made_from(case)
    if "impute" in case:
        micro.impute(case["impute"])
    if "growth" in case:
        found = [
            {name: getattr(each, name) for name in wanted}
            for each, wanted in zip(
                micro.growth(**case["growth"]), case["gives_growth"], strict=True
            )
        ]
        assert found == case["gives_growth"]
        return
    rows = micro.account(**case["ask"]).rows()
    assert [_columns(row, wanted) for row, wanted in zip(rows, case["gives"], strict=True)] == [
        _exactly(wanted) for wanted in case["gives"]
    ]


def made_from(case: dict[str, Any]) -> Micro:
    """Micro-data as a case states them; what it does not say is a usual firm."""
    shares = [coefficient(entry) for entry in case.get("coefficients", ())]
    micro = open_micro(shares=shares, threads=1, memory="1GB")
    usual = {"area": "320902", "designated": True, "since": 202301, "until": 999912}
    for firm, spans in case["firms"].items():
        for span in spans if isinstance(spans, list) else [spans]:
            row = usual | span
            micro.connection.execute(
                "INSERT INTO register VALUES (?, ?, ?, ?, NULL, 'small', ?, ?, ?, [])",
                [
                    *(firm, firm, row["industry"], row["area"], row["designated"]),
                    *(row["since"], row["until"]),
                ],
            )
    micro.add_returns({**row, "recorded": row.get("batch", 1)} for row in case["returns"])
    return micro


def coefficient(entry: dict[str, Any]) -> Coefficient:
    share = entry["share"] if isinstance(entry["share"], list) else [entry["share"]] * 2
    lower, upper = (Decimal(str(each)) for each in share)
    approved, since = date(2025, 1, 1), entry.get("since", 0)
    return Coefficient(entry.get("firm"), entry.get("leaf"), lower, upper, "审定", approved, since)


def _exactly(wanted: dict[str, Any]) -> dict[str, Any]:
    """A measure without a side has both bounds at its value."""
    found: dict[str, Any] = {}
    for name, value in wanted.items():
        plain = name in ("class", "area", "period") or name.startswith("firms")
        sides = (name,) if plain or name.endswith(("_lower", "_upper")) else None
        for side in sides or (f"{name}_lower", f"{name}_upper"):
            found[side] = value
    return found


def _columns(row: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in _exactly(wanted)}

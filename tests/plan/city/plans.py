"""Small compiled plans for tests: from hand labels, or built from a few words."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.plan.compiler.gold import REPOSITORY

from shucheng.plan.compiler.compile import compile_file
from shucheng.plan.compiler.model import CompiledPlan, Indicator, Period, Target

CITIES = REPOSITORY / "cities"
PLANS = REPOSITORY / "tests" / "plans"


def with_labelled_targets(text: Path, labels: Path) -> tuple[CompiledPlan, str]:
    """A plan as compiled, with the targets of its hand labels, and its text."""
    document, compiled = compile_file(text)
    gold = json.loads(labels.read_text(encoding="utf-8"))
    targets = tuple(_target(number, row) for number, row in enumerate(gold["targets"], 1))
    return replace(compiled, targets=targets), document.text


def corpus(name: str) -> tuple[CompiledPlan, str]:
    """A plan of the corpus of invented places."""
    return with_labelled_targets(PLANS / f"{name}.txt", PLANS / f"{name}.json")


def plan(
    *targets: Target, indicators: tuple[Indicator, ...] = (), title: str = "", issuer: str = ""
) -> CompiledPlan:
    return CompiledPlan(
        title, issuer, None, Period(2025, 2027), (), targets, (), indicators, (), ()
    )


def target(subject: str, value: float, unit: str, **values: Any) -> Target:
    """A level by 2027 unless told otherwise."""
    row = {"year": 2027, "kind": "level", "comparator": ">=", "section": "s1", **values}
    quote = f"{subject}达到{value:g}{unit}"
    return _target(
        values.pop("number", 1),
        {"quote": quote, "start": 0, "end": 1, **row}
        | {"subject": subject, "value": value, "unit": unit},
    )


def indicator(no: int, name: str, unit: str, **targets: float) -> Indicator:
    years = {year.removeprefix("y"): value for year, value in targets.items()}
    return Indicator(no, "", name, unit, name.startswith("累计"), years, (), (0, 0))


def _target(number: int, row: dict[str, Any]) -> Target:
    return Target(
        id=f"t{number}",
        subject=row["subject"],
        comparator=row["comparator"],
        value=row["value"],
        value_max=row.get("value_max"),
        unit=row["unit"],
        year=row["year"],
        kind=row["kind"],
        section=row["section"],
        quote=row["quote"],
        span=(row["start"], row["end"]),
        implied_year=row.get("implied_year"),
    )

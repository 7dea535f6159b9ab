"""The examples in `cases/indexes.yaml`, which an official can read and check by hand."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from shucheng.lib.indexes.definition import Index
from shucheng.lib.indexes.errors import IndexRefused

from .index_making import index, indicator, node, scored_of

FILE = Path(__file__).parents[5] / "cases" / "indexes.yaml"
CASES = [
    pytest.param(entry, id=entry["case"])
    for entry in yaml.safe_load(FILE.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("case", CASES)
def test_an_index_gives_what_the_case_says(case: dict[str, Any]) -> None:
    if "refuses" in case:
        with pytest.raises(IndexRefused) as refused:
            scored_of(definition(case), case["given"])
        assert refused.value.code == case["refuses"]
        assert all(name in refused.value.message for name in case["names"])
    else:
        found = scored_of(definition(case), case["given"])
        scores = dict(zip(found.areas, found.scores.tolist(), strict=True))
        assert scores == pytest.approx(case["gives"], abs=case.get("within", 1e-9))


def definition(case: dict[str, Any]) -> Index:
    made: dict[str, Any] = {}
    for code, rule in case["indicators"].items():
        more = {key: rule[key] for key in ("log", "missing", "winsorise") if key in rule}
        if rule.get("down"):
            more["direction"] = "down"
        if "bounds" in rule:
            bounds = {"bounds": rule["bounds"], "capped": rule.get("capped", False)}
            more["normalisation"] = {"method": "min_max"} | bounds
        made[code] = indicator(code, **more)
    parts = case["parts"]
    # The first part is the index; those after it stand under it, the deepest last.
    for code, rule in reversed(list(parts.items())):
        weights = {"method": "given", "given": rule["weights"]} if "weights" in rule else {}
        made[code] = node(
            code,
            *(made[part] for part in rule["of"]),
            aggregation=rule.get("mean", "arithmetic"),
            penalty=rule.get("penalty"),
            weights=weights,
        )
    more = {"scale": case["scale"]} if "scale" in case else {}
    return index(made[next(iter(parts))], **more)

"""Rules of data quality as data: read and checked.

Six dimensions. Their names in GB/T 36344-2018: completeness 完整性, validity 规范性, accuracy
准确性 (against a reference), uniqueness (of 准确性: 数据重复率, 唯一性), consistency 一致性,
timeliness 时效性. The standard's sixth, accessibility 可访问性, is a service's, not a file's.

    version: "2026-11"
    weights: {completeness: 2, validity: 1}        # others weigh 1
    rules:
      - {code: credit-present, dimension: completeness, check: present, fields: [credit_code]}
      - {code: credit-code, dimension: validity, check: credit_code, fields: [credit_code]}
      - {code: mobile, dimension: validity, check: format, fields: [mobile], format: mobile}
      - {code: one-row, dimension: uniqueness, check: unique, fields: [credit_code]}
      - {code: open-before-close, dimension: consistency, check: ordered, fields: [opened, closed]}
      - {code: this-year, dimension: timeliness, check: fresh, fields: [updated], days: 365}
      - {code: area-known, dimension: accuracy, check: known, fields: [area],
         reference: areas, keys: [code]}
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

FOLDER = Path(__file__).parents[2] / "data" / "quality"
Dimension = Literal[
    "completeness", "uniqueness", "validity", "consistency", "timeliness", "accuracy"
]
Check = Literal[
    "present", "unique", "type", "format", "credit_code", "pattern", "listed", "range", "length",
    "ordered", "sum", "fresh", "known",
]  # fmt: skip
_NEEDS: Mapping[str, str] = {
    "type": "type",
    "format": "format",
    "pattern": "pattern",
    "listed": "values",
    "fresh": "days",
    "known": "reference",
}
_FIELDS: Mapping[str, range] = {
    "unique": range(1, 9),
    "known": range(1, 9),
    "ordered": range(2, 3),
    "sum": range(3, 30),
}


class RulesInvalid(ValueError):
    """Rules that cannot be used, and the `place` of the first fault."""

    code = "quality-rules-invalid"

    def __init__(self, place: str, why: str) -> None:
        super().__init__(f"{place}: {why}")
        self.place = place


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class When(_Strict):
    """The rows that a rule is for: those whose field is one of the values."""

    field: str
    values: list[str]


class Rule(_Strict):
    """One check of one field, or of several together. `sum`: the first is the sum of the others, up
    to `tolerance`; `ordered`: the first is not above the second; `known`: the fields are the `keys`
    of a row of the reference (key and value together tell whether the value is right)."""

    code: str
    dimension: Dimension
    check: Check
    fields: list[str] = Field(min_length=1)
    weight: float = Field(1.0, gt=0)
    when: When | None = None
    type: Literal["", "integer", "number", "date"] = ""
    format: str = ""
    pattern: str = ""
    values: list[str] = []
    low: float | None = None
    high: float | None = None
    tolerance: float = 0.0
    days: int = 0
    reference: str = ""
    keys: list[str] = []

    @model_validator(mode="after")
    def _whole(self) -> Self:
        needs = _NEEDS.get(self.check)
        if needs and not getattr(self, needs):
            raise ValueError(f"{self.check} needs {needs}")
        if self.check in ("range", "length") and self.low is None and self.high is None:
            raise ValueError(f"{self.check} needs low or high")
        if len(self.fields) not in _FIELDS.get(self.check, range(1, 2)):
            raise ValueError(f"{self.check} of {len(self.fields)} fields")
        if self.check == "known" and len(self.keys) != len(self.fields):
            raise ValueError("known needs a key for each field")
        if self.check == "unique" and self.when:
            raise ValueError("unique is of all rows")
        return self


class Format(_Strict):
    pattern: str
    source: str
    unconfirmed: bool = False


class Formats(_Strict):
    version: str
    formats: dict[str, Format]


class Rules(_Strict):
    version: str
    rules: list[Rule]
    weights: dict[Dimension, float] = {}


@cache
def formats() -> Mapping[str, Format]:
    document = yaml.safe_load((FOLDER / "formats.yaml").read_text(encoding="utf-8"))
    return Formats.model_validate(document).formats


def read(text: str) -> Rules:
    """Rules from YAML. Raises `RulesInvalid`: not YAML, a key missing or unknown, a check without
    what it needs, a format that is not known, a code twice."""
    try:
        rules = Rules.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise RulesInvalid(str(getattr(error, "problem_mark", "-")), "not YAML") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise RulesInvalid(".".join(map(str, first["loc"])), first["msg"]) from error
    codes = [each.code for each in rules.rules]
    for rule in rules.rules:
        if rule.format and rule.format not in formats():
            raise RulesInvalid(rule.code, f"no format {rule.format!r}")
        if codes.count(rule.code) > 1:
            raise RulesInvalid(rule.code, "the code is there twice")
    return rules

"""Rules of quality that a schema and the grades of its fields suggest, and rules as YAML again.

A suggestion is a start: what a field must be is known to whoever holds the data."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import yaml

from .rules import Check, Dimension, Rule, Rules

# Which dimension a check belongs to unless its rule says otherwise.
DIMENSIONS: dict[Check, Dimension] = {
    "present": "completeness",
    "unique": "uniqueness",
    "type": "validity",
    "format": "validity",
    "credit_code": "validity",
    "pattern": "validity",
    "listed": "validity",
    "range": "validity",
    "length": "validity",
    "ordered": "consistency",
    "sum": "consistency",
    "fresh": "timeliness",
    "known": "accuracy",
}
_NUMBERS = re.compile(r"int|dec|num|double|float|real", re.IGNORECASE)
_DATES = re.compile(r"date|time", re.IGNORECASE)
_UPDATED = re.compile(r"更新(时间|日期)|gxsj|gxrq|updat|modif", re.IGNORECASE)
_POSTCODE = re.compile(r"邮编|邮政编码|youbian|postcode|zip", re.IGNORECASE)
_AREA = re.compile(r"行政区划代码|区划代码|xzqhdm|area_?code", re.IGNORECASE)
_FRESH_DAYS = 365


@dataclass(frozen=True, slots=True)
class Described:
    """A field as the catalogue describes it, with its categories from grading."""

    name: str
    title: str = ""
    type: str = ""
    key: bool = False
    nullable: bool = True
    categories: frozenset[str] = frozenset()


def suggest(fields: Iterable[Described]) -> list[Rule]:
    """Rules for a resource, in the order of its fields; codes are `field-check`."""
    return [
        Rule(
            code=f"{each.name}-{check}"[:60],
            dimension=DIMENSIONS[check],
            check=check,
            fields=[each.name],
            **more,
        )
        for each in fields
        for check, more in _checks(each)
    ]


def to_yaml(rules: Rules) -> str:
    """The text that `read` reads as these rules."""
    said: dict[str, Any] = rules.model_dump(exclude_defaults=True)
    said.setdefault("rules", [])
    return yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=100)


def _checks(field: Described) -> list[tuple[Check, dict[str, Any]]]:
    label = f"{field.name} {field.title}"
    found: list[tuple[Check, dict[str, Any]]] = []
    if field.key or not field.nullable:
        found.append(("present", {}))
    if field.key:
        found.append(("unique", {}))
    if "credit_code" in field.categories:
        found.append(("credit_code", {}))
    elif "resident_id" in field.categories:
        found.append(("format", {"format": "resident_id"}))
    elif _POSTCODE.search(label):
        found.append(("format", {"format": "postcode"}))
    elif _AREA.search(label):
        found.append(("format", {"format": "area_code"}))
        found.append(("known", {"reference": "areas", "keys": ["code"]}))
    elif _DATES.search(field.type):
        found.append(("type", {"type": "date"}))
    elif _NUMBERS.search(field.type):
        found.append(("type", {"type": "number"}))
    if _UPDATED.search(label):
        found.append(("fresh", {"days": _FRESH_DAYS}))
    return found

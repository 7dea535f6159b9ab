"""The fields in which an item is corrected or added: label, value, and what is wrong with it.

What a person typed wins over what is stored, so that a refused form comes back as it was sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from shucheng.plan.items import label_of
from shucheng.plan.models import ItemKind
from shucheng.plan.queries.promises import COMPARATORS
from shucheng.plan.queries.steps import KIND_LABELS

SIGNS = {">": ">", ">=": "≥", "=": "=", "~": "≈", "<=": "≤", "<": "<"}
_WIDE = {"subject", "name", "title", "text", "lead", "responsible", "note"}
_REQUIRED = {"subject", "value", "name", "title", "text"}
_LONGEST = {"subject": 300, "name": 300, "title": 300, "unit": 30, "note": 500}


@dataclass(frozen=True, slots=True)
class EditorField:
    name: str
    value: str
    error: str = ""
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def label(self) -> str:
        return label_of(self.name)

    @property
    def wide(self) -> bool:
        return self.name in _WIDE

    @property
    def required(self) -> bool:
        return self.name in _REQUIRED

    @property
    def longest(self) -> int | None:
        return _LONGEST.get(self.name)

    @property
    def asks(self) -> bool:
        """Whether it may be saved all the same, once more confirmed: a unit nobody knows."""
        return self.name == "unit" and bool(self.error) and len(self.value) <= _LONGEST["unit"]

    @property
    def inputmode(self) -> str:
        if self.name == "year":
            return "numeric"
        is_number = self.name in {"value", "value_max"} or self.name.startswith("target_")
        return "decimal" if is_number else ""


def editor_fields(
    kind: str,
    data: Mapping[str, Any],
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> list[EditorField]:
    """The fields of an item of this kind, filled with its data or with what was typed."""
    typed, errors = typed or {}, errors or {}
    stored = _stored(kind, data)
    return [
        EditorField(
            name,
            typed.get(name, value),
            errors.get(name, ""),
            tuple(_choices(name)),
        )
        for name, value in stored.items()
    ]


def _stored(kind: str, data: Mapping[str, Any]) -> dict[str, str]:
    match kind:
        case ItemKind.TARGET:
            names = ("subject", "comparator", "value", "value_max", "unit", "year", "kind")
            found = {name: _written(data.get(name)) for name in names}
            return {**found, "comparator": found["comparator"] or ">="}
        case ItemKind.INDICATOR:
            targets = data.get("targets", {}).items()
            return {
                "name": _written(data.get("name")),
                "unit": _written(data.get("unit")),
                **{f"target_{year}": _written(value) for year, value in targets},
                "lead": _written(data.get("lead")),
            }
        case ItemKind.TASK:
            return {name: _written(data.get(name)) for name in ("title", "lead", "responsible")}
        case _work_point:
            return {name: _written(data.get(name)) for name in ("text", "lead")}


def _written(value: Any) -> str:
    """As a person types it: numbers without trailing zeros, names with the Chinese comma."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "、".join(map(str, value))
    if isinstance(value, float):
        return f"{Decimal(str(value)).normalize():f}"
    return str(value)


def _choices(name: str) -> list[tuple[str, str]]:
    if name == "comparator":
        return [(code, f"{SIGNS[code]} {label}".strip()) for code, label in COMPARATORS.items()]
    if name == "kind":
        return [(code, str(label)) for code, label in KIND_LABELS.items()]
    return []

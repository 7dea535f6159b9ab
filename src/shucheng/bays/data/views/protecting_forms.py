"""What an offer's form says of noisy aggregates, marked files and intersections, as terms."""

import re
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.views.form_fields import number, several, wrong
from shucheng.lib.numbers import decimal_number

_LINE = re.compile(r"\s*(\S+?)\s*[:：]\s*(.+?)\s*")


def protected(sent: QueryDict) -> dict[str, Any]:
    """The parts `private`, `marking` and `intersection` of `engine/delivery/terms`, each where its
    first field is filled."""
    found: dict[str, Any] = {}
    if unit := sent.get("private_unit", "").strip():
        found["private"] = {
            "unit": unit,
            "contributions": number(sent, "private_contributions") or 1,
            "columns": dict(_bounds(name, said) for name, said in _lines(sent, "private_columns")),
            "by": {name: list(values) for name, values in _lines(sent, "private_by")},
        }
    if key := several(sent.get("marking_key", "")):
        steps = {name: _step(said) for name, said in _lines(sent, "marking_steps")}
        found["marking"] = {"key": list(key), "steps": steps}
    if column := sent.get("common_column", "").strip():
        said: dict[str, Any] = {"column": column, "members": "common_members" in sent}
        for part, name in (("at_least", "common_least"), ("at_most", "common_most")):
            if (limit := number(sent, name)) is not None:
                said[part] = limit
        found["intersection"] = said
    return found


def _bounds(name: str, said: tuple[str, ...]) -> tuple[str, dict[str, str]]:
    """A column with its lowest and highest value and the step."""
    numbers = [each for text in said if (each := decimal_number(text)) is not None]
    if len(said) != 3 or len(numbers) != 3 or numbers[0] >= numbers[1] or numbers[2] <= 0:
        raise wrong("private_columns", _("Write a column a line, like “income: 0, 100000, 1”."))
    return name, dict(zip(("low", "high", "step"), said, strict=True))


def _step(said: tuple[str, ...]) -> str:
    found = decimal_number(said[0]) if len(said) == 1 else None
    if found is None or found <= 0:
        raise wrong("marking_steps", _("Write a column a line with its step, like “income: 0.01”."))
    return said[0]


def _lines(sent: QueryDict, field: str) -> list[tuple[str, tuple[str, ...]]]:
    """`name: value, value`, one a line."""
    found = []
    for line in filter(str.strip, sent.get(field, "").splitlines()):
        match = _LINE.fullmatch(line)
        if not match:
            raise wrong(field, _("Write one a line: a column, a colon, what is said of it."))
        found.append((match[1], several(match[2])))
    return found

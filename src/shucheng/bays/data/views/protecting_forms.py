"""What an offer's form says of noisy aggregates, marked files and intersections, as terms."""

import re
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.views.form_fields import number, several, wrong
from shucheng.lib.numbers import decimal_number

_LINE = re.compile(r"\s*(\S+?)\s*[:：]\s*(.+?)\s*")


# The fields of a part, the first of which has to be filled for it.
_PARTS = (
    ("private_unit", "private_contributions", "private_columns", "private_by"),
    ("marking_key", "marking_steps"),
    ("common_column", "common_members", "common_least", "common_most"),
)


def protected(sent: QueryDict) -> dict[str, Any]:
    """The parts `private`, `marking` and `intersection` of `engine/delivery/terms`, those of which
    anything is filled."""
    filled = [[name for name in part if sent.get(name, "").strip()] for part in _PARTS]
    for (first, *_rest), found in zip(_PARTS, filled, strict=True):
        if found and first not in found:
            raise wrong(first, _("Choose this too, or leave the others empty."))
    return {
        name: read(sent)
        for name, read, found in zip(
            ("private", "marking", "intersection"), (_private, _marking, _common), filled,
            strict=True,
        )
        if found
    }  # fmt: skip


def _private(sent: QueryDict) -> dict[str, Any]:
    return {
        "unit": sent.get("private_unit", "").strip(),
        "contributions": number(sent, "private_contributions") or 1,
        "columns": dict(_bounds(name, said) for name, said in _lines(sent, "private_columns")),
        "by": {name: list(dict.fromkeys(said)) for name, said in _lines(sent, "private_by")},
    }


def _marking(sent: QueryDict) -> dict[str, Any]:
    steps = {name: _step(said) for name, said in _lines(sent, "marking_steps")}
    return {"key": list(several(sent.get("marking_key", ""))), "steps": steps}


def _common(sent: QueryDict) -> dict[str, Any]:
    said: dict[str, Any] = {
        "column": sent.get("common_column", "").strip(),
        "members": "common_members" in sent,
    }
    for part, name in (("at_least", "common_least"), ("at_most", "common_most")):
        if (limit := number(sent, name)) is not None:
            said[part] = limit
    return said


def _bounds(name: str, said: list[str]) -> tuple[str, dict[str, str]]:
    """A column with its lowest and highest value and the step."""
    numbers = [each for text in said if (each := decimal_number(text)) is not None]
    if len(said) != 3 or len(numbers) != 3 or numbers[0] >= numbers[1] or numbers[2] <= 0:
        raise wrong("private_columns", _("Write a column a line, like “income: 0, 100000, 1”."))
    return name, dict(zip(("low", "high", "step"), map(str, numbers), strict=True))


def _step(said: list[str]) -> str:
    found = decimal_number(said[0]) if len(said) == 1 else None
    if found is None or found <= 0:
        raise wrong("marking_steps", _("Write a column a line with its step, like “income: 0.01”."))
    return str(found)


def _lines(sent: QueryDict, field: str) -> list[tuple[str, list[str]]]:
    """`name: value, value`, one a line."""
    found = []
    for line in filter(str.strip, sent.get(field, "").splitlines()):
        match = _LINE.fullmatch(line)
        if not match:
            raise wrong(field, _("Write one a line: a column, a colon, what is said of it."))
        found.append((match[1], list(filter(None, re.split(r"[\s,，;；、]+", match[2])))))
    return found

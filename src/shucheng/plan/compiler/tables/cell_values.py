"""A figure as a table cell prints it: 2300, 85%, ≥90, 1.25以下, [400], 10%左右, 12.5万亿元."""

import re
from dataclasses import dataclass

from shucheng.plan.compiler.language.comparators import (
    COMPARATORS,
    LIMIT,
    SIGNS,
    comparator_of_limit,
)
from shucheng.plan.compiler.language.folding import fold, unwrap
from shucheng.plan.compiler.language.units import CELL_UNIT
from shucheng.plan.compiler.model import Comparator

_COMPARED = "|".join(f"(?P<{said}>{COMPARATORS[said]})" for said in SIGNS)
_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_VALUE = re.compile(
    rf"\(?(?:{_COMPARED})?\s*(?P<number>-?{_NUMBER})(?:\s*[-~]\s*{_NUMBER})?"
    rf"\s*(?P<unit>{CELL_UNIT})?\s*(?P<limit>{LIMIT}|\+)?\)?"
)
_UNIT_TAIL = re.compile(
    rf"\s*\((?:单位:?|计量单位:?)?(?P<unit>{CELL_UNIT}|[^()\d]{{0,6}}/[^()]{{1,8}})\)\s*$"
)


@dataclass(frozen=True, slots=True)
class Value:
    """A number with the unit printed beside it ("" where none) and its comparator, if any."""

    number: float
    unit: str
    comparator: Comparator | None


def read_value(text: str) -> Value | None:
    """The figure that a cell holds and nothing else; None for words and empty cells."""
    match = _VALUE.fullmatch(fold(unwrap(text)).strip("*# "))
    if not match:
        return None
    before = next((sign for said, sign in SIGNS.items() if match[said]), None)
    number = float(match["number"].replace(",", ""))
    return Value(number, match["unit"] or "", before or comparator_of_limit(match["limit"] or ""))


def split_unit(name: str) -> tuple[str, str]:
    """Name and unit of `数字经济核心产业营业收入(亿元)`; brackets that hold no unit stay."""
    match = _UNIT_TAIL.search(fold(name))
    if not match:
        return name, ""
    return name[: match.start()], name[match.start("unit") : match.end("unit")]

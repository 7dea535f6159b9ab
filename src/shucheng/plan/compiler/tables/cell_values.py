"""A figure as a table cell prints it: 2300, 85%, ≥90, 1.25以下, [400], 10%左右, 12.5万亿元."""

import re
from dataclasses import dataclass

from shucheng.plan.compiler.language.folding import fold, unwrap
from shucheng.plan.compiler.language.units import CELL_UNIT
from shucheng.plan.compiler.model import Comparator

_VALUE = re.compile(
    rf"[(]?(?P<before>≥|≧|>=|>|＞|≤|≦|<=|<|~|约|超过|超|突破|达到|达|不低于|不少于|不高于|不超过|低于|高于|第)?\s*"
    rf"(?P<number>-?\d[\d,]*(?:\.\d+)?)(?:\s*[-~]\s*\d[\d,]*(?:\.\d+)?)?\s*(?P<unit>{CELL_UNIT})?\s*"
    rf"(?P<after>左右|上下|以上|及以上|以下|以内|以内|\+)?[)]?"
)
_BEFORE: dict[str, Comparator] = {
    "≥": ">=", "≧": ">=", ">=": ">=", "不低于": ">=", "不少于": ">=", "达到": ">=", "达": ">=",
    ">": ">", "超过": ">", "超": ">", "突破": ">", "高于": ">",
    "≤": "<=", "≦": "<=", "<=": "<=", "不高于": "<=", "不超过": "<=",
    "<": "<", "低于": "<", "~": "~", "约": "~",
}  # fmt: skip
_AFTER: dict[str, Comparator] = {
    "左右": "~", "上下": "~", "以上": ">=", "及以上": ">=", "+": ">=", "以下": "<=", "以内": "<=",
}  # fmt: skip
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
    if not match or match["before"] == "第":
        return None
    number = float(match["number"].replace(",", ""))
    comparator = _BEFORE.get(match["before"] or "") or _AFTER.get(match["after"] or "")
    return Value(number, match["unit"] or "", comparator)


def split_unit(name: str) -> tuple[str, str]:
    """Name and unit of `数字经济核心产业营业收入(亿元)`; brackets that hold no unit stay."""
    match = _UNIT_TAIL.search(fold(name))
    if not match:
        return name, ""
    return name[: match.start()], name[match.start("unit") : match.end("unit")]

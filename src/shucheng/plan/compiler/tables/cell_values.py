"""A figure as a table cell prints it: 2300, 85%, ≥90, 1.25以下, [400], 10%左右, 12.5万亿元."""

import re
from dataclasses import dataclass

from shucheng.plan.compiler.language.folding import fold, unwrap
from shucheng.plan.compiler.model import Comparator

_MEASURE = (
    r"美元|元|个百分点|百分点|个|家|项|座|台|套|件|户|人次|人|次|吨标准煤|吨|千瓦时|千瓦|条|张|所|门|种|款|类|部|"
    r"标准机架|机架|架次|架|位|名|分|倍|辆|艘|处|片|支|只|组|批|幅|宗|笔|例|篇|份|平方米|平方公里|公里|公顷|亩|天|小时|"
    r"分钟|毫秒|秒|卡|标箱|场|期|节|对|路|端口"
)
# Letters that measure; PUE, GDP or AI in a bracket is a name.
_LETTERS = (
    r"[EPTGMKZk]?(?:FLOPS|Flops|flops|OPS|Byte|bps|bit|Wh|W|wh|w|Hz|tce|B|b)(?:/[sS])?|EF|PF|E|P|"
    r"[kcm]?m|km/h|kg|[mnuμ]s|nm|t|kgce|h|QPS|TPS|m²|m³"
)
_UNIT = (
    rf"(?:[十百千万亿]{{0,2}}(?:{_MEASURE})(?:/[^\s()]{{1,8}})?|%|‰"
    rf"|[十百千万亿]{{0,2}}(?:{_LETTERS})|[万亿]{{1,2}})"
)
_VALUE = re.compile(
    rf"[(]?(?P<before>≥|≧|>=|>|＞|≤|≦|<=|<|~|约|超过|超|突破|达到|达|不低于|不少于|不高于|不超过|低于|高于|第)?\s*"
    rf"(?P<number>-?\d[\d,]*(?:\.\d+)?)(?:\s*[-~]\s*\d[\d,]*(?:\.\d+)?)?\s*(?P<unit>{_UNIT})?\s*"
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
    rf"\s*\((?:单位:?|计量单位:?)?(?P<unit>{_UNIT}|[^()\d]{{0,6}}/[^()]{{1,8}})\)\s*$"
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

"""Circles of latency, as plans of computing networks draw them: 市内1毫秒、省内3毫秒时延圈.

A bare number of milliseconds is an upper bound there, and the circle is part of the subject.
"""

import re
from typing import Final

from shucheng.plan.compiler.document import Span
from shucheng.plan.compiler.language.patterns import alternation
from shucheng.plan.compiler.targets.clause import Item
from shucheng.plan.compiler.targets.folded_passage import FoldedPassage

_CIRCLE: Final = re.compile(
    "(?:[一二三四两多]级)?(?P<name>"
    + alternation("算力 网络 算力网络 算力服务 传输 算网")
    + "?低?时延(?:服务|保障)?(?:圈|体系|网络))"
)
_QUOTED_CIRCLE: Final = re.compile(rf"“(?!\d)[^“”]{{1,60}}”(?={_CIRCLE.pattern})")
# How far behind its figure a circle may be named.
_REACH: Final = 40


def draws_circle(passage: FoldedPassage, item: Item) -> bool:
    """城市内1毫秒、区域5毫秒时延圈."""
    quantity = item.quantity
    if quantity.dimension != "time" or item.left.compared:
        return False
    end = quantity.span[1]
    return _CIRCLE.search(passage.text, end, end + _REACH) is not None


def name_circle(passage: FoldedPassage, item: Item, clause: Span, subject: str) -> str:
    """The subject of a circle's figure, with the words that name the circle."""
    if subject.endswith(("时延", "圈")):
        return subject
    circle = _CIRCLE.search(passage.text, item.quantity.span[1], clause[1])
    named = subject + (passage.print(circle.span("name")) if circle else "")
    return named.lstrip('“「『"')


def unquote_circles(text: str, names: bytes) -> bytes:
    """The mask of names without quotes that hold a circle's figures: “市内1毫秒”时延圈."""
    kept = bytearray(names)
    for match in _QUOTED_CIRCLE.finditer(text):
        kept[match.start() : match.end()] = bytes(match.end() - match.start())
    return bytes(kept)

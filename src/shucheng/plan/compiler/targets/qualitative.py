"""Promises without a number: 全覆盖, 实现突破, 明显进位, 全部纳入."""

import re
from collections.abc import Iterator
from typing import Final

from shucheng.plan.compiler.document import Span

_PROMISE: Final = re.compile(
    r"(?:全覆盖|全面覆盖|全域覆盖|全贯通|全联通|全面完成|动态清零|零突破|倍增)$"
    r"|应(?P<done>[一-鿿])尽(?P=done)$"
    r"|实现.*(?:新|零的|历史性|重大|\)|[一-鿿”])突破$"
    r"|(?:明显|大幅|争先|稳步|显著)?进位$|争先进位|第一方阵|第一梯队|第一阵营"
    r"|(?:进入|迈入|跻身|位居|走在|处于|保持|居).{0,10}(?:前列|前茅|领先(?:水平|地位)?|先进行列)$"
    r"|全部(?:纳入|接入|完成|实现|上云|上链|入库|达标|通达)|不发生"
)
_COUNTED: Final = re.compile(r"\d(?:[%家个]|\.\d)")


def find_qualitative(text: str, clause: Span) -> Iterator[Span]:
    """The clause, where it promises something that cannot be counted."""
    start, end = clause
    body = text[start:end]
    if _COUNTED.search(body) or not _PROMISE.search(body):
        return
    while start < end and not re.match(r"[一-鿿A-Za-z0-9“(《]", text[start]):
        start += 1
    if start < end:
        yield start, end

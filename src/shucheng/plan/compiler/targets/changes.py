"""A change that is said before what changes: 降低企业用能成本30%, 提高农业生产信息化率到50%."""

import re
from dataclasses import dataclass
from typing import Final

from shucheng.plan.compiler.language.patterns import alternation
from shucheng.plan.compiler.targets import words
from shucheng.plan.compiler.targets.quantities import Quantity

_FALLS: Final = alternation(
    "降低 减少 压减 压缩 缩短 节约 节省 削减 下调 精简", unless_before={"节约": "型 集约"}
)
_RISES: Final = alternation(
    "提高 提升 增加 扩大", unless_before={"增加": "值", "提升": "率 行动 工程", "提高": "率"}
)
_CHANGES: Final = re.compile(f"{words.ADVERB}*(?:(?P<falls>{_FALLS})|{_RISES})(?=.{{2}})")
_TO: Final = re.compile("[到至]$")
# 保持20%以上|增长: what the figure says is a change, though the verb stands behind it.
_AFTER: Final = re.compile("的?(?:年均)?(?:复合)?(?:增长|增速|增幅|增长率)(?![一-鿿])")


@dataclass(frozen=True, slots=True)
class Change:
    """How many characters say it, and whether the figure is by how much or up to what."""

    length: int
    by: bool
    falls: bool


def change_before(said: str, quantity: Quantity, before: str, *, compared: bool) -> Change | None:
    """The change that a subject opens with; `before` is the text right before the number."""
    found = _CHANGES.match(said)
    if found is None:
        return None
    falls = found["falls"] is not None
    small = quantity.dimension in ("share", "time")
    if not small and not (falls and quantity.dimension in ("money", "amount")):
        return None
    to = _TO.search(before) is not None
    return Change(found.end(), by=not (to or compared), falls=falls)


def changes_after(text: str, end: int) -> bool:
    """Whether a noun of growth follows the figure that ends there."""
    return _AFTER.match(text, end) is not None

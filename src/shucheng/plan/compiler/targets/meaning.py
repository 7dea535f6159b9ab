"""What a figure that was read means: its comparator and its kind, as the label scheme has them."""

import re
from typing import Final

from shucheng.plan.compiler.language.comparators import comparator_of_limit
from shucheng.plan.compiler.model import Comparator, TargetKind
from shucheng.plan.compiler.targets import words
from shucheng.plan.compiler.targets.clause import Item
from shucheng.plan.compiler.targets.folded_passage import FoldedPassage
from shucheng.plan.compiler.targets.years import Scope

# Money that a verb brings about is still a size: 形成产值100亿元, 设立基金50亿元.
_SIZE_OF_MONEY: Final = re.compile("设立|成立|组建|形成|实现")
# 2026年新增基站300个, 2025年、2026年分别新增…: what a single year adds.
_IN_ONE_YEAR: Final = re.compile(r"(?:20\d\d年[、和]?)+(?:计划|预计|力争|分别)*新增")
# ... and so is what a noun of size measures: 带动产业规模达到100亿元, 推动作业面积达到1万亩.
_SUM: Final = re.compile(
    "(?:规模|产值|收入|增加值|交易额|成交额|销售额|零售额|进出口额|余额|首期)$"
)
_EXTENT: Final = re.compile("(?:规模|面积|里程|产量|产能|算力|带宽|容量|总量)$")
_SUPPORTED: Final = re.compile("推动|推进|促进|带动|拉动|引导|支撑")
_ADDED: Final = re.compile("新增|净增|增加(?!值)")
_AVERAGE: Final = re.compile("日均|月均|平均|人均|户均|亩均|每[百千万]")
_CAPACITY: Final = re.compile("(?:能力|产能)$")
_VISITS: Final = re.compile(r"家[(（]?次")


def comparator_of(item: Item, *, circle: bool) -> Comparator:
    """`>` 超过, `>=` 达到 and 以上, `~` 左右, `<=` 以下 and latency circles, `=` a bare number."""
    seen, dimension = item.left.comparators, item.quantity.dimension
    limit = comparator_of_limit(item.quantity.limit)
    if "about" in seen or limit == "~":
        return "~"
    if dimension == "rank" or "at_most" in seen or circle or limit == "<=":
        return "<="
    if "better" in seen:
        return "<=" if dimension in ("time", "amount", "none") else ">"
    if "below" in seen:
        return "<"
    if "above" in seen or limit == ">":
        return ">"
    return ">=" if "at_least" in seen or limit == ">=" else "="


def kind_of(
    passage: FoldedPassage,
    item: Item,
    scope: Scope,
    verb: str,
    *,
    accumulates: bool,
    one_year: bool,
) -> TargetKind:
    """`level`, `cumulative`, `annual` or `growth`; `verb` may come from earlier in the list."""
    quantity, left = item.quantity, item.left
    by_how_much = "百分点" in quantity.unit or quantity.unit == "番"
    if left.growth or by_how_much or words.GROWTH_NOUN.search(item.subject):
        return "growth"
    if quantity.dimension == "time" and left.accumulates:
        return "cumulative"
    if quantity.dimension in ("share", "none", "time", "rank"):
        return "level"
    done = quantity.dimension == "count" or item.number_first
    makes = verb == "build" or (verb == "reach" and done)
    if _CAPACITY.search(item.subject) and not left.verb:
        makes = False
    if quantity.dimension == "money" and not left.accumulates:
        makes = makes and not _SIZE_OF_MONEY.search(passage.slice((item.span[0], quantity.span[0])))
    if _AVERAGE.search(item.subject) and not scope.each_year:
        return "level"
    if makes and _is_a_size(passage, item):
        makes = False
    if left.accumulates:
        return "cumulative"
    if makes and _IN_ONE_YEAR.match(passage.slice((item.span[0], quantity.span[0]))):
        return "annual"
    if scope.each_year and (makes or not left.compared or quantity.dimension == "count"):
        return "annual"
    if scope.each_year:
        return "level"
    if accumulates or _VISITS.match(quantity.unit):
        return "cumulative"
    if not makes:
        return "level"
    return "annual" if one_year and scope.basis != "relative" else "cumulative"


def _is_a_size(passage: FoldedPassage, item: Item) -> bool:
    """A size that is reached, whatever verb stands before it, and not what is added to one."""
    before = passage.slice((item.span[0], item.quantity.span[0]))
    if _ADDED.search(before):
        return False
    if item.quantity.dimension == "money":
        return _SUM.search(item.subject) is not None
    reached = item.left.compared and item.quantity.dimension == "amount"
    helped = _SUPPORTED.match(before) is not None
    return reached and helped and _EXTENT.search(item.subject) is not None

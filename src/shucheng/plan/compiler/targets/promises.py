"""Is a figure a promise? Facts, sums of subsidies, layouts and lists are not."""

import re
from dataclasses import dataclass
from typing import Final

from shucheng.plan.compiler.language.patterns import alternation
from shucheng.plan.compiler.targets import words
from shucheng.plan.compiler.targets.clause import Item
from shucheng.plan.compiler.targets.folded_passage import FoldedPassage
from shucheng.plan.compiler.targets.latency_circles import draws_circle
from shucheng.plan.compiler.targets.layout import Clause
from shucheng.plan.compiler.targets.modifiers import enumerates
from shucheng.plan.compiler.targets.years import Scope

# 70%的企业|实现数字化: a share of those who do something is a promise by itself.
_DOES: Final = re.compile(
    alternation("实现 完成 达到 开展 实施 进行 建立 应用 接入 上云 纳入 通过 具备")
)
# 调度平台|接入|算力资源5000P: a verb inside the subject that is half of no noun.
_ACTS_INSIDE: Final = re.compile("(?:接入|纳管|连接)(?!率|数|量|能力)")
# ...覆盖率100%: nobody reports in a plan what is already complete, unless the text says so.
_RATE: Final = re.compile("率$")
_ACHIEVES: Final = re.compile("实现|完成|保持")
# 年底开展1次考核: how a plan is followed up is no aim of it.
_SITTINGS: Final = frozenset({"次", "场"})
_GOVERNS: Final = re.compile(
    alternation("考核 督查 督导 例会 联席会议 调度 调度会 推进会 专题会 通报 会商 述职 研判") + "$"
)
# 每万人|拥有|发明专利12件: how much of something there is for so many.
_FOR_SO_MANY: Final = re.compile(
    "每[十百千万亿\\d][^，、]{0,14}?(?:拥有|保有|配备|配有|具备)[^，、]{2,}"
)
_OTHERS_LEVEL: Final = re.compile("(?:全国|全省|世界|国家)(?:的)?平均")
# 400G全光网络, 10M接入: letters that grade a technology unless a comparator stands before.
_RATINGS: Final = frozenset({"G", "T", "M"})
_HEADS: Final = frozenset("家户名人所")
_SHORTEST_SUBJECT: Final = 2
_SHORTEST_COUNTED: Final = 4
# How far behind its condition a subsidy may stand.
_CONDITION_REACH: Final = 60
# A rank names who is ranked before the verb: 综合实力进入全国前10.
RANKED: Final = re.compile(
    "(?:力争|确保)?(?:排名|位次|综合排名)?"
    + alternation(
        """进入 进到 进位 进位至 跻身 位居 位列 排名 迈入 迈进 挺进 冲刺 保持 稳居 稳定在 居 列"""
    )
    + r"(?:在|到)?[^，]{0,12}$"
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the words around a figure say of it, besides its own."""

    scope: Scope
    clause: Clause
    # The verb of its own or of the list it stands in.
    verb: str
    subject: str
    one_year: bool
    # The clause before says that something grows: 数字化水平显著提升,普及率85%.
    improves: bool
    # The sentence opens with what is to be done, a clause before.
    ordered: bool
    # A target was found earlier in the same sentence.
    in_list: bool

    @property
    def dated(self) -> bool:
        """A year, 三年内 or 每年 is said in the same sentence."""
        scope = self.scope
        stated = scope.year is not None and scope.basis in ("stated", "relative")
        return stated or scope.each_year


def promises(passage: FoldedPassage, item: Item, standing: Standing) -> bool:
    """Whether the plan undertakes to reach this figure."""
    quantity, left = item.quantity, item.left
    scope = standing.scope
    if scope.past or scope.reported or scope.others or len(standing.subject) < _SHORTEST_SUBJECT:
        return False
    sentence = passage.slice(standing.clause.span)
    if quantity.dimension in ("money", "share", "amount") and words.SUBSIDY.search(sentence):
        return False
    if _conditions(passage, standing.clause) or words.FORBIDDEN.search(sentence):
        return False
    if _states_a_fact(item, standing.subject) or words.WEIGHT.search(standing.subject):
        return False
    if _OTHERS_LEVEL.match(standing.subject):
        return False
    if quantity.unit in _SITTINGS and _GOVERNS.search(standing.subject):
        return False
    if quantity.unit in _RATINGS and not left.comparators:
        return False
    if quantity.bare_magnitude and not left.comparators - {"equal"}:
        return False
    if item.number_first and enumerates(quantity.value, passage.slice(left.core)):
        return False
    match quantity.dimension:
        case "none":
            named = left.core[1] - left.core[0] >= 2 or standing.in_list
            return bool(left.comparators) and named
        case "rank":
            return (
                RANKED.search(passage.before(quantity.span[0], standing.clause.span[0])) is not None
            )
        case "time":
            return _time_promises(passage, item)
    if item.number_first:
        return _counted_noun_promises(passage, item, standing, sentence)
    if left.compared or quantity.limit or standing.verb or standing.dated or standing.one_year:
        return True
    if standing.improves:
        return True
    if standing.ordered and quantity.dimension == "count":
        # 推进光网协同,光网端口5万个: a count that ends its clause, in a sentence of things to do.
        ended = passage.text[quantity.span[1] : quantity.span[1] + 1] in ("", "，", "、", "。", ";")
        return ended and left.core[1] - left.core[0] >= _SHORTEST_COUNTED
    if _ACTS_INSIDE.search(passage.slice(left.core)) or _FOR_SO_MANY.match(standing.subject):
        return True
    if quantity.unit == "%" and quantity.value == 100 and _RATE.search(standing.subject):
        return True
    said_before = passage.slice((item.span[0], left.core[0]))
    if words.AIM.search(said_before) or _ACHIEVES.search(said_before):
        return True
    small = quantity.chinese and quantity.value < 10 and quantity.unit[:1] not in ("万", "亿")
    return standing.in_list and left.core[1] - left.core[0] >= 2 and not small


def _conditions(passage: FoldedPassage, clause: Clause) -> bool:
    """对产值首次突破1亿元的企业,按1%给予奖励: the clause says who is paid."""
    start, end = clause.span
    if not words.CONDITION.match(passage.text, start, end):
        return False
    said = passage.slice(clause.span)
    if words.CONDITION_END.search(said):
        said += re.split("[。;]", passage.text[end : end + _CONDITION_REACH])[0]
    return words.SUBSIDY.search(said) is not None


def _states_a_fact(item: Item, subject: str) -> bool:
    """项目总投资83亿元, 设计年送电量400亿千瓦时: the size of a project, not an aim."""
    aimed = item.left.verb or item.left.comparators - {"equal", "about"}
    return not aimed and words.PROJECT_FACT.match(subject) is not None


def _time_promises(passage: FoldedPassage, item: Item) -> bool:
    """审批缩短至3天以内, 时延不超过20毫秒; hours that only name a service are none."""
    limit = item.quantity.limit
    bounded = bool(item.left.comparators - {"equal", "above", "at_least"}) or (
        limit in ("以内", "之内", "以下") or limit.startswith("内")
    )
    named = bool(item.left.comparators) and item.left.core[1] > item.left.core[0]
    return bounded or named or item.left.growth or draws_circle(passage, item)


def _counted_noun_promises(
    passage: FoldedPassage, item: Item, standing: Standing, sentence: str
) -> bool:
    quantity, left = item.quantity, item.left
    limited = quantity.limit != ""
    compared = bool(left.comparators - {"equal"})
    if words.LISTED_NOUN.search(standing.subject) and not limited and not left.comparators:
        return False
    if words.OWNERS_OF_DATA.search(standing.subject) and quantity.unit[-1:] in _HEADS:
        return False
    if words.STRUCTURE_TAIL.search(sentence) and quantity.value <= 12 and not limited:
        return False
    if quantity.dimension == "share":
        goes_on = standing.in_list and left.core[0] == left.core[1]
        return limited or compared or goes_on or _DOES.search(standing.subject) is not None
    if quantity.chinese and quantity.value < 10 and not left.verb:
        return False
    if left.verb or left.verb_at_end or compared:
        return True
    core = passage.slice(left.core)
    if not core and standing.in_list and standing.verb:
        return True  # 推动500家企业贯标、300家企业改造
    if core.endswith("等"):
        return False
    if words.CIRCUMSTANCE.match(core) or words.CIRCUMSTANCE.match(sentence):
        # 在5个以上行业开展应用; without the limit it only says where (在20个县试点).
        # ... nor is 对600家以上企业实施改造 only about whom.
        treated = passage.text[standing.clause.span[0]] == "对"
        said = passage.slice((quantity.span[1], standing.clause.span[1]))
        reached = core.endswith("在") or treated
        return reached and limited and _DOES.search(said) is not None
    return standing.dated or standing.verb != "" or limited

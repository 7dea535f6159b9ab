"""Reading one clause: which figure belongs to which subject, and how it is compared.

Two shapes carry nearly all targets: the noun first (智能工厂10家以上, 增加值突破900亿元) and the
number first (建设50个智慧农场). Lists share what they do not repeat: a verb, a subject, a figure.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from shucheng.plan.compiler.document import Span
from shucheng.plan.compiler.language.comparators import COMPARATORS
from shucheng.plan.compiler.language.patterns import alternation
from shucheng.plan.compiler.targets import words
from shucheng.plan.compiler.targets.changes import changes_after
from shucheng.plan.compiler.targets.folded_passage import FoldedPassage
from shucheng.plan.compiler.targets.modifiers import (
    is_bare_size,
    names_a_class,
    names_a_size,
    share_deed,
    share_noun,
    without_inner_sizes,
)
from shucheng.plan.compiler.targets.quantities import Quantity
from shucheng.plan.compiler.targets.subjects import share_tail, subjects_of
from shucheng.plan.compiler.targets.surroundings import Left, left_of, noun_after

_BETWEEN_FIGURES: Final = re.compile(r"(?:[、/]|以及|和|及|与|到|至)+")
_COMPARING: Final = re.compile("|".join((*COMPARATORS.values(), "分别|力争|均|累计|各")))
# 由2023年的31%提高到45%: where the figure stood before.
_BASE: Final = re.compile(
    r"[由从](?:20\d\d年(?:底|末)?|目前|现在|现有|当前|“?十.五”?末|上年|期初)?的?(?:不足|约|近)?$"
)
_ENDS_LISTING: Final = re.compile(r"等(?:多个)?$")
# 推动2500家中小企业|完成改造: what is counted is who does it.
_ACTOR: Final = re.compile(
    "(.{0,24}?"
    + alternation(
        """企业 机构 单位 学校 医院 用户 家庭 农户 农民 居民 人员 主体 商户 园区 景区 社区 行政村 村
        产业链 集群 工厂 车间 项目 领域 行业 县(市、区) 县（市、区） 区县 县区 市县
        乡镇 街道 城市"""
    )
    + ")(?:"
    + alternation(
        """基本 全面 率先 成功 实施 实现 完成 开展 接入 应用 使用 上云 上平台 上链 提供 入驻 通过
        达到 参与 进行 加入 开通 纳入 获得 免费 落户 触网 开工 竣工 投产 达产 投用 投运
        落地 推广 “上云"""
    )
    + "|数字化转型$|转型升级$)"
)
# 支持50家企业|建设平台.
_HELPED: Final = re.compile(
    "(.{0,24}?(?:企业|机构|单位|学校|高校|医院|农户|园区|县|镇|乡镇))(?:牵头|联合)?"
    + alternation("建设 打造 创建 搭建 组建 申报 购置 开发 设立")
    + "(?!项目).{2,}"
)
# 形成年产服务器50万台、整机柜1万架的制造能力.
_CAPACITY: Final = re.compile("年产(?P<made>.{4,80})的(?P<what>(?:生产|制造|加工|处理|供应)?能力)$")
# 需求响应能力达到最大负荷的5%: a share of something, said with a verb.
_SHARE_OF: Final = re.compile("(?P<part>.{2,}?)(?P<verb>占|达到?|超过)(?P<whole>.{2,})的$")
# 为|不少于300家企业|提供服务.
_FOR: Final = re.compile("为(?:不少于|不低于|超过|超|至少|约|近)?$")
# 安排2亿元专项资金|支持产业发展: what the money is for.
_USE: Final = re.compile("(?<=资金|基金|经费)(?:支持|扶持|推动|助力|促进|保障|投向|专项用于|重点)")
# 设立总规模50亿元的基金: the measure stands before the number, the thing after it.
_FUND: Final = re.compile(
    r".*?(?P<measure>(?:总|首期)?(?:规模|投资|产值|容量|面积))(?:达|约|为|超)?$"
)


_OF_FUND: Final = re.compile("(?P<thing>.{2,}?)(?:总|首期)?(?:规模|投资)")


@dataclass(frozen=True, slots=True)
class Item:
    """One figure of a clause with what the clause itself says of it."""

    quantity: Quantity
    # As printed; "" where the clause leaves it out.
    subject: str
    span: Span
    left: Left
    number_first: bool
    # Position among the figures of a list (突破3000亿元和900亿元), for a list of years.
    position: int = 0
    listed: int = 1
    # Times up to here count for the figure, though they stand after it.
    until: int = 0


def read_clause(passage: FoldedPassage, span: Span, found: Sequence[Quantity]) -> list[Item]:
    """The figures of a clause, classes and baselines left out."""
    found = without_inner_sizes(passage, found, span[1])
    capacity = _CAPACITY.search(passage.slice(span)) if found else None
    if capacity:
        made = (span[0] + capacity.start("made"), span[0] + capacity.end("made"))
        inside = [quantity for quantity in found if quantity.span[1] <= made[1]]
        return [_as_capacity(item, capacity["what"]) for item in _read(passage, made, inside)]
    return _read(passage, span, found)


def _as_capacity(item: Item, what: str) -> Item:
    """年产|服务器50万台的|生产能力: a 服务器年产能, which is had and not produced."""
    measure = "产能" if what in ("能力", "生产能力") else what
    return replace(item, subject=f"{item.subject}年{measure}", left=replace(item.left, verb="have"))


def _read(passage: FoldedPassage, span: Span, found: Sequence[Quantity]) -> list[Item]:
    items: list[Item] = []
    start, base_from = span[0], None
    groups = _groups(passage, span[0], found)
    for at, group in enumerate(groups):
        first, last, is_last = group[0], group[-1], at + 1 == len(groups)
        stop = span[1] if is_last else groups[at + 1][0].span[0]
        base = _BASE.search(passage.before(first.span[0], start))
        if base and not is_last:
            base_from = max(start, first.span[0] - len(base.string)) + base.start()
            continue
        following = None if is_last else groups[at + 1][0]
        if names_a_class(passage, start, last, stop, following):
            continue
        noun = noun_after(passage, last, stop, is_last=is_last)
        left = left_of(
            passage,
            start,
            first,
            base_from,
            follows=bool(items),
            noun_follows=noun[0] < noun[1],
        )
        base_from = None
        if names_a_size(passage, first, left, noun):
            _drop_sizes_before(items)
            continue
        number_first = _reads_number_first(passage, left, first, noun) or (
            bool(items) and _goes_on(items[-1], left, first, noun)
        )
        if len(group) == 1 and number_first:
            items.append(_number_first(passage, first, left, noun))
            start = max(noun[1], first.span[1])
        else:
            items.extend(_noun_first(passage, group, left))
            start = last.span[1]
    return _with_shared_tails(items)


def _goes_on(before: Item, left: Left, quantity: Quantity, noun: Span) -> bool:
    """发放1亿元算力券、|5000万元模型券: a list goes on as it began."""
    alike = before.number_first and before.quantity.dimension == quantity.dimension
    return alike and left.core[0] == left.core[1] and noun[0] < noun[1]


def _with_shared_tails(items: Sequence[Item]) -> list[Item]:
    """1个市级、9个县级数据中心: from the last backwards, each takes what the next one says."""
    completed = list(items)
    for at in range(len(items) - 2, -1, -1):
        item, following = completed[at], completed[at + 1]
        fund = _OF_FUND.fullmatch(following.subject) if following.number_first else None
        if fund and _FUND.fullmatch(item.subject) and not item.number_first:
            # 设立首期规模1亿元、总规模5亿元的基金
            completed[at] = replace(item, subject=fund["thing"] + item.subject)
        if item.number_first and following.number_first:
            subject = share_tail(item.subject, following.subject)
            subject = share_noun(subject, following.subject)
            if item.quantity.dimension == following.quantity.dimension == "share":
                subject = share_deed(subject, following.subject)
            completed[at] = replace(item, subject=subject)
    return completed


def _drop_sizes_before(items: list[Item]) -> None:
    """推进基本农田61万亩、承包地78万亩“一张图”管理: the first is no more promised than the last."""
    while items and is_bare_size(items[-1].quantity, items[-1].left):
        items.pop()


def _groups(passage: FoldedPassage, start: int, found: Sequence[Quantity]) -> list[list[Quantity]]:
    """Figures that follow one another with nothing but a joiner between: 93%、72%."""
    groups: list[list[Quantity]] = []
    for quantity in found:
        if groups and _joins(passage, start, groups[-1], quantity):
            groups[-1].append(quantity)
        else:
            groups.append([quantity])
    return groups


def _joins(
    passage: FoldedPassage, start: int, group: Sequence[Quantity], quantity: Quantity
) -> bool:
    before = group[-1]
    in_order = "分别" in passage.before(group[0].span[0], start)
    alike = before.dimension == quantity.dimension or in_order
    if quantity.span[0] - before.span[1] > 12 or not alike:
        return False
    if ("百分点" in before.unit) != ("百分点" in quantity.unit):
        return False  # 提高2个百分点、达到66%
    between = passage.slice((before.span[1], quantity.span[0]))
    if in_order:
        between = _COMPARING.sub("", between)
    return _BETWEEN_FIGURES.fullmatch(between) is not None


def _reads_number_first(passage: FoldedPassage, left: Left, quantity: Quantity, noun: Span) -> bool:
    if noun[0] >= noun[1] or quantity.dimension == "none":
        return False
    core = passage.slice(left.core)
    bare = not core or _ENDS_LISTING.search(core) is not None or left.verb_at_end
    if quantity.dimension in ("count", "rank"):
        if passage.before(quantity.span[0]).endswith(("有", "至少突破")):
            return True  # 每个乡镇至少有|1个服务中心
        if words.DOERS.search(core) and words.DONE_BY.match(passage.text, noun[0]):
            return False
        if bare or words.SCOPE.fullmatch(core) or (left.verb and not left.compared):
            return True
        if left.compared:
            return False
        return words.CIRCUMSTANCE.match(core) is not None or not passage.starts_with_verb(noun[0])
    owns = passage.text[quantity.span[1]] == "的"
    if quantity.dimension == "share" and owns:
        return passage.is_scope_only(left.core)
    if owns and _FUND.fullmatch(core):
        return True
    return bare and (left.verb != "" or quantity.dimension == "share" or left.measures_fund)


def _number_first(passage: FoldedPassage, quantity: Quantity, left: Left, noun: Span) -> Item:
    core = passage.slice(left.core)
    # 12颗卫星|2026年|发射入轨: the time ends the noun and dates the figure.
    dated = passage.time_in(noun)
    until = dated[1] if dated else 0
    noun = (noun[0], dated[0]) if dated else noun
    if quantity.dimension == "money" and (use := _USE.search(passage.text, *noun)):
        noun = (noun[0], use.start())
    subject = passage.print(noun)
    verb = passage.verb_in(noun)
    if words.SUPPORTS.search(passage.slice((left.begin, left.core[0]))):
        left = replace(left, verb=left.verb or "build")  # 引导|不少于300家企业
        helped = _HELPED.match(subject) if quantity.dimension == "count" else None
        subject = helped[1] if helped else subject
    # 为 right before the number reads like a comparator.
    given = not core and verb < noun[1] and _FOR.search(passage.before(quantity.span[0]))
    if given or core[:1] in ("为", "向", "给"):
        # 为6000户家庭安装智能门磁: what is counted are the households.
        subject, left = subject[: verb - noun[0]], replace(left, verb="build")
    elif left.verb_at_end and not left.verb:
        left = replace(left, verb="build")  # 培训|500名农技员
    elif quantity.dimension == "count" and (actor := _ACTOR.match(subject)):
        subject = actor[1]
    scope = words.SCOPE.search(core) or words.SCOPE.search(passage.slice(left.before))
    fund = _FUND.fullmatch(core)
    if scope:
        subject = scope[1] + subject
    elif fund and quantity.dimension == "money":
        subject += passage.print(left.core)[fund.start("measure") : fund.end("measure")]
    return Item(quantity, subject, (left.begin, until or noun[1]), left, True, until=until)


def _noun_first(passage: FoldedPassage, group: Sequence[Quantity], left: Left) -> list[Item]:
    listed = passage.words_of(left.core)
    if group[0].dimension == "share" and (share := _SHARE_OF.fullmatch(listed)):
        measure = "比重" if share["verb"] == "占" else "比例"
        listed = f"{share['part']}占{share['whole']}{measure}"
        bound = {"达": "at_least", "达到": "at_least", "超过": "above"}.get(share["verb"])
        left = replace(left, comparators=left.comparators | ({bound} if bound else set()))
    if listed and (scope := words.SCOPE.match(passage.slice(left.before))):
        listed = scope[1] + listed
    if group[0].dimension == "share" and changes_after(passage.text, group[-1].span[1]):
        left = replace(left, growth=True)
    spread = left.spread and len(group) == 1
    if listed and (spread or len(group) > 1):
        subjects = subjects_of(listed, len(group), spread=spread)
    else:
        subjects = [listed] * len(group)
    quantities = list(group) * len(subjects) if spread else list(group)
    span = (left.begin, group[-1].span[1])
    return [
        Item(quantity, subject, span, left, False, position, len(group))
        for position, (quantity, subject) in enumerate(zip(quantities, subjects, strict=True))
    ]

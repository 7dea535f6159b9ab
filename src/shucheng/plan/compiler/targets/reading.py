"""Reading one clause: which figure belongs to which subject, and how it is compared.

Two shapes carry nearly all targets: the noun first (智能工厂10家以上, 增加值突破900亿元) and the
number first (建设50个智慧农场). Lists share what they do not repeat: a verb, a subject, a figure.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from shucheng.plan.compiler.document import Span
from shucheng.plan.compiler.targets.quantities import Quantity
from shucheng.plan.compiler.targets.sides import Left, Page, left_of, noun_after
from shucheng.plan.compiler.targets.subjects import split_list, subjects_of
from shucheng.plan.compiler.targets.words import CIRCUMSTANCE, CLASS_NOUN, SCOPE

_BETWEEN_FIGURES: Final = re.compile(r"(?:[、/]|以及|和|及|与|到|至)+")
_BASE: Final = re.compile(
    r"[由从](?:20\d\d年(?:底|末)?|目前|现在|现有|当前|“?十.五”?末|上年|期初)?的?(?:不足|约|近)?$"
)
_ENDS_LISTING: Final = re.compile(r"等(?:多个)?$")
# 推动2500家中小企业|完成改造: what is counted is who does it.
_ACTOR: Final = re.compile(
    r"(.{0,24}?(?:企业|机构|单位|学校|医院|用户|家庭|农户|农民|居民|人员|主体|商户|园区|景区|社区|行政村|村|产业链|集群|工厂|车间|项目))"
    r"(?:基本|全面|率先|成功|实施|实现|完成|开展|接入|应用|使用|上云|上平台|提供|上链|入驻|通过|达到|参与|进行|加入|开通|纳入|获得|免费|落户|完成|数字化转型$|转型升级$|触网)"
)
_FUND: Final = re.compile(r"(?P<thing>.*?)(?P<measure>(?:总|首期)?(?:规模|投资|产值|容量|面积))(?:达|约|为|超)?$")


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


def read_clause(page: Page, span: Span, found: Sequence[Quantity]) -> list[Item]:
    """The figures of a clause, classes and baselines left out."""
    items: list[Item] = []
    start = span[0]
    groups = _group(page, span[0], found)
    base_from: int | None = None
    for at, group in enumerate(groups):
        first, last = group[0], group[-1]
        stop = groups[at + 1][0].span[0] if at + 1 < len(groups) else span[1]
        before = page.text[start : first.span[0]]
        base = _BASE.search(before)
        if base and at + 1 < len(groups):
            # 由2023年的31%提高到45%: the first figure is where it stood.
            base_from = start + base.start()
            continue
        counted = at + 1 < len(groups) and groups[at + 1][0].dimension == "count"
        if len(group) == 1 and _is_class(page, start, first, stop, counted=counted):
            continue
        left = left_of(page, start, first, base_from, follows=bool(items))
        base_from = None
        noun = noun_after(page, last, stop, is_last=at + 1 == len(groups))
        if len(group) == 1 and _reads_number_first(page, left, first, noun):
            items.append(_number_first(page, first, left, noun))
            start = max(noun[1], first.span[1])
        else:
            items.extend(_noun_first(page, group, left))
            start = last.span[1]
    return items


def _group(page: Page, start: int, found: Sequence[Quantity]) -> list[list[Quantity]]:
    """Figures that follow one another with nothing but a joiner between: 93%、72%."""
    groups: list[list[Quantity]] = []
    for quantity in found:
        if groups:
            before = groups[-1][-1]
            between = page.text[before.span[1] : quantity.span[0]]
            if "分别" in page.text[start : groups[-1][0].span[0]]:
                between = re.sub(page.comparator_words, "", between)
            alike = before.dimension == quantity.dimension and (
                ("百分点" in before.unit) == ("百分点" in quantity.unit)
            )
            if alike and _BETWEEN_FIGURES.fullmatch(between):
                groups[-1].append(quantity)
                continue
        groups.append([quantity])
    return groups


def _is_class(
    page: Page, start: int, quantity: Quantity, stop: int, *, counted: bool
) -> bool:
    """营业收入10亿元以上企业, 亿元以上项目, 超百亿的企业: a size that names a kind of thing."""
    after = page.text[quantity.span[1] : stop]
    before = page.text[start : quantity.span[0]]
    if quantity.bare_magnitude and not re.search(f"(?:{page.above_or_about})$", before):
        return True
    sized = quantity.dimension in ("money", "amount", "time", "none") or (
        quantity.unit in ("人", "名", "户") and quantity.limit in ("以上", "及以上", "以下")
    )
    if quantity.dimension == "time" and re.match(r"(?:自助|热线|服务|生活圈|便民|不打烊|在线|值守|应急|通勤|充电圈|健身圈)", after):
        return True
    joined = re.search(r"[、，]|[和及与并]", after) is None
    if not sized or not after:
        return False
    if counted and after == "的":
        return True  # 总投资1200亿元的150个项目
    if counted and joined and quantity.limit in ("以上", "及以上", "以下", "及以下"):
        return True
    if not CLASS_NOUN.match(after):
        return False
    if quantity.limit in ("以上", "及以上", "或以上", "以下", "及以下") or after.startswith("的"):
        return not re.match(r"的?(?:产业|投资|集群)$", after)
    # 营业收入超10亿元软件企业8家
    return counted and joined and re.search(f"(?:{page.above_or_about}|[不低高少多]于)$", before) is not None


def _reads_number_first(page: Page, left: Left, quantity: Quantity, noun: Span) -> bool:
    if noun[0] >= noun[1] or quantity.dimension == "none":
        return False
    core = page.text[left.core[0] : left.core[1]]
    bare = not core or _ENDS_LISTING.search(core) is not None or left.verb_at_end
    if quantity.dimension in ("count", "rank"):
        if bare or SCOPE.fullmatch(core) or (left.verb and not left.compared):
            return True
        if left.compared:
            return False
        return CIRCUMSTANCE.match(core) is not None or not page.starts_with_verb(noun[0])
    if quantity.dimension == "share" and page.text[quantity.span[1]] == "的":
        return page.is_scope_only(left.core)
    return bare and (left.verb != "" or quantity.dimension == "share" or left.fund is not None) or (
        _FUND.fullmatch(core) is not None and page.text[quantity.span[1]] == "的"
    )


def _number_first(page: Page, quantity: Quantity, left: Left, noun: Span) -> Item:
    core = page.text[left.core[0] : left.core[1]]
    subject = page.print(noun)
    if core[:1] in ("为", "向", "给"):
        # 为6000户家庭安装智能门磁: what is counted are the households.
        subject, left = subject[: page.verb_in(noun) - noun[0]], replace(left, verb="build")
    elif quantity.dimension == "count" and (actor := _ACTOR.match(subject)):
        subject = actor[1]
    scope = SCOPE.search(core) or SCOPE.search(page.text[left.before[0] : left.before[1]])
    fund = _FUND.fullmatch(core)
    if scope:
        subject = scope[1] + subject
    elif fund and quantity.dimension == "money":
        subject = subject + page.print(left.core)[fund.start("measure") :]
    return Item(quantity, subject, (left.begin, noun[1]), left, number_first=True)


def _noun_first(page: Page, group: Sequence[Quantity], left: Left) -> list[Item]:
    listed = page.print(left.core)
    before = page.text[left.before[0] : left.before[1]]
    if listed and (scope := SCOPE.match(before)):
        listed = scope[1] + listed
    begin = left.begin
    spread = left.spread and len(group) == 1
    several = spread or len(group) > 1
    subjects = subjects_of(listed, len(group), spread=spread) if several and listed else []
    if not several:
        subjects = [listed]
    elif not listed:
        subjects = [""] * len(group)
    end = group[-1].span[1]
    quantities = list(group) * len(subjects) if spread else list(group)
    return [
        Item(quantity, subject, (begin, end), left, False, position, len(group))
        for position, (quantity, subject) in enumerate(zip(quantities, subjects, strict=True))
    ]


def enumerates(item: Item, core: str) -> bool:
    """电子信息、光伏制造2个优势产业: the number only counts the names in front of it."""
    if not item.number_first or _ENDS_LISTING.search(core) or "、" not in core:
        return False
    members = len(split_list(core))
    return item.quantity.value in (members, core.count("、") + 1) or item.quantity.value <= 4

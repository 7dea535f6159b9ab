"""Numbers that are part of what they stand beside, and measure nothing by themselves."""

import re
from collections.abc import Sequence
from typing import Final

from shucheng.plan.compiler.document import Span
from shucheng.plan.compiler.language.comparators import COMPARATORS, LIMIT
from shucheng.plan.compiler.language.patterns import alternation
from shucheng.plan.compiler.language.units import UNIT
from shucheng.plan.compiler.targets import words
from shucheng.plan.compiler.targets.folded_passage import FoldedPassage
from shucheng.plan.compiler.targets.quantities import Quantity
from shucheng.plan.compiler.targets.subjects import split_list
from shucheng.plan.compiler.targets.surroundings import Left

_SIZED: Final = re.compile(
    f"(?:{COMPARATORS['above']}|{COMPARATORS['about']}|过|上|达到|达|[低少]于)$"
)
# 24小时自助服务, 15分钟生活圈: hours and minutes that name a service.
_SERVICE_HOURS: Final = re.compile(
    alternation("自助 热线 服务 生活圈 便民 不打烊 在线 值守 应急 通勤 充电圈 健身圈")
)
# 10公里物流圈, 按每万人3个的标准, 占地500亩的园区, 年产50万台项目.
_REACH_OF_CIRCLE: Final = re.compile("[一-鿿]{1,4}圈")
_BY_RULE: Final = re.compile("的(?:标准|比例|要求|原则)")
_PROJECT_SIZE: Final = re.compile("(?:占地|总投资|投资|年产|面积|用地|产能)(?:约|近|达|超|超过)?$")
# 装机500万千瓦: the noun before the number is what is measured.
_MEASURE_END: Final = re.compile("[率量数额值积度力能]$|规模|装机|里程|算力|农田|造林|改良|机组")
_FREQUENCIES: Final = frozenset({"MHz", "GHz"})
# 10毫秒以内|低时延业务: what needs it, not what is reached.
_SERVED: Final = re.compile("的?[一-鿿]{0,5}?(?:业务|场景|应用|需求)")
# 12米以上|渔船安装率: the figure after the noun is the one that measures it.
_MEASURED: Final = re.compile(rf"的?(?!{words.GROWTH})[一-鿿A-Za-z0-9]{{2,}}(?:率|比例|占比|比重)")
# 3家以上|年营收超|10亿元|的企业: the measure of a size that belongs to what is counted.
_COMPARED_SIZE: Final = "(?:(?:" + "|".join(COMPARATORS.values()) + ")|过|上|在)*"
_INNER_MEASURE: Final = re.compile(
    "(?P<measure>(?!、)(?P<who>[一-鿿]{0,8}?"
    + alternation("企业 公司 园区 开发区 集群 产业链 基地 平台 县 镇 村 品牌 产品")
    + ")?[一-鿿]{0,8}"
    + alternation(
        """人口 年薪 收入 营收 产值 增加值 投资 额 规模 面积 容量 产量 产能 能力 算力 装机 资本 估值
        市值 税收 利润 纳税 人数 用户数 数量 参数 参数量 强度 率 占比 里程 用量 流量 储量 体量 密度
        年限 用户"""
    )
    + f")?(?P<compared>{_COMPARED_SIZE})"
)
_NOUN_OF_SIZE: Final = re.compile(
    "(?P<of>的)?(?:大型|重大)?(?!的|(?:目标|水平|大关|规模|要求|标准|比例)(?:$|[，、。;]))[一-鿿A-Za-z“]{2}"
)
_AND_MORE: Final = re.compile("、|和|及|以及|与")
# 建立|5000人以上|的人才库: the size of what people form together is what is promised.
_FORMED: Final = re.compile(
    alternation("建立 组建 组成 建设 打造 建成 建好 形成 培育 培养 构建 壮大 充实 汇聚 集聚 招募")
    + f"(?:一[支个])?{_COMPARED_SIZE}$"
)
# 建成覆盖|100万人|的平台: whom a thing is for.
_HOLDS: Final = re.compile("(?:覆盖|容纳|承载|辐射|支撑)$")
_HOLDER: Final = re.compile("的(?!.*(?:家庭|农户|居民|用户|群众|人口|学生|企业)$)")
_COLLECTIVE: Final = re.compile("(?:规模)?的[^，、]{0,12}(?:库|队伍|队|团队|军|梯队)$")
_MANY: Final = re.compile(
    alternation("企业 单位 机构 学校 医院 农户 村 乡镇 园区 商户 工厂 项目 事项 场所 县 社区") + "$"
)
_DEED_OF_MANY: Final = re.compile(
    f".*?{_MANY.pattern[:-1]}(?P<deed>(?:基本|全面)?"
    + alternation("实现 完成 达到 开展 实施 建立 应用 接入 上云 纳入 通过 具备 建成")
    + ".{2,}|上云)"
)
_SIZED_NOUN: Final = re.compile(
    rf".*?[\d百千万亿](?:{UNIT})?(?:{LIMIT})?(?P<noun>(?:的|(?=[一-鿿“])(?!以|[百千万亿]|{UNIT})).{{2,}})?"
)
_BOUNDED: Final = frozenset({"以上", "及以上", "或以上", "以下", "及以下", "或以下"})


def without_inner_sizes(
    passage: FoldedPassage, found: Sequence[Quantity], end: int
) -> list[Quantity]:
    """The figures that stand by themselves: 3家|年营收超10亿元的企业 has one, up to `end`."""
    inner = [False] * (len(found) + 2)
    for at in range(len(found) - 1, 0, -1):
        stop = found[at + 1].span[0] if at + 1 < len(found) else end
        after = passage.slice((found[at].span[1], stop))
        goes_on = inner[at + 2] and _AND_MORE.fullmatch(after) is not None
        inner[at] = _sizes_what_is_counted(passage, found[at - 1], found[at], after, goes_on)
    return [quantity for at, quantity in enumerate(found) if not inner[at]]


def _sizes_what_is_counted(
    passage: FoldedPassage, counted: Quantity, size: Quantity, after: str, goes_on: bool
) -> bool:
    """`goes_on`: the noun stands behind the next size of its kind (…10亿元、20家…超亿元的企业)."""
    said = _INNER_MEASURE.fullmatch(passage.slice((counted.span[1], size.span[0])))
    if counted.dimension != "count" or said is None:
        return False
    if size.dimension == "count" and not (said["measure"] and said["compared"]):
        return False
    noun = _NOUN_OF_SIZE.match(after)
    money = size.dimension == "money" and not counted.bare_magnitude
    if noun is None and said["who"] and said["compared"] and money:
        return after == "" or goes_on  # 推动5家企业营收突破100亿元
    if noun is None:
        return goes_on
    bounded = size.limit in _BOUNDED or size.bare_magnitude or said["compared"] != ""
    return noun["of"] is not None or bounded


def share_noun(subject: str, following: str) -> str:
    """年营收超10亿元、20家年营收超亿元|的企业: both sizes are of one noun."""
    size, sized = _SIZED_NOUN.fullmatch(subject), _SIZED_NOUN.fullmatch(following)
    if size is None or sized is None or size["noun"] or not sized["noun"]:
        return subject
    return subject + sized["noun"]


def share_deed(subject: str, following: str) -> str:
    """70%的规上企业、50%的中小企业|实现上云: both do it."""
    deed = _DEED_OF_MANY.fullmatch(following)
    return subject + deed["deed"] if deed and _MANY.search(subject) else subject


def names_a_class(
    passage: FoldedPassage, start: int, quantity: Quantity, stop: int, follows: Quantity | None
) -> bool:
    """营业收入10亿元以上企业, 亿元以上项目, 超百亿的企业: a size that names a kind of thing.

    `follows` is the figure that comes next, at `stop`, in the same clause: the size may belong
    to what it measures.
    """
    after = passage.slice((quantity.span[1], stop))
    before = passage.before(quantity.span[0], start)
    if quantity.bare_magnitude and not _SIZED.search(before):
        return True
    compared = before[-1:] not in tuple("、和及与") and passage.compares_before(quantity.span[0])
    if quantity.dimension == "time" and _names_a_service(after, quantity, compared, follows):
        return True
    if quantity.unit in _FREQUENCIES and re.match("[一-鿿]{2}", after):
        return True
    if _BY_RULE.match(after) or (quantity.dimension == "amount" and _REACH_OF_CIRCLE.match(after)):
        return True
    if _PROJECT_SIZE.search(before) and re.match("的|[一-鿿]{1,8}项目", after):
        return True
    if quantity.unit == "岁" and not compared:
        return True  # 70岁以上老人
    bounded = quantity.limit in _BOUNDED
    counted = follows is not None and follows.dimension == "count"
    if counted and not after and quantity.dimension == "money":
        return True  # 其中5亿元以上|20个
    if quantity.dimension == "count" and _HOLDER.match(after) and _HOLDS.search(before):
        return True
    if follows is None and _COLLECTIVE.match(after) and _FORMED.search(before):
        return False
    headcount = quantity.unit in ("人", "名", "户") and bounded
    if not after or not (headcount or quantity.dimension in ("money", "amount", "time", "none")):
        return False
    joined = re.search("[、，和及与并]", after) is None
    if follows and bounded and joined and not compared and _MEASURED.match(after):
        return True  # 12米以上渔船终端安装率100%
    if counted and (after == "的" or (joined and bounded)):
        return True  # 总投资1200亿元的150个项目, 投资5亿元以上项目20个
    if not words.CLASS_NOUN.match(after):
        return False
    if bounded or after.startswith("的"):
        return re.match("的?(?:产业|投资|集群)$", after) is None
    named = quantity.chinese and quantity.dimension == "money" and not compared
    return counted and joined and (named or _SIZED.search(before) is not None)


def _names_a_service(
    after: str, quantity: Quantity, compared: bool, follows: Quantity | None
) -> bool:
    """24小时自助服务, 面向10毫秒以内低时延业务, 30分钟内处置率."""
    if _SERVICE_HOURS.match(after) or (not compared and _SERVED.match(after)):
        return True
    return not compared and follows is not None and re.match("之?内[一-鿿]{2}", after) is not None


def enumerates(value: float, core: str) -> bool:
    """电子信息、光伏制造2个优势产业: the number only counts the names in front of it."""
    if "、" not in core or core.endswith(("等", "等多个")):
        return False
    return value <= 4 or value in (len(split_list(core)), core.count("、") + 1)


def is_bare_size(quantity: Quantity, left: Left) -> bool:
    """An amount that nothing compares, and that no noun of measure stands before."""
    bare = quantity.dimension == "amount" and not quantity.limit and quantity.value_max is None
    return bare and not left.compared and not left.accumulates


def names_a_size(passage: FoldedPassage, quantity: Quantity, left: Left, noun: Span) -> bool:
    """推进东山60万千瓦抽水蓄能电站: a named project with its size, and what it is."""
    start, end = left.core
    if not is_bare_size(quantity, left) or end - start < 2 or noun[1] - noun[0] < 2:
        return False
    core = passage.slice(left.core)
    if _MEASURE_END.search(core) or words.CIRCUMSTANCE.match(core):
        return False
    return passage.text[quantity.span[1]] != "的" and not passage.starts_with_verb(noun[0])

"""Whose rate it is, where a list names the owner once: 重点企业…普及率, 关键工序数控化率."""

import re
from typing import Final, NamedTuple

from shucheng.plan.compiler.language.patterns import alternation

_SCOPE: Final = "(?:全市|全省|全县|全区|我市|我省)?"


class _Kind(NamedTuple):
    """Owners of one kind, and the measures that are missing their owner where they stand alone."""

    # Matches at the start of a subject that names its owner.
    owner: re.Pattern[str]
    owned: re.Pattern[str]
    # Says that a subject names an owner of this kind itself.
    own_word: str


_KINDS: Final = (
    _Kind(
        # 重点工业企业数字化研发设计工具普及率, 链上企业订单交付周期.
        re.compile(
            f"^{_SCOPE}"
            "(?:规模以上|规上|重点|行业|大型|大中型|中小微|中小|骨干|龙头|链上|试点|改造|参改|示范)*"
            r"(?:工业|制造业|制造|服务业|农业|建筑业|外贸|民营|流通)*企业(?=.{3,})"
        ),
        re.compile(
            alternation(
                """数字化研发设计工具 关键工序 经营管理数字化 生产设备 关键业务 设备联网 设备数字化
                装备数控化 数字化生产设备 工业设备 研发设计 运营成本 产品研制周期 产品不良
                能源利用 核心业务 业务系统 上云 用云 数控化 数字化设备 数字化转型比例 工业软件
                工业互联网平台应用 生产效率 全员劳动 库存周转 订单交付 交付周期 人均产值 综合能耗
                研发投入强度 设备利用率 设备综合效率 生产成本 研发周期 产品交付"""
            )
        ),
        "企业",
    ),
    _Kind(
        # 政务服务事项网上可办率, 全程网办率.
        re.compile(f"^{_SCOPE}(?:依申请)?(?:政务|公共)?服务事项(?=.{{3,}})"),
        re.compile(
            alternation(
                """全程网办 网上可办 全程网上 一网通办 最多跑一次 掌上可办 掌上办 零跑动 即办 一次办
                承诺办理 按时办结 跨省通办 平均跑动 平均办理"""
            )
        ),
        "事项",
    ),
)
# An owner of any kind, behind which a list of changes goes on: 骨干企业成本下降10%、效率提升20%.
_ANY_OWNER: Final = re.compile(
    "^[一-鿿]{0,10}?"
    + alternation("企业 车间 工厂 机构 医院 园区 农户 农场 果园 养殖场 商户 项目")
    + "(?:亩均|户均|人均|平均)?(?=.{2,})"
)
_CHANGED: Final = re.compile(
    "[一-鿿]{0,8}"
    + alternation("率 效率 成本 周期 时间 时长 能耗 产能 产值 强度 用量 用工 收入 水平 能力")
    + "$"
)
_OF_OTHERS: Final = re.compile(
    "企业|产业|行业|农业|工业|全市|全省|全县|单位|地区|社会|居民|农村|城"
)


def owner_of_rate(subject: str, previous: str) -> str:
    """The owner that `subject` owes to `previous`, the measure before it in the sentence."""
    for kind in _KINDS:
        owner = kind.owner.match(previous)
        if owner and kind.owned.match(subject) and kind.own_word not in subject:
            return owner[0]
    return ""


def owner_of_change(subject: str, previous: str) -> str:
    """... where both are changes joined by a 、: 链上企业交付周期缩短15%、库存周转率提高20%."""
    owner = _ANY_OWNER.match(previous)
    own = _CHANGED.fullmatch(subject) is None or _OF_OTHERS.search(subject)
    return "" if own or owner is None or not _CHANGED.search(previous) else owner[0]

"""What a sentence says once and the figures after it lean on: what grows, what is made."""

import re
from dataclasses import dataclass, replace
from typing import Final

from shucheng.plan.compiler.language.patterns import alternation
from shucheng.plan.compiler.targets import words

# 交易规模持续扩大,|突破5亿元: what grows is what the figure measures.
_GROWS: Final = re.compile(
    "(?P<thing>.{2,24}?)(?:实现|得到|取得)?"
    + alternation("不断 持续 稳步 显著 明显 大幅 快速 加快 进一步 逐年 全面")
    + "*"
    + alternation(
        """倍增 翻番 提升 扩大 壮大 增强 增长 提高 优化 攀升 跃升 上升 下降 降低 缩短 增加 拓展"""
    )
)
# 常态化开展攻防演练,|每年不少于2次: what happens so many times.
_HAPPENS: Final = re.compile(
    ".*" + alternation("开展 举办 组织 召开 举行 进行") + "(?P<thing>[^、]{2,16})"
)
_TIMES: Final = frozenset({"次", "场", "场次", "期", "轮", "届", "批次"})
# Things that have no parts of their own.
_ABSTRACT_END: Final = "(?:模式|机制|体系|能力|水平|环境|生态|格局|制度|工作|行动|任务|优势|品牌)"
# 建设数据产业园,|入园企业突破60家: what is made, spread or run has parts and rates of its own.
_MAKES: Final = re.compile(
    ".*"
    + alternation(
        """建设 打造 升级 建成 改造 组建 搭建 新建 做强 做大 培育 推广 推行 开发 上线 开通 运营
        开展 完善 办好 参加 建好 用好 壮大 发展""",
        unless_before={"开发": "区", "发展": "水平", "推广": "中心", "建设": "工程 项目"},
    )
    + f"(?P<thing>(?:(?![、等和与及])[^，]){{3,20}})(?<!{_ABSTRACT_END})"
)
_BARE_RATE: Final = re.compile(
    "(?:总|整体|综合)?"
    + alternation("覆盖 利用 使用 普及 应用 渗透 达标 合格 完好 在线 联网 入住 开通 安装 替代 完成")
    + "率"
)
# 签约项目30个,|开工率70%: how far those projects have come.
_PROJECT_RATE: Final = re.compile(
    alternation("签约 落地 开工 竣工 投产 达产 履约 到位 资金到位") + "{1,2}率"
)
_PROJECTS: Final = re.compile(f"(?P<thing>.*项目)(?:{_PROJECT_RATE.pattern})?")
_DEED: Final = re.compile(
    ".{2,}" + alternation("改造 诊断 安装 应用 试点 转型 登记 备案 培训 升级 贯标 建档 对接 评估")
)
# 加快通感基站布局,|建成3000座以上: what is made, by the noun of the deed.
_FURTHERS: Final = re.compile(
    ".*"
    + alternation("加快 推进 推动 加强 深化 加大 统筹 优化")
    + "(?:.*等)?"
    + "(?P<thing>(?:(?![、等和与及的])[^，]){3,20}?)(?:规模)?"
    + alternation("布局 建设 部署 改造 应用 推广 研发 培育 铺设 开发 研制 攻关")
)
# Words that say nothing without the thing they belong to: 平均上架率, 入园企业, 本地配套率.
_RELATIVE: Final = re.compile(
    alternation(
        """平均 亩均 户均 日均 月均 入园 入驻 在园 在孵 园区企业 本地配套 本地化 国产化率
        国产化替代率 自主化率 上架率 年产值 年交易额 年营收 年营业收入 绿电使用 基准站 注册用户
        注册商户 注册企业 注册会员 注册司机 活跃用户 日活 月活 入库企业 入网 接入 累计接入
        连接数 授信户数 新增授信 累计授信 累计放款 授信金额 实时定位 定位精度 上图率 参赛 参展
        观展 单箱 调用量 访问量 下载量 机架利用率 首期 总算力"""
    )
    + f"|{_BARE_RATE.pattern}$"
)
# 服务器产业|产值, 数据中心|平均上架率: the thing that was measured, without its measure.
_MEASURED: Final = re.compile(
    "(?P<thing>.{2,}?)(?:"
    + alternation("平均 亩均 户均 入园 入驻 本地配套 注册用户 注册企业 注册商户")
    + ".*|总?(?:营业收入|产值|增加值|面积|规模|数量)$)"
)
# Places and systems that others enter: 产业园|入驻企业, 服务平台|注册用户.
_ENTERED: Final = re.compile(
    "(?P<thing>.{2,}"
    + alternation("园 园区 基地 平台 集聚区 示范区 数据空间 中心 楼宇 孵化器 加速器 系统")
    + ")"
)
# 产业园…,|产值突破100亿元: what such a place yields.
_YIELD: Final = re.compile("总?(?:产值|营业收入|营收|税收|产出)")
# A short form of what was named in full before it: (市融资信用服务)平台|注册市场主体.
_SHORT_FORM: Final = re.compile(
    alternation("平台 系统 园区 产业园 枢纽 示范区 试验区 数据空间 基地")
    + "(?="
    + alternation(
        """注册 接入 用户 服务企业 服务商户 产值 入驻 年营 年产值 年交易 营业收入 企业数 累计 日均
        月均 交易 访问 调用 机架 上架"""
    )
    + ")"
)
_NAME_CHARS: Final = "[一-鿿A-Za-z0-9“”+]"
_NO_PART_OF_NAME: Final = re.compile(
    f"^.*(?:{words.BUILD}|{words.HAVE}|"
    + alternation(
        """做优 做精 做好 支持 鼓励 推动 推进 完善 升级 依托 利用 用好 以 由 在 对 的 和 与 并 将 到
        至 年"""
    )
    + ")"
)


@dataclass(frozen=True, slots=True)
class Said:
    """What the clauses before a figure say, by what the figure may lean on."""

    grows: str = ""
    happens: str = ""
    made: str = ""
    furthered: str = ""
    # What was made before the last figure of the sentence.
    made_before: str = ""

    def then(self, clause: str, *, has_figures: bool) -> "Said":
        """What is left to lean on after the next clause of the sentence."""
        if has_figures:
            return Said(made_before=self.made or self.made_before)
        said = Said(*(_thing(pattern, clause) for pattern in (_GROWS, _HAPPENS, _MAKES)))
        furthered = _thing(_FURTHERS, clause)
        made = said.made or self.made
        return replace(said, made=made, made_before=self.made_before, furthered=furthered)

    def measured_by(self, unit: str, verb: str) -> str:
        """What a figure without a subject measures right after this clause."""
        if verb == "build" and self.furthered:
            return self.furthered
        return self.grows or (self.happens if unit in _TIMES else "")

    def owner_of(self, subject: str, previous: str) -> str:
        """What a subject that cannot stand alone belongs to: something made, or `previous`."""
        if _YIELD.fullmatch(subject):
            return _thing(_ENTERED, self.made) or _thing(_ENTERED, self.made_before)
        if _PROJECT_RATE.fullmatch(subject):
            return _thing(_PROJECTS, previous)
        if not _RELATIVE.match(subject):
            return ""
        if _BARE_RATE.fullmatch(subject) and _DEED.fullmatch(previous):
            return previous  # 推动150家企业数字化改造,|覆盖率提高到90%
        measured = _thing(_MEASURED, previous)
        return (
            self.made
            or self.furthered
            or measured
            or _thing(_ENTERED, previous)
            or self.made_before
        )


def in_full(subject: str, heard: str) -> str:
    """平台注册用户 with the name that `heard`, the words before it, gave the platform in full."""
    short = _SHORT_FORM.match(subject)
    if short is None:
        return subject
    named = re.findall(f"({_NAME_CHARS}{{2,16}}){short[0]}", heard)
    name = _NO_PART_OF_NAME.sub("", named[-1]) if named else ""
    whole = len(name) >= 2 and name.count("“") == name.count("”") and "个" not in name
    return name + subject if whole else subject


def _thing(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.fullmatch(text)
    return match["thing"] if match else ""

"""What a clause without a figure leaves for the figure after it to lean on."""

import re
from dataclasses import dataclass
from typing import Final

from shucheng.plan.compiler.language.patterns import alternation

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
# 建设数据产业园,|入园企业突破60家: what is made has parts and rates of its own.
_MAKES: Final = re.compile(
    ".*"
    + alternation("建设 打造 升级 建成 改造 组建 搭建 新建 做强 做大 培育")
    + "(?P<thing>[^、等]{3,20})"
)
# Words that say nothing without the thing they belong to: 平均上架率, 入园企业, 本地配套率.
_RELATIVE: Final = re.compile(
    alternation(
        """平均 亩均 户均 入园 入驻 在园 园区企业 本地配套 国产化率 国产化替代率 上架率 年营收
        年营业收入 绿电使用 基准站 注册用户 入库企业"""
    )
)
# 服务器产业|产值, 数据中心|平均上架率: the thing that was measured, without its measure.
_MEASURED: Final = re.compile(
    "(?P<thing>.{2,}?)(?:"
    + alternation("平均 亩均 户均 入园 入驻 本地配套")
    + ".*|总?(?:营业收入|产值|增加值|面积|规模|数量)$)"
)


@dataclass(frozen=True, slots=True)
class Said:
    """A clause without a figure, by what a figure after it may lean on."""

    grows: str = ""
    happens: str = ""
    made: str = ""

    @classmethod
    def by(cls, clause: str) -> "Said":
        return cls(*(_thing(pattern, clause) for pattern in (_GROWS, _HAPPENS, _MAKES)))

    def measured_by(self, unit: str) -> str:
        """What a figure without a subject measures right after this clause."""
        return self.grows or (self.happens if unit in _TIMES else "")

    def owner_of(self, subject: str, previous: str) -> str:
        """What a subject that cannot stand alone belongs to: something made, or `previous`."""
        if not _RELATIVE.match(subject):
            return ""
        return self.made or _thing(_MEASURED, previous)


def _thing(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.fullmatch(text)
    return match["thing"] if match else ""

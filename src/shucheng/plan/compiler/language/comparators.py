"""The words that compare a number: 超过, 达到, 不高于 before it, 以上, 左右 after it."""

from typing import Final

from shucheng.plan.compiler.language.patterns import alternation
from shucheng.plan.compiler.model import Comparator

# Half of another word, if one of these characters stands before: 雷达, 公共, 主要.
HALF_AFTER: Final = {
    "达": "雷到发表直抵送通可速传马",
    "约": "节条契合制集预违公特",
    "近": "附最临接靠远邻就",
    "为": "作行成",
    "须": "必",
    "能": "产性功智效储节动电热技职潜可才",
    "要": "主需重纪必",
    "都": "首成",
    "均": "平人户日年地亩校村县镇",
    "共": "公",
}
_RISING: Final = """
提高 提升 增加 增长 扩大 上升 发展 加密 拓展 壮大 做大 增强 攀升 跃升 扩展 扩容 扩充 回升 恢复
延伸 集聚 新增 提 增 升 扩
"""
_FALLING: Final = "下降 降低 压减 压缩 缩短 缩减 缩小 减少 压降 收窄 下调 精简 减 降 压 缩"
# What a word before the number says, to the patterns that say it.
COMPARATORS: Final[dict[str, str]] = {
    "above": alternation("超过 超出 超越 超 逾 突破 大于 高于 多于 跨过 冲破 迈过 >"),
    "at_least": alternation(
        """达到 达至 达成 达 不少于 不低于 不小于 不短于 不下于 不得少于 不得低于 至少 ≥ >=
        迈上 跃上 站上 迈入""",
        unless_after=HALF_AFTER,
    )
    + f"|{alternation(_RISING)}(?:到|至)",
    "at_most": alternation(
        "不超过 不高于 不大于 不多于 不得超过 不得高于 不突破 不超 控制在 控制到 控制为 控制 ≤ <="
    )
    + f"|{alternation(_FALLING)}(?:到|至|为)",
    "below": alternation("低于 小于 少于 短于 不到 不足 <"),
    "about": alternation("约 大约 近 接近 逼近", unless_after=HALF_AFTER),
    # Said of what is better when small: 时延优于5毫秒, 精度优于2厘米.
    "better": alternation("优于 好于"),
    "equal": alternation("保持在 稳定在 维持在 保持 稳定 维持 为 到 至", unless_after=HALF_AFTER),
}
# ... and the comparator it stands for; "better" depends on what is measured.
SIGNS: Final[dict[str, Comparator]] = {
    "above": ">", "at_least": ">=", "at_most": "<=", "below": "<", "about": "~", "equal": "=",
}  # fmt: skip
# What follows the number and limits it.
LIMIT: Final = "(?:及|或|和)?以上|(?:及|或)?以下|以内|之内|左右|上下"
# 3个工作日|内办结
LIMIT_OF_TIME: Final = "内(?:办结|响应|处置|到达|反馈|送达)(?:现场|完毕|到位)?(?=[，、。;]|$)"


def comparator_of_limit(limit: str) -> Comparator | None:
    """What 以上, 以内, 左右, 余 or + after a number stand for; None for "" and other words."""
    if limit.endswith("以上"):
        return ">="
    if limit.endswith("以下") or limit.startswith(("以内", "之内", "内")):
        return "<="
    if limit in ("左右", "上下"):
        return "~"
    return ">" if limit in ("多", "余", "+") else None

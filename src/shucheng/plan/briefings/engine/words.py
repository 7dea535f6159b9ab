"""Codes of facts in words. A briefing speaks Chinese, whoever reads it; a code that has no words
here is said as it is."""

from collections.abc import Mapping
from typing import Final

REASONS: Final[Mapping[str, str]] = {
    "on_schedule": "达到序时进度",
    "slightly_behind": "略慢于序时进度",
    "behind": "落后于序时进度",
    "reached": "已达到要求",
    "late": "数据迟报",
    "no_data": "暂无数据",
    "no_path": "没有目标可比",
    "nothing_asked": "未下达任务",
}
METHODS: Final[Mapping[str, str]] = {
    "last_value": "末期值",
    "mean": "平均值",
    "drift": "漂移法",
    "simple": "简单指数平滑",
    "theta": "Theta法",
    "damped_trend": "阻尼趋势",
    "same_season": "上年同期加漂移",
    "seasonal_simple": "季节分解加平滑",
    "seasonal_theta": "季节分解加Theta法",
}
SOURCES: Final[Mapping[str, str]] = {
    "simulation": "模拟",
    "reported": "填报",
    "imported": "导入",
}


def said(words: Mapping[str, str], code: str) -> str:
    return words.get(code, code)

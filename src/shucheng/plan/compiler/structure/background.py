"""Chapters that promise nothing: they tell what has been done, or explain words."""

import re
from collections.abc import Sequence

from shucheng.plan.compiler.language.folding import fold

_LOOKS_BACK = re.compile(
    r"^(?:“?十[二三四五]五”?(?:时期|以来|期间)?的?)?"
    r"(?:发展|规划|工作|建设|产业|现实|主要)?(?:基础|现状|背景|形势|成效|成就)"
    r"(?:(?:与|和|及|、).{0,10})?$"
    r"|面临(?:的)?(?:新)?(?:形势|问题|挑战|机遇|环境)|存在(?:的)?(?:主要)?(?:问题|困难)"
    r"|十[三四]五.{0,4}(?:回顾|成效)|^取得(?:的)?(?:主要)?成效|名词解释|术语|^附则$"
    r"|(?:发展|现实|工作)基础|基础条件|现状|(?:发展|工作|主要|建设)成效|成就|回顾|发展背景"
)
# 发展基础与总体要求 does both: its sections decide. 夯实发展基础 is something to do.
_LOOKS_AHEAD = re.compile(
    "目标|要求|思路|任务|举措|措施|重点|工程|行动|展望|夯实|筑牢|打牢|巩固|强化|厚植|构筑|提升|优化"
)


def is_background(titles: Sequence[str]) -> bool:
    """Whether a section looks back or explains: the innermost title that says either way decides.

    `titles` are the section's own and those around it, innermost first.
    """
    for title in map(fold, titles):
        if _LOOKS_AHEAD.search(title):
            return False
        if _LOOKS_BACK.search(title):
            return True
    return False

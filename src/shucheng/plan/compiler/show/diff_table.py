"""The difference between two versions of a plan as a plain-text table."""

from collections.abc import Sequence
from typing import Any

from shucheng.plan.compiler.compare.diff import ItemChange, PlanDiff
from shucheng.plan.compiler.language.numerals import print_number
from shucheng.plan.compiler.model import Indicator, Target, Task
from shucheng.plan.compiler.show.terminal import table
from shucheng.plan.compiler.show.wording import Language, say

_ZH = {
    "unchanged": "未变",
    "raised": "上调",
    "lowered": "下调",
    "deadline-moved": "时限调整",
    "comparator-changed": "强弱调整",
    "unit-changed": "单位调整",
    "lead-changed": "单位分工调整",
    "reworded": "改写",
    "new": "新增",
    "dropped": "取消",
    "stricter": "更严",
    "looser": "更宽",
    "mixed": "有严有宽",
    "": "",
}
_TITLES = {
    "targets": ("Targets", "目标"),
    "indicators": ("Indicators", "指标"),
    "tasks": ("Tasks", "任务"),
    "work_points": ("Work points", "工作要点"),
}
_SUBJECT_COLUMNS, _CELL_COLUMNS = 44, 36


def diff_table(diff: PlanDiff, language: Language) -> str:
    """One table a list that changed, unchanged things counted under it."""
    blocks = [f"{diff.old_title}\n→ {diff.new_title}"]
    lists: dict[str, Sequence[ItemChange[Any]]] = {
        "targets": diff.targets,
        "indicators": diff.indicators,
        "tasks": diff.tasks,
        "work_points": diff.work_points,
    }
    for name, changes in lists.items():
        if changes:
            blocks.append(_block(_TITLES[name][language == "zh"], changes, language))
    return "\n\n".join(blocks)


def _block(title: str, changes: Sequence[ItemChange[Any]], language: Language) -> str:
    zh = language == "zh"
    heads = (
        ("变化", "内容", "原", "新", "要求") if zh else ("change", "what", "old", "new", "demand")
    )
    rows = [
        (
            "、".join(_ZH[one] for one in named) if zh else ", ".join(named),
            _subject(change),
            _side(change, change.old, 0, language),
            _side(change, change.new, 1, language),
            _ZH[change.demand] if zh else change.demand,
        )
        for change in changes
        if change.status != "unchanged"
        for named in [change.changes or (change.status,)]
    ]
    same = len(changes) - len(rows)
    tail = f"未变{same}项" if zh else f"{same} unchanged"
    if not rows:
        return f"{title}\n{tail}"
    limits = (24, _SUBJECT_COLUMNS, _CELL_COLUMNS, _CELL_COLUMNS, 0)
    return f"{title}\n{table(heads, rows, widest=limits)}\n{tail}"


def _subject(change: ItemChange[Any]) -> str:
    """What a change is about, in the words of the newer version that has it."""
    item = next(side for side in (change.new, change.old) if side is not None)
    if isinstance(item, Target):
        return item.subject
    if isinstance(item, Indicator):
        return item.name
    return str(item.title if isinstance(item, Task) else item.text)


def _side(change: ItemChange[Any], item: Any, side: int, language: Language) -> str:
    """What one version says: a figure and its year, a path, or who joined and left."""
    if item is None:
        return "—"
    if isinstance(item, Target):
        said = say(
            {
                "comparator": item.comparator,
                "value": item.value,
                "unit": item.unit,
                **({"max": item.value_max} if item.value_max is not None else {}),
            },
            language,
        )
        return said if item.year is None else f"{item.year}: {said}"
    if isinstance(item, Indicator):
        years = change.years or item.targets
        path = [
            f"{year}: {print_number(value)}"
            for year, value in item.targets.items()
            if year in years
        ]
        return ", ".join(path) + (f" {item.unit}" if path and item.unit else "")
    names = change.left if side == 0 else change.joined
    mark = "-+"[side]
    return "\n".join(mark + name for name in names)

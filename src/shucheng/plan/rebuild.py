"""A version under review as a compiled plan again, with the decisions taken so far."""

from typing import Any

from shucheng.plan.compiler.model import CompiledPlan, plan_from_json
from shucheng.plan.models import KEPT, ItemKind, PlanVersion

_LISTS = {
    ItemKind.TARGET: "targets",
    ItemKind.INDICATOR: "indicators",
    ItemKind.TASK: "tasks",
    ItemKind.WORK_POINT: "work_points",
}


def compiled_plan(version: PlanVersion) -> CompiledPlan:
    """What the version says after corrections, additions and rejections."""
    document: dict[str, Any] = {**version.compiled, **{name: [] for name in _LISTS.values()}}
    for item in version.items.filter(decision__in=KEPT):
        entry = {**item.data, "span": [item.span_start, item.span_end]}
        if item.kind in (ItemKind.TARGET, ItemKind.TASK):
            entry["id"] = item.ref
        document[_LISTS[ItemKind(item.kind)]].append(entry)
    return plan_from_json(document)

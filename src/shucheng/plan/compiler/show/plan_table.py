"""A compiled plan as plain-text tables for a terminal."""

from collections.abc import Sequence

from shucheng.plan.compiler.language.numerals import print_number
from shucheng.plan.compiler.model import CompiledPlan, Indicator, Target
from shucheng.plan.compiler.show.terminal import table

_SUBJECT, _NAMES, _TEXT = 44, 36, 60


def plan_table(plan: CompiledPlan) -> str:
    """Title, then targets, indicators, tasks and work points, one table each."""
    period = f"{plan.period.start}-{plan.period.end}" if plan.period else "—"
    blocks = [f"{plan.title}\n{plan.issuer} · {plan.published or '—'} · {period}"]
    targets = [
        (t.id, t.subject[:_SUBJECT], _promise(t), str(_due(t)), t.kind, t.section)
        for t in plan.targets
    ]
    indicators = [
        (str(i.no), i.name[:_SUBJECT], i.unit, _path(i), "、".join(i.lead)[:_NAMES])
        for i in plan.indicators
    ]
    tasks = [
        (k.id, k.title[:_SUBJECT], "、".join((*k.lead, *k.responsible))[:_TEXT]) for k in plan.tasks
    ]
    points = [(str(w.no), w.text[:_TEXT], "、".join(w.lead)[:_NAMES]) for w in plan.work_points]
    blocks += [
        _block("目标", ("id", "subject", "promise", "year", "kind", "section"), targets),
        _block("指标", ("no", "name", "unit", "path", "lead"), indicators),
        _block("任务", ("id", "title", "organisations"), tasks),
        _block("工作要点", ("no", "text", "lead"), points),
    ]
    return "\n\n".join(block for block in blocks if block)


def _block(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return f"{title} ({len(rows)})\n{table(heads, rows)}" if rows else ""


def _promise(target: Target) -> str:
    upper = "" if target.value_max is None else f"-{print_number(target.value_max)}"
    return f"{target.comparator} {print_number(target.value)}{upper} {target.unit}".rstrip()


def _due(target: Target) -> int | str:
    return target.year or (f"({target.implied_year})" if target.implied_year else "—")


def _path(indicator: Indicator) -> str:
    return " → ".join(f"{year}: {print_number(value)}" for year, value in indicator.targets.items())

"""A version against the one published before it, as lines a person reads."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import Actor
from shucheng.plan.compiler.compare.diff import ItemChange, PlanDiff, diff
from shucheng.plan.compiler.model import Indicator, Target, Task
from shucheng.plan.models import PlanVersion
from shucheng.plan.queries.promises import figure, promised
from shucheng.plan.rebuild import compiled_plan

STATUSES: dict[str, str | Promise] = {
    "raised": _("Raised"),
    "lowered": _("Lowered"),
    "deadline-moved": _("Deadline moved"),
    "comparator-changed": _("Comparator changed"),
    "unit-changed": _("Unit changed"),
    "lead-changed": _("Lead changed"),
    "reworded": _("Reworded"),
    "new": _("New"),
    "dropped": _("Dropped"),
}
_ORDER = {status: place for place, status in enumerate(STATUSES)}


@dataclass(frozen=True, slots=True)
class Line:
    kind: str | Promise
    status: str
    change: str | Promise
    what: str
    before: str
    now: str
    demand: str


@dataclass(frozen=True, slots=True)
class Difference:
    before: PlanVersion
    lines: tuple[Line, ...]
    unchanged: int

    @property
    def counts(self) -> list[tuple[str | Promise, int]]:
        """How many entries changed in which way, in the order in which it matters."""
        found = Counter(line.status for line in self.lines)
        return [(label, found[status]) for status, label in STATUSES.items() if found[status]]


def difference(version: PlanVersion, *, actor: Actor) -> Difference | None:
    """What changed since the version published before; None when there is none before."""
    actor.require("plan.view")
    others = version.plan.versions.exclude(pk=version.pk).exclude(number=None)
    if version.number:
        others = others.filter(number__lt=version.number)
    before = others.order_by("-number").first()
    if before is None:
        return None
    return between(before, version)


def between(before: PlanVersion, version: PlanVersion) -> Difference:
    """What one version promises against another, of the same plan or not."""
    found = diff(compiled_plan(before), compiled_plan(version))
    lines = sorted(_lines(found), key=lambda line: _ORDER[line.status])
    return Difference(before, tuple(lines), _unchanged(found))


def _lines(found: PlanDiff) -> Iterator[Line]:
    lists: tuple[tuple[str | Promise, Sequence[ItemChange[Any]], Callable[[Any], str]], ...] = (
        (_("Indicator"), found.indicators, _path),
        (_("Target"), found.targets, _promise),
        (_("Task"), found.tasks, _answering),
        (_("Work point"), found.work_points, lambda point: "、".join(point.lead)),
    )
    for kind, changes, written in lists:
        for change in changes:
            yield from _line(kind, change, written)


def _line(
    kind: str | Promise, change: ItemChange[Any], written: Callable[[Any], str]
) -> Iterator[Line]:
    if change.status == "unchanged":
        return
    item = change.new or change.old
    yield Line(
        kind=kind,
        status=change.status,
        change=STATUSES[change.status],
        what=next(
            text
            for name in ("subject", "name", "title", "text")
            if (text := getattr(item, name, ""))
        ),
        before=written(change.old) if change.old else "—",
        now=written(change.new) if change.new else "—",
        demand=change.demand,
    )


def _promise(target: Target) -> str:
    upper = None if target.value_max is None else Decimal(str(target.value_max))
    written = promised(
        target.kind,
        target.comparator,
        Decimal(str(target.value)),
        upper,
        target.unit,
        target.quote,
    )
    year = target.year or target.implied_year
    return f"{written}\u00a0· {year}" if year else written


def _answering(task: Task) -> str:
    return "、".join(dict.fromkeys((*task.lead, *task.responsible)))


def _path(indicator: Indicator) -> str:
    path = " → ".join(
        f"{year}: {figure(Decimal(str(value)))}" for year, value in indicator.targets.items()
    )
    return f"{path} {indicator.unit}".strip()


def _unchanged(found: PlanDiff) -> int:
    return sum(counts.get("unchanged", 0) for counts in found.counts().values())

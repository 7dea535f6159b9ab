"""A version against the one published before it, as lines a person reads."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import Actor
from shucheng.plan.compiler.compare.diff import ItemChange, PlanDiff, diff
from shucheng.plan.compiler.model import Indicator, Target, Task, WorkPoint, plan_from_json
from shucheng.plan.models import PlanVersion
from shucheng.plan.queries.promises import COMPARATORS, figure, promised
from shucheng.plan.queries.wording import Words, marked, shortened
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
    """What an entry promises before and now. `decided`: the text says the same, the review of one
    of the two versions does not."""

    kind: str | Promise
    status: str
    change: str | Promise
    what: str
    before: str
    now: str
    demand: str
    decided: bool = False


@dataclass(frozen=True, slots=True)
class Rewording:
    """The same promise in other words."""

    kind: str | Promise
    what: str
    before: tuple[Words, ...]
    now: tuple[Words, ...]
    decided: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    before: PlanVersion
    lines: tuple[Line, ...]
    rewordings: tuple[Rewording, ...]
    unchanged: int

    @property
    def text_lines(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if not line.decided)

    @property
    def decided_lines(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.decided)

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
    in_text = _changed_places(
        diff(plan_from_json(before.compiled), plan_from_json(version.compiled))
    )
    lines: list[Line] = []
    rewordings: list[Rewording] = []
    for shown, change in _changes(found):
        decided = (shown.name, *_place(change)) not in in_text
        line = _line(shown, change, decided)
        if line.before == line.now:
            rewordings.append(_rewording(shown, change, line))
        else:
            lines.append(line)
    lines.sort(key=lambda line: _ORDER[line.status])
    return Difference(before, tuple(lines), tuple(rewordings), _unchanged(found))


@dataclass(frozen=True, slots=True)
class _Shown:
    """How the changes of one list are written."""

    name: str
    kind: str | Promise
    changes: Sequence[ItemChange[Any]]
    written: Callable[[Any, ItemChange[Any]], str]
    sentence: Callable[[Any], str]


def _lists(found: PlanDiff) -> tuple[_Shown, ...]:
    return (
        _Shown("indicators", _("Indicator"), found.indicators, _path, lambda row: row.name),
        _Shown("targets", _("Target"), found.targets, _promise, lambda target: target.quote),
        _Shown("tasks", _("Task"), found.tasks, _answering, _task_words),
        _Shown("work_points", _("Work point"), found.work_points, _leading, lambda p: p.text),
    )


def _changes(found: PlanDiff) -> Iterator[tuple[_Shown, ItemChange[Any]]]:
    for shown in _lists(found):
        for change in shown.changes:
            if change.status != "unchanged":
                yield shown, change


def _changed_places(found: PlanDiff) -> set[tuple[Any, ...]]:
    """Where the two texts say something else, whatever was decided about it."""
    return {(shown.name, *_place(change)) for shown, change in _changes(found)}


def _place(change: ItemChange[Any]) -> tuple[Any, Any]:
    """An entry by where it stands in both texts: a correction leaves it there."""
    old, new = change.old, change.new
    return (tuple(old.span) if old else None, tuple(new.span) if new else None)


def _line(shown: _Shown, change: ItemChange[Any], decided: bool) -> Line:
    item = change.new or change.old
    return Line(
        kind=shown.kind,
        status=change.status,
        change=STATUSES[change.status],
        what=_name(item),
        before=shown.written(change.old, change) if change.old else "—",
        now=shown.written(change.new, change) if change.new else "—",
        demand=change.demand,
        decided=decided,
    )


def _rewording(shown: _Shown, change: ItemChange[Any], line: Line) -> Rewording:
    sentences = [shown.sentence(side) for side in (change.old, change.new)]
    if sentences[0] == sentences[1]:
        # The sentence is the same, what it is about was named anew.
        sentences = [_name(side) for side in (change.old, change.new)]
    before, now = map(shortened, marked(*sentences))
    return Rewording(line.kind, line.what, before, now, line.decided)


def _name(item: Any) -> str:
    return next(
        text for name in ("subject", "name", "title", "text") if (text := getattr(item, name, ""))
    )


def _task_words(task: Task) -> str:
    return "".join((f"{task.title}。", *task.actions))


def _promise(target: Target, _change: ItemChange[Any]) -> str:
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


def _answering(task: Task, change: ItemChange[Any]) -> str:
    """Who answers for it; who leads, where that is what changed."""
    everybody = "、".join(dict.fromkeys((*task.lead, *task.responsible)))
    if not task.lead or change.joined or change.left:
        return everybody
    return gettext("%(all)s (lead: %(lead)s)") % {"all": everybody, "lead": "、".join(task.lead)}


def _leading(point: WorkPoint, _change: ItemChange[Any]) -> str:
    return "、".join(point.lead)


def _path(indicator: Indicator, change: ItemChange[Any]) -> str:
    """The path, and of what is not in it that which changed."""
    path = " → ".join(
        f"{year}: {figure(Decimal(str(value)))}" for year, value in indicator.targets.items()
    )
    parts = [f"{path} {indicator.unit}".strip()]
    if "comparator-changed" in change.changes:
        parts.append(str(COMPARATORS[indicator.comparator] or "="))
    if "lead-changed" in change.changes:
        parts.append("、".join(indicator.lead) or "—")
    return " · ".join(parts)


def _unchanged(found: PlanDiff) -> int:
    return sum(counts.get("unchanged", 0) for counts in found.counts().values())

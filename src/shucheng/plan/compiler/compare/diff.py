"""What changed between two versions of a plan, target by target.

Targets and indicators of both versions are paired one to one by what they measure; what is
left over was dropped or is new. For a target that must not be passed (能耗降至 ... 以下) a
lower value is the harder one, so each change also says whether it asks more or less.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Generic, Literal, TypeVar, get_args

from shucheng.plan.compiler.amounts import STRENGTH, measure
from shucheng.plan.compiler.compare.pairing import (
    Pairs,
    due_year,
    pair_indicators,
    pair_targets,
    pair_texts,
)
from shucheng.plan.compiler.matching import less_is_better, normalise
from shucheng.plan.compiler.model import CompiledPlan, Indicator, Target, Task, WorkPoint

SCHEMA = "shucheng.plan-diff/1"

Change = Literal[
    "raised",
    "lowered",
    "deadline-moved",
    "comparator-changed",
    "unit-changed",
    "lead-changed",
    "reworded",
]
Status = Change | Literal["unchanged", "new", "dropped"]
Demand = Literal["", "stricter", "looser", "mixed"]
Item = TypeVar("Item", bound=Target | Indicator | Task | WorkPoint)

# A change's status is the first of its changes in this order.
_ORDER: tuple[Change, ...] = get_args(Change)


@dataclass(frozen=True, slots=True)
class ItemChange(Generic[Item]):
    """A thing of the plan in both versions; `changes` are all that apply, `status` the weightiest.

    `demand` says whether the new version asks more. `years` holds the old and the new value of
    each changed year of an indicator; `joined` and `left` are organisations.
    """

    status: Status
    old: Item | None
    new: Item | None
    changes: tuple[Change, ...] = ()
    demand: Demand = ""
    years: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)
    joined: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanDiff:
    """All changes, in the order of the new version; what was dropped comes last."""

    old_title: str
    new_title: str
    targets: tuple[ItemChange[Target], ...]
    indicators: tuple[ItemChange[Indicator], ...]
    tasks: tuple[ItemChange[Task], ...]
    work_points: tuple[ItemChange[WorkPoint], ...]

    def counts(self) -> dict[str, dict[str, int]]:
        """How many of each list have which status."""
        lists: dict[str, Sequence[Any]] = {
            "targets": self.targets,
            "indicators": self.indicators,
            "tasks": self.tasks,
            "work_points": self.work_points,
        }
        return {
            name: dict(sorted(Counter(change.status for change in changes).items()))
            for name, changes in lists.items()
        }

    def as_json(self) -> dict[str, Any]:
        """Plain dicts and lists; spans point into each version's own text."""
        return {"schema": SCHEMA, "counts": self.counts(), **asdict(self)}


def diff(old: CompiledPlan, new: CompiledPlan) -> PlanDiff:
    """Compare two versions of a plan.

    `diff(new, old)` is the mirror: new and dropped, raised and lowered, stricter and looser
    change places, and nothing else does.
    """
    return PlanDiff(
        old_title=old.title,
        new_title=new.title,
        targets=_compare(
            old.targets,
            new.targets,
            pair_targets(old, new),
            _target_change,
        ),
        indicators=_compare(
            old.indicators,
            new.indicators,
            pair_indicators(old, new),
            _indicator_change,
        ),
        tasks=_compare(
            old.tasks,
            new.tasks,
            pair_texts([task.title for task in old.tasks], [task.title for task in new.tasks]),
            _task_change,
        ),
        work_points=_compare(
            old.work_points,
            new.work_points,
            pair_texts(
                [point.text for point in old.work_points], [point.text for point in new.work_points]
            ),
            _point_change,
        ),
    )


def _compare(
    old: Sequence[Item],
    new: Sequence[Item],
    pairs: Pairs,
    change: Callable[[Item, Item], ItemChange[Item]],
) -> tuple[ItemChange[Item], ...]:
    """Each pair's change and what only one side has."""
    before = {to: at for at, to in pairs}
    kept = set(before.values())
    changes: list[ItemChange[Item]] = [
        change(old[before[to]], item) if to in before else ItemChange("new", None, item)
        for to, item in enumerate(new)
    ]
    dropped: list[ItemChange[Item]] = [
        ItemChange("dropped", item, None) for at, item in enumerate(old) if at not in kept
    ]
    return (*changes, *dropped)


def _status(changes: Iterable[Change]) -> tuple[Status, tuple[Change, ...]]:
    ordered = tuple(sorted(set(changes), key=_ORDER.index))
    return (ordered[0] if ordered else "unchanged"), ordered


def _demand(signs: Iterable[int]) -> Demand:
    asked = {sign for sign in signs if sign}
    if len(asked) == 2:
        return "mixed"
    return "" if not asked else ("stricter" if asked == {1} else "looser")


def _sign(old: float, new: float) -> int:
    if abs(new - old) <= 1e-9 * max(abs(old), abs(new), 1.0):
        return 0
    return 1 if new > old else -1


def _better(old: Target | Indicator, new: Target | Indicator, subject: str) -> int:
    """1 where more is harder, -1 where less is, 0 where the two versions ask opposite things."""
    down = [side.comparator in {"<", "<="} for side in (old, new)]
    if any(down):
        return -1 if all(down) else 0
    open_ended = {old.comparator, new.comparator} <= {"=", "~"}
    return -1 if open_ended and less_is_better(subject) else 1


def _target_change(old: Target, new: Target) -> ItemChange[Target]:
    changes: list[Change] = []
    signs: list[int] = []
    before, after = measure(old.value, old.unit), measure(new.value, new.unit)
    if before[0] == after[0]:
        upper = [
            measure(side.value if side.value_max is None else side.value_max, side.unit)[1]
            for side in (old, new)
        ]
        moved = _sign(before[1], after[1]) or _sign(*upper)
        changes += [("raised" if moved > 0 else "lowered")] if moved else []
        signs.append(moved * _better(old, new, new.subject))
    if (was := due_year(old)) != (due := due_year(new)):
        changes.append("deadline-moved")
        signs.append(_sign(due, was) if was is not None and due is not None else 0)
    if old.comparator != new.comparator:
        changes.append("comparator-changed")
        if _better(old, new, new.subject):
            signs.append(_sign(STRENGTH[old.comparator], STRENGTH[new.comparator]))
    if normalise(old.unit) != normalise(new.unit):
        changes.append("unit-changed")
    same_words = normalise(old.subject) == normalise(new.subject)
    if not same_words or (not changes and normalise(old.quote) != normalise(new.quote)):
        changes.append("reworded")
    status, ordered = _status(changes)
    return ItemChange(status, old, new, ordered, _demand(signs))


def _indicator_change(old: Indicator, new: Indicator) -> ItemChange[Indicator]:
    changes: list[Change] = []
    years = {
        year: (old.targets.get(year), new.targets.get(year))
        for year in sorted({*old.targets, *new.targets})
    }
    families = {measure(1, side.unit)[0] for side in (old, new)}
    moves = [
        _sign(measure(before, old.unit)[1], measure(after, new.unit)[1])
        for before, after in years.values()
        if before is not None and after is not None and len(families) == 1
    ]
    moved = [move for move in moves if move]
    if moved:
        # The last year that moved decides; the years before it only lead there.
        changes.append("raised" if moved[-1] > 0 else "lowered")
    signs = [move * _better(old, new, new.name) for move in moved]
    if (ends := [max(side.targets, default="0") for side in (old, new)])[0] != ends[1]:
        changes.append("deadline-moved")
        signs.append(_sign(int(ends[1]), int(ends[0])))
    if old.comparator != new.comparator:
        changes.append("comparator-changed")
    if normalise(old.unit) != normalise(new.unit):
        changes.append("unit-changed")
    if old.lead != new.lead:
        changes.append("lead-changed")
    if normalise(old.name) != normalise(new.name) or old.cumulative != new.cumulative:
        changes.append("reworded")
    status, ordered = _status(changes)
    return ItemChange(
        status,
        old,
        new,
        ordered,
        _demand(signs),
        years={year: pair for year, pair in years.items() if pair[0] != pair[1]},
        joined=_only(new.lead, old.lead),
        left=_only(old.lead, new.lead),
    )


def _task_change(old: Task, new: Task) -> ItemChange[Task]:
    before, after = (*old.lead, *old.responsible), (*new.lead, *new.responsible)
    reworded = normalise(old.title) != normalise(new.title) or old.actions != new.actions
    return _wording_change(old, new, before, after, reworded)


def _point_change(old: WorkPoint, new: WorkPoint) -> ItemChange[WorkPoint]:
    return _wording_change(old, new, old.lead, new.lead, normalise(old.text) != normalise(new.text))


def _wording_change(
    old: Item, new: Item, before: tuple[str, ...], after: tuple[str, ...], reworded: bool
) -> ItemChange[Item]:
    changes: list[Change] = ["lead-changed"] if before != after else []
    status, ordered = _status([*changes, "reworded"] if reworded else changes)
    return ItemChange(
        status, old, new, ordered, joined=_only(after, before), left=_only(before, after)
    )


def _only(mine: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in mine if name not in theirs))

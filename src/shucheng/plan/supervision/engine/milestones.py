"""How a work point stands: what is done of its milestones against what should be by a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Standing = Literal["unplanned", "planned", "on_time", "behind", "late", "done"]

_PERCENT = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Step:
    """A milestone: what it weighs, when it is planned, when it was done."""

    planned: date
    weight: Decimal
    done: date | None = None

    def __post_init__(self) -> None:
        if self.weight <= 0:
            raise ValueError("a milestone weighs something")


@dataclass(frozen=True, slots=True)
class Progress:
    """`due` and `done` are percent of all weights, to one decimal; `late` counts milestones past
    their day."""

    standing: Standing
    due: Decimal
    done: Decimal
    late: int
    next_on: date | None


def progress(steps: Sequence[Step], today: date, due: date | None = None) -> Progress:
    """How a work point stands.

    `unplanned` without milestones (`late` once the work point's own day `due` has passed), `done`
    when all are, `late` when one is past its day and nothing later made up for it in weight,
    `behind` when one is past its day though as much is done as was due, `planned` before anything
    was due or done, else `on_time`.
    """
    if not steps:
        over = due is not None and due < today
        return Progress("late" if over else "unplanned", Decimal(0), Decimal(0), 0, None)
    whole = sum((step.weight for step in steps), Decimal(0))
    wanted = sum((step.weight for step in steps if step.planned <= today), Decimal(0))
    made = sum((step.weight for step in steps if _is_done(step, today)), Decimal(0))
    waiting = [step for step in steps if not _is_done(step, today)]
    late = sum(step.planned < today for step in waiting)
    return Progress(
        _standing(late, wanted, made, len(waiting)),
        (wanted / whole * 100).quantize(_PERCENT),
        (made / whole * 100).quantize(_PERCENT),
        late,
        min((step.planned for step in waiting), default=None),
    )


def _is_done(step: Step, today: date) -> bool:
    return step.done is not None and step.done <= today


def _standing(late: int, wanted: Decimal, made: Decimal, waiting: int) -> Standing:
    if not waiting:
        return "done"
    if late:
        return "late" if made < wanted else "behind"
    return "on_time" if wanted or made else "planned"

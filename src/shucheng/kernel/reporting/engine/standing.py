"""How an obligation stands, and when it is due. Derived from what is stored, never stored."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from shucheng.kernel.reporting.engine.moves import FINAL, State
from shucheng.lib.periods import Period
from shucheng.lib.workdays import Deadline, working_days_after

Word = Literal["open", "draft", "submitted", "approved", "published", "returned"]


@dataclass(frozen=True, slots=True)
class Standing:
    """`overdue`: the due day passed and nothing is handed in. `late`: it was handed in after it.

    `correcting` is the state of a correction that runs beside what is published; `level` is then
    the correction's.
    """

    word: Word
    level: str
    due_on: date
    overdue: bool
    late: bool
    correcting: str = ""


def due(period: Period, working_days: int) -> Deadline:
    """The day a form is due: so many working days after the period's last day."""
    return working_days_after(period.end, working_days)


def standing(
    due_on: date,
    today: date,
    submissions: tuple[tuple[str, str, date | None], ...],
) -> Standing:
    """How an obligation stands today.

    `due_on` is the day that holds (an extension counted); `submissions` are (state, level, day of
    the last hand-in) in order of number. A published one speaks for the obligation; a correction
    beside it is told as `correcting`.
    """
    live = [one for one in submissions if one[0] != State.DROPPED]
    published = [one for one in live if one[0] == State.PUBLISHED]
    running = next((one for one in live if one[0] not in FINAL), None)
    if published:
        handed_in = published[0][2]
        late = handed_in is not None and handed_in > due_on
        correcting = running[0] if running else ""
        level = running[1] if running else ""
        return Standing("published", level, due_on, overdue=False, late=late, correcting=correcting)
    if running is None:
        return Standing("open", "", due_on, overdue=today > due_on, late=False)
    state, level, handed_in = running
    is_in = state in (State.SUBMITTED, State.APPROVED)
    return Standing(
        State(state).value,  # type: ignore[arg-type]
        level,
        due_on,
        overdue=today > due_on and not is_in,
        late=is_in and handed_in is not None and handed_in > due_on,
    )

"""The life of a submission as a table: who may move it from where to where.

Nothing here knows a database: a move is looked up, never improvised, so that an action, a page
and a test agree on what is possible.
"""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a submission stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    PUBLISHED = "published"
    RETURNED = "returned"
    DROPPED = "dropped"


class Level(StrEnum):
    """Whose review it waits for."""

    NONE = ""
    DEPARTMENT = "department"
    OFFICE = "office"


class Move(StrEnum):
    """What can be done with a submission. `START` and `CORRECT` begin one."""

    START = "start"
    CORRECT = "correct"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    RETURN = "return"
    PUBLISH = "publish"
    DROP = "drop"


# Review levels by a form's kind, the first reviewer first.
LEVELS: dict[str, tuple[Level, ...]] = {
    "city": (Level.OFFICE,),
    "area": (Level.DEPARTMENT, Level.OFFICE),
}
# With the organisation itself: values can be changed.
EDITABLE = frozenset({State.DRAFT, State.RETURNED})
# Nothing more happens to it.
FINAL = frozenset({State.PUBLISHED, State.DROPPED})


@dataclass(frozen=True, slots=True)
class Place:
    """A state and whose turn it is."""

    state: State
    level: Level = Level.NONE


def levels(kind: str) -> tuple[Level, ...]:
    """The reviews that a form of a kind goes through. Raises `KeyError` for an unknown kind."""
    return LEVELS[kind]


def after(move: Move, at: Place, kind: str, *, publish_apart: bool = False) -> Place | None:
    """Where a move leads, or None where it is not possible from here.

    The final approval publishes at once unless `publish_apart`. A hand-in is taken back only
    while it waits for the first review: nobody has reviewed it then.
    """
    steps = levels(kind)
    if move is Move.SUBMIT and at.state in EDITABLE:
        return Place(State.SUBMITTED, steps[0])
    if move is Move.WITHDRAW and at == Place(State.SUBMITTED, steps[0]):
        return Place(State.DRAFT)
    if move is Move.RETURN and at.state is State.SUBMITTED:
        return Place(State.RETURNED)
    if move is Move.RETURN and at.state is State.APPROVED:
        return Place(State.RETURNED)
    if move is Move.APPROVE and at.state is State.SUBMITTED:
        later = steps[steps.index(at.level) + 1 :]
        if later:
            return Place(State.SUBMITTED, later[0])
        return Place(State.APPROVED if publish_apart else State.PUBLISHED)
    if move is Move.PUBLISH and at.state is State.APPROVED:
        return Place(State.PUBLISHED)
    if move is Move.DROP and at.state in EDITABLE:
        return Place(State.DROPPED)
    return None

"""The life of a supervision item as data: states, moves, who may make which move.

立项 → 审核 → 下发 → 签收 → 办理/反馈 → 复核 → 办结, with return (退回), extension and withdrawal.
"""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    ISSUED = "issued"
    WORKING = "working"
    RECHECK = "recheck"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Party(StrEnum):
    """On whose behalf a move is made."""

    OFFICE = "office"
    LEADER = "leader"
    LEAD = "lead"
    JOINT = "joint"


@dataclass(frozen=True, slots=True)
class Move:
    """One step. `to` None: the state stays. `reasoned`: it is not made without a word."""

    name: str
    sources: frozenset[State]
    to: State | None
    parties: frozenset[Party]
    reasoned: bool = False


def _move(
    name: str, sources: tuple[State, ...], to: State | None, *parties: Party, reasoned: bool = False
) -> Move:
    return Move(name, frozenset(sources), to, frozenset(parties), reasoned)


_S, _P = State, Party
_AFTER_ISSUE = (_S.ISSUED, _S.WORKING, _S.RECHECK)
_AFTER_DRAFT = (_S.IN_REVIEW, _S.APPROVED, *_AFTER_ISSUE)

# Of what may be done in a state the step forward stands first: pages make it the main button.
MOVES: dict[str, Move] = {
    move.name: move
    for move in (
        _move("edit", (_S.DRAFT,), None, _P.OFFICE),
        _move("submit", (_S.DRAFT,), _S.IN_REVIEW, _P.OFFICE),
        _move("approve", (_S.IN_REVIEW,), _S.APPROVED, _P.LEADER),
        _move("return", (_S.IN_REVIEW,), _S.DRAFT, _P.LEADER, reasoned=True),
        _move("issue", (_S.APPROVED,), _S.ISSUED, _P.OFFICE),
        _move("sign", (_S.ISSUED,), _S.WORKING, _P.LEAD),
        _move("co_sign", _AFTER_ISSUE, None, _P.JOINT),
        _move("reply", (_S.WORKING,), None, _P.LEAD, _P.JOINT, reasoned=True),
        _move("finish", (_S.WORKING,), _S.RECHECK, _P.LEAD, reasoned=True),
        _move("close", (_S.RECHECK,), _S.CLOSED, _P.OFFICE),
        _move("send_back", (_S.RECHECK,), _S.WORKING, _P.OFFICE, reasoned=True),
        _move("ask_extension", (_S.WORKING,), None, _P.LEAD, reasoned=True),
        _move("grant_extension", (_S.WORKING,), None, _P.OFFICE),
        _move("refuse_extension", (_S.WORKING,), None, _P.OFFICE, reasoned=True),
        _move("instruct", _AFTER_ISSUE, None, _P.OFFICE, _P.LEADER, reasoned=True),
        _move("withdraw", (_S.DRAFT,), _S.CANCELLED, _P.OFFICE, reasoned=True),
        _move("cancel", _AFTER_DRAFT, _S.CANCELLED, _P.LEADER, reasoned=True),
    )
}

FINAL = frozenset({State.CLOSED, State.CANCELLED})
# Before it is issued an item is the office's own affair; nobody else sees it.
UNISSUED = frozenset({State.DRAFT, State.IN_REVIEW, State.APPROVED})
# The straight way, for a page that shows how far an item is.
STRAIGHT = (
    State.DRAFT,
    State.IN_REVIEW,
    State.APPROVED,
    State.ISSUED,
    State.WORKING,
    State.RECHECK,
    State.CLOSED,
)


class MoveRefused(ValueError):
    """`code`: `unknown`, `state`, `party`, `reason`, `waiting`, `not_waiting` or `children`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def moves_from(
    state: State, parties: frozenset[Party], *, extension_asked: bool = False
) -> tuple[Move, ...]:
    """What these parties may do next, in the order of the table."""
    return tuple(
        move
        for move in MOVES.values()
        if state in move.sources and move.parties & parties and _fits(move, extension_asked)
    )


def after(
    state: State,
    name: str,
    parties: frozenset[Party],
    *,
    text: str = "",
    extension_asked: bool = False,
    open_children: int = 0,
) -> State:
    """The state after a move. Raises `MoveRefused` and says why.

    An item is not closed over the head of open sub-items unless it is said why.
    """
    move = MOVES.get(name)
    if move is None:
        raise MoveRefused("unknown")
    if not move.parties & parties:
        raise MoveRefused("party")
    if state not in move.sources:
        raise MoveRefused("state")
    if not _fits(move, extension_asked):
        raise MoveRefused("waiting" if extension_asked else "not_waiting")
    if move.reasoned and not text.strip():
        raise MoveRefused("reason")
    if name == "close" and open_children and not text.strip():
        raise MoveRefused("children")
    return move.to or state


def _fits(move: Move, extension_asked: bool) -> bool:
    """An extension is decided once it was asked for; while it waits, it is neither asked for
    again nor is the work called finished."""
    if move.name in ("grant_extension", "refuse_extension"):
        return extension_asked
    return not (extension_asked and move.name in ("ask_extension", "finish"))

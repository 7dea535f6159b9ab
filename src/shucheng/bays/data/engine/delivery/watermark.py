"""A mark of the recipient in a table that leaves, found again in a part of it that leaked.

For each row and declared column a keyed hash of the row's key says what the parity of the value, in
steps that the agreement permits to be off, is to be for this recipient; a value of the other parity
is moved by one step, up or down as the hash says. Nothing is added or removed, and who does not
have the key cannot tell moved from true (after Agrawal & Kiernan, "Watermarking Relational
Databases", VLDB 2002, which marks low bits likewise).

Found by counting: in a table that is not this recipient's each mark agrees by chance, one in two.
The chance that as many agree by luck is the tail of a binomial; all recipients that were compared
count (Bonferroni). It does not withstand rounding to more than the step, new keys for all rows, or
recipients who average their copies; and it says that the *file* came from a delivery, not who
passed it on.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from hashlib import sha256
from math import ceil, comb, exp
from typing import Any

from .model import Refused

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Marking:
    """`key`: the columns that name a row; `steps`: how far each numeric column may be off."""

    key: Sequence[str]
    steps: Mapping[str, Decimal]

    def __post_init__(self) -> None:
        if not self.key or not self.steps or set(self.key) & set(self.steps):
            raise ValueError("key columns, and other columns that may be off")
        if not all(step > 0 for step in self.steps.values()):
            raise ValueError("steps above 0")


@dataclass(frozen=True, slots=True)
class Found:
    """`recipient`: whose mark it is, or nothing; of `marks` so many `agree`; `chance`: how likely
    that is by luck for the best of all who were compared."""

    recipient: str | None
    marks: int
    agree: int
    chance: float


def mark(
    rows: Sequence[Row],
    marking: Marking,
    recipient: str,
    secret: bytes,
    *,
    share: float = 0.3,
    recipients: int = 1_000,
    false: float = 1e-6,
) -> list[dict[str, Any]]:
    """The rows as this recipient gets them: the same each time, values off by one step at most.

    Raises `Refused` (`table-too-small`, with the marks it would need) where the mark would not be
    found in a leaked `share` of it, among so many `recipients`, at that rate of `false` findings.
    """
    needed = ceil(marks_needed(false / recipients) / share)
    has = sum(row[column] is not None for row in rows for column in marking.steps)
    if has < needed or len({_name(row, marking) for row in rows}) < len(rows):
        raise Refused("table-too-small", f"{has} of {needed} marks, each row with its own key")
    return [_marked(row, marking, recipient, secret) for row in rows]


def find(
    rows: Sequence[Row],
    marking: Marking,
    recipients: Sequence[str],
    secret: bytes,
    *,
    false: float = 1e-6,
) -> Found:
    """Whose mark the rows carry. A finding is wrong at most at the rate `false`, whatever part of
    the rows is left and however they are ordered; a part too small finds nobody."""
    best = Found(None, 0, 0, 1.0)
    once = {_name(row, marking): row for row in rows if _readable(row, marking)}
    for recipient in recipients:
        agreed = [
            _parity(row[column], step) == _wanted(secret, recipient, name, column)[0]
            for name, row in once.items()
            for column, step in marking.steps.items()
            if row[column] is not None
        ]
        chance = min(1.0, _tail(len(agreed), sum(agreed)) * len(recipients))
        if chance < best.chance or not best.marks:
            best = Found(recipient, len(agreed), sum(agreed), chance)
    if best.chance > false:
        return Found(None, best.marks, best.agree, best.chance)
    return best


def marks_needed(chance: float) -> int:
    """The fewest marks of which four in five agreeing (a fifth was altered) are no luck."""
    marks = 1
    while _tail(marks, ceil(marks * 0.8)) > chance:
        marks += 1
    return marks


def _marked(row: Row, marking: Marking, recipient: str, secret: bytes) -> dict[str, Any]:
    marked = dict(row)
    name = _name(row, marking)
    for column, step in marking.steps.items():
        value = row[column]
        if value is None:
            continue
        bit, up = _wanted(secret, recipient, name, column)
        if _parity(value, step) != bit:
            moved = Decimal(str(value)) + (step if up else -step)
            marked[column] = type(value)(moved)
    return marked


def _parity(value: Any, step: Decimal) -> int:
    return int((Decimal(str(value)) / step).to_integral_value(ROUND_FLOOR)) % 2


def _wanted(secret: bytes, recipient: str, name: str, column: str) -> tuple[int, bool]:
    message = "\0".join((recipient, name, column)).encode()
    byte = hmac.digest(secret, message, sha256)[0]
    return byte & 1, bool(byte & 2)


def _name(row: Row, marking: Marking) -> str:
    return "\1".join(str(row[each]).strip() for each in marking.key)


def _readable(row: Row, marking: Marking) -> bool:
    return all(
        row[each] is None or isinstance(row[each], int | float | Decimal) for each in marking.steps
    )


def _tail(marks: int, agree: int) -> float:
    """P(Bin(marks, 1/2) ≥ agree), exactly for few marks, bounded above for many (Hoeffding)."""
    if marks > 1_000:
        over = agree / marks - 0.5
        return 1.0 if over <= 0 else exp(-2 * marks * over * over)
    ways = total = comb(marks, agree)
    for each in range(agree, marks):
        ways = ways * (marks - each) // (each + 1)
        total += ways
    return total / (1 << marks)

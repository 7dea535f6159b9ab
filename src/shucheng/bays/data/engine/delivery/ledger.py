"""A budget that concurrent spenders cannot overspend: of privacy (ε), of calls, of anything.

It stands in one record of a store that can compare and set (a row with a version). A spender reads,
adds, and sets on the condition that nobody set in between; else it starts anew. Spending comes
before the answer and is never given back: an answer that was lost may have been seen.

Privacy composes by adding up (basic sequential composition: Dwork & Roth, "The Algorithmic
Foundations of Differential Privacy", 2014, theorem 3.16). Amounts are whole millionths, because
sums of floating ε drift.
"""

import json
from dataclasses import asdict, dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Protocol

from .model import Refused

MILLION = 1_000_000
_TRIES = 1_000


class Store(Protocol):
    """A record by key. `compare_and_set` is atomic over threads, processes and machines; version 0:
    there is no record yet."""

    def read(self, key: str) -> tuple[str, int]: ...

    def compare_and_set(self, key: str, version: int, value: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Budget:
    """In millionths. `uses`: the marks of what was spent on, so that none is spent on twice."""

    total: int
    spent: int = 0
    uses: tuple[str, ...] = ()

    @property
    def left(self) -> int:
        return self.total - self.spent


def millionths(amount: Decimal | str) -> int:
    """The amount rounded up: never less spent than used. Raises `ValueError` unless above 0."""
    exact = Decimal(amount) * MILLION
    if not exact.is_finite() or exact <= 0:
        raise ValueError("an amount above 0")
    return int(exact.to_integral_value(ROUND_CEILING))


def read(store: Store, key: str) -> Budget:
    """Raises `Refused` (`no-budget`) where none was opened."""
    return _read(store, key)[0]


def open_budget(store: Store, key: str, total: int) -> Budget:
    """The budget of an agreement, opened once: an open one stays as it is."""
    store.compare_and_set(key, 0, json.dumps(asdict(Budget(total))))
    return read(store, key)


def spend(store: Store, key: str, amount: int, use: str) -> Budget:
    """The budget after spending `amount` on `use`. Raises `Refused`: `no-budget`, `budget-spent`,
    `already-spent` (the same use again), `budget-busy`."""
    if amount <= 0:
        raise ValueError("an amount above 0")
    for _ in range(_TRIES):
        budget, version = _read(store, key)
        if use in budget.uses:
            raise Refused("already-spent", use)
        if amount > budget.left:
            raise Refused("budget-spent")
        after = Budget(budget.total, budget.spent + amount, (*budget.uses, use))
        if store.compare_and_set(key, version, json.dumps(asdict(after))):
            return after
    raise Refused("budget-busy")


def _read(store: Store, key: str) -> tuple[Budget, int]:
    value, version = store.read(key)
    if not version:
        raise Refused("no-budget")
    document = json.loads(value)
    return Budget(document["total"], document["spent"], tuple(document["uses"])), version

"""How much of what was agreed is used: quota of the running period, uses of all time, privacy."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, cast

from shucheng.bays.data.models.delivery import Budget
from shucheng.bays.data.models.market import Agreement
from shucheng.bays.data.queries.statements import read_budget
from shucheng.lib.periods import Frequency, Period

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Use:
    """`count`: uses of all time; the others: of the running period. `held`, by the number of a call
    that has not ended: its rows, its bytes, and the second of UTC from which it counts as lost."""

    period: str
    count: int = 0
    calls: int = 0
    rows: int = 0
    size: int = 0
    held: Mapping[str, tuple[int, int, float]] = field(default_factory=dict)

    def with_held(self, now: float) -> "Use":
        """As if all that is held had been used, without what was lost with its process."""
        held = {number: each for number, each in self.held.items() if each[2] > now}
        return Use(
            self.period,
            self.count + len(held),
            self.calls + len(held),
            self.rows + sum(rows for rows, _size, _until in held.values()),
            self.size + sum(size for _rows, size, _until in held.values()),
            held,
        )


def use_key(agreement: str) -> str:
    return f"use:{agreement}"


def privacy_key(agreement: str) -> str:
    return f"epsilon:{agreement}"


def period_of(agreement: Agreement, day: date) -> str:
    return str(Period.of(day, cast(Frequency, agreement.frequency)))


def read_use(value: str, period: str) -> Use:
    """The use as it counts for a period: what was used in an earlier one is the past's. Where a
    call began before the turn of a period, the new one stays, and it counts there."""
    use = Use(**json.loads(value)) if value else Use(period)
    return use if use.period >= period else Use(period, use.count, held=use.held)


# Values of budgets by their keys, read at once for many agreements.
Values = Mapping[str, str]


def values_of(agreements: Iterable[Agreement]) -> Values:
    codes = [each.code for each in agreements]
    keys = [*map(use_key, codes), *map(privacy_key, codes)]
    return dict(Budget.objects.filter(key__in=keys).values_list("key", "value"))


def use_of(agreement: Agreement, day: date, known: Values | None = None) -> Use:
    return read_use(_value(use_key(agreement.code), known), period_of(agreement, day))


def privacy_left(agreement: Agreement, known: Values | None = None) -> Decimal | None:
    """ε that is left; None where none was agreed."""
    if agreement.epsilon is None:
        return None
    value = _value(privacy_key(agreement.code), known)
    spent = Decimal(json.loads(value)["spent"]) / _MILLION if value else Decimal(0)
    return cast(Decimal, agreement.epsilon) - spent


def quota_lines(
    agreement: Agreement, day: date, known: Values | None = None
) -> list[dict[str, Any]]:
    """Each limit of the agreement with what is used of it in the running period."""
    use = use_of(agreement, day, known)
    return [
        {"name": name, "most": agreement.quota.get(name), "used": getattr(use, name)}
        for name in ("calls", "rows", "size")
    ]


def _value(key: str, known: Values | None) -> str:
    return read_budget(key)[0] if known is None else known.get(key, "")

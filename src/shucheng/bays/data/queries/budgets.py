"""How much of what was agreed is used: quota of the running period, uses of all time, privacy."""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

from shucheng.bays.data.models.market import Agreement
from shucheng.bays.data.queries.statements import read_budget
from shucheng.lib.periods import Frequency, Period

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Use:
    """`count`: uses of all time; the others: of the running period."""

    period: str
    count: int = 0
    calls: int = 0
    rows: int = 0
    size: int = 0


def use_key(agreement: str) -> str:
    return f"use:{agreement}"


def privacy_key(agreement: str) -> str:
    return f"epsilon:{agreement}"


def period_of(agreement: Agreement, day: date) -> str:
    return str(Period.of(day, cast(Frequency, agreement.frequency)))


def read_use(value: str, period: str) -> Use:
    """The use as it counts for a period: what was used in an earlier one is the past's. A call
    that began before the turn of a period finds the new one already there, and leaves it so."""
    use = Use(**json.loads(value)) if value else Use(period)
    return use if use.period >= period else Use(period, use.count)


def use_of(agreement: Agreement, day: date) -> Use:
    return read_use(_value(use_key(agreement.code)), period_of(agreement, day))


def privacy_left(agreement: Agreement) -> Decimal | None:
    """ε that is left; None where none was agreed."""
    if agreement.epsilon is None:
        return None
    value = _value(privacy_key(agreement.code))
    spent = Decimal(json.loads(value)["spent"]) / _MILLION if value else Decimal(0)
    return cast(Decimal, agreement.epsilon) - spent


def quota_lines(agreement: Agreement, day: date) -> list[dict[str, Any]]:
    """Each limit of the agreement with what is used of it in the running period."""
    use = use_of(agreement, day)
    return [
        {"name": name, "most": agreement.quota.get(name), "used": getattr(use, name)}
        for name in ("calls", "rows", "size")
    ]


def _value(key: str) -> str:
    return read_budget(key)[0]

"""Budgets in the database that concurrent spenders cannot overspend: the engine's store, and how
much of its quota an agreement has used."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import date

from django.db import IntegrityError, connection, transaction

from shucheng.bays.data.engine.delivery.model import Refused
from shucheng.bays.data.engine.delivery.tokens import Used
from shucheng.bays.data.models.delivery import Budget
from shucheng.bays.data.models.market import Agreement
from shucheng.bays.data.queries.budgets import Use, period_of, read_use, use_key
from shucheng.bays.data.queries.statements import read_budget

_TRIES = 200
# As in `queries/statements`: every call comes here twice.
_SET = "UPDATE data_budget SET value = %s, version = %s WHERE key = %s AND version = %s"


class DatabaseStore:
    """`engine/delivery/ledger.Store` over the table of budgets: an update counts only where the
    version is still the one that was read, for all processes and machines."""

    def read(self, key: str) -> tuple[str, int]:
        return read_budget(key)

    def compare_and_set(self, key: str, version: int, value: str) -> bool:
        if version:
            with connection.cursor() as cursor:
                cursor.execute(_SET, [value, version + 1, key, version])
                return bool(cursor.rowcount == 1)
        try:
            with transaction.atomic():
                Budget.objects.create(key=key, version=1, value=value)
        except IntegrityError:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Reserved:
    """What a call took beforehand; `before` is what was used without it."""

    period: str
    before: Used
    count: int
    rows: int
    size: int


def reserve(agreement: Agreement, day: date, rows: int, size: int) -> Reserved:
    """Takes one call, and as many rows and bytes as it may need and the quota leaves, before the
    data are asked. Raises `Refused` (`quota-spent`, `quota-busy`)."""
    store, period = DatabaseStore(), period_of(agreement, day)
    for _ in range(_TRIES):
        value, version = store.read(use_key(agreement.code))
        use = read_use(value, period)
        took = _taken(agreement, use, rows, size)
        after = replace(
            use,
            count=use.count + 1,
            calls=use.calls + 1,
            rows=use.rows + took.rows,
            size=use.size + took.size,
        )
        if store.compare_and_set(use_key(agreement.code), version, json.dumps(asdict(after))):
            return took
    raise Refused("quota-busy")


def give_back(agreement: Agreement, reserved: Reserved, rows: int, size: int, calls: int) -> None:
    """What a call did not need: with no `calls` it failed, and did not take place."""
    store = DatabaseStore()
    for _ in range(_TRIES):
        value, version = store.read(use_key(agreement.code))
        use = read_use(value, reserved.period)
        after = replace(use, count=use.count - (1 - calls))
        if use.period == reserved.period:
            after = replace(
                after,
                calls=use.calls - (1 - calls),
                rows=use.rows - (reserved.rows - rows),
                size=use.size - (reserved.size - size),
            )
        if store.compare_and_set(use_key(agreement.code), version, json.dumps(asdict(after))):
            return
    # Kept as used: too much is never taken, and this call is at its end.


def _taken(agreement: Agreement, use: Use, rows: int, size: int) -> Reserved:
    quota = agreement.quota
    left = {name: quota[name] - getattr(use, name) for name in quota if quota[name] is not None}
    for name in ("calls", "rows", "size"):
        if left.get(name, 1) <= 0:
            raise Refused("quota-spent", name)
    return Reserved(
        use.period,
        Used(use.calls, use.rows, use.size),
        use.count,
        min(rows, left.get("rows", rows)),
        min(size, left.get("size", size)),
    )

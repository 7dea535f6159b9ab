"""Budgets in the database that concurrent spenders cannot overspend: the engine's store, and how
much of its quota an agreement has used."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import TypeVar

from django.db import IntegrityError, connection, transaction

from shucheng.bays.data.engine.delivery.model import Refused
from shucheng.bays.data.engine.delivery.tokens import Used
from shucheng.bays.data.models.delivery import Budget
from shucheng.bays.data.models.market import Agreement
from shucheng.bays.data.queries.budgets import Use, period_of, read_use, use_key
from shucheng.bays.data.queries.statements import read_budget

Made = TypeVar("Made")

_TRIES = 200
# Then its process counts as gone: what it held goes to others, and it delivers no more.
_LOST_AFTER = 900.0
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
    """What is held for a call until it ends; `before` is what was used without it."""

    number: str
    period: str
    before: Used
    count: int
    rows: int
    size: int


def reserve(
    agreement: Agreement, number: str, now: datetime, day: date, rows: int, size: int
) -> Reserved:
    """Holds one call, and as many rows and bytes as it may need and the quota leaves, before the
    data are asked. Raises `Refused` (`quota-spent`; `quota-busy`: others hold what is left)."""

    def held(use: Use) -> tuple[Use, Reserved]:
        with_held = use.with_held(now.timestamp())
        left = _left(agreement, with_held)
        for name, most in left.items():
            if most <= 0:
                spent = _left(agreement, use)[name] <= 0
                raise Refused("quota-spent" if spent else "quota-busy", name)
        took = Reserved(
            number,
            use.period,
            Used(with_held.calls, with_held.rows, with_held.size),
            with_held.count,
            min(rows, left.get("rows", rows)),
            min(size, left.get("size", size)),
        )
        mine = {number: (took.rows, took.size, now.timestamp() + _LOST_AFTER)}
        return replace(use, held={**with_held.held, **mine}), took

    return _changed(agreement, period_of(agreement, day), held)


def use_up(agreement: Agreement, reserved: Reserved, rows: int, size: int) -> None:
    """Books what the call used, and what it held beyond that is free. Raises `Refused`
    (`quota-busy`) where it took so long that what it held was given to others."""

    def booked(use: Use) -> tuple[Use, None]:
        if reserved.number not in use.held:
            raise Refused("quota-busy")
        after = replace(
            use,
            count=use.count + 1,
            calls=use.calls + 1,
            rows=use.rows + rows,
            size=use.size + size,
            held=_without(use, reserved.number),
        )
        return after, None

    _changed(agreement, reserved.period, booked)


def give_back(agreement: Agreement, reserved: Reserved) -> None:
    """The call failed, and did not take place."""
    with suppress(Refused):  # Left as held, it is free again when it counts as lost.
        _changed(
            agreement,
            reserved.period,
            lambda use: (replace(use, held=_without(use, reserved.number)), None),
        )


def _changed(agreement: Agreement, period: str, change: Callable[[Use], tuple[Use, Made]]) -> Made:
    """What `change` made, once its use stands in the database. Raises `Refused`."""
    store, key = DatabaseStore(), use_key(agreement.code)
    for _ in range(_TRIES):
        value, version = store.read(key)
        after, made = change(read_use(value, period))
        if store.compare_and_set(key, version, json.dumps(asdict(after))):
            return made
    raise Refused("quota-busy")


def _left(agreement: Agreement, use: Use) -> dict[str, int]:
    quota = agreement.quota
    return {name: quota[name] - getattr(use, name) for name in quota if quota[name] is not None}


def _without(use: Use, number: str) -> dict[str, tuple[int, int, float]]:
    return {other: held for other, held in use.held.items() if other != number}

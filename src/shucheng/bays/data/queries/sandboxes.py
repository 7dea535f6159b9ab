"""Sandboxes that are kept ready, a process each: the last few agreements that asked. To start one
takes about a second, a query in it some milliseconds."""

import time
from collections import defaultdict
from threading import Lock

from shucheng.bays.data.engine.delivery.apart import Apart, Task
from shucheng.bays.data.engine.delivery.model import Refused
from shucheng.bays.data.engine.delivery.sandbox import Limits
from shucheng.bays.data.models.market import Agreement
from shucheng.bays.data.queries import views_of_products
from shucheng.bays.data.queries.views_of_products import shown

TABLE = "product"
LIMITS = Limits(seconds=10.0, rows=10_000, size=5_000_000, memory="512MB")
_MOST = 4
_KEPT: dict[str, Apart] = {}
_TURN = Lock()
_BEGUN: set[str] = set()  # being filled: they have their place
_FILLING: defaultdict[str, Lock] = defaultdict(Lock)


def sandbox_of(agreement: Agreement) -> Apart:
    """The agreement's own, filled with what it may see as table `product`. Raises `Refused`
    (`sandbox-busy`: no place, and none of the others is idle)."""
    view = shown(agreement)
    task = Task({TABLE: view.select}, LIMITS, view.terms.groups)
    # Filling takes up to a minute; others are not held up by it.
    with _FILLING[agreement.code]:
        with _TURN:
            kept = _KEPT.get(agreement.code)
            if kept is not None and kept.task == task and kept.alive:
                kept.used = time.monotonic()
                return kept
            _drop(agreement.code)
            _make_room()
            _BEGUN.add(agreement.code)
        try:
            made = Apart(task)
            with _TURN:
                _KEPT[agreement.code] = made
        finally:
            with _TURN:
                _BEGUN.discard(agreement.code)
        return made


def _make_room() -> None:
    while len(_KEPT) + len(_BEGUN) >= _MOST:
        idle = [code for code, each in _KEPT.items() if not each.busy]
        if not idle:
            raise Refused("sandbox-busy")
        _drop(min(idle, key=lambda code: _KEPT[code].used))


def forget(code: str) -> None:
    """What stopped is not kept ready, neither as a view nor as a process."""
    with _TURN:
        _drop(code)
    views_of_products.forget(code)


def close_all() -> None:
    with _TURN:
        for code in list(_KEPT):
            _drop(code)


def _drop(code: str) -> None:
    kept = _KEPT.pop(code, None)
    if kept is not None:
        kept.close()

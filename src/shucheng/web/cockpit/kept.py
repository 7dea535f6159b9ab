"""The cockpit's page parts, kept in this process as long as nothing has changed.

Every write is an action and every action appends to the audit chain (decision 0003), in its own
transaction: while the chain's head is the same, so is everything that the parts were rendered
from. Forecasts alone are made outside of actions, so they have a mark of their own. A head is read
before the data, so a part can be newer than its mark, never older.

After a change whoever comes first has the parts made anew and gets them. Who comes while they are
being made gets those from before, for at most a second: one figure reported must not keep fifty
people waiting.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock

from django.utils import timezone
from django.utils.translation import get_language

from shucheng.kernel.public import audit_head
from shucheng.plan.public import forecasts_mark

Parts = dict[str, str]

# Languages, the wall, a few indicators on the map.
_ROOM = 32
# Seconds for which what was true before a change is shown while the parts are made anew.
_BEFORE = 1.0


@dataclass(slots=True)
class _Place:
    """What is kept of one page as it was asked for, and what it was made from."""

    made: tuple[Hashable, Parts] | None = None
    making: Lock = field(default_factory=Lock)
    began: float = 0.0


_places: OrderedDict[Hashable, _Place] = OrderedDict()
_guard = Lock()


def kept(make: Callable[[], Parts], *about: Hashable) -> Parts:
    """What `make` rendered about these things, made anew when anything has changed since.

    `about` names all that the parts depend on beside the stored data, the day and the language;
    they must not depend on who asks.
    """
    place = _place((get_language(), *about))
    while True:
        mark = (audit_head(), forecasts_mark(), timezone.localdate())
        before = place.made
        if before and before[0] == mark:
            return before[1]
        if place.making.acquire(blocking=False):
            try:
                place.began = time.monotonic()
                parts = make()
                place.made = mark, parts
            finally:
                place.making.release()
            return parts
        if before and time.monotonic() - place.began < _BEFORE:
            return before[1]
        with place.making:
            pass  # it is made now, from this change or an earlier one


def _place(key: Hashable) -> _Place:
    with _guard:
        place = _places.setdefault(key, _Place())
        _places.move_to_end(key)
        while len(_places) > _ROOM:
            _places.popitem(last=False)
    return place

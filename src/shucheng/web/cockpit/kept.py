"""The cockpit's page parts, kept in this process as long as nothing has changed.

Every write is an action and every action appends to the audit chain (decision 0003), in its own
transaction: while the chain's head is the same, so is everything that the parts were rendered
from. Forecasts alone are made outside of actions, so they have a mark of their own. A head is read
before the data, so a part can be newer than its mark, never older.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

from django.utils import timezone
from django.utils.translation import get_language

from shucheng.kernel.public import audit_head
from shucheng.plan.public import forecasts_mark

Parts = dict[str, str]

# Languages, the wall, a few indicators on the map.
_ROOM = 32
_parts: OrderedDict[Hashable, Parts] = OrderedDict()
_making: dict[Hashable, Lock] = {}
_guard = Lock()


def kept(make: Callable[[], Parts], *about: Hashable) -> Parts:
    """What `make` rendered about these things, made anew when anything has changed since.

    `about` names all that the parts depend on beside the stored data, the day and the language;
    they must not depend on who asks. Requests that come while it is being made wait for it.
    """
    key = (audit_head(), forecasts_mark(), timezone.localdate(), get_language(), *about)
    with _guard:
        if key in _parts:
            _parts.move_to_end(key)
            return _parts[key]
        lock = _making.setdefault(key, Lock())
    with lock:
        with _guard:
            if key in _parts:
                return _parts[key]
        try:
            made = make()
        finally:
            with _guard:
                _making.pop(key, None)
        with _guard:
            _parts[key] = made
            while len(_parts) > _ROOM:
                _parts.popitem(last=False)
    return made

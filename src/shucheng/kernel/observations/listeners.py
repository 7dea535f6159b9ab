"""Who has to know when observations change: told inside the action that records them.

What is computed from observations changes with them, in one transaction, so that no page ever
shows a figure beside the data that it no longer follows from. A listener is registered once, at
start, by the app that computes; it raises nothing that should not undo the recording.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """Which series changed, and where: metrics and areas by code, periods as SDMX writes them.

    They are those of the rows themselves; not every one of them need have changed with each other.
    """

    metrics: frozenset[str]
    areas: frozenset[str]
    periods: frozenset[str]


Listener = Callable[[Change], None]
_LISTENERS: list[Listener] = []


def listen_to_observations(listener: Listener) -> None:
    if listener not in _LISTENERS:
        _LISTENERS.append(listener)


def listeners() -> tuple[Listener, ...]:
    return tuple(_LISTENERS)


def announce(metrics: Iterable[str], areas: Iterable[str], periods: Iterable[str]) -> None:
    """Tell every listener which series were just written to."""
    change = Change(frozenset(metrics), frozenset(areas), frozenset(periods))
    if change.metrics:
        for listener in _LISTENERS:
            listener(change)

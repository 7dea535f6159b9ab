"""Who may object to figures being recorded: asked inside the action, before anything is written.

The kernel's reporting registers one function, once, at start: a closed period keeps its figures.
A guard raises an error that tells the actor what to do; it writes nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from shucheng.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Write:
    """A figure that is about to be recorded or corrected; metric and area by code."""

    metric: str
    area: str
    start: date
    end: date


Guard = Callable[[Iterable[Write], Actor], None]
_GUARDS: list[Guard] = []


def guard_observations(guard: Guard) -> None:
    if guard not in _GUARDS:
        _GUARDS.append(guard)


def ask_guards(writes: Iterable[Write], actor: Actor) -> None:
    """Let every guard object."""
    writes = set(writes)
    if writes:
        for guard in _GUARDS:
            guard(writes, actor)

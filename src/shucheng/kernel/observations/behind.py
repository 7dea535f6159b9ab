"""What a room knows beside an observation: the page of what stands behind it, the same thing
measured another way."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from shucheng.kernel.observations.models import Observation


@dataclass(frozen=True, slots=True)
class Behind:
    """A line under an observation: what it is, what it says, the page that tells more."""

    label: str
    text: str
    url: str = ""


Tells = Callable[[Observation], Iterable[Behind]]
_TELL: list[Tells] = []


def tell_behind(tells: Tells) -> None:
    """Once, at start; it yields nothing for what its room knows nothing of."""
    if tells not in _TELL:
        _TELL.append(tells)


def behind(observation: Observation) -> tuple[Behind, ...]:
    return tuple(line for tells in _TELL for line in tells(observation))

"""Which work points are done. Whoever follows them registers one function, once, at start.

The plan's own pages know the work points, not how they are followed: supervision stands above.
"""

from collections.abc import Callable, Mapping
from datetime import date

from shucheng.kernel.public import Actor
from shucheng.plan.models import PlanVersion

# Id of a work point → whether it is done by a day; points that the actor may not see are left out.
Provider = Callable[[Actor, PlanVersion, date], Mapping[int, bool]]

_PROVIDERS: list[Provider] = []


def register_done_points(provider: Provider) -> None:
    if provider not in _PROVIDERS:
        _PROVIDERS.append(provider)


def done_points(actor: Actor, version: PlanVersion, day: date) -> dict[int, bool]:
    found: dict[int, bool] = {}
    for provider in _PROVIDERS:
        found.update(provider(actor, version, day))
    return found

"""What a bay is: one manifest a bay, read once at start.

A bay declares itself in its `bay.py`; `web` lists the bays it serves. Nothing else knows
which bays there are.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise

from shucheng.kernel.actor import Permission, register_permissions

if TYPE_CHECKING:
    from shucheng.kernel.observations.inputs import MetricDefinition


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A line of the navigation; shown to actors that hold `permission`."""

    label: str | Promise
    url_name: str
    permission: str


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A job that the clock starts: a registered job name and every how many minutes."""

    job: str
    every_minutes: int


@dataclass(frozen=True, slots=True)
class Health:
    """What a health check found; `detail` is shown to administrators."""

    ok: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Bay:
    """One platform that the plan names.

    `metrics` are what the bay measures for the spine (see its `metrics.py`), by codes that begin
    with its own; `jobs` maps a job name to a function of the bay's `jobs.py`.
    """

    code: str
    name_zh: str
    name_en: str
    menu: tuple[MenuEntry, ...] = ()
    permissions: tuple[Permission, ...] = ()
    metrics: tuple["MetricDefinition", ...] = ()
    jobs: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    schedule: tuple[Scheduled, ...] = ()
    health: Callable[[], Health] | None = None


_BAYS: dict[str, Bay] = {}


def register_bay(bay: Bay) -> None:
    if bay.code in _BAYS and _BAYS[bay.code] is not bay:
        raise ValueError(f"two bays call themselves {bay.code}")
    _BAYS[bay.code] = bay
    register_permissions(bay.permissions)


def bays() -> tuple[Bay, ...]:
    return tuple(_BAYS.values())


def figures() -> dict[str, "MetricDefinition"]:
    """What the bays measure, by code."""
    return {metric.code: metric for bay in _BAYS.values() for metric in bay.metrics}

"""What stands beside a cell: numbers that somebody else knows, such as the plan's target.

The kernel knows no plan. Who does registers one function, once, at start (decision 0009).
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from shucheng.lib.periods import Period

# Metric code → labelled numbers in the metric's unit; metrics with none are left out.
Beside = Mapping[str, tuple[tuple[str, Decimal], ...]]
Provider = Callable[[Sequence[str], str, Period], Beside]

_PROVIDERS: list[Provider] = []


def register_beside(provider: Provider) -> None:
    """Have a function asked with (metric codes, area code, period) for every sheet."""
    if provider not in _PROVIDERS:
        _PROVIDERS.append(provider)


def beside(metrics: Sequence[str], area: str, period: Period) -> Beside:
    """What all providers know of these metrics, in the order they were registered."""
    found: dict[str, tuple[tuple[str, Decimal], ...]] = {}
    for provider in _PROVIDERS:
        for metric, numbers in provider(metrics, area, period).items():
            found[metric] = (*found.get(metric, ()), *numbers)
    return found

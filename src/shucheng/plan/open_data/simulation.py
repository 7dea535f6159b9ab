"""Releases for the demonstration: the plan's own indicators, said to be simulated."""

from shucheng.kernel.public import Actor
from shucheng.plan.models import Indicator
from shucheng.plan.open_data.actions import release_indicator
from shucheng.plan.open_data.models import Release
from shucheng.plan.queries.versions import current_version


def simulate_releases(*, actor: Actor) -> int:
    """Release every indicator of the plan in force that is measured; how many."""
    version = current_version()
    bound = Indicator.objects.filter(version=version, binding__isnull=False)
    codes = list(dict.fromkeys(bound.values_list("binding__code", flat=True)))
    for code in codes:
        if not Release.objects.filter(binding__code=code).exists():
            release_indicator(
                code,
                licence="CC-BY-4.0",
                note="模拟数据,仅供演示",
                reason="演示:示例性发布决定",
                actor=actor,
            )
    return len(codes)

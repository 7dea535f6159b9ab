"""What the plan asks of a metric, for the platforms that measure it and know no targets."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from shucheng.plan.models import Target
from shucheng.plan.queries.computed import metrics_of
from shucheng.plan.queries.promises import promised
from shucheng.plan.queries.versions import current_version

_LEVELS = ("level", "cumulative")


@dataclass(frozen=True, slots=True)
class Asked:
    """A target of the text: the promise in the reader's words, its value, unit and year, and the
    key under which it is explained."""

    target: int
    text: str
    value: Decimal
    unit: str
    year: int | None


def targets_of_metrics(metrics: Collection[str]) -> dict[str, Asked]:
    """Metric → the level that the plan in force asks for, of the last year it names. Targets whose
    formula reads another metric as well say nothing of this one alone."""
    version = current_version()
    if version is None:
        return {}
    found: dict[str, Asked] = {}
    targets = version.targets.filter(binding__isnull=False, kind__in=_LEVELS)
    for target in sorted(targets.select_related("binding"), key=lambda each: each.due or 0):
        read = metrics_of(target.binding.formula) if target.binding else set()
        if len(read) == 1 and read <= set(metrics):
            found[min(read)] = _asked(target)
    return found


def _asked(target: Target) -> Asked:
    text = promised(
        target.kind, target.comparator, target.value, target.value_max, target.unit, target.quote
    )
    return Asked(target.pk, text, target.value, target.unit, target.due)

"""What the plan asks of a metric, for the platforms that measure it and know no targets."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from shucheng.kernel.public import MetricVersion, metrics_of_figures
from shucheng.plan.models import Target
from shucheng.plan.queries.annex_line import converted
from shucheng.plan.queries.computed import metrics_of
from shucheng.plan.queries.names import indicator_name
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


@dataclass(frozen=True, slots=True)
class FigurePath:
    """An indicator of the plan by its name, and what it asks for year by year, in the metric's
    unit."""

    name: str
    years: Mapping[int, Decimal]


def paths_of_figures(figures: Collection[str]) -> dict[str, FigurePath]:
    """Figure of a bay → the indicator of the plan in force that is its number: one whose formula
    reads nothing but the metric that the city pack says the figure is the value of, in its unit."""
    version = current_version()
    measured = metrics_of_figures()
    names = {measured[each][0]: each for each in figures if each in measured}
    if version is None or not names:
        return {}
    units = dict(
        MetricVersion.objects.filter(metric__code__in=names)
        .order_by("number")
        .values_list("metric__code", "unit")
    )
    found: dict[str, FigurePath] = {}
    bound = version.indicators.filter(binding__isnull=False)
    for indicator in bound.select_related("binding").prefetch_related("path"):
        read = metrics_of(indicator.binding.formula) if indicator.binding else frozenset()
        if len(read) != 1 or not read <= names.keys():
            continue
        metric = min(read)
        years = {
            each.year: converted(each.value, indicator.unit, units[metric])
            for each in indicator.path.all()
        }
        told = {year: value for year, value in years.items() if value is not None}
        if told:
            found.setdefault(names[metric], FigurePath(indicator_name(indicator), told))
    return found


def _asked(target: Target) -> Asked:
    text = promised(
        target.kind, target.comparator, target.value, target.value_max, target.unit, target.quote
    )
    return Asked(target.pk, text, target.value, target.unit, target.due)

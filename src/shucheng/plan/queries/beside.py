"""The plan's targets beside the cells that are filled in: what the kernel's reporting shows.

A metric has the target of an indicator whose formula reads that metric alone: what is typed moves
that indicator and no other number.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from shucheng.kernel.public import Metric, MetricVersion, city_area_code, metrics_of_figures
from shucheng.lib.periods import Period
from shucheng.plan.judgement.path import Shape
from shucheng.plan.models import AreaTarget, Decomposition, Indicator, PartKind
from shucheng.plan.queries.annex_line import converted
from shucheng.plan.queries.computed import first_year_of, metrics_of
from shucheng.plan.queries.paths import binding_shape
from shucheng.plan.queries.versions import current_version


def targets_beside(
    metrics: Sequence[str], area: str, period: Period
) -> Mapping[str, tuple[tuple[str, Decimal], ...]]:
    """Metric code → the year's targets in the metric's unit, labelled with the year and how far
    they reach.

    The city's targets come from the plan, an area's from how the plan office decomposed them. What
    is reported beside a bay's figure has the target of what that figure is the value of.
    """
    version = current_version()
    if version is None:
        return {}
    beside = _measured_by_a_bay(metrics)
    metrics = [*metrics, *beside.values()]
    reads: dict[str, list[Indicator]] = {}
    for indicator in version.indicators.select_related("binding").prefetch_related("path"):
        if indicator.binding is not None:
            read = metrics_of(indicator.binding.formula)
            if len(read) == 1 and read <= set(metrics):
                reads.setdefault(min(read), []).append(indicator)
    if not reads:
        return {}
    units = {
        each.metric.code: each.unit
        for each in MetricVersion.objects.select_related("metric")
        .filter(metric__code__in=reads)
        .order_by("number")
    }
    of_area = {} if area == city_area_code() else _of_area(reads, area, period.year)
    found: dict[str, tuple[tuple[str, Decimal], ...]] = {}
    since = first_year_of(version)
    for metric, indicators in reads.items():
        numbers = []
        for indicator in indicators:
            if area == city_area_code():
                told = next((t.value for t in indicator.path.all() if t.year == period.year), None)
                unit = indicator.unit
            else:
                told, unit = of_area.get(indicator.code, (None, ""))
            value = converted(told, unit, units[metric])
            if value is not None:
                label = _label(binding_shape(indicator.binding), period.year, since)
                numbers.append((label, value.normalize() + 0))
        if numbers:
            found[metric] = tuple(numbers)
    return found | {code: found[other] for code, other in beside.items() if other in found}


def _measured_by_a_bay(metrics: Sequence[str]) -> dict[str, str]:
    """Of metrics that are reported beside a bay's figure: the metric that it is the value of."""
    figures = Metric.objects.filter(code__in=metrics).exclude(figure="")
    measured = metrics_of_figures()
    return {
        code: measured[figure][0]
        for code, figure in figures.values_list("code", "figure")
        if figure in measured and code not in measured[figure]
    }


def _label(shape: Shape, year: int, since: int) -> str:
    """What the target is of: beside a month's or a quarter's figure it is not to be mistaken for
    that period's."""
    told = {"year": year, "since": since}
    if shape == "year_to_date":
        return _("%(year)s target, of the whole year") % told
    if shape == "since_start":
        return _("%(year)s target, cumulative since %(since)s") % told
    return _("%(year)s target, at the year's end") % told


def _of_area(
    reads: Mapping[str, Sequence[Indicator]], area: str, year: int
) -> dict[str, tuple[Decimal, str]]:
    """Indicator code → the area's part of the year's target decided last, and its unit."""
    codes = [indicator.code for indicators in reads.values() for indicator in indicators]
    decided = Decomposition.objects.filter(indicator__in=codes, year=year, kind=PartKind.AREAS)
    newest = {each.indicator: each for each in decided.order_by("recorded_at", "pk")}
    parts = AreaTarget.objects.filter(decomposition__in=newest.values(), area=area)
    values = {part.decomposition_id: part.value for part in parts}
    return {
        code: (values[each.pk], each.unit) for code, each in newest.items() if each.pk in values
    }

"""What is known so far about an indicator: the stored values of its binding's formula.

Values are computed when observations change (`actions/values.py`) and only read here; what was
known on a day is computed anew from the observations of that day.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from shucheng.kernel.public import SIMULATION, Area, MetricVersion, city_area_code
from shucheng.lib.units import UnitUnknown
from shucheng.plan.formula.errors import FormulaInvalid
from shucheng.plan.formula.proof import prove
from shucheng.plan.models import Binding, Indicator, IndicatorValue, PlanVersion, Target
from shucheng.plan.queries.annex_line import factor_of
from shucheng.plan.queries.computed import (
    Computed,
    as_told,
    compute,
    every_definition,
    first_year_of,
    metric_facts,
    metrics_of,
)
from shucheng.plan.queries.formula_texts import formula_problem
from shucheng.plan.queries.places import city_of, every_area


@dataclass(frozen=True, slots=True)
class Known:
    """A value at a period; `observation_id` is the newest observation that it stands on."""

    period: str
    value: Decimal | None
    source: str
    observation_id: int
    recorded_at: datetime
    rests_on: int = 1

    @property
    def simulated(self) -> bool:
        return self.source == SIMULATION

    @property
    def year(self) -> int:
        return int(self.period[:4])


@dataclass(frozen=True, slots=True)
class Measured:
    """What is known of something promised, in the unit it is shown in, and by which formula: what
    was known on a day, by that day's."""

    binding: Binding | None
    series: tuple[Known, ...]
    formula: str

    @property
    def metric(self) -> str:
        """The one metric that is read; empty where there are several, or no formula."""
        return metric_of(self.formula) if self.formula else ""

    @property
    def latest(self) -> Known | None:
        return self.series[-1] if self.series else None

    @property
    def restarts_yearly(self) -> bool:
        """A sum since January: each year's line begins anew."""
        return self.formula.startswith("ytd")


NOTHING = Measured(None, (), "")


def metric_of(formula: str) -> str:
    """The one metric a formula reads; empty where it reads several."""
    metrics = metrics_of(formula)
    return next(iter(metrics)) if len(metrics) == 1 else ""


def why_unmeasured(binding: Binding | None) -> str:
    """What is missing before a value can be computed; empty where nothing is."""
    if binding is None:
        return _("No formula is bound to it yet, so nothing can be measured.")
    try:
        prove(binding.formula, metric_facts(metrics_of(binding.formula)), unit=binding.unit)
    except FormulaInvalid as error:
        return formula_problem(error)
    except UnitUnknown:
        return _("The unit “%(unit)s” is not known.") % {"unit": binding.unit}
    return ""


# Binding id → area → its known values, in order of period.
ByArea = Mapping[int, Mapping[str, Sequence[Known]]]


@dataclass(frozen=True, slots=True)
class MeasuredPlan:
    """A version's indicators and targets, read once, and what is known of each."""

    version: PlanVersion
    indicators: tuple[Indicator, ...]
    targets: tuple[Target, ...]
    known: Mapping[str, Measured]
    areas: tuple[Area, ...]
    # Where every area was asked for: what is known of each, and the definitions of all metrics.
    by_area: ByArea
    metrics: tuple[MetricVersion, ...]

    @property
    def promised(self) -> tuple[Indicator | Target, ...]:
        return (*self.indicators, *self.targets)

    def of(self, promised: Indicator | Target) -> Measured:
        """An indicator's values are in its own unit, a target's in its binding's."""
        if promised.binding is None:
            return NOTHING
        found = self.known[promised.binding.code]
        return _in_unit_of(promised, found) if isinstance(promised, Indicator) else found


def measure_plan(
    version: PlanVersion,
    *,
    targets: Iterable[Target] | None = None,
    everywhere: bool = False,
    as_of: date | None = None,
) -> MeasuredPlan:
    """What is known of all that a version promises, or of its indicators and the targets given
    (with their bindings), in the city; `everywhere` reads every area's values as well. Five
    queries, however long the plan is."""
    indicators = tuple(version.indicators.select_related("binding").prefetch_related("path"))
    chosen = tuple(version.targets.select_related("binding") if targets is None else targets)
    promised: tuple[Indicator | Target, ...] = (*indicators, *chosen)
    bindings = {row.binding.pk: row.binding for row in promised if row.binding}
    areas = every_area()
    city = city_of(areas)
    by_area = known_by_area(
        list(bindings.values()), first_year_of(version), None if everywhere else [city], as_of
    )
    known = _measured(bindings, by_area, city, as_of)
    metrics = every_definition() if everywhere else ()
    return MeasuredPlan(version, indicators, chosen, known, areas, by_area, metrics)


def measured_by(
    bindings: Iterable[Binding], first_year: int, as_of: date | None = None, area: str = ""
) -> dict[str, Measured]:
    """Binding code → what is known of the city, or of an area; two queries, however many bindings
    there are."""
    by_id = {binding.pk: binding for binding in bindings}
    place = area or city_area_code()
    known = known_by_area(list(by_id.values()), first_year, [place], as_of)
    return _measured(by_id, known, place, as_of)


def _measured(
    bindings: Mapping[int, Binding], known: ByArea, area: str, as_of: date | None
) -> dict[str, Measured]:
    """Binding code → what is known of an area, by the formula of the day."""
    told = as_told(bindings.values(), as_of)
    return {
        each.code: Measured(each, tuple(known[pk].get(area, ())), told[each].formula)
        for pk, each in bindings.items()
    }


def known_by_area(
    bindings: Sequence[Binding],
    first_year: int,
    areas: Sequence[str] | None,
    as_of: date | None = None,
) -> dict[int, dict[str, list[Known]]]:
    """Binding id → area → its known values, in order of period; of every area where none are
    named."""
    found: dict[int, dict[str, list[Known]]] = {binding.pk: {} for binding in bindings}
    if as_of is None:
        rows = stored_values(list(found), areas)
    else:
        computed = compute(bindings, first_year, areas=areas or (), as_of=as_of)
        rows = [(value.binding.pk, value.area, known_of(value)) for value in computed]
    for pk, area, known in rows:
        found[pk].setdefault(area, []).append(known)
    return found


def measured_one(indicator: Indicator, as_of: date | None = None, area: str = "") -> Measured:
    """What is known of an indicator, in its own unit."""
    if indicator.binding is None:
        return NOTHING
    known = measured_by([indicator.binding], first_year_of(indicator.version), as_of, area)
    return _in_unit_of(indicator, known[indicator.binding.code])


def _in_unit_of(indicator: Indicator, found: Measured) -> Measured:
    return replace(found, series=in_unit(found.series, factor_of(indicator)))


def in_unit(known: Iterable[Known], factor: Decimal | None) -> tuple[Known, ...]:
    """A binding's values in the indicator's unit; see `factor_of`."""
    if factor == 1:
        return tuple(known)
    return tuple(
        replace(each, value=None if each.value is None or factor is None else each.value * factor)
        for each in known
    )


def stored_values(bindings: list[int], areas: Sequence[str] | None) -> list[tuple[int, str, Known]]:
    """(binding id, area code, value) in order of period; of all areas where none are named."""
    rows = IndicatorValue.objects.filter(binding__in=bindings)
    if areas:
        rows = rows.filter(area__in=areas)
    fields = ("simulated", "observation__source", "observation_id", "recorded_at", "rests_on")
    return [
        (
            binding,
            area,
            Known(period, value, SIMULATION if simulated else source, pk, recorded_at, rests_on),
        )
        for binding, area, period, value, simulated, source, pk, recorded_at, rests_on in (
            rows.order_by("period_end", "pk").values_list(
                "binding_id", "area", "period", "value", *fields
            )
        )
    ]


def known_of(value: Computed) -> Known:
    newest = value.newest
    return Known(
        period=str(value.period),
        value=value.value,
        source=SIMULATION if value.simulated else newest.source,
        observation_id=newest.id,
        recorded_at=newest.recorded_at,
        rests_on=value.rests_on,
    )

"""One indicator over the counties, districts and zones: how they stand beside each other."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from shucheng.kernel.public import Actor, Area, MetricVersion, areas
from shucheng.lib import units
from shucheng.lib.periods import Period
from shucheng.plan.models import Binding, Indicator, PlanVersion, Target
from shucheng.plan.queries.computed import as_told, every_definition, first_year_of, metrics_of
from shucheng.plan.queries.measured import Known, MeasuredPlan, known_by_area, metric_of
from shucheng.plan.queries.names import binding_name
from shucheng.plan.queries.places import below_city, city_of
from shucheng.plan.queries.versions import current_version


@dataclass(frozen=True, slots=True)
class Change:
    """Against the same period a year earlier: how many more of what is counted (a percentage of
    two would say little), how many points of a rate, else percent."""

    value: Decimal
    in_percent: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """An indicator that areas report, to choose for the map."""

    binding: Binding
    name: str
    is_headline: bool
    # By which it is computed: as known on a day, that day's.
    formula: str

    @property
    def pk(self) -> int:
        return self.binding.pk

    @property
    def code(self) -> str:
        return self.binding.code

    @property
    def unit(self) -> str:
        return self.binding.unit

    @property
    def metric(self) -> str:
        return metric_of(self.formula)

    @property
    def is_since_january(self) -> bool:
        return self.formula.startswith("ytd")

    @property
    def is_since_start(self) -> bool:
        return self.formula.startswith("cumulative")


@dataclass(frozen=True, slots=True)
class AreaValue:
    """An area's newest value of the indicator; late where others are a period further."""

    area: Area
    series: tuple[Known, ...]
    period: str
    unit: str
    # Lines to draw: a sum since January begins anew each year.
    restarts_yearly: bool

    @property
    def latest(self) -> Known | None:
        return self.series[-1] if self.series else None

    @property
    def is_late(self) -> bool:
        return self.latest is not None and self.latest.period < self.period

    @property
    def value(self) -> Decimal | None:
        """At the period that is compared; None for who has not reported it."""
        return self.latest.value if self.latest and not self.is_late else None

    @property
    def change(self) -> Change | None:
        earlier = str(year_before(self.period)) if self.period else ""
        before = next((known.value for known in self.series if known.period == earlier), None)
        return change_between(self.value, before, self.unit)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One indicator over all areas at the newest period that any of them has reported."""

    choices: tuple[Choice, ...]
    chosen: Choice | None
    period: str
    values: tuple[AreaValue, ...]
    city: Known | None
    # All that is known of the city.
    whole: tuple[Known, ...] = ()

    @property
    def known(self) -> int:
        return sum(found.value is not None for found in self.values)

    @property
    def missing(self) -> tuple[AreaValue, ...]:
        return tuple(found for found in self.values if found.value is None)

    @property
    def simulated(self) -> bool:
        return any(found.latest and found.latest.simulated for found in self.values)

    @property
    def sources(self) -> tuple[str, ...]:
        """Where the values that are compared come from."""
        found = (each.latest.source for each in self.values if each.latest and not each.is_late)
        return tuple(dict.fromkeys(found))

    @property
    def most(self) -> Decimal:
        return max((v.value for v in self.values if v.value is not None), default=Decimal(0))


def compare_areas(
    code: str,
    *,
    actor: Actor,
    plan: MeasuredPlan | None = None,
    as_of: date | None = None,
) -> Comparison:
    """An indicator over the areas; the plan's first one that areas report where none is named.

    `plan` saves reading anew what was measured everywhere as of the same day; `as_of` asks for
    what was known on a day."""
    actor.require("plan.view")
    places = plan.areas if plan else tuple(areas(actor=actor))
    version = plan.version if plan else current_version(as_of)
    metrics = plan.metrics if plan else every_definition()
    return compare(code, version, places, metrics, as_of, plan)


def compare(
    code: str,
    version: PlanVersion | None,
    places: Sequence[Area],
    metrics: Iterable[MetricVersion],
    as_of: date | None = None,
    plan: MeasuredPlan | None = None,
) -> Comparison:
    """The same from all areas and all metrics' definitions. Three queries, or none with a plan."""
    reported = frozenset(each.metric.code for each in metrics if each.by_area)
    choices = _choices(plan.promised if plan else _promised(version), reported)
    chosen = next((c for c in choices if c.code == code), choices[0] if choices else None)
    found: Mapping[str, Sequence[Known]] = {}
    if chosen and version:
        told = as_told([chosen.binding], as_of)[chosen.binding]
        chosen = replace(chosen, formula=told.formula)
        since = first_year_of(version)
        read = plan.by_area if plan else known_by_area([chosen.binding], since, None, as_of)
        found = read[chosen.pk]
    known = {
        area: kept
        for area, series in found.items()
        if (kept := tuple(each for each in series if each.value is not None))
    }
    below = below_city(places)
    period = max((s[-1].period for a in below if (s := known.get(a.code, ()))), default="")
    whole = known.get(city_of(places), ())
    return Comparison(
        choices=choices,
        chosen=chosen,
        period=period,
        values=tuple(
            AreaValue(
                area,
                known.get(area.code, ()),
                period,
                chosen.unit if chosen else "",
                restarts_yearly=bool(chosen and chosen.is_since_january),
            )
            for area in below
        ),
        city=next((value for value in reversed(whole) if value.period == period), None),
        whole=whole,
    )


def _promised(version: PlanVersion | None) -> tuple[Indicator | Target, ...]:
    """What a plan asks for: the annex's indicators, then the text's targets."""
    if version is None:
        return ()
    return (
        *version.indicators.select_related("binding"),
        *version.targets.select_related("binding"),
    )


def _choices(
    promised: Iterable[Indicator | Target], reported: frozenset[str]
) -> tuple[Choice, ...]:
    """Of what a plan asks for, what areas report; each once, where it comes first."""
    found: dict[int, Choice] = {}
    for each in promised:
        binding = each.binding
        if binding is None or binding.pk in found:
            continue
        if (read := metrics_of(binding.formula)) and read <= reported:
            found[binding.pk] = Choice(
                binding, binding_name(binding), isinstance(each, Indicator), binding.formula
            )
    return tuple(found.values())


def year_before(period: str) -> Period:
    found = Period.parse(period)
    return Period.of(found.start.replace(year=found.start.year - 1, day=1), found.frequency)


def change_between(value: Decimal | None, earlier: Decimal | None, unit: str) -> Change | None:
    if value is None or earlier is None:
        return None
    if units.known(unit) and (units.compatible(unit, "个") or units.compatible(unit, "%")):
        return Change(value - earlier, in_percent=False)
    if not earlier:
        return None
    return Change(((value / earlier - 1) * 100).quantize(Decimal("0.1")), in_percent=True)

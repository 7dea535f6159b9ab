"""One indicator over the counties, districts and zones: how they stand beside each other."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Min, Q

from shucheng.kernel.public import Actor, Area, MetricVersion, areas
from shucheng.lib import units
from shucheng.lib.periods import Period
from shucheng.plan.models import Binding, PlanVersion
from shucheng.plan.queries.computed import compute, first_year_of, metrics_of
from shucheng.plan.queries.measured import Known, known_of, metric_of, stored_values
from shucheng.plan.queries.names import binding_name
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

    pk: int
    code: str
    name: str
    unit: str
    formula: str
    is_headline: bool

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
    version: PlanVersion | None = None,
    as_of: date | None = None,
) -> Comparison:
    """An indicator over the areas; the plan's first one that areas report where none is named.

    `version` saves asking for the plan in force anew; `as_of` asks for what was known on a day."""
    actor.require("plan.view")
    current = version or current_version(as_of)
    reported = MetricVersion.objects.filter(by_area=True).values_list("metric__code", flat=True)
    return compare(code, current, tuple(areas(actor=actor)), set(reported.distinct()), as_of)


def compare(
    code: str,
    version: PlanVersion | None,
    places: Sequence[Area],
    reported: Collection[str],
    as_of: date | None = None,
) -> Comparison:
    """The same from all areas, and the codes of the metrics that areas report. Two queries."""
    choices = _choices(version, frozenset(reported)) if version else ()
    chosen = next((c for c in choices if c.code == code), choices[0] if choices else None)
    known = _known_by_area(chosen, version, as_of) if chosen and version else {}
    below = [area for area in places if area.kind not in {"province", "city"}]
    below.sort(key=lambda area: area.kind in {"functional_zone", "park"})
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


def city_of(places: Sequence[Area]) -> str:
    """The code of the area that all others lie in; empty where there is none."""
    return next((a.code for a in places if a.parent_id is None and a.kind != "province"), "")


def _choices(version: PlanVersion, reported: frozenset[str]) -> tuple[Choice, ...]:
    """What a plan asks for and areas report: the annex's indicators, then the text's."""
    asked = (
        Binding.objects.filter(Q(indicators__version=version) | Q(targets__version=version))
        .annotate(
            line=Min("indicators__no", filter=Q(indicators__version=version)),
            place=Min("targets__span_start", filter=Q(targets__version=version)),
        )
        .order_by(F("line").asc(nulls_last=True), "place", "pk")
    )
    return tuple(
        Choice(
            pk=binding.pk,
            code=binding.code,
            name=binding_name(binding),
            unit=binding.unit,
            formula=binding.formula,
            is_headline=binding.line is not None,
        )
        for binding in asked
        if (metrics := metrics_of(binding.formula)) and metrics <= reported
    )


def _known_by_area(
    chosen: Choice, version: PlanVersion, as_of: date | None
) -> dict[str, tuple[Known, ...]]:
    """Area code → the indicator's known values, for every area that has any."""
    known: dict[str, list[Known]] = {}
    if as_of is None:
        rows = stored_values([chosen.pk], [])
    else:
        bindings = Binding.objects.filter(pk=chosen.pk)
        computed = compute(list(bindings), first_year_of(version), as_of=as_of)
        rows = [(value.binding.pk, value.area, known_of(value)) for value in computed]
    for _pk, area, value in rows:
        if value.value is not None:
            known.setdefault(area, []).append(value)
    return {area: tuple(series) for area, series in known.items()}


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

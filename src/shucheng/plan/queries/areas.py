"""The counties, districts and zones: what the plan says about one, what it reports, and how they
stand beside each other."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import (
    SIMULATION,
    Actor,
    Area,
    Metric,
    MetricVersion,
    NotFound,
    Observation,
    Organisation,
    area_by_code,
    areas,
    city_area_code,
    organisations_in,
)
from shucheng.lib import units
from shucheng.lib.periods import Period
from shucheng.plan.models import Binding, PlanVersion
from shucheng.plan.queries.computed import metrics_of
from shucheng.plan.queries.measured import Known, metric_of, stored_values
from shucheng.plan.queries.text import Sentence, sentence_around
from shucheng.plan.queries.versions import current_version

MOST = 50


@dataclass(frozen=True, slots=True)
class Mention:
    sentence: Sentence
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Change:
    """Against the same period a year earlier: how many more of what is counted (a percentage of
    two would say little), how many points of a rate, else percent."""

    value: Decimal
    in_percent: bool


@dataclass(frozen=True, slots=True)
class Reported:
    """An area's value of a period, and the observation that it is."""

    pk: int
    period: str
    value: Decimal | None
    source: str

    @property
    def is_simulated(self) -> bool:
        return self.source == SIMULATION


@dataclass(frozen=True, slots=True)
class AreaSeries:
    """What an area reports of one metric, beside the city's value of the same period."""

    metric: Metric
    unit: str
    observations: tuple[Reported, ...]
    city: Decimal | None
    # Newest period that the city has; the area owes it where its own newest is an earlier one.
    asked: str
    adds_up: bool

    @property
    def latest(self) -> Reported:
        return self.observations[-1]

    @property
    def is_late(self) -> bool:
        return self.latest.period < self.asked

    @property
    def change(self) -> Change | None:
        period = str(_year_before(self.latest.period))
        earlier = next((o.value for o in self.observations if o.period == period), None)
        return _change(self.latest.value, earlier, self.unit)

    @property
    def share(self) -> Decimal | None:
        """Of the city's value, in percent; None where areas do not add up to the city."""
        if not self.adds_up or self.latest.value is None or not self.city:
            return None
        return (self.latest.value / self.city * 100).quantize(Decimal("0.1"))


@dataclass(frozen=True, slots=True)
class AreaPage:
    area: Area
    organisations: tuple[Organisation, ...]
    version: PlanVersion | None
    mentions: tuple[Mention, ...]
    series: tuple[AreaSeries, ...]

    @property
    def simulated(self) -> bool:
        return any(o.is_simulated for found in self.series for o in found.observations)

    @property
    def late(self) -> int:
        return sum(found.is_late for found in self.series)


@dataclass(frozen=True, slots=True)
class Choice:
    """An indicator that areas report, to choose for the map."""

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
        earlier = str(_year_before(self.period)) if self.period else ""
        before = next((known.value for known in self.series if known.period == earlier), None)
        return _change(self.value, before, self.unit)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One indicator over all areas at the newest period that any of them has reported."""

    choices: tuple[Choice, ...]
    chosen: Choice | None
    period: str
    values: tuple[AreaValue, ...]
    city: Known | None

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
    def most(self) -> Decimal:
        return max((v.value for v in self.values if v.value is not None), default=Decimal(0))


def area_page(code: str, *, actor: Actor) -> AreaPage:
    actor.require("plan.view")
    area = area_by_code(code)
    if area is None:
        raise NotFound(_("The area"))
    organisations = organisations_in(area)
    names = {area.name, *(name for o in organisations for name in names_of(o))}
    current = current_version()
    version = PlanVersion.objects.get(pk=current.pk) if current else None
    return AreaPage(
        area=area,
        organisations=organisations,
        version=version,
        mentions=tuple(_mentions(version.text, names)) if version else (),
        series=_series_of(area),
    )


def compare_areas(code: str, *, actor: Actor, version: PlanVersion | None = None) -> Comparison:
    """An indicator over the areas; the plan's first one that areas report where none is named.

    `version` saves asking for the plan in force anew."""
    actor.require("plan.view")
    current = version or current_version()
    choices = _choices(current) if current else ()
    chosen = next((c for c in choices if c.code == code), choices[0] if choices else None)
    known = _known_by_area(chosen) if chosen else {}
    everywhere = list(areas(actor=actor))
    whole = next((a for a in everywhere if a.parent_id is None and a.kind != "province"), None)
    below = [area for area in everywhere if area.kind not in {"province", "city"}]
    below.sort(key=lambda area: area.kind in {"functional_zone", "park"})
    period = max((s[-1].period for a in below if (s := known.get(a.code, ()))), default="")
    city = known.get(whole.code, ()) if whole else ()
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
        city=next((value for value in reversed(city) if value.period == period), None),
    )


def names_of(organisation: Organisation) -> set[str]:
    """The names a text may call an organisation by."""
    aliases = {alias.text for alias in organisation.aliases.all()}
    return {organisation.name, organisation.full_name, *aliases} - {""}


def _choices(version: PlanVersion) -> tuple[Choice, ...]:
    """What a plan asks for and areas report: the annex's indicators, then the text's."""
    by_area = set(
        MetricVersion.objects.filter(by_area=True).values_list("metric__code", flat=True).distinct()
    )
    asked = (
        Binding.objects.filter(Q(indicators__version=version) | Q(targets__version=version))
        .annotate(
            line=Min("indicators__no", filter=Q(indicators__version=version)),
            place=Min("targets__span_start", filter=Q(targets__version=version)),
        )
        .order_by(F("line").asc(nulls_last=True), "place", "pk")
    )
    english = get_language() == "en"
    return tuple(
        Choice(
            code=binding.code,
            name=(english and binding.name_en) or binding.name,
            unit=binding.unit,
            formula=binding.formula,
            is_headline=binding.line is not None,
        )
        for binding in asked
        if (metrics := metrics_of(binding.formula)) and metrics <= by_area
    )


def _known_by_area(chosen: Choice) -> dict[str, tuple[Known, ...]]:
    """Area code → the indicator's known values, for every area that has any."""
    binding = Binding.objects.get(code=chosen.code)
    known: dict[str, list[Known]] = {}
    for _pk, area, value in stored_values([binding.pk], []):
        if value.value is not None:
            known.setdefault(area, []).append(value)
    return {area: tuple(series) for area, series in known.items()}


def _series_of(area: Area) -> tuple[AreaSeries, ...]:
    """Everything the area reports, a line a metric, in the pack's order."""
    city = city_area_code()
    # Tuples, not rows of the table: a page shows thousands of them.
    fields = ("pk", "metric_version_id", "area__code", "period", "value", "source")
    found = _undivided(Q(area__code__in=[area.code, city])).values_list(*fields)
    versions = {v.pk: v for v in MetricVersion.objects.select_related("metric")}
    reported: dict[tuple[int, str], dict[str, Reported]] = {}
    latest: dict[int, MetricVersion] = {}
    for pk, version_id, code, period, value, source in found:
        version = versions[version_id]
        one = Reported(pk, period, value, source)
        reported.setdefault((version.metric_id, code), {})[period] = one
        latest[version.metric_id] = version
    lines = []
    for metric_id, version in latest.items():
        own = reported.get((metric_id, area.code))
        if not own:
            continue
        whole = reported.get((metric_id, city), {}) if area.code != city else {}
        newest = next(reversed(own))
        same = whole.get(newest)
        lines.append(
            AreaSeries(
                metric=version.metric,
                unit=version.unit,
                observations=tuple(own.values()),
                city=same.value if same else None,
                asked=next(reversed(whole), newest),
                adds_up=version.area_aggregation == "sum",
            )
        )
    return tuple(sorted(lines, key=lambda line: line.metric.pk))


def _undivided(condition: Q) -> QuerySet[Observation]:
    """Values as known now that belong to a whole area, in order of period; of a period that was
    defined anew the newest definition comes last."""
    later = Observation.objects.filter(supersedes=OuterRef("pk"))
    return Observation.objects.filter(
        ~Exists(later), condition, organisation__isnull=True, dimension_key=""
    ).order_by("period_start", "metric_version__number", "pk")


def _year_before(period: str) -> Period:
    found = Period.parse(period)
    return Period.of(found.start.replace(year=found.start.year - 1, day=1), found.frequency)


def _change(value: Decimal | None, earlier: Decimal | None, unit: str) -> Change | None:
    if value is None or earlier is None:
        return None
    if units.known(unit) and (units.compatible(unit, "个") or units.compatible(unit, "%")):
        return Change(value - earlier, in_percent=False)
    if not earlier:
        return None
    return Change(((value / earlier - 1) * 100).quantize(Decimal("0.1")), in_percent=True)


def _mentions(text: str, names: set[str]) -> list[Mention]:
    """Where any of the names stands, in the order of the text; a name inside a longer one once."""
    found: dict[int, int] = {}
    for name in sorted(names, key=len):
        start = text.find(name) if name else -1
        while start >= 0:
            found[start] = start + len(name)
            start = text.find(name, start + 1)
    mentions: list[Mention] = []
    for start, end in sorted(found.items()):
        if not mentions or start >= mentions[-1].end:
            mentions.append(Mention(sentence_around(text, start, end), start, end))
    return mentions[:MOST]

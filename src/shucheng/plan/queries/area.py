"""One county, district or zone: the indicator that a reader came for, what the area reports, and
what the plan says about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet
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
    areas,
    organisations_in,
)
from shucheng.lib.periods import Period
from shucheng.plan.models import PlanVersion, VersionState
from shucheng.plan.queries.area_course import AreaCourse, area_course
from shucheng.plan.queries.areas import (
    AreaValue,
    Change,
    Comparison,
    change_between,
    compare,
    year_before,
)
from shucheng.plan.queries.moments import known_by
from shucheng.plan.queries.places import city_of
from shucheng.plan.queries.text import Sentence, sentence_around

MOST = 50


@dataclass(frozen=True, slots=True)
class Mention:
    sentence: Sentence
    start: int
    end: int


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
    adds_up_over_time: bool

    @property
    def latest(self) -> Reported:
        return self.observations[-1]

    @property
    def is_late(self) -> bool:
        return self.latest.period < self.asked

    @property
    def change(self) -> Change | None:
        period = str(year_before(self.latest.period))
        earlier = next((o.value for o in self.observations if o.period == period), None)
        return change_between(self.latest.value, earlier, self.unit)

    @property
    def since_january(self) -> Decimal | None:
        """The sum of the newest value's year so far; None where it does not add up over time, or
        where a period of the year is not known."""
        newest = Period.parse(self.latest.period)
        first = Period.of(date(newest.start.year, 1, 1), newest.frequency)
        found = [o.value for o in self.observations if str(first) <= o.period <= str(newest)]
        values = [value for value in found if value is not None]
        if not self.adds_up_over_time or len(values) < newest.ordinal - first.ordinal + 1:
            return None
        return sum(values, Decimal(0))

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
    comparison: Comparison
    course: AreaCourse | None

    @property
    def chosen(self) -> AreaValue | None:
        """The indicator that the map shows, here; None where no plan asks for one by area."""
        if self.comparison.chosen is None:
            return None
        here = (found for found in self.comparison.values if found.area.pk == self.area.pk)
        return next(here, None)

    @property
    def newest(self) -> str:
        """The period that the newest of its values is of."""
        periods = (found.latest.period for found in self.series)
        return max(periods, key=lambda period: Period.parse(period).end, default="")

    @property
    def simulated(self) -> bool:
        if self.course and self.course.course.simulated:
            return True
        return any(o.is_simulated for found in self.series for o in found.observations)

    @property
    def late(self) -> int:
        return sum(found.is_late for found in self.series)


def area_page(code: str, show: str = "", *, actor: Actor, as_of: date | None = None) -> AreaPage:
    """`show` is the code of the indicator that stands first; the map's first one without it.
    As known on a day where one is named."""
    actor.require("plan.view")
    places = tuple(areas(actor=actor))
    area = next((each for each in places if each.code == code), None)
    if area is None:
        raise NotFound(_("The area"))
    organisations = organisations_in(area)
    names = {area.name, *(name for o in organisations for name in names_of(o))}
    # With its text, which most pages do without.
    in_force = PlanVersion.objects.filter(state=VersionState.PUBLISHED)
    version = in_force.defer("compiled", "tables").first()
    metrics = {each.pk: each for each in MetricVersion.objects.select_related("metric")}
    comparison = compare(show, version, places, metrics.values(), as_of)
    return AreaPage(
        area=area,
        organisations=organisations,
        version=version,
        mentions=tuple(_mentions(version.text, names)) if version else (),
        series=_series_of(area, city_of(places), metrics, as_of),
        comparison=comparison,
        course=area_course(area, comparison, version, as_of) if version else None,
    )


def names_of(organisation: Organisation) -> set[str]:
    """The names a text may call an organisation by."""
    aliases = {alias.text for alias in organisation.aliases.all()}
    return {organisation.name, organisation.full_name, *aliases} - {""}


def _series_of(
    area: Area, city: str, versions: Mapping[int, MetricVersion], as_of: date | None
) -> tuple[AreaSeries, ...]:
    """Everything the area reports, a line a metric, in the pack's order."""
    # Tuples, not rows of the table: a page shows thousands of them.
    fields = ("pk", "metric_version_id", "area__code", "period", "value", "source")
    found = _undivided(Q(area__code__in=[area.code, city]), as_of).values_list(*fields)
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
                adds_up_over_time=version.time_aggregation == "sum",
            )
        )
    return tuple(sorted(lines, key=lambda line: line.metric.pk))


def _undivided(condition: Q, as_of: date | None) -> QuerySet[Observation]:
    """Values as known now, or on a day, that belong to a whole area, in order of period; of a
    period that was defined anew the newest definition comes last."""
    known = known_by(as_of)
    later = Observation.objects.filter(known, supersedes=OuterRef("pk"))
    return Observation.objects.filter(
        ~Exists(later), known, condition, organisation__isnull=True, dimension_key=""
    ).order_by("period_start", "metric_version__number", "pk")


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

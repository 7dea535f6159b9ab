"""How one indicator stands: its light explained, its path, its counties, what drove its change."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import QuerySet
from django.utils import timezone

from shucheng.kernel.public import Actor, Observation, city_area_code
from shucheng.lib.periods import Period
from shucheng.plan.judgement.path import Method
from shucheng.plan.models import Indicator
from shucheng.plan.queries.computed import metrics_of
from shucheng.plan.queries.drivers import (
    CityAgainstCounties,
    Contributions,
    city_against_counties,
    components,
    contributions,
)
from shucheng.plan.queries.judge import judge_now_and_before
from shucheng.plan.queries.judged import Changed, Judged, JudgedPlan
from shucheng.plan.queries.measured import Measured, measured_one

# How many earlier vintages a chart shows.
VINTAGES = 3


@dataclass(frozen=True, slots=True)
class PathRow:
    """A period of the judged year: what the path expects and what is known."""

    period: str
    expected: Decimal | None
    method: Method
    value: Decimal | None

    @property
    def gap(self) -> Decimal | None:
        return None if self.value is None or self.expected is None else self.value - self.expected


@dataclass(frozen=True, slots=True)
class Vintage:
    """What was known at the end of a day, before values were corrected on the next."""

    day: date
    values: dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Standing:
    """An indicator judged, with all that its page says about it."""

    plan: JudgedPlan
    now: Judged
    changed: Changed
    counties: tuple[Judged, ...]
    rows: tuple[PathRow, ...]
    # Of the city against the period before, or the same one a year before; None where nothing is.
    contributions: Contributions | None
    components: Contributions | None
    difference: CityAgainstCounties | None
    vintages: tuple[Vintage, ...]

    def name_of(self, area: str) -> str:
        return self.plan.areas.get(area, area)

    @property
    def simulated(self) -> bool:
        return self.now.simulated or any(county.simulated for county in self.counties)

    @property
    def targets_outdated(self) -> bool:
        """Counties' targets were made for another target of the city."""
        return any(county.target_outdated for county in self.counties)


def standing(
    indicator: Indicator, *, against: str = "year", as_of: date | None = None, actor: Actor
) -> Standing | None:
    """How an indicator stands, now or as known on a day; None where nothing is known of it yet,
    nor late.

    `against` is what the change is counted from: the same period of the "year" before, or the
    "previous" period.
    """
    actor.require("plan.view")
    today = as_of or timezone.localdate()
    only = [indicator.code]
    plan, before = judge_now_and_before(indicator.version, today, indicators=only, as_of=as_of)
    now = plan.of(indicator.code)
    if now is None or not now.period:
        return None
    period = Period.parse(now.known.period if now.known else now.period)
    earlier = str(period.previous() if against == "previous" else period.year_before())
    by_area = contributions(now.indicator, str(period), earlier, as_of=as_of)
    by_part = components(now.indicator, str(period), earlier, as_of=as_of)
    difference = city_against_counties(now.indicator, str(period), as_of=as_of)
    return Standing(
        plan=plan,
        now=now,
        changed=Changed(now, before.of(indicator.code)),
        counties=tuple(sorted(plan.counties(indicator.code), key=_by_rank)),
        rows=_rows(now, measured_one(now.indicator, as_of)),
        contributions=by_area,
        components=by_part if by_part.parts else None,
        difference=difference if difference.adds_up and difference.known else None,
        vintages=_vintages(now.indicator, as_of),
    )


def _by_rank(judged: Judged) -> int:
    return judged.rank.place if judged.rank else 1000


def _rows(now: Judged, found: Measured) -> tuple[PathRow, ...]:
    """Every period of the year that is judged."""
    if now.path is None or not now.period:
        return ()
    period = Period.parse(now.period)
    known = {each.period: each.value for each in found.series}
    return tuple(
        PathRow(str(step), now.path.expected(step), now.path.method(step), known.get(str(step)))
        for step in Period("A", period.year).split(period.frequency)
    )


def _vintages(indicator: Indicator, as_of: date | None) -> tuple[Vintage, ...]:
    """What was known before each of the newest days on which values were corrected."""
    if indicator.binding is None:
        return ()
    corrected: QuerySet[Observation] = Observation.objects.filter(
        metric_version__metric__code__in=metrics_of(indicator.binding.formula),
        area__code=city_area_code(),
        supersedes__isnull=False,
    )
    moments = corrected.order_by("-recorded_at").values_list("recorded_at", flat=True)
    days = sorted({timezone.localtime(moment).date() for moment in moments}, reverse=True)
    found = []
    for day in [day for day in days if as_of is None or day <= as_of][:VINTAGES]:
        before = day - timedelta(days=1)
        series = measured_one(indicator, before).series
        values = {known.period: known.value for known in series if known.value is not None}
        if values:
            found.append(Vintage(before, values))
    return tuple(found)

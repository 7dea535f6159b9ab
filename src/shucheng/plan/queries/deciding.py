"""What the plan office decides about an indicator's year, beside what holds now."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from shucheng.kernel.public import Actor, city_area_code
from shucheng.lib.periods import Frequency, Period
from shucheng.plan.judgement.path import Method
from shucheng.plan.models import (
    Decomposition,
    DifferenceNote,
    Indicator,
    PartKind,
    PathMethod,
    PathSetting,
)
from shucheng.plan.queries.drivers import difference_notes
from shucheng.plan.queries.explain import indicator_of
from shucheng.plan.queries.judge import judge_plan
from shucheng.plan.queries.judged import Judged
from shucheng.plan.queries.paths import is_outdated
from shucheng.plan.queries.splitting import (
    Proposal,
    propose_areas,
    propose_quarters,
    start_and_target,
)


@dataclass(frozen=True, slots=True)
class PathStep:
    """A period of the year: where the path stands, and where it was set by hand."""

    period: str
    expected: Decimal | None
    method: Method | None
    by_hand: Decimal | None


@dataclass(frozen=True, slots=True)
class Deciding:
    """An indicator's year: its target, how it is split and how its path runs."""

    indicator: Indicator
    year: int
    years: tuple[int, ...]
    target: Decimal | None
    start: Decimal | None
    areas: Proposal | None
    quarters: Proposal | None
    steps: tuple[PathStep, ...]
    setting: PathSetting | None
    # Every decomposition and path setting of the year, the newest first.
    decomposed: tuple[Decomposition, ...]
    settings: tuple[PathSetting, ...]
    notes: tuple[DifferenceNote, ...]
    simulated: bool

    @property
    def targets_outdated(self) -> bool:
        """The counties' targets in force were made for another target than the year has by now."""
        newest = next((row for row in self.decomposed if row.kind == PartKind.AREAS), None)
        return newest is not None and is_outdated(newest, self.indicator)


def deciding(
    code: str,
    year: int | None,
    *,
    basis: str = "",
    weights: Mapping[str, Decimal] | None = None,
    fixed: Mapping[str, Decimal] | None = None,
    quarter_weights: Mapping[str, Decimal] | None = None,
    quarter_fixed: Mapping[str, Decimal] | None = None,
    actor: Actor,
) -> Deciding:
    """The year of an indicator as it stands and as it would be split."""
    actor.require("plan.manage")
    indicator = indicator_of(code)
    years = tuple(target.year for target in indicator.path.all())
    chosen = year if year in years else _year(years)
    start, target = start_and_target(indicator, chosen)
    today, areas = timezone.localdate(), [city_area_code()]
    city = judge_plan(indicator.version, today, indicators=[code], areas=areas).of(code)
    decomposed = tuple(
        Decomposition.objects.filter(indicator=code, year=chosen)
        .select_related("recorded_by")
        .prefetch_related("parts")
        .order_by("-recorded_at", "-pk")
    )
    settings = tuple(
        PathSetting.objects.filter(indicator=code, year=chosen)
        .select_related("recorded_by")
        .prefetch_related("knots")
        .order_by("-recorded_at", "-pk")
    )
    return Deciding(
        indicator=indicator,
        year=chosen,
        years=years,
        target=target,
        start=start,
        areas=propose_areas(
            indicator,
            chosen,
            target,
            basis=basis,
            given=weights,
            fixed=fixed if fixed is not None else _fixed(decomposed),
        )
        if target is not None
        else None,
        quarters=propose_quarters(indicator, chosen, given=quarter_weights, fixed=quarter_fixed),
        steps=_steps(city, chosen, settings[0] if settings else None),
        setting=settings[0] if settings else None,
        decomposed=decomposed,
        settings=settings,
        notes=difference_notes(code),
        simulated=any(row.simulated for row in decomposed) or bool(city and city.simulated),
    )


def _year(years: tuple[int, ...]) -> int:
    """This year, or the year of the path that is nearest to it."""
    today = timezone.localdate().year
    return min(years, key=lambda year: abs(year - today), default=today)


def _fixed(decomposed: tuple[Decomposition, ...]) -> dict[str, Decimal]:
    """What was fixed by hand the last time."""
    newest = next((row for row in decomposed if row.kind == PartKind.AREAS), None)
    return {part.area: part.value for part in newest.parts.all() if part.fixed} if newest else {}


def _steps(city: Judged | None, year: int, setting: PathSetting | None) -> tuple[PathStep, ...]:
    path = city.path if city else None
    frequency: Frequency = "Q"
    if city and city.period:
        frequency = Period.parse(city.period).frequency
    by_hand = (
        {knot.period: knot.value for knot in setting.knots.all()}
        if setting and setting.method == PathMethod.BY_HAND
        else {}
    )
    return tuple(
        PathStep(
            str(period),
            path.expected(period) if path else None,
            path.method(period) if path else None,
            by_hand.get(str(period)),
        )
        for period in Period("A", year).split(frequency)
    )

"""The paths of indicators: the plan's yearly targets, how they run, and the counties' parts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db.models import Q

from shucheng.lib.periods import Frequency, Period
from shucheng.plan.formula.errors import FormulaInvalid
from shucheng.plan.formula.parse import parse
from shucheng.plan.judgement.path import Path, Seasons, Shape, seasons_of
from shucheng.plan.judgement.shapes import shape_of
from shucheng.plan.models import (
    AreaTarget,
    Binding,
    Decomposition,
    FormulaVersion,
    Indicator,
    PartKind,
    PathMethod,
    PathSetting,
)
from shucheng.plan.queries.annex_line import converted
from shucheng.plan.queries.computed import as_told
from shucheng.plan.queries.moments import known_by

Series = Mapping[Period, Decimal | None]


@dataclass(frozen=True, slots=True)
class AreaPath:
    """A county's path and whether its targets are confirmed figures.

    They are `outdated` where they were made for another target than the plan has by now.
    """

    path: Path
    simulated: bool
    unconfirmed: bool
    outdated: bool


@dataclass(frozen=True, slots=True)
class PathBook:
    """How the paths of some indicators run, as known on a day; read with three queries, two more
    for a day that is past."""

    settings: Mapping[tuple[str, int], PathSetting]
    decompositions: Mapping[tuple[str, int], Decomposition]
    # (indicator, year) → area → target, in the decomposition's unit.
    parts: Mapping[tuple[str, int], Mapping[str, Decimal]]
    # Binding id → the formula of the day; empty where it is today's.
    told: Mapping[int, Binding | FormulaVersion]

    def shape(self, indicator: Indicator) -> Shape:
        """How an indicator's values run through a year, by the formula of the day."""
        return binding_shape(self.told.get(indicator.binding_id or 0, indicator.binding))

    def city(self, indicator: Indicator, series: Series) -> Path | None:
        """The path to the plan's yearly targets; None where the plan gives none.

        `series` are the city's known values in the indicator's unit.
        """
        targets = {target.year: target.value for target in indicator.path.all()}
        if not targets:
            return None
        settings = {year: self.settings.get((indicator.code, year)) for year in targets}
        straight = straight_path(indicator, self.shape(indicator), targets, series)
        return replace(
            straight,
            seasons={
                year: seasons_of(series, year - 1, straight.shape)
                for year, setting in settings.items()
                if setting and setting.method == PathMethod.SEASONAL
            },
            by_hand={
                Period.parse(knot.period): knot.value
                for setting in settings.values()
                if setting and setting.method == PathMethod.BY_HAND
                for knot in setting.knots.all()
            },
        )

    def county(
        self, indicator: Indicator, area: str, series: Series, city: Path | None
    ) -> AreaPath | None:
        """The path to a county's own targets, which runs as the city's does (by its own seasons
        where the city's is seasonal); None where no target was set for it."""
        decided = {
            year: self.decompositions[code, year]
            for (code, year), parts in self.parts.items()
            if code == indicator.code and area in parts
        }
        targets = {
            year: value
            for year, each in decided.items()
            if (value := _told(self.parts[indicator.code, year][area], each, indicator)) is not None
        }
        if not targets:
            return None
        shape = self.shape(indicator)
        frequency = frequency_of(series)
        seasons: dict[int, Seasons] = {}
        for year in targets:
            setting = self.settings.get((indicator.code, year))
            if setting and setting.method == PathMethod.SEASONAL:
                seasons[year] = seasons_of(series, year - 1, shape)
            elif setting and setting.method == PathMethod.BY_HAND and city and frequency:
                seasons[year] = city.shares(year, frequency)
        path = Path(
            shape=shape,
            targets=targets,
            base=base_of(series, min(targets), shape),
            seasons=seasons,
        )
        return AreaPath(
            path,
            simulated=any(decided[year].simulated for year in targets),
            unconfirmed=any(not decided[year].confirmed for year in targets),
            outdated=any(is_outdated(decided[year], indicator) for year in targets),
        )


def path_book(codes: Iterable[str], as_of: date | None = None) -> PathBook:
    """What was decided about the paths of some indicators, as known now or on a day."""
    wanted = list(codes)
    known = known_by(as_of) & Q(indicator__in=wanted)
    settings = PathSetting.objects.filter(known).order_by("recorded_at", "pk")
    decided = Decomposition.objects.filter(known, kind=PartKind.AREAS)
    rows = AreaTarget.objects.filter(decomposition__in=decided).select_related("decomposition")
    newest: dict[tuple[str, int], Decomposition] = {}
    parts: dict[tuple[str, int], dict[str, Decimal]] = {}
    for part in rows.order_by("decomposition__recorded_at", "decomposition", "pk"):
        made = part.decomposition
        key = (made.indicator, made.year)
        if key not in newest or newest[key].pk != made.pk:
            newest[key], parts[key] = made, {}
        parts[key][part.area] = part.value
    return PathBook(
        settings={(row.indicator, row.year): row for row in settings.prefetch_related("knots")},
        decompositions=newest,
        parts=parts,
        told=_told_on(as_of, wanted) if as_of else {},
    )


def _told_on(as_of: date, codes: list[str]) -> dict[int, Binding | FormulaVersion]:
    """Binding id → the formula it had on a day."""
    bindings = Binding.objects.filter(indicators__code__in=codes).distinct()
    return {binding.pk: told for binding, told in as_told(bindings, as_of).items()}


def binding_shape(binding: Binding | FormulaVersion | None) -> Shape:
    """How the values of a binding, or of a formula it had, run through a year."""
    if binding is None:
        return "stock"
    try:
        return shape_of(parse(binding.formula))
    except FormulaInvalid:
        return "stock"


def frequency_of(series: Series) -> Frequency | None:
    return next((period.frequency for period in series), None)


def is_outdated(made: Decomposition, indicator: Indicator) -> bool:
    """Whether a target was split over counties that is not the plan's any more."""
    target = next((row.value for row in indicator.path.all() if row.year == made.year), None)
    return target != _told(made.total, made, indicator)


def _told(value: Decimal, made: Decomposition, indicator: Indicator) -> Decimal | None:
    """A number of a decomposition in the unit that the indicator has by now."""
    return converted(value, made.unit, indicator.unit)


def straight_path(
    indicator: Indicator, shape: Shape, targets: Mapping[int, Decimal], series: Series
) -> Path:
    """The city's path, before anybody bent it: from the value before the plan's period, or where
    nobody knows that, the one before the first target."""
    first = min(targets)
    start = min(indicator.version.period_start or first, first)
    base = base_of(series, start, shape)
    if base is None and shape != "since_start":
        start, base = first, base_of(series, first, shape)
    return Path(shape, targets, base, base_year=start - 1)


def base_of(series: Series, first_year: int, shape: Shape) -> Decimal | None:
    """The value at the end of the year before a path's first one."""
    frequency = frequency_of(series)
    if frequency is None or shape in {"year_to_date", "constant"}:
        return None
    return series.get(Period.of(date(first_year - 1, 12, 31), frequency))

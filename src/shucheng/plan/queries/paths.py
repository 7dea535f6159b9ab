"""The paths of indicators: the plan's yearly targets, how they run, and the counties' parts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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
    Indicator,
    PartKind,
    PathMethod,
    PathSetting,
)
from shucheng.plan.queries.moments import known_by

Series = Mapping[Period, Decimal | None]


@dataclass(frozen=True, slots=True)
class AreaPath:
    """A county's path and whether its targets are confirmed figures."""

    path: Path
    simulated: bool
    unconfirmed: bool


@dataclass(frozen=True, slots=True)
class PathBook:
    """How the paths of some indicators run, as known on a day; read with four queries."""

    settings: Mapping[tuple[str, int], PathSetting]
    decompositions: Mapping[tuple[str, int], Decomposition]
    # (indicator, year) → area → target, in the indicator's unit.
    parts: Mapping[tuple[str, int], Mapping[str, Decimal]]

    def city(self, indicator: Indicator, series: Series) -> Path | None:
        """The path to the plan's yearly targets; None where the plan gives none.

        `series` are the city's known values in the indicator's unit.
        """
        targets = {target.year: target.value for target in indicator.path.all()}
        if not targets:
            return None
        shape = binding_shape(indicator.binding)
        settings = {year: self.settings.get((indicator.code, year)) for year in targets}
        return Path(
            shape=shape,
            targets=targets,
            base=base_of(series, min(targets), shape),
            seasons={
                year: seasons_of(series, year - 1, shape)
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
        years = [
            year
            for (code, year), parts in self.parts.items()
            if code == indicator.code and area in parts
        ]
        if not years:
            return None
        shape = binding_shape(indicator.binding)
        frequency = frequency_of(series)
        seasons: dict[int, Seasons] = {}
        for year in years:
            setting = self.settings.get((indicator.code, year))
            if setting and setting.method == PathMethod.SEASONAL:
                seasons[year] = seasons_of(series, year - 1, shape)
            elif setting and setting.method == PathMethod.BY_HAND and city and frequency:
                seasons[year] = city.shares(year, frequency)
        decided = [self.decompositions[indicator.code, year] for year in years]
        path = Path(
            shape=shape,
            targets={year: self.parts[indicator.code, year][area] for year in years},
            base=base_of(series, min(years), shape),
            seasons=seasons,
        )
        return AreaPath(
            path,
            simulated=any(each.simulated for each in decided),
            unconfirmed=any(not each.confirmed for each in decided),
        )


def path_book(codes: Iterable[str], as_of: date | None = None) -> PathBook:
    """What was decided about the paths of some indicators, as known now or on a day."""
    wanted = list(codes)
    known = known_by(as_of) & Q(indicator__in=wanted)
    settings = PathSetting.objects.filter(known).order_by("recorded_at", "pk")
    decided = Decomposition.objects.filter(known, kind=PartKind.AREAS).order_by("recorded_at", "pk")
    newest = {(row.indicator, row.year): row for row in decided}
    by_pk = {row.pk: key for key, row in newest.items()}
    parts: dict[tuple[str, int], dict[str, Decimal]] = {key: {} for key in newest}
    for of, area, value in AreaTarget.objects.filter(decomposition__in=by_pk).values_list(
        "decomposition", "area", "value"
    ):
        parts[by_pk[of]][area] = value
    return PathBook(
        settings={(row.indicator, row.year): row for row in settings.prefetch_related("knots")},
        decompositions=newest,
        parts=parts,
    )


def binding_shape(binding: Binding | None) -> Shape:
    """How the values of a binding run through a year."""
    if binding is None:
        return "stock"
    try:
        return shape_of(parse(binding.formula))
    except FormulaInvalid:
        return "stock"


def frequency_of(series: Series) -> Frequency | None:
    return next((period.frequency for period in series), None)


def base_of(series: Series, first_year: int, shape: Shape) -> Decimal | None:
    """The value at the end of the year before the first target."""
    frequency = frequency_of(series)
    if frequency is None or shape in {"year_to_date", "constant"}:
        return None
    return series.get(Period.of(date(first_year - 1, 12, 31), frequency))

"""What an indicator's values lead to: a fan to the end of the plan, the chance that each target is
met, how the method did on the past, or why nothing can be said.

Made in the background when values change (`actions/forecasts.py`) and kept; what is kept speaks
only while its digest is that of the values known now. One that is asked for alone is made at once.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from django.db.models import Count, Max

from shucheng.lib import units
from shucheng.lib.periods import Period
from shucheng.plan.forecast.document import from_document
from shucheng.plan.forecast.forecast import ENGINE, forecast
from shucheng.plan.forecast.model import BANDS, Forecast, Insufficient, Score, Series, Step, chance
from shucheng.plan.forecast.words import percent_said, whole_percent
from shucheng.plan.judgement.path import Path, Shape
from shucheng.plan.models import Binding, Indicator, PlanVersion
from shucheng.plan.models import Forecast as Kept
from shucheng.plan.queries.annex_line import comparator_of, factor_of
from shucheng.plan.queries.computed import compute, first_year_of
from shucheng.plan.queries.judged import Judged
from shucheng.plan.queries.measured import (
    ByArea,
    Known,
    known_by_area,
    known_of,
    stored_values,
)
from shucheng.plan.queries.paths import binding_shape

Made = Forecast | Insufficient

_PEOPLE = frozenset({units.COUNT, "people", "visits", "firm_visits"})
_MAY_BE_NEGATIVE = frozenset({units.POINTS, "rank"})


class Asked(Protocol):
    """What a forecast is asked for: an indicator in an area, on its way to its targets there."""

    @property
    def indicator(self) -> Indicator: ...

    @property
    def area(self) -> str: ...

    @property
    def path(self) -> Path | None: ...


@dataclass(frozen=True, slots=True)
class TargetChance:
    """The probability, 0 to 1, that a year's target is met."""

    year: int
    target: float
    comparator: str
    probability: float

    @property
    def in_percent(self) -> str:
        """As it is said: nothing that is to come is certain, and two digits are plenty."""
        return percent_said(whole_percent(self.probability))


@dataclass(frozen=True, slots=True)
class Outlook:
    """An indicator's forecast in an area, in the indicator's unit.

    Where `steps` is empty, `why_not` says why; both are empty (`pending`) while it is being made.
    """

    indicator: Indicator
    area: str
    steps: tuple[Step, ...] = ()
    chances: tuple[TargetChance, ...] = ()
    method: str = ""
    backtest: tuple[Score, ...] = ()
    points: int = 0
    filled: int = 0
    why_not: Insufficient | None = None

    @property
    def pending(self) -> bool:
        return not self.steps and self.why_not is None

    @property
    def chosen(self) -> Score | None:
        """How the method that was chosen did on the past; None where it could not be tried."""
        return next((score for score in self.backtest if score.method == self.method), None)

    def chance_of(self, year: int) -> TargetChance | None:
        return next((found for found in self.chances if found.year == year), None)

    @property
    def next_chance(self) -> TargetChance | None:
        """That of the target that falls due first."""
        return self.chances[0] if self.chances else None


def outlook(judged: Judged, *, as_of: date | None = None) -> Outlook:
    """One indicator's forecast in an area, made now where none is kept; with `as_of` from what
    was known on that day. Two queries."""
    binding, version = judged.indicator.binding, judged.indicator.version
    if binding is None:
        return _none(judged)
    if as_of is None:
        known = [found for _pk, _area, found in stored_values([binding.pk], [judged.area])]
    else:
        values = compute([binding], first_year_of(version), areas=[judged.area], as_of=as_of)
        known = [known_of(value) for value in values]
    return outlook_of(judged, known, version)


def outlook_of(asked: Asked, known: Sequence[Known], version: PlanVersion) -> Outlook:
    """The same from values that were read already, in the binding's unit. One query."""
    binding, until = asked.indicator.binding, version.period_end
    if binding is None or until is None or factor_of(asked.indicator) is None:
        return _none(asked)
    series = series_of(asked, binding, known)
    kept = Kept.objects.filter(
        binding=binding, area=asked.area, digest=digest_of(series, until)
    ).first()
    return _outlook(asked, from_document(kept.document) if kept else make(series, until))


def outlooks(
    judged: Iterable[Judged], version: PlanVersion, *, known: ByArea | None = None
) -> dict[tuple[str, str], Outlook]:
    """(indicator code, area) → the forecast kept, `pending` where it is being made anew. Two
    queries, however many there are; one where the values are `known` already."""
    asked = list(judged)
    until = version.period_end
    bindings = {each.indicator.binding for each in asked if each.indicator.binding}
    areas = sorted({each.area for each in asked})
    if known is None:
        known = known_by_area(list(bindings), first_year_of(version), areas)
    kept = kept_by_cell([binding.pk for binding in bindings], areas)
    found = {}
    for each in asked:
        binding = each.indicator.binding
        key = (each.indicator.code, each.area)
        if binding is None or until is None or factor_of(each.indicator) is None:
            found[key] = _none(each)
            continue
        cell = (binding.pk, each.area)
        series = series_of(each, binding, known[binding.pk].get(each.area, ()))
        digest, document = kept.get(cell, ("", {}))
        if digest == digest_of(series, until):
            found[key] = _outlook(each, from_document(document))
        elif not series.values:
            found[key] = _none(each)
        else:
            found[key] = Outlook(each.indicator, each.area)
    return found


def forecasts_mark() -> tuple[str, int]:
    """Changes whenever a forecast that is kept does."""
    found = Kept.objects.aggregate(newest=Max("made_at"), count=Count("pk"))
    return str(found["newest"]), int(found["count"])


def kept_by_cell(
    bindings: list[int], areas: list[str]
) -> dict[tuple[int, str], tuple[str, Mapping[str, object]]]:
    """(binding id, area) → digest and document of what is kept; of all areas without names."""
    rows = Kept.objects.filter(binding__in=bindings)
    if areas:
        rows = rows.filter(area__in=areas)
    return {
        (pk, area): (digest, document)
        for pk, area, digest, document in rows.values_list(
            "binding_id", "area", "digest", "document"
        )
    }


def series_of(asked: Asked, binding: Binding, known: Sequence[Known]) -> Series:
    """The series of what is asked for. It runs through a year as its path does, which is that of
    the day it was asked about: the formula may be another one today."""
    return series_from(binding, known, asked.path.shape if asked.path else None)


def series_from(binding: Binding, known: Sequence[Known], shape: Shape | None = None) -> Series:
    """A binding's values as a series, with what its values can be: what is counted, measured or
    paid is not negative, a share lies between 0 and 100 percent, things are whole."""
    by_period = {
        Period.parse(each.period): float(each.value) for each in known if each.value is not None
    }
    frequencies = {period.frequency for period in by_period}
    if len(frequencies) > 1:
        # A year beside its months is known already from them.
        finest = max(frequencies, key="ASQMD".index)
        by_period = {p: value for p, value in by_period.items() if p.frequency == finest}
    shape = shape or binding_shape(binding)
    dimension = units.unit(binding.unit).dimension if units.known(binding.unit) else ""
    values = by_period.values()
    return Series(
        by_period,
        shape,
        lower=None if shape == "constant" or dimension in _MAY_BE_NEGATIVE else 0.0,
        upper=100.0 if binding.unit == "%" and shape == "stock" else None,
        whole=dimension in _PEOPLE and all(value.is_integer() for value in values),
    )


def digest_of(series: Series, until: int) -> str:
    """The digest of everything that a forecast is made from."""
    values = [(str(period), value) for period, value in sorted(series.values.items())]
    text = f"{ENGINE} {until} {series.shape} {series.lower} {series.upper} {series.whole} {values}"
    return hashlib.sha256(text.encode()).hexdigest()


def make(series: Series, until: int) -> Made:
    """The forecast of a series to the end of a year."""
    if not series.values:
        return Insufficient("too_few", {"points": 0, "needed": 2})
    return forecast(series, Period.of(date(until, 12, 31), next(iter(series.values)).frequency))


def _outlook(asked: Asked, made: Made) -> Outlook:
    indicator = asked.indicator
    if isinstance(made, Insufficient):
        return Outlook(indicator, asked.area, why_not=made)
    factor = float(factor_of(indicator) or 1)
    steps = tuple(_scaled(step, factor) for step in made.steps)
    targets = asked.path.targets if asked.path else {}
    comparator = comparator_of(indicator)
    return Outlook(
        indicator=indicator,
        area=asked.area,
        steps=steps,
        chances=tuple(
            TargetChance(
                period.year,
                float(targets[period.year]),
                comparator,
                chance(values, comparator, float(targets[period.year]) / factor),
            )
            for period, values in sorted(made.ends.items())
            if period.year in targets
        ),
        method=made.method,
        backtest=made.backtest,
        points=made.points,
        filled=made.filled,
    )


def _scaled(step: Step, factor: float) -> Step:
    if factor == 1:
        return step
    bands = {b: (step.bands[b][0] * factor, step.bands[b][1] * factor) for b in BANDS}
    return Step(step.period, step.median * factor, bands)


def _none(asked: Asked) -> Outlook:
    return Outlook(
        asked.indicator,
        asked.area,
        why_not=Insufficient("too_few", {"points": 0, "needed": 2}),
    )

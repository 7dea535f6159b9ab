"""Seeded, clearly labelled simulated observations, so that every page can be seen with data.

Every row carries the source `simulation`. The numbers come from the city pack's settings and a
seed; they are invented, and no figure of a real city. What the areas report adds up to the city's
value (or has it as its mean), to the last digit; an area that reports late is simply not there yet.

Each row says when it would have been recorded, so that a past day can be seen as it was known then:
the day it was due to be reported, and of what is preliminary first, the day it was settled. The
audit entries keep the moment at which all of it was written.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from shucheng.kernel.public import (
    SIMULATION,
    Actor,
    Observation,
    ObservationInput,
    record_observations,
)
from shucheng.lib.periods import Period
from shucheng.lib.units import convert
from shucheng.lib.workdays import is_working_day
from shucheng.plan.actions.judging import decompose_over_areas
from shucheng.plan.city.model import CityPack, Metric, Series, Share
from shucheng.plan.queries.annex_line import direction_of
from shucheng.plan.queries.splitting import Proposal, known_by, propose_areas
from shucheng.plan.queries.versions import current_version

_COUNTED = frozenset({"家", "个", "项", "件", "人"})
# Below this a count is drawn one by one: shares of four new factories would always fall to the
# same four counties.
_FEW = 300
_HOUR = time(10, 20)


def simulate(
    pack: CityPack,
    until: date,
    *,
    actor: Actor,
    but: Callable[[Period, date], bool] = lambda _period, _until: False,
    measured: bool = False,
) -> int:
    """Record the simulated series of the city and its areas, from the pack's first period to those
    that would have been reported by `until`, but those that go another way: with `measured`, what
    bays measure does. Returns how many observations were recorded."""
    if pack.simulation is None:
        return 0
    metrics = {metric.code: metric for metric in pack.metrics}
    settings, known = pack.simulation, _settled_already()
    told: dict[date, list[ObservationInput]] = defaultdict(list)
    settled: dict[date, list[ObservationInput]] = defaultdict(list)
    for series in settings.series:
        metric = metrics[series.metric]
        if measured and metric.origin == "bay":
            continue
        for code, period, value in simulated_series(
            series, metric, settings.first, until, settings.seed
        ):
            if but(period, until) and metric.origin == "reported":
                continue
            for area, told_on, first, settled_on, last in _reports(
                pack, series, metric, period, value
            ):
                cell = code, area, str(period)
                if told_on > until:
                    continue
                if first == last:
                    told[told_on].append(ObservationInput(*cell, last))
                    continue
                if cell not in known:
                    told[told_on].append(ObservationInput(*cell, first, status="P"))
                if settled_on <= until:
                    settled[settled_on].append(ObservationInput(*cell, last))
    new = record_observations(_dated(told), actor=actor, source=SIMULATION)
    with translation.override(pack.city.language):
        reason = _("Verified against the firms' accounts; preliminary until then.")
    corrected = record_observations(
        _dated(settled), actor=actor, source=SIMULATION, on_change="supersede", reason=reason
    )
    return new.created + corrected.superseded


def _reports(
    pack: CityPack, series: Series, metric: Metric, period: Period, value: Decimal
) -> Iterator[tuple[str, date, Decimal, date, Decimal]]:
    """Where, when and what is reported first, when and what it is settled as: the same value
    twice where nothing is preliminary, or who is late reports what is settled."""
    seed = pack.simulation.seed if pack.simulation else 0
    due = period.end + timedelta(days=series.lag_days)
    settled_on = due + timedelta(days=series.settled_days)
    preliminary = _preliminary(series, metric, period, value, seed)
    firsts = _everywhere(pack, series, metric, period, preliminary)
    lasts = _everywhere(pack, series, metric, period, value)
    for (area, late, first), (_area, _late, last) in zip(firsts, lasts, strict=True):
        told_on = due + timedelta(days=late)
        yield area, told_on, first if told_on < settled_on else last, settled_on, last


def _everywhere(
    pack: CityPack, series: Series, metric: Metric, period: Period, value: Decimal
) -> Iterator[tuple[str, int, Decimal]]:
    """The city's value and its areas' parts: where, how many days late, how much."""
    if pack.simulation is None:
        return
    yield pack.city.adcode or pack.city.code, series.late_days, value
    shares, seed = pack.simulation.shares, pack.simulation.seed
    for share, part in simulated_parts(series, metric, period, value, shares, seed):
        yield share.area, share.late_days, part


def _preliminary(
    series: Series, metric: Metric, period: Period, value: Decimal, seed: int
) -> Decimal:
    """What is said of a period until it is settled: the value itself, or one beside it."""
    if not series.settled_days:
        return value
    chance = random.Random(f"{seed}:{series.metric}:{period}:first")  # noqa: S311 - not for secrets
    return _rounded(float(value) * (1 + chance.gauss(0, float(series.noise) / 100)), metric)


def _settled_already() -> set[tuple[str, str, str]]:
    """The cells whose preliminary value was replaced before: it is not recorded again."""
    later = Observation.objects.filter(source=SIMULATION, supersedes__isnull=False)
    return set(later.values_list("metric_version__metric__code", "area__code", "period"))


def _dated(by_day: dict[date, list[ObservationInput]]) -> list[ObservationInput]:
    """Every day's rows with a working hour of it, or of the last working day before; the earliest
    first, as if they had been recorded then."""
    rows: list[ObservationInput] = []
    for day in sorted(by_day):
        moment = _working_hour(day)
        rows.extend(replace(row, recorded_at=moment) for row in by_day[day])
    return rows


def _working_hour(day: date) -> datetime:
    while not is_working_day(day):
        day -= timedelta(days=1)
    return min(timezone.make_aware(datetime.combine(day, _HOUR)), timezone.now())


def simulate_county_targets(*, actor: Actor) -> int:
    """Split the yearly targets of the plan in force over the counties that report, by last year's
    values: made up for demonstration, agreed with nobody. Returns how many were split."""
    version = current_version()
    count = 0
    indicators = (
        version.indicators.select_related("binding").prefetch_related("path") if version else ()
    )
    for indicator in indicators:
        for target in indicator.path.all():
            found = _not_below_what_is_there(propose_areas(indicator, target.year, target.value))
            if any(line.value is not None for line in found.lines) and not found.problem:
                reason = "演示：按上年数分解，未经确认"
                fixed = {line.key: line.value for line in found.lines if line.fixed and line.value}
                decompose_over_areas(
                    indicator.code, target.year, reason, fixed=fixed, simulated=True, actor=actor
                )
                count += 1
    return count


def _not_below_what_is_there(found: Proposal) -> Proposal:
    """The same split, but no area is asked for less than it has by now; as it was where less is
    better, or where the areas together have more than the target."""
    if not found.adds_up or direction_of(found.indicator) == "down":
        return found
    there, fixed, split = known_by(found.indicator, found.year), dict[str, Decimal](), found
    while short := {
        line.key: there[line.key]
        for line in split.lines
        if line.value is not None and line.value < there.get(line.key, line.value)
    }:
        fixed |= short
        split = propose_areas(found.indicator, found.year, found.total, fixed=fixed)
        if split.problem:
            return found
    return split


def simulated_series(
    series: Series, metric: Metric, first: str, until: date, seed: int, *, lag: bool = True
) -> Iterator[tuple[str, Period, Decimal]]:
    """One metric's periods and values; the same seed gives the same numbers.

    A period is there once its days of `lag` are over, or without them once it is over itself.
    """
    chance = random.Random(f"{seed}:{series.metric}")  # noqa: S311 - not for secrets
    period = Period.of(Period.parse(first).start, metric.frequency)
    start = period.start
    days = timedelta(days=series.lag_days if lag else 1)
    while period.end + days <= until:
        years = (period.start - start).days / 365.25
        level = float(series.start) * (1 + float(series.growth) / 100) ** years
        value = level * (1 + chance.gauss(0, float(series.noise) / 100))
        yield series.metric, period, _rounded(value, metric)
        period = period.next()


def simulated_of_firms(pack: CityPack, until: date) -> dict[tuple[str, str, Period], Decimal]:
    """What the returns of an area's simulated core firms add up to: measure, area and finished
    period to thousand yuan."""
    settings, found = pack.simulation, dict[tuple[str, str, Period], Decimal]()
    if settings is None or settings.firms is None:
        return found
    metrics = {metric.code: metric for metric in pack.metrics}
    every = {series.metric: series for series in settings.series}
    for measure in ("core_revenue", "core_value_added"):
        if not (code := getattr(settings.firms, measure)):
            continue
        series, metric, seed = every[code], metrics[code], settings.seed
        for _code, period, value in simulated_series(
            series, metric, settings.first, until, seed, lag=False
        ):
            for share, part in simulated_parts(
                series, metric, period, value, settings.shares, seed
            ):
                found[measure, share.area, period] = convert(part, metric.unit, "千元")
    return found


def simulated_parts(
    series: Series,
    metric: Metric,
    period: Period,
    value: Decimal,
    shares: Sequence[Share],
    seed: int,
) -> list[tuple[Share, Decimal]]:
    """The areas' parts of the city's value, or the values that it is the mean of; none for a
    metric that areas do not report or that adds up in another way."""
    if not shares or not metric.by_area or metric.over_areas not in {"sum", "mean"}:
        return []
    always = random.Random(f"{seed}:{series.metric}:areas")  # noqa: S311 - not for secrets
    now = random.Random(f"{seed}:{series.metric}:{period}")  # noqa: S311 - not for secrets
    step = _step(metric)
    whole = int(value / step)
    if metric.over_areas == "mean":
        off = [always.gauss(0, 0.05) for _ in shares]
        centre = sum(off) / len(off)
        # A share of everything does not pass 100: the further from it, the wider the spread.
        room = (100 - float(value)) / 100 if metric.unit == "%" else 1.0
        wanted = [whole * (1 + (each - centre) * room) for each in off]
        parts = _apportioned(whole * len(shares), wanted)
    else:
        # No area has the same share of everything, and a flow goes up and down.
        noise = 0.0 if metric.measure == "stock" else float(series.noise) / 100
        weights = [
            float(share.weight) * always.lognormvariate(0, 0.3) * now.lognormvariate(0, noise)
            for share in shares
        ]
        if metric.unit in _COUNTED and metric.measure == "flow" and whole < _FEW:
            drawn = now.choices(range(len(shares)), weights, k=whole)
            parts = [drawn.count(index) for index in range(len(shares))]
        else:
            parts = _apportioned(whole, weights)
    return [(share, part * step) for share, part in zip(shares, parts, strict=True)]


def _apportioned(whole: int, weights: Sequence[float]) -> list[int]:
    """Whole numbers in the ratio of the weights that add up to `whole` (largest remainders)."""
    total = sum(weights) or 1.0
    ideal = [whole * weight / total for weight in weights]
    parts = [int(each) for each in ideal]
    by_remainder = sorted(range(len(parts)), key=lambda at: parts[at] - ideal[at])
    for at in by_remainder[: whole - sum(parts)]:
        parts[at] += 1
    return parts


def _step(metric: Metric) -> Decimal:
    """The smallest difference between two values of the metric."""
    if metric.unit == "%":
        return Decimal("0.1")
    return Decimal(1) if metric.unit in _COUNTED else Decimal("0.01")


def _rounded(value: float, metric: Metric) -> Decimal:
    value = max(value, 0.0)
    return round(
        Decimal(str(min(value, 100.0) if metric.unit == "%" else value)) / _step(metric)
    ) * _step(metric)

"""Seeded, clearly labelled simulated observations, so that every page can be seen with data.

Every row carries the source `simulation`. The numbers come from the city pack's settings and a
seed; they are invented, and no figure of a real city.
"""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from shucheng.kernel.public import SIMULATION, Actor, ObservationInput, record_observations
from shucheng.lib.periods import Period
from shucheng.plan.city.model import CityPack, Metric, Series


def simulate(pack: CityPack, until: date, *, actor: Actor) -> int:
    """Record the city's simulated series from the pack's first period to those that would have
    been reported by `until`. Returns how many observations were recorded."""
    if pack.simulation is None:
        return 0
    metrics = {metric.code: metric for metric in pack.metrics}
    rows = [
        row
        for series in pack.simulation.series
        for row in simulated_series(
            series, metrics[series.metric], pack.simulation.first, until, pack.simulation.seed
        )
    ]
    city = pack.city.adcode or pack.city.code
    recorded = record_observations(
        [
            ObservationInput(metric=code, area=city, period=str(period), value=value)
            for code, period, value in rows
        ],
        actor=actor,
        source=SIMULATION,
    )
    return recorded.created


def simulated_series(
    series: Series, metric: Metric, first: str, until: date, seed: int
) -> Iterator[tuple[str, Period, Decimal]]:
    """One metric's periods and values; the same seed gives the same numbers."""
    chance = random.Random(f"{seed}:{series.metric}")  # noqa: S311 - not for secrets
    period = Period.of(Period.parse(first).start, metric.frequency)
    start = period.start
    while period.end + timedelta(days=series.lag_days) <= until:
        years = (period.start - start).days / 365.25
        level = float(series.start) * (1 + float(series.growth) / 100) ** years
        value = level * (1 + chance.gauss(0, float(series.noise) / 100))
        yield series.metric, period, _rounded(value, metric)
        period = period.next()


def _rounded(value: float, metric: Metric) -> Decimal:
    value = max(value, 0.0)
    if metric.unit == "%":
        return Decimal(str(round(min(value, 100.0), 1)))
    if metric.unit in {"家", "个", "项", "件", "人"}:
        return Decimal(round(value))
    return Decimal(str(round(value, 2)))

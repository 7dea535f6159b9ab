"""What is known of an indicator in one area, by period and in the indicator's own unit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from shucheng.lib.periods import Period
from shucheng.plan.judgement.path import Path
from shucheng.plan.queries.measured import Known, in_unit
from shucheng.plan.queries.paths import AreaPath


@dataclass(frozen=True, slots=True)
class Series:
    """An area's known values by period, in the indicator's unit."""

    known: Mapping[Period, Known]
    values: Mapping[Period, Decimal | None]
    path: Path | None
    simulated: bool = False
    unconfirmed: bool = False
    outdated: bool = False


def series_of(known: Iterable[Known], factor: Decimal | None) -> Series:
    """From a binding's values; see `factor_of`."""
    by_period = {Period.parse(each.period): each for each in in_unit(known, factor)}
    return Series(by_period, {period: each.value for period, each in by_period.items()}, None)


def with_targets(series: Series, targets: AreaPath | None) -> Series:
    if targets is None:
        return series
    return replace(
        series,
        path=targets.path,
        simulated=targets.simulated,
        unconfirmed=targets.unconfirmed,
        outdated=targets.outdated,
    )


def newest(series: Series, period: Period | None, by: date | None = None) -> Period | None:
    """The newest period with a value, of those up to a period and ended by a day."""
    known = [each for each, value in series.values.items() if value is not None]
    if not known:
        return None
    # Of one frequency, periods compare by their running numbers.
    if period is not None:
        known = [each for each in known if each.ordinal <= period.ordinal]
    if by is not None:
        running = Period.of(by + timedelta(days=1), known[0].frequency).ordinal if known else 0
        known = [each for each in known if each.ordinal < running]
    return max(known, key=lambda each: each.ordinal, default=None)


def counted(period: Period) -> tuple[int, int]:
    """How many periods of the year have gone by its end, and how many are left."""
    year = Period("A", period.year).split(period.frequency)
    gone = year.index(period) + 1
    return gone, len(year) - gone


def start_of_year(series: Series, period: Period) -> Decimal | None:
    """Where the year began: what was known then, else where the path begins."""
    if series.path is None or series.path.shape == "year_to_date":
        return Decimal(0)
    before = Period.of(date(period.year - 1, 12, 31), period.frequency)
    known = series.values.get(before)
    return series.path.start(period.year) if known is None else known

"""The indicator that a reader of an area's page came for: its course there, on the way to the
area's own targets, with what is to be expected."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from shucheng.kernel.public import Area
from shucheng.plan.judgement.path import Path
from shucheng.plan.models import Indicator, PathMethod, PlanVersion
from shucheng.plan.queries.annex_line import factor_of
from shucheng.plan.queries.area_series import series_of
from shucheng.plan.queries.areas import Choice, Comparison
from shucheng.plan.queries.courses import Course
from shucheng.plan.queries.forecasts import Outlook, TargetChance, outlook_of
from shucheng.plan.queries.measured import Known, in_unit
from shucheng.plan.queries.paths import AreaPath, path_book


@dataclass(frozen=True, slots=True)
class AreaCourse:
    """`indicator` is None where the plan asks for it in its text alone, without a year's path:
    then there is neither target nor forecast."""

    course: Course
    # The city's value of the period that is compared, in the course's unit.
    city: Known | None
    indicator: Indicator | None = None
    # The area's own targets were made up for demonstration, or are agreed with nobody yet.
    simulated: bool = False
    unconfirmed: bool = False
    # They were split from another target than the city has by now.
    outdated: bool = False

    @property
    def ahead(self) -> Outlook | None:
        return self.course.ahead

    @property
    def targets(self) -> list[tuple[int, Decimal, TargetChance | None]]:
        """Year, target, and the chance that it is met where the year is not over."""
        ahead = self.course.ahead
        return [
            (year, value, ahead.chance_of(year) if ahead else None)
            for year, value in sorted(self.course.targets.items())
        ]


@dataclass(frozen=True, slots=True)
class _Asked:
    indicator: Indicator
    area: str
    path: Path | None


def area_course(
    area: Area, comparison: Comparison, version: PlanVersion, as_of: date | None = None
) -> AreaCourse | None:
    """None where no plan asks for an indicator by area, or the area is not compared. Six queries
    where it has targets of its own."""
    chosen = comparison.chosen
    found = next((each for each in comparison.values if each.area.pk == area.pk), None)
    if chosen is None or found is None:
        return None
    indicator = _indicator(chosen, version)
    course = Course(
        title=chosen.name,
        place=area.label,
        unit=chosen.unit,
        plan=str(version),
        series=found.series,
        restarts_yearly=chosen.is_since_january,
        targets={},
    )
    if indicator is None:
        return AreaCourse(course, comparison.city)
    own = _path(indicator, area, found.series, comparison.whole, as_of)
    path = own.path if own else None
    course = replace(
        course,
        unit=indicator.unit,
        series=in_unit(found.series, factor_of(indicator)),
        targets=path.targets if path else {},
        path=path,
        ahead=outlook_of(_Asked(indicator, area.code, path), found.series, version),
        targets_simulated=own.simulated if own else False,
    )
    city = in_unit([comparison.city], factor_of(indicator))[0] if comparison.city else None
    return AreaCourse(
        course,
        city,
        indicator,
        simulated=own.simulated if own else False,
        unconfirmed=own.unconfirmed if own else False,
        outdated=own.outdated if own else False,
    )


def _indicator(chosen: Choice, version: PlanVersion) -> Indicator | None:
    """The annex's line that the binding answers to."""
    if not chosen.is_headline:
        return None
    lines = version.indicators.filter(binding=chosen.pk).select_related("binding")
    return lines.order_by("no").first()


def _path(
    indicator: Indicator,
    area: Area,
    known: Sequence[Known],
    whole: Sequence[Known],
    as_of: date | None,
) -> AreaPath | None:
    """The way to the area's own targets; the city's is read where the area's follows it."""
    factor = factor_of(indicator)
    book = path_book([indicator.code], as_of)
    by_hand = any(each.method == PathMethod.BY_HAND for each in book.settings.values())
    city = book.city(indicator, series_of(whole, factor).values) if by_hand else None
    return book.county(indicator, area.code, series_of(known, factor).values, city)

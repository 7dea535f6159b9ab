"""Which charts a briefing has; how they are drawn is said once, in `typst/chart.typ`."""

from collections.abc import Sequence

from shucheng.plan.briefings.engine.content import Bar, BarChart, Chart, PathChart, PathPoint
from shucheng.plan.briefings.engine.facts import BriefingFacts, ComparisonFacts, IndicatorFacts
from shucheng.plan.briefings.engine.numbers import percent, period_name

_MOST = 4
_FEWEST_POINTS = 2
_FEWEST_BARS = 3


def path_charts(lagging: Sequence[IndicatorFacts]) -> tuple[Chart, ...]:
    """The paths of those that lag most."""
    return tuple(
        PathChart(
            title=each.name,
            unit=each.unit,
            points=tuple(
                PathPoint(point.period, point.value, point.expected) for point in each.series
            ),
        )
        for each in lagging
        if sum(point.value is not None for point in each.series) >= _FEWEST_POINTS
    )[:_MOST]


def county_charts(facts: BriefingFacts) -> tuple[Chart, ...]:
    """Schedule progress by county, of the indicators that are compared."""
    charts = (_bars(found) for found in facts.comparisons)
    return tuple(chart for chart in charts if len(chart.bars) >= _FEWEST_BARS)[:_MOST]


def _bars(found: ComparisonFacts) -> BarChart:
    known = [each for each in found.counties if each.schedule_progress is not None]
    ordered = sorted(known, key=lambda each: (-(each.schedule_progress or 0), each.code))
    periods = {each.period for each in known}
    when = f"（{period_name(periods.pop())}）" if len(periods) == 1 else ""
    return BarChart(
        title=f"{found.name}：序时进度{when}",
        unit="%",
        bars=tuple(
            Bar(each.name, each.schedule_progress, percent(each.schedule_progress), each.light)
            for each in ordered
            if each.schedule_progress is not None
        ),
    )

"""Counties beside one another, as a city's briefing shows them."""

from collections.abc import Callable, Sequence

from shucheng.lib.periods import Period
from shucheng.plan.briefings.engine.facts import (
    ComparisonFacts,
    CountyFacts,
    CountyValueFacts,
    count_lights,
    plain,
)
from shucheng.plan.models import Indicator
from shucheng.plan.queries.judged import Judged, JudgedPlan

_MOST = 4
_FEWEST_COUNTIES = 3
_FIRST = {"red": 0, "yellow": 1}

# The address that explains an indicator's value at a period in an area.
Explain = Callable[[Indicator, Period | None, str], str]


def counties(now: JudgedPlan) -> tuple[CountyFacts, ...]:
    """How many of each county's indicators have which light."""
    return tuple(
        CountyFacts(
            code=code,
            name=name,
            lights=count_lights([each.light for each in now.judged if each.area == code]),
        )
        for code, name in now.areas.items()
        if code != now.city_code
    )


def comparisons(
    now: JudgedPlan, subjects: Sequence[Judged], explain: Explain
) -> tuple[ComparisonFacts, ...]:
    """Of indicators that enough counties have a target of; those that lag come first."""
    found = [(each, now.counties(each.indicator.code)) for each in subjects]
    asked = [
        (each, own)
        for each, own in found
        if sum(county.schedule_progress is not None for county in own) >= _FEWEST_COUNTIES
    ]
    asked.sort(key=lambda pair: (_FIRST.get(pair[0].light, 2), pair[0].indicator.no))
    return tuple(
        ComparisonFacts(
            indicator=each.indicator.code,
            name=each.indicator.name,
            unit=each.indicator.unit,
            counties=tuple(_county(county, now.areas[county.area], explain) for county in own),
        )
        for each, own in asked[:_MOST]
    )


def _county(each: Judged, name: str, explain: Explain) -> CountyValueFacts:
    period = Period.parse(each.period) if each.period else None
    return CountyValueFacts(
        code=each.area,
        name=name,
        period=each.period,
        value=plain(each.outcome.facts.value),
        schedule_progress=plain(each.schedule_progress),
        light=each.light,
        place=each.rank.place if each.rank else None,
        simulated=each.simulated,
        explain=explain(each.indicator, period, each.area),
    )

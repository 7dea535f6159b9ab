"""Forecasts follow the values: made in the background, kept, never shown when they are outdated."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.append_only import lifted

from shucheng.kernel.public import (
    Observation,
    ObservationInput,
    correct_observation,
    record_observations,
    system_actor,
)
from shucheng.plan.actions.forecasts import make_forecasts
from shucheng.plan.models import Forecast, PlanVersion
from shucheng.plan.queries.forecasts import Outlook, TargetChance, outlook, outlooks
from shucheng.plan.queries.judge import judge_plan
from shucheng.plan.queries.judged import Judged

CITY, COUNTY = "320900", "320902"
TODAY = date(2026, 8, 20)
pytestmark = pytest.mark.django_db


@pytest.fixture
def city(plan_in_force: int, db: None) -> PlanVersion:
    return PlanVersion.objects.get(pk=plan_in_force)


def months(until: str) -> Iterable[str]:
    year, month = int(until[:4]), int(until[5:])
    every = [f"{y}-{m:02}" for y in (2024, 2025, 2026) for m in range(1, 13)]
    return every[: every.index(f"{year}-{month:02}") + 1]


def report(until: str, area: str = CITY, each: int = 150) -> None:
    """Revenue of every month up to one, a little more each time."""
    known = set(Observation.objects.filter(area__code=area).values_list("period", flat=True))
    rows = [
        ObservationInput("core_revenue", area, period, each + at + 7 * (at % 3))
        for at, period in enumerate(months(until))
        if period not in known
    ]
    record_observations(rows, actor=system_actor("job"))


def revenue(version: PlanVersion, area: str = CITY, as_of: date | None = None) -> Judged:
    found = judge_plan(version, TODAY, as_of=as_of).of("数字经济核心产业营业收入", area)
    found = found or judge_plan(version, TODAY, as_of=as_of).of(
        version.indicators.get(no=1).code, area
    )
    assert found
    return found


def kept(version: PlanVersion) -> Outlook:
    judged = revenue(version)
    return outlooks([judged], version)[judged.indicator.code, judged.area]


def test_recording_orders_one_forecast_job_and_makes_none_itself(city: PlanVersion) -> None:
    report("2026-06")
    report("2026-07")
    assert Forecast.objects.count() == 0
    assert _orders() == 1


def _orders() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM jobs_job WHERE name = 'plan.forecasts'")
        return int(cursor.fetchone()[0])


def test_what_is_kept_speaks_until_a_value_changes(city: PlanVersion) -> None:
    report("2026-06")
    assert kept(city).pending
    assert make_forecasts() == 1
    before = kept(city)
    assert before.steps[0].period.end == date(2026, 7, 31)
    assert before.steps[-1].period.end == date(2027, 12, 31)
    assert make_forecasts() == 0
    report("2026-07")
    assert kept(city).pending
    assert make_forecasts() == 1
    assert kept(city).steps[0].period.end == date(2026, 8, 31)


def test_deleting_what_is_kept_loses_nothing(city: PlanVersion) -> None:
    report("2026-06")
    make_forecasts()
    before = kept(city)
    Forecast.objects.all().delete()
    alone = outlook(revenue(city))
    assert alone.method == before.method
    assert alone.chances == before.chances
    make_forecasts()
    assert kept(city) == before


def test_each_years_target_has_a_chance_and_a_nearer_one_is_likelier(city: PlanVersion) -> None:
    uneven = [
        ObservationInput("core_revenue", CITY, period, 150 + at + 37 * at * at % 53)
        for at, period in enumerate(months("2026-07"))
    ]
    record_observations(uneven, actor=system_actor("job"))
    found = outlook(revenue(city))
    assert [each.year for each in found.chances] == [2026, 2027]
    assert [each.target for each in found.chances] == [2600, 3000]
    assert found.chosen is not None
    assert found.chosen.coverage is not None
    end = next(step for step in found.steps if step.period.end == date(2026, 12, 31))
    low, high = end.bands[80]
    near, far = (asked_for(city, found, Decimal(f"{target:.4f}")) for target in (low, high))
    assert near == pytest.approx(0.9, abs=0.05)
    assert far == pytest.approx(0.1, abs=0.05)


def asked_for(version: PlanVersion, found: Outlook, target: Decimal) -> float:
    """The chance of the same year's end, had another target been asked for."""
    row = version.indicators.get(no=1).path.get(year=2026)
    kept, row.value = row.value, target
    row.save()
    asked = outlook(revenue(version))
    row.value = kept
    row.save()
    assert asked.steps == found.steps, "a target changes no forecast"
    assert asked.chances[0].target == float(target)
    return asked.chances[0].probability


def test_it_can_be_told_as_of_a_day(city: PlanVersion) -> None:
    """What was recorded by a day is not changed by what came, or was corrected, later."""
    report("2026-06")
    recorded(datetime(2021, 7, 9, 12, tzinfo=UTC))
    before = outlook(revenue(city))
    report("2026-07")
    june = Observation.objects.get(area__code=CITY, period="2026-06")
    correct_observation(june.pk, 900, reason="复核", actor=system_actor("job"))
    now = outlook(revenue(city))
    assert (before.steps[0].period.end, now.steps[0].period.end) == (
        date(2026, 7, 31),
        date(2026, 8, 31),
    )
    for day, told in ((date(2021, 7, 9), before), (date.today(), now)):
        assert outlook(revenue(city, as_of=day), as_of=day) == told, day
    earlier = date(2021, 7, 8)
    then = outlook(revenue(city, as_of=earlier), as_of=earlier)
    assert not then.steps
    assert then.why_not
    assert then.why_not.reason == "too_few"


def recorded(moment: datetime) -> None:
    """As if all that is there had been recorded at that moment."""
    with lifted():
        Observation.objects.update(recorded_at=moment)


def test_a_county_has_its_own_fan_and_no_chance_without_a_target(city: PlanVersion) -> None:
    report("2026-06")
    report("2026-05", COUNTY, each=20)
    assert make_forecasts() == 2
    own = outlook(revenue(city, COUNTY))
    assert own.area == COUNTY
    assert own.steps[0].period.end == date(2026, 6, 30)
    assert own.chances == ()


def test_too_few_values_are_said_to_be_too_few(city: PlanVersion) -> None:
    report("2024-01")
    found = outlook(revenue(city))
    assert not found.steps
    assert not found.pending
    assert found.why_not
    assert found.why_not.reason == "too_few"


def test_all_of_a_plans_forecasts_are_read_with_two_queries(city: PlanVersion) -> None:
    report("2026-06")
    judged = judge_plan(city, TODAY).city
    make_forecasts()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        outlooks(judged, city)
    assert len(queries) == 2


@pytest.mark.parametrize(
    ("probability", "said"), [(0.0, "<1%"), (0.004, "<1%"), (0.426, "43%"), (1.0, ">99%")]
)
def test_nothing_to_come_is_said_to_be_certain(probability: float, said: str) -> None:
    assert TargetChance(2026, 1.0, ">=", probability).in_percent == said

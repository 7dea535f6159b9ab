"""What is not said: a change of a late value, a share by an older one, a ratio to zero."""

import csv
import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from shucheng.kernel.public import Actor, ObservationInput, record_observations, system_actor
from shucheng.plan.actions.judging import decompose_over_areas
from shucheng.plan.judging import AreaTarget
from shucheng.plan.models import Binding, Indicator, PlanVersion
from shucheng.plan.queries.cockpit import cockpit_of
from shucheng.plan.queries.duties import duties_of
from shucheng.plan.queries.judge import judge_now_and_before, judge_plan
from shucheng.plan.queries.judged import Changed, changes
from shucheng.plan.queries.light_words import pace_said, why_this_light
from shucheng.plan.queries.monitoring import monitoring, table_of
from shucheng.plan.simulation import simulate_county_targets

CITY, DONGTAI, DAFENG = "320900", "320981", "320904"
TODAY = date(2026, 11, 20)
pytestmark = pytest.mark.django_db


@pytest.fixture
def city(plan_in_force: int, db: None, monkeypatch: pytest.MonkeyPatch) -> PlanVersion:
    monkeypatch.setattr(timezone, "localdate", lambda *_: TODAY)
    return PlanVersion.objects.get(pk=plan_in_force)


def report(values: dict[str, Any], area: str = CITY) -> None:
    rows = [
        ObservationInput("core_revenue", area, period, value) for period, value in values.items()
    ]
    record_observations(rows, actor=system_actor("job"))


def months(year: int, value: int, last: int = 12) -> dict[str, Any]:
    return {f"{year}-{month:02}": value for month in range(1, last + 1)}


def of_revenue(version: PlanVersion, formula: str, unit: str = "亿元") -> Indicator:
    indicator = version.indicators.select_related("binding").get(no=1)
    Binding.objects.filter(pk=indicator.binding_id).update(formula=formula, unit=unit)
    Indicator.objects.filter(pk=indicator.pk).update(unit=unit)
    return version.indicators.select_related("binding").get(no=1)


def change_of(version: PlanVersion, day: date = TODAY) -> Changed:
    now, before = judge_now_and_before(version, day)
    return next(each for each in changes(now, before) if each.now.indicator.no == 1)


def test_of_what_is_late_no_change_is_told(city: PlanVersion) -> None:
    report(months(2026, 200, 8))
    found = change_of(city)
    assert [found.now.light, found.now.period, found.light_changed] == ["blue", "2026-09", True]
    assert [found.now.value, found.now.reported, found.change] == [1600, None, None]
    report({"2026-09": 250})
    assert change_of(city, date(2026, 10, 20)).change == 250


def test_of_what_is_late_the_older_value_stands_with_its_period_and_no_share(
    city: PlanVersion, office: Actor
) -> None:
    report(months(2026, 200, 8))
    shown = next(h for h in cockpit_of(city, actor=office).headlines if h.indicator.no == 1)
    assert shown.latest is not None
    assert [shown.is_late, shown.latest.period, shown.attainment] == [True, "2026-08", None]
    table = monitoring(actor=office)
    assert table is not None
    lines = list(csv.reader(io.StringIO("\n".join(",".join(line) for line in table_of(table)))))
    told = next(line for line in lines[1:] if line[0] == "1")
    assert told[lines[0].index("报告期")] == "2026-08"
    report({"2026-09": 200, "2026-10": 200})
    shown = next(h for h in cockpit_of(city, actor=office).headlines if h.indicator.no == 1)
    assert shown.judged is not None
    assert [shown.is_late, shown.attainment] == [False, shown.judged.attainment]


def test_a_percentage_changes_by_points(city: PlanVersion) -> None:
    of_revenue(city, "yoy(ytd(core_revenue))", "%")
    report(months(2025, 100))
    report(months(2026, 120, 9) | {"2026-10": 140})
    found = change_of(city)
    assert [found.change, found.unit, found.now.unit] == [2, "个百分点", "%"]


def test_towards_a_target_of_zero_there_is_no_ratio_and_ranks_are_by_the_gap(
    city: PlanVersion, office: Actor
) -> None:
    indicator = of_revenue(city, "last(core_revenue)")
    for area, before, now in ((DONGTAI, 100, 3000), (DAFENG, 1, 3)):
        report({"2025-12": before, "2026-10": now}, area)
    decompose_over_areas(indicator.code, 2026, "分解", fixed={DAFENG: Decimal(0)}, actor=office)
    plan = judge_plan(city, TODAY)
    zero, other = plan.of(indicator.code, DAFENG), plan.of(indicator.code, DONGTAI)
    assert zero is not None
    assert other is not None
    assert [zero.target, zero.attainment, zero.schedule_progress] == [0, None, None]
    assert [zero.light, zero.reason] == ["green", "reached"]
    assert zero.rank is not None
    assert other.rank is not None
    assert (other.gap > zero.gap) == (other.rank.place < zero.rank.place)  # type: ignore[operator]


def test_a_simulated_split_asks_no_area_for_less_than_it_has(
    city: PlanVersion, office: Actor
) -> None:
    indicator = of_revenue(city, "last(core_revenue)")
    for area, before, now in ((DONGTAI, 900, 1000), (DAFENG, 0, 400)):
        report({"2025-12": before, "2026-10": now}, area)
    assert simulate_county_targets(actor=office) > 0
    parts = AreaTarget.objects.filter(
        decomposition__indicator=indicator.code, decomposition__year=2026
    )
    asked = {part.area: part.value for part in parts}
    assert asked[DAFENG] >= 400
    assert asked[DONGTAI] >= 1000
    assert sum(asked.values()) == 2600


def test_where_the_areas_have_more_than_the_target_it_is_split_by_weight(
    city: PlanVersion, office: Actor
) -> None:
    indicator = of_revenue(city, "last(core_revenue)")
    for area, before, now in ((DONGTAI, 900, 3000), (DAFENG, 100, 400)):
        report({"2025-12": before, "2026-10": now}, area)
    assert simulate_county_targets(actor=office) > 0
    parts = AreaTarget.objects.filter(
        decomposition__indicator=indicator.code, decomposition__year=2026
    )
    assert {part.area: part.value for part in parts} == {DONGTAI: 2340, DAFENG: 260}


def test_who_has_none_of_what_is_not_asked_for_has_not_reached_it(
    city: PlanVersion, office: Actor
) -> None:
    indicator = of_revenue(city, "last(core_revenue)")
    for area, before, now in ((DONGTAI, 100, 3000), (DAFENG, 0, 0)):
        report({"2025-12": before, "2026-10": now}, area)
    decompose_over_areas(indicator.code, 2026, "分解", fixed={DAFENG: Decimal(0)}, actor=office)
    zero = judge_plan(city, TODAY).of(indicator.code, DAFENG)
    assert zero is not None
    assert [zero.value, zero.target, zero.light, zero.reason] == [0, 0, "grey", "nothing_asked"]
    assert "目标为0" in why_this_light(zero)
    assert pace_said(zero) == ""


def test_a_duty_says_no_share_by_an_older_value_while_the_one_asked_for_is_late(
    city: PlanVersion, office: Actor
) -> None:
    lead = city.indicators.get(no=1).duties.first()
    assert lead is not None

    def line() -> list[Any]:
        page = duties_of(lead.name, actor=office)
        found = next(each for each in page.indicators if each.indicator.no == 1)
        assert found.known is not None
        return [found.known.period, found.is_late, found.attainment, found.reached, page.compared]

    report(months(2026, 400, 8))
    assert line() == ["2026-08", True, None, False, 0]
    report({"2026-09": 1, "2026-10": 1})
    assert line() == ["2026-10", False, Decimal("123.15"), True, 1]

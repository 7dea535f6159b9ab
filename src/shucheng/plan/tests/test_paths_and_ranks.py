"""Never reported and overdue, ranks where a ratio says nothing, paths of a target that changed."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from shucheng.kernel.public import (
    Actor,
    FigureAsked,
    ObservationInput,
    Role,
    record_observations,
    system_actor,
)
from shucheng.lib.periods import Period
from shucheng.plan.actions.judging import decompose_over_areas, decompose_over_quarters
from shucheng.plan.models import Binding, Indicator, PlanVersion
from shucheng.plan.queries.cockpit import cockpit_of
from shucheng.plan.queries.explain_light import explain_light
from shucheng.plan.queries.judge import judge_now_and_before, judge_plan
from shucheng.plan.queries.judged import Judged
from shucheng.plan.queries.light_words import why_this_light
from shucheng.plan.queries.standing import standing
from shucheng.plan.tests.test_web import client_of

ASKED = "shucheng.plan.queries.judge.figures_asked"
CITY, DONGTAI, DAFENG = "320900", "320981", "320904"
TODAY = date(2026, 8, 20)
pytestmark = pytest.mark.django_db


@pytest.fixture
def city(plan_in_force: int, db: None, monkeypatch: pytest.MonkeyPatch) -> PlanVersion:
    monkeypatch.setattr(timezone, "localdate", lambda *_: TODAY)
    return PlanVersion.objects.get(pk=plan_in_force)


@pytest.fixture
def leader(settings: Any, city: PlanVersion) -> Client:
    settings.REQUIRE_SECOND_FACTOR = False
    return client_of(Role.LEADER)


def report(year: int, values: list[int], area: str = CITY) -> None:
    rows = [
        ObservationInput("core_revenue", area, f"{year}-{month:02}", value)
        for month, value in enumerate(values, 1)
    ]
    record_observations(rows, actor=system_actor("job"))


def revenue(version: PlanVersion) -> Indicator:
    return version.indicators.select_related("binding").get(no=1)


def judged(version: PlanVersion, area: str = "", today: date = TODAY) -> Judged:
    found = judge_plan(version, today).of(revenue(version).code, area)
    assert found is not None
    return found


def asked(monkeypatch: pytest.MonkeyPatch, area: str, *periods: tuple[str, date]) -> None:
    awaited = tuple(
        FigureAsked(period, Period.parse(period).end, due, True) for period, due in periods
    )
    monkeypatch.setattr(ASKED, lambda _as_of: {("core_revenue", area): awaited})


def test_what_was_never_reported_is_late_on_the_day_a_form_asks_for_it(
    city: PlanVersion, office: Actor, leader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    june, july = ("2026-06", date(2026, 7, 10)), ("2026-07", date(2026, 8, 21))
    asked(monkeypatch, CITY, june, july)
    found = judged(city)
    assert [found.light, found.period, found.due] == ["blue", "2026-06", june[1]]
    assert [found.known, found.value, found.attainment] == [None, None, None]
    assert "2026-07-10" in why_this_light(found)
    assert judged(city, today=july[1]).period == "2026-06"
    assert judged(city, today=date(2026, 8, 22)).period == "2026-07"
    assert judged(city, today=june[1]).light == "grey"
    late = cockpit_of(city, actor=office).late
    assert [(each.code, each.late, each.since) for each in late] == [(CITY, 1, june[1])]
    assert explain_light(found.indicator.code, actor=office).value == "蓝灯"
    shown = standing(found.indicator, actor=office)
    assert shown is not None
    assert shown.now.light == "blue"
    assert [shown.components, shown.difference, shown.simulated] == [None, None, False]
    page = leader.get(f"/indicators/{found.indicator.code}/").content.decode()
    assert "蓝灯" in page
    assert "2026-07-10" in page
    _now, before = judge_now_and_before(city, TODAY)
    earlier = before.of(found.indicator.code)
    assert earlier is not None
    assert [earlier.light, earlier.period] == ["grey", ""]


def test_a_county_that_never_reported_is_among_the_late(
    city: PlanVersion, office: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(monkeypatch, DONGTAI, ("2026-06", date(2026, 7, 10)))
    found = judged(city, DONGTAI)
    assert [found.light, found.due, found.rank] == ["blue", date(2026, 7, 10), None]
    assert [each.code for each in cockpit_of(city, actor=office).late] == [DONGTAI]
    assert judge_plan(city, date(2026, 7, 10)).of(found.indicator.code, DONGTAI) is None


def test_counties_are_ranked_by_the_gap_where_a_ratio_says_nothing_of_one(
    city: PlanVersion, office: Actor
) -> None:
    indicator = revenue(city)
    Binding.objects.filter(pk=indicator.binding_id).update(
        formula="yoy(ytd(core_revenue))", unit="%"
    )
    Indicator.objects.filter(pk=indicator.pk).update(unit="%")
    for area, value in ((CITY, 110), (DONGTAI, 120), (DAFENG, 90)):
        report(2025, [100] * 12, area)
        report(2026, [value] * 7, area)
    decompose_over_areas(indicator.code, 2026, "同一要求", fixed={}, actor=office)
    for area, value, progress, place in ((DONGTAI, 20, True, 1), (DAFENG, -10, False, 2)):
        found = judged(city, area)
        assert [found.value, found.schedule_progress is not None] == [value, progress]
        assert found.rank is not None
        assert [found.rank.place, found.rank.of] == [place, 2]


def test_a_target_that_changed_wins_over_what_was_set_for_the_one_before(
    city: PlanVersion, office: Actor
) -> None:
    indicator = revenue(city)
    for area in (CITY, DONGTAI):
        report(2026, [200] * 7, area)
    decompose_over_quarters(indicator.code, 2026, "年底集中", actor=office)
    decompose_over_areas(indicator.code, 2026, "分解", confirmed=True, actor=office)
    before = judged(city, DONGTAI)
    assert [before.target, before.target_outdated] == [2600, False]
    indicator.path.filter(year=2026).update(value=2800)
    path, county = judged(city).path, judged(city, DONGTAI)
    assert path is not None
    assert path.expected(Period.parse("2026-12")) == 2800
    assert path.expected(Period.parse("2026-09")) == 1950
    assert [county.target, county.target_outdated] == [2600, True]
    shown = standing(revenue(city), actor=office)
    assert shown is not None
    assert shown.targets_outdated
    said = explain_light(indicator.code, area=DONGTAI, actor=office).steps[0].facts
    assert "全市原目标，现已调整" in [fact.value for fact in said]


def test_a_countys_part_is_converted_into_the_unit_of_the_plan(
    city: PlanVersion, office: Actor
) -> None:
    indicator = revenue(city)
    report(2026, [200] * 7, DONGTAI)
    decompose_over_areas(indicator.code, 2026, "分解", confirmed=True, actor=office)
    Indicator.objects.filter(pk=indicator.pk).update(unit="万元")
    indicator.path.filter(year=2026).update(value=26_000_000)
    found = judged(city, DONGTAI)
    assert [found.value, found.target] == [14_000_000, 26_000_000]
    assert [found.attainment, found.target_outdated] == [Decimal("53.85"), False]


def test_a_year_without_a_target_is_judged_on_the_way_to_the_next(city: PlanVersion) -> None:
    indicator = revenue(city)
    Binding.objects.filter(pk=indicator.binding_id).update(formula="last(core_revenue)")
    indicator.path.all().delete()
    indicator.path.create(year=2027, value=360)
    report(2024, [120] * 12)
    report(2026, [200] * 7)
    found = judged(city)
    assert [found.target, found.expected] == [None, Decimal("246.666667")]
    assert [found.light, found.schedule_progress] == ["red", Decimal("81.08")]

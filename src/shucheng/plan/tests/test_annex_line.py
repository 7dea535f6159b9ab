"""Where the formula's unit or direction is not the annex's: every page says one and the same."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from shucheng.kernel.public import (
    Actor,
    MetricVersion,
    ObservationInput,
    record_observations,
    system_actor,
)
from shucheng.plan.briefings.queries.chances import Chances
from shucheng.plan.models import Binding, Indicator, PlanVersion, Target
from shucheng.plan.queries.annex_line import comparator_of
from shucheng.plan.queries.cockpit import Headline, cockpit_of
from shucheng.plan.queries.drivers import components, contributions
from shucheng.plan.queries.explain import explain_value
from shucheng.plan.queries.forecasts import outlook
from shucheng.plan.queries.items import indicator_page
from shucheng.plan.queries.judge import judge_plan
from shucheng.plan.queries.judged import Judged
from shucheng.plan.queries.light_words import pace_said, why_this_light
from shucheng.plan.queries.measured import measured_one
from shucheng.plan.queries.standing import standing

CITY, DONGTAI, DAFENG = "320900", "320981", "320904"
TODAY = date(2026, 8, 20)
pytestmark = pytest.mark.django_db


@pytest.fixture
def city(plan_in_force: int, db: None, monkeypatch: pytest.MonkeyPatch) -> PlanVersion:
    monkeypatch.setattr(timezone, "localdate", lambda *_: TODAY)
    return PlanVersion.objects.get(pk=plan_in_force)


def report(metric: str, year: int, *values: int, area: str = CITY) -> None:
    rows = [
        ObservationInput(metric, area, f"{year}-{month:02}", value)
        for month, value in enumerate(values, 1)
    ]
    record_observations(rows, actor=system_actor("job"))


def revenue(version: PlanVersion) -> Indicator:
    return version.indicators.select_related("binding", "version__plan").get(no=1)


def bound(version: PlanVersion, **changes: Any) -> None:
    Binding.objects.filter(pk=revenue(version).binding_id).update(**changes)


def judged(version: PlanVersion) -> Judged:
    found = judge_plan(version, TODAY).of(revenue(version).code)
    assert found is not None
    return found


def card(version: PlanVersion, actor: Actor) -> Headline:
    found = cockpit_of(version, actor=actor)
    return next(each for each in found.headlines if each.indicator.no == 1)


def test_a_formula_in_another_unit_is_shown_and_judged_in_the_annexs(
    city: PlanVersion, office: Actor
) -> None:
    bound(city, unit="万元")
    report("core_revenue", 2026, *[200] * 7)
    one, code = card(city, office), revenue(city).code
    assert one.latest is not None
    assert [one.latest.value, one.attainment, one.reached] == [1400, Decimal("53.85"), False]
    assert one.attainment == judged(city).attainment
    assert judged(city).known == one.latest
    for as_of in (None, date(2999, 1, 1)):
        page = indicator_page(code, actor=office, as_of=as_of)
        assert page.measured.latest is not None
        assert page.measured.latest.value == 1400
        assert explain_value(code, "2026-07", actor=office, as_of=as_of).value == "1,400"


def test_the_rows_of_the_path_are_in_one_unit(city: PlanVersion, office: Actor) -> None:
    bound(city, unit="万元")
    report("core_revenue", 2026, *[200] * 7)
    found = standing(revenue(city), actor=office)
    assert found is not None
    assert [found.rows[6].value, found.rows[6].gap] == [1400, Decimal("-116.666667")]


def test_the_parts_of_a_sum_in_another_unit_leave_no_rest(city: PlanVersion) -> None:
    bound(city, unit="万元", formula="ytd(core_revenue) + ytd(cross_border_trade)")
    report("core_revenue", 2026, *[200] * 7)
    report("cross_border_trade", 2026, *[50] * 6, 80)
    found = components(revenue(city), "2026-07", "2026-06")
    assert [found.change, *(part.value for part in found.parts)] == [280, 200, 80]


def test_the_parts_of_a_share_of_two_units_leave_no_rest(city: PlanVersion) -> None:
    bound(city, unit="%", formula="share(ytd(cross_border_trade), ytd(core_revenue))")
    Indicator.objects.filter(pk=revenue(city).pk).update(unit="%")
    other = MetricVersion.objects.get(metric__code="cross_border_trade")
    other.pk, other.number, other.unit = None, other.number + 1, "万元"
    other.save(force_insert=True)
    for area in (CITY, DONGTAI):
        report("core_revenue", 2026, *[200] * 7, area=area)
        report("cross_border_trade", 2026, *[50] * 6, 80, area=area)
    for found in (
        components(revenue(city), "2026-07", "2026-06"),
        contributions(revenue(city), "2026-07", "2026-06"),
    ):
        assert found.parts, found.why_not
        assert "" not in {part.name for part in found.parts}
        assert sum(part.value for part in found.parts) == found.change
    assert found.change == Decimal("0.000214")


def test_less_is_better_for_light_chance_and_attainment_alike(
    city: PlanVersion, office: Actor
) -> None:
    bound(city, direction="down")
    report("core_revenue", 2025, *(280 + month * (-1) ** month for month in range(1, 13)))
    report("core_revenue", 2026, *(290 + month * (-1) ** month for month in range(1, 8)))
    now = judged(city)
    assert now.light == "red"
    assert revenue(city).comparator == ">="
    chance = outlook(now).chance_of(2026)
    assert chance is not None
    assert [chance.comparator, chance.probability] == ["<=", 0.0]
    known = {now.indicator.binding_id: [*measured_one(now.indicator).series]}
    briefed = Chances([now], known, city).of(now, 2026)
    assert briefed.percent == 0
    one = card(city, office)
    assert [one.reached, one.attainment] == [True, now.attainment]


@pytest.mark.parametrize(
    ("comparator", "direction", "wanted"),
    [
        (">=", "up", ">="),
        ("~", "up", "~"),
        ("<", "up", "<"),
        (">=", "down", "<="),
        (">", "down", "<"),
        ("=", "down", "<="),
        ("<", "down", "<"),
    ],
)
def test_what_a_value_has_to_be_goes_by_the_plan_and_then_by_the_binding(
    comparator: str, direction: str, wanted: str
) -> None:
    target = Target(comparator=comparator)
    target.binding = Binding(direction=direction)
    assert comparator_of(target) == wanted


@pytest.mark.parametrize(
    ("comparator", "light", "reached"), [(">=", "green", True), (">", "yellow", False)]
)
def test_more_than_a_number_is_not_reached_by_the_number(
    city: PlanVersion, office: Actor, comparator: str, light: str, reached: bool
) -> None:
    bound(city, formula="yoy(ytd(core_revenue))", unit="%")
    one = revenue(city)
    Indicator.objects.filter(pk=one.pk).update(unit="%", comparator=comparator)
    one.path.filter(year=2026).update(value=10)
    report("core_revenue", 2025, *[100] * 12)
    report("core_revenue", 2026, *[110] * 7)
    now = judged(city)
    assert [now.value, now.light] == [10, light]
    assert card(city, office).reached is reached
    assert ("超过" in why_this_light(now)) is not reached
    assert pace_said(now) == ""
    report("core_revenue", 2026, *[110] * 7, 111)
    more = judge_plan(city, date(2026, 9, 5)).of(one.code)
    assert more is not None
    assert more.light == "green"


def test_an_indicator_has_the_annexs_unit_on_every_page(city: PlanVersion) -> None:
    """Maps, comparisons and open data show the binding's unit, the others the annex's."""
    rows = city.indicators.select_related("binding")
    told = {row.name: (row.unit, row.binding.unit) for row in rows if row.binding}
    assert len(told) == 15
    assert {name: pair for name, pair in told.items() if pair[0] != pair[1]} == {}

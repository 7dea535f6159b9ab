"""As known on a day, a path runs by the formula of that day."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from shucheng.kernel.public import Actor, ObservationInput, record_observations, system_actor
from shucheng.plan.actions.city import load_city
from shucheng.plan.actions.judging import decompose_over_areas
from shucheng.plan.city.pack import read_pack
from shucheng.plan.models import Indicator, PlanVersion
from shucheng.plan.queries.areas import compare_areas
from shucheng.plan.queries.explain import explain_value
from shucheng.plan.queries.forecasts import series_of
from shucheng.plan.queries.judge import judge_plan
from shucheng.plan.queries.measured import measure_plan, measured_one
from shucheng.plan.tests.conftest import CITIES

CITY, DONGTAI = "320900", "320981"
pytestmark = pytest.mark.django_db


@pytest.fixture
def city(plan_in_force: int, db: None) -> PlanVersion:
    return PlanVersion.objects.get(pk=plan_in_force)


def test_the_path_runs_by_the_formula_of_the_day(city: PlanVersion, office: Actor) -> None:
    indicator, before = sum_since_january_until_a_moment(city, office)

    def shapes(as_of: datetime | None) -> list[Any]:
        plan = judge_plan(city, timezone.localdate(), as_of=as_of)
        found = [plan.of(indicator.code, area) for area in (CITY, DONGTAI)]
        return [each.path.shape for each in found if each and each.path]

    assert shapes(None) == ["stock", "stock"]
    assert shapes(before) == ["year_to_date", "year_to_date"]
    said = explain_value(
        indicator.code, f"{timezone.localdate().year - 1}-12", actor=office, as_of=before
    )
    facts = [fact.value for step in said.steps for fact in step.facts]
    assert "ytd(core_revenue)" in facts
    assert "last(core_revenue)" not in facts


def test_what_is_known_and_forecast_runs_by_the_formula_of_the_day(
    city: PlanVersion, office: Actor
) -> None:
    indicator, before = sum_since_january_until_a_moment(city, office)
    assert not measure_plan(city).of(indicator).restarts_yearly
    assert measure_plan(city, as_of=before).of(indicator).restarts_yearly
    assert measured_one(indicator, before).restarts_yearly
    assert indicator.binding is not None
    code = indicator.binding.code
    for as_of, since_january in ((None, False), (before, True)):
        plan = measure_plan(city, everywhere=True, as_of=as_of)
        for compared in (
            compare_areas(code, actor=office, as_of=as_of),
            compare_areas(code, actor=office, as_of=as_of, plan=plan),
        ):
            assert [each.restarts_yearly for each in compared.values] == [since_january] * len(
                compared.values
            )
        judged = judge_plan(city, timezone.localdate(), as_of=as_of).of(indicator.code, CITY)
        assert judged is not None
        shape = series_of(judged, indicator.binding, ()).shape
        assert shape == ("year_to_date" if since_january else "stock")


def sum_since_january_until_a_moment(
    city: PlanVersion, office: Actor
) -> tuple[Indicator, datetime]:
    """An indicator with values in two years, and the moment until which its formula summed them
    since January: now it takes the last one."""
    indicator = city.indicators.select_related("binding").get(no=1)
    assert indicator.binding is not None
    today = timezone.localdate()
    year = today.year
    indicator.path.update_or_create(year=year, defaults={"value": 2400})
    report = [
        ObservationInput("core_revenue", area, f"{year - back}-{month:02}", 100)
        for area in (CITY, DONGTAI)
        for back in (0, 1)
        for month in (range(1, 13) if back else range(1, today.month))
    ]
    record_observations(report, actor=system_actor("cli"))
    decompose_over_areas(indicator.code, year, "分解", confirmed=True, actor=office)
    pack, before = read_pack(CITIES / "yancheng"), timezone.now()
    changed = [
        replace(each, formula="last(core_revenue)") if each.code == indicator.binding.code else each
        for each in pack.bindings
    ]
    load_city(replace(pack, bindings=tuple(changed)), actor=system_actor("cli"))
    return city.indicators.select_related("binding").get(no=1), before

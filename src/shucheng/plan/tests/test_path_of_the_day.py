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
from shucheng.plan.models import PlanVersion
from shucheng.plan.queries.explain import explain_value
from shucheng.plan.queries.judge import judge_plan
from shucheng.plan.tests.conftest import CITIES

CITY, DONGTAI = "320900", "320981"
pytestmark = pytest.mark.django_db


@pytest.fixture
def city(plan_in_force: int, db: None) -> PlanVersion:
    return PlanVersion.objects.get(pk=plan_in_force)


def test_the_path_runs_by_the_formula_of_the_day(city: PlanVersion, office: Actor) -> None:
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

    def shapes(as_of: datetime | None) -> list[Any]:
        plan = judge_plan(city, today, as_of=as_of)
        found = [plan.of(indicator.code, area) for area in (CITY, DONGTAI)]
        return [each.path.shape for each in found if each and each.path]

    assert shapes(None) == ["stock", "stock"]
    assert shapes(before) == ["year_to_date", "year_to_date"]
    said = explain_value(indicator.code, f"{year - 1}-12", actor=office, as_of=before)
    facts = [fact.value for step in said.steps for fact in step.facts]
    assert "ytd(core_revenue)" in facts
    assert "last(core_revenue)" not in facts

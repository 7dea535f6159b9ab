"""The demonstration shows a city with every light that asks for something, on any day."""

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from shucheng.kernel.public import Observation, run_pending_jobs, system_actor
from shucheng.plan.city.model import CityPack, Share
from shucheng.plan.city.pack import read_pack
from shucheng.plan.models import PlanVersion
from shucheng.plan.queries.judge import judge_plan
from shucheng.plan.simulated_reports import is_reported, simulate_reports
from shucheng.plan.simulation import simulate
from shucheng.plan.tests.conftest import CITIES

ACTOR = system_actor("cli")
# Before and after monthly and quarterly reports are due.
DAYS = [
    *(date(2026, month, 1) for month in range(1, 13)),
    *(date(2026, month, 22) for month in (1, 4, 7, 10)),
    date(2026, 12, 31),
]
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def pack() -> CityPack:
    return read_pack(CITIES / "yancheng")


def lights(pack: CityPack, version: int, day: date) -> dict[str, str]:
    """Metric of the formula → the city's light, in a demonstration that is filled on a day."""
    simulate(pack, day, actor=ACTOR, but=is_reported)
    simulate_reports(pack, day, actor=ACTOR)
    run_pending_jobs()
    judged = judge_plan(PlanVersion.objects.get(pk=version), day, areas=["320900"]).city
    return {each.indicator.binding.code: each.light for each in judged if each.indicator.binding}


def only(pack: CityPack, *metrics: str) -> CityPack:
    assert pack.simulation
    series = tuple(each for each in pack.simulation.series if each.metric in metrics)
    return replace(pack, simulation=replace(pack.simulation, series=series, shares=()))


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_on_any_day_one_light_of_the_city_is_red_and_one_is_blue(
    pack: CityPack, plan_in_force: int, day: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda *_: day)
    found = lights(only(pack, "smart_factories_advanced", "smart_farms"), plan_in_force, day)
    assert found["smart-factories-advanced"] == "red"
    assert found["smart-farms"] == "blue"


def test_most_of_the_city_is_on_schedule(
    pack: CityPack, plan_in_force: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = date(2026, 11, 29)
    monkeypatch.setattr(timezone, "localdate", lambda *_: day)
    count = Counter(lights(pack, plan_in_force, day).values())
    assert count["green"] >= 8
    assert count["yellow"]
    assert (count["red"], count["blue"], count["grey"]) == (1, 1, 0)


def test_where_the_city_is_late_its_areas_are_not(pack: CityPack, plan_in_force: int) -> None:
    pack = only(pack, "smart_farms")
    assert pack.simulation
    share = Share("320902", Decimal(1), 0)
    pack = replace(pack, simulation=replace(pack.simulation, shares=(share,)))
    simulate(pack, date(2026, 7, 25), actor=ACTOR)
    newest = Observation.objects.filter(period="2026-Q2").values_list("area__code", flat=True)
    assert list(newest) == ["320902"]

"""An index whose metrics are asked of the city alone: with fixed bounds one area has a score."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from shucheng.bays.statistics.actions.indexes import compute_index
from shucheng.bays.statistics.queries.index_definitions import index_in_force, metrics_of
from shucheng.bays.statistics.queries.index_values import gather, lacks
from shucheng.bays.statistics.tests.city import OFFICE
from shucheng.kernel.public import (
    Organisation,
    Person,
    Role,
    create_person,
    grant_role,
    system_actor,
)
from shucheng.lib.indexes.definition import Index
from shucheng.lib.periods import Period
from shucheng.plan.public import load_city_pack, read_pack, simulate

pytestmark = pytest.mark.django_db
PACK = Path(__file__).parents[5] / "cities" / "yancheng"
TODAY = date(2026, 8, 20)


def leader(organisation: str) -> Client:
    person, _once = create_person("leader", "领导", actor=OFFICE)
    office = Organisation.objects.get(code=organisation)
    grant_role(person.pk, office.pk, Role.LEADER, actor=OFFICE)
    Person.objects.filter(pk=person.pk).update(must_change_password=False)
    client = Client()
    client.force_login(Person.objects.get(pk=person.pk))
    return client


def test_the_first_city_has_its_convergence_index(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda *_: TODAY)
    pack = read_pack(PACK)
    load_city_pack(pack, actor=system_actor("cli"))
    index = index_in_force("convergence").read
    assert isinstance(index, Index)
    year = Period.parse("2025")
    before = lacks(index, year, gather(index, year))
    assert len(before) == 9
    assert {lack.areas for lack in before} == {("盐城市",)}, "nothing is asked of its counties"

    assert pack.simulation
    series = [one for one in pack.simulation.series if one.metric in metrics_of(index)]
    alone = replace(pack, simulation=replace(pack.simulation, series=tuple(series)))
    simulate(alone, TODAY, actor=system_actor("cli"))
    assert not lacks(index, year, gather(index, year))
    run = compute_index("convergence", "2025", actor=OFFICE)
    assert list(run.result["areas"]) == ["320900"]

    settings.REQUIRE_SECOND_FACTOR = False
    shown = leader(pack.plan.office or "").get("/statistics/indexes/convergence/").content.decode()
    assert "只有全市数" in shown
    assert "位次" not in shown.split("计算方法")[0], "nobody to be ranked against"

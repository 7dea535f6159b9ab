"""The shell's own pages, over a city with its plan in force and a simulated year."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shucheng.kernel.public import (
    Person,
    Role,
    create_person,
    grant_role,
    resolve_organisation,
    system_actor,
)
from shucheng.plan.public import (
    compare_areas,
)
from shucheng.web.cockpit import map as map_module
from shucheng.web.cockpit.map import city_map

RIBBON = "模拟数据:由程序生成"


@pytest.fixture
def year(simulated_year: int, db: None, settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = False


def browser_of(role: Role, organisation: str = "市数据局") -> Client:
    actor = system_actor("cli")
    office = resolve_organisation(organisation)
    assert office is not None
    person, _once = create_person(f"test-{role}", str(role), actor=actor)
    grant_role(person.pk, office.pk, role, actor=actor)
    Person.objects.filter(pk=person.pk).update(must_change_password=False)
    client = Client()
    client.force_login(Person.objects.get(pk=person.pk))
    return client


def text_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


@pytest.mark.parametrize(("address", "most"), [("/", 25), ("/areas/", 15), ("/areas/320902/", 19)])
def test_a_page_costs_few_queries(year: None, address: str, most: int) -> None:
    client = browser_of(Role.LEADER)
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    assert len(queries) <= most, "\n".join(q["sql"][:160] for q in queries)


def test_the_map_compares_areas_at_one_period_and_names_who_is_late(year: None) -> None:
    actor = system_actor("cli")
    found = compare_areas("", actor=actor)
    assert found.chosen
    assert found.chosen.name == "数字经济核心产业营业收入"
    assert found.period == "2026-06"
    late = {value.area.code for value in found.values if value.is_late}
    assert late == {"320921", "320923", "320900-binhaigang"}
    assert found.known == 10
    assert all(value.value is None for value in found.missing)
    drawn = city_map(found)
    assert drawn
    assert [len(drawn.counties), len(drawn.zones)] == [9, 4]
    values = [place.found.value for place in drawn.counties if place.found.value is not None]
    assert values == sorted(values, reverse=True)
    assert drawn.counties[0].level == 5
    assert drawn.counties[-1].level == 0


@pytest.mark.parametrize("code", ["core-revenue", "gigabit-parks", "high-tech-firms"])
def test_each_colour_of_the_map_says_what_it_stands_for(year: None, code: str) -> None:
    compared = compare_areas(code, actor=system_actor("cli"))
    drawn = city_map(compared)
    assert drawn
    stands_for = {level: (least, most) for level, least, most in drawn.ranges}
    assert max(stands_for) == 5
    for place in drawn.places:
        if place.found.value is not None:
            least, most = stands_for[place.level]
            # Of what is measured the bounds are rounded to three digits.
            near = Decimal(0) if code != "core-revenue" else most / 100
            assert least - near <= place.found.value <= most + near
    page = " ".join(text_of(browser_of(Role.LEADER), f"/?show={code}").split())
    assert page.count('class="level-5" data-key="') == 1
    assert page.count('class="level-0" data-key="') == bool(compared.missing)


def test_a_whole_period_of_areas_makes_the_citys_value(year: None) -> None:
    found = compare_areas("", actor=system_actor("cli"))
    choices = [choice.code for choice in found.choices]
    assert len(choices) == len(set(choices)) > 20
    for code in choices:
        compared = compare_areas(code, actor=system_actor("cli"))
        if compared.city and not compared.missing:
            total = sum(v.value for v in compared.values if v.value is not None)
            assert total == compared.city.value, code


def test_a_process_that_starts_anew_does_not_draw_the_map_anew(
    year: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = compare_areas("", actor=system_actor("cli"))
    map_module._draw.cache_clear()
    drawn = city_map(found)
    map_module._draw.cache_clear()
    monkeypatch.setattr(map_module, "_project", _fails)
    assert city_map(found) == drawn


def test_only_the_map_is_answered_to_the_chooser(year: None) -> None:
    client = browser_of(Role.LEADER)
    headers = {"HX-Request": "true", "HX-Target": "map"}
    found = client.get("/areas/", {"show": "computing-capacity"}, headers=headers)
    page = found.content.decode()
    assert page.lstrip().startswith('<div id="map"')
    assert "<html" not in page


def test_an_areas_page_begins_with_what_the_map_said(year: None) -> None:
    client = browser_of(Role.LEADER)
    found = compare_areas("", actor=system_actor("cli"))
    area = next(value for value in found.values if value.area.code == "320902")
    assert area.value is not None
    shown = f"{area.value.normalize():,f}"
    home = text_of(client, "/")
    assert found.chosen
    address = f"/areas/320902/?show={found.chosen.code}"
    assert f'href="{address}"' in home
    assert shown in home
    page = text_of(client, address)
    first = page[page.index('area-chosen"') : page.index("data-table=")]
    assert shown in first
    assert found.chosen.name in first
    assert f"{found.period} · 1月起累计" in first
    # The metric of the month stands beside the sum of its year so far, which is the map's value.
    table = page[page.index("data-table=") :]
    row = next(part for part in table.split("<tr>") if "metrics/core_revenue/" in part)
    assert row.count(shown) == 1
    assert "explain/observation" in row


def test_every_indicator_of_the_map_opens_on_an_areas_page(year: None) -> None:
    client = browser_of(Role.LEADER)
    choices = compare_areas("", actor=system_actor("cli")).choices
    assert any(not choice.metric for choice in choices)
    for choice in choices:
        assert f"{choice.name}</h2>" in text_of(client, f"/areas/320902/?show={choice.code}")
        text_of(client, f"/areas/?show={choice.code}")


def test_an_english_reader_meets_an_indicator_under_its_english_name(year: None) -> None:
    client = browser_of(Role.LEADER)
    client.cookies["django_language"] = "en"
    page = text_of(client, "/")
    card = page[page.index('class="indicator-card"') :]
    card = card[: card.index("</a>")]
    assert ">Revenue of core digital industries" in card
    assert 'title="数字经济核心产业营业收入"' in card


def test_what_did_not_change_is_said_in_words(year: None) -> None:
    page = text_of(browser_of(Role.LEADER), "/areas/320902/")
    assert "持平" in page
    assert ">+0<" not in page


def test_what_is_judged_by_this_years_step_says_so(year: None) -> None:
    """400 by 2027 is held against 260 in 2026: the light says against what."""
    page = text_of(browser_of(Role.LEADER), "/")
    line = page[page.index(">先进级智能工厂</a>") :]
    line = line[: line.index("</li>")]
    assert "不低于 400 家" in line
    assert "2026年应达260" in line


SHOWN = (
    "/",
    "/?wall=1",
    "/areas/",
    "/areas/320902/",
    "/data/metrics/",
    "/data/metrics/core_revenue/",
)


@pytest.mark.parametrize("address", SHOWN)
def test_every_page_with_a_simulated_figure_wears_the_ribbon(year: None, address: str) -> None:
    assert 'class="ribbon"' in text_of(browser_of(Role.LEADER), address)


@pytest.mark.parametrize("address", ["/plan/", "/findings/", "/duties/", "/search/?q=算力"])
def test_a_page_without_simulated_figures_does_not(year: None, address: str) -> None:
    assert 'class="ribbon"' not in text_of(browser_of(Role.LEADER), address)


def _fails(*_: object, **__: object) -> None:
    raise RuntimeError("the map is drawn anew")

"""The shell's own pages, over a city with its plan in force and a simulated year."""

import re
from datetime import date
from typing import Any
from urllib.parse import unquote

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shucheng.kernel.public import (
    Person,
    Role,
    create_person,
    grant_role,
    resolve_organisation,
    run_pending_jobs,
    system_actor,
)
from shucheng.plan.public import (
    compare_areas,
    load_city_pack,
    load_plan,
    publish_version,
    read_pack,
    simulate,
)
from shucheng.web.cockpit import map as map_module
from shucheng.web.cockpit.map import city_map
from shucheng.web.finding import find

RIBBON = "模拟数据:由程序生成"


@pytest.fixture
def city(db: None, settings: Any) -> None:
    """Yancheng's pack and plan; nothing is reported yet."""
    settings.REQUIRE_SECOND_FACTOR = False
    actor = system_actor("cli")
    pack = read_pack(django_settings.CITY_PACK)
    load_city_pack(pack, actor=actor)
    text = (pack.path / "plan.txt").read_bytes()
    version = load_plan("plan.txt", text, actor=actor)
    run_pending_jobs()
    version.refresh_from_db()
    publish_version(version.pk, version.revision, actor=actor)


@pytest.fixture
def year(city: None) -> None:
    simulate(read_pack(django_settings.CITY_PACK), date(2026, 7, 25), actor=system_actor("cli"))


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


def test_a_map_without_data_says_so(city: None) -> None:
    client = browser_of(Role.LEADER)
    page = text_of(client, "/areas/320902/")
    assert "该区域尚无数据" in page
    page = text_of(client, "/")
    assert "尚无区域填报" in page
    assert 'class="level-0"' in page
    assert 'class="level-1"' not in page


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


def test_without_simulated_rows_no_page_speaks_of_them(city: None) -> None:
    client = browser_of(Role.LEADER)
    assert not any('class="ribbon"' in text_of(client, address) for address in SHOWN)


# -- signing in, menus, search ------------------------------------------------------------------


def test_a_liaison_begins_with_the_own_organisations_duties(city: None) -> None:
    client = browser_of(Role.LIAISON, "市工信局")
    landed = client.get("/start/", follow=True)
    assert unquote(landed.redirect_chain[-1][0]) == "/duties/市工信局/"
    entries = re.findall(
        r'class="entry"\s+href="([^"]+)"\s+(aria-current)?', landed.content.decode()
    )
    assert entries[:2] == [("/reporting/", ""), ("/start/", "aria-current")]
    assert {"/findings/", "/audit/", "/jobs/", "/duties/"}.isdisjoint(url for url, _now in entries)


def test_others_begin_with_the_cockpit(city: None) -> None:
    found = browser_of(Role.LEADER).get("/start/")
    assert (found.status_code, found.headers["Location"]) == (302, "/")
    page = text_of(browser_of(Role.REVIEWER), "/")
    assert 'href="/findings/"' in page


def test_a_liaison_of_whom_the_plan_asks_nothing_sees_the_list(city: None) -> None:
    found = browser_of(Role.LIAISON, "响水县").get("/start/")
    assert found.headers["Location"] == "/duties/"


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.SERVICE])
def test_every_entry_of_a_menu_opens(city: None, role: Role) -> None:
    client = browser_of(role)
    entries = re.findall(r'class="entry"\s+href="([^"]+)"', text_of(client, "/"))
    assert len(entries) >= 5
    for url in entries:
        assert client.get(url, follow=True).status_code == 200, url


def test_a_search_as_long_as_a_book_is_answered_with_what_to_do(city: None) -> None:
    client = browser_of(Role.LEADER)
    assert 'maxlength="200"' in text_of(client, "/")
    found = client.get("/search/", {"q": "算" * 30_000})
    assert found.status_code == 422
    page = found.content.decode()
    assert "search.too_long" in page
    assert len(page) < 20_000, "the words are not sent back"


@pytest.mark.parametrize(
    ("words", "kind", "url"),
    [
        ("数据局", "组织", "/duties/市数据局/"),
        ("盐城市数据局", "组织", "/duties/市数据局/"),
        ("3000亿", "指标", "/indicators/plan.01/"),
        ("3,000 亿元", "指标", "/indicators/plan.01/"),
        ("revenue core", "指标", "/indicators/plan.01/"),
        ("smart factory", "指标", "/indicators/"),
        ("亭湖", "区域", "/areas/320902/"),
        ("tinghu", "区域", "/areas/320902/"),
        ("算力规模", "数据项", "/data/metrics/computing_capacity/"),
        ("工厂", "指标", "/indicators/"),
        ("工厂", "目标", "/explain/target/"),
    ],
)
def test_a_search_finds_things_by_any_of_their_names(
    city: None, words: str, kind: str, url: str
) -> None:
    groups = {str(g.kind): g for g in find(words, actor=system_actor("cli"))}
    assert any(unquote(hit.url).startswith(url) for hit in groups[kind].hits), groups
    urls = [hit.url for group in groups.values() for hit in group.hits]
    assert len(urls) == len(set(urls))


# -- errors -------------------------------------------------------------------------------------


def test_a_defect_has_a_code_a_next_step_and_the_requests_id(
    city: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser_of(Role.LEADER)
    client.raise_request_exception = False
    monkeypatch.setattr("shucheng.web.cockpit.views.cockpit_of", _fails)
    found = client.get("/", headers={"X-Request-ID": "abc-12345678"})
    page = found.content.decode()
    assert found.status_code == 500
    assert "defect" in page
    assert "abc-12345678" in page
    assert "button-primary" in page


def test_the_page_of_a_defect_needs_no_database(
    city: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser_of(Role.LEADER)
    client.raise_request_exception = False
    monkeypatch.setattr("shucheng.web.cockpit.views.cockpit_of", _fails)
    monkeypatch.setattr("shucheng.web.context.actor_for", _fails)
    found = client.get("/", headers={"X-Request-ID": "abc-12345678"})
    assert found.status_code == 500
    assert "abc-12345678" in found.content.decode()


def _fails(*_: object, **__: object) -> None:
    raise RuntimeError("the database is gone")

"""The shell over a city whose plan is in force and of which nothing is reported yet."""

import re
from typing import Any
from urllib.parse import unquote

import pytest

from shucheng.kernel.public import (
    Role,
    create_person,
    grant_role,
    resolve_organisation,
    system_actor,
)
from shucheng.web import views as web_views
from shucheng.web.finding import find
from shucheng.web.templatetags.shell import demo_cast
from shucheng.web.tests.test_pages import SHOWN, browser_of, text_of


@pytest.fixture
def city(plan_in_force: int, db: None, settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = False


# -- without figures ----------------------------------------------------------------------------


def test_a_map_without_data_says_so(city: None) -> None:
    client = browser_of(Role.LEADER)
    page = text_of(client, "/areas/320902/")
    assert "该区域尚无数据" in page
    page = text_of(client, "/")
    assert "尚无区域填报" in page
    assert 'class="level-0"' in page
    assert 'class="level-1"' not in page


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
    assert entries[:2] == [("/reporting/", ""), ("/our-duties/", "aria-current")]
    assert {"/findings/", "/audit/", "/jobs/", "/duties/"}.isdisjoint(url for url, _now in entries)


def test_others_begin_with_the_cockpit(city: None) -> None:
    found = browser_of(Role.LEADER).get("/start/")
    assert (found.status_code, found.headers["Location"]) == (302, "/")
    page = text_of(browser_of(Role.REVIEWER), "/")
    assert 'href="/findings/"' in page


def test_a_liaison_of_whom_the_plan_asks_nothing_sees_the_list(city: None) -> None:
    client = browser_of(Role.LIAISON, "响水县")
    found = client.get("/our-duties/", follow=True)
    page, said = found.content.decode(), "现行计划未列明响水县的职责。"
    assert found.redirect_chain == [("/duties/?own=1", 302)]
    assert said in page
    assert re.search(r'href="/areas/320921/"[^>]*>响水县的目标和进展', page)
    assert said not in text_of(client, "/duties/")
    assert "现行计划未列明" not in text_of(browser_of(Role.LEADER), "/duties/?own=1")


def test_a_liaison_of_whom_a_form_waits_begins_with_it(
    city: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_views, "waits_to_report", lambda *, actor: True)
    client = browser_of(Role.LIAISON, "市工信局")
    assert client.get("/start/").headers["Location"] == "/reporting/"
    assert client.get("/our-duties/").headers["Location"].startswith("/duties/")


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.SERVICE])
def test_every_entry_of_a_menu_opens(city: None, role: Role) -> None:
    client = browser_of(role)
    first = client.get("/", follow=True).content.decode()
    entries = re.findall(r'class="entry"\s+href="([^"]+)"', first)
    # Who only trades has the data bay and own alerts.
    assert len(entries) >= (2 if role is Role.PARTICIPANT else 5)
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


def test_the_demonstrations_buttons_say_who_reports_and_who_reviews(
    city: None, settings: Any
) -> None:
    settings.DEMO = True
    actor = system_actor("cli")
    for username, role in (("demo-county", Role.LIAISON), ("demo-department", Role.REVIEWER)):
        person, _once = create_person(username, username, actor=actor)
        office = resolve_organisation("响水县")
        assert office is not None
        grant_role(person.pk, office.pk, role, actor=actor)
    told = {part.person.username: (str(part.role), str(part.duty)) for part in demo_cast()}
    assert told["demo-county"] == ("县区联络员", "填写本县区的填报表，改正被退回的填报")
    assert told["demo-department"] == ("部门审核员", "审核县区报送的本部门填报表，通过或退回")

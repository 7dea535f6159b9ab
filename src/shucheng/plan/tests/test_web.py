"""The plan's pages: what they cost, and what they say when something is wrong."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shucheng.kernel.public import (
    Organisation,
    Person,
    Role,
    create_person,
    grant_role,
    system_actor,
)
from shucheng.plan.models import ItemKind, PlanVersion


def client_of(role: Role) -> Client:
    """A browser in which somebody of that role has signed in."""
    actor = system_actor("cli")
    office, _made = Organisation.objects.get_or_create(
        code="office", defaults={"name": "市数据局", "kind": "department"}
    )
    person, _once = create_person(f"test-{role}", str(role), actor=actor)
    grant_role(person.pk, office.pk, role, actor=actor)
    Person.objects.filter(pk=person.pk).update(must_change_password=False)
    client = Client()
    client.force_login(Person.objects.get(pk=person.pk))
    return client


@pytest.fixture
def office_browser(db: None, settings: object) -> Client:
    settings.REQUIRE_SECOND_FACTOR = False  # type: ignore[attr-defined]
    return client_of(Role.PLAN_OFFICE)


# A page may cost this many queries however long the plan is.
QUERIES = {
    "/": 25,
    "/plan/": 15,
    "/findings/": 15,
    "/duties/": 15,
    "/duties/市数据局/": 20,
    "/search/?q=算力": 20,
}


@pytest.mark.parametrize("address", QUERIES)
def test_a_page_costs_few_queries(
    published: PlanVersion, office_browser: Client, address: str
) -> None:
    office_browser.get(address)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = office_browser.get(address)
    assert response.status_code == 200
    assert len(queries) <= QUERIES[address], [q["sql"][:120] for q in queries]


@pytest.mark.parametrize("tab", [*ItemKind.values, "findings"])
def test_the_review_costs_as_many_queries_for_many_items(
    in_review: PlanVersion, office_browser: Client, tab: str
) -> None:
    address = f"/plan/{in_review.pk}/review/?tab={tab}"
    office_browser.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert office_browser.get(address).status_code == 200
    assert len(queries) <= 16, [q["sql"][:120] for q in queries]


def test_what_is_not_there_says_so(published: PlanVersion, office_browser: Client) -> None:
    for address in ("/explain/target/999999/", "/indicators/none/", "/plan/999999/", "/areas/0/"):
        response = office_browser.get(address)
        assert response.status_code == 404, address
        assert "not_found" in response.content.decode()


def test_a_decision_without_a_revision_is_told_what_is_missing(
    in_review: PlanVersion, office_browser: Client
) -> None:
    item = in_review.items.first()
    assert item is not None
    response = office_browser.post(f"/plan/items/{item.pk}/accept/")
    assert response.status_code == 422
    assert "request.incomplete" in response.content.decode()


def test_the_chart_is_there_as_data(published: PlanVersion, office_browser: Client) -> None:
    indicator = published.indicators.get(no=1)
    response = office_browser.get(f"/indicators/{indicator.code}/data.csv")
    lines = response.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "period,target,known,source,unit"
    assert "2027,300.0,,,亿元" in lines


def test_the_api_gives_the_plan_in_force(published: PlanVersion, office_browser: Client) -> None:
    plan = office_browser.get("/api/v1/plan").json()
    assert plan["period_end"] == 2027
    targets = office_browser.get("/api/v1/plan/targets").json()
    assert len(targets) == published.targets.count()
    indicators = office_browser.get("/api/v1/plan/indicators").json()
    assert indicators[0]["targets"] == {"2025": 200.0, "2026": 250.0, "2027": 300.0}
    duties = office_browser.get("/api/v1/plan/duties").json()
    assert {duty["organisation"] for duty in duties} == {"市工信局", "市数据局", "市发改委"}
    assert Client().get("/api/v1/plan").status_code == 401


def test_an_english_reader_gets_english(published: PlanVersion, office_browser: Client) -> None:
    office_browser.get("/language/?to=en&next=/")
    page = office_browser.get("/findings/").content.decode()
    assert "Findings" in page
    office_browser.get("/language/?to=zh-hans&next=/")
    assert "检查发现" in office_browser.get("/findings/").content.decode()


def test_the_language_link_leads_nowhere_else(db: None) -> None:
    response = Client().get("/language/?to=en&next=//example.org/")
    assert response["Location"] == "/"

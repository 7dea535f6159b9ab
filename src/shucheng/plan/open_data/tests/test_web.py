"""The pages, the files and the SDMX addresses, as strangers and as the plan office see them."""

import csv
import io
import json
import time
from typing import Any

import pytest
from django.test import Client
from tests.records import signed_in

from shucheng.kernel.public import SIMULATION, Role
from shucheng.plan.models import Binding
from shucheng.plan.open_data.models import Release
from shucheng.plan.open_data.tests.conftest import report
from shucheng.plan.open_data.tests.test_data import correct, release

pytestmark = pytest.mark.django_db
FLOW = "/api/v1/sdmx/data/dataflow/CN_320900/DF_INDICATORS"
FILES = ("csv", "sdmx-csv", "sdmx-json", "structure", "dcat")


@pytest.fixture(autouse=True)
def opened(settings: Any) -> None:
    settings.OPEN_DATA = True
    settings.ALLOWED_HOSTS = ["testserver"]


@pytest.fixture
def stranger() -> Client:
    return Client()


def test_a_stranger_reads_the_list_and_an_indicator(city: Binding, stranger: Client) -> None:
    release(note="初步数,以统计部门为准")
    page = stranger.get("/open-data/").content.decode()
    assert "核心产业营业收入" in page
    assert "CC-BY-4.0" in page
    page = stranger.get("/open-data/indicators/core-revenue/?lang=en").content.decode()
    assert "Core revenue" in page
    assert "Revenue, since January" in page
    assert "初步数,以统计部门为准" in page
    assert "ribbon" not in page.split("<main")[0].replace("ribbon ribbon-late", "")


def test_simulated_data_is_under_the_ribbon(city: Binding, stranger: Client) -> None:
    release()
    report({"2025-03": 40}, source=SIMULATION)
    for address in ("/open-data/", "/open-data/indicators/core-revenue/"):
        assert '<p class="ribbon">' in stranger.get(address).content.decode()


def test_what_is_not_released_is_not_there(city: Binding, stranger: Client) -> None:
    assert stranger.get("/open-data/").status_code == 200
    assert stranger.get("/open-data/indicators/core-revenue/").status_code == 404
    assert stranger.get("/open-data/download/csv?indicator=core-revenue").status_code == 404
    assert stranger.get("/open-data/download/xml").status_code == 404
    assert json.loads(stranger.get(FLOW).content)["data"]["dataSets"][0]["series"] == {}


@pytest.mark.parametrize("address", ["/open-data/", "/open-data/download/csv", FLOW])
def test_where_the_setting_is_off_an_account_is_needed(
    city: Binding, stranger: Client, settings: Any, address: str
) -> None:
    settings.OPEN_DATA = False
    release()
    assert stranger.get(address).status_code in {302, 401}
    response = signed_in(Role.LIAISON).get(address)
    assert response.status_code == 200
    assert "public" not in response.headers.get("Cache-Control", "")


@pytest.mark.parametrize("name", FILES)
def test_each_file_has_a_tag_and_is_sent_again_only_when_something_changed(
    city: Binding, stranger: Client, name: str
) -> None:
    release()
    address = f"/open-data/download/{name}?indicator=core-revenue"
    first = stranger.get(address)
    assert first.status_code == 200
    assert "public" in first["Cache-Control"]
    assert "attachment" in first["Content-Disposition"]
    again = stranger.get(address, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    correct(150)
    later = stranger.get(address, headers={"If-None-Match": first["ETag"]})
    assert later.status_code == 200
    assert later["ETag"] != first["ETag"]


def test_a_file_of_an_earlier_day_holds_what_was_known_then(
    city: Binding, stranger: Client
) -> None:
    release()
    correct(150)
    then = stranger.get("/open-data/download/sdmx-csv?as_of=2026-02-01").content.decode()
    now = stranger.get("/open-data/download/sdmx-csv").content.decode()

    def december(text: str) -> list[str]:
        rows = csv.DictReader(io.StringIO(text))
        return [
            r["OBS_VALUE"]
            for r in rows
            if (r["REF_AREA"], r["TIME_PERIOD"]) == ("320900", "2025-02")
        ]

    assert (december(then), december(now)) == (["210"], ["250"])
    assert stranger.get("/open-data/download/csv?as_of=yesterday").status_code == 422


def keys(response: Any) -> list[str]:
    return [
        ".".join((r["FREQ"], r["INDICATOR"], r["REF_AREA"])) + f"@{r['TIME_PERIOD']}"
        for r in csv.DictReader(io.StringIO(response.content.decode()))
    ]


CITY, DISTRICT = "M.core-revenue.320900", "M.core-revenue.320902"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("/*/*", [f"{CITY}@2025-01", f"{CITY}@2025-02", f"{DISTRICT}@2025-01"]),
        ("/1.0.0/M.core-revenue.320902", [f"{DISTRICT}@2025-01"]),
        ("/1.0.0/..320902", [f"{DISTRICT}@2025-01"]),
        (
            "/latest/*.*.320900,320902?startPeriod=2025-02",
            [f"{CITY}@2025-02"],
        ),
        ("/*/*?endPeriod=2025-01", [f"{CITY}@2025-01", f"{DISTRICT}@2025-01"]),
        ("/*/*?startPeriod=2025-Q2&endPeriod=2025-Q3", []),
        ("/*/A.*.*", []),
        ("", [f"{CITY}@2025-01", f"{CITY}@2025-02", f"{DISTRICT}@2025-01"]),
    ],
)
def test_a_key_and_periods_choose_series(
    city: Binding, stranger: Client, query: str, found: list[str]
) -> None:
    release()
    response = stranger.get(FLOW + query, headers={"Accept": "application/vnd.sdmx.data+csv"})
    assert response["Content-Type"].startswith("application/vnd.sdmx.data+csv")
    assert keys(response) == found


@pytest.mark.parametrize(
    ("address", "status"),
    [
        (f"{FLOW}/1.0.0/M.core-revenue", 422),
        (f"{FLOW}/*/*?startPeriod=soon", 422),
        (f"{FLOW}/9.9.9/*", 404),
        ("/api/v1/sdmx/data/dataflow/OECD/DF_INDICATORS", 404),
        ("/api/v1/sdmx/data/dataflow/CN_320900/OTHER", 404),
        ("/api/v1/sdmx/structure/agencyscheme/*/*", 404),
        ("/api/v1/sdmx/structure/codelist/CN_320900/CL_NONE", 404),
    ],
)
def test_what_cannot_be_answered_is_told_apart(
    city: Binding, stranger: Client, address: str, status: int
) -> None:
    release()
    response = stranger.get(address)
    assert response.status_code == status
    assert response.json()["title"]


def test_without_a_wish_the_answer_is_json_and_the_structure_is_beside_it(
    city: Binding, stranger: Client
) -> None:
    release()
    response = stranger.get(FLOW)
    assert response["Content-Type"] == "application/vnd.sdmx.data+json;version=2.0.0"
    [structure] = response.json()["data"]["structures"]
    path = structure["links"][0]["href"].split("testserver")[1]
    found = stranger.get(path).json()["data"]
    assert found["dataflows"][0]["id"] == "DF_INDICATORS"
    assert {each["id"] for each in found["codelists"]} >= {"CL_AREA", "CL_INDICATOR"}


def test_whoever_asks_too_often_is_told_to_wait(
    city: Binding, stranger: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.OPEN_DATA_REQUESTS_A_MINUTE = 12
    now = [time.time()]
    monkeypatch.setattr(time, "time", lambda: now[0])

    def ask(query: str = "", address: str = "203.0.113.77") -> Any:
        return stranger.get(FLOW + query, REMOTE_ADDR=address)

    # A request for an earlier day counts for ten.
    assert [ask("?as_of=2026-02-01").status_code, ask().status_code, ask().status_code] == [200] * 3
    refused = ask()
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 60
    assert ask(address="203.0.113.78").status_code == 200
    now[0] += 60
    assert ask().status_code == 200


def test_the_plan_office_releases_and_withdraws_on_a_page(city: Binding) -> None:
    browser = signed_in(Role.PLAN_OFFICE)
    address = "/open-data/releases/core-revenue/"
    assert "核心产业营业收入" in browser.get("/open-data/releases/").content.decode()
    form = {
        "licence": "CC0-1.0",
        "areas": ["320900"],
        "from_period": "2025-02",
        "reason": "会议纪要",
    }
    assert browser.post(address, form).status_code == 302
    made = Release.objects.get()
    assert (made.areas, made.from_period, made.licence) == (["320900"], "2025-02", "CC0-1.0")
    assert "会议纪要" in browser.get(address).content.decode()
    refused = browser.post(address, {**form, "from_period": "soon"})
    assert refused.context["form"].errors["from_period"]
    browser.post(f"{address}withdraw/", {"reason": "口径调整"})
    assert Release.objects.latest("pk").released is False
    assert signed_in(Role.LIAISON).get(address).status_code == 403

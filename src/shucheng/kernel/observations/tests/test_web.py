"""Metrics and observations in the browser and over the API."""

import json
from datetime import date
from typing import Any

import pytest
from django.test import Client
from tests.records import an_actor, make_area, make_organisation, signed_in

from shucheng.kernel.actor import Role
from shucheng.kernel.observations.actions.metrics import import_metrics
from shucheng.kernel.observations.actions.values import correct_observation, record_observations
from shucheng.kernel.observations.inputs import MetricDefinition, ObservationInput
from shucheng.kernel.observations.models import Observation

pytestmark = pytest.mark.django_db

OFFICE = an_actor(Role.PLAN_OFFICE)


@pytest.fixture(autouse=True)
def _city() -> None:
    make_area("320900", kind="city", name="盐城市")
    make_organisation("industry", name="市工信局")
    import_metrics(
        [
            MetricDefinition(
                code="core_revenue",
                name_zh="核心产业营业收入",
                name_en="Core revenue",
                unit="亿元",
                measure="flow",
                frequency="M",
                area_aggregation="sum",
                time_aggregation="sum",
                definition="规模以上企业的营业收入",
                owner="industry",
                unconfirmed=True,
            )
        ],
        actor=OFFICE,
    )


def put(value: str = "412.6", period: str = "2025-09", source: str = "reported") -> Observation:
    row = ObservationInput("core_revenue", "320900", period, value)
    done = record_observations([row], actor=OFFICE, source=source)
    return Observation.objects.get(pk=done.ids[0])


def page(browser: Client, address: str, **asked: Any) -> str:
    answer = browser.get(address, asked)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_shows_what_is_known_of_each_metric() -> None:
    put()
    shown = page(signed_in(Role.LEADER), "/data/metrics/")
    assert "核心产业营业收入" in shown
    assert "市工信局" in shown
    assert "412.6" in shown
    assert "core_revenue" not in page(signed_in(Role.LEADER), "/data/metrics/", q="nothing")


def test_a_metrics_page_shows_its_definition_its_series_and_earlier_values() -> None:
    first = put()
    correct_observation(first.pk, "421.6", actor=OFFICE, reason="颠倒")
    shown = page(signed_in(Role.LEADER), "/data/metrics/core_revenue/")
    assert "规模以上企业的营业收入" in shown
    assert "421.6" in shown
    assert "412.6" in shown


def test_the_plan_office_confirms_a_proposed_definition() -> None:
    browser = signed_in(Role.PLAN_OFFICE)
    browser.post("/data/metrics/core_revenue/confirm/")
    assert "tag-watch" not in page(browser, "/data/metrics/")
    assert signed_in(Role.LEADER).post("/data/metrics/core_revenue/confirm/").status_code == 403


def test_a_simulated_value_says_so() -> None:
    simulated = put(source="simulation")
    assert "simulated" in page(signed_in(Role.LEADER), f"/data/observations/{simulated.pk}/")


def test_a_value_is_corrected_in_the_browser_and_the_old_one_stays_readable() -> None:
    first = put()
    browser = signed_in(Role.PLAN_OFFICE)
    answer = browser.post(
        f"/data/observations/{first.pk}/", {"value": "421.6", "status": "A", "reason": "颠倒"}
    )
    assert answer.status_code == 302
    shown = page(browser, answer["Location"])
    assert "421.6" in shown
    assert "颠倒" in shown
    assert answer["Location"] in page(browser, f"/data/observations/{first.pk}/")


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"value": "many", "status": "A", "reason": "r"}, "value"),
        ({"value": "1", "status": "O", "reason": "r"}, "status"),
        ({"value": "1", "status": "A", "reason": " "}, "reason"),
    ],
)
def test_a_refused_correction_keeps_what_was_typed_and_names_the_field(
    sent: dict[str, str], field: str
) -> None:
    first = put()
    answer = signed_in(Role.PLAN_OFFICE).post(f"/data/observations/{first.pk}/", sent)
    assert answer.status_code == 422
    assert field in answer.context["error"].fields
    assert f'value="{sent["value"]}"' in answer.content.decode()
    assert Observation.objects.count() == 1


def test_a_leader_is_offered_no_correction() -> None:
    first = put()
    browser = signed_in(Role.LEADER)
    assert 'name="reason"' not in page(browser, f"/data/observations/{first.pk}/")
    sent = {"value": "1", "status": "A", "reason": "r"}
    assert browser.post(f"/data/observations/{first.pk}/", sent).status_code == 403


# -- API --------------------------------------------------------------------------------------


def send(browser: Client, address: str, body: Any) -> Any:
    return browser.post(f"/api/v1{address}", json.dumps(body), content_type="application/json")


def fetch(browser: Client, address: str, **asked: Any) -> Any:
    answer = browser.get(f"/api/v1{address}", asked)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_program_reads_a_metric_with_its_definitions() -> None:
    browser = signed_in(Role.LEADER)
    assert [m["code"] for m in fetch(browser, "/metrics")] == ["core_revenue"]
    found = fetch(browser, "/metrics/core_revenue")
    assert found["metric"]["owner"] == "industry"
    assert found["versions"][0]["unit"] == "亿元"


def test_a_program_reads_a_series_page_by_page() -> None:
    for month in range(1, 6):
        put(str(month), f"2025-0{month}")
    browser = signed_in(Role.LEADER)
    first = fetch(browser, "/observations", metric="core_revenue", limit=3)
    assert [float(item["value"]) for item in first["items"]] == [1, 2, 3]
    rest = fetch(
        browser, "/observations", metric="core_revenue", limit=3, after=first["next_after"]
    )
    assert [float(item["value"]) for item in rest["items"]] == [4, 5]
    assert rest["next_after"] is None


def test_a_program_asks_as_of_a_day() -> None:
    put()
    browser = signed_in(Role.LEADER)
    before = fetch(browser, "/observations", metric="core_revenue", as_of=date(2025, 1, 1))
    assert before["items"] == []


def test_a_service_posts_for_its_own_organisation() -> None:
    own = make_organisation("meter")
    service = signed_in(Role.SERVICE, organisation=own)
    rows = [
        {
            "metric": "core_revenue",
            "area": "320900",
            "period": "2025-09",
            "value": "1.5",
            "organisation": "meter",
        }
    ]
    done = send(service, "/observations", {"rows": rows})
    assert (done.status_code, done.json()["created"]) == (200, 1)
    foreign = send(service, "/observations", {"rows": [{**rows[0], "organisation": "industry"}]})
    assert foreign.status_code == 422
    assert "1.organisation" in foreign.json()["fields"]


def test_bad_rows_come_back_by_number_and_nothing_is_recorded() -> None:
    rows = [
        {"metric": "core_revenue", "area": "320900", "period": "2025-09", "value": "1"},
        {"metric": "core_revenue", "area": "320900", "period": "2025-Q3", "value": "1"},
    ]
    answer = send(signed_in(Role.PLAN_OFFICE), "/observations", {"rows": rows})
    assert answer.status_code == 422
    assert list(answer.json()["fields"]) == ["2.period"]
    assert not Observation.objects.exists()


@pytest.mark.parametrize("value", ["1_000", "12,5", "٤٢", "41 2", "NaN"])
def test_text_that_may_mean_another_number_is_refused(value: str) -> None:
    row = {"metric": "core_revenue", "area": "320900", "period": "2025-09", "value": value}
    answer = send(signed_in(Role.PLAN_OFFICE), "/observations", {"rows": [row]})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"][-1] == "value"
    assert not Observation.objects.exists()


def test_a_correction_of_what_was_corrected_meanwhile_conflicts() -> None:
    first = put()
    browser = signed_in(Role.PLAN_OFFICE)
    sent = {"value": "421.6", "reason": "颠倒"}
    assert send(browser, f"/observations/{first.pk}/correction", sent).status_code == 200
    assert send(browser, f"/observations/{first.pk}/correction", sent).status_code == 409
    vintages = fetch(browser, f"/observations/{first.pk}/history")
    assert [float(v["value"]) for v in vintages] == [412.6, 421.6]

"""Pages of reporting: closed periods, evidence, who reported, what a form asks."""

import re
from urllib.parse import urlsplit

import pytest

from shucheng.kernel.reporting.actions.locks import close_period
from shucheng.kernel.reporting.models import Submission
from shucheng.kernel.reporting.tests.conftest import City
from shucheng.kernel.reporting.tests.test_web import browser, filled, page_of, text


@pytest.mark.django_db
def test_whoever_meets_a_lock_reads_why_by_whom_since_when_and_what_to_do(city: City) -> None:
    city.draft()
    close_period("2026", "the yearbook is printed", actor=city.office)
    client, page = browser(city.liaison), page_of(city)
    shown = text(client.get(page))
    assert re.search(
        r"2026 is closed since 20\d\d-\d\d-\d\d, by person\d+: the yearbook is printed", shown
    )
    assert "The plan office can reopen it" in shown
    refused = client.post(
        f"{page}draft/",
        {"revision": "2", "base": "{}", "value:revenue": "1", "do": "save"},
    )
    assert refused.status_code == 423
    ask = client.post("/reporting/locks/ask/", {"period": "2026", "reason": "a misprint"})
    assert ask.status_code == 302
    office = browser(city.office)
    assert "a misprint" in text(office.get("/reporting/locks/"))
    assert (
        client.post("/reporting/locks/reopen/", {"period": "2026", "reason": "x"}).status_code
        == 403
    )
    assert (
        office.post(
            "/reporting/locks/reopen/", {"period": "2026", "reason": "misprint"}
        ).status_code
        == 302
    )
    assert "Hand in" in text(client.get(page))


@pytest.mark.django_db
def test_a_period_is_closed_with_a_reason_by_the_plan_office(city: City) -> None:
    office = browser(city.office)
    wrong = office.post("/reporting/locks/close/", {"period": "July", "reason": "done"})
    assert wrong.status_code == 422
    assert "is not a reporting period" in text(wrong)
    sent = {"period": "2026-05", "reason": "final", "form": "industry-m-area"}
    assert office.post("/reporting/locks/close/", sent).status_code == 302
    assert "final" in text(browser(city.liaison).get("/reporting/locks/"))


@pytest.mark.django_db
def test_evidence_is_opened_by_its_organisation_and_its_reviewers_only(
    city: City, settings, tmp_path
) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    settings.DATA_FOLDER = tmp_path
    client, page = browser(city.liaison), page_of(city)
    file = SimpleUploadedFile("report.txt", b"as agreed")
    assert client.post(f"{page}evidence/", {"revision": "0", "file": file}).status_code == 302
    made = Submission.objects.get()
    address = f"/reporting/submissions/{made.pk}/evidence/{made.evidence.get().pk}/"
    assert client.get(address).content == b"as agreed"
    reviewer = browser(city.department)
    assert reviewer.get(address).status_code == 404
    sent = filled(client, page, value_revenue="40", value_trade="2")
    client.post(f"{page}draft/", {**sent, "do": "submit"})
    assert reviewer.get(address).content == b"as agreed"
    assert browser(city.neighbour).get(address).status_code == 404


@pytest.mark.django_db
def test_evidence_is_taken_off_a_draft(city: City, settings, tmp_path) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    settings.DATA_FOLDER = tmp_path
    client, page = browser(city.liaison), page_of(city)
    refused = client.post(f"{page}evidence/", {"revision": "0"})
    assert refused.status_code == 422
    client.post(f"{page}evidence/", {"revision": "0", "file": SimpleUploadedFile("a.txt", b"a")})
    made = Submission.objects.get()
    remove = f"/reporting/submissions/{made.pk}/evidence/{made.evidence.get().pk}/remove/"
    assert client.post(remove, {"revision": str(made.revision)}).status_code == 302
    assert "No file yet." in text(client.get(page))


@pytest.mark.django_db
def test_who_reported_is_a_table_of_organisations_and_periods(city: City) -> None:
    city.published(period="2026-05")
    client = browser(city.office)
    shown = text(client.get("/reporting/progress/?form=industry-m-area"))
    assert re.search(r"tinghu .*Published.*yandu", shown)
    assert "1 / 2" in shown
    assert "Nobody fits" not in text(
        client.get("/reporting/progress/?form=industry-m-area&only=late")
    )
    assert client.get("/reporting/progress/?form=nothing").status_code == 404


@pytest.mark.django_db
def test_a_form_says_what_it_asks_by_which_rules(city: City) -> None:
    client = browser(city.neighbour)
    assert "industry" in text(client.get("/reporting/forms/"))
    shown = text(client.get("/reporting/forms/industry-m-area/"))
    assert "revenue" in shown
    assert "≥ 0" in shown
    assert "2 organisations owe it" in shown
    assert client.get("/reporting/forms/nothing/").status_code == 404


@pytest.mark.django_db
def test_who_reports_nothing_is_led_to_what_concerns_them(city: City) -> None:
    answer = browser(city.office).get("/reporting/")
    assert urlsplit(answer["Location"]).path == "/reporting/inbox/"


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_opens_in_both_languages(city: City, language: str) -> None:
    city.handed_in()
    for actor in (city.liaison, city.department, city.reporter, city.office):
        client = browser(actor)
        client.cookies["django_language"] = language
        for address in ("", "inbox/", "progress/", "forms/", "forms/industry-m-area/", "locks/"):
            answer = client.get(f"/reporting/{address}")
            assert answer.status_code in (200, 302), address
        assert client.get(page_of(city)).status_code == 200

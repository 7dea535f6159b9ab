"""What lists and pages show besides: forms out of use, warnings that were explained."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shucheng.kernel.reporting.actions.drafts import save_draft
from shucheng.kernel.reporting.actions.moves import submit
from shucheng.kernel.reporting.engine.model import Entry
from shucheng.kernel.reporting.models import Form
from shucheng.kernel.reporting.queries.lists import obligations_of
from shucheng.kernel.reporting.tests.conftest import City
from shucheng.kernel.reporting.tests.test_web import browser, page_of, text

pytestmark = pytest.mark.django_db


def test_what_was_asked_of_a_retired_form_is_still_shown(city: City) -> None:
    Form.objects.filter(code="industry-m-area").update(retired_at=timezone.now())
    client = browser(city.neighbour)
    link = "/reporting/progress/?form=industry-m-area"
    assert link.partition("?")[2] in client.get(page_of(city)).content.decode()
    shown = client.get(link)
    assert shown.status_code == 200
    assert "tinghu" in text(shown)
    assert client.get("/reporting/progress/?form=nothing").status_code == 404


def test_a_reviewer_reads_which_warnings_were_explained_and_how(city: City) -> None:
    city.published(period="2026-06")
    made = city.draft(revenue="400")
    said = {"revenue": Entry("400", reason="A new plant.")}
    made = save_draft(made.obligation_id, said, revision=made.revision, actor=city.liaison)
    submit(made.pk, made.revision, actor=city.liaison)
    events = text(browser(city.department).get(page_of(city))).partition("Course of events")[2]
    assert "1 warning explained" in events
    assert "more than usual" in events
    assert "Reason given: A new plant." in events


def test_a_list_of_tasks_fetches_no_values(city: City) -> None:
    city.draft()
    with CaptureQueriesContext(connection) as asked:
        rows = obligations_of(actor=city.liaison)
    assert any(row.submission for row in rows)
    submissions = [each["sql"] for each in asked if 'FROM "reporting_submission"' in each["sql"]]
    assert submissions
    assert not any('"reporting_submission"."values"' in sql for sql in submissions)

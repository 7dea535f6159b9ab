"""What lists and pages show besides: forms out of use, warnings that were explained."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shucheng.kernel.reporting.actions.drafts import save_draft
from shucheng.kernel.reporting.actions.moves import return_submission, submit
from shucheng.kernel.reporting.bundles import waits_to_report
from shucheng.kernel.reporting.engine.model import Entry
from shucheng.kernel.reporting.models import Form, Obligation, Submission
from shucheng.kernel.reporting.queries.lists import forms, obligations_of
from shucheng.kernel.reporting.queries.told import form_page
from shucheng.kernel.reporting.templatetags.reporting_text import first_period, waiting_days
from shucheng.kernel.reporting.tests.conftest import SYSTEM, City
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


def test_an_approval_says_where_the_figures_are_now(city: City) -> None:
    made = city.handed_in()
    for who, said in (
        (city.department, "Approved. It waits for the plan office now."),
        (city.office, "Approved and published: the figures are in the cockpit"),
    ):
        made.refresh_from_db()
        client = browser(who)
        address = f"/reporting/submissions/{made.pk}/approve/"
        shown = client.post(address, {"revision": made.revision}, follow=True)
        assert said in text(shown)


def test_what_was_handed_in_today_waits_less_than_a_day() -> None:
    now = timezone.now()
    assert waiting_days(now, timezone.localdate(now)) == "不足 1 个工作日"


def test_a_returned_draft_names_who_returned_it_not_as_who_saved_it(city: City) -> None:
    made = city.handed_in()
    client = browser(city.liaison)
    return_submission(made.pk, made.revision, "A firm twice.", actor=city.department)
    shown = text(client.get(page_of(city)))
    assert f"{city.department.name} returned it" in shown
    assert "Last saved" not in shown
    assert "On the period before" in shown


def test_whether_something_waits_to_be_filled_in_is_known(city: City) -> None:
    assert waits_to_report(actor=city.liaison)
    assert not waits_to_report(actor=city.office)
    for period in ("2026-05", "2026-06", "2026-07"):
        city.handed_in(period=period)
    Obligation.objects.filter(organisation=city.owed().organisation, period="2026-Q2").delete()
    assert not waits_to_report(actor=city.liaison), "all of it is handed in"
    made = Submission.objects.filter(obligation=city.owed()).get()
    return_submission(made.pk, made.revision, "A firm twice.", actor=city.department)
    assert waits_to_report(actor=city.liaison)


def test_the_first_period_of_a_form_is_none_after_the_newest(city: City) -> None:
    """Periods may have been asked for before the day from which a form is asked regularly."""
    form = Form.objects.get(code="industry-m-area")
    Form.objects.filter(pk=form.pk).update(first_day=date(2026, 10, 1))
    page = form_page(form.code, actor=SYSTEM)
    assert (first_period(page.form), page.newest) == ("2026-05", "2026-07")
    (listed,) = (each for each in forms(actor=SYSTEM) if each.pk == form.pk)
    assert first_period(listed) == "2026-05"

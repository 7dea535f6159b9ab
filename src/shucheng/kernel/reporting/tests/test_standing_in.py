"""The plan office reviews in place of a department that has no reviewer, and only then."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone
from tests.records import make_person

from shucheng.kernel.actor import Role
from shucheng.kernel.append_only import missing_triggers
from shucheng.kernel.errors import Forbidden, Invalid
from shucheng.kernel.identity.models import Membership, Organisation, Person
from shucheng.kernel.reminders.models import Reminder
from shucheng.kernel.reporting.actions.moves import approve, return_submission, submit
from shucheng.kernel.reporting.jobs_reminders import remind_at
from shucheng.kernel.reporting.models import SubmissionEvent
from shucheng.kernel.reporting.queries.lists import inbox, timeline
from shucheng.kernel.reporting.standing_in import without_reviewer
from shucheng.kernel.reporting.tests.conftest import SYSTEM, City
from shucheng.kernel.reporting.tests.test_web import browser, page_of, text

pytestmark = pytest.mark.django_db
WHY = "The bureau’s reviewer retired, nobody is named yet."


def end_reviewer(city: City) -> None:
    now = timezone.now()
    Membership.objects.filter(person_id=city.department.person_id).update(
        valid_from=now - timedelta(days=2), valid_to=now - timedelta(days=1)
    )


def test_while_a_reviewer_is_active_the_office_waits(city: City) -> None:
    made = city.handed_in()
    assert inbox(actor=city.office) == []
    with pytest.raises(Forbidden):
        approve(made.pk, made.revision, actor=city.office, comment=WHY)
    with pytest.raises(Forbidden):
        return_submission(made.pk, made.revision, WHY, actor=city.office)
    made.refresh_from_db()
    assert (made.state, made.level) == ("submitted", "department")


@pytest.mark.parametrize("how", ["ended", "blocked", "expired", "service"])
def test_without_one_it_waits_for_the_office_and_for_nobody_else(city: City, how: str) -> None:
    made = city.handed_in()
    person = Person.objects.filter(pk=city.department.person_id)
    if how == "ended":
        end_reviewer(city)
    elif how == "blocked":
        person.update(is_active=False)
    elif how == "expired":
        person.update(expires_at=timezone.now() - timedelta(hours=1))
    else:
        person.update(is_service=True)
    (row,) = inbox(actor=city.office)
    assert (row.submission.pk, row.in_place) == (made.pk, True)
    assert inbox(actor=city.neighbour) == []
    assert inbox(actor=city.reporter) == []
    with pytest.raises(Forbidden):
        approve(made.pk, made.revision, actor=city.reporter, comment=WHY)
    made = approve(made.pk, made.revision, actor=city.office, comment=WHY)
    assert (made.state, made.level) == ("submitted", "office")


def test_a_reviewer_of_the_organisation_above_is_one(city: City) -> None:
    industry = Organisation.objects.get(code="industry")
    end_reviewer(city)
    assert without_reviewer([industry.pk]) == {industry.pk}
    above = Organisation.objects.get(code="data")
    Organisation.objects.filter(pk=industry.pk).update(parent=above)
    make_person(Role.REVIEWER, organisation=above)
    assert without_reviewer([industry.pk]) == set()
    made = city.handed_in()
    with pytest.raises(Forbidden):
        approve(made.pk, made.revision, actor=city.office, comment=WHY)


def test_the_reason_and_the_mark_stand_in_the_history(city: City) -> None:
    end_reviewer(city)
    made = city.handed_in()
    with pytest.raises(Invalid) as told:
        approve(made.pk, made.revision, actor=city.office, comment="  ")
    assert told.value.code == "reporting.reason_missing"
    made = approve(made.pk, made.revision, actor=city.office, comment=WHY)
    event = timeline(made.pk, actor=city.liaison)[-1]
    assert (event.move, event.person_name, event.comment) == ("approve", city.office.name, WHY)
    assert event.in_place_of is not None
    assert event.in_place_of.code == "industry"
    (row,) = inbox(actor=city.second)
    assert row.stood_in == event
    assert not row.in_place
    assert missing_triggers(connection) == []


def test_both_levels_still_need_two_persons(city: City) -> None:
    end_reviewer(city)
    made = city.handed_in()
    made = approve(made.pk, made.revision, actor=city.office, comment=WHY)
    with pytest.raises(Invalid) as told:
        approve(made.pk, made.revision, actor=city.office, comment=WHY)
    assert told.value.code == "reporting.own_submission"
    made = approve(made.pk, made.revision, actor=city.second)
    assert made.state == "published"
    # The final approval is the office's own: nothing to mark.
    assert SubmissionEvent.objects.filter(in_place_of__isnull=False).count() == 1


def test_what_the_office_handed_in_it_does_not_review_in_anybodys_place(city: City) -> None:
    end_reviewer(city)
    both = replace(city.liaison, roles=frozenset({Role.LIAISON, Role.PLAN_OFFICE}))
    made = city.draft()
    made = submit(made.pk, made.revision, actor=both)
    with pytest.raises(Invalid) as told:
        approve(made.pk, made.revision, actor=both, comment=WHY)
    assert told.value.code == "reporting.own_submission"


def test_a_return_in_its_place_is_marked_and_a_new_hand_in_begins_anew(city: City) -> None:
    end_reviewer(city)
    made = city.handed_in()
    made = return_submission(made.pk, made.revision, "Trade is too low.", actor=city.office)
    assert timeline(made.pk, actor=city.liaison)[-1].in_place_of_id is not None
    made = submit(made.pk, made.revision, comment="It is right.", actor=city.liaison)
    (row,) = inbox(actor=city.office)
    assert (row.in_place, row.stood_in) == (True, None)
    make_person(Role.REVIEWER, organisation=Organisation.objects.get(code="industry"))
    with pytest.raises(Forbidden):
        approve(made.pk, made.revision, actor=city.office, comment=WHY)


def test_the_platform_and_the_department_itself_stand_in_for_nobody(city: City) -> None:
    made = city.handed_in()
    approve(made.pk, made.revision, actor=city.department)
    other = city.handed_in("yandu")
    end_reviewer(city)
    with pytest.raises(Forbidden):
        approve(other.pk, other.revision, actor=SYSTEM, comment=WHY)
    assert not SubmissionEvent.objects.filter(in_place_of__isnull=False).exists()


def test_the_office_is_reminded_of_what_waits_for_nobody(city: City) -> None:
    end_reviewer(city)
    city.handed_in()
    remind_at(timezone.make_aware(datetime(2026, 8, 20, 10)), actor=SYSTEM)
    told = Reminder.objects.get(kind="reporting.review")
    assert (told.roles, told.organisation) == ("plan_office", None)


def test_the_pages_say_it_ask_for_the_reason_and_show_the_mark(city: City) -> None:
    end_reviewer(city)
    made = city.handed_in()
    client = browser(city.office)
    assert "in place of industry" in text(client.get("/reporting/inbox/"))
    shown = text(client.get(page_of(city)))
    assert "industry has no active reviewer." in shown
    assert "Approve in its place" in shown
    address = f"/reporting/submissions/{made.pk}/approve/"
    refused = client.post(address, {"revision": made.revision, "comment": ""})
    assert refused.status_code == 422
    assert "Write a reason." in text(refused)
    taken = client.post(address, {"revision": made.revision, "comment": WHY})
    assert taken.status_code == 302
    second = browser(city.second)
    assert "first review by a stand-in" in text(second.get("/reporting/inbox/"))
    shown = text(second.get(page_of(city)))
    assert f"First review in place of industry, by {city.office.name}" in shown
    assert WHY in shown
    own = text(browser(city.liaison).get(page_of(city)))
    assert "in place of industry" in own


def test_a_county_reads_who_reviews_next(city: City) -> None:
    city.handed_in()
    client = browser(city.liaison)
    assert "industry reviews next." in text(client.get(page_of(city)))
    end_reviewer(city)
    told = text(client.get(page_of(city)))
    assert "industry has no active reviewer: the plan office reviews in its place." in told


def test_many_departments_are_asked_in_a_few_reads(
    city: City, django_assert_max_num_queries: object
) -> None:
    every = list(Organisation.objects.values_list("pk", flat=True))
    with django_assert_max_num_queries(3):  # type: ignore[operator]
        without_reviewer(every)

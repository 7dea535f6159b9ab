"""Who waits for something is told of it in the step itself, and only if that step holds."""

from datetime import date

import pytest

from shucheng.kernel.errors import Invalid
from shucheng.kernel.reminders.models import Reminder, Sending
from shucheng.kernel.reporting.actions.locks import ask_reopening, close_period, reopen_period
from shucheng.kernel.reporting.actions.moves import approve, publish
from shucheng.kernel.reporting.actions.obligations import ask_extension, decide_extension
from shucheng.kernel.reporting.models import Form
from shucheng.kernel.reporting.tests.conftest import City

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 8, 31)


def told(kind: str) -> list[tuple[set[int], str, str, str]]:
    """Of each reminder: whom, its subject, text and link."""
    found = []
    for each in Reminder.objects.filter(kind=f"reporting.{kind}").order_by("id"):
        people = each.sendings.filter(channel=Sending.Channel.PAGE)
        subject, text = each.in_language("en")
        found.append((set(people.values_list("person", flat=True)), subject, text, each.link))
    return found


def test_the_organisation_hears_that_its_figures_are_published(city: City) -> None:
    made = city.at_office()
    assert told("published") == []
    approve(made.pk, made.revision, actor=city.office, comment="Thank you.")
    [(people, subject, text, link)] = told("published")
    assert people == {city.liaison.person_id}
    assert "published" in subject
    assert "2026-07" in text
    assert city.office.name in text
    assert "Thank you." in text
    assert link == f"/reporting/tasks/{made.obligation_id}/"


def test_also_where_publishing_is_a_step_of_its_own(city: City) -> None:
    Form.objects.update(publish_apart=True)
    made = city.published()
    assert told("published") == []
    publish(made.pk, made.revision, actor=city.office)
    assert len(told("published")) == 1


@pytest.mark.parametrize(("granted", "kind"), [(True, "granted"), (False, "refused")])
def test_who_decides_hears_of_a_request_and_who_asked_of_the_decision(
    city: City, granted: bool, kind: str
) -> None:
    asked = ask_extension(city.owed().pk, MONDAY, "Firms are late.", actor=city.liaison)
    [(people, _subject, text, _link)] = told("extension_asked")
    assert people == {city.department.person_id}
    assert "Firms are late." in text
    assert "2026-08-31" in text
    decide_extension(asked.pk, granted, "Once.", actor=city.department)
    [(people, subject, text, _link)] = told(f"extension_{kind}")
    assert people == {city.liaison.person_id}
    assert kind in subject
    assert "Once." in text


def test_of_a_departments_own_request_the_plan_office_hears(city: City) -> None:
    ask_extension(city.owed("industry").pk, MONDAY, "Firms are late.", actor=city.reporter)
    [(people, *_rest)] = told("extension_asked")
    assert people == {city.office.person_id, city.second.person_id}


def test_a_request_that_is_refused_tells_nobody(city: City) -> None:
    with pytest.raises(Invalid):
        ask_extension(city.owed().pk, date(2026, 8, 1), "Firms are late.", actor=city.liaison)
    assert Reminder.objects.count() == 0


def test_who_asked_to_reopen_hears_that_it_is_open(city: City) -> None:
    close_period("2026-07", "For the council.", actor=city.office)
    ask_reopening("2026-07", "A firm was forgotten.", actor=city.liaison)
    [(people, subject, text, link)] = told("reopening_asked")
    assert people == {city.office.person_id, city.second.person_id}
    assert "2026-07" in subject
    assert "A firm was forgotten." in text
    assert link == "/reporting/locks/"
    reopen_period("2026-07", "For the forgotten firm.", actor=city.office)
    [(people, _subject, text, _link)] = told("reopened")
    assert people == {city.liaison.person_id}
    assert "For the forgotten firm." in text
    # A later closing and reopening is nothing that they asked for.
    close_period("2026-07", "For the council.", actor=city.office)
    reopen_period("2026-07", "Once more.", actor=city.office)
    assert len(told("reopened")) == 1

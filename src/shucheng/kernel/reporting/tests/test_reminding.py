"""Who has to report or to review is reminded by the rule: in time, once, in one message a day."""

from datetime import date, datetime, time

import pytest
from django.utils import timezone

from shucheng.kernel.actor import system_actor
from shucheng.kernel.reminders.engine.rules import Rule
from shucheng.kernel.reminders.models import Reminder, RuleVersion, Sending
from shucheng.kernel.reporting.actions.locks import close_period
from shucheng.kernel.reporting.actions.moves import approve, return_submission, submit
from shucheng.kernel.reporting.jobs_reminders import remind_at
from shucheng.kernel.reporting.models import Obligation
from shucheng.kernel.reporting.tests.conftest import City
from shucheng.lib.workdays import working_days_after

CLOCK = system_actor("job")


def moment(day: date, hour: int = 9) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))


def remind(day: date, hour: int = 9) -> dict[str, int]:
    return remind_at(moment(day, hour), actor=CLOCK)


def told(kind: str, code: str = "tinghu") -> list[Reminder]:
    return list(Reminder.objects.filter(kind=kind, organisation__code=code).order_by("id"))


def due_day() -> date:
    """Of the county's form for July, and nothing else is left open."""
    owed = Obligation.objects.get(organisation__code="tinghu", period="2026-07")
    Obligation.objects.exclude(pk=owed.pk).delete()
    return owed.due_on


def off(due: date, days: int) -> date:
    return working_days_after(due, days).day


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (-3, "Due "),
        (-1, "Due "),
        (0, "Due today"),
        (1, "Late"),
        (3, "Late"),
        (5, "Late"),
        (10, "Late"),
    ],
)
def test_the_days_of_the_rule(city: City, days: int, words: str) -> None:
    due = due_day()
    assert remind(off(due, days))["due"] == 1
    [reminder] = told("reporting.due")
    assert reminder.in_language("en")[1].startswith(words)
    assert "2026-07" in reminder.in_language("en")[1]
    assert [s.person.pk for s in reminder.sendings.filter(channel="page")] == [
        city.liaison.person_id
    ]


@pytest.mark.parametrize("days", [-5, -4, -2, 2, 4, 6, 9])
def test_on_other_days_nobody_is_reminded(city: City, days: int) -> None:
    assert remind(off(due_day(), days))["due"] == 0


def test_everything_of_an_organisation_is_in_one_message_a_day(city: City) -> None:
    first = Obligation.objects.get(organisation__code="tinghu", period="2026-07")
    Obligation.objects.exclude(organisation__code="tinghu", form=first.form).delete()
    Obligation.objects.update(due_on=off(first.due_on, -1))
    Obligation.objects.filter(pk=first.pk).update(due_on=first.due_on)
    assert Obligation.objects.count() > 1
    for hour in (9, 10, 15):
        remind(first.due_on, hour)
    [reminder] = told("reporting.due")
    late, due = Obligation.objects.count() - 1, 1
    subject, text = reminder.in_language("en")
    assert f"{late} form" in subject
    assert f"{due} form is due" in subject
    # What is late stands first.
    assert [line.partition(":")[0] for line in text.splitlines()] == ["Late"] * late + ["Due today"]
    assert remind(off(first.due_on, 1))["due"] == 1
    assert len(told("reporting.due")) == 2


def test_a_chinese_reader_is_told_in_chinese(city: City) -> None:
    remind(due_day())
    subject, text = told("reporting.due")[0].in_language("zh-hans")
    assert "填报" in subject
    assert "今天" in text


@pytest.mark.parametrize("state", ["handed_in", "at_office", "published"])
def test_who_has_handed_in_is_left_alone(city: City, state: str) -> None:
    due = due_day()
    getattr(city, state)()
    assert remind(due)["due"] == 0


def test_a_draft_is_not_handed_in(city: City) -> None:
    due = due_day()
    city.draft()
    assert remind(due)["due"] == 1


def test_nothing_is_asked_of_a_period_that_is_closed(city: City) -> None:
    due = due_day()
    close_period("2026-07", "汇总完毕", actor=city.office)
    assert remind(due)["due"] == 0


def test_not_on_a_holiday_and_not_in_the_night(city: City) -> None:
    due = due_day()
    assert remind(due, hour=7)["due"] == 0
    assert remind(due, hour=8)["due"] == 1
    # 3 October 2026 lies in the holiday of the national day.
    Obligation.objects.update(due_on=date(2026, 10, 3))
    assert remind(date(2026, 10, 3))["due"] == 0


def test_what_is_returned_is_told_at_once_with_the_comment_and_only_once(city: City) -> None:
    due = due_day()
    made = city.handed_in()
    back = return_submission(made.pk, made.revision, "收入少了一位", actor=city.department)
    noon = moment(off(due, -10), 12)
    assert remind_at(noon, actor=CLOCK)["returned"] == 1
    assert remind_at(noon, actor=CLOCK)["returned"] == 0
    [reminder] = told("reporting.returned")
    assert "收入少了一位" in reminder.in_language("en")[1]
    again = submit(back.pk, back.revision, comment="原数无误", actor=city.liaison)
    return_submission(again.pk, again.revision, "还是少了一位", actor=city.department)
    assert remind_at(noon, actor=CLOCK)["returned"] == 1
    newest = told("reporting.returned")[-1].in_language("en")[1]
    assert "还是少了一位" in newest
    assert "收入少了一位" not in newest


@pytest.mark.parametrize(
    ("day", "hour"), [(date(2026, 8, 20), 22), (date(2026, 8, 20), 6), (date(2026, 10, 3), 10)]
)
def test_a_return_wakes_nobody_at_night_or_on_a_day_off(city: City, day: date, hour: int) -> None:
    made = city.handed_in()
    return_submission(made.pk, made.revision, "收入少了一位", actor=city.department)
    assert remind(day, hour)["returned"] == 0
    assert remind(date(2026, 10, 12), 8)["returned"] == 1


def test_reviewers_are_not_reminded_of_a_closed_period(city: City) -> None:
    city.handed_in()
    close_period("2026-07", "汇总完毕", actor=city.office)
    assert remind(date(2026, 8, 20))["review"] == 0


def test_reviewers_hear_once_a_day_what_waits_for_them(city: City) -> None:
    day = off(due_day(), -10)
    made = city.handed_in()
    assert remind(day)["review"] == 1
    assert remind(day, 10)["review"] == 0
    [reminder] = told("reporting.review", "industry")
    assert names(reminder) == [city.department.person_id]
    approve(made.pk, made.revision, actor=city.department)
    remind(off(day, 1))
    [office] = Reminder.objects.filter(kind="reporting.review", organisation=None)
    assert set(names(office)) == {city.office.person_id, city.second.person_id}


def names(reminder: Reminder) -> list[int]:
    page = reminder.sendings.filter(channel=Sending.Channel.PAGE)
    return list(page.values_list("person", flat=True))


def test_the_plan_office_sets_another_rule_and_it_holds(city: City) -> None:
    due = due_day()
    rule = Rule(before=(7,), late=(), late_every=60, hour=0)
    RuleVersion.objects.create(room="reporting", number=1, params=rule.facts(), reason="r", by="b")
    assert remind(off(due, -3))["due"] == 0
    assert remind(off(due, -7), hour=0)["due"] == 1

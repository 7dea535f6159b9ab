"""A reminder is there exactly when what it is about is, once, for those whom it concerns."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext, gettext_lazy
from tests.records import an_actor, make_organisation, make_person

from shucheng.kernel.actor import ANONYMOUS, Role, system_actor
from shucheng.kernel.errors import Forbidden
from shucheng.kernel.identity.models import Organisation, Person
from shucheng.kernel.public import send_reminder
from shucheng.kernel.reminders.models import Delivery, Preference, Reminder, Robot, Sending

pytestmark = pytest.mark.django_db
CLOCK = system_actor("job")


def remind(once_key: str = "k", **facts: Any) -> Reminder:
    facts = {"subject": "三季度未报", "text": "请于 10 月 12 日前填报。", "actor": CLOCK, **facts}
    return send_reminder("test.kind", once_key=once_key, **facts)


def told(reminder: Reminder, channel: str = "page") -> list[Person | None]:
    return [each.person for each in reminder.sendings.filter(channel=channel)]


def test_those_who_hold_a_role_in_the_organisation_are_told_on_the_page_and_by_mail() -> None:
    bureau = make_organisation()
    liaison = make_person(Role.LIAISON, organisation=bureau)
    make_person(Role.LEADER, organisation=bureau)
    make_person(Role.LIAISON)
    reminder = remind(to_organisation=bureau.pk)
    assert told(reminder) == told(reminder, "mail") == [liaison]
    both = remind("both", to_organisation=bureau.pk, roles=(Role.LIAISON, Role.LEADER))
    assert len(told(both)) == 2


def test_one_person_is_told_whatever_their_role() -> None:
    person = make_person()
    assert told(remind(to_person=person.pk)) == [person]


def test_without_an_organisation_everybody_with_the_role_is_told_and_the_citys_robots() -> None:
    office = make_person(Role.PLAN_OFFICE)
    bureau: Organisation = make_organisation()
    Robot.objects.create(name="bureau", vendor="wecom", organisation=bureau, address="https://x")
    city = Robot.objects.create(name="city", vendor="wecom", address="https://x")
    Robot.objects.create(name="off", vendor="wecom", address="https://x", active=False)
    reminder = remind(roles=(Role.PLAN_OFFICE,))
    assert told(reminder) == [office]
    assert [s.robot for s in reminder.sendings.filter(channel="robot")] == [city]


@pytest.mark.parametrize("reason", ["closed", "expired", "ended"])
def test_who_has_left_is_not_told(reason: str) -> None:
    from django.utils import timezone

    bureau = make_organisation()
    person = make_person(Role.LIAISON, organisation=bureau)
    now = timezone.now()
    if reason == "closed":
        Person.objects.update(is_active=False)
    elif reason == "expired":
        Person.objects.update(expires_at=now)
    else:
        person.memberships.update(valid_to=now)
    assert told(remind(to_organisation=bureau.pk)) == []


def test_who_chose_not_to_be_mailed_is_told_on_the_page_only() -> None:
    person = make_person()
    Preference.objects.create(person=person, by_mail=False)
    reminder = remind(to_person=person.pk)
    assert (told(reminder), told(reminder, "mail")) == ([person], [])


def test_the_same_thing_is_never_said_twice() -> None:
    person = make_person()
    first = remind(to_person=person.pk)
    assert remind(to_person=person.pk, subject="another") == first
    assert Reminder.objects.get().subject == "三季度未报"
    assert Sending.objects.count() == 2


def test_it_is_gone_when_what_it_is_about_did_not_happen() -> None:
    person = make_person()

    def fail_after_reminding() -> None:
        with transaction.atomic():
            remind(to_person=person.pk)
            raise LookupError

    with pytest.raises(LookupError):
        fail_after_reminding()
    assert not Reminder.objects.exists()
    assert remind(to_person=person.pk).sendings.count() == 2


@pytest.mark.parametrize(
    "words", [gettext_lazy("Alerts"), lambda: gettext("Alerts")], ids=["lazy", "function"]
)
def test_everybody_reads_it_in_their_language(words: Any) -> None:
    reminder = remind(subject=words, text=words)
    assert reminder.in_language("en") == ("Alerts", "Alerts")
    assert reminder.in_language("zh-hans")[0] not in {"", "Alerts"}
    with translation.override("en"):
        assert reminder.subject == "Alerts"


def test_steps_of_any_role_may_remind_and_strangers_may_not() -> None:
    assert remind(actor=an_actor(Role.LIAISON))
    with pytest.raises(Forbidden):
        remind("stranger", actor=ANONYMOUS)


def test_an_attempt_cannot_be_changed_or_deleted() -> None:
    sending = remind(to_person=make_person().pk).sendings.latest("pk")
    delivery = Delivery.objects.create(sending=sending, attempt=1, outcome="failed")
    for change in (delivery.delete, lambda: Delivery.objects.update(outcome="sent")):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()

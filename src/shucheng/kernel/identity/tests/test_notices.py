"""Those harmed by an incident are told, each by name, and what became of it is kept."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone
from tests.records import an_actor, make_organisation, make_person, signed_in

from shucheng.kernel.actor import Role, system_actor
from shucheng.kernel.alerts.jobs import mail_alerts
from shucheng.kernel.alerts.queries import alerts_list, count_open_alerts
from shucheng.kernel.errors import Forbidden, Invalid, NotFound
from shucheng.kernel.identity.actions.cases import forget_contacts, move_case, open_case
from shucheng.kernel.identity.actions.notices import ATTEMPTS, confirm_notice, tell_affected
from shucheng.kernel.identity.jobs import send_notices
from shucheng.kernel.identity.models import Case, Notice, NoticeDelivery, Person
from shucheng.kernel.identity.queries import own_data

pytestmark = pytest.mark.django_db

CLOCK = system_actor("job")
SECURITY = an_actor(Role.SECURITY)
PARTS = {
    "what": "一份含联系方式的名单被误发到外单位邮箱。",
    "harm": "可能收到骚扰电话。",
    "measures": "已要求对方删除并书面确认。",
    "advice": "对陌生来电保持警惕。",
}


@pytest.fixture(autouse=True)
def configured(settings: Any) -> None:
    settings.EMAIL_CONFIGURED = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.OPERATOR = "数据局 0000-00000000"


@pytest.fixture
def case() -> Case:
    return open_case("incident", "名单误发到了外单位", actor=SECURITY)


def somebody(username: str, email: str = "", **facts: Any) -> Person:
    person = make_person(Role.LIAISON, **facts)
    Person.objects.filter(pk=person.pk).update(username=username, email=email)
    person.refresh_from_db()
    return person


def send() -> list[Any]:
    mail.outbox.clear()
    send_notices({}, actor=CLOCK, progress=lambda *_: None)
    return list(mail.outbox)


def states() -> list[str]:
    return list(NoticeDelivery.objects.order_by("pk").values_list("state", flat=True))


def acting_as(person: Person) -> Any:
    return replace(an_actor(Role.LIAISON), person_id=person.pk)


def later(minutes: int) -> None:
    past = timezone.now() - timedelta(minutes=minutes)
    NoticeDelivery.objects.exclude(tried_at=None).update(tried_at=past)


def test_a_person_is_told_in_the_platform_and_by_mail_and_confirms(case: Case) -> None:
    person = somebody("li", "li@city.example")
    tell_affected(case.number, "li", PARTS, actor=SECURITY)
    assert states() == ["waiting"]
    [message] = send()
    assert (message.to, message.subject) == (["li@city.example"], "数据安全事件告知书")
    assert all(text in message.body for text in PARTS.values())
    assert "0000-00000000" in message.body
    assert states() == ["sent"]
    [alert] = alerts_list(actor=acting_as(person))
    assert alert.code == "identity.notice"
    # The alert leads to the notice, and is not mailed a second time.
    mail.outbox.clear()
    mail_alerts({}, actor=CLOCK, progress=lambda *_: None)
    assert mail.outbox == []
    delivery = NoticeDelivery.objects.get()
    assert alert.link == f"/account/notices/{delivery.pk}/"
    confirm_notice(delivery.pk, actor=acting_as(person))
    assert states() == ["read"]
    assert NoticeDelivery.objects.get().read_at
    assert count_open_alerts(acting_as(person)) == 0
    assert send() == []


def test_everybody_of_an_organisation_and_addresses_outside_are_told_each_once(case: Case) -> None:
    bureau = make_organisation("bureau", name="市工信局")
    somebody("li", "li@city.example", organisation=bureau)
    somebody("wu", "", organisation=bureau)
    closed = somebody("zhao", "zhao@city.example", organisation=bureau)
    Person.objects.filter(pk=closed.pk).update(is_active=False)
    tell_affected(
        case.number, "市工信局\nli、outside@example.org;outside@example.org", PARTS, actor=SECURITY
    )
    to_li, outside = send()
    assert (to_li.to, outside.to) == (["li@city.example"], ["outside@example.org"])
    # Nobody knows the language of somebody outside: both.
    assert "You are told" in outside.body
    assert "请您知悉" in outside.body
    assert "You are told" not in to_li.body
    # Who has no address is shown it in the platform only, and it says so.
    assert states() == ["sent", "shown", "sent"]


def test_a_line_that_means_nobody_refuses_all(case: Case) -> None:
    somebody("li", "li@city.example")
    make_organisation("empty", name="空单位")
    for wrong in ("li\nnobody-of-that-name", "li\n空单位", "li\nno@address", " \n "):
        with pytest.raises(Invalid) as refused:
            tell_affected(case.number, wrong, PARTS, actor=SECURITY)
        assert "recipients" in refused.value.fields
    assert not Notice.objects.exists()


@pytest.mark.parametrize("part", PARTS)
def test_each_part_that_the_law_names_is_asked_for(case: Case, part: str) -> None:
    somebody("li")
    with pytest.raises(Invalid) as refused:
        tell_affected(case.number, "li", {**PARTS, part: " "}, actor=SECURITY)
    assert list(refused.value.fields) == [part]


def test_only_handlers_tell_and_only_the_person_reads(case: Case) -> None:
    person, other = somebody("li"), somebody("wu")
    with pytest.raises(Forbidden):
        tell_affected(case.number, "li", PARTS, actor=an_actor(Role.ADMINISTRATOR))
    tell_affected(case.number, "li", PARTS, actor=SECURITY)
    delivery = NoticeDelivery.objects.get()
    for stranger in (acting_as(other), an_actor(Role.SECURITY), SECURITY):
        with pytest.raises(NotFound):
            confirm_notice(delivery.pk, actor=stranger)
    assert confirm_notice(delivery.pk, actor=acting_as(person)).state == "read"


def test_a_mail_that_fails_is_tried_again_and_then_left_failed(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = somebody("li", "li@city.example")
    tell_affected(case.number, "li", PARTS, actor=SECURITY)
    with monkeypatch.context() as then:

        def down(*_: Any) -> None:
            raise ConnectionRefusedError(111, "refused for li@city.example"[:7])

        then.setattr(mail.EmailMessage, "send", down)
        send()
        assert states() == ["waiting"]
        # Shown in the platform all the same, once; and not tried again before its time.
        assert len(alerts_list(actor=acting_as(person))) == 1
        send()
        assert NoticeDelivery.objects.get().attempts == 1
        later(6)
        send()
        assert NoticeDelivery.objects.get().attempts == 2
        for _ in range(ATTEMPTS):
            later(600)
            send()
    delivery = NoticeDelivery.objects.get()
    assert (delivery.state, delivery.attempts, delivery.error) == ("failed", ATTEMPTS, "refused")
    assert len(alerts_list(actor=acting_as(person))) == 1
    # Who reads it in the platform was told after all.
    assert confirm_notice(delivery.pk, actor=acting_as(person)).state == "read"


def test_without_a_mail_server_people_are_told_in_the_platform_and_addresses_wait(
    case: Case, settings: Any
) -> None:
    settings.EMAIL_CONFIGURED = False
    somebody("li", "li@city.example")
    tell_affected(case.number, "li\noutside@example.org", PARTS, actor=SECURITY)
    assert send() == []
    assert states() == ["shown", "waiting"]


def test_neither_the_notice_nor_an_address_stands_in_the_database_in_clear(case: Case) -> None:
    tell_affected(case.number, "outside@example.org", PARTS, actor=SECURITY)
    with connection.cursor() as cursor:
        cursor.execute("SELECT what, harm, measures, advice FROM identity_notice")
        stored = [*cursor.fetchone()]
        cursor.execute("SELECT address FROM identity_noticedelivery")
        stored += [*cursor.fetchone()]
    assert all(text.startswith("sealed:") for text in stored)


def test_addresses_outside_are_forgotten_with_the_case(case: Case) -> None:
    tell_affected(case.number, "outside@example.org", PARTS, actor=SECURITY)
    move_case(case.number, "answered", "已处置完毕", actor=SECURITY)
    forget_contacts(actor=CLOCK)
    assert NoticeDelivery.objects.get().address
    Case.objects.update(closed_at=timezone.now() - timedelta(days=4 * 365))
    forget_contacts(actor=CLOCK)
    assert NoticeDelivery.objects.get().address == ""


def test_a_person_finds_the_notice_among_what_is_stored_about_them(case: Case) -> None:
    person = somebody("li")
    tell_affected(case.number, "li", PARTS, actor=SECURITY)
    assert own_data(actor=acting_as(person))["notices"][0]["state"] == "waiting"


def test_the_pages_tell_show_and_confirm(case: Case) -> None:
    handler = signed_in(Role.SECURITY)
    address = f"/report/{case.number}/notices/"
    assert address in handler.get(f"/report/{case.number}/").content.decode()
    refused = handler.post(address, {**PARTS, "recipients": "no-such"})
    assert "no-such" in refused.content.decode()
    reader = signed_in(Role.LEADER)
    person = Person.objects.latest("pk")
    lines = f"{person.username}\noutside@example.org"
    assert handler.post(address, {**PARTS, "recipients": lines}).status_code == 302
    send()
    page = handler.get(address).content.decode()
    assert str(person) in page
    assert "o***@example.org" in page
    assert "outside@example.org" not in page
    delivery = NoticeDelivery.objects.exclude(person=None).get()
    own = f"/account/notices/{delivery.pk}/"
    assert PARTS["harm"] in reader.get(own).content.decode()
    assert states()[0] == "shown"
    reader.post(own)
    assert states()[0] == "read"
    assert handler.get(own).status_code == 404
    assert signed_in(Role.ADMINISTRATOR).get(address).status_code == 403


def test_an_address_that_cannot_be_written_keeps_nobody_else_from_being_told(case: Case) -> None:
    somebody("broken", "li@city.example\nBcc: all@city.example")
    somebody("whole", "wang@city.example")
    tell_affected(case.number, "broken\nwhole", PARTS, actor=SECURITY)
    assert [message.to for message in send()] == [["wang@city.example"]]
    assert states() == ["waiting", "sent"]

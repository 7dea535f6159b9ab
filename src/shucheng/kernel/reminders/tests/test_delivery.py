"""Reminders arrive at real servers; what does not is tried again, and every attempt is kept."""

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone
from tests.records import make_organisation, make_person
from tests.smtp import smtp_server

from shucheng.kernel.actor import Role, system_actor
from shucheng.kernel.alerts.models import Alert
from shucheng.kernel.identity.models import Person
from shucheng.kernel.public import send_reminder
from shucheng.kernel.reminders.actions.delivering import ATTEMPTS, claim
from shucheng.kernel.reminders.engine.robots import MESSAGES_A_MINUTE, Message, Request
from shucheng.kernel.reminders.jobs import deliver
from shucheng.kernel.reminders.models import Delivery, Preference, Reminder, Robot, Sending
from shucheng.kernel.reminders.posting import NotPosted, objection, post, said
from shucheng.kernel.reminders.tests.conftest import Receiver

pytestmark = pytest.mark.django_db
CLOCK = system_actor("job")
WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1"


def remind(once_key: str = "k", **facts: Any) -> Reminder:
    facts = {"subject": "三季度未报", "text": "请填报。", "actor": CLOCK, **facts}
    return send_reminder("test.kind", once_key=once_key, **facts)


def turn(**outcome: int) -> dict[str, int]:
    counts = deliver({}, actor=CLOCK, progress=lambda *_: None)
    assert outcome.items() <= counts.items()
    return counts


def later() -> None:
    """The next attempt is due."""
    Sending.objects.update(next_at=timezone.now())


def a_robot(receiver: Receiver, vendor: str = "wecom", **facts: Any) -> Robot:
    return Robot.objects.create(
        name="g", vendor=vendor, address=f"{receiver.address}/h?k=1", **facts
    )


@pytest.fixture
def mailbox(settings: Any) -> Iterator[list[EmailMessage]]:
    with smtp_server(settings) as messages:
        yield messages


def with_mail(person: Person, address: str = "li@city.example") -> Person:
    Person.objects.filter(pk=person.pk).update(email=address)
    return person


def test_a_mail_arrives_at_a_real_server_in_the_language_chosen(
    mailbox: list[EmailMessage],
) -> None:
    person = with_mail(make_person())
    Preference.objects.create(person=person, language="en")
    remind(to_person=person.pk, subject=lambda: "报表", link="/reminders/")
    turn(sent=1)
    [message] = mailbox
    assert message["to"] == "li@city.example"
    assert message["subject"].strip() == "[Shucheng] 报表"
    assert "/reminders/" in message.get_content()
    turn(sent=0)
    assert len(mailbox) == 1


@pytest.mark.parametrize("vendor", ["wecom", "dingtalk", "feishu"])
def test_each_messenger_gets_its_own_format(receiver: Receiver, vendor: str) -> None:
    receiver.answer({"errcode": 0, "code": 0})
    bureau = make_organisation()
    a_robot(receiver, vendor, organisation=bureau, secret="s3cret")
    remind(to_organisation=bureau.pk, link="/reminders/")
    turn(sent=1)
    [body] = receiver.bodies
    assert body.get("msgtype", body.get("msg_type")) in {"markdown", "post"}
    assert "三季度未报" in receiver.raw[0].decode()
    assert "/reminders/" in receiver.raw[0].decode()
    assert ("sign=" in receiver.paths[0]) == (vendor == "dingtalk")
    assert ("sign" in body) == (vendor == "feishu")
    delivery = Delivery.objects.get()
    assert (delivery.attempt, delivery.outcome, delivery.reason) == (1, "sent", "")
    turn(sent=0)
    assert len(receiver.bodies) == 1


def test_what_is_refused_is_tried_again_later_and_every_attempt_is_kept(receiver: Receiver) -> None:
    receiver.answer({"errcode": 45009, "errmsg": "api freq out of limit"})
    receiver.answer(b"", 500)
    receiver.answer({"errcode": 0})
    a_robot(receiver)
    reminder = remind(roles=(Role.PLAN_OFFICE,))
    turn(failed=1)
    # Not at once: a minute later.
    turn(failed=0)
    later()
    turn(failed=1)
    later()
    turn(sent=1)
    kept = list(Delivery.objects.values_list("attempt", "outcome", "reason"))
    assert kept == [
        (1, "failed", "errcode 45009: api freq out of limit"),
        (2, "failed", "HTTP 500"),
        (3, "sent", ""),
    ]
    sending = reminder.sendings.get()
    assert (sending.state, sending.reason) == ("sent", "")


def test_each_wait_is_longer_than_the_one_before(receiver: Receiver) -> None:
    receiver.answer(b"", 500)
    a_robot(receiver)
    remind(roles=())
    waits = []
    for _ in range(3):
        turn(failed=1)
        waits.append(Sending.objects.get().next_at - timezone.now())
        later()
    assert waits == sorted(waits)
    assert waits[-1] > timedelta(minutes=10)


def test_in_the_end_it_is_given_up_and_the_administrators_hear_of_it(receiver: Receiver) -> None:
    receiver.answer(b"", 500)
    a_robot(receiver)
    remind(roles=())
    for _ in range(ATTEMPTS):
        turn(failed=1)
        later()
    turn(failed=0)
    sending = Sending.objects.get()
    assert (sending.state, sending.attempts) == ("failed", ATTEMPTS)
    alert = Alert.objects.get()
    assert (alert.code, alert.role) == ("reminders.given_up", "administrator")
    assert "HTTP 500" in alert.title


def test_a_robot_is_asked_no_more_often_than_its_vendor_takes(receiver: Receiver) -> None:
    a_robot(receiver)
    for number in range(MESSAGES_A_MINUTE + 3):
        remind(str(number), roles=())
    turn(sent=MESSAGES_A_MINUTE, failed=0)
    turn(sent=0)
    waiting = Sending.objects.filter(state="waiting")
    assert waiting.count() == 3
    # What waited for its minute was not an attempt.
    assert set(waiting.values_list("attempts", flat=True)) == {0}


def test_a_robot_with_much_to_say_keeps_no_mail_waiting(
    receiver: Receiver, mailbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shucheng.kernel.reminders.queries._AT_ONCE", 5)
    a_robot(receiver)
    for number in range(MESSAGES_A_MINUTE + 10):
        remind(str(number), roles=())
    turn(sent=MESSAGES_A_MINUTE)
    person = with_mail(make_person())
    remind("mail", to_person=person.pk)
    turn(sent=1)
    assert len(mailbox) == 1


def test_a_defect_in_one_attempt_keeps_no_other_waiting(
    receiver: Receiver, mailbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    a_robot(receiver)
    remind("first", roles=())
    remind("mail", to_person=with_mail(make_person()).pk)
    monkeypatch.setattr("shucheng.kernel.reminders.jobs.said", lambda *_: {}["a defect"])
    turn(sent=1, failed=1)
    assert len(mailbox) == 1
    robots = Sending.objects.exclude(robot=None)
    assert list(robots.values_list("state", "attempts")) == [("waiting", 1)]


def test_two_workers_do_not_make_the_same_attempt() -> None:
    person = make_person()
    remind(to_person=person.pk)
    sending = Sending.objects.get(channel="mail")
    other = Sending.objects.get(channel="mail")
    assert claim(sending)
    assert not claim(other)
    assert other.attempts == 0


def test_what_a_killed_worker_had_begun_is_tried_again(receiver: Receiver) -> None:
    a_robot(receiver)
    remind(roles=())
    claim(Sending.objects.get())
    turn(sent=0)
    later()
    turn(sent=1)
    assert Delivery.objects.get().attempt == 2


@pytest.mark.parametrize(
    ("why", "reason"),
    [
        ("no server", "No mail server is configured (SHUCHENG_EMAIL_URL)."),
        ("no address", "The account has no mail address."),
        ("closed", "The account is closed."),
    ],
)
def test_that_there_is_no_channel_is_said(why: str, reason: str, settings: Any) -> None:
    settings.EMAIL_CONFIGURED = why != "no server"
    person = with_mail(make_person(), "" if why == "no address" else "li@city.example")
    remind(to_person=person.pk)
    if why == "closed":
        Person.objects.update(is_active=False)
    turn(no_way=1, failed=0)
    sending = Sending.objects.get(channel="mail")
    assert (sending.state, sending.reason) == ("no_way", reason)
    assert not mail.outbox
    turn(no_way=0)


def test_a_robot_that_was_switched_off_says_nothing_more(receiver: Receiver) -> None:
    robot = a_robot(receiver)
    remind(roles=())
    Robot.objects.filter(pk=robot.pk).update(active=False)
    turn(no_way=1)
    assert not receiver.bodies


def test_a_silent_server_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr("shucheng.kernel.reminders.posting._SECONDS", 0.2)
    settings.ROBOT_HOSTS = ["127.0.0.1"]
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/"
        with pytest.raises(NotPosted, match="in time"):
            post(Request(address, b"{}"))


def test_a_connection_that_is_refused_is_a_reason_not_a_crash(settings: Any) -> None:
    settings.ROBOT_HOSTS = ["127.0.0.1"]
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    robot = Robot(name="g", vendor="wecom", address=f"http://127.0.0.1:{port}/")
    assert said(robot, Message("a", "b")) == "The host refused the connection."


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.answer(b"", 302, Location=f"{receiver.address}/elsewhere")
    assert said(a_robot(receiver), Message("a", "b")) == "HTTP 302"
    assert receiver.paths == ["/h?k=1"]


@pytest.mark.parametrize(
    "address",
    [
        "http://qyapi.weixin.qq.com/",
        "https://qyapi.weixin.qq.com.evil.example/",
        "https://evil.example/?qyapi.weixin.qq.com",
        "https://qyapi.weixin.qq.com@evil.example/",
        "https://user:pw@qyapi.weixin.qq.com/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://127.0.0.1/",
        "https://localhost/",
        "ftp://qyapi.weixin.qq.com/",
        "file:///etc/passwd",
        "https://qyapi.weixin.qq.com:port/",
        "https://[/",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=１",
        "",
    ],
)
def test_only_hosts_that_the_setting_names_are_posted_to(address: str) -> None:
    assert objection(address)
    with pytest.raises(NotPosted):
        post(Request(address, b"{}"))


def test_the_vendors_hosts_are_allowed() -> None:
    assert not objection(WECOM)
    assert not objection("https://oapi.dingtalk.com/robot/send?access_token=1")
    assert not objection("https://open.feishu.cn/open-apis/bot/v2/hook/1")


def test_an_allowed_name_that_leads_into_the_own_network_is_sent_nothing(settings: Any) -> None:
    settings.ROBOT_HOSTS = ["localhost"]
    got: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            peer, _ = server.accept()
            with peer:
                got.append(peer.recv(100))

        thread = threading.Thread(target=listen)
        thread.start()
        port = server.getsockname()[1]
        with pytest.raises(NotPosted, match="private"):
            post(Request(f"https://localhost:{port}/", b"{}"))
        thread.join()
    assert got == [b""]


def test_addresses_and_secrets_are_sealed_in_the_database(receiver: Receiver) -> None:
    robot = a_robot(receiver, secret="s3cret")
    with connection.cursor() as cursor:
        cursor.execute("SELECT address, secret FROM reminders_robot")
        [row] = cursor.fetchall()
    assert "127.0.0.1" not in row[0]
    assert "s3cret" not in row[1]
    robot.refresh_from_db()
    assert robot.secret == "s3cret"

"""What should be heard of is mailed to those it is addressed to, once, also by a real server."""

import socketserver
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from tests.records import an_actor, make_organisation, make_person

from shucheng.kernel.actor import Role, system_actor
from shucheng.kernel.alerts.actions import raise_alert, resolve_alert, see_alert
from shucheng.kernel.alerts.jobs import mail_alerts
from shucheng.kernel.alerts.models import Alert
from shucheng.kernel.alerts.rules import watch_audit
from shucheng.kernel.audit.entries import record
from shucheng.kernel.audit.models import AuditEntry
from shucheng.kernel.identity.models import Membership, Person

pytestmark = pytest.mark.django_db

CLOCK = system_actor("job")
SECURITY = an_actor(Role.SECURITY)


@pytest.fixture(autouse=True)
def configured(settings: Any) -> None:
    settings.EMAIL_CONFIGURED = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def mailed(**outcome: int) -> list[str]:
    """Who was mailed by one turn of the clock."""
    mail.outbox.clear()
    found = mail_alerts({}, actor=CLOCK, progress=lambda *_: None)
    assert outcome.items() <= found.items()
    return [address for message in mail.outbox for address in message.to]


def somebody(email: str, *roles: Role, **facts: Any) -> Person:
    person = make_person(*roles)
    Person.objects.filter(pk=person.pk).update(email=email, **facts)
    person.refresh_from_db()
    return person


def fail_sign_in(times: int) -> None:
    for _ in range(times):
        record(
            "identity.sign_in.failed",
            ("sign_in", "wangli", "wangli"),
            actor=an_actor(address="10.0.0.9"),
            success=False,
            error_code="sign_in.failed",
        )


def sign_in(person: Person, address: str, *roles: Role) -> None:
    actor = replace(an_actor(*roles, address=address), person_id=person.pk, name=str(person))
    record("identity.sign_in.succeeded", person, actor=actor)


def codes() -> list[str]:
    watch_audit(actor=CLOCK)
    return sorted(Alert.objects.values_list("code", flat=True))


def test_a_locked_account_is_mailed_to_the_security_administrators_in_their_language() -> None:
    somebody("an@city.example", Role.SECURITY)
    somebody("en@city.example", Role.SECURITY, language="en")
    somebody("office@city.example", Role.PLAN_OFFICE)
    somebody("", Role.SECURITY)
    fail_sign_in(5)
    watch_audit(actor=CLOCK)
    assert mailed(told=2) == ["an@city.example", "en@city.example"]
    chinese, english = mail.outbox
    assert english.subject == (
        "[Shucheng · Warning] 5 failed sign-ins as “wangli” within 10 minutes."
    )
    assert "Ask the person." in english.body
    assert "/alerts/" in english.body
    assert "登录失败" in chinese.subject
    entry = AuditEntry.objects.filter(code="alerts.alert.mailed").get()
    assert '"people":2' in entry.facts
    # Once is enough, also while it goes on; again when somebody had taken note of it.
    assert mailed() == []
    fail_sign_in(1)
    watch_audit(actor=CLOCK)
    assert mailed() == []
    see_alert(Alert.objects.get().pk, actor=SECURITY)
    fail_sign_in(1)
    watch_audit(actor=CLOCK)
    assert len(mailed()) == 2


@pytest.mark.parametrize("reason", ["ended role", "closed", "expired", "notice", "resolved", "old"])
def test_nobody_else_and_nothing_else_is_mailed(reason: str) -> None:
    person = somebody("an@city.example", Role.SECURITY)
    severity = "notice" if reason == "notice" else "warning"
    alert = raise_alert("x", actor=CLOCK, key="x", role=Role.SECURITY, severity=severity)
    now = timezone.now()
    if reason == "ended role":
        Membership.objects.update(valid_to=now)
    elif reason == "closed":
        Person.objects.filter(pk=person.pk).update(is_active=False)
    elif reason == "expired":
        Person.objects.filter(pk=person.pk).update(expires_at=now - timedelta(days=1))
    elif reason == "resolved":
        resolve_alert(alert.pk, "done", actor=SECURITY)
    elif reason == "old":
        Alert.objects.update(last_at=now - timedelta(days=2))
    assert mailed(told=0) == []


def test_an_alert_to_an_organisation_stays_on_the_page() -> None:
    organisation = make_organisation()
    person = make_person(Role.LIAISON, organisation=organisation)
    Person.objects.filter(pk=person.pk).update(email="li@city.example")
    raise_alert("x", actor=CLOCK, key="x", organisation_id=organisation.pk)
    assert mailed() == []


def test_what_the_server_does_not_take_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    somebody("an@city.example", Role.SECURITY)
    raise_alert("x", actor=CLOCK, key="x", role=Role.SECURITY)

    def refuse(*_: Any, **__: Any) -> None:
        raise SMTPRecipientsRefused({"an@city.example": (450, b"later")})

    with monkeypatch.context() as then:
        then.setattr(mail.EmailMessage, "send", refuse)
        assert mailed(told=0, failed=1) == []
        then.setattr(mail.EmailMessage, "send", lambda *_: (_ for _ in ()).throw(OSError("down")))
        assert mailed(told=0, failed=1) == []
    assert mailed(told=1, failed=0) == ["an@city.example"]


def test_without_a_mail_server_nothing_is_noted_as_mailed(settings: Any) -> None:
    settings.EMAIL_CONFIGURED = False
    somebody("an@city.example", Role.SECURITY)
    raise_alert("x", actor=CLOCK, key="x", role=Role.SECURITY)
    assert mailed() == []
    assert Alert.objects.get().mailed_at is None


def test_a_sign_in_from_a_network_not_seen_before_is_told_to_the_person() -> None:
    person = somebody("li@city.example", Role.LIAISON)
    sign_in(person, "10.1.1.7", Role.LIAISON)
    sign_in(person, "10.1.1.200", Role.LIAISON)
    assert codes() == []
    sign_in(person, "203.0.113.5", Role.LIAISON)
    assert codes() == ["security.own_sign_in_new_network"]
    assert mailed(told=1) == ["li@city.example"]
    # From then on it is known; so is what is nobody's address.
    sign_in(person, "203.0.113.9", Role.LIAISON)
    sign_in(person, "", Role.LIAISON)
    assert len(codes()) == 1


def test_of_management_the_security_administrators_hear_as_well() -> None:
    person = somebody("admin@city.example", Role.ADMINISTRATOR)
    somebody("an@city.example", Role.SECURITY)
    sign_in(person, "2001:db8:1:2::1", Role.ADMINISTRATOR)
    sign_in(person, "2001:db8:1:9::1", Role.ADMINISTRATOR)
    assert codes() == []
    sign_in(person, "2001:db8:2::1", Role.ADMINISTRATOR)
    assert codes() == ["security.own_sign_in_new_network", "security.sign_in_new_network"]
    assert sorted(mailed(told=2)) == ["admin@city.example", "an@city.example"]


class Received(socketserver.StreamRequestHandler):
    """As much of SMTP as a mail needs (RFC 5321)."""

    messages: list[EmailMessage] = []

    def handle(self) -> None:
        def answer(text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

        answer("220 test")
        while line := self.rfile.readline():
            word = line.split()[0].upper()
            if word == b"DATA":
                answer("354 go on")
                content = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    content += part
                message = message_from_bytes(content, policy=policy.default)
                assert isinstance(message, EmailMessage)
                self.messages.append(message)
                answer("250 taken")
            elif word == b"QUIT":
                answer("221 bye")
                return
            else:
                answer("250 ok")


@pytest.fixture
def server(settings: Any) -> Iterator[list[EmailMessage]]:
    Received.messages = []
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Received) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.DEFAULT_FROM_EMAIL = "shucheng@city.example"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield Received.messages
        server.shutdown()
        thread.join()


def test_it_arrives_at_a_real_server(server: list[EmailMessage]) -> None:
    somebody("an@city.example", Role.SECURITY, language="en")
    fail_sign_in(5)
    watch_audit(actor=CLOCK)
    assert mail_alerts({}, actor=CLOCK, progress=lambda *_: None) == {"told": 1, "failed": 0}
    [message] = server
    assert (message["to"], message["from"]) == ("an@city.example", "shucheng@city.example")
    assert message["subject"].strip().startswith("[Shucheng · Warning] 5 failed sign-ins")
    assert "Ask the person." in message.get_content()

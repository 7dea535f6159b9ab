"""Telling those harmed by an incident.

网络数据安全管理条例 第十一条; 个人信息保护法 第五十七条.
"""

import re
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.action import action
from shucheng.kernel.actor import Actor
from shucheng.kernel.alerts.actions import raise_alert, resolve_alert
from shucheng.kernel.alerts.models import Alert
from shucheng.kernel.audit.entries import record
from shucheng.kernel.errors import Invalid
from shucheng.kernel.identity.fields import normal_username
from shucheng.kernel.identity.models import Notice, NoticeDelivery, Person
from shucheng.kernel.identity.queries import (
    find_case,
    own_notice,
    people_of,
    resolve_organisation,
)

ATTEMPTS = 5
PARTS = ("what", "harm", "measures", "advice")
State = NoticeDelivery.State


@action
def tell_affected(
    number: str, recipients: str, parts: Mapping[str, str], *, actor: Actor
) -> Notice:
    """Tell people, everybody of an organisation, or mail addresses; one line of text for each.

    A line that means nobody refuses the whole: nobody is left out unnoticed. What is stored is
    sent by the clock (`send_notices`).
    """
    actor.require("identity.handle_cases")
    case = find_case(number)
    missing = {name: str(_("Write a sentence or more.")) for name in PARTS if _short(parts, name)}
    if missing:
        raise Invalid(
            "identity.notice.incomplete",
            _("Those affected are told of the event, the harm, the measures and what they can do."),
            _("Fill in what is missing and send it again."),
            fields=missing,
        )
    people, addresses = _recipients(recipients)
    text = {name: parts[name].strip() for name in PARTS}
    notice = Notice.objects.create(case=case, by=actor.name, **text)
    for person in people:
        NoticeDelivery.objects.create(notice=notice, person=person)
    for address in addresses:
        NoticeDelivery.objects.create(notice=notice, address=address)
    record(
        "identity.notice.made",
        ("case", str(case.pk), case.kind),
        actor=actor,
        notice=notice.pk,
        people=[person.pk for person in people],
        addresses=len(addresses),
    )
    return notice


@action
def note_delivery(
    delivery_id: int, state: str, *, actor: Actor, error: str = "", link: str = ""
) -> NoticeDelivery:
    """What became of one attempt; somebody with an account also finds the notice among alerts."""
    actor.require("alerts.raise")
    delivery = NoticeDelivery.objects.select_for_update(of=("self",)).get(pk=delivery_id)
    if delivery.person_id is not None and delivery.attempts == 0:
        raise_alert(
            "identity.notice",
            actor=actor,
            key=_key(delivery),
            # Not mailed as an alert: the notice itself is.
            severity=Alert.Severity.NOTICE,
            person_id=delivery.person_id,
            link=link,
        )
    delivery.attempts += 1
    delivery.error = error[:200]
    delivery.tried_at = timezone.now()
    if state == State.FAILED and delivery.attempts < ATTEMPTS:
        state = State.WAITING
    if delivery.read_at is None:
        delivery.state = state
    delivery.save()
    record(
        "identity.notice.delivery",
        ("notice", str(delivery.notice_id), ""),
        actor=actor,
        delivery=delivery.pk,
        state=state,
        error=delivery.error,
        attempt=delivery.attempts,
    )
    return delivery


@action
def confirm_notice(delivery_id: int, *, actor: Actor) -> NoticeDelivery:
    """The person says that they read it; the alert that led there is done."""
    delivery = own_notice(delivery_id, actor=actor)
    if delivery.read_at is None:
        delivery.read_at = timezone.now()
        delivery.state = State.READ
        delivery.save(update_fields=["read_at", "state"])
    alert = Alert.objects.filter(key=_key(delivery), resolved_at=None).first()
    if alert is not None and actor.may("alerts.view"):
        resolve_alert(alert.pk, _now("Read."), actor=actor)
    subject = ("notice", str(delivery.notice_id), "")
    record("identity.notice.read", subject, actor=actor, delivery=delivery.pk)
    return delivery


def _recipients(text: str) -> tuple[list[Person], list[str]]:
    people: dict[int, Person] = {}
    addresses: dict[str, None] = {}
    for line in filter(None, (part.strip() for part in re.split(r"[\n,，;；、]", text))):
        if "@" in line:
            try:
                validate_email(line)
            except ValidationError:
                raise _nobody(line) from None
            addresses[line] = None
            continue
        person = Person.objects.filter(username=normal_username(line), is_active=True).first()
        organisation = None if person else resolve_organisation(line)
        meant = [person] if person else people_of(organisation.pk) if organisation else []
        if not meant:
            raise _nobody(line)
        people |= {each.pk: each for each in meant}
    if not people and not addresses:
        raise _nobody("")
    return list(people.values()), list(addresses)


def _nobody(line: str) -> Invalid:
    message = _("“%(line)s” means nobody who can be told.") if line else _("Say who is to be told.")
    return Invalid(
        "identity.notice.nobody",
        message,
        _("Write user names, organisations or mail addresses, one a line; nobody was told yet."),
        fields={"recipients": str(message) % {"line": line} if line else str(message)},
        line=line,
    )


def _short(parts: Mapping[str, str], name: str) -> bool:
    return len(parts.get(name, "").strip()) < 5


def _key(delivery: NoticeDelivery) -> str:
    return f"notice:{delivery.pk}"

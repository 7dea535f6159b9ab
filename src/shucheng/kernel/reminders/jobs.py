"""The clock of reminders: once a minute send what is due, between transactions."""

import logging
import time
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from shucheng.kernel.actor import Actor
from shucheng.kernel.identity.models import Person
from shucheng.kernel.mail import MailNotSent, address_of, in_language, send, signature
from shucheng.kernel.reminders.actions.delivering import claim, note_attempt, note_no_way
from shucheng.kernel.reminders.engine.robots import Message
from shucheng.kernel.reminders.models import Reminder, Robot, Sending
from shucheng.kernel.reminders.posting import said
from shucheng.kernel.reminders.queries import due_sendings, language_of

logger = logging.getLogger(__name__)
# A silent server must not keep other jobs waiting: the rest is sent by the next turn.
_SECONDS_A_TURN = 30


def deliver(payload: Any, *, actor: Actor, progress: Any) -> dict[str, int]:
    """Send what is due; how many were taken, failed (and are tried again) and have no channel.

    A slow server holds up nobody who writes. What a robot cannot take this minute waits for the
    next: its vendor would silence it. An attempt that ends in a defect is a failed one, and the
    others are made.
    """
    counts = {"sent": 0, "failed": 0, "no_way": 0}
    until = time.monotonic() + _SECONDS_A_TURN
    for sending in due_sendings():
        if time.monotonic() > until:
            break
        if reason := _no_way(sending):
            note_no_way(sending, reason, actor=actor)
            counts["no_way"] += 1
            continue
        if claim(sending):
            try:
                failure = _tried(sending)
            except Exception as error:
                logger.exception("a reminder could not be sent", extra={"sending": sending.pk})
                failure = type(error).__name__
            note_attempt(sending, failure, actor=actor)
            counts["failed" if failure else "sent"] += 1
    return counts


def _no_way(sending: Sending) -> str:
    """Why there is no channel at all, untranslated; empty where there is one."""
    if sending.robot is not None:
        return "" if sending.robot.active else gettext_noop("The robot was switched off.")
    person = sending.person
    if person is None or not person.may_sign_in():
        return gettext_noop("The account is closed.")
    if not settings.EMAIL_CONFIGURED:
        return gettext_noop("No mail server is configured (SHUCHENG_EMAIL_URL).")
    return "" if person.email else gettext_noop("The account has no mail address.")


def _tried(sending: Sending) -> str:
    """Make one attempt; why it failed, or nothing."""
    if sending.robot is not None:
        return _say(sending.reminder, sending.robot)
    return _mail(sending.reminder, sending.person) if sending.person else ""


def _mail(reminder: Reminder, person: Person) -> str:
    language = language_of(person) or settings.LANGUAGE_CODE
    subject, text = reminder.in_language(language)
    with in_language(language):
        page = f"\n\n{address_of(reminder.link)}" if reminder.link else ""
        body, head = f"{text}{page}{signature()}", f"[{_('Shucheng')}] {subject}"
    try:
        send(person.email, head, body)
    except MailNotSent as error:
        return str(error)
    return ""


def _say(reminder: Reminder, robot: Robot) -> str:
    subject, text = reminder.in_language(settings.LANGUAGE_CODE)
    with in_language(settings.LANGUAGE_CODE):
        words = _("Open in Shucheng")
    link = address_of(reminder.link) if reminder.link else ""
    return said(robot, Message(subject, text, link, words))

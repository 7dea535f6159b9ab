"""Writing a reminder, in the transaction of what it is about; the clock delivers it."""

from collections.abc import Callable, Collection

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.functional import Promise

from shucheng.kernel.action import action
from shucheng.kernel.actor import Actor, Role
from shucheng.kernel.audit.entries import record
from shucheng.kernel.reminders.models import Reminder, Sending
from shucheng.kernel.reminders.queries import people_for, robots_for, without_mail

# Said in each language: a lazy translation, or a function that says it in the language then
# active. Plain text is the same in all of them.
Words = str | Promise | Callable[[], str]
State, Channel = Sending.State, Sending.Channel
_LONGEST = 8000


@action
def send_reminder(
    kind: str,
    *,
    to_organisation: int | None = None,
    to_person: int | None = None,
    roles: Collection[Role] = (Role.LIAISON,),
    subject: Words,
    text: Words,
    link: str = "",
    once_key: str,
    actor: Actor,
) -> Reminder:
    """Remind a person, or those who hold one of `roles` in an organisation and its robots.

    Without an organisation and a person it goes to everybody who holds one of the roles, and to
    the robots of the city. `kind` is a code that never changes (`reporting.due_soon`); `link` an
    address on this platform. What was sent once under a `once_key` is not sent again: the first
    reminder is returned. It is there exactly when the surrounding transaction commits.
    """
    actor.require("reminders.send")
    reminder = Reminder(
        kind=kind,
        once_key=once_key[:200],
        organisation_id=to_organisation,
        person_id=to_person,
        roles="" if to_person else ",".join(sorted(role.value for role in roles)),
        link=link[:300],
        by=actor.name[:150],
    )
    known = Reminder.objects.filter(once_key=reminder.once_key).first()
    if known is None:
        reminder.texts = _in_each_language(subject, text)
        known = _saved(reminder)
    if known is not reminder:
        record("reminders.reminder.repeated", known, actor=actor)
        return known
    told = _send_out(reminder)
    record("reminders.reminder.sent", reminder, actor=actor, people=told[0], robots=told[1])
    return reminder


def _saved(reminder: Reminder) -> Reminder:
    """The reminder stored, or the one that another process stored meanwhile."""
    try:
        with transaction.atomic():
            reminder.save()
    except IntegrityError:
        known = Reminder.objects.filter(once_key=reminder.once_key).first()
        if known is None:
            raise
        return known
    return reminder


def _send_out(reminder: Reminder) -> tuple[int, int]:
    """A sending for each person and channel and for each robot; how many of both are told."""
    people, robots = people_for(reminder), robots_for(reminder)
    silent = without_mail(people)
    for person in people:
        shown = Sending(person=person, channel=Channel.PAGE, state=State.SENT)
        mailed = Sending(person=person, channel=Channel.MAIL)
        sendings = [shown] if person.pk in silent else [shown, mailed]
        for sending in sendings:
            sending.reminder = reminder
        Sending.objects.bulk_create(sendings)
    Sending.objects.bulk_create(
        [Sending(reminder=reminder, robot=robot, channel=Channel.ROBOT) for robot in robots]
    )
    return len(people), len(robots)


def _in_each_language(subject: Words, text: Words) -> dict[str, dict[str, str]]:
    said = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            said[language] = {"subject": _said(subject)[:200], "text": _said(text)[:_LONGEST]}
    return said


def _said(words: Words) -> str:
    return words() if callable(words) else str(words)

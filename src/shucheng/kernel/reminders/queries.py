"""Whom a reminder reaches, what is due to be sent, what a person has not read yet."""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.actor import Actor
from shucheng.kernel.errors import NotFound
from shucheng.kernel.identity.models import Membership, Person
from shucheng.kernel.reminders.engine.robots import MESSAGES_A_MINUTE
from shucheng.kernel.reminders.engine.rules import Rule
from shucheng.kernel.reminders.models import (
    Preference,
    Reminder,
    Robot,
    RuleVersion,
    Sending,
)

PAGE = 100
_AT_ONCE = 200
Channel, State = Sending.Channel, Sending.State


def people_for(reminder: Reminder) -> list[Person]:
    """Open accounts that a reminder is for now, each once."""
    now = timezone.now()
    people = Person.objects.filter(is_active=True, is_service=False)
    people = people.filter(Q(expires_at=None) | Q(expires_at__gt=now))
    if reminder.person_id is not None:
        return list(people.filter(pk=reminder.person_id))
    held = Membership.objects.filter(role__in=reminder.roles.split(","), valid_from__lte=now)
    held = held.filter(Q(valid_to=None) | Q(valid_to__gt=now))
    if reminder.organisation_id is not None:
        held = held.filter(organisation_id=reminder.organisation_id)
    return list(people.filter(pk__in=held.values("person")).order_by("pk"))


def robots_for(reminder: Reminder) -> list[Robot]:
    """Robots of the organisation; those of the city where none is named. None for one person."""
    if reminder.person_id is not None:
        return []
    return list(Robot.objects.filter(organisation=reminder.organisation_id, active=True))


def without_mail(people: Iterable[Person]) -> set[int]:
    """Who of these chose not to be mailed."""
    chosen = Preference.objects.filter(person__in=people, by_mail=False)
    return set(chosen.values_list("person_id", flat=True))


def language_of(person: Person) -> str:
    """The language chosen for reminders, else that of the account; empty: the platform's."""
    chosen = Preference.objects.filter(person=person).values_list("language", flat=True).first()
    return chosen or person.language


def already_sent(once_keys: Iterable[str]) -> set[str]:
    """Which of these keys have a reminder: for a clock that passes by again."""
    keys = [key[:200] for key in once_keys]
    found: set[str] = set()
    for start in range(0, len(keys), 500):
        part = Reminder.objects.filter(once_key__in=keys[start : start + 500])
        found |= set(part.values_list("once_key", flat=True))
    return found


def due_sendings() -> list[Sending]:
    """What the clock has to send now, the oldest first: mail, and of each robot what its vendor
    takes in a minute. What one robot has to say keeps nobody else waiting."""
    waiting = Sending.objects.filter(state=State.WAITING, next_at__lte=timezone.now())
    told = waiting.select_related("reminder", "person", "robot").order_by("next_at", "id")
    found = list(told.filter(robot=None)[:_AT_ONCE])
    since = timezone.now() - timedelta(minutes=1)
    robots = Robot.objects.filter(pk__in=waiting.values("robot")).annotate(
        said=Count("sendings__deliveries", Q(sendings__deliveries__at__gt=since))
    )
    for robot in robots:
        found += told.filter(robot=robot)[: max(0, MESSAGES_A_MINUTE - robot.said)]
    return sorted(found, key=lambda sending: (sending.next_at, sending.pk))


def own_reminders(*, actor: Actor, unread: bool = False) -> list[Sending]:
    """What this person was told, the newest first."""
    actor.require("reminders.view")
    found = _own(actor)
    if unread:
        found = found.filter(read_at=None)
    return list(found.select_related("reminder")[:PAGE])


def own_preference(*, actor: Actor) -> Preference:
    """What this person chose, or what holds for who has chosen nothing."""
    actor.require("reminders.view")
    chosen = Preference.objects.filter(person=actor.person_id or 0).first()
    return chosen or Preference(person_id=actor.person_id or 0)


def own_mail_address(*, actor: Actor) -> str:
    """Where this person's mail goes; empty: nowhere."""
    actor.require("reminders.view")
    found = Person.objects.filter(pk=actor.person_id or 0).values_list("email", flat=True)
    return found.first() or ""


def count_unread_reminders(actor: Actor) -> int:
    """The number on the bell."""
    return _own(actor).filter(read_at=None).count() if actor.person_id else 0


def _own(actor: Actor) -> QuerySet[Sending]:
    own = Sending.objects.filter(person=actor.person_id or 0, channel=Channel.PAGE)
    return own.order_by("-id")


def deliveries(*, actor: Actor, state: str = "") -> list[Reminder]:
    """All reminders with what became of each; `state` picks those with a sending so, or
    ("nobody") those that nobody received."""
    actor.require("reminders.view_deliveries")
    found = Reminder.objects.select_related("organisation", "person")
    if state == "nobody":
        found = found.filter(sendings=None)
    elif state in State.values:
        found = found.filter(pk__in=Sending.objects.filter(state=state).values("reminder"))
    sendings = Sending.objects.select_related("person", "robot")
    return list(found.prefetch_related(Prefetch("sendings", sendings))[:PAGE])


def reminder_with_deliveries(reminder_id: int, *, actor: Actor) -> Reminder:
    """One reminder, its sendings and every attempt."""
    actor.require("reminders.view_deliveries")
    sendings = Sending.objects.select_related("person", "robot").prefetch_related("deliveries")
    reminders = Reminder.objects.select_related("organisation", "person")
    found = reminders.prefetch_related(Prefetch("sendings", sendings)).filter(pk=reminder_id)
    if (reminder := found.first()) is None:
        raise NotFound(_("The reminder"))
    return reminder


def robots(*, actor: Actor) -> list[Robot]:
    """Every robot with how many messages it took and did not take."""
    actor.require("reminders.manage_robots")
    counted = Robot.objects.select_related("organisation").annotate(
        sent=Count("sendings", Q(sendings__state=State.SENT)),
        failed=Count("sendings", Q(sendings__state=State.FAILED)),
        waiting=Count("sendings", Q(sendings__state=State.WAITING)),
    )
    return list(counted)


def find_robot(robot_id: int, *, actor: Actor) -> Robot:
    actor.require("reminders.manage_robots")
    found = Robot.objects.select_related("organisation").filter(pk=robot_id).first()
    if found is None:
        raise NotFound(_("The robot"))
    return found


def rule_in_force(room: str) -> Rule:
    """When a room reminds; the usual rule where nobody set one."""
    newest = RuleVersion.objects.filter(room=room).first()
    return newest.rule if newest else Rule()


def rule_versions(room: str, *, actor: Actor) -> list[RuleVersion]:
    """Every version that was set, the newest first."""
    actor.require("reminders.view")
    return list(RuleVersion.objects.filter(room=room))


def newest_key(kind: str, organisation_id: int | None) -> str:
    """The key of the last reminder of a kind to an organisation; empty where there is none."""
    found = Reminder.objects.filter(kind=kind, organisation=organisation_id).order_by("-id")
    return found.values_list("once_key", flat=True).first() or ""

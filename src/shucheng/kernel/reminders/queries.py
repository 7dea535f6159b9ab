"""Whom a reminder reaches, what is due to be sent, what a person has not read yet."""

from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone

from shucheng.kernel.identity.models import Membership, Person
from shucheng.kernel.reminders.models import Preference, Reminder, Robot


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
    return list(Robot.objects.filter(organisation_id=reminder.organisation_id, active=True))


def without_mail(people: Iterable[Person]) -> set[int]:
    """Who of these chose not to be mailed."""
    chosen = Preference.objects.filter(person__in=people, by_mail=False)
    return set(chosen.values_list("person_id", flat=True))

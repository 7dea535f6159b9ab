"""The password policy: length, kinds of characters, history, age, and one-time passwords."""

import secrets
import string
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from shucheng.kernel.identity.models import PastPassword, Person

_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"
_CAPITALS = "ABCDEFGHJKMNPQRSTUVWXYZ"


class CharacterClasses:
    """At least so many of: small letters, capitals, digits, other characters."""

    def __init__(self, at_least: int = 3) -> None:
        self.at_least = at_least

    def validate(self, password: str, user: object = None) -> None:
        kinds = {
            "small": any(c.islower() for c in password),
            "capital": any(c.isupper() for c in password),
            "digit": any(c.isdigit() for c in password),
            "other": any(not c.isalnum() for c in password),
        }
        if sum(kinds.values()) < self.at_least:
            raise ValidationError(self.get_help_text(), code="password_too_plain")

    def get_help_text(self) -> str:
        return _(
            "Use at least %(count)d of these: small letters, capital letters, digits, other signs."
        ) % {"count": self.at_least}


class NotUsedBefore:
    """Refuses the present password and the last few."""

    def __init__(self, last: int = 5) -> None:
        self.last = last

    def validate(self, password: str, user: object = None) -> None:
        if not isinstance(user, Person) or user.pk is None:
            return
        stored = Person.objects.values_list("password", flat=True).filter(pk=user.pk)
        past = PastPassword.objects.filter(person=user).values_list("password", flat=True)
        if any(check_password(password, known) for known in [*stored, *past[: self.last]]):
            raise ValidationError(self.get_help_text(), code="password_used_before")

    def get_help_text(self) -> str:
        return _("Do not take one of your last %(count)d passwords again.") % {"count": self.last}


def one_time_password() -> str:
    """Easy to read aloud, 80 bits, and of every kind of character that the policy wants."""
    groups = ["".join(secrets.choice(_READABLE) for _ in range(4)) for _ in range(4)]
    return f"{secrets.choice(_CAPITALS)}{secrets.choice(string.digits)}-" + "-".join(groups)


def keep_password(person: Person, password: str) -> None:
    """Set a password, remember the one before, and date the change. The caller saves nothing."""
    if person.pk is not None and person.password:
        PastPassword.objects.create(person=person, password=person.password)
    person.set_password(password)
    person.password_changed_at = timezone.now()


def password_is_old(person: Person) -> bool:
    changed = person.password_changed_at or person.created_at
    return changed < timezone.now() - timedelta(days=settings.PASSWORD_MAX_AGE_DAYS)


def must_renew_password(person: Person) -> bool:
    return person.must_change_password or password_is_old(person)

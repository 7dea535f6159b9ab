"""Writes on accounts: create, change, expire, deactivate, passwords, sign-outs."""

from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.action import action
from shucheng.kernel.actor import Actor, Role
from shucheng.kernel.audit.entries import record
from shucheng.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from shucheng.kernel.identity.fields import normal_username
from shucheng.kernel.identity.guard import forget_failures
from shucheng.kernel.identity.models import Membership, Person
from shucheng.kernel.identity.passwords import keep_password, one_time_password

_NEXT = _("Correct it and try again; nothing was changed.")


@action
def create_person(
    username: str,
    display_name: str,
    *,
    actor: Actor,
    email: str = "",
    phone: str = "",
    language: str = "",
    expires_at: datetime | None = None,
    is_service: bool = False,
) -> tuple[Person, str]:
    """A new account and its one-time password, which is stored nowhere and shown once."""
    actor.require("identity.manage_people")
    username = normal_username(username)
    if not username or any(character.isspace() for character in username):
        raise _invalid("username", _("A user name without spaces is needed."))
    if not display_name.strip():
        raise _invalid("display_name", _("A name is needed."))
    if Person.objects.filter(username=username).exists():
        raise _invalid("username", _("This user name is taken."))
    person = Person(
        username=username,
        display_name=display_name.strip(),
        email=email.strip(),
        phone=phone.strip(),
        language=language,
        expires_at=expires_at,
        is_service=is_service,
        must_change_password=True,
    )
    password = one_time_password()
    keep_password(person, password)
    person.save()
    record("identity.person.created", person, actor=actor, after=_facts(person))
    return person, password


@action
def update_person(person_id: int, *, actor: Actor, **facts: str) -> Person:
    """Change name, e-mail, telephone or language: one's own, or anybody's with the right."""
    if actor.person_id != person_id:
        actor.require("identity.manage_people")
    person = locked_person(person_id)
    allowed = {"display_name", "email", "phone", "language"}
    if unknown := facts.keys() - allowed:
        raise _invalid(min(unknown), _("This cannot be changed here."))
    changed = [name for name, value in facts.items() if getattr(person, name) != value]
    if "display_name" in facts and not facts["display_name"].strip():
        raise _invalid("display_name", _("A name is needed."))
    if "language" in facts and facts["language"] not in {"", *dict(settings.LANGUAGES)}:
        raise _invalid("language", _("This language is not offered."))
    for name in changed:
        setattr(person, name, facts[name].strip())
    person.save()
    # Which fields, not their values: the log must not become a second address book.
    record("identity.person.changed", person, actor=actor, fields=sorted(changed))
    return person


@action
def set_expiry(person_id: int, expires_at: datetime | None, *, actor: Actor) -> Person:
    actor.require("identity.manage_people")
    person = locked_person(person_id)
    before = _facts(person)
    person.expires_at = expires_at
    person.save()
    if person.is_expired:
        keep_an_administrator()
    record("identity.person.expiry_set", person, actor=actor, before=before, after=_facts(person))
    return person


@action
def deactivate_person(person_id: int, *, actor: Actor) -> Person:
    """Close an account: it cannot sign in, its sessions and tokens end at once.

    E-mail and telephone are deleted: they served to reach a person on duty.
    """
    actor.require("identity.manage_people")
    person = locked_person(person_id)
    if person.pk == actor.person_id:
        raise _invalid("person", _("You cannot deactivate your own account."))
    person.is_active = False
    person.email = person.phone = ""
    person.session_generation += 1
    person.save()
    keep_an_administrator()
    person.api_tokens.filter(revoked_at__isnull=True).update(revoked_at=timezone.now())
    UserSession.objects.filter(user=person).delete()
    record("identity.person.deactivated", person, actor=actor, deleted=["email", "phone"])
    return person


@action
def reactivate_person(person_id: int, *, actor: Actor) -> Person:
    actor.require("identity.manage_people")
    person = locked_person(person_id)
    person.is_active = True
    person.save()
    record("identity.person.reactivated", person, actor=actor)
    return person


@action
def reset_password(person_id: int, *, actor: Actor) -> tuple[Person, str]:
    """A new one-time password, shown once; the account's sessions end and it is unlocked."""
    actor.require("identity.manage_people")
    person = locked_person(person_id)
    password = one_time_password()
    keep_password(person, password)
    person.must_change_password = True
    person.save()
    forget_failures(person.username)
    UserSession.objects.filter(user=person).delete()
    record("identity.person.password_reset", person, actor=actor)
    return person, password


@action
def force_password_change(person_id: int, *, actor: Actor) -> Person:
    actor.require("identity.manage_people")
    person = locked_person(person_id)
    person.must_change_password = True
    person.save()
    record("identity.person.password_change_forced", person, actor=actor)
    return person


@action
def change_own_password(password: str, *, actor: Actor) -> Person:
    """The person's own new password, checked against the policy."""
    if actor.person_id is None:
        raise Forbidden("identity.change_own_password")
    person = locked_person(actor.person_id)
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise _invalid("password", " ".join(error.messages)) from error
    keep_password(person, password)
    person.must_change_password = False
    person.save()
    record("identity.person.password_changed", person, actor=actor)
    return person


@action
def reset_second_factor(person_id: int, *, actor: Actor) -> Person:
    """Remove a lost second factor; the person sets up a new one at the next sign-in."""
    actor.require("identity.manage_people")
    if person_id == actor.person_id:
        raise _invalid("person", _("Ask another administrator to reset your second factor."))
    person = locked_person(person_id)
    Authenticator.objects.filter(user=person).delete()
    person.session_generation += 1
    person.save()
    record("identity.person.second_factor_reset", person, actor=actor)
    return person


@action
def unlock_sign_in(person_id: int, *, actor: Actor) -> Person:
    actor.require("identity.manage_people")
    person = locked_person(person_id)
    forget_failures(person.username)
    record("identity.person.unlocked", person, actor=actor)
    return person


@action
def sign_out_everywhere(person_id: int, *, actor: Actor) -> Person:
    """End every session of a person: one's own, or anybody's with the right."""
    if actor.person_id != person_id:
        actor.require("identity.manage_people")
    person = locked_person(person_id)
    person.session_generation += 1
    person.save()
    ended, _by_model = UserSession.objects.filter(user=person).delete()
    record("identity.person.signed_out_everywhere", person, actor=actor, sessions=ended)
    return person


@action
def unmask_contact(person_id: int, reason: str, *, actor: Actor) -> tuple[str, str]:
    """A person's e-mail and telephone in full; who looked, when and why is kept."""
    person = locked_person(person_id)
    if person.pk != actor.person_id:
        actor.require("identity.view_contact")
    if len(reason.strip()) < 4:
        raise _invalid("reason", _("Say in a few words why you need the contact."))
    record("identity.person.contact_seen", person, actor=actor, reason=reason.strip())
    return person.email, person.phone


@action
def set_up_administrator(username: str, display_name: str, *, actor: Actor) -> tuple[Person, str]:
    """The first account of an empty installation; refused once there is an administrator."""
    from shucheng.kernel.identity.actions.organisations import create_organisation
    from shucheng.kernel.identity.actions.roles import grant_role
    from shucheng.kernel.identity.models import Organisation

    if _administrators().exists():
        raise Conflict(_("The list of administrators"))
    person, password = create_person(username, display_name, actor=actor)
    home = Organisation.objects.order_by("order", "pk").first() or create_organisation(
        "platform", str(_("Platform operation")), Organisation.Kind.OTHER, actor=actor
    )
    grant_role(person.pk, home.pk, Role.ADMINISTRATOR, actor=actor)
    return person, password


def locked_person(person_id: int) -> Person:
    person = Person.objects.select_for_update().filter(pk=person_id).first()
    if person is None:
        raise NotFound(_("The person"))
    return person


def _administrators() -> Any:
    now = timezone.now()
    held = Membership.objects.filter(
        role=Role.ADMINISTRATOR, person__is_active=True, valid_from__lte=now
    )
    held = held.exclude(valid_to__lte=now)
    return held.exclude(person__expires_at__lte=now)


def keep_an_administrator() -> None:
    if not _administrators().exists():
        raise _invalid("person", _("The last administrator stays: appoint another one first."))


def _facts(person: Person) -> dict[str, Any]:
    return {
        "username": person.username,
        "display_name": person.display_name,
        "is_active": person.is_active,
        "is_service": person.is_service,
        "expires_at": person.expires_at,
    }


def _invalid(field: str, message: Any) -> Invalid:
    return Invalid("identity.person.invalid", message, _NEXT, fields={field: str(message)})

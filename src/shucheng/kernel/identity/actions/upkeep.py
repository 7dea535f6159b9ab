"""What the clock does for accounts: close what nobody uses, forget what is no longer needed."""

from django.contrib.sessions.models import Session
from django.utils import timezone

from shucheng.kernel.action import action
from shucheng.kernel.actor import Actor, Role
from shucheng.kernel.audit.entries import record
from shucheng.kernel.identity.actions.people import deactivate_person
from shucheng.kernel.identity.queries import unused_accounts

UNUSED_DAYS = 180


@action
def close_unused_accounts(*, actor: Actor) -> int:
    """Deactivate accounts that expired, and those that nobody used for half a year.

    Administrators are left to a person: a platform must not close its last door by itself.
    """
    actor.require("identity.manage_people")
    closed = []
    for person in unused_accounts(UNUSED_DAYS):
        if not person.memberships.filter(role=Role.ADMINISTRATOR, valid_to=None).exists():
            deactivate_person(person.pk, actor=actor)
            closed.append(person.username)
    record("identity.accounts.unused_closed", None, actor=actor, accounts=closed)
    return len(closed)


@action
def wipe_ended_sessions(*, actor: Actor) -> int:
    """Delete sessions that have ended, and secrets half set up with them."""
    actor.require("identity.manage_people")
    ended, _by_model = Session.objects.filter(expire_date__lt=timezone.now()).delete()
    record("identity.sessions.wiped", None, actor=actor, sessions=ended)
    return ended

"""From a request, a token or a person to the `Actor` that actions and queries understand."""

import hashlib
from dataclasses import replace
from datetime import timedelta

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils import timezone

from shucheng.kernel.actor import ANONYMOUS, Actor, Channel, Role
from shucheng.kernel.identity.models import ApiToken, Membership, Organisation, Person
from shucheng.kernel.identity.network import client_address, within
from shucheng.kernel.identity.passwords import must_renew_password
from shucheng.kernel.identity.permissions import EXCLUSIVE_ROLES, MANAGEMENT_ROLES

ACTING_SESSION_KEY = "acting_membership"

_BELOW = """
WITH RECURSIVE below(id) AS (
    SELECT id FROM identity_organisation WHERE id = %s
    UNION
    SELECT o.id FROM identity_organisation o JOIN below ON o.parent_id = below.id
)
SELECT id FROM below
"""


def actor_for(request: HttpRequest) -> Actor:
    """Who asks. Settled once a request; anonymous where nobody signed in."""
    known: Actor | None = getattr(request, "actor", None)
    if known is None:
        known = _from_session(request)
        request.actor = known  # type: ignore[attr-defined]
    return known


def actor_for_person(
    person: Person,
    membership: Membership | None = None,
    *,
    channel: Channel = "web",
    request_id: str = "",
    address: str = "",
) -> Actor:
    """A person acting for one organisation, with every role they hold there now."""
    held = current_memberships(person)
    if membership is None:
        membership = held[0] if held else None
    return _actor(person, membership, held, channel, request_id, address)


def actor_for_token(secret: str, *, request_id: str = "", address: str = "") -> Actor | None:
    """The owner of a token, in the organisation it was issued for; None when it is not valid."""
    token = valid_token(secret)
    if token is None:
        return None
    return actor_of_token(token, request_id=request_id, address=address)


def valid_token(secret: str) -> ApiToken | None:
    token = (
        ApiToken.objects.select_related("person", "membership")
        .filter(digest=token_digest(secret))
        .first()
    )
    if token is None or not token.is_usable:
        return None
    if not token.person.may_sign_in() or not token.membership.is_current:
        return None
    _note_use(token)
    return token


def actor_of_token(token: ApiToken, *, request_id: str, address: str) -> Actor:
    return actor_for_person(
        token.person, token.membership, channel="api", request_id=request_id, address=address
    )


def token_digest(secret: str) -> str:
    # 256 random bits need no salt and no slow hash.
    return hashlib.sha256(secret.encode()).hexdigest()


def current_memberships(person: Person) -> list[Membership]:
    """What a person may act as now, the widest duty first."""
    now = timezone.now()
    below = Organisation.objects.filter(parent=OuterRef("organisation"))
    held = (
        Membership.objects.select_related("organisation")
        .filter(person=person, valid_from__lte=now)
        .annotate(is_above=Exists(below))
    )
    order = list(Role)
    current = [m for m in held if m.valid_to is None or m.valid_to > now]
    return sorted(current, key=lambda m: (order.index(Role(m.role)), m.organisation.order, m.pk))


def acting_choices(person: Person) -> list[Membership]:
    """One membership for each organisation that a person can act for."""
    chosen: dict[int, Membership] = {}
    for membership in current_memberships(person):
        chosen.setdefault(membership.organisation_id, membership)
    return list(chosen.values())


def _acted_for(membership: Membership | None) -> frozenset[int]:
    """The organisation and all below it; most have none, which was told with the membership."""
    if membership is None:
        return frozenset()
    if not getattr(membership, "is_above", True):
        return frozenset({membership.organisation_id})
    return organisations_below(membership.organisation_id)


def organisations_below(organisation_id: int | None) -> frozenset[int]:
    """An organisation and all below it."""
    if organisation_id is None:
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(_BELOW, [organisation_id])
        return frozenset(row[0] for row in cursor.fetchall())


def acting_for(request: HttpRequest) -> str:
    """What the organisation acted for is called in the reader's language; empty without one."""
    actor = actor_for(request)
    held: list[Membership] = getattr(request, "memberships", [])
    of = (m.organisation for m in held if m.organisation_id == actor.organisation_id)
    return next((organisation.label for organisation in of), "")


def needs_second_factor(person: Person) -> bool:
    """Management roles sign in with two factors wherever they act."""
    return _needs_second_factor(current_memberships(person))


def account_hindrance(request: HttpRequest) -> str | None:
    """The page a signed-in person must deal with first: a new password, a second factor."""
    person = request.user
    if not isinstance(person, Person):
        return None
    if must_renew_password(person):
        return "account_change_password"
    actor_for(request)
    held: list[Membership] = getattr(request, "memberships", [])
    if _needs_second_factor(held) and not has_second_factor(person):
        return "mfa_activate_totp"
    return None


def has_second_factor(person: Person) -> bool:
    return bool(Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists())


def management_is_withheld(request: HttpRequest) -> bool:
    """Whether this address kept the person from duties that they hold."""
    return bool(getattr(request, "management_withheld", False))


def note_session_seen(request: HttpRequest) -> None:
    """Show the person on their account page where they are signed in, and since when."""
    UserSession.objects.filter(session_key=request.session.session_key).update(
        last_seen_at=timezone.now(),
        ip=client_address(request) or "0.0.0.0",  # noqa: S104
    )


def _needs_second_factor(held: list[Membership]) -> bool:
    if not settings.REQUIRE_SECOND_FACTOR:
        return False
    return any(Role(m.role) in MANAGEMENT_ROLES for m in held)


def _from_session(request: HttpRequest) -> Actor:
    person = getattr(request, "user", None)
    request_id: str = getattr(request, "request_id", "")
    address = client_address(request)
    if not isinstance(person, Person):
        return replace(ANONYMOUS, request_id=request_id, address=address)
    held = current_memberships(person)
    request.memberships = held  # type: ignore[attr-defined]
    chosen = request.session.get(ACTING_SESSION_KEY)
    membership = next((m for m in held if m.pk == chosen), held[0] if held else None)
    actor = _actor(person, membership, held, "web", request_id, address)
    return without_management(request, actor)


def _actor(
    person: Person,
    membership: Membership | None,
    held: list[Membership],
    channel: Channel,
    request_id: str,
    address: str,
) -> Actor:
    organisation_id = membership.organisation_id if membership else None
    return Actor(
        person_id=person.pk,
        name=str(person),
        roles=frozenset(Role(m.role) for m in held if m.organisation_id == organisation_id),
        organisation_id=organisation_id,
        organisation_ids=_acted_for(membership),
        channel=channel,
        request_id=request_id,
        address=address,
        clearance=person.clearance,
    )


def without_management(request: HttpRequest, actor: Actor) -> Actor:
    """Away from the management networks a person keeps only the other duties."""
    if not settings.ADMIN_NETWORKS or within(actor.address, settings.ADMIN_NETWORKS):
        return actor
    request.management_withheld = bool(actor.roles & EXCLUSIVE_ROLES)  # type: ignore[attr-defined]
    return replace(actor, roles=actor.roles - EXCLUSIVE_ROLES)


def _note_use(token: ApiToken) -> None:
    # Once a minute is enough to see which tokens are alive, and spares a write for every call.
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > timedelta(minutes=1):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)

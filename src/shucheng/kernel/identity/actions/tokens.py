"""Keys for programs: shown once, kept as a digest, ended at any time."""

import secrets
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.action import action
from shucheng.kernel.actor import Actor
from shucheng.kernel.audit.entries import record
from shucheng.kernel.errors import Forbidden, Invalid, NotFound
from shucheng.kernel.identity.actors import token_digest
from shucheng.kernel.identity.models import ApiToken, Membership

LONGEST_DAYS = 365


@action
def issue_token(
    membership_id: int,
    name: str,
    *,
    actor: Actor,
    scope: str = ApiToken.Scope.READ,
    days: int = 90,
) -> tuple[ApiToken, str]:
    """A token for one's own membership, or for a service account; the secret is shown once."""
    membership = (
        Membership.objects.select_related("person", "organisation").filter(pk=membership_id).first()
    )
    if membership is None:
        raise NotFound(_("The role"))
    _require_issuing(actor, membership)
    if not membership.is_current or not membership.person.may_sign_in():
        raise _invalid("membership", _("The role has ended or the account is closed."))
    if not name.strip():
        raise _invalid("name", _("Say what the token is for."))
    if scope not in ApiToken.Scope.values:
        raise _invalid("scope", _("Choose “read” or “write”."))
    if not 1 <= days <= LONGEST_DAYS:
        raise _invalid("days", _("A token lives between 1 and 365 days."))
    prefix = f"shu_{secrets.token_hex(4)}"
    secret = f"{prefix}_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        person=membership.person,
        membership=membership,
        name=name.strip(),
        prefix=prefix,
        digest=token_digest(secret),
        scope=scope,
        expires_at=timezone.now() + timedelta(days=days),
    )
    record(
        "identity.token.issued",
        token,
        actor=actor,
        person=membership.person.username,
        scope=scope,
        organisation=membership.organisation.code,
        expires=token.expires_at,
    )
    return token, secret


@action
def revoke_token(token_id: int, *, actor: Actor) -> ApiToken:
    token = ApiToken.objects.select_for_update().filter(pk=token_id).first()
    if token is None:
        raise NotFound(_("The token"))
    if token.person_id != actor.person_id and not actor.may("identity.manage_tokens"):
        # To strangers a token that exists looks like one that does not.
        raise NotFound(_("The token"))
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save()
    record("identity.token.revoked", token, actor=actor)
    return token


def _require_issuing(actor: Actor, membership: Membership) -> None:
    if actor.person_id is not None and membership.person_id == actor.person_id:
        actor.require("identity.own_tokens")
        if actor.channel == "api":
            # Else a leaked read token could make itself a write token, or live for ever.
            raise Forbidden("identity.own_tokens")
        return
    if not membership.person.is_service:
        raise Forbidden("identity.own_tokens")
    actor.require("identity.manage_tokens")


def _invalid(field: str, message: object) -> Invalid:
    return Invalid(
        "identity.token.invalid",
        message,  # type: ignore[arg-type]
        _("Correct it and try again; no token was issued."),
        fields={field: str(message)},
    )

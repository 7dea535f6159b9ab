"""Tokens of an agreement, and what stops its delivery."""

from datetime import UTC, datetime
from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.actions.evidence import leave_evidence
from shucheng.bays.data.engine.authority import book as engine_book
from shucheng.bays.data.engine.delivery import tokens as engine
from shucheng.bays.data.engine.delivery.model import Refused
from shucheng.bays.data.models.authority import Stop
from shucheng.bays.data.models.delivery import Token
from shucheng.bays.data.queries.book import book
from shucheng.bays.data.queries.budgets import use_of
from shucheng.bays.data.queries.deliveries import find_delivery, may_lift, may_stop, sides_of
from shucheng.bays.data.queries.delivery_keys import delivery_ring
from shucheng.bays.data.queries.delivery_words import refusal
from shucheng.bays.data.queries.permitting import (
    facts_of,
    policy_of,
    require_granted,
    require_policy,
    thing_of,
)
from shucheng.bays.data.queries.sandboxes import forget
from shucheng.kernel.public import Actor, Forbidden, Invalid, NotFound, action, record


@action
def issue_token(code: str, mode: str, purpose: str, *, actor: Actor) -> tuple[Token, str]:
    """A token for one way of delivery and purpose, and its text, which is shown now and kept
    nowhere. What would be refused now gets none."""
    agreement = find_delivery(code, actor=actor)
    actor.require("data.buy", agreement.order.buyer_id)
    now = timezone.now()
    day = timezone.localdate(now)
    call = engine.Call(str(thing_of(agreement)), mode, purpose)  # type: ignore[arg-type]
    try:
        require_granted(agreement, mode, day)
        use = use_of(agreement, day)
        require_policy(agreement, policy_of(agreement), mode, purpose, use.count, now)
        used = engine.Used(use.calls, use.rows, use.size)
        text = engine.issue(delivery_ring(), facts_of(agreement, used), call, now)
    except Refused as refused:
        raise refusal(refused, getattr(refused, "said", "")) from None
    claims = engine.read(delivery_ring(), text)
    token = Token.objects.create(
        code=claims.id,
        agreement=agreement,
        mode=mode,
        purpose=purpose,
        issued_at=now,
        expires_at=datetime.fromtimestamp(claims.expires, UTC),
        by=actor.name[:150],
    )
    leave_evidence("delivery.token", code, token=token.code, mode=mode, purpose=purpose)
    after = {"agreement": code, "id": token.code, "mode": mode, "purpose": purpose}
    record("data.delivery.token_issued", token, actor=actor, after=after)
    return token, text


@action
def revoke_token(token_code: str, *, actor: Actor) -> Token:
    """From now on a call with it is refused."""
    token = (
        Token.objects.select_for_update(of=("self",))
        .select_related("agreement__order")
        .filter(code=token_code)
        .first()
    )
    if token is None:
        raise NotFound(_("The token"))
    agreement = find_delivery(token.agreement.code, actor=actor)
    if not actor.may("data.buy", agreement.order.buyer_id) and not may_stop(agreement, actor):
        raise Forbidden("data.buy")
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        leave_evidence("delivery.token_revoked", agreement.code, token=token.code)
    after = {"agreement": agreement.code, "id": token.code}
    record("data.delivery.token_revoked", token, actor=actor, after=after)
    return token


@action
def stop_delivery(code: str, kind: str, reason: str, *, actor: Actor) -> Stop:
    """Suspends, lifts or revokes the delivery of an agreement, from today on. Each side lifts what
    it suspended itself. Its tokens are void: what is lifted is begun anew."""
    agreement = find_delivery(code, actor=actor)
    today, sides = timezone.localdate(), sides_of(agreement, actor)
    if not sides:
        raise Forbidden("data.govern")
    if kind not in Stop.Kind.values:
        raise Invalid("delivery.stop-kind", _("There is no such stop."), _("Choose one."))
    if not reason.strip():
        said = _("A stop needs its reason.")
        raise Invalid("delivery.stop-reason", said, _("Write the reason."), {"reason": str(said)})
    known = book().stop_of(code, today)
    if known and known.kind == "revoke":
        raise Invalid(
            "delivery.revoked-already",
            _("The delivery was revoked; that is for good."),
            _("A new order brings a new agreement."),
        )
    if kind == Stop.Kind.LIFT:
        sides = may_lift(agreement, actor, today)
        if not sides:
            raise _not_ours(known)
    stop = Stop.objects.create(
        on=code,
        kind=kind,
        day=today,
        side=sides[0],
        reason=reason.strip()[:300],
        by=actor.name[:150],
    )
    Token.objects.filter(agreement=agreement, revoked_at=None).update(revoked_at=timezone.now())
    # Whoever is at work in a sandbox does not hold up the stop itself.
    transaction.on_commit(partial(forget, code))
    leave_evidence(f"delivery.{_EVENTS[kind]}", code, day=str(today), stop=stop.pk)
    record("data.delivery.stopped", stop, actor=actor, after={"agreement": code, "kind": kind})
    return stop


_EVENTS = {"suspend": "suspended", "lift": "lifted", "revoke": "revoked"}


def _not_ours(known: engine_book.Stop | None) -> Invalid:
    if known is None:
        return Invalid(
            "delivery.not-suspended",
            _("The delivery itself is not suspended."),
            _("Where something below it is stopped, have that lifted."),
        )
    return Invalid(
        "delivery.suspended-by-others",
        _("Another side suspended this delivery."),
        _("Whoever suspended it puts it in force again: see what was decided."),
    )

"""Attempts: claimed before they are made, written down after."""

from datetime import timedelta

from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from shucheng.kernel.action import action
from shucheng.kernel.actor import Actor, Role
from shucheng.kernel.alerts.actions import raise_alert
from shucheng.kernel.audit.entries import record
from shucheng.kernel.reminders.models import Delivery, Sending

State, Outcome = Sending.State, Delivery.Outcome
# One, four, sixteen, sixty-four minutes and four hours later; then it is given up.
ATTEMPTS = 6
_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=4)


def claim(sending: Sending) -> bool:
    """Take the next attempt, if no other worker did.

    The next time is set before the attempt: a worker that is killed in the middle of it leaves
    a sending that is tried again, later, and never twice at once.
    """
    wait = min(_FIRST_WAIT * 4**sending.attempts, _LONGEST_WAIT)
    mine = Sending.objects.filter(
        pk=sending.pk, state=State.WAITING, attempts=sending.attempts
    ).update(attempts=F("attempts") + 1, next_at=timezone.now() + wait)
    sending.attempts += mine
    return bool(mine)


@action
def note_attempt(sending: Sending, failure: str, *, actor: Actor) -> Delivery:
    """What became of a claimed attempt; `failure` is empty where it was taken."""
    actor.require("reminders.deliver")
    delivery = Delivery.objects.create(
        sending=sending,
        attempt=sending.attempts,
        outcome=Outcome.FAILED if failure else Outcome.SENT,
        reason=failure[:300],
    )
    if not failure:
        sending.state = State.SENT
    elif sending.attempts >= ATTEMPTS:
        sending.state = State.FAILED
        _tell_administrators(sending, failure, actor)
    sending.reason = failure[:300]
    sending.save(update_fields=["state", "reason"])
    record(
        "reminders.delivery.made",
        sending,
        actor=actor,
        attempt=delivery.attempt,
        outcome=delivery.outcome,
        reason=delivery.reason,
    )
    return delivery


@action
def note_no_way(sending: Sending, reason: str, *, actor: Actor) -> Sending:
    """There is no channel: said on the page, and not tried."""
    actor.require("reminders.deliver")
    sending.state = State.NO_WAY
    sending.reason = reason[:300]
    sending.save(update_fields=["state", "reason"])
    record("reminders.delivery.made", sending, actor=actor, outcome="no_way", reason=reason)
    return sending


def _tell_administrators(sending: Sending, failure: str, actor: Actor) -> None:
    """Once for each robot, or for mail as a whole, while it goes on."""
    raise_alert(
        "reminders.given_up",
        actor=actor,
        key=f"reminders:robot:{sending.robot_id}" if sending.robot_id else "reminders:mail",
        role=Role.ADMINISTRATOR,
        values={"channel": str(sending.robot or "e-mail"), "reason": failure[:200]},
        link=reverse("reminders:deliveries") + "?state=failed",
    )

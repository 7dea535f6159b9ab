"""A call of a delivery, from token to metered answer. Every call is held against the agreement, the
book and the policy as they stand at that moment: what was found earlier is believed only while
nothing has changed by which it was judged.

Calls are no actions: hundreds a second would stand in one line for the audit chain. Each leaves a
row that nobody can change and, where its token was one of ours, a leaf of evidence.
"""

import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from shucheng.bays.data.actions.budgets import Reserved, give_back, reserve, use_up
from shucheng.bays.data.actions.evidence import leave_evidence
from shucheng.bays.data.engine.delivery import tokens as engine
from shucheng.bays.data.engine.delivery.model import Refused
from shucheng.bays.data.models.delivery import Call
from shucheng.bays.data.models.market import Agreement
from shucheng.bays.data.models.money import UsageRecord
from shucheng.bays.data.queries.delivery_keys import delivery_ring
from shucheng.bays.data.queries.delivery_words import refusal
from shucheng.bays.data.queries.permitting import require_policy, standing, thing_of
from shucheng.bays.data.queries.sandboxes import forget
from shucheng.bays.data.queries.statements import token_alive

# Calls without a token of ours, a minute: whoever sends a million of them fills no table.
_STRANGERS_A_MINUTE = 60
# Refused so, nothing of it is kept ready; another way of delivery may run on where a grade forbids.
_FORGOTTEN = {"agreement-revoked", "agreement-suspended", "agreement-ended", "not-permitted"}
_STRANGERS: deque[float] = deque(maxlen=_STRANGERS_A_MINUTE)


@dataclass(frozen=True, slots=True)
class Admitted:
    """A call that may take place now; `reserved`: what of the quota is held for it."""

    number: str
    agreement: Agreement
    claims: engine.Claims
    facts: engine.Facts
    call: engine.Call
    reserved: Reserved
    began: float
    now: datetime


@dataclass(frozen=True, slots=True)
class Answered:
    """What a mode's own work gives back: `answer` for the caller, and what of it is metered."""

    answer: Any
    rows: int
    size: int
    digest: str


def deliver(
    code: str,
    mode: engine.Mode,
    purpose: str,
    token: str,
    work: Callable[[Admitted], Answered],
    *,
    rows: int = 0,
    size: int = 0,
) -> tuple[str, Any]:
    """The call's number and its answer. `rows` and `size` are the most that it may need. Raises
    `ShuchengError` with the refusal; whatever came, it is metered."""
    number, began = f"CALL-{secrets.token_hex(8)}", time.perf_counter()
    claims: engine.Claims | None = None
    admitted: Admitted | None = None
    try:
        claims = engine.read(delivery_ring(), token)
        admitted = _admitted(number, code, mode, purpose, claims, rows, size, began)
        answered = work(admitted)
        _finish(admitted, answered)
    except Refused as refused:
        if admitted is not None:
            give_back(admitted.agreement, admitted.reserved)
        _refused(number, code, mode, claims, refused, began)
        raise refusal(refused, getattr(refused, "said", "")) from None
    except BaseException:
        if admitted is not None:
            give_back(admitted.agreement, admitted.reserved)
        raise
    return number, answered.answer


def _admitted(
    number: str,
    code: str,
    mode: engine.Mode,
    purpose: str,
    claims: engine.Claims,
    rows: int,
    size: int,
    began: float,
) -> Admitted:
    """Raises `Refused`; then nothing is held."""
    now = timezone.now()
    day = timezone.localdate(now)
    if claims.agreement != code:
        raise Refused("wrong-agreement")
    found = standing(code, mode, day)
    agreement, unused = found.agreement, replace(found.facts, revoked_tokens=_revoked(claims))
    call = engine.Call(str(thing_of(agreement)), mode, purpose)
    engine.check(claims, call, unused, now)
    if mode in ("api", "download"):  # A query or an aggregate may answer more rows than there are.
        rows = min(rows, max(1, agreement.order.offer.product.rows or rows))
    reserved = reserve(agreement, number, now, day, rows, size)
    try:
        require_policy(agreement, found.policy, mode, purpose, reserved.count, now)
    except BaseException:
        give_back(agreement, reserved)
        raise
    facts = replace(unused, used=reserved.before)
    return Admitted(number, agreement, claims, facts, call, reserved, began, now)


def _finish(admitted: Admitted, answered: Answered) -> None:
    """Books the answer before it goes out; what stopped it while it was made keeps it in."""
    agreement = admitted.agreement
    with transaction.atomic():
        standing(agreement.code, admitted.call.mode, timezone.localdate())
        use_up(agreement, admitted.reserved, answered.rows, answered.size)
        call = Call.objects.create(
            code=admitted.number,
            agreement=agreement.code,
            token=admitted.claims.id,
            mode=admitted.call.mode,
            outcome="delivered",
            rows=answered.rows,
            size=answered.size,
            ms=_ms(admitted.began),
            digest=answered.digest,
            at=admitted.now,
        )
        if quantity := _charged(agreement, answered.rows):
            UsageRecord.objects.create(
                code=admitted.number, agreement=agreement, quantity=quantity, at=admitted.now
            )
        leave_evidence(
            "delivery.call",
            agreement.code,
            call=call.code,
            mode=call.mode,
            outcome="delivered",
            rows=call.rows,
            size=call.size,
            digest=call.digest,
        )


def _refused(
    number: str,
    code: str,
    mode: str,
    claims: engine.Claims | None,
    refused: Refused,
    began: float,
) -> None:
    if refused.code in _FORGOTTEN:
        forget(code)
    if claims is None and not _room_for_a_stranger():
        return
    known = claims.agreement if claims else ""
    with transaction.atomic():
        Call.objects.create(
            code=number,
            agreement=known,
            token=claims.id if claims else "",
            mode=mode,
            outcome=refused.code[:40],
            ms=_ms(began),
            at=timezone.now(),
        )
        if claims is not None:
            leave_evidence(
                "delivery.call", known, call=number, mode=mode, outcome=refused.code[:40]
            )


def _charged(agreement: Agreement, rows: int) -> int:
    """The units of use: rows where rows are paid for, else the call."""
    return rows if agreement.price.get("basis") == "row" else 1


def _revoked(claims: engine.Claims) -> frozenset[str]:
    """A token that is not known here, or was revoked, is void."""
    return frozenset() if token_alive(claims.id) else frozenset({claims.id})


def _room_for_a_stranger() -> bool:
    now = time.monotonic()
    if len(_STRANGERS) == _STRANGERS_A_MINUTE and now - _STRANGERS[0] < 60:
        return False
    _STRANGERS.append(now)
    return True


def _ms(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 3)

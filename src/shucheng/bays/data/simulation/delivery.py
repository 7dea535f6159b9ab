"""Calls over the agreements found: working days busier than others, a few refusals of each kind,
what was charged, and evidence for each. Seeded; marked by their simulated agreements."""

import hashlib
import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from shucheng.bays.data.actions.evidence import append_evidence
from shucheng.bays.data.models.delivery import Call
from shucheng.bays.data.models.evidence import EvidenceEvent
from shucheng.bays.data.models.market import Agreement
from shucheng.bays.data.models.money import UsageRecord
from shucheng.bays.data.queries.permitting import modes_of
from shucheng.kernel.public import Actor

_DAYS, _MOST = 60, 4_000
_BUSY, _QUIET = 6, 1  # calls of an agreement on a working day and on another
_REFUSED = {
    "wrong-purpose": 3,
    "token-expired": 6,
    "quota-spent": 4,
    "unknown-column": 5,
    "answer-too-large": 2,
    "not-allowed": 2,
}
_SHARE_REFUSED = 0.08


def simulate_delivery(today: date, *, actor: Actor) -> dict[str, int]:
    """Calls of the last two months over simulated agreements, none where there are any already."""
    actor.require("data.govern")
    agreements = list(
        Agreement.objects.filter(simulated=True)
        .select_related("order__offer__product", "order__buyer")
        .order_by("id")
    )
    known = set(Call.objects.values_list("agreement", flat=True).distinct())
    calls: list[Call] = []
    usage: list[UsageRecord] = []
    for agreement in agreements:
        if agreement.code in known or len(calls) >= _MOST:
            continue
        for call in _calls(agreement, today):
            calls.append(call)
            if call.outcome == "delivered":
                charged = call.rows if agreement.price.get("basis") == "row" else 1
                usage.append(
                    UsageRecord(
                        code=call.code, agreement=agreement, quantity=max(charged, 1), at=call.at
                    )
                )
    with transaction.atomic():
        Call.objects.bulk_create(calls, batch_size=500)
        UsageRecord.objects.bulk_create(usage, batch_size=500)
        EvidenceEvent.objects.bulk_create(map(_event, calls), batch_size=500)
    leaves = append_evidence(actor=actor) if calls else 0
    return {"calls": len(calls), "usage": len(usage), "leaves": leaves}


def _calls(agreement: Agreement, today: date) -> Iterator[Call]:
    """In the order of time; the same for an agreement and a day whenever they are made."""
    modes = sorted(modes_of(agreement) & {"api", "sandbox", "download"}) or ["api"]
    zone = timezone.get_current_timezone()
    first = max(agreement.first, today - timedelta(days=_DAYS))
    last = min(agreement.last, today - timedelta(days=1))
    for at in range((last - first).days + 1):
        day = first + timedelta(days=at)
        rng = random.Random(f"{agreement.code} {day}")  # noqa: S311 - a demonstration, no secret
        wanted = rng.randint(0, 2 * (_BUSY if day.weekday() < 5 else _QUIET))
        minutes = sorted(rng.sample(range(8 * 60, 18 * 60), wanted))
        for minute in minutes:
            when = datetime.combine(day, time(minute // 60, minute % 60, rng.randrange(60)), zone)
            yield _call(agreement.code, modes, when, rng)


def _call(code: str, modes: Sequence[str], when: datetime, rng: random.Random) -> Call:
    mode = rng.choices(modes, [6 if each == "api" else 1 for each in modes])[0]
    number = f"CALL-{rng.getrandbits(64):016x}"
    refused = rng.random() < _SHARE_REFUSED
    rows = 0 if refused else rng.choice([1, 10, 50, 100, 100, 500, 1_000])
    outcome = rng.choices(list(_REFUSED), list(_REFUSED.values()))[0] if refused else "delivered"
    return Call(
        code=number,
        agreement=code,
        token=f"{rng.getrandbits(64):016x}",
        mode=mode,
        outcome=outcome,
        rows=rows,
        size=rows * rng.randint(80, 240),
        ms=round(rng.uniform(0.4, 1.5) if refused else rng.uniform(2, 30), 3),
        digest="" if refused else f"simulated:{hashlib.sha256(number.encode()).hexdigest()[:32]}",
        at=when,
        recorded_at=when,
    )


def _event(call: Call) -> EvidenceEvent:
    content = {"call": call.code, "mode": call.mode, "outcome": call.outcome, "simulated": True}
    if call.outcome == "delivered":
        content |= {"rows": call.rows, "size": call.size, "digest": call.digest}
    return EvidenceEvent(kind="delivery.call", about=call.agreement, content=content)

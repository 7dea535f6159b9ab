"""Evidence: an event is written with what it proves; one job appends events to the log and signs.

A job killed between the log and the database finds its leaves in the log and notes them. What a
backup brought back older than the other is made good from the other, and only where signed heads
show that both are one history.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.actions.evidence_apart import Apart, join_again
from shucheng.bays.data.engine.evidence.heads import sign_head
from shucheng.bays.data.engine.evidence.log import Log, LogBusy, LogDamaged
from shucheng.bays.data.models.delivery import Budget
from shucheng.bays.data.models.evidence import EvidenceEvent, EvidenceLeaf, TreeHead
from shucheng.bays.data.queries.evidence import (
    SETTLED,
    leaf_of,
    log_folder,
    next_number,
    origin,
    to_settle,
    waiting,
)
from shucheng.kernel.public import Actor, ShuchengError, action, platform_signing_key, record

__all__ = ["APPEND_JOB", "append_evidence", "leaf_of", "leave_evidence"]

APPEND_JOB = "data.append_evidence"
BATCH = 2_000


def leave_evidence(kind: str, about: str, **content: Any) -> EvidenceEvent:
    """Note what is to be proven, inside the transaction of what it proves. `content` is small:
    codes, days, amounts, digests; no personal data and no value of the data."""
    return EvidenceEvent.objects.create(kind=kind, about=about, content=content)


def append_evidence(*, actor: Actor) -> int:
    """Append what waits to the log, batch by batch, and sign its head if there is anything new; how
    many leaves came. Each batch is a transaction of its own: nobody waits long for the database.
    Raises `ShuchengError`: `evidence.busy`, `evidence.apart`, `evidence.damaged`."""
    actor.require("data.govern")
    with _opened() as log:
        found = _take_up(log, actor=actor) if log.size != next_number() else 0
        while appended := _append_batch(log, actor=actor):
            found += appended
        if log.size and (found or not TreeHead.objects.exists()):
            _sign(log, found, actor=actor)
    return found


@contextmanager
def _opened() -> Iterator[Log]:
    try:
        log = Log(log_folder())
    except LogBusy:
        raise ShuchengError(
            "evidence.busy",
            _("Another process is appending to the evidence log."),
            _("It appends what waits; nothing is to be done."),
        ) from None
    except LogDamaged:
        raise ShuchengError(
            "evidence.damaged",
            _("The files of the evidence log are not what was appended."),
            _("Set them aside and start the job again: it makes the log anew from the database."),
        ) from None
    with log:
        yield log


@action
def _take_up(log: Log, *, actor: Actor) -> int:
    """What a killed job or a backup left apart is one again."""
    before = next_number()
    try:
        noted = join_again(log)
    except Apart as apart:
        raise ShuchengError(
            "evidence.apart",
            _("The evidence log and the database do not belong together: %(why)s."),
            _("Restore both from the same backup; the log is not written to until then."),
            why=str(apart),
        ) from None
    about = ("data.evidencelog", str(log_folder().name), "")
    after = {"log": log.size, "database": before, "noted": noted}
    record("data.evidence.taken_up", about, actor=actor, after=after)
    return noted


def _append_batch(log: Log, *, actor: Actor) -> int:
    events = waiting(BATCH)
    return len(_append(log, events, actor=actor)) if events else 0


@action
def _append(log: Log, events: list[EvidenceEvent], *, actor: Actor) -> range:
    """The log first: a leaf that nobody noted is found again, a note without a leaf would lie."""
    numbers = log.append([leaf_of(event) for event in events])
    _note(zip(numbers, (event.pk for event in events), strict=True))
    about = ("data.evidencelog", str(numbers[0]), f"{numbers[0]}-{numbers[-1]}")
    record("data.evidence.appended", about, actor=actor, after={"leaves": len(numbers)})
    return numbers


@action
def _sign(log: Log, found: int, *, actor: Actor) -> TreeHead:
    head = sign_head(
        log.tree,
        log.size,
        origin=origin(),
        key=platform_signing_key(),
        signed_at=timezone.now(),
    )
    made = TreeHead.objects.create(size=head.size, head=head.to_json())
    # Nothing waits now: what is older than any open transaction is settled for good.
    Budget.objects.update_or_create(key=SETTLED, defaults={"value": str(to_settle())})
    record("data.evidence.signed", made, actor=actor, after={"size": head.size, "leaves": found})
    return made


def _note(pairs: Iterable[tuple[int, int]]) -> None:
    EvidenceLeaf.objects.bulk_create(
        EvidenceLeaf(number=number, event_id=event) for number, event in pairs
    )

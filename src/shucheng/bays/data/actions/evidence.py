"""Evidence: an event is written with what it proves; one job appends events to the log and signs.

A job killed between the log and the database finds its leaves in the log and notes them."""

import json
import secrets
from datetime import UTC
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.engine.evidence.heads import sign_head
from shucheng.bays.data.engine.evidence.log import Log, LogBusy
from shucheng.bays.data.models.evidence import EvidenceEvent, EvidenceLeaf, TreeHead
from shucheng.bays.data.queries.evidence import log_folder
from shucheng.kernel.public import Actor, ShuchengError, action, platform_signing_key, record

APPEND_JOB = "data.append_evidence"
_BATCH = 1000


def leave_evidence(kind: str, about: str, **content: Any) -> EvidenceEvent:
    """Note what is to be proven, inside the transaction of what it proves. `content` is small:
    codes, days, amounts, digests; no personal data and no value of the data."""
    return EvidenceEvent.objects.create(kind=kind, about=about, content=content)


@action
def append_evidence(*, actor: Actor) -> int:
    """Append what waits to the log, in the order of events, and sign its new head."""
    actor.require("data.govern")
    try:
        log = Log(log_folder())
    except LogBusy:
        raise ShuchengError(
            "evidence.busy",
            _("Another process is appending to the evidence log."),
            _("It appends what waits; nothing is to be done."),
        ) from None
    with log:
        found = _note_what_is_there(log)
        waiting = EvidenceEvent.objects.filter(leaf__isnull=True).order_by("id")
        while batch := list(waiting[:_BATCH]):
            numbers = log.append([leaf_of(event) for event in batch])
            _note(zip(numbers, (event.pk for event in batch), strict=True))
            found += len(batch)
        head = sign_head(
            log.tree,
            log.size,
            origin=_origin(),
            key=platform_signing_key(),
            signed_at=timezone.now(),
        )
    made = TreeHead.objects.create(size=head.size, head=head.to_json())
    record("data.evidence.appended", made, actor=actor, after={"size": head.size, "leaves": found})
    return found


def leaf_of(event: EvidenceEvent) -> bytes:
    """An event as the log keeps it: one line of JSON, the same each time it is written."""
    said = {
        "event": event.pk,
        "kind": event.kind,
        "about": event.about,
        "at": event.recorded_at.astimezone(UTC).isoformat(),
        "content": event.content,
    }
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _origin() -> str:
    """The log's own name, given when it is made and never to another."""
    path = log_folder() / "origin"
    if not path.exists():
        path.write_text(f"shucheng-evidence-{secrets.token_hex(8)}", encoding="utf-8")
    return path.read_text(encoding="utf-8")


def _note_what_is_there(log: Log) -> int:
    """Leaves that a killed job appended and did not note."""
    noted = EvidenceLeaf.objects.count()
    lost = [(n, int(json.loads(log.leaf(n))["event"])) for n in range(noted, log.size)]
    known = set(
        EvidenceEvent.objects.filter(pk__in=[event for _n, event in lost]).values_list(
            "pk", flat=True
        )
    )
    if noted > log.size or any(event not in known for _n, event in lost):
        raise ShuchengError(
            "evidence.apart",
            _("The evidence log and the database do not belong together."),
            _("Restore both from the same backup; the log is not written to until then."),
        )
    _note(lost)
    return len(lost)


def _note(pairs: Any) -> None:
    EvidenceLeaf.objects.bulk_create(
        EvidenceLeaf(number=number, event_id=event) for number, event in pairs
    )

"""What of the evidence stands in the log, and what still waits to be appended."""

import json
import secrets
from datetime import UTC, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.engine.evidence.log import LogDamaged, LogReader
from shucheng.bays.data.models.delivery import Budget
from shucheng.bays.data.models.evidence import EvidenceEvent, EvidenceLeaf, TreeHead
from shucheng.kernel.public import ShuchengError

RECOVERED, SETTLED = "evidence.recovered", "evidence:settled"
# Longer than any transaction lasts: an event with a lower number may still be committed.
_OPEN = timedelta(hours=1)


def log_folder() -> Path:
    return Path(settings.DATA_FOLDER) / "evidence"


def leaf_of(event: EvidenceEvent) -> bytes:
    """An event as the log keeps it: one line of JSON, the same each time it is written."""
    if event.kind == RECOVERED:
        return str(event.content["leaf"]).encode()
    said = {
        "event": event.pk,
        "kind": event.kind,
        "about": event.about,
        "at": event.recorded_at.astimezone(UTC).isoformat(),
        "content": event.content,
    }
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def next_number() -> int:
    """The number of the next leaf, as the database knows it."""
    last = EvidenceLeaf.objects.aggregate(last=Max("number"))["last"]
    return 0 if last is None else last + 1


def waiting(most: int) -> list[EvidenceEvent]:
    """The events that are not in the log yet, the first ones."""
    rows = EvidenceEvent.objects.filter(leaf__isnull=True, pk__gt=_settled())
    return list(rows.order_by("id")[:most])


def waits() -> bool:
    """Whether events are not in the log yet, or leaves of it are not noted."""
    return bool(waiting(1))


def origin() -> str:
    """The log's own name, given when it is made and never to another: as its first head said it,
    wherever its files have gone since."""
    first = TreeHead.objects.order_by("id").values_list("head", flat=True).first()
    if first:
        return str(first["origin"])
    path = log_folder() / "origin"
    if not path.exists():
        path.write_text(f"shucheng-evidence-{secrets.token_hex(8)}", encoding="utf-8")
    return path.read_text(encoding="utf-8")


def _settled() -> int:
    """All events up to this number are in the log (see `settle` of the actions)."""
    value = Budget.objects.filter(key=SETTLED).values_list("value", flat=True).first()
    return int(value or 0)


def to_settle() -> int:
    """Asked when nothing waits: the newest event that is so old that no transaction with an earlier
    number can still be open. Ten million events are then not looked at again each minute."""
    old = EvidenceEvent.objects.filter(recorded_at__lt=timezone.now() - _OPEN)
    return old.exclude(kind=RECOVERED).order_by("-id").values_list("pk", flat=True).first() or 0


def check_log() -> str:
    """Reads every leaf again and holds it against hashes, signed heads and events; what it found in
    one line. Raises `ShuchengError` (`evidence.damaged`). Minutes for ten million leaves."""
    try:
        with LogReader(log_folder()) as log:
            log.check()
            for head in TreeHead.objects.filter(size__lte=log.size).iterator():
                if log.tree.root(head.size).hex() != head.head["root"]:
                    raise LogDamaged(f"the signed head of {head.size} leaves does not hold")
            for row in EvidenceLeaf.objects.select_related("event").iterator():
                if row.number < log.size and log.leaf(row.number) != leaf_of(row.event):
                    raise LogDamaged(f"leaf {row.number} is not the event of the database")
            waiting_ = EvidenceEvent.objects.filter(leaf__isnull=True).count()
            return f"{log.size} leaves hold, {waiting_} events wait"
    except (LogDamaged, FileNotFoundError) as error:
        raise ShuchengError(
            "evidence.damaged",
            _("The log of evidence does not hold: %(why)s."),
            _("Keep the files as they are and inform the auditor; then restore from a backup."),
            why=str(error),
        ) from None

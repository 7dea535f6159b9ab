"""Taking audit entries out: exports for auditors, and the archive of what is old enough."""

import gzip
import hashlib
import json
import os
from datetime import timedelta
from pathlib import Path
from typing import IO

from django.db import models
from django.utils import timezone

from shucheng.kernel.action import action
from shucheng.kernel.actor import Actor
from shucheng.kernel.audit.entries import record, record_export
from shucheng.kernel.audit.models import AuditEntry, AuditHead, SignedHead
from shucheng.kernel.audit.queries import Search, exported, head, keep_days, matching
from shucheng.kernel.audit.signing import sign_head, sign_statement
from shucheng.kernel.audit.verify import ARCHIVED, EXPORT_SCHEMA, moment_text


@action
def export_entries(target: IO[str], search: Search | None = None, *, actor: Actor) -> int:
    """Write entries as JSON lines for `verify.py`, a signature last; gives how many entries."""
    actor.require("audit.export")
    rows = write_signed(target, matching(search or Search()))
    record_export("audit.entries", rows, actor=actor)
    return rows


@action
def sign_chain(reason: str, *, actor: Actor) -> SignedHead:
    """Sign the end of the chain as it stands: nothing before it can be denied or written anew."""
    actor.require("audit.sign")
    signed = sign_head(AuditHead.objects.select_for_update().get_or_create(id=1)[0], reason)
    record(
        "audit.head.signed",
        ("audit.head", str(signed.sequence), str(signed)),
        actor=actor,
        hash=signed.hash,
        public_key=signed.public_key,
        reason=reason,
    )
    return signed


@action
def archive_entries(folder: Path, *, actor: Actor) -> Path | None:
    """Move entries older than the retention time into a file; None when there are none.

    The file is on the disk before a row goes. An entry says where the archive ends, so that
    the chain that is left still explains its beginning. The database's trigger refuses to let
    go of entries younger than 180 days, whatever is asked here.
    """
    actor.require("audit.export")
    limit = timezone.now() - timedelta(days=keep_days())
    young = AuditEntry.objects.filter(recorded_at__gte=limit).order_by("sequence").first()
    old = AuditEntry.objects.filter(recorded_at__lt=limit)
    if young is not None:
        old = old.filter(sequence__lt=young.sequence)
    last = old.order_by("sequence").last()
    if last is None:
        record("audit.archive.looked", None, actor=actor, older_than=limit)
        return None
    path = folder / f"audit-to-{last.sequence}.jsonl.gz"
    digest = _write_lines(path, old)
    record(
        ARCHIVED,
        ("audit.archive", path.name, path.name),
        actor=actor,
        up_to=last.sequence,
        hash=last.hash,
        file=path.name,
        sha256=digest,
    )
    old.delete()
    return path


def _write_lines(path: Path, entries: models.QuerySet[AuditEntry]) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    with unfinished.open("wb") as raw:
        with gzip.open(raw, "wt", encoding="utf-8") as lines:
            write_signed(lines, entries)
        raw.flush()
        os.fsync(raw.fileno())
    unfinished.replace(path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_signed(out: IO[str], entries: models.QuerySet[AuditEntry]) -> int:
    """Entries as lines, then a line that says how many and which, with the signature over it."""
    rows, digest, first, last = 0, hashlib.sha256(), 0, 0
    for row in exported(entries):
        line = json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n"
        out.write(line)
        digest.update(line.encode())
        rows, first, last = rows + 1, first or row["sequence"], row["sequence"]
    said = {
        "schema": EXPORT_SCHEMA,
        "entries": rows,
        "first": first,
        "last": last,
        "sha256": digest.hexdigest(),
        "head": "{}:{}".format(*head()),
        "signed_at": moment_text(timezone.now()),
    }
    out.write(json.dumps(sign_statement(said), ensure_ascii=False, sort_keys=True) + "\n")
    return rows

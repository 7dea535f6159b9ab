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
from shucheng.kernel.audit.models import AuditEntry
from shucheng.kernel.audit.queries import Search, exported, keep_days, matching
from shucheng.kernel.audit.verify import ARCHIVED


@action
def export_entries(target: IO[str], search: Search | None = None, *, actor: Actor) -> int:
    """Write entries as JSON lines that `verify.py` reads; gives their number."""
    actor.require("audit.export")
    rows = 0
    for row in exported(matching(search or Search())):
        target.write(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n")
        rows += 1
    record_export("audit.entries", rows, actor=actor)
    return rows


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
            for row in exported(entries):
                lines.write(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n")
        raw.flush()
        os.fsync(raw.fileno())
    unfinished.replace(path)
    return hashlib.sha256(path.read_bytes()).hexdigest()

"""Reading the audit log: only auditors, and newest first."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from shucheng.kernel.actor import Actor
from shucheng.kernel.audit.models import AuditEntry, AuditHead, SignedHead
from shucheng.kernel.audit.signed import Trust
from shucheng.kernel.audit.signing import holds
from shucheng.kernel.audit.verify import COLUMNS, Outcome, moment_text, verify
from shucheng.kernel.errors import NotFound

PAGE = 50
# 网络安全法 第二十一条(三): logs are kept for at least six months.
FLOOR_DAYS = 180


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for; empty means anything."""

    person: str = ""
    code: str = ""
    object_type: str = ""
    object_id: str = ""
    request_id: str = ""
    outcome: str = ""
    first_day: datetime.date | None = None
    last_day: datetime.date | None = None
    before: int | None = None


def keep_days() -> int:
    """How long entries stay online; the floor cannot be lowered by a setting."""
    return max(FLOOR_DAYS, int(getattr(settings, "AUDIT_KEEP_DAYS", FLOOR_DAYS)))


def search_entries(search: Search, *, actor: Actor) -> list[AuditEntry]:
    """One page of entries, newest first; `search.before` continues below a sequence number."""
    actor.require("audit.view")
    return list(matching(search).order_by("-sequence")[:PAGE])


def entry(sequence: int, *, actor: Actor) -> AuditEntry:
    actor.require("audit.view")
    found = AuditEntry.objects.filter(sequence=sequence).first()
    if found is None:
        raise NotFound(_("The audit entry"))
    return found


def entries_about(object_type: str, object_id: str, *, actor: Actor) -> list[AuditEntry]:
    """What was done to one object, newest first."""
    actor.require("audit.view")
    about = AuditEntry.objects.filter(object_type=object_type, object_id=object_id)
    return list(about.order_by("-sequence")[:PAGE])


def head() -> tuple[int, str]:
    """The end of the chain, to note elsewhere."""
    row = AuditHead.objects.filter(id=1).first() or AuditHead()
    return row.sequence, row.hash


def last_signed() -> SignedHead | None:
    return SignedHead.objects.order_by("sequence", "id").last()


def verify_chain(known: tuple[int, str] | None = None, keys: tuple[str, ...] = ()) -> Outcome:
    """Verify the chain of this deployment's database as of now, also while entries are written.

    An entry and public keys that were noted earlier, outside of the database, are asked for.
    """
    # Read before the end is: what is signed meanwhile would seem to miss its entry.
    signed = list(SignedHead.objects.values())
    end = head()
    held = AuditEntry.objects.filter(sequence__lte=end[0]).order_by("sequence")
    rows = held.values(*COLUMNS, "hash").iterator(chunk_size=2000)
    return verify(rows, end, Trust(known, keys, holds=holds), signed)


def exported(entries: QuerySet[AuditEntry]) -> Iterator[dict[str, Any]]:
    """Entries as the stand-alone verifier reads them from JSON lines."""
    for row in entries.order_by("sequence").values(*COLUMNS, "hash").iterator(chunk_size=2000):
        yield {**row, "recorded_at": moment_text(row["recorded_at"])}


def matching(search: Search) -> QuerySet[AuditEntry]:
    found = AuditEntry.objects.all()
    exact = {
        "object_type": search.object_type,
        "object_id": search.object_id,
        "request_id": search.request_id,
    }
    found = found.filter(**{name: value for name, value in exact.items() if value})
    if search.person:
        found = found.filter(
            Q(person_name__icontains=search.person) | Q(organisation_name__icontains=search.person)
        )
    if search.code:
        found = found.filter(code__startswith=search.code)
    if search.outcome:
        found = found.filter(success=search.outcome == "done")
    if search.first_day:
        found = found.filter(recorded_at__date__gte=search.first_day)
    if search.last_day:
        found = found.filter(recorded_at__date__lte=search.last_day)
    if search.before:
        found = found.filter(sequence__lt=search.before)
    return found

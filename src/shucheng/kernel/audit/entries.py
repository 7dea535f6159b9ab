"""Writing audit entries.

Inside an action, `record` only notes what happened. The notes are written when the outermost
action is about to commit: the head of the chain is then locked for the shortest time and last
of all locks, so that two actions never wait for one another crosswise. If the entries cannot be
written the action fails with them: nothing happens unaudited. Outside of an action (sign-in) an
entry is written at once.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from django.apps import apps
from django.db import models, transaction
from django.utils import timezone
from django.utils.functional import Promise

from shucheng.kernel.actor import Actor
from shucheng.kernel.audit.models import AuditEntry, AuditHead
from shucheng.kernel.audit.signing import is_signed_at_once, sign_head
from shucheng.kernel.audit.verify import fingerprint
from shucheng.kernel.errors import ShuchengError

log = structlog.get_logger("shucheng.audit")

Facts = Mapping[str, Any]
# What is recorded about: a stored object, or (type, id, label) where none is stored.
Subject = models.Model | tuple[str, str, str] | None

_SECRET_WORDS = ("password", "secret", "token", "private_key", "session_key", "recovery", "seed")
_LONGEST_VALUE = 2000


@dataclass
class Unit:
    """The entries noted in one action and the actions inside it."""

    notes: list[dict[str, Any]] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.notes)


_unit: ContextVar[Unit | None] = ContextVar("audit_unit", default=None)


@contextmanager
def count_in_transaction() -> Iterator[Unit]:
    """Gather the entries of a transaction and write them at its end.

    An inner unit that fails takes its notes with it, as its savepoint takes its rows.
    """
    outer = _unit.get()
    unit = Unit()
    token = _unit.set(unit)
    try:
        yield unit
    finally:
        _unit.reset(token)
    if outer is not None:
        outer.notes.extend(unit.notes)
    else:
        _append(unit.notes)


def record(
    code: str,
    obj: Subject,
    *,
    actor: Actor,
    before: Any = None,
    after: Any = None,
    success: bool = True,
    error_code: str = "",
    **facts: Any,
) -> None:
    """Note that `actor` did `code` (`area.object.verb_past`) to `obj`.

    `before` and `after` are the object's fields (or one value); their digests are kept, and the
    values of those that changed unless their name says that they are secret. `facts` are further
    named values worth keeping.
    """
    before, after = _fields(before), _fields(after)
    object_type, object_id, object_label = _subject(obj)
    note = {
        "person_id": actor.person_id,
        "person_name": _label(actor.name)[:150],
        "organisation_id": actor.organisation_id,
        "roles": ",".join(sorted(actor.roles)),
        "channel": actor.channel,
        "code": code,
        "object_type": object_type,
        "object_id": object_id,
        "object_label": object_label,
        "before_digest": "" if before is None else digest(before),
        "after_digest": "" if after is None else digest(after),
        "changes": canonical(_changes(before or {}, after or {})),
        "facts": canonical(_shortened(facts)),
        "success": success,
        "error_code": error_code,
        "request_id": actor.request_id[:64],
        "address": actor.address[:45],
    }
    unit = _unit.get()
    if unit is not None:
        unit.notes.append(note)
    else:
        _append([note])


def record_refusal(action_name: str, error: ShuchengError, *, actor: Actor) -> None:
    """Note that an action was refused, and why."""
    record(
        "action.refused",
        ("action", action_name, action_name),
        actor=actor,
        success=False,
        error_code=error.code,
        values={name: str(value) for name, value in error.values.items()},
    )


def record_export(what: str, rows: int, *, actor: Actor, **facts: Any) -> None:
    """Note that somebody took data out; the alert on mass export reads `rows`."""
    record("data.exported", ("export", what, what), actor=actor, rows=rows, **facts)


def canonical(value: Any) -> str:
    """Canonical JSON: sorted keys, no spaces; equal values give equal text."""
    text = json.dumps(
        value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_plain
    )
    return _storable(text)


def digest(fields: Facts) -> str:
    """SHA-256 of the fields; secret ones count only by their name."""
    open_fields = {name: "***" if _is_secret(name) else value for name, value in fields.items()}
    return hashlib.sha256(canonical(open_fields).encode("utf-8")).hexdigest()


def _append(notes: list[dict[str, Any]]) -> None:
    if not notes:
        return
    with transaction.atomic():
        AuditHead.objects.get_or_create(id=1)
        # SQLite is already alone: its transactions begin IMMEDIATE. PostgreSQL waits here.
        head = AuditHead.objects.select_for_update().get(id=1)
        # A clock that was set back does not put entries before those already written.
        now = max(timezone.now(), head.recorded_at or timezone.now())
        names = _organisation_names(notes)
        entries = []
        for note in notes:
            fields = {
                **note,
                "sequence": head.sequence + 1,
                "recorded_at": now,
                "organisation_name": names.get(note["organisation_id"], ""),
                "previous_hash": head.hash,
            }
            entries.append(AuditEntry(**fields, hash=fingerprint(fields)))
            head.sequence += 1
            head.hash = entries[-1].hash
        head.recorded_at = now
        AuditEntry.objects.bulk_create(entries)
        head.save()
        published = [note["code"] for note in notes if is_signed_at_once(note)]
        if published:
            sign_head(head, published[-1])
    # Logs leave the machine where they are forwarded: a witness outside of the database. Only
    # what is committed is logged, and a slow log never holds the head of the chain.
    facts = {"sequence": head.sequence, "hash": head.hash, "code": notes[-1]["code"]}
    transaction.on_commit(partial(log.info, "audited", **facts))


def _organisation_names(notes: list[dict[str, Any]]) -> dict[int | None, str]:
    ids = {note["organisation_id"] for note in notes} - {None}
    if not ids:
        return {}
    organisations = apps.get_model("identity", "Organisation")._default_manager
    return dict(organisations.filter(pk__in=ids).values_list("pk", "name"))


def _subject(obj: Subject) -> tuple[str, str, str]:
    if obj is None:
        return "", "", ""
    if isinstance(obj, models.Model):
        return obj._meta.label_lower, str(obj.pk), _label(str(obj))
    object_type, object_id, label = obj
    return object_type[:80], object_id[:80], _label(label)


def _label(text: str) -> str:
    return _storable(text.replace("\0", ""))[:200]


def _storable(text: str) -> str:
    """Half a surrogate pair can come out of JSON but not go into a database: escape it."""
    return text.encode("utf-8", "backslashreplace").decode()


def _fields(state: Any) -> Facts | None:
    return state if state is None or isinstance(state, Mapping) else {"value": state}


def _changes(before: Facts, after: Facts) -> dict[str, list[Any]]:
    """Field → [before, after] for the fields that differ."""
    changes = {}
    for name in sorted({*before, *after}):
        pair = [before.get(name), after.get(name)]
        if canonical(pair[0]) == canonical(pair[1]):
            continue
        changes[name] = ["***", "***"] if _is_secret(name) else [_short(value) for value in pair]
    return changes


def _shortened(facts: Facts) -> dict[str, Any]:
    return {name: "***" if _is_secret(name) else _short(v) for name, v in facts.items()}


def _short(value: Any) -> Any:
    """The value, or its digest and beginning where it is long."""
    text = canonical(value)
    if len(text) <= _LONGEST_VALUE:
        return value
    sha256 = hashlib.sha256(text.encode("utf-8")).hexdigest()
    return {"beginning": text[:200], "characters": len(text), "sha256": sha256}


def _is_secret(name: str) -> bool:
    return any(word in name.lower() for word in _SECRET_WORDS)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal | UUID | Promise | timedelta):
        return str(value)
    if isinstance(value, models.Model):
        return f"{value._meta.label_lower}:{value.pk}"
    if isinstance(value, set | frozenset):
        return sorted(value, key=str)
    raise TypeError(f"{type(value).__name__} has no place in an audit entry")

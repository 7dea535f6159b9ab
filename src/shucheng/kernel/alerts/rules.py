"""Rules that read the audit log and raise alarm (GB/T 22239-2019, 8.1.4.4 f).

Each rule is asked about one entry and looks back from it, never past it: reading the same
stretch of the log again gives the same alerts, which their keys keep from doubling.
"""

import ipaddress
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from shucheng.kernel.actor import Actor, Role
from shucheng.kernel.alerts.actions import raise_alert
from shucheng.kernel.alerts.models import Alert, WatchCursor
from shucheng.kernel.audit.models import AuditEntry

WINDOW = timedelta(minutes=10)
KNOWN_NETWORKS = timedelta(days=90)
EXPORT_WINDOW = timedelta(minutes=60)
FAILURES_OF_ACCOUNT = 5
FAILURES_FROM_ADDRESS = 20
REFUSALS = 20
EXPORTED_ROWS = 10_000
# Roles whose holders can change what others may do, or what the platform says.
_WATCHED_ROLES = {Role.ADMINISTRATOR, Role.SECURITY, Role.AUDITOR, Role.PLAN_OFFICE, Role.SERVICE}
_AT_ONCE = 2000

WARNING, CRITICAL = Alert.Severity.WARNING, Alert.Severity.CRITICAL


@dataclass(frozen=True, slots=True)
class Alarm:
    code: str
    key: str
    severity: str
    values: dict[str, Any] = field(default_factory=dict)
    # Whom it concerns; without, the security administrators.
    person_id: int | None = None


def watch_audit(*, actor: Actor) -> int:
    """Read what is new in the audit log and raise what the rules find; gives the number."""
    raised = 0
    with transaction.atomic():
        WatchCursor.objects.get_or_create(name="audit")
        cursor = WatchCursor.objects.select_for_update().get(name="audit")
        new = AuditEntry.objects.filter(sequence__gt=cursor.sequence).order_by("sequence")
        for entry in new[:_AT_ONCE]:
            for alarm in alarms(entry):
                raise_alert(
                    alarm.code,
                    actor=actor,
                    key=alarm.key,
                    severity=alarm.severity,
                    role=None if alarm.person_id else Role.SECURITY,
                    person_id=alarm.person_id,
                    values=alarm.values,
                    link="" if alarm.person_id else reverse("audit:entry", args=[entry.sequence]),
                )
                raised += 1
            cursor.sequence = entry.sequence
        cursor.save()
    return raised


def alarms(entry: AuditEntry) -> Iterator[Alarm]:
    """What the rules say about one entry."""
    if entry.code == "identity.sign_in.failed":
        yield from _sign_in_failures(entry)
    elif entry.code == "identity.sign_in.succeeded":
        yield from _new_network(entry)
    elif entry.code == "identity.role.granted":
        yield from _role_granted(entry)
    elif entry.code == "identity.person.second_factor_reset":
        values = {"by": entry.person_name, "person": entry.object_label}
        yield Alarm(
            "security.second_factor_reset", f"second_factor:{entry.object_id}", WARNING, values
        )
    elif entry.code == "data.exported":
        yield from _mass_export(entry)
    elif entry.code == "action.refused" and entry.error_code == "permission.denied":
        yield from _refusals(entry)


def _sign_in_failures(entry: AuditEntry) -> Iterator[Alarm]:
    recent = _until(entry, WINDOW)
    of_account = recent.filter(object_id=entry.object_id).count()
    if entry.object_id and of_account >= FAILURES_OF_ACCOUNT:
        yield Alarm(
            "security.sign_in_failures",
            f"sign_in:account:{entry.object_id}",
            WARNING,
            {
                "account": entry.object_label,
                "failures": of_account,
                "minutes": _minutes(WINDOW),
            },
        )
    from_address = recent.filter(address=entry.address).count()
    if entry.address and from_address >= FAILURES_FROM_ADDRESS:
        yield Alarm(
            "security.sign_in_failures_address",
            f"sign_in:address:{entry.address}",
            CRITICAL,
            {
                "address": entry.address,
                "failures": from_address,
                "minutes": _minutes(WINDOW),
            },
        )


def _new_network(entry: AuditEntry) -> Iterator[Alarm]:
    """The first sign-in of all says nothing; one from elsewhere than in the last months does."""
    network = _network(entry.address)
    recent = _by_same(_until(entry, KNOWN_NETWORKS), entry).filter(sequence__lt=entry.sequence)
    seen = {_network(address) for address in recent.values_list("address", flat=True).distinct()}
    if network is None or not seen - {None} or network in seen:
        return
    values = {"person": entry.person_name, "address": entry.address}
    key = f"network:{entry.person_id}:{network}"
    yield Alarm("security.own_sign_in_new_network", f"own:{key}", WARNING, values, entry.person_id)
    if set(entry.roles.split(",")) & {role.value for role in _WATCHED_ROLES}:
        yield Alarm("security.sign_in_new_network", key, WARNING, values)


def _network(address: str) -> str | None:
    """The neighbourhood of an address: 256 of IPv4, a site of IPv6."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return None
    return str(ipaddress.ip_network((found, 24 if found.version == 4 else 48), strict=False))


def _role_granted(entry: AuditEntry) -> Iterator[Alarm]:
    facts = json.loads(entry.facts)
    if facts.get("role") in {role.value for role in _WATCHED_ROLES}:
        yield Alarm(
            "security.role_granted",
            f"role:{entry.object_id}",
            WARNING,
            {"by": entry.person_name, "person": facts.get("person"), "role": facts["role"]},
        )


def _mass_export(entry: AuditEntry) -> Iterator[Alarm]:
    recent = _by_same(_until(entry, EXPORT_WINDOW), entry)
    rows = sum(int(json.loads(each.facts).get("rows", 0)) for each in recent)
    if rows >= EXPORTED_ROWS:
        yield Alarm(
            "security.mass_export",
            f"export:{_who(entry)}",
            CRITICAL,
            {"by": entry.person_name, "rows": rows, "minutes": _minutes(EXPORT_WINDOW)},
        )


def _refusals(entry: AuditEntry) -> Iterator[Alarm]:
    recent = _by_same(_until(entry, WINDOW).filter(error_code="permission.denied"), entry)
    refusals = recent.count()
    if refusals >= REFUSALS:
        yield Alarm(
            "security.refusals",
            f"refusals:{_who(entry)}",
            WARNING,
            {"by": _who(entry), "refusals": refusals, "minutes": _minutes(WINDOW)},
        )


def _until(entry: AuditEntry, window: timedelta) -> QuerySet[AuditEntry]:
    """Entries of the same code in the time before this one, this one included."""
    return AuditEntry.objects.filter(
        code=entry.code,
        sequence__lte=entry.sequence,
        recorded_at__gt=entry.recorded_at - window,
    )


def _by_same(entries: QuerySet[AuditEntry], entry: AuditEntry) -> QuerySet[AuditEntry]:
    if entry.person_id is None:
        return entries.filter(person__isnull=True, address=entry.address)
    return entries.filter(person_id=entry.person_id)


def _who(entry: AuditEntry) -> str:
    return entry.person_name or entry.address or "—"


def _minutes(window: timedelta) -> int:
    return int(window.total_seconds() // 60)

"""What is looked at when a worker starts, and daily: the program and its settings.

GB/T 22239-2019, 8.1.4.6: programs and important settings can be verified, and what does not
verify raises an alarm and is on record.
"""

import hmac
import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from shucheng.kernel.action import action
from shucheng.kernel.actor import Actor, Role, system_actor
from shucheng.kernel.alerts.actions import raise_alert
from shucheng.kernel.alerts.models import Alert
from shucheng.kernel.audit.entries import record
from shucheng.kernel.audit.models import AuditEntry
from shucheng.kernel.operations.release import Release
from shucheng.kernel.operations.trust import named, release

STARTED = "operations.program.started"
VERIFIED = "operations.program.verified"


def marks(values: Mapping[str, str]) -> dict[str, str]:
    """A short mark of each setting: shows that it changed, tells nobody what it is."""
    key = settings.SECRET_KEY.encode()
    return {
        name: hmac.new(key, f"{name}={value}".encode(), "sha256").hexdigest()[:8]
        for name, value in sorted(values.items())
    }


@action
def note_start(configured: Mapping[str, str], *, actor: Actor) -> Release:
    """Record what starts and with which settings; alarm when either is not what it was."""
    actor.require("alerts.raise")
    before = AuditEntry.objects.filter(code=STARTED).order_by("sequence").last()
    now = marks(configured)
    found = _alarm_unless_released(actor)
    changed: list[str] = []
    if before is not None:
        then = json.loads(before.facts).get("settings", {})
        changed = sorted(name for name in {*then, *now} if then.get(name) != now.get(name))
    if changed:
        raise_alert(
            "operations.settings_changed",
            actor=actor,
            key="settings",
            severity=Alert.Severity.WARNING,
            role=Role.SECURITY,
            values={"names": ", ".join(changed)},
        )
    subject = ("program", found.version, found.version)
    record(
        STARTED,
        subject,
        actor=actor,
        release=found.status,
        differing=list(found.changed[:20]),
        settings=now,
        settings_changed=changed,
    )
    return found


@action
def verify_program(*, actor: Actor) -> Release:
    """The same look at the program while it runs."""
    actor.require("alerts.raise")
    found = _alarm_unless_released(actor)
    subject = ("program", found.version, found.version)
    differing = list(found.changed[:20])
    record(VERIFIED, subject, actor=actor, release=found.status, differing=differing)
    return found


def verify_program_job(payload: Any, *, actor: Actor, progress: Any) -> dict[str, Any]:
    found = verify_program(actor=actor)
    return {"release": found.status, "differing": list(found.changed[:20])}


def start(configured: Mapping[str, str]) -> Release:
    """For a process that starts; the release status is also its first log line."""
    return note_start(configured, actor=system_actor("cli"))


def _alarm_unless_released(actor: Actor) -> Release:
    found = release()
    expected = bool(settings.RELEASE_KEY)
    if found.status in {"changed", "forged"} or (expected and found.status == "missing"):
        raise_alert(
            "operations.program_changed",
            actor=actor,
            key="program",
            severity=Alert.Severity.CRITICAL,
            role=Role.SECURITY,
            values={"count": len(found.changed), "names": named(found.changed) or found.status},
        )
    return found

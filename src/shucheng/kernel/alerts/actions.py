"""Raising alerts, taking note of them, resolving them."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.action import action
from shucheng.kernel.actor import Actor, Role
from shucheng.kernel.alerts.models import Alert
from shucheng.kernel.alerts.queries import addressed_to
from shucheng.kernel.audit.entries import record
from shucheng.kernel.errors import Invalid, NotFound


@action
def raise_alert(
    code: str,
    *,
    actor: Actor,
    key: str,
    severity: str = Alert.Severity.WARNING,
    role: Role | None = None,
    organisation_id: int | None = None,
    person_id: int | None = None,
    values: Mapping[str, Any] | None = None,
    link: str = "",
) -> Alert:
    """Tell a role, an organisation or a person; while the same `key` is open, tell it again.

    An alert that happens again counts as unseen again.
    """
    actor.require("alerts.raise")
    facts = {"code": code, "values": dict(values or {}), "link": link, "last_at": timezone.now()}
    again = _again(key, facts)
    if again is not None:
        record("alerts.alert.repeated", again, actor=actor, times=again.times)
        return again
    alert = Alert(
        key=key[:200],
        severity=severity,
        role=role.value if role else "",
        organisation_id=organisation_id,
        person_id=person_id,
        **facts,
    )
    try:
        with transaction.atomic():
            alert.save()
    except IntegrityError:
        # Raised by another process between our look and our write.
        raised = _again(key, facts)
        if raised is None:
            raise
        alert = raised
    record("alerts.alert.raised", alert, actor=actor, severity=severity, **(values or {}))
    return alert


@action
def note_mailed(alert_id: int, told: int, failed: int, *, actor: Actor) -> Alert:
    """Mail about it was handed over, or there is nobody to be mailed."""
    actor.require("alerts.raise")
    alert = Alert.objects.select_for_update(of=("self",)).get(pk=alert_id)
    alert.mailed_at = timezone.now()
    alert.save(update_fields=["mailed_at"])
    record("alerts.alert.mailed", alert, actor=actor, people=told, failed=failed)
    return alert


@action
def see_alert(alert_id: int, *, actor: Actor) -> Alert:
    """Take note: it no longer counts as new, and stays until it is resolved."""
    alert = _mine(actor).filter(pk=alert_id).first()
    if alert is None:
        raise NotFound(_("The alert"))
    if alert.seen_at is None:
        alert.seen_at = timezone.now()
        alert.seen_by_id = actor.person_id
        alert.save(update_fields=["seen_at", "seen_by"])
    record("alerts.alert.seen", alert, actor=actor)
    return alert


@action
def resolve_alert(alert_id: int, resolution: str, *, actor: Actor) -> Alert:
    """Close it and say how; when the cause comes back a new alert is raised."""
    if not resolution.strip():
        raise Invalid(
            "alerts.resolution_missing",
            _("An alert is not closed without a word."),
            _("Write what it was and what was done."),
            fields={"resolution": str(_("Write what was done."))},
        )
    alert = _mine(actor).filter(pk=alert_id).first()
    if alert is None:
        raise NotFound(_("The alert"))
    alert.resolved_at = timezone.now()
    alert.resolved_by = actor.name[:150]
    alert.resolution = resolution.strip()[:500]
    alert.save(update_fields=["resolved_at", "resolved_by", "resolution"])
    record("alerts.alert.resolved", alert, actor=actor, resolution=alert.resolution)
    return alert


def _again(key: str, facts: Mapping[str, Any]) -> Alert | None:
    alert = Alert.objects.select_for_update().filter(key=key[:200], resolved_at=None).first()
    if alert is None:
        return None
    for name, value in facts.items():
        setattr(alert, name, value)
    alert.times += 1
    if alert.seen_at is not None:
        # Somebody had taken note: that it happens again is news, in the mail as well.
        alert.mailed_at = None
    alert.seen_at = alert.seen_by = None
    alert.save()
    return alert


def _mine(actor: Actor) -> QuerySet[Alert]:
    actor.require("alerts.view")
    return addressed_to(actor).select_for_update(of=("self",)).filter(resolved_at=None)

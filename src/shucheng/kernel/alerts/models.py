"""Alerts: something a person should look at, once for each cause, until it is resolved."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.alerts.texts import next_step_of, title_of


class Alert(models.Model):
    """One open alert for each `key`; what happens again raises `times` instead of a second one.

    The text is not stored: `code` and `values` are put into the reader's language when shown.
    """

    class Severity(models.TextChoices):
        NOTICE = "notice", _("Notice")
        WARNING = "warning", _("Warning")
        CRITICAL = "critical", _("Critical")

    code = models.CharField(max_length=80)
    key = models.CharField(max_length=200)
    severity = models.CharField(max_length=10, choices=Severity)
    role = models.CharField(max_length=20, blank=True)
    organisation = models.ForeignKey(
        "identity.Organisation", models.PROTECT, null=True, related_name="+"
    )
    person = models.ForeignKey("identity.Person", models.PROTECT, null=True, related_name="+")
    values: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    link = models.CharField(max_length=300, blank=True)
    times = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey("identity.Person", models.PROTECT, null=True, related_name="+")
    # Set when mail about it was handed over, or when nobody it is addressed to can be mailed.
    mailed_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.CharField(max_length=150, blank=True)
    resolution = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-last_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                "key", condition=Q(resolved_at__isnull=True), name="alert_open_once"
            ),
            models.CheckConstraint(condition=Q(times__gte=1), name="alert_happened"),
        ]
        indexes = [models.Index(fields=["resolved_at", "-last_at"], name="alert_open_first")]

    def __str__(self) -> str:
        return f"{self.code} {self.key}"

    @property
    def title(self) -> str:
        return title_of(self.code, self.values)

    @property
    def next_step(self) -> str:
        return next_step_of(self.code, self.values)

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None


class WatchCursor(models.Model):
    """How far a rule has read the audit log."""

    name = models.CharField(max_length=80, primary_key=True)
    sequence = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} {self.sequence}"

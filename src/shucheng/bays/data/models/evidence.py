"""Evidence (存证溯源): events in their own transactions, their leaves in the log, signed heads.
Every row here only grows."""

from typing import Any

from django.db import models
from django.utils import timezone


class EvidenceEvent(models.Model):
    """Something that left a proof: written with what it proves, appended to the log by a job."""

    kind = models.CharField(max_length=40)
    about = models.CharField(max_length=80, db_index=True)
    # Small: codes, days, digests; no personal data and no value of the data.
    content: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}"


class EvidenceLeaf(models.Model):
    """Where an event stands in the log. Numbers follow the log, not the events: of two at once the
    one that is committed first is appended first."""

    event = models.OneToOneField(EvidenceEvent, models.PROTECT, related_name="leaf")
    number = models.PositiveBigIntegerField(unique=True)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number}"


class TreeHead(models.Model):
    """What the log stated of itself, signed."""

    size = models.PositiveBigIntegerField()
    head: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.size}"

"""Quality: rules of a resource, checks by them, defects with their holder, certificates."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.models.catalogue import Resource


class QualityRules(models.Model):
    """What a resource is checked by, as YAML. Rows only grow; the newest counts."""

    resource = models.ForeignKey(Resource, models.PROTECT, related_name="quality_rules")
    number = models.PositiveIntegerField()
    text = models.TextField()
    reason = models.CharField(max_length=300, blank=True)
    by = models.CharField(max_length=150)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["resource_id", "number"]
        constraints = [models.UniqueConstraint("resource", "number", name="data_rules_once")]

    def __str__(self) -> str:
        return f"{self.resource_id} {self.number}"


class QualityCheck(models.Model):
    """A resource checked once, by the rules of that day. Rows only grow."""

    resource = models.ForeignKey(Resource, models.PROTECT, related_name="checks")
    rules = models.ForeignKey(QualityRules, models.PROTECT, null=True, related_name="+")
    as_of = models.DateField()
    rows = models.PositiveBigIntegerField()
    score = models.FloatField(null=True)
    scores: models.JSONField[dict[str, float], dict[str, float]] = models.JSONField(default=dict)
    # The engine's profile: fields and outcomes, examples masked.
    profile: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    version = models.CharField(
        max_length=64
    )  # of what was checked: a hash of the file, or a moment
    simulated = models.BooleanField(default=False)
    by = models.CharField(max_length=150)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.resource_id} {self.as_of}"


class Defect(models.Model):
    """A rule that a check found broken: the holder mends or explains it by a day."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        MENDED = "mended", _("Said to be mended")
        CLOSED = "closed", _("Closed by a later check")
        ACCEPTED = "accepted", _("Explained and accepted")

    resource = models.ForeignKey(Resource, models.PROTECT, related_name="defects")
    found = models.ForeignKey(QualityCheck, models.PROTECT, related_name="defects")
    rule = models.CharField(max_length=60)
    dimension = models.CharField(max_length=20)
    failed = models.PositiveBigIntegerField()
    judged = models.PositiveBigIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    due = models.DateField()
    answer = models.CharField(max_length=500, blank=True)
    simulated = models.BooleanField(default=False)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["due", "id"]
        constraints = [
            models.UniqueConstraint(
                "resource",
                "rule",
                condition=models.Q(state__in=["open", "mended"]),
                name="data_defect_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.resource_id} {self.rule}"


class Certificate(models.Model):
    """A dataset described, hashed and measured as it was that day (高质量数据集). Rows only
    grow."""

    code = models.CharField(max_length=60, unique=True)
    resource = models.ForeignKey(Resource, models.PROTECT, related_name="certificates")
    check_of = models.ForeignKey(QualityCheck, models.PROTECT, related_name="+")
    hash = models.CharField(max_length=80)  # algorithm:hex of the version
    licence = models.CharField(max_length=120)
    datasheet: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    croissant: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    benchmark: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    scenario = models.CharField(max_length=120, blank=True)
    simulated = models.BooleanField(default=False)
    by = models.CharField(max_length=150)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.code

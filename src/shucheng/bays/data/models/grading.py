"""Classification and grading (分类分级): what rules propose, and what a person decided."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.models.catalogue import Field


class GradingRules(models.Model):
    """A state of the rule files; the package ships number 0. Rows only grow, the newest counts."""

    number = models.PositiveIntegerField(unique=True)
    texts: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    reason = models.CharField(max_length=300)
    by = models.CharField(max_length=150)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number}"


class RulesProposal(models.Model):
    """Rules that one person proposed and another publishes or refuses."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        PUBLISHED = "published", _("Published")
        REFUSED = "refused", _("Refused")

    number = models.PositiveIntegerField()  # of the rules it was written from
    texts: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(default=dict)
    reason = models.CharField(max_length=300)
    proposed_by = models.ForeignKey("identity.Person", models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now, editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    decision = models.CharField(max_length=300, blank=True)
    decided_by = models.ForeignKey("identity.Person", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    rules = models.ForeignKey(GradingRules, models.PROTECT, null=True, related_name="+")
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"


class GradeProposal(models.Model):
    """What a field is proposed to be; the newest takes the place of the one before. Its reasons
    name rules and counts, and values only masked."""

    class State(models.TextChoices):
        WAITING = "waiting", _("To be decided")
        DECIDED = "decided", _("Decided")
        AGAIN = "again", _("To be decided again")

    field = models.OneToOneField(Field, models.PROTECT, related_name="proposal")
    grade = models.CharField(max_length=12)
    categories: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    confidence = models.FloatField()
    # The engine's proposal, findings, doubts and reasons, as it was made.
    content: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    rules = models.CharField(max_length=64)  # the digest of the rules
    sampled = models.BooleanField(default=False)  # values were looked at, not names alone
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    why_again = models.CharField(max_length=40, blank=True)
    proposed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["field_id"]
        indexes = [models.Index(fields=["state", "grade"], name="data_proposal_state")]

    def __str__(self) -> str:
        return f"{self.field_id} {self.grade}"


class GradeDecision(models.Model):
    """What a person decided of a field, and on which proposal. Rows only grow."""

    field = models.ForeignKey(Field, models.PROTECT, related_name="decisions")
    grade = models.CharField(max_length=12)
    categories: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    proposed: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    reason = models.CharField(max_length=300, blank=True)
    by = models.CharField(max_length=150)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.field_id} {self.grade}"

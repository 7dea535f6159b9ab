"""Delivery that enforces: tokens, every call, budgets that concurrent spenders cannot overspend."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.models.market import Agreement


class Token(models.Model):
    """A short-lived token that was issued; the token itself is not kept."""

    code = models.CharField(max_length=60, unique=True)  # the id in its claims
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="tokens")
    mode = models.CharField(max_length=12)
    purpose = models.CharField(max_length=40)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    by = models.CharField(max_length=150)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.code


class Call(models.Model):
    """A call as it was metered, refused ones too; no value of the data. Rows only grow."""

    code = models.CharField(max_length=60, unique=True)
    agreement = models.CharField(max_length=60, blank=True, db_index=True)
    token = models.CharField(max_length=60, blank=True)
    mode = models.CharField(max_length=12)
    outcome = models.CharField(max_length=40)  # ok, or the code of the refusal
    rows = models.PositiveBigIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0)
    ms = models.FloatField(default=0)
    digest = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.code


class Budget(models.Model):
    """A budget by its key, changed only from the version that was read: see
    `engine/delivery/ledger`."""

    key = models.CharField(max_length=120, unique=True)
    version = models.PositiveBigIntegerField(default=0)
    value = models.TextField()

    class Meta:
        ordering = ["key"]
        verbose_name = _("Budget")

    def __str__(self) -> str:
        return self.key

"""Money in whole 分: metered use, settlements, the books, invoices; and data as an asset (入表).
Every row here only grows."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.models.market import Agreement


class UsageRecord(models.Model):
    """One use that is charged: a call, rows, a download, a period."""

    code = models.CharField(max_length=60, unique=True)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="usage")
    quantity = models.PositiveBigIntegerField(default=1)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["agreement", "at"], name="data_usage_when")]

    def __str__(self) -> str:
        return self.code


class Settlement(models.Model):
    """What a period's use cost beyond earlier settlements of it, and each share's part."""

    code = models.CharField(max_length=60, unique=True)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="settlements")
    period = models.CharField(max_length=10)
    quantity = models.PositiveBigIntegerField()
    amount = models.BigIntegerField()
    parts: models.JSONField[dict[str, int], dict[str, int]] = models.JSONField(default=dict)
    on = models.DateField()
    simulated = models.BooleanField(default=False)
    by = models.CharField(max_length=150)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.code


class LedgerEntry(models.Model):
    """One event in the books; its lines sum to zero."""

    code = models.CharField(max_length=80, unique=True)
    on = models.DateField()
    kind = models.CharField(max_length=20)
    about = models.CharField(max_length=60, blank=True, db_index=True)
    simulated = models.BooleanField(default=False)
    by = models.CharField(max_length=150)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.code


class LedgerLine(models.Model):
    """分 on an account: debit above zero, credit below."""

    entry = models.ForeignKey(LedgerEntry, models.PROTECT, related_name="lines")
    account = models.CharField(max_length=80, db_index=True)
    fen = models.BigIntegerField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.account} {self.fen}"


class Invoice(models.Model):
    """A record of an invoice, or of a credit note that corrects one (negative 分)."""

    number = models.CharField(max_length=60, unique=True)
    settlement = models.ForeignKey(Settlement, models.PROTECT, related_name="invoices")
    buyer = models.CharField(max_length=40)
    on = models.DateField()
    fen = models.BigIntegerField()
    corrects = models.CharField(max_length=60, blank=True)
    by = models.CharField(max_length=150)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.number


class DataAsset(models.Model):
    """A data resource that its owner recognises, would recognise, or does not, and why."""

    class Held(models.TextChoices):
        USE = "use", _("For own use")
        SALE = "sale", _("For sale")

    code = models.CharField(max_length=60, unique=True)
    owner = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    about = models.CharField(max_length=60, blank=True)  # a product or resource by code
    held_for = models.CharField(max_length=4, choices=Held)
    route = models.CharField(max_length=20)
    shown: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    asset_class = models.CharField(max_length=12, blank=True)  # empty: not recognised
    available = models.CharField(max_length=10, blank=True)
    months = models.PositiveIntegerField(null=True)
    residual = models.BigIntegerField(default=0)
    simulated = models.BooleanField(default=False)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title


class AssetEvent(models.Model):
    """A cost of a data asset, an impairment, or its end."""

    class Kind(models.TextChoices):
        COST = "cost", _("Cost")
        IMPAIRMENT = "impairment", _("Impairment")
        END = "end", _("End of the asset")

    asset = models.ForeignKey(DataAsset, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind)
    item = models.CharField(max_length=40, blank=True)
    phase = models.CharField(max_length=20, blank=True)
    fen = models.BigIntegerField(default=0)
    on = models.DateField()
    text = models.CharField(max_length=300, blank=True)
    by = models.CharField(max_length=150)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["on", "id"]

    def __str__(self) -> str:
        return f"{self.asset_id} {self.kind}"

"""The market: products made from authorised resources, offers, orders, agreements, disputes."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Product(models.Model):
    """A version of something made from resources, and how; a new version is another row."""

    class Kind(models.TextChoices):
        DATASET = "dataset", _("Dataset")
        API = "api", _("Interface")
        MODEL = "model", _("Model")
        REPORT = "report", _("Report")
        SANDBOX = "sandbox", _("Sandbox service")

    class State(models.TextChoices):
        DRAFT = "draft", _("Being made")
        REVIEW = "review", _("To be reviewed")
        RETURNED = "returned", _("Returned")
        LISTED = "listed", _("On the market")
        DELISTED = "delisted", _("Taken off the market")

    code = models.CharField(max_length=60)
    version = models.CharField(max_length=20, default="1")
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    kind = models.CharField(max_length=8, choices=Kind)
    variety = models.CharField(max_length=60)  # 交易品种
    maker = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+")
    # Resources and products by code (`code@version`), and the grants to process these.
    made_from: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    under: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    uses: models.JSONField[dict[str, list[str]], dict[str, list[str]]] = models.JSONField(
        default=dict
    )
    # How it was made: the SQL over its inputs by name, or steps in words, each with what it read.
    processing: models.JSONField[list[Any], list[Any]] = models.JSONField(default=list)
    registration = models.CharField(max_length=60, blank=True)
    # Its content (Parquet) and columns: [name, type, meaning]; never shown before an agreement.
    data = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+")
    columns: models.JSONField[list[list[str]], list[list[str]]] = models.JSONField(default=list)
    rows = models.PositiveBigIntegerField(null=True)
    # What holds for it now. `judged`: what the bureau judged it to be and over which inputs
    # (`engine/grading/derived`); empty: it is graded as its inputs are.
    grade = models.CharField(max_length=12, blank=True)
    modes: models.JSONField[list[Any], list[Any]] = models.JSONField(default=list)
    judged: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    simulated = models.BooleanField(default=False)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    listed_at = models.DateTimeField(null=True)
    delisted_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["code", "id"]
        constraints = [models.UniqueConstraint("code", "version", name="data_product_once")]
        indexes = [models.Index(fields=["state", "kind"], name="data_product_state")]

    def __str__(self) -> str:
        return f"{self.code}@{self.version}"


class Offer(models.Model):
    """On which terms a product is to be had: an ODRL policy, what is shown of it, the price, who
    takes which share."""

    class State(models.TextChoices):
        OPEN = "open", _("Open to orders")
        CLOSED = "closed", _("Closed to orders")

    code = models.CharField(max_length=60, unique=True)
    product = models.ForeignKey(Product, models.PROTECT, related_name="offers")
    policy: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    # Columns with their masks, conditions of rows, the least group: `engine/delivery/policy`.
    shows: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    price: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    # [role, party's code, ten-thousandths]
    shares: models.JSONField[list[list[Any]], list[list[Any]]] = models.JSONField(default=list)
    quota: models.JSONField[dict[str, int], dict[str, int]] = models.JSONField(default=dict)
    epsilon: "models.DecimalField[Any, Any]" = models.DecimalField(
        max_digits=9, decimal_places=6, null=True
    )
    broker = models.ForeignKey("identity.Organisation", models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=6, choices=State, default=State.OPEN)
    simulated = models.BooleanField(default=False)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.code


class Order(models.Model):
    """A buyer's wish for a product on an offer's terms; its states are `engine/ledger/states`."""

    code = models.CharField(max_length=60, unique=True)
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="orders")
    buyer = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=40)
    scenario = models.CharField(max_length=120, blank=True)
    area = models.CharField(max_length=32, blank=True)
    first = models.DateField()
    last = models.DateField()
    text = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=20)
    simulated = models.BooleanField(default=False)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["state"], name="data_order_state")]

    def __str__(self) -> str:
        return self.code


class Agreement(models.Model):
    """What was agreed on an order. Rows only grow: it ends by a stop or its last day."""

    code = models.CharField(max_length=60, unique=True)
    order = models.OneToOneField(Order, models.PROTECT, related_name="agreement")
    policy: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    shows: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    price: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    shares: models.JSONField[list[list[Any]], list[list[Any]]] = models.JSONField(default=list)
    # The grants to operate that deliveries under it stand on.
    grants: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    frequency = models.CharField(max_length=1, default="M")
    first = models.DateField()
    last = models.DateField()
    quota: models.JSONField[dict[str, int], dict[str, int]] = models.JSONField(default=dict)
    epsilon: "models.DecimalField[Any, Any]" = models.DecimalField(
        max_digits=9, decimal_places=6, null=True
    )
    simulated = models.BooleanField(default=False)
    by = models.CharField(max_length=150)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.code


class Dispute(models.Model):
    """A quarrel over an agreement or a settlement; its states are `engine/ledger/states`. While it
    is open, nothing of it is paid out."""

    code = models.CharField(max_length=60, unique=True)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="disputes")
    settlement = models.CharField(max_length=60, blank=True)
    raised_by = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+")
    text = models.TextField()
    state = models.CharField(max_length=20)
    refund = models.BigIntegerField(null=True)  # 分, when it was decided
    simulated = models.BooleanField(default=False)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.code

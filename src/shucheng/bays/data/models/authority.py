"""Authorised operation (授权运营): authorisations, the grants of the three rights, what stopped
them, guided prices. Parties are named by their organisation's code, as the engine reads them."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.models.cases import Case


class Authorisation(models.Model):
    """What an operator is given over which resources; its states are its `Case`."""

    class Mode(models.TextChoices):
        WHOLE = "whole", _("As a whole")
        DOMAIN = "domain", _("By domain")
        SCENARIO = "scenario", _("By scenario")

    case = models.OneToOneField(Case, models.PROTECT, related_name="authorisation")
    mode = models.CharField(max_length=10, choices=Mode)
    scenario = models.CharField(max_length=120)
    resources: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    # The values allowed by dimension, as the engine's `Limits`; an absent one is not limited.
    limits: models.JSONField[dict[str, list[str]], dict[str, list[str]]] = models.JSONField(
        default=dict
    )
    # The plan by its twelve heads, the agreement by its thirteen; texts by head.
    plan: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(default=dict)
    agreement: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(default=dict)
    operator = models.ForeignKey(
        "identity.Organisation", models.PROTECT, null=True, related_name="+"
    )
    may_pass_on = models.BooleanField(default=False)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.case.code


class Grant(models.Model):
    """One of the three rights given (持有权, 加工使用权, 经营权). Rows only grow; it ends
    by a stop."""

    class Right(models.TextChoices):
        HOLD = "hold", _("Right to hold the resource")
        PROCESS = "process", _("Right to process and use")
        OPERATE = "operate", _("Right to operate products")

    code = models.CharField(max_length=60, unique=True)
    right = models.CharField(max_length=8, choices=Right)
    giver = models.CharField(max_length=40)
    taker = models.CharField(max_length=40)
    things: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    start = models.DateField()
    end = models.DateField()
    basis: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    under: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    limits: models.JSONField[dict[str, list[str]], dict[str, list[str]]] = models.JSONField(
        default=dict
    )
    may_pass_on = models.BooleanField(default=False)
    simulated = models.BooleanField(default=False)
    by = models.CharField(max_length=150)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["taker"], name="data_grant_taker")]

    def __str__(self) -> str:
        return self.code


class Stop(models.Model):
    """From a day on a grant, case, resource, product or delivery is suspended, in force again, or
    revoked for good. Rows only grow, in the order in which it was decided."""

    class Kind(models.TextChoices):
        SUSPEND = "suspend", _("Suspended")
        LIFT = "lift", _("In force again")
        REVOKE = "revoke", _("Revoked")

    on = models.CharField(max_length=60, db_index=True)
    kind = models.CharField(max_length=8, choices=Kind)
    day = models.DateField()
    # Who decided, where several may: the `order`, the `bureau`, a holder's code.
    side = models.CharField(max_length=40, blank=True, default="")
    reason = models.CharField(max_length=300, blank=True)
    by = models.CharField(max_length=150)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.on} {self.kind}"


class Related(models.Model):
    """Two parties that count as one, directly or indirectly (PD-OPS-02). Rows only grow."""

    party = models.CharField(max_length=40)
    with_party = models.CharField(max_length=40)
    reason = models.CharField(max_length=300)
    by = models.CharField(max_length=150)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint("party", "with_party", name="data_related_once")]

    def __str__(self) -> str:
        return f"{self.party} {self.with_party}"


class PriceReview(models.Model):
    """The permitted revenue of an operator and a period, with what it was computed from, and the
    ceilings that follow (最高准许收入, 上限收费标准). Rows only grow; the newest of a period
    counts."""

    authorisation = models.ForeignKey(Authorisation, models.PROTECT, related_name="price_reviews")
    since = models.DateField()
    until = models.DateField()
    costs: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    maximum: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    permitted = models.BigIntegerField()  # 分
    # By product: 分 a unit, and the volume expected.
    ceilings: models.JSONField[dict[str, int], dict[str, int]] = models.JSONField(default=dict)
    volumes: models.JSONField[dict[str, int], dict[str, int]] = models.JSONField(default=dict)
    # What of an overrun is taken off in later periods, next first.
    instalments: models.JSONField[list[int], list[int]] = models.JSONField(default=list)
    simulated = models.BooleanField(default=False)
    by = models.CharField(max_length=150)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.authorisation_id} {self.since}"


class Disclosure(models.Model):
    """What an operator or implementing institution owes the public on a year, and when it came
    (PD-DIS). `told` is generated from state when it is published; rows only grow."""

    authorisation = models.ForeignKey(Authorisation, models.PROTECT, related_name="disclosures")
    year = models.PositiveIntegerField()
    kind = models.CharField(max_length=20)  # annual_report, disclosure, security_assessment
    told: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    file = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+")
    on = models.DateField()
    by = models.CharField(max_length=150)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.authorisation_id} {self.year} {self.kind}"

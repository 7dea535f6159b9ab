"""What is known of firms, batch by batch, and the definitions that figures are made by.

Batches are the truth: what the register, a return, a list of honours or of facts said lies in an
immutable Parquet file, and a correction is a later batch. `Firm` repeats the newest of it, so that
a list of a million is one table. A definition that changes is a new number.
"""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Batch(models.Model):
    """One import: the file as it came, what it was read as, how far it is written."""

    class Kind(models.TextChoices):
        REGISTER = "register", _("Register of firms")
        RETURNS = "returns", _("Returns of firms")
        HONOURS = "honours", _("Honours of firms")
        FACTS = "facts", _("Facts of firms")

    class State(models.TextChoices):
        READING = "reading", _("Being read")
        MAPPING = "mapping", _("Columns to be confirmed")
        STAGED = "staged", _("Read, waiting to be taken over")
        WRITING = "writing", _("Being taken over")
        APPLIED = "applied", _("Taken over")
        LAID_ASIDE = "laid_aside", _("Laid aside")

    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=12, choices=State, default=State.STAGED)
    # The upload, and its rows as they were understood (Parquet).
    file = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+")
    rows = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+")
    # Which column was read as what, and the month since which register facts hold.
    mapping: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    since = models.PositiveIntegerField(null=True)
    good = models.PositiveIntegerField(default=0)
    bad = models.PositiveIntegerField(default=0)
    # What the dry run found: counts by code and the first errors with sheet, row and column.
    report: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    written = models.PositiveIntegerField(default=0)
    simulated = models.BooleanField(default=False)
    by = models.CharField(max_length=150)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    applied_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Firm(models.Model):
    """A firm by its unified social credit code, with the newest of what batches say of it."""

    class Size(models.TextChoices):
        LARGE = "large", _("Large")
        MEDIUM = "medium", _("Medium-sized")
        SMALL = "small", _("Small")
        MICRO = "micro", _("Micro")

    credit_code = models.CharField(max_length=18, unique=True)
    name = models.CharField(max_length=200)
    industry = models.CharField(max_length=4)  # GB/T 4754-2017
    area = models.CharField(max_length=32)
    park = models.CharField(max_length=80, blank=True)
    size = models.CharField(max_length=6, choices=Size)
    designated = models.BooleanField(default=False)  # 规上
    address = models.CharField(max_length=300, blank=True)
    # The month (yyyymm) since which these facts hold, and whether it is in business.
    since = models.PositiveIntegerField()
    is_open = models.BooleanField(default=True)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="+")
    # Another registration of the same firm, found by linking; undone by emptying it.
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged"
    )

    class Meta:
        ordering = ["credit_code"]
        indexes = [
            models.Index(fields=["area", "industry"], name="statistics_firm_place"),
            models.Index(fields=["name"], name="statistics_firm_name"),
            # Asked before every answer from micro-data, of all firms; few are merged.
            models.Index(
                fields=["merged_into"],
                name="statistics_firm_merged",
                condition=Q(merged_into__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Link(models.Model):
    """Two registrations that may be one firm: what speaks for it, and what a person decided."""

    class State(models.TextChoices):
        WAITING = "waiting", _("To be decided")
        SAME = "same", _("The same firm")
        DIFFERENT = "different", _("Two firms")

    left = models.ForeignKey(Firm, models.PROTECT, related_name="+")
    right = models.ForeignKey(Firm, models.PROTECT, related_name="+")
    probability = models.FloatField()
    evidence: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(
        default=list
    )
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    # Of one firm: whose facts count while it is read as one; empty, those told last.
    facts_of = models.ForeignKey(Firm, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)
    decided_by = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-probability", "id"]
        constraints = [
            models.UniqueConstraint("left", "right", name="statistics_link_once"),
            models.CheckConstraint(condition=~Q(left=models.F("right")), name="statistics_two"),
        ]

    def __str__(self) -> str:
        return f"{self.left_id} {self.right_id}"


class Definition(models.Model):
    """A version of what figures are made by: the classification, the plan's industries, rates,
    an index, the ladder, rules of suppression, how late firms of a month are imputed. The package
    ships number 0 of each; the newest counts. Rows only grow."""

    class Kind(models.TextChoices):
        CLASSIFICATION = "classification", _("Statistical classification")
        INDUSTRIES = "industries", _("Industries of the plan")
        RATES = "rates", _("Value-added rates")
        INDEX = "index", _("Composite index")
        LADDER = "ladder", _("Ladder of firms")
        SUPPRESSION = "suppression", _("Rules of suppression")
        IMPUTATION = "imputation", _("Imputation of late firms")

    kind = models.CharField(max_length=20, choices=Kind)
    code = models.CharField(max_length=60, blank=True)
    number = models.PositiveIntegerField()
    text = models.TextField()
    reason = models.CharField(max_length=300)
    by = models.CharField(max_length=150)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["kind", "code", "number"]
        constraints = [
            models.UniqueConstraint("kind", "code", "number", name="statistics_definition_number")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.code} {self.number}"


class Proposal(models.Model):
    """A definition's next version: proposed by one person, published or refused by another.
    `number` is that of the version it was written from."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        PUBLISHED = "published", _("Published")
        REFUSED = "refused", _("Refused")

    kind = models.CharField(max_length=20, choices=Definition.Kind)
    number = models.PositiveIntegerField()
    text = models.TextField()
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    proposed_by = models.ForeignKey("identity.Person", models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now, editable=False)
    decided_by = models.ForeignKey("identity.Person", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=300, blank=True)
    definition = models.ForeignKey(Definition, models.PROTECT, null=True, related_name="+")
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class Coefficient(models.Model):
    """The share of a firm (or of a starred class) that counts as digital economy (折算系数):
    proposed by one person, approved by another. It holds since its month, until the next one of
    the same firm and class. Approved rows are never changed; a newer one since the same month
    takes their place."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")

    firm = models.ForeignKey(Firm, models.PROTECT, null=True, related_name="coefficients")
    de_code = models.CharField(max_length=6)
    share: "models.DecimalField[Any, Any]" = models.DecimalField(max_digits=5, decimal_places=4)
    since = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    reason = models.CharField(max_length=300)
    evidence = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+")
    proposed_by = models.ForeignKey("identity.Person", models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now, editable=False)
    decided_by = models.ForeignKey("identity.Person", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=300, blank=True)
    simulated = models.BooleanField(default=False)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(share__gte=0) & Q(share__lte=1), name="statistics_share_of_one"
            )
        ]

    def __str__(self) -> str:
        return f"{self.firm_id or ''} {self.de_code} {self.share}"


class IndexRun(models.Model):
    """An index computed: the definition's number, the values it took, what came out. Rows only
    grow; the newest of a definition and period is shown."""

    code = models.CharField(max_length=60)
    definition = models.PositiveIntegerField()
    period = models.CharField(max_length=10)
    values: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    result: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    simulated = models.BooleanField(default=False)
    by = models.CharField(max_length=150)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["code", "period"], name="statistics_index_run")]

    def __str__(self) -> str:
        return f"{self.code} {self.period}"


class Publication(models.Model):
    """The tables of a month that left the bay: the only source of what readers see and the spine is
    told. Rows only grow: what is out stays out, a correction is in the total of a later month."""

    period = models.PositiveIntegerField(unique=True)  # yyyymm, year to date
    # Which of its year's it is: each is decided with the one before, so two cannot be made at once.
    year = models.PositiveIntegerField()
    position = models.PositiveIntegerField()
    # [measure, class or industry, area, size, thousand yuan or persons]; None is withheld.
    cells: models.JSONField[list[Any], list[Any]] = models.JSONField(default=list)
    # What was counted (`engine/published_tables`), as Parquet: never leaves the bay.
    counted = models.BinaryField(default=b"")
    beside: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    certificate: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    versions: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    simulated = models.BooleanField(default=False)
    by = models.CharField(max_length=150)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["period"]
        constraints = [
            models.UniqueConstraint(
                fields=["year", "position"], name="statistics_publication_one_after_another"
            )
        ]

    def __str__(self) -> str:
        return f"{self.period}"


class Prospect(models.Model):
    """A firm to be won for the city (招引突破清单): where it stands, who acts next."""

    class Stage(models.TextChoices):
        LISTED = "listed", _("Listed")
        CONTACTED = "contacted", _("In contact")
        NEGOTIATING = "negotiating", _("Negotiating")
        SIGNED = "signed", _("Signed")
        BUILDING = "building", _("Under construction")
        RUNNING = "running", _("In operation")
        GIVEN_UP = "given_up", _("No longer pursued")

    name = models.CharField(max_length=200)
    industry = models.CharField(max_length=40)  # an industry of the plan
    kind = models.CharField(max_length=40, blank=True)  # gazelle, unicorn, little_giant ...
    area = models.CharField(max_length=32, blank=True)
    stage = models.CharField(max_length=12, choices=Stage, default=Stage.LISTED)
    owner = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+")
    next_action = models.CharField(max_length=300, blank=True)
    due = models.DateField(null=True)
    # Investment agreed or expected, in 万元.
    amount: "models.DecimalField[Any, Any]" = models.DecimalField(
        max_digits=14, decimal_places=2, null=True
    )
    firm = models.ForeignKey(Firm, models.PROTECT, null=True, related_name="+")
    simulated = models.BooleanField(default=False)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["due", "id"]

    def __str__(self) -> str:
        return self.name


class ProspectEvent(models.Model):
    """One step with a prospect. Rows only grow."""

    prospect = models.ForeignKey(Prospect, models.PROTECT, related_name="events")
    before = models.CharField(max_length=12, blank=True)
    after = models.CharField(max_length=12)
    text = models.CharField(max_length=500, blank=True)
    by = models.CharField(max_length=150)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.prospect_id} {self.after}"

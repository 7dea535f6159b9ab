"""The one catalogue (一本账): what data there is, who holds it, what it may be used for."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shucheng.kernel.public import SealedTextField


class Source(models.Model):
    """Where resources are read from, or a catalogue that is harvested."""

    class Kind(models.TextChoices):
        POSTGRESQL = "postgresql", _("PostgreSQL")
        FILE = "file", _("File (CSV, Parquet, Excel)")
        OPENAPI = "openapi", _("Interface with an OpenAPI document")
        CKAN = "ckan", _("Catalogue with the CKAN interface")
        DCAT = "dcat", _("Catalogue in DCAT")

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=Kind)
    organisation = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+")
    # host:port/database, an address, or nothing for a file; never with a password in it.
    address = models.CharField(max_length=500, blank=True)
    username = models.CharField(max_length=80, blank=True)
    password = SealedTextField(blank=True, default="")
    file = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+")
    # What was found there when it was last read: tables with fields, no value of the data.
    found: models.JSONField[list[Any], list[Any]] = models.JSONField(default=list)
    read_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=300, blank=True)
    simulated = models.BooleanField(default=False)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Resource(models.Model):
    """A data resource as it is known today; `ResourceVersion` keeps what was said before."""

    class Kind(models.TextChoices):
        TABLE = "table", pgettext_lazy("resource", "Table")
        FILE = "file", _("File")
        API = "api", _("Interface")

    class State(models.TextChoices):
        DRAFT = "draft", _("Being described")
        LISTED = "listed", _("In the catalogue")
        WITHDRAWN = "withdrawn", _("Taken out")

    class Condition(models.TextChoices):
        UNCONDITIONAL = "unconditional", _("Without conditions")
        CONDITIONAL = "conditional", _("With conditions")
        NONE = "none", _("Not at all")

    code = models.CharField(max_length=60, unique=True)
    holder = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    kind = models.CharField(max_length=6, choices=Kind, default=Kind.TABLE)
    theme = models.CharField(max_length=40, blank=True)
    keywords: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    basis = models.CharField(max_length=300, blank=True)  # 采集依据
    frequency = models.CharField(max_length=20, blank=True)
    area = models.CharField(max_length=32, blank=True)
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    sharing = models.CharField(max_length=13, choices=Condition, default=Condition.CONDITIONAL)
    sharing_terms = models.CharField(max_length=300, blank=True)
    opening = models.CharField(max_length=13, choices=Condition, default=Condition.NONE)
    opening_terms = models.CharField(max_length=300, blank=True)
    licence = models.CharField(max_length=120, blank=True)
    people = models.PositiveBigIntegerField(null=True)  # of how many persons it speaks
    rows = models.PositiveBigIntegerField(null=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True, related_name="resources")
    table = models.CharField(max_length=200, blank=True)  # its name in the source
    identifier = models.CharField(max_length=300, blank=True)  # in the catalogue it came from
    publisher = models.CharField(max_length=200, blank=True)  # whom that catalogue names
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    number = models.PositiveIntegerField(default=0)  # of its newest version
    # What the grading room found and what a person decided: the grade, and how it may be delivered.
    grade = models.CharField(max_length=12, blank=True)
    modes: models.JSONField[list[Any], list[Any]] = models.JSONField(default=list)
    graded_by_hand = models.BooleanField(default=False)
    score = models.FloatField(null=True)  # of its newest quality check, from 0 to 1
    simulated = models.BooleanField(default=False)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["code"]
        indexes = [
            models.Index(fields=["holder", "state"], name="data_resource_holder"),
            models.Index(fields=["source", "identifier"], name="data_resource_origin"),
        ]

    def __str__(self) -> str:
        return self.title


class Field(models.Model):
    """A data item (数据项) of a resource, with the grade that holds for it."""

    resource = models.ForeignKey(Resource, models.PROTECT, related_name="fields")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=120)
    title = models.CharField(max_length=200, blank=True)
    type = models.CharField(max_length=60, blank=True)
    comment = models.CharField(max_length=300, blank=True)
    nullable = models.BooleanField(default=True)
    key = models.BooleanField(default=False)
    dropped = models.BooleanField(default=False)  # in an earlier version only
    grade = models.CharField(max_length=12, blank=True)
    categories: models.JSONField[list[str], list[str]] = models.JSONField(default=list)

    class Meta:
        ordering = ["resource_id", "position"]
        constraints = [models.UniqueConstraint("resource", "name", name="data_field_once")]

    def __str__(self) -> str:
        return self.name


class ResourceVersion(models.Model):
    """A resource as it was told once, fields and all. Rows only grow."""

    resource = models.ForeignKey(Resource, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    reason = models.CharField(max_length=300, blank=True)
    by = models.CharField(max_length=150)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["resource_id", "number"]
        constraints = [models.UniqueConstraint("resource", "number", name="data_version_once")]

    def __str__(self) -> str:
        return f"{self.resource_id} {self.number}"


class Lineage(models.Model):
    """A resource that was made from another, and how."""

    target = models.ForeignKey(Resource, models.PROTECT, related_name="made_from")
    origin = models.ForeignKey(Resource, models.PROTECT, related_name="made_into")
    how = models.CharField(max_length=300, blank=True)
    by = models.CharField(max_length=150)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint("target", "origin", name="data_lineage_once"),
            models.CheckConstraint(
                condition=~models.Q(target=models.F("origin")), name="data_lineage_two"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.origin_id} {self.target_id}"


class DataRequest(models.Model):
    """What one department asks of another (需求清单); its states are a `Case` of the same code."""

    code = models.CharField(max_length=60, unique=True)
    asker = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+")
    holder = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+")
    resource = models.ForeignKey(Resource, models.PROTECT, null=True, related_name="requests")
    title = models.CharField(max_length=200)
    wanted = models.TextField()  # which data items, over which time and place
    purpose = models.CharField(max_length=300)
    mode = models.CharField(max_length=12, blank=True)
    frequency = models.CharField(max_length=20, blank=True)
    rating = models.PositiveSmallIntegerField(null=True)  # 1 to 5, when it was delivered
    simulated = models.BooleanField(default=False)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title


class Harvest(models.Model):
    """A foreign catalogue read once: what is new, changed or gone there, until it is taken
    over."""

    class State(models.TextChoices):
        READ = "read", _("Read, waiting to be taken over")
        APPLIED = "applied", _("Taken over")
        LAID_ASIDE = "laid_aside", _("Laid aside")

    source = models.ForeignKey(Source, models.PROTECT, related_name="harvests")
    state = models.CharField(max_length=12, choices=State, default=State.READ)
    changes: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    counts: models.JSONField[dict[str, int], dict[str, int]] = models.JSONField(default=dict)
    by = models.CharField(max_length=150)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.source_id} {self.pk}"

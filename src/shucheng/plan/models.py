"""The stored plan: what was compiled, what people decided about it, and what was published.

A version lives in two halves. While it is in review, everything found is an `Item`: JSON, freely
editable, each decision audited. Publishing turns the items that were kept into typed rows
(`Target`, `Indicator`, ...), which nothing changes afterwards: a later reading of the plan is a
later version.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shucheng.plan.forecasting import Forecast
from shucheng.plan.judging import (
    AreaTarget,
    Decomposition,
    DifferenceNote,
    LightRuleVersion,
    PartKind,
    PathKnot,
    PathMethod,
    PathSetting,
)
from shucheng.plan.measuring import Binding, FormulaVersion, IndicatorValue

__all__ = [
    "KEPT",
    "AreaTarget",
    "Binding",
    "Decision",
    "Decomposition",
    "DifferenceNote",
    "Duty",
    "DutyRole",
    "Finding",
    "Forecast",
    "FormulaVersion",
    "Indicator",
    "IndicatorTarget",
    "IndicatorValue",
    "Item",
    "ItemKind",
    "LightRuleVersion",
    "PartKind",
    "PathKnot",
    "PathMethod",
    "PathSetting",
    "Plan",
    "PlanVersion",
    "Section",
    "Target",
    "Task",
    "VersionState",
    "WorkPoint",
]


class Plan(models.Model):
    """An action plan, over all its versions."""

    code = models.SlugField(max_length=64, unique=True)
    title = models.CharField(max_length=300)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.title


class VersionState(models.TextChoices):
    COMPILING = "compiling", _("Compiling")
    FAILED = "failed", _("Could not be read")
    REVIEW = "review", _("In review")
    PUBLISHED = "published", _("In force")
    SUPERSEDED = "superseded", _("Former")
    DISCARDED = "discarded", _("Discarded")


class PlanVersion(models.Model):
    """One reading of a plan's text. `number` is given when it is published.

    Of all published versions of all plans one is in force for the city; the others were before it,
    and can be put in force again.
    """

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=VersionState, default=VersionState.COMPILING)
    source = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+")
    title = models.CharField(max_length=300, blank=True)
    issuer = models.CharField(max_length=200, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    period_start = models.PositiveSmallIntegerField(null=True, blank=True)
    period_end = models.PositiveSmallIntegerField(null=True, blank=True)
    text = models.TextField(blank=True)
    # Tables with merged cells, as `plan.grids` writes them; others are drawn from their lines.
    tables = models.JSONField(default=list)
    compiled = models.JSONField(default=dict)
    compiler = models.CharField(max_length=40, blank=True)
    error = models.JSONField(default=dict)
    # What was taken over from the plan's version before: its number, counts, and what was not.
    carried = models.JSONField(default=dict)
    job = models.ForeignKey("jobs.Job", models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="plan_version_number"),
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="published"), name="plan_one_version_in_force"
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.plan.title


class ItemKind(models.TextChoices):
    TARGET = "target", _("Target")
    INDICATOR = "indicator", _("Indicator")
    TASK = "task", _("Task")
    WORK_POINT = "work_point", _("Work point")


class Decision(models.TextChoices):
    OPEN = "open", _("To decide")
    ACCEPTED = "accepted", _("Accepted")
    CORRECTED = "corrected", _("Corrected")
    ADDED = "added", _("Added")
    REJECTED = "rejected", _("Rejected")


KEPT = (Decision.OPEN, Decision.ACCEPTED, Decision.CORRECTED, Decision.ADDED)


class Item(models.Model):
    """Something found in (or added to) a version under review, and what was decided about it."""

    version = models.ForeignKey(PlanVersion, models.CASCADE, related_name="items")
    kind = models.CharField(max_length=12, choices=ItemKind)
    ref = models.CharField(max_length=12)
    position = models.PositiveIntegerField()
    data = models.JSONField()
    compiled = models.JSONField(null=True)
    span_start = models.PositiveIntegerField()
    span_end = models.PositiveIntegerField()
    decision = models.CharField(max_length=10, choices=Decision, default=Decision.OPEN)
    note = models.CharField(max_length=500, blank=True)
    decided_by = models.ForeignKey(
        "identity.Person", models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    # The number of the version in which it was decided, where it holds on from there.
    carried = models.PositiveIntegerField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "ref"], name="item_ref"),
            models.CheckConstraint(condition=Q(span_start__lte=F("span_end")), name="item_span"),
        ]
        indexes = [models.Index(fields=["version", "kind", "position"], name="item_by_kind")]

    def __str__(self) -> str:
        return f"{self.ref} {self.label}"

    @property
    def label(self) -> str:
        """What a person calls this item."""
        return str(
            next(
                (self.data[k] for k in ("subject", "name", "title", "text") if self.data.get(k)), ""
            )
        )


# A finding that waits to be dealt with: more than a hint, and nobody noted what was decided.
OPEN_FINDING = Q(noted="") & ~Q(severity="info")


class Finding(models.Model):
    """What lint said about a version, and whether the plan office has dealt with it."""

    version = models.ForeignKey(PlanVersion, models.CASCADE, related_name="findings")
    position = models.PositiveIntegerField()
    rule = models.CharField(max_length=60)
    severity = models.CharField(max_length=10)
    message_en = models.TextField()
    message_zh = models.TextField()
    spans = models.JSONField(default=list)
    refs = models.JSONField(default=list)
    noted = models.CharField(max_length=500, blank=True)
    noted_by = models.ForeignKey(
        "identity.Person", models.PROTECT, null=True, blank=True, related_name="+"
    )
    noted_at = models.DateTimeField(null=True, blank=True)
    carried = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.rule}: {self.message_en}"

    @property
    def is_open(self) -> bool:
        """As `OPEN_FINDING` says it to the database."""
        return self.severity != "info" and not self.noted


# -- published: typed, never changed ------------------------------------------------------------


class Section(models.Model):
    version = models.ForeignKey(PlanVersion, models.CASCADE, related_name="sections")
    key = models.CharField(max_length=20)
    number = models.CharField(max_length=20)
    title = models.CharField(max_length=300)
    level = models.PositiveSmallIntegerField()
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="children")
    position = models.PositiveIntegerField()
    span_start = models.PositiveIntegerField()
    span_end = models.PositiveIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["version", "key"], name="section_key")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Published(models.Model):
    """What every published row has: its place in the version and its sentence in the text."""

    version = models.ForeignKey(PlanVersion, models.CASCADE, related_name="%(class)ss")
    ref = models.CharField(max_length=12)
    section = models.ForeignKey(Section, models.PROTECT, null=True, related_name="%(class)ss")
    quote = models.TextField(blank=True)
    span_start = models.PositiveIntegerField()
    span_end = models.PositiveIntegerField()

    class Meta:
        abstract = True
        ordering = ["id"]


class Target(Published):
    """A quantified promise of the text."""

    subject = models.CharField(max_length=300)
    comparator = models.CharField(max_length=2)
    value = models.DecimalField(max_digits=24, decimal_places=6)
    value_max = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    unit = models.CharField(max_length=30, blank=True)
    year = models.PositiveSmallIntegerField(null=True)
    implied_year = models.PositiveSmallIntegerField(null=True)
    kind = models.CharField(max_length=12)
    work_point = models.ForeignKey("WorkPoint", models.SET_NULL, null=True, related_name="targets")
    binding = models.ForeignKey(Binding, models.SET_NULL, null=True, related_name="targets")

    def __str__(self) -> str:
        return f"{self.subject} {self.comparator} {self.value.normalize():f} {self.unit}"

    @property
    def due(self) -> int | None:
        return self.year or self.implied_year

    def stands_in(self, other: "Published") -> bool:
        """Whether this target's words are part of another item's."""
        return other.span_start <= self.span_start and self.span_end <= other.span_end


class Indicator(Published):
    """A row of the indicator annex. `code` stays the same from version to version."""

    code = models.CharField(max_length=80)
    no = models.PositiveSmallIntegerField()
    category = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=300)
    unit = models.CharField(max_length=30, blank=True)
    cumulative = models.BooleanField(default=False)
    comparator = models.CharField(max_length=2, default=">=")
    binding = models.ForeignKey(Binding, models.SET_NULL, null=True, related_name="indicators")

    class Meta(Published.Meta):
        ordering = ["no"]
        constraints = [models.UniqueConstraint(fields=["version", "code"], name="indicator_code")]

    def __str__(self) -> str:
        return self.name


class IndicatorTarget(models.Model):
    """What an indicator is to reach in a year."""

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="path")
    year = models.PositiveSmallIntegerField()
    value = models.DecimalField(max_digits=24, decimal_places=6)
    printed = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["year"]
        constraints = [
            models.UniqueConstraint(fields=["indicator", "year"], name="indicator_target_year")
        ]

    def __str__(self) -> str:
        return f"{self.year}: {self.value.normalize():f}"


class Task(Published):
    number = models.CharField(max_length=20)
    title = models.CharField(max_length=300)
    actions = models.JSONField(default=list)
    open_list = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.title


class WorkPoint(Published):
    no = models.PositiveSmallIntegerField()
    action = models.CharField(max_length=200)
    text = models.TextField()
    year = models.PositiveSmallIntegerField(null=True)

    class Meta(Published.Meta):
        ordering = ["no"]

    def __str__(self) -> str:
        return self.text


class DutyRole(models.TextChoices):
    LEAD = "lead", _("Lead")
    RESPONSIBLE = "responsible", _("Responsible")


class Duty(models.Model):
    """An organisation answers for a task, an indicator or a work point.

    `name` is as printed; `organisation` is empty while nobody has said which one it is.
    """

    version = models.ForeignKey(PlanVersion, models.CASCADE, related_name="duties")
    name = models.CharField(max_length=200)
    organisation = models.ForeignKey(
        "identity.Organisation", models.PROTECT, null=True, related_name="duties"
    )
    role = models.CharField(max_length=12, choices=DutyRole)
    position = models.PositiveSmallIntegerField(default=0)
    task = models.ForeignKey(Task, models.CASCADE, null=True, related_name="duties")
    indicator = models.ForeignKey(Indicator, models.CASCADE, null=True, related_name="duties")
    work_point = models.ForeignKey(WorkPoint, models.CASCADE, null=True, related_name="duties")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(
                name="duty_is_for_one_thing",
                condition=(
                    Q(task__isnull=False, indicator__isnull=True, work_point__isnull=True)
                    | Q(task__isnull=True, indicator__isnull=False, work_point__isnull=True)
                    | Q(task__isnull=True, indicator__isnull=True, work_point__isnull=False)
                ),
            )
        ]
        indexes = [models.Index(fields=["version", "organisation"], name="duty_by_organisation")]

    def __str__(self) -> str:
        return f"{self.name} ({self.role})"

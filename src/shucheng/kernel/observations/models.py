"""What can be observed and what was: metrics, their definitions, observations.

Index design, for 10 million observations. One row is one value of one *cell*: metric version ×
area × organisation × period × dimension key. The cell's identity is a 128-bit digest of those
five, so that its uniqueness and its history need one narrow index instead of five columns.

| question | index |
| --- | --- |
| has this cell a value, what is its head, what is its history | `observation_cell_vintage` |
| which row replaced this one: the anti-join of "current", "as known on" | unique `supersedes` |
| a metric's series, all areas or one, in a range of periods | `observation_series` |
| everything known about an area in a period | `observation_area` |
| what was recorded since a moment (recomputing, exports, change lists) | `observation_recorded` |
| what an organisation's figures are | `observation_organisation` |
"""

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _


class Measure(models.TextChoices):
    STOCK = "stock", _("Stock (at a moment)")
    FLOW = "flow", _("Flow (over the period)")
    RATE = "rate", _("Rate or share")
    INDEX = "index", _("Index")


class Frequency(models.TextChoices):
    YEAR = "A", _("Yearly")
    HALF_YEAR = "S", _("Half-yearly")
    QUARTER = "Q", _("Quarterly")
    MONTH = "M", _("Monthly")
    DAY = "D", _("Daily")


class Aggregation(models.TextChoices):
    """How values add up, over areas or over time."""

    SUM = "sum", _("Sum")
    LAST = "last", _("Last value")
    MEAN = "mean", _("Mean")
    WEIGHTED = "weighted", _("Weighted mean")
    NONE = "none", _("Does not add up")


class Origin(models.TextChoices):
    REPORTED = "reported", _("Reported by organisations")
    BAY = "bay", _("Measured by a platform")
    IMPORTED = "imported", _("Imported")


class Status(models.TextChoices):
    """SDMX code list CL_OBS_STATUS, the codes that occur in a city's reporting."""

    NORMAL = "A", _("Normal value")
    BREAK = "B", _("Break in the series")
    DEFINITION_DIFFERS = "D", _("Definition differs")
    ESTIMATED = "E", _("Estimated")
    FORECAST = "F", _("Forecast")
    IMPUTED = "I", _("Imputed")
    PROVISIONAL = "P", _("Provisional")
    LOW_RELIABILITY = "U", _("Low reliability")
    UNVALIDATED = "V", _("Unvalidated")
    # Firms report January together with February: 0 here, all of it there.
    ELSEWHERE = "K", _("Included in another period")
    NOT_COLLECTED = "L", _("Missing: exists but was not collected")
    CANNOT_EXIST = "M", _("Missing: cannot exist")
    MISSING = "O", _("Missing")
    SUPPRESSED = "Q", _("Missing: suppressed")


# A missing value carries one of these and no number; every other status carries a number.
MISSING_STATUSES = (
    Status.NOT_COLLECTED,
    Status.CANNOT_EXIST,
    Status.MISSING,
    Status.SUPPRESSED,
)
_MISSING_CODES = [status.value for status in MISSING_STATUSES]

# The source of rows that were made up for demonstration and load; screens say so.
SIMULATION = "simulation"


class Metric(models.Model):
    """Something that can be observed. What exactly it means is said by its versions."""

    code = models.CharField(max_length=80, unique=True)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160, blank=True)
    owner = models.ForeignKey("identity.Organisation", models.PROTECT, null=True, related_name="+")
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.REPORTED)
    # The figure of a bay that measures the same ("statistics.core_firms"): it is this metric's
    # value where a bay is the origin, and is shown beside it where organisations report.
    figure = models.CharField(max_length=80, blank=True)
    # True while nobody in office has confirmed what the city pack proposes.
    unconfirmed = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> str:
        """In the reader's language."""
        english = translation.get_language() == "en" and self.name_en
        return self.name_en if english else self.name_zh


class MetricVersion(models.Model):
    """A definition of a metric; a changed definition is a new version. Rows only grow."""

    metric = models.ForeignKey(Metric, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    unit = models.CharField(max_length=40)
    measure = models.CharField(max_length=10, choices=Measure)
    frequency = models.CharField(max_length=1, choices=Frequency)
    area_aggregation = models.CharField(max_length=10, choices=Aggregation)
    time_aggregation = models.CharField(max_length=10, choices=Aggregation)
    weight = models.ForeignKey(Metric, models.PROTECT, null=True, related_name="+")
    # Whether areas report their own values, not the city alone.
    by_area = models.BooleanField(default=True)
    # {"industry": ["01", "02"], "size": []}: an empty list admits any code.
    dimensions: models.JSONField[dict[str, list[str]], dict[str, list[str]]] = models.JSONField(
        default=dict
    )
    definition = models.TextField(blank=True)
    definition_en = models.TextField(blank=True)
    reason = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    recorded_by = models.ForeignKey("identity.Person", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["metric_id", "number"]
        constraints = [
            models.UniqueConstraint("metric", "number", name="metric_version_number"),
            models.CheckConstraint(
                condition=(
                    Q(weight__isnull=False)
                    | ~(Q(area_aggregation="weighted") | Q(time_aggregation="weighted"))
                ),
                name="metric_version_weight_given",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric} v{self.number}"


class Observation(models.Model):
    """One value of one cell as somebody recorded it. Rows only grow.

    A correction is a new row whose `supersedes` is the cell's head. `recorded_at` rises along
    the chain, so the value as known on D is the one row of the cell that was recorded by D and
    not superseded by D. Simulated rows alone may carry a moment before they were written.
    """

    metric_version = models.ForeignKey(
        MetricVersion, models.PROTECT, related_name="observations", db_index=False
    )
    area = models.ForeignKey("identity.Area", models.PROTECT, related_name="+", db_index=False)
    organisation = models.ForeignKey(
        "identity.Organisation", models.PROTECT, null=True, related_name="+", db_index=False
    )
    period = models.CharField(max_length=10)
    period_start = models.DateField()
    period_end = models.DateField()
    # "industry=01;size=large", codes sorted; empty where the metric has no dimensions.
    dimension_key = models.CharField(max_length=200, blank=True)
    cell = models.UUIDField()
    vintage = models.PositiveIntegerField(default=1)
    value: "models.DecimalField[Decimal | None, Decimal | None]" = models.DecimalField(
        max_digits=21, decimal_places=6, null=True
    )
    status = models.CharField(max_length=1, choices=Status, default=Status.NORMAL)
    source = models.CharField(max_length=60)
    evidence = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+")
    note = models.TextField(blank=True)
    # How an engine came to the value: its name and version, the digest of what it read.
    lineage: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        "identity.Person", models.PROTECT, null=True, related_name="+", db_index=False
    )
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="superseded_by"
    )

    class Meta:
        ordering = ["period_start", "id"]
        constraints = [
            models.UniqueConstraint("cell", "vintage", name="observation_cell_vintage"),
            models.CheckConstraint(
                condition=Q(value__isnull=True, status__in=_MISSING_CODES)
                | (Q(value__isnull=False) & ~Q(status__in=_MISSING_CODES)),
                name="observation_missing_has_no_value",
            ),
            models.CheckConstraint(
                condition=Q(vintage=1, supersedes__isnull=True)
                | Q(vintage__gt=1, supersedes__isnull=False),
                name="observation_later_vintage_supersedes",
            ),
        ]
        indexes = [
            models.Index(
                fields=["metric_version", "area", "period_start"], name="observation_series"
            ),
            models.Index(fields=["area", "period_start"], name="observation_area"),
            models.Index(fields=["recorded_at"], name="observation_recorded"),
            models.Index(fields=["organisation", "recorded_at"], name="observation_organisation"),
        ]

    def __str__(self) -> str:
        return f"{self.metric_version_id}/{self.period} v{self.vintage}"

    @property
    def unit(self) -> str:
        return self.metric_version.unit

    @property
    def is_missing(self) -> bool:
        return self.value is None

    @property
    def is_measured(self) -> bool:
        """By a bay, which measures it anew when what it stands on changes."""
        return bool(self.lineage.get("bay"))

    @property
    def is_normal(self) -> bool:
        return self.status == Status.NORMAL

    @property
    def is_simulated(self) -> bool:
        return self.source == SIMULATION

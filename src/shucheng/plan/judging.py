"""The tables that judging stands on: rules, paths, county targets, explained differences.

Beside `models.py`, which names them. All of them only grow: the newest row in force speaks, so that
what was judged on a day can be judged again as it was known on that day. An indicator is named by
its code, which it keeps from version to version of the plan.
"""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Decided(models.Model):
    """Who decided it, when, and why."""

    reason = models.CharField(max_length=500)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    recorded_by = models.ForeignKey("identity.Person", models.PROTECT, null=True, related_name="+")

    class Meta:
        abstract = True


class LightRuleVersion(Decided):
    """A published rule for lights, from a day on. The first version is part of the product
    (`queries.light_rules.FIRST`), so numbers here begin at 2."""

    number = models.PositiveIntegerField(unique=True)
    since = models.DateField()
    # Schedule progress in percent from which a light is green, or yellow; below it is red.
    green = models.DecimalField(max_digits=7, decimal_places=2)
    yellow = models.DecimalField(max_digits=7, decimal_places=2)
    # Calendar days after the due day from which a missing value is called late.
    late_after_days = models.PositiveSmallIntegerField()
    # Working days after a period's end by which its values are due, where no form says so.
    due_working_days = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"v{self.number}: {self.green} / {self.yellow}"


class PathMethod(models.TextChoices):
    LINEAR = "linear", _("Straight line")
    SEASONAL = "seasonal", _("By last year's seasons")
    BY_HAND = "by_hand", _("Set by hand")


class PathSetting(Decided):
    """How an indicator's path runs through a year."""

    indicator = models.CharField(max_length=80)
    year = models.PositiveSmallIntegerField()
    method = models.CharField(max_length=10, choices=PathMethod)

    class Meta:
        ordering = ["recorded_at", "id"]
        indexes = [models.Index(fields=["indicator", "year"], name="path_setting")]

    def __str__(self) -> str:
        return f"{self.indicator} {self.year}: {self.method}"


class PathKnot(models.Model):
    """Where a path set by hand stands at the end of a period, in the indicator's unit."""

    setting = models.ForeignKey(PathSetting, models.PROTECT, related_name="knots")
    period = models.CharField(max_length=10)
    value = models.DecimalField(max_digits=24, decimal_places=6)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint("setting", "period", name="path_knot_period")]

    def __str__(self) -> str:
        return f"{self.period}: {self.value.normalize():f}"


class PartKind(models.TextChoices):
    AREAS = "areas", _("Counties and zones")
    QUARTERS = "quarters", _("Quarters")


class Decomposition(Decided):
    """A year's target of an indicator, split over counties or over quarters.

    The parts add up to `total` exactly, or `why_not` says why they need not (a rate, an index:
    every county is asked for its own). `total` is what the year has to reach; over quarters, what
    the year has to add.
    """

    indicator = models.CharField(max_length=80)
    year = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=PartKind)
    total = models.DecimalField(max_digits=24, decimal_places=6)
    unit = models.CharField(max_length=30, blank=True)
    step = models.DecimalField(max_digits=12, decimal_places=6)
    # What the weights are: last year's values, the newest values, equal parts, given.
    basis = models.CharField(max_length=20)
    why_not = models.CharField(max_length=300, blank=True)
    # Made up for demonstration, or not agreed with the counties yet.
    simulated = models.BooleanField(default=False)
    confirmed = models.BooleanField(default=False)

    class Meta:
        ordering = ["recorded_at", "id"]
        indexes = [models.Index(fields=["indicator", "year"], name="decomposition")]

    def __str__(self) -> str:
        return f"{self.indicator} {self.year}: {self.total.normalize():f}"


class AreaTarget(models.Model):
    """One part of a decomposition: a county's target of the year, or a quarter's share."""

    decomposition = models.ForeignKey(Decomposition, models.PROTECT, related_name="parts")
    # The area's code; of quarters, the city's.
    area = models.CharField(max_length=40)
    period = models.CharField(max_length=10)
    value = models.DecimalField(max_digits=24, decimal_places=6)
    weight = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    fixed = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint("decomposition", "area", "period", name="area_target_part")
        ]

    def __str__(self) -> str:
        return f"{self.area} {self.period}: {self.value.normalize():f}"


class DifferenceNote(Decided):
    """Why the city's figure differs from the sum of its counties.

    `amount` is how much of the difference (city minus counties) it explains, in the indicator's
    unit; empty where it explains all of it. It holds from the period `since` to the period
    `until`, both included; a later note of the same name replaces it, and `withdrawn` ends it.
    """

    indicator = models.CharField(max_length=80)
    name = models.CharField(max_length=100)
    amount = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    since = models.CharField(max_length=10)
    until = models.CharField(max_length=10, blank=True)
    withdrawn = models.BooleanField(default=False)

    class Meta:
        ordering = ["recorded_at", "id"]
        indexes = [models.Index(fields=["indicator"], name="difference_note")]

    def __str__(self) -> str:
        return f"{self.indicator}: {self.name}"

"""The tables of what is measured: formulas, their versions, and the values that they gave.

Beside `models.py`, which Django reads and which names them.
"""

from django.db import models
from django.utils import timezone


class Binding(models.Model):
    """How something the plan promises is measured: a formula over metrics.

    A binding belongs to the city, not to a version: it says in words and units which promises it
    answers, and each version's rows point at the binding that answers them.
    """

    code = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=300)
    name_en = models.CharField(max_length=300, blank=True)
    formula = models.CharField(max_length=1000)
    unit = models.CharField(max_length=30, blank=True)
    direction = models.CharField(max_length=4, default="up")
    clause = models.CharField(max_length=300, blank=True)
    note = models.TextField(blank=True)
    # As in the city pack: the annex row {"no", "name"} or null, and the clauses of the text.
    row = models.JSONField(null=True)
    clauses = models.JSONField(default=list)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.name} = {self.formula}"


class FormulaVersion(models.Model):
    """A formula that a binding had, and since when. Rows only grow: the newest is in force."""

    binding = models.ForeignKey(Binding, models.PROTECT, related_name="formulas")
    number = models.PositiveIntegerField()
    formula = models.CharField(max_length=1000)
    unit = models.CharField(max_length=30, blank=True)
    clause = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    recorded_by = models.ForeignKey("identity.Person", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["binding_id", "number"]
        constraints = [models.UniqueConstraint("binding", "number", name="formula_version_number")]

    def __str__(self) -> str:
        return f"{self.formula} v{self.number}"


class IndicatorValue(models.Model):
    """What a binding's formula gives for an area and a period, from what is known now.

    A cache: every row can be computed again from the observations (`shucheng recompute`), and is,
    in the transaction that changes them. `value` is empty where an input is missing.
    """

    binding = models.ForeignKey(Binding, models.CASCADE, related_name="values")
    area = models.CharField(max_length=40)
    period = models.CharField(max_length=10)
    period_end = models.DateField()
    value = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    # Whether any of the observations below was made up for demonstration.
    simulated = models.BooleanField()
    # How many observations it stands on, and the newest of those that close the period.
    rests_on = models.PositiveIntegerField()
    observation = models.ForeignKey("observations.Observation", models.CASCADE, related_name="+")
    recorded_at = models.DateTimeField()
    # The digest of the formula and of every observation that the series was computed from.
    digest = models.CharField(max_length=64)
    engine = models.CharField(max_length=20)

    class Meta:
        ordering = ["period_end", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["binding", "area", "period"], name="indicator_value_cell"
            )
        ]

    def __str__(self) -> str:
        return f"{self.binding_id}/{self.area}/{self.period}"

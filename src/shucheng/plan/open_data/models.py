"""What is released: decisions of the plan office, one after another, never changed."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

LICENCES = (
    ("CC-BY-4.0", _("CC BY 4.0: name the source")),
    ("CC0-1.0", _("CC0 1.0: no conditions")),
    ("ODC-BY-1.0", _("ODC-BY 1.0: name the source of the database")),
    ("CITY-TERMS", _("The city's own terms for public data")),
)


class Release(models.Model):
    """A decision on one indicator: released, or withdrawn. The newest of an indicator holds.

    Rows only grow. Without areas all are released, without a first period all periods.
    """

    binding = models.ForeignKey("plan.Binding", models.PROTECT, related_name="releases")
    number = models.PositiveIntegerField()
    released = models.BooleanField()
    areas: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    from_period = models.CharField(max_length=10, blank=True)
    licence = models.CharField(max_length=20, choices=LICENCES, blank=True)
    # For readers: what to mind when using the figures.
    note = models.CharField(max_length=500, blank=True)
    reason = models.CharField(max_length=500)
    by = models.CharField(max_length=150)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["binding_id", "number"]
        constraints = [models.UniqueConstraint("binding", "number", name="release_number")]

    def __str__(self) -> str:
        return f"{self.binding_id} {'+' if self.released else '-'}{self.number}"

"""The table of forecasts, a cache. Beside `models.py`, which names it."""

from django.db import models
from django.utils import timezone

from shucheng.plan.measuring import Binding


class Forecast(models.Model):
    """What a binding's values in an area lead to by the end of the plan, or why nobody can say.

    A cache: deleting it loses nothing. `digest` is that of everything it was computed from; where
    the values have another one by now, the row says nothing and is made anew.
    """

    binding = models.ForeignKey(Binding, models.CASCADE, related_name="forecasts")
    area = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    # As `forecast.document` writes it, in the binding's unit.
    document = models.JSONField()
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["binding", "area"], name="forecast_cell")]

    def __str__(self) -> str:
        return f"{self.binding_id}/{self.area}"

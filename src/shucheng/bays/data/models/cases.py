"""What moves by a table of states, and every step of it: registrations, authorisations, requests
for data, orders, disputes. Each has a code by which grants and evidence name it."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Sequence(models.Model):
    """The last number given to a kind of thing in a year; see `actions/codes`."""

    prefix = models.CharField(max_length=8)
    year = models.PositiveIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["prefix", "year"]
        constraints = [models.UniqueConstraint("prefix", "year", name="data_sequence_once")]

    def __str__(self) -> str:
        return f"{self.prefix}-{self.year}-{self.last}"


class Case(models.Model):
    """A registration, authorisation or request: where it is, by `engine/authority/machine`."""

    class Kind(models.TextChoices):
        RESOURCE = "resource_registration", _("Registration of a resource")
        PRODUCT = "product_registration", _("Registration of a product")
        AUTHORISATION = "authorisation", _("Authorised operation")
        REQUEST = "data_request", _("Request for data")

    code = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=24, choices=Kind)
    # What it is about, by code; an authorisation is about itself.
    about = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    # Who applies (registrant, implementing institution, asker), and who is asked; without one, the
    # data authority.
    applicant = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+")
    asked = models.ForeignKey("identity.Organisation", models.PROTECT, null=True, related_name="+")
    # The engine's case as one line of JSON; what lists ask for stands beside it.
    content = models.TextField()
    state = models.CharField(max_length=30)
    due = models.DateField(null=True)  # of the next deadline
    until = models.DateField(null=True)  # of the term
    simulated = models.BooleanField(default=False)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["kind", "state"], name="data_case_state"),
            models.Index(fields=["about"], name="data_case_about"),
        ]

    def __str__(self) -> str:
        return self.code


class Step(models.Model):
    """One step of anything that moves, by its code. Rows only grow."""

    subject = models.CharField(max_length=60, db_index=True)
    event = models.CharField(max_length=30)
    role = models.CharField(max_length=30)
    before = models.CharField(max_length=30, blank=True)
    after = models.CharField(max_length=30)
    # By the evidence's code: {"text": ..., "file": id of a stored file}.
    evidence: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    text = models.CharField(max_length=500, blank=True)
    until = models.DateField(null=True)
    organisation = models.ForeignKey(
        "identity.Organisation", models.PROTECT, null=True, related_name="+"
    )
    by = models.CharField(max_length=150)
    on = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.subject} {self.event}"

"""Briefings (简报): drafts, what was issued, and the templates that they are set with.

A `Briefing` is a draft while people work on it. Issuing it writes an `Issue`, a row that the
database itself refuses to change: the facts, what people wrote, the files by their hash. What was
wrong in it is corrected by another briefing that names the one it replaces and why.
"""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.lib.periods import Period


class Kind(models.TextChoices):
    MONTH = "month", _("Monthly briefing")
    QUARTER = "quarter", _("Quarterly briefing")
    YEAR = "year", _("Yearly briefing")


class Scope(models.TextChoices):
    CITY = "city", _("The whole city")
    AREA = "area", _("One county or zone")
    ORGANISATION = "organisation", _("One department")


class TemplateKind(models.TextChoices):
    DOCX = "docx", _("Word")
    TYPST = "typst", _("PDF")


class TemplateVersion(models.Model):
    """A version of a template; the newest of a kind is in use. Rows only grow.

    Without a file it goes back to the one that is part of the product, which has the number 0.
    """

    kind = models.CharField(max_length=5, choices=TemplateKind)
    number = models.PositiveIntegerField()
    file = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=300)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    recorded_by = models.ForeignKey("identity.Person", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["kind", "-number"]
        constraints = [models.UniqueConstraint("kind", "number", name="briefing_template_number")]

    def __str__(self) -> str:
        return f"{self.kind} v{self.number}"


class Briefing(models.Model):
    """A briefing from its first word to its issue.

    `scope_code` is the area's or the organisation's code. `facts` are empty while they are being
    gathered; `serial` is given when it is about to be issued, and kept.
    """

    class State(models.TextChoices):
        GATHERING = "gathering", _("Gathering facts")
        DRAFT = "draft", _("Draft")
        ISSUED = "issued", _("Issued and frozen")
        DROPPED = "dropped", _("Draft dropped")

    kind = models.CharField(max_length=7, choices=Kind)
    scope = models.CharField(max_length=12, choices=Scope)
    scope_code = models.CharField(max_length=40)
    scope_name = models.CharField(max_length=80)
    # Whose briefing it is, for who may work on it; empty for the city's.
    organisation = models.ForeignKey(
        "identity.Organisation", models.PROTECT, null=True, related_name="+"
    )
    version = models.ForeignKey("plan.PlanVersion", models.PROTECT, related_name="+")
    period = models.CharField(max_length=10)
    as_of = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State, default=State.GATHERING)
    facts: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    simulated = models.BooleanField(default=False)
    red_head = models.BooleanField(default=True)
    instructions = models.TextField(blank=True)
    next_steps = models.TextField(blank=True)
    serial_year = models.PositiveSmallIntegerField(null=True)
    serial = models.PositiveIntegerField(null=True)
    issued_on = models.DateField(null=True)
    issuer = models.CharField(max_length=160, blank=True)
    docx_template = models.ForeignKey(TemplateVersion, models.PROTECT, null=True, related_name="+")
    typst_template = models.ForeignKey(TemplateVersion, models.PROTECT, null=True, related_name="+")
    # What it tells revisions of: the issued one of the same kind and scope before it.
    previous = models.ForeignKey("Issue", models.PROTECT, null=True, related_name="+")
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="replacements")
    reason = models.CharField(max_length=300, blank=True)
    job = models.ForeignKey("jobs.Job", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey("identity.Person", models.PROTECT, null=True, related_name="+")
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                "scope",
                "scope_code",
                "kind",
                "serial_year",
                "serial",
                condition=Q(serial__isnull=False),
                name="briefing_serial",
            ),
            models.UniqueConstraint(
                "replaces",
                condition=Q(state="issued", replaces__isnull=False),
                name="briefing_replaced_once",
            ),
        ]
        indexes = [
            models.Index(fields=["scope", "scope_code", "kind", "period"], name="briefing_of")
        ]

    def __str__(self) -> str:
        return f"{self.scope_name} {self.period}"

    @property
    def number(self) -> str:
        """〔2026〕第9期; empty before it is given."""
        return f"〔{self.serial_year}〕第{self.serial}期" if self.serial else ""

    @property
    def period_name(self) -> str:
        return Period.parse(self.period).title_zh()

    @property
    def is_busy(self) -> bool:
        """Whether a job works on it."""
        return self.job is not None and self.job.is_active


class Issue(models.Model):
    """A briefing as it was issued: everything that its files were made from. Rows only grow.

    `made_with` are the versions of what set the files, with the digest of the font.
    """

    briefing = models.OneToOneField(Briefing, models.PROTECT, related_name="issue")
    number = models.CharField(max_length=40)
    facts: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    facts_sha256 = models.CharField(max_length=64)
    edition: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    docx_template = models.ForeignKey(TemplateVersion, models.PROTECT, null=True, related_name="+")
    typst_template = models.ForeignKey(TemplateVersion, models.PROTECT, null=True, related_name="+")
    made_with: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField()
    docx = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+")
    pdf = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+")
    xlsx = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(default=timezone.now, editable=False)
    issued_by = models.ForeignKey("identity.Person", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-issued_at", "-id"]

    def __str__(self) -> str:
        return self.number

    @property
    def files(self) -> tuple[tuple[str, Any], ...]:
        return (("docx", self.docx), ("pdf", self.pdf), ("xlsx", self.xlsx))

"""Stored files: a record for each upload, the content once under its hash."""

from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.files import storage


class StoredFile(models.Model):
    """One upload. The same content sent twice is two records over one blob; records only grow."""

    class Sensitivity(models.TextChoices):
        PUBLIC = "public", _("Public")
        INTERNAL = "internal", _("Internal")
        SENSITIVE = "sensitive", _("Sensitive")

    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=180)
    original_name = models.CharField(max_length=255)
    sensitivity = models.CharField(max_length=10, choices=Sensitivity, default=Sensitivity.INTERNAL)
    organisation = models.ForeignKey(
        "identity.Organisation", models.PROTECT, null=True, related_name="+"
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    uploaded_at = models.DateTimeField(default=timezone.now, editable=False)
    scanned_by = models.CharField(max_length=80)
    # Which room says who opens it; empty: a role opens the files of its organisation.
    room = models.CharField(max_length=20, blank=True, db_default="", default="", editable=False)

    class Meta:
        ordering = ["-uploaded_at", "-id"]

    def __str__(self) -> str:
        return self.name

    def read(self) -> bytes:
        """The content as it was stored; one that was changed on disk is never handed out."""
        return storage.get(self.sha256)

    def in_place(self) -> Path:
        """Where the content lies, for an engine that reads files itself."""
        return storage.checked(self.sha256)

"""What of the evidence stands in the log, and what still waits to be appended."""

from pathlib import Path

from django.conf import settings

from shucheng.bays.data.models.evidence import EvidenceEvent


def log_folder() -> Path:
    return Path(settings.DATA_FOLDER) / "evidence"


def waits() -> bool:
    """Whether events are not in the log yet."""
    return EvidenceEvent.objects.filter(leaf__isnull=True).exists()

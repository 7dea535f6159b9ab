"""Pages of the kernel's tests need no collected static files."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _static_files_as_they_are(settings: Any) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)

"""A migrated SQLite is kept between test runs: migrating it anew takes longer than most tests.

The copy is named by what the migrations say, so that a changed one is run again."""

import hashlib
import os
import sqlite3
import tempfile
from pathlib import Path

import django
from django.apps import apps
from django.db import connection

from shucheng.kernel import append_only


def load() -> sqlite3.Connection | None:
    """Fill the database that tests are about to use; the answer keeps it until it is closed."""
    if not _in_memory() or not _copy().exists():
        return None
    kept = _open()
    with sqlite3.connect(_copy()) as copy:
        copy.backup(kept)
    copy.close()
    return kept


def save() -> None:
    """Keep the database as it is once it is migrated."""
    if not _in_memory() or _copy().exists():
        return
    draft = _copy().with_suffix(f".{os.getpid()}")
    kept, copy = _open(), sqlite3.connect(draft)
    kept.backup(copy)
    kept.close()
    copy.close()
    draft.replace(_copy())


def _copy() -> Path:
    said = hashlib.sha256(django.__version__.encode())
    folders = (Path(app.path) / "migrations" for app in apps.get_app_configs())
    files = (path for folder in sorted(folders) for path in sorted(folder.glob("*.py")))
    for path in (*files, Path(append_only.__file__)):
        said.update(path.name.encode() + path.read_bytes())
    return Path(tempfile.gettempdir()) / f"shucheng-migrated-{said.hexdigest()[:20]}.sqlite3"


def _in_memory() -> bool:
    return connection.vendor == "sqlite" and not connection.settings_dict["TEST"].get("NAME")


def _open() -> sqlite3.Connection:
    name = connection.creation._get_test_db_name()  # type: ignore[attr-defined]
    return sqlite3.connect(name, uri=True)

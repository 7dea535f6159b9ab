"""Bring a backup back: verified before anything is touched, and again when it is in place."""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.actor import system_actor
from shucheng.kernel.append_only import missing_triggers
from shucheng.kernel.audit.entries import record
from shucheng.kernel.errors import Invalid
from shucheng.kernel.files import storage
from shucheng.kernel.jobs.models import Worker
from shucheng.kernel.jobs.recovery import is_alive
from shucheng.kernel.operations import databases
from shucheng.kernel.operations.backup import AUDIT_ARCHIVE, FIELD_KEYS, SECRET_KEY, SIGNING_KEY
from shucheng.kernel.operations.manifest import Manifest, read_manifest, sha256_of, verify_files


def restore_platform(source: Path, *, replace: bool = False) -> str:
    """Restore the backup in the folder `source`; gives one line that says what came back.

    A platform that holds anything is overwritten only with `replace`; its database and keys are
    then kept beside the new ones. Stop the web and worker processes first. Raises `Invalid` and
    leaves everything as it was when the backup is damaged, from a newer version, from the
    other kind of database, or does not verify once it is in place. A backup of an older version
    is brought to this one.
    """
    manifest = read_manifest(source)
    verify_files(source, manifest)
    _require_fit(manifest)
    _require_room(replace)
    # Content by its hash: more of it harms nobody, should the database not come back.
    _bring_back_files(source, manifest)
    in_place: Any = (
        databases.sqlite_put_in_place(source / databases.SQLITE_COPY)
        if databases.vendor() == "sqlite"
        else databases.postgresql_put_in_place(source / databases.POSTGRESQL_DUMP)
    )
    with in_place:
        _require_same(manifest)
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        _require(not missing_triggers(connection), ", ".join(missing_triggers(connection)))
    if manifest.with_secrets:
        _bring_back_secrets(source)
    record(
        "operations.backup.restored",
        ("operations.backup", source.name, source.name),
        actor=system_actor("cli"),
        made_at=manifest.created_at,
        audit_head=manifest.audit_head,
        replaced=replace,
    )
    return _summary(manifest)


def _require_fit(manifest: Manifest) -> None:
    if manifest.vendor != databases.vendor():
        raise Invalid(
            "restore.other_database",
            _("The backup is of %(theirs)s, this platform uses %(ours)s."),
            _("Set SHUCHENG_DATABASE_URL to a database of the same kind."),
            theirs=manifest.vendor,
            ours=databases.vendor(),
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    unknown = sorted(set(manifest.migrations) - known)
    if unknown:
        raise Invalid(
            "restore.newer_version",
            _("The backup is from a newer version (%(version)s; unknown: %(migration)s)."),
            _("Install that version, then restore."),
            version=manifest.version,
            migration=unknown[0],
        )


def _require_room(replace: bool) -> None:
    if databases.is_empty():
        return
    if not replace:
        raise Invalid(
            "restore.not_empty",
            _("This platform already holds data."),
            _("Restore into an empty place, or say --replace; the old database is then kept."),
        )
    if any(is_alive(worker) for worker in Worker.objects.all()):
        raise databases.running()


def _require_same(manifest: Manifest) -> None:
    """The database in place holds what the manifest says, and every file that it names is there."""
    found = databases.contents()
    differing = [table for table, rows in manifest.rows.items() if found.rows.get(table) != rows]
    _require(not differing, ", ".join(differing))
    _require(found.chain.intact and found.audit_head == manifest.audit_head, str(found.chain))
    there = {sha256 for sha256 in found.stored if storage.path_of(sha256).exists()}
    _require(not found.stored - there - set(manifest.incomplete), "files")


def _require(holds: bool, reason: str) -> None:
    if not holds:
        raise Invalid(
            "restore.not_verified",
            _("What was restored does not verify: %(reason)s"),
            _("Nothing was changed. Use another backup."),
            reason=reason,
        )


def _bring_back_files(source: Path, manifest: Manifest) -> None:
    """Only what the manifest names; what is there already and whole stays."""
    for entry in manifest.files:
        inside = Path(entry.path)
        if inside.parts[0] not in {"files", AUDIT_ARCHIVE}:
            continue
        place = Path(settings.DATA_FOLDER) / inside
        if not place.exists() or sha256_of(place) != entry.sha256:
            place.parent.mkdir(parents=True, exist_ok=True)
            _put(source / inside, place)


def _bring_back_secrets(source: Path) -> None:
    """The keys that the restored database was sealed with; others are kept beside them."""
    places = {
        SECRET_KEY: settings.DATA_FOLDER / SECRET_KEY,
        FIELD_KEYS: settings.FIELD_KEYS_FILE,
        SIGNING_KEY: settings.SIGNING_KEY_FILE,
    }
    for name, place in places.items():
        kept, place = source / "secrets" / name, Path(place)
        if not kept.is_file():
            continue
        if place.exists() and place.read_bytes() != kept.read_bytes():
            stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
            place.rename(place.with_name(f"{place.name}.replaced-{stamp}"))
        _put(kept, place)


def _put(content: Path, place: Path) -> None:
    """Whole or not at all: written beside, synced, then renamed."""
    draft = place.with_name(f".writing-{place.name}")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    shutil.copyfile(content, draft)
    with draft.open("rb+") as file:
        os.fsync(file.fileno())
    draft.rename(place)


def _summary(manifest: Manifest) -> str:
    summary = gettext("%(rows)s rows, %(files)s files, audit chain to %(head)s") % {
        "rows": sum(manifest.rows.values()),
        "files": len(manifest.files),
        "head": manifest.audit_head,
    }
    if manifest.incomplete:
        missing = gettext("%(count)s stored files were damaged already in the backup")
        summary += "; " + missing % {"count": len(manifest.incomplete)}
    if not manifest.with_secrets:
        keys = gettext("the keys are not in it: put %(ring)s and the secret key back")
        summary += "; " + keys % {"ring": settings.FIELD_KEYS_FILE}
    return summary

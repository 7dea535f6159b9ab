"""Bring a backup back: verified before anything is touched, and again when it is in place."""

import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.actor import system_actor
from shucheng.kernel.append_only import missing_triggers
from shucheng.kernel.audit.entries import record
from shucheng.kernel.audit.queries import verify_chain
from shucheng.kernel.audit.verify import parse_head
from shucheng.kernel.errors import Invalid
from shucheng.kernel.jobs.models import Worker
from shucheng.kernel.jobs.recovery import is_alive
from shucheng.kernel.operations import databases
from shucheng.kernel.operations.backup import SECRETS
from shucheng.kernel.operations.manifest import Manifest, read_manifest, verify_files


def restore_platform(source: Path, *, replace: bool = False) -> str:
    """Restore the backup in the folder `source`; gives one line that says what came back.

    A platform that holds anything is overwritten only with `replace`; its database is then
    kept beside the new one. Stop the web and worker processes first. Raises `Invalid` and
    leaves everything as it was when the backup is damaged, from a newer version, from the
    other kind of database, or does not verify once it is in place.
    """
    manifest = read_manifest(source)
    verify_files(source, manifest)
    _require_fit(manifest)
    _require_room(replace)
    _bring_back_files(source)
    _bring_back_secrets(source, replace)
    dump = source / databases.POSTGRESQL_DUMP
    in_place: Any = (
        databases.sqlite_put_in_place(source / databases.SQLITE_COPY)
        if databases.vendor() == "sqlite"
        else databases.postgresql_put_in_place(dump)
    )
    with in_place:
        _verify(manifest)
    record(
        "operations.backup.restored",
        ("operations.backup", source.name, source.name),
        actor=system_actor("cli"),
        made_at=manifest.created_at,
        audit_head=manifest.audit_head,
        replaced=replace,
    )
    total = sum(manifest.rows.values())
    return f"{total} rows, {len(manifest.files)} files, audit chain to {manifest.audit_head}"


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
        raise Invalid(
            "restore.running",
            _("The platform is running."),
            _("Stop its web and worker processes, then restore."),
        )


def _bring_back_files(source: Path) -> None:
    """Content by hash: what is there is the same, so only what is missing is copied."""
    stored = Path(settings.DATA_FOLDER) / "files"
    for path in (source / "files").rglob("*"):
        place = stored / path.relative_to(source / "files")
        if path.is_file() and not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)


def _bring_back_secrets(source: Path, replace: bool) -> None:
    for name in SECRETS:
        kept, place = source / "secrets" / name, Path(settings.DATA_FOLDER) / name
        if kept.is_file() and (replace or not place.exists()):
            place.unlink(missing_ok=True)
            place.touch(mode=0o600)
            shutil.copyfile(kept, place)


def _verify(manifest: Manifest) -> None:
    found = databases.contents()
    differing = [table for table, rows in manifest.rows.items() if found.rows.get(table) != rows]
    known = parse_head(manifest.audit_head) if manifest.audit_head else None
    outcome = verify_chain(known)
    if differing or not outcome.intact or missing_triggers(connection):
        raise Invalid(
            "restore.not_verified",
            _("What was restored does not verify: %(reason)s"),
            _("Nothing was changed. Use another backup."),
            reason=", ".join(differing) or str(outcome),
        )

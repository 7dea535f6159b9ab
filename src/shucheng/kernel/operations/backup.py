"""Back up a running platform: the database as of one moment, the files, the secrets if asked."""

import os
import shutil
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.actor import system_actor
from shucheng.kernel.audit.entries import record
from shucheng.kernel.audit.verify import Outcome
from shucheng.kernel.errors import Invalid
from shucheng.kernel.files import storage
from shucheng.kernel.operations import databases
from shucheng.kernel.operations.manifest import (
    UNFINISHED,
    BackedUpFile,
    Manifest,
    describe_files,
    verify_files,
)

SECRET_KEY = "secret-key"  # noqa: S105 - the name of its file
FIELD_KEYS = "field-keys.json"
SIGNING_KEY = "signing-key.json"
AUDIT_ARCHIVE = "audit-archive"


def backup_platform(target: Path, *, with_secrets: bool = False) -> Manifest:
    """Write a backup into the folder `target`, which must not exist or be empty.

    The folder appears under its name only when it is complete, on the disk and verified.
    Database first, then files: stored files are never changed or deleted, so each one that the
    database names is there. Raises `Invalid`.
    """
    _require_free(target)
    _require_space(target)
    unfinished = target.with_name(target.name + UNFINISHED)
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True, mode=0o700)
    contents = databases.copy_to(unfinished)
    _require_intact(contents.chain)
    _copy_files(unfinished)
    _copy_audit_archive(unfinished)
    if with_secrets:
        _copy_secrets(unfinished)
    files = describe_files(unfinished)
    manifest = Manifest(
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        version=version("shucheng"),
        vendor=databases.vendor(),
        audit_head=contents.audit_head,
        rows=contents.rows,
        migrations=contents.migrations,
        with_secrets=with_secrets,
        files=files,
        incomplete=sorted(contents.stored - _whole(files)),
    )
    _sync(unfinished)
    verify_files(unfinished, manifest)
    manifest.write(unfinished)
    if target.exists():
        target.rmdir()
    unfinished.rename(target)
    _sync_folder(target.parent)
    record(
        "operations.backup.made",
        ("operations.backup", target.name, target.name),
        actor=system_actor("cli"),
        files=len(manifest.files),
        bytes=manifest.bytes,
        audit_head=manifest.audit_head,
        with_keys=with_secrets,
        incomplete=manifest.incomplete,
    )
    return manifest


def _require_free(target: Path) -> None:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Invalid(
            "backup.target_taken",
            _("%(target)s is there already and not empty."),
            _("Name a folder that does not exist yet, such as one with today's date."),
            target=str(target),
        )
    if target.resolve().is_relative_to(storage.folder().resolve()):
        raise Invalid(
            "backup.target_inside",
            _("%(target)s lies inside the folder that is backed up."),
            _("Name a folder outside of it, best on another disk."),
            target=str(target),
        )


def _require_space(target: Path) -> None:
    stored = sum(path.stat().st_size for path in storage.folder().rglob("*") if path.is_file())
    target.parent.mkdir(parents=True, exist_ok=True)
    needed, free = databases.size() + stored, shutil.disk_usage(target.parent).free
    if free < needed:
        raise Invalid(
            "backup.no_space",
            _("The backup needs %(needed)s MB, %(free)s MB are free."),
            _("Make room, or name a folder on a larger disk."),
            needed=needed // 2**20 + 1,
            free=free // 2**20,
        )


def _require_intact(chain: Outcome) -> None:
    if not chain.intact:
        raise Invalid(
            "backup.chain_broken",
            _("The audit chain is broken: %(outcome)s"),
            _("Keep the database as it is and inform the audit administrator."),
            outcome=str(chain),
        )


def _copy_files(folder: Path) -> None:
    if storage.folder().is_dir():
        unfinished_uploads = shutil.ignore_patterns(".writing-*")
        shutil.copytree(storage.folder(), folder / "files", ignore=unfinished_uploads)


def _copy_audit_archive(folder: Path) -> None:
    """Entries that left the database: without them the log has no beginning."""
    archive = Path(settings.DATA_FOLDER) / AUDIT_ARCHIVE
    if archive.is_dir():
        shutil.copytree(archive, folder / AUDIT_ARCHIVE, ignore=shutil.ignore_patterns("*.part"))


def _whole(files: list[BackedUpFile]) -> set[str]:
    """Stored files are named by their hash: what was changed on the disk shows."""
    return {entry.sha256 for entry in files if Path(entry.path).name == entry.sha256}


def _copy_secrets(folder: Path) -> None:
    """The keys in use, wherever they were configured: without them sealed fields stay shut."""
    (folder / "secrets").mkdir(mode=0o700)
    _write_secret(folder / "secrets" / SECRET_KEY, settings.SECRET_KEY.encode())
    for name, place in (
        (FIELD_KEYS, settings.FIELD_KEYS_FILE),
        (SIGNING_KEY, settings.SIGNING_KEY_FILE),
    ):
        if Path(place).exists():
            _write_secret(folder / "secrets" / name, Path(place).read_bytes())


def _write_secret(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)


def _sync(folder: Path) -> None:
    """On the disk, not only in memory, before the backup is called one."""
    for path in [*folder.rglob("*"), folder]:
        _sync_folder(path)


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

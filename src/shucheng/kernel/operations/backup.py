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
from shucheng.kernel.audit.verify import verify_source
from shucheng.kernel.errors import Invalid
from shucheng.kernel.operations import databases
from shucheng.kernel.operations.manifest import Manifest, describe_files, verify_files

# Without these a restored platform can neither read sealed fields nor keep sessions.
SECRETS = ("secret-key", "field-keys.json")


def backup_platform(target: Path, *, with_secrets: bool = False) -> Manifest:
    """Write a backup into the folder `target`, which must not exist or be empty.

    The folder appears under its name only when it is complete and verified. Database first,
    then files: stored files are never changed or deleted, so each one that the database names
    is there. Raises `Invalid`.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Invalid(
            "backup.target_taken",
            _("%(target)s is there already and not empty."),
            _("Name a folder that does not exist yet, such as one with today's date."),
            target=str(target),
        )
    unfinished = target.with_name(target.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True, mode=0o700)
    contents = databases.copy_to(unfinished)
    _verify_copy(unfinished)
    _copy_files(unfinished)
    if with_secrets:
        _copy_secrets(unfinished)
    manifest = Manifest(
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        version=version("shucheng"),
        vendor=databases.vendor(),
        audit_head=contents.audit_head,
        rows=contents.rows,
        migrations=contents.migrations,
        with_secrets=with_secrets,
        files=describe_files(unfinished),
    )
    manifest.write(unfinished)
    _sync(unfinished)
    verify_files(unfinished, manifest)
    if target.exists():
        target.rmdir()
    unfinished.rename(target)
    record(
        "operations.backup.made",
        ("operations.backup", target.name, target.name),
        actor=system_actor("cli"),
        files=len(manifest.files),
        bytes=sum(entry.size for entry in manifest.files),
        audit_head=manifest.audit_head,
        complete_with_keys=with_secrets,
    )
    return manifest


def _verify_copy(folder: Path) -> None:
    """The chain inside the copy holds; a dump is checked when it is restored."""
    copy = folder / databases.SQLITE_COPY
    if not copy.exists():
        return
    outcome = verify_source(str(copy))
    if not outcome.intact:
        raise Invalid(
            "backup.chain_broken",
            _("The audit chain is broken: %(outcome)s"),
            _("Keep the database as it is and inform the audit administrator."),
            outcome=str(outcome),
        )


def _copy_files(folder: Path) -> None:
    stored = Path(settings.DATA_FOLDER) / "files"
    if stored.is_dir():
        unfinished_uploads = shutil.ignore_patterns(".writing-*")
        shutil.copytree(stored, folder / "files", ignore=unfinished_uploads)


def _copy_secrets(folder: Path) -> None:
    (folder / "secrets").mkdir(mode=0o700)
    for name in SECRETS:
        secret = Path(settings.DATA_FOLDER) / name
        if secret.exists():
            copy = folder / "secrets" / name
            copy.touch(mode=0o600)
            shutil.copyfile(secret, copy)


def _sync(folder: Path) -> None:
    """On the disk, not only in memory, before the backup is called one."""
    for path in [*folder.rglob("*"), folder]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

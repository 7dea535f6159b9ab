"""The folder of backups: a dated name for a new one, the newest, and the old ones that may go."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from shucheng.kernel.errors import Invalid
from shucheng.kernel.operations.manifest import NAME, UNFINISHED, Manifest, read_manifest


def dated(folder: Path) -> Path:
    """Where a backup made now goes."""
    return folder / datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")


def backups_in(folder: Path) -> list[tuple[Path, Manifest]]:
    """The complete backups, newest first; anything else in the folder is passed over."""
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        try:
            found.append((path, read_manifest(path)))
        except Invalid:
            continue
    return sorted(found, key=lambda backup: backup[1].created_at, reverse=True)


def newest_time(folder: Path) -> float:
    """When the newest complete backup was made, without reading any; 0 when there is none."""
    manifests = [path for path in folder.glob(f"*/{NAME}") if path.parent.suffix != UNFINISHED]
    return max((path.stat().st_mtime for path in manifests), default=0.0)


def remove_old(folder: Path, keep: int) -> list[Path]:
    """Remove all but the newest `keep` complete backups; gives what was removed."""
    old = [path for path, _manifest in backups_in(folder)[max(1, keep) :]]
    for path in old:
        # Without its manifest it is no backup any more, wherever the removal is interrupted.
        (path / NAME).unlink()
        shutil.rmtree(path)
    return old

"""What a backup says of itself: every file with its digest, and what the database must hold."""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from shucheng.kernel.errors import Invalid

SCHEMA = "shucheng.backup/1"
NAME = "manifest.json"
UNFINISHED = ".unfinished"
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class BackedUpFile:
    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """`rows` counts every table inside the backup; `audit_head` is the end of its chain.

    `incomplete` are stored files (by hash) that were missing or changed when it was made.
    """

    created_at: str
    version: str
    vendor: str
    audit_head: str
    rows: dict[str, int]
    migrations: list[str]
    with_secrets: bool
    files: list[BackedUpFile] = field(default_factory=list)
    incomplete: list[str] = field(default_factory=list)

    @property
    def bytes(self) -> int:
        return sum(entry.size for entry in self.files)

    def write(self, folder: Path) -> None:
        """Written last: a folder with a manifest is a whole backup."""
        document = {"schema": SCHEMA, **asdict(self)}
        document["digest"] = _digest(document)
        unfinished = folder / (NAME + UNFINISHED)
        with unfinished.open("w", encoding="utf-8") as file:
            json.dump(document, file, ensure_ascii=False, indent=1, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(folder / NAME)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a backup. Raises `Invalid` where the folder is none."""
    try:
        document: dict[str, Any] = json.loads((folder / NAME).read_text(encoding="utf-8"))
        if folder.name.endswith(UNFINISHED) or document.pop("digest") != _digest(document):
            raise ValueError("unfinished or changed")
        if document.pop("schema") != SCHEMA:
            raise ValueError("schema")
        files = [BackedUpFile(**entry) for entry in document.pop("files")]
        return Manifest(**document, files=files)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        raise Invalid(
            "backup.unreadable",
            _("%(folder)s is not a complete backup."),
            _("Name the folder that the backup command made; it holds manifest.json."),
            folder=str(folder),
        ) from None


def describe_files(folder: Path) -> list[BackedUpFile]:
    """Every file below the folder but the manifest."""
    return [
        BackedUpFile(path.relative_to(folder).as_posix(), path.stat().st_size, sha256_of(path))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != NAME
    ]


def verify_files(folder: Path, manifest: Manifest) -> None:
    """Raises `Invalid` that names the first file that is missing, changed, or leads outside."""
    for entry, problem in _problems(folder, manifest):
        raise Invalid(
            "backup.damaged",
            _("The backup is damaged: %(path)s is %(problem)s."),
            _("Use another backup; this one must not be restored."),
            path=entry,
            problem=problem,
        )


def _digest(document: dict[str, Any]) -> str:
    text = json.dumps(document, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _problems(folder: Path, manifest: Manifest) -> Iterator[tuple[str, Any]]:
    root = folder.resolve()
    for entry in manifest.files:
        path = folder / entry.path
        if not path.resolve().is_relative_to(root):
            yield entry.path, _("outside of the backup")
        elif not path.is_file():
            yield entry.path, _("missing")
        elif path.stat().st_size != entry.size or sha256_of(path) != entry.sha256:
            yield entry.path, _("changed")

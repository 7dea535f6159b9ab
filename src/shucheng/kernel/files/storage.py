"""Content by its hash: DATA/files/ab/cd/abcd…. Written beside, synced, then renamed, so that a
file that is there is whole, whenever the process was killed."""

import hashlib
import os
import tempfile
from functools import lru_cache
from pathlib import Path

from django.conf import settings


def folder() -> Path:
    return Path(settings.DATA_FOLDER) / "files"


def path_of(sha256: str) -> Path:
    return folder() / sha256[:2] / sha256[2:4] / sha256


def put(data: bytes) -> str:
    """Keep the content and return its SHA-256; what is there already is not written again."""
    sha256 = hashlib.sha256(data).hexdigest()
    target = path_of(sha256)
    if target.exists():
        return sha256
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        Path(temporary).rename(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)
    return sha256


def get(sha256: str) -> bytes:
    """The content, checked against its hash. Raises `FileNotFoundError` or `ContentChanged`."""
    data = path_of(sha256).read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ContentChanged(sha256)
    return data


def checked(sha256: str) -> Path:
    """Where the content lies, checked against its hash as often as the file changes on disk."""
    path = path_of(sha256)
    told = path.stat()
    _check(path, sha256, told.st_size, told.st_mtime_ns)
    return path


@lru_cache(maxsize=4096)
def _check(path: Path, sha256: str, _size: int, _changed: int) -> None:
    with path.open("rb") as content:
        if hashlib.file_digest(content, "sha256").hexdigest() != sha256:
            raise ContentChanged(sha256)


class ContentChanged(OSError):
    """A stored file no longer has the content it was stored with."""


def _sync_folder(path: Path) -> None:
    """A rename survives a power cut only when its folder is synced as well."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

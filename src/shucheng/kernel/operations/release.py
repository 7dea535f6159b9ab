"""Is this the program that was released? A signed list of its files, compared with the disk.

The manifest (`release.json` inside the package) names every file with its SM3 and SHA-256 digest,
and every package the program needs with one digest over its files. Whoever publishes signs it
with a key that stays with them; a deployment knows the public half (SHUCHENG_RELEASE_KEY).
Compiled translations (`.mo`) and Python's own cache are made on the machine and are not in it.
"""

import hashlib
import json
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path, PurePath
from typing import Any, Literal

from shucheng.kernel.audit.signed import statement
from shucheng.kernel.operations.components import needed_distributions
from shucheng.lib.signatures import PublicKey, SignatureError, SigningKey

SCHEMA = "shucheng.release/1"
NAME = "release.json"
Status = Literal["holds", "missing", "unknown_signer", "forged", "changed"]


@dataclass(frozen=True, slots=True)
class Release:
    """`changed` names files and packages that differ, are missing, or do not belong.

    `unknown_signer`: all is as the manifest says, but nobody vouches for the manifest.
    """

    status: Status
    changed: tuple[str, ...] = ()
    version: str = ""
    packages_compared: bool = True


def make_manifest(package: Path, key: SigningKey) -> dict[str, Any]:
    """Describe the program in the folder `package` as it is now, and sign that."""
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "version": version("shucheng"),
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "platform": _platform(),
        "files": {name: _digests(path) for name, path in _files(package)},
        "packages": dict(_packages()),
        "public_key": str(key.public),
    }
    return {**document, "signature": key.sign(statement(document))}


def verify_release(package: Path, trusted: str) -> Release:
    """Compare the program on the disk with its manifest; `trusted` is the publisher's key."""
    try:
        document = json.loads((package / NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Release("missing")
    except ValueError:
        return Release("forged")
    try:
        if not _is_signed(document, trusted):
            return Release("forged", version=str(document.get("version", "")))
        changed = [*_changed_files(package, document["files"])]
        same_platform = document["platform"] == _platform()
        if same_platform:
            changed += _changed_packages(document["packages"])
    except (KeyError, TypeError, AttributeError, SignatureError):
        return Release("forged")
    status: Status = "changed" if changed else "holds" if trusted else "unknown_signer"
    return Release(status, tuple(sorted(changed)), document["version"], same_platform)


def _is_signed(document: dict[str, Any], trusted: str) -> bool:
    said = {name: value for name, value in document.items() if name != "signature"}
    if said["schema"] != SCHEMA or (trusted and said["public_key"] != trusted):
        return False
    return PublicKey.parse(said["public_key"]).verify(statement(said), document["signature"])


def _changed_files(package: Path, listed: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    there = dict(_files(package))
    yield from (f"{name} (missing)" for name in listed.keys() - there.keys())
    # A file that nobody released may be code that somebody planted.
    yield from (f"{name} (does not belong)" for name in there.keys() - listed.keys())
    for name in listed.keys() & there.keys():
        if _digests(there[name]) != listed[name]:
            yield f"{name} (changed)"


def _changed_packages(listed: Mapping[str, str]) -> Iterator[str]:
    there = dict(_packages())
    for name in sorted(listed.keys() | there.keys()):
        if there.get(name) != listed.get(name):
            yield f"package {name} ({'missing' if name not in there else 'changed'})"


def _files(package: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(package.rglob("*")):
        if path.is_file() and not _is_made_here(path) and path.name != NAME:
            yield path.relative_to(package).as_posix(), path


def _is_made_here(path: PurePath) -> bool:
    # Outside of its folder Python writes no cache: there it would be a module without a source.
    return path.suffix == ".mo" or (path.suffix == ".pyc" and path.parent.name == "__pycache__")


def _digests(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    return {
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "sm3": hashlib.new("sm3", content).hexdigest(),
    }


def _packages() -> Iterator[tuple[str, str]]:
    """One digest over the files each package brought, as they are on the disk now."""
    for name, found in sorted(needed_distributions().items()):
        digest = hashlib.sha256(f"{found.version}\n".encode())
        for entry in sorted(found.files or (), key=str):
            own = ".." not in entry.parts and not entry.parts[0].endswith(".dist-info")
            if own and not _is_made_here(entry):
                path = Path(str(found.locate_file(entry)))
                inside = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "-"
                digest.update(f"{entry.as_posix()} {inside}\n".encode())
        yield f"{name} {found.version}", digest.hexdigest()


def _platform() -> str:
    return f"{sysconfig.get_platform()} python{sysconfig.get_python_version()}"

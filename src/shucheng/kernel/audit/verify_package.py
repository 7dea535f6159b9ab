#!/usr/bin/env python3
"""Verify an archive package of Shucheng. Stands alone with `verify.py` and `signed.py` beside it.

    python verify_package.py FOLDER [--public-key KEY]

Exit code: 0 whole, 1 not, 2 no package. A package holds a copy of these three files; whoever
trusts nobody takes them from elsewhere.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

try:
    from shucheng.kernel.audit.signed import Trust, statement
    from shucheng.kernel.audit.verify import verify_source
except ImportError:
    # Alone. Python's cache would be a file that does not belong.
    sys.dont_write_bytecode = True
    sys.path.append(str(Path(__file__).parent))
    from signed import Trust, statement  # type: ignore[import-not-found,no-redef]
    from verify import verify_source  # type: ignore[import-not-found,no-redef]

SCHEMA = "shucheng.package/1"
MANIFEST = "manifest.json"
ENTRIES = "audit/entries.jsonl"


def described(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    return {
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "sm3": hashlib.new("sm3", content).hexdigest(),
    }


def problems(folder: Path, keys: tuple[str, ...] = ()) -> Iterator[str]:
    """Everything that is not as the manifest says; nothing when the package is whole."""
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    said = {name: value for name, value in manifest.items() if name != "signature"}
    if said["schema"] != SCHEMA:
        raise ValueError(f"{said['schema']} is not {SCHEMA}")
    objection = Trust(keys=keys).objection(manifest, statement(said))
    if objection is None:
        yield "the signature was NOT CHECKED: install `cryptography`"
    elif objection:
        yield f"{MANIFEST}: {objection}"
    listed = said["files"]
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    for name in sorted((there | set(listed)) - {MANIFEST}):
        if name not in there:
            yield f"{name}: missing"
        elif name not in listed:
            yield f"{name}: does not belong"
        elif described(folder / name) != listed[name]:
            yield f"{name}: changed"
    outcome = verify_source(str(folder / ENTRIES), Trust(keys=keys, selection=True))
    if not outcome.intact:
        yield f"{ENTRIES}: {outcome}"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Verify an archive package of Shucheng.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--public-key", action="append", default=[], help="key noted earlier")
    options = parser.parse_args(arguments)
    try:
        found = list(problems(options.folder, tuple(options.public_key)))
        manifest = json.loads((options.folder / MANIFEST).read_text(encoding="utf-8"))
    except Exception as error:
        print(f"This is no package: {error}", file=sys.stderr)
        return 2
    for problem in found:
        print(f"BROKEN: {problem}")
    if not found:
        files = len(manifest["files"])
        print(f"OK: {manifest['title']}: {files} files, signed by {manifest['public_key']}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

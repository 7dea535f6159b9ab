"""What this program is made of: a CycloneDX list of the packages that are really installed.

Python packages come from the environment's own metadata, those that the program needs apart
from those that merely lie beside it; npm packages from the lock file that pages are built from.
"""

import contextlib
import json
import platform
import sqlite3
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import Distribution, PackageNotFoundError, distribution, distributions
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROGRAM = "shucheng"
Ecosystem = Literal["PyPI", "npm"]


@dataclass(frozen=True, slots=True)
class Component:
    """`needed`: part of the running program. `needs` are the package URLs of other components."""

    ecosystem: Ecosystem
    name: str
    version: str
    needed: bool
    licence: str = ""
    needs: tuple[str, ...] = ()

    @property
    def purl(self) -> str:
        """Package URL; an npm scope is a namespace of its own."""
        return _purl(self.ecosystem, self.name, self.version)


def components(lock: Path | None) -> list[Component]:
    """Everything installed; `lock` is npm's package-lock.json, where there is one."""
    found = list(_python())
    if lock is not None and lock.is_file():
        found += _npm(json.loads(lock.read_text(encoding="utf-8"))["packages"])
    # npm installs the same version in several places: one component, needed if any of them is.
    once: dict[str, Component] = {}
    for component in sorted(found, key=lambda c: not c.needed):
        once.setdefault(component.purl, component)
    return sorted(once.values(), key=lambda c: (c.ecosystem, c.name, c.version))


def bill_of_materials(found: list[Component], version: str) -> dict[str, Any]:
    """CycloneDX 1.6 (ECMA-424), JSON."""
    root = f"pkg:generic/{PROGRAM}@{version}"
    known = {component.purl for component in found}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid4()}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
            "component": {
                "type": "application",
                "bom-ref": root,
                "name": PROGRAM,
                "version": version,
            },
        },
        "components": [
            *(_platform(name, said) for name, said in _platforms()),
            *(_described(component) for component in found),
        ],
        "dependencies": [
            {"ref": root, "dependsOn": sorted(known & set(_needs(distribution(PROGRAM))))},
            *({"ref": c.purl, "dependsOn": sorted(known & set(c.needs))} for c in found),
        ],
    }


def needed_distributions() -> dict[str, Distribution]:
    """The installed packages without which the program does not run, itself left out."""
    found: dict[str, Distribution] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = _applying(distribution(PROGRAM), frozenset())
    while waiting:
        requirement = waiting.pop()
        name, extras = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        with contextlib.suppress(PackageNotFoundError):
            found[name] = distribution(name)
            waiting += _applying(found[name], extras)
    return found


def _python() -> Iterator[Component]:
    needed = needed_distributions()
    seen = {PROGRAM}
    for found in sorted(distributions(), key=lambda d: canonicalize_name(d.metadata["Name"])):
        name = canonicalize_name(found.metadata["Name"])
        if name in seen:
            continue
        seen.add(name)
        yield Component(
            "PyPI", name, found.version, name in needed, _licence(found), tuple(_needs(found))
        )


def _npm(packages: dict[str, Any]) -> Iterator[Component]:
    for path, entry in packages.items():
        if not path or entry.get("link"):
            continue
        yield Component(
            "npm",
            path.rsplit("node_modules/", 1)[-1],
            entry["version"],
            # What only builds pages is not delivered to anybody.
            not entry.get("dev", False),
            str(entry.get("license", "")),
            tuple(_resolved(packages, path, name) for name in entry.get("dependencies", {})),
        )


def _resolved(packages: dict[str, Any], path: str, name: str) -> str:
    """What a package finds under a name: the nearest folder upwards, as Node does."""
    while f"{path}/node_modules/{name}" not in packages and path:
        path = path.rpartition("/node_modules/")[0]
    place = f"{path}/node_modules/{name}" if path else f"node_modules/{name}"
    return _purl("npm", name, packages.get(place, {}).get("version", ""))


def _purl(ecosystem: Ecosystem, name: str, version: str) -> str:
    parts = "/".join(quote(part, safe="") for part in name.split("/"))
    return f"pkg:{ecosystem.lower()}/{parts}@{quote(version, safe='')}"


def _applying(found: Distribution, extras: frozenset[str]) -> list[Requirement]:
    requirements = [Requirement(text) for text in found.requires or ()]
    return [
        requirement
        for requirement in requirements
        if requirement.marker is None
        or any(requirement.marker.evaluate({"extra": extra}) for extra in ("", *extras))
    ]


def _needs(found: Distribution) -> Iterator[str]:
    for requirement in _applying(found, frozenset()):
        name = canonicalize_name(requirement.name)
        with contextlib.suppress(PackageNotFoundError):
            yield _purl("PyPI", name, distribution(name).version)


def _licence(found: Distribution) -> str:
    said = next(iter(_said(found, "License-Expression") or _said(found, "License")), "")
    if said and "\n" not in said and len(said) < 80:
        return said
    classified = [c for c in _said(found, "Classifier") if c.startswith("License :: ")]
    return " OR ".join(c.rsplit(" :: ", 1)[-1] for c in classified)


def _said(found: Distribution, field: str) -> list[str]:
    return list(found.metadata.get_all(field) or [])


def _platforms() -> Iterator[tuple[str, str]]:
    yield "python", platform.python_version()
    yield "sqlite", sqlite3.sqlite_version


def _platform(name: str, version: str) -> dict[str, Any]:
    return {"type": "platform", "bom-ref": f"{name}@{version}", "name": name, "version": version}


def _described(component: Component) -> dict[str, Any]:
    described: dict[str, Any] = {
        "type": "library",
        "bom-ref": component.purl,
        "name": component.name,
        "version": component.version,
        "purl": component.purl,
        "scope": "required" if component.needed else "excluded",
    }
    if component.licence:
        described["licenses"] = [{"license": {"name": component.licence}}]
    return described

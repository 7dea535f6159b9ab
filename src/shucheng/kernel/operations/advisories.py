"""Known flaws of what is installed, from a copy of an OSV database: an intranet reaches none.

The copy is a folder of JSON files, one file, or the zip archive that osv.dev offers for each
ecosystem (PyPI, npm). Schema: https://ossf.github.io/osv-schema/
"""

import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from shucheng.kernel.operations.components import Component, Ecosystem


class Unreadable(ValueError):
    """The copy of the database is not one."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """`certain` is False where versions cannot be compared: a person has to look."""

    advisory: str
    component: Component
    summary: str
    severity: str
    fixed: tuple[str, ...]
    aliases: tuple[str, ...]
    certain: bool = True

    def __str__(self) -> str:
        names = ", ".join((self.advisory, *self.aliases))
        way_out = f"fixed in {', '.join(self.fixed)}" if self.fixed else "no fixed version is named"
        doubt = "" if self.certain else " (versions cannot be compared: look at the advisory)"
        return (
            f"{self.component.name} {self.component.version}: {names} [{self.severity}] "
            f"{self.summary}; {way_out}{doubt}"
        )


@dataclass(frozen=True, slots=True)
class Examination:
    flaws: list[Flaw]
    advisories: int
    newest: datetime | None


def examine(found: Iterable[Component], source: Path) -> Examination:
    """Which components a flaw is known of. Raises `Unreadable`."""
    by_name: dict[tuple[Ecosystem, str], list[Component]] = {}
    for component in found:
        by_name.setdefault(_key(component.ecosystem, component.name), []).append(component)
    flaws: list[Flaw] = []
    count, newest = 0, None
    for advisory in _read(source):
        count += 1
        modified = _moment(advisory.get("modified"))
        newest = max(filter(None, (newest, modified)), default=None)
        if not advisory.get("withdrawn"):
            flaws += _flaws(advisory, by_name)
    if not count:
        raise Unreadable(f"{source} holds no advisory")
    return Examination(sorted(flaws, key=str), count, newest)


def _flaws(
    advisory: dict[str, Any], by_name: dict[tuple[Ecosystem, str], list[Component]]
) -> Iterator[Flaw]:
    hit: dict[Component, tuple[bool, set[str]]] = {}
    for affected in advisory.get("affected", ()):
        package = affected.get("package", {})
        key = _key(package.get("ecosystem", ""), package.get("name", ""))
        for component in by_name.get(key, ()):
            verdict = _affects(affected, component)
            if verdict is not False:
                certain, fixed = hit.get(component, (False, set()))
                hit[component] = (certain or verdict is True, fixed | set(_fixes(affected)))
    for component, (certain, fixed) in hit.items():
        yield Flaw(
            str(advisory["id"]),
            component,
            str(advisory.get("summary") or advisory.get("details", "")).split("\n")[0][:160],
            _severity(advisory),
            tuple(sorted(fixed)),
            tuple(advisory.get("aliases", ())),
            certain,
        )


def _affects(affected: dict[str, Any], component: Component) -> bool | None:
    """None: cannot be said, because a version does not follow the rules."""
    if component.version in affected.get("versions", ()):
        return True
    unsure = False
    for span in affected.get("ranges", ()):
        if span.get("type") not in {"ECOSYSTEM", "SEMVER"}:
            continue
        try:
            if _inside(span.get("events", ()), Version(component.version)):
                return True
        except InvalidVersion:
            unsure = True
    return None if unsure else False


def _inside(events: Iterable[dict[str, str]], version: Version) -> bool:
    """OSV's own rule: walk the events in order of version up to this one."""
    steps = [
        (Version("0.dev0" if said == "0" else said), order, kind)
        for event in events
        for order, kind in enumerate(("introduced", "last_affected", "fixed"))
        if (said := event.get(kind)) is not None
    ]
    inside = False
    for at, _order, kind in sorted(steps):
        if kind == "introduced" and version >= at:
            inside = True
        elif (kind == "fixed" and version >= at) or (kind == "last_affected" and version > at):
            inside = False
    return inside


def _fixes(affected: dict[str, Any]) -> Iterator[str]:
    for span in affected.get("ranges", ()):
        if span.get("type") != "GIT":
            yield from (event["fixed"] for event in span.get("events", ()) if "fixed" in event)


def _severity(advisory: dict[str, Any]) -> str:
    named = advisory.get("database_specific", {}).get("severity")
    scores = [entry.get("score", "") for entry in advisory.get("severity", ())]
    return str(named or next(iter(scores), "") or "not rated")


def _key(ecosystem: Any, name: str) -> tuple[Any, str]:
    return (ecosystem, canonicalize_name(name) if ecosystem == "PyPI" else name)


def _read(source: Path) -> Iterator[dict[str, Any]]:
    try:
        if source.suffix == ".zip":
            with zipfile.ZipFile(source) as archive:
                for name in archive.namelist():
                    if name.endswith(".json"):
                        yield _advisory(archive.read(name), name)
        else:
            paths = sorted(source.rglob("*.json")) if source.is_dir() else [source]
            for path in paths:
                yield _advisory(path.read_bytes(), path.name)
    except (OSError, zipfile.BadZipFile) as error:
        raise Unreadable(f"{source}: {error}") from error


def _advisory(content: bytes, name: str) -> dict[str, Any]:
    try:
        document = json.loads(content)
        document["id"], document.get("affected")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable(f"{name} is no advisory in OSV format") from error
    return dict(document)


def _moment(text: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

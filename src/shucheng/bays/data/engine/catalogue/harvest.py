"""What another catalogue has that ours has not: read page by page into a plan of changes.

HTTP is the shell's: it gives a function that fetches an address. A catalogue that is read while it
changes, or half, never makes entries vanish: they do only where all that it counts was seen.
Applying a plan and planning again finds nothing to do.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from urllib.parse import urlencode, urljoin, urlsplit

from .ckan import PackageRefused, from_package, source_id
from .dcat.read import DocumentRefused, read
from .dcat.write import Form
from .model import Resource

_PAGE, _MOST_PAGES, _MOST = 100, 5_000, 500_000
_NEXT = re.compile(r'<([^>]*)>\s*;[^,]*\brel\s*=\s*"?next"?', re.IGNORECASE)
_FORMS: Mapping[str, Form] = {
    "text/turtle": "turtle",
    "application/ld+json": "json-ld",
    "application/json": "json-ld",
    "application/rdf+xml": "xml",
}


class HarvestFailed(Exception):
    """A catalogue that cannot be read to the end; `code`: `harvest-unreachable`,
    `harvest-not-success` (CKAN says so itself), `harvest-unreadable`, `harvest-elsewhere` (the next
    page is on another host), `harvest-loop`, `harvest-too-large`, `harvest-form` (a content type
    that is none of RDF), or a code of `DocumentRefused`. Nothing was changed."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Answer:
    """What came from an address: the body, and headers with their names in small letters."""

    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)


# Raises `OSError` where nothing comes, or another status than 200.
Fetch = Callable[[str], Answer]


@dataclass(frozen=True, slots=True)
class Harvested:
    """Entries by the identifier that the source knows them by; `refused`: those that are none, with
    why; `complete`: all that the source counts was seen."""

    entries: Mapping[str, Resource]
    refused: Mapping[str, str]
    complete: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do, by the source's identifiers. `changed`: with the names of what differs;
    `vanished`: known, and no longer there; `unsure`: not seen in a reading that was not complete.
    """

    new: Mapping[str, Resource]
    changed: Mapping[str, tuple[Resource, tuple[str, ...]]]
    vanished: tuple[str, ...]
    unchanged: tuple[str, ...]
    refused: Mapping[str, str]
    unsure: tuple[str, ...] = ()


def harvest_ckan(fetch: Fetch, address: str) -> Harvested:
    """All packages of a CKAN site: `address` is what `/api/3/action/` follows. Raises
    `HarvestFailed`."""
    entries: dict[str, Resource] = {}
    refused: dict[str, str] = {}
    start, count = 0, 1
    while start < count:
        wanted = urlencode({"rows": _PAGE, "start": start, "sort": "id asc"})
        found, count = _ckan_page(
            _fetched(fetch, f"{address.rstrip('/')}/api/3/action/package_search?{wanted}")
        )
        if count > _MOST:
            raise HarvestFailed("harvest-too-large")
        if not found:
            break
        for number, package in enumerate(found, start):
            own = source_id(package)
            try:
                entry = from_package(package)
            except PackageRefused as error:
                refused[own or f"#{number}"] = error.code
            else:
                entries[own] = entry
        start += len(found)
    return Harvested(entries, refused, complete=len(entries) + len(refused) == count)


def harvest_dcat(fetch: Fetch, address: str) -> Harvested:
    """All datasets of a DCAT endpoint, page by page: by Hydra in the document, or by the `Link`
    header. Raises `HarvestFailed`."""
    entries: dict[str, Resource] = {}
    refused: dict[str, str] = {}
    at, seen = address, set[str]()
    while at:
        if at in seen:
            raise HarvestFailed("harvest-loop")
        seen.add(at)
        if len(seen) > _MOST_PAGES or len(entries) > _MOST:
            raise HarvestFailed("harvest-too-large")
        answer = _fetched(fetch, at)
        try:
            page = read(answer.body, _form(answer))
        except DocumentRefused as error:
            raise HarvestFailed(error.code) from None
        entries |= dict(page.resources)
        refused |= dict(page.refused)
        at = _next(answer, page.next_page, at)
    kept = {own: entry for own, entry in entries.items() if own not in refused}
    return Harvested(kept, refused, complete=True)


def plan(known: Mapping[str, Resource], harvested: Harvested) -> Plan:
    """What a reading means for the entries that are known of this source."""
    changed: dict[str, tuple[Resource, tuple[str, ...]]] = {}
    unchanged = []
    for own, entry in harvested.entries.items():
        if own in known:
            if keys := _different(known[own], entry):
                changed[own] = (entry, keys)
            else:
                unchanged.append(own)
    # One that is there and cannot be read is not gone.
    missing = tuple(sorted(known.keys() - harvested.entries.keys() - harvested.refused.keys()))
    return Plan(
        new={own: entry for own, entry in harvested.entries.items() if own not in known},
        changed=changed,
        vanished=missing if harvested.complete else (),
        unchanged=tuple(sorted(unchanged)),
        refused=harvested.refused,
        unsure=() if harvested.complete else missing,
    )


def applied(known: Mapping[str, Resource], what: Plan) -> dict[str, Resource]:
    """The entries of this source after the plan."""
    kept = {own: entry for own, entry in known.items() if own not in what.vanished}
    return kept | dict(what.new) | {own: entry for own, (entry, _) in what.changed.items()}


def _different(one: Resource, other: Resource) -> tuple[str, ...]:
    names = (each.name for each in fields(Resource))
    return tuple(name for name in names if getattr(one, name) != getattr(other, name))


def _fetched(fetch: Fetch, address: str) -> Answer:
    try:
        return fetch(address)
    except OSError:
        # Its text has the address, which can carry a key.
        raise HarvestFailed("harvest-unreachable") from None


def _ckan_page(answer: Answer) -> tuple[list[object], int]:
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        raise HarvestFailed("harvest-unreadable") from None
    if not isinstance(body, dict) or body.get("success") is not True:
        raise HarvestFailed("harvest-not-success")
    result = body.get("result")
    found = result.get("results") if isinstance(result, dict) else None
    count = result.get("count") if isinstance(result, dict) else None
    if not isinstance(found, list) or not isinstance(count, int):
        raise HarvestFailed("harvest-unreadable")
    return found, count


def _form(answer: Answer) -> Form:
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _FORMS:
        raise HarvestFailed("harvest-form")
    return _FORMS[kind]


def _next(answer: Answer, said: str, at: str) -> str:
    """Where the next page is, on the same host, or ""."""
    link = _NEXT.search(answer.headers.get("link", ""))
    wanted = said or (str(link.group(1)) if link else "")
    if not wanted:
        return ""
    following = urljoin(at, wanted)
    if urlsplit(following)[:2] != urlsplit(at)[:2]:
        raise HarvestFailed("harvest-elsewhere")
    return following

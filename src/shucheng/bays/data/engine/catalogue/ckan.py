"""Entries as packages of CKAN's action API (`package_show`, `package_search`, API version 3).

What CKAN has a place for goes there; the rest are `extras`, under the keys that ckanext-dcat uses
(`identifier`, `frequency`, `temporal_start` ...) where it has one. A package of another catalogue
has none of ours: what it lacks is left empty, for `problems` to tell.
"""

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import date
from typing import Any

from .dcat.terms import EU
from .model import Distribution, Field, Holder, Resource, words

_NAME = re.compile(r"[^a-z0-9_-]+")
_FREQUENCY = f"{EU}frequency/"
_TEXTS = ("sharing", "sharing_terms", "opening", "opening_terms", "grade", "region")
_LARGEST_FIELDS = 5_000


class PackageRefused(ValueError):
    """A package that is no entry; `code`: `not-an-object`, `no-identifier`, `no-title`,
    `not-active` (deleted or a draft)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def to_package(it: Resource) -> dict[str, Any]:
    """The entry as `package_show` answers it."""
    extras = {
        "identifier": it.code,
        "frequency": _FREQUENCY + it.frequency,
        "provenance": it.legal_basis,
        "temporal_start": it.starts.isoformat() if it.starts else "",
        "temporal_end": it.ends.isoformat() if it.ends else "",
        "conforms_to": _json(it.conforms_to),
        "derived_from": _json(it.derived_from),
        "fields": _json([asdict(each) for each in it.fields]),
        **{name: getattr(it, name) for name in _TEXTS},
    }
    name = name_of(it.code)
    return {
        "id": name,
        "name": name,
        "title": it.title,
        "notes": it.description,
        "state": "active",
        "private": False,
        "type": "dataset",
        "organization": {"name": it.holder.code, "title": it.holder.name},
        "groups": [{"name": name_of(each), "title": each} for each in it.themes],
        "tags": [{"name": each, "display_name": each} for each in it.keywords],
        "num_tags": len(it.keywords),
        "license_title": it.licence,
        "license_url": it.licence if it.licence.startswith(("http://", "https://")) else "",
        "version": it.version,
        "resources": [
            {
                "id": f"{name}-{n}",
                "name": each.title,
                "url": each.url,
                "format": each.format.upper(),
            }
            for n, each in enumerate(it.distributions)
        ],
        "num_resources": len(it.distributions),
        "extras": [{"key": key, "value": value} for key, value in extras.items() if value],
    }


def show_answer(it: Resource) -> dict[str, Any]:
    return {"success": True, "result": to_package(it)}


def search_answer(page: Iterable[Resource], total: int) -> dict[str, Any]:
    return {"success": True, "result": {"count": total, "results": [to_package(x) for x in page]}}


def name_of(code: str) -> str:
    """A name as CKAN takes it: small letters, digits, `-` and `_`. Two codes can have one name; the
    code itself is in `identifier`."""
    return _NAME.sub("-", code.lower()).strip("-")[:100] or "x" + code.encode().hex()[:99]


def source_id(package: object) -> str:
    """By what the package's own catalogue knows it: its `id`, else its `name`; "" without."""
    return _text(package, "id") or _text(package, "name") if isinstance(package, Mapping) else ""


def from_package(package: object) -> Resource:
    """The entry of a package. Raises `PackageRefused`."""
    if not isinstance(package, Mapping):
        raise PackageRefused("not-an-object")
    if _text(package, "state") not in ("", "active"):
        raise PackageRefused("not-active")
    extras = {
        _text(each, "key"): _text(each, "value")
        for each in _list(package.get("extras"))
        if isinstance(each, Mapping)
    }
    code = extras.get("identifier") or _text(package, "name") or _text(package, "id")
    if not code:
        raise PackageRefused("no-identifier")
    if not _text(package, "title").strip():
        raise PackageRefused("no-title")
    said = {name: extras[name] for name in _TEXTS if name in extras}
    return Resource(
        code=code,
        title=_text(package, "title"),
        description=_text(package, "notes"),
        holder=_holder(package),
        themes=_labels(package, "groups", "title"),
        keywords=_labels(package, "tags", "name"),
        legal_basis=extras.get("provenance", ""),
        fields=_fields(extras.get("fields", "")),
        frequency=_frequency(extras.get("frequency", "")),
        starts=_day(extras.get("temporal_start", "")),
        ends=_day(extras.get("temporal_end", "")),
        licence=_text(package, "license_url") or _text(package, "license_title"),
        version=_text(package, "version"),
        derived_from=_strings(extras.get("derived_from", "")),
        conforms_to=_strings(extras.get("conforms_to", "")),
        distributions=tuple(
            Distribution(_text(each, "format").lower(), _text(each, "url"), _text(each, "name"))
            for each in _list(package.get("resources"))
            if isinstance(each, Mapping)
        ),
        **said,
    )


def _holder(package: Mapping[str, Any]) -> Holder:
    body = package.get("organization")
    if not isinstance(body, Mapping):
        return Holder()
    return Holder(_text(body, "name"), _text(body, "title") or _text(body, "name"))


def _labels(package: Mapping[str, Any], key: str, name: str) -> tuple[str, ...]:
    """What a list of objects calls itself; CKAN keeps no order of tags and groups."""
    bodies = [each for each in _list(package.get(key)) if isinstance(each, Mapping)]
    return tuple(sorted({_text(each, name) or _text(each, "name") for each in bodies} - {""}))


def _fields(value: str) -> tuple[Field, ...]:
    """Ours, as `to_package` wrote them; anything else has none."""
    found = []
    for each in _parsed(value)[:_LARGEST_FIELDS]:
        if isinstance(each, Mapping) and _text(each, "name"):
            kind = _text(each, "type")
            found.append(
                Field(
                    name=_text(each, "name"),
                    title=_text(each, "title"),
                    type=kind if kind in words().types else "other",
                    comment=_text(each, "comment"),
                    nullable=each.get("nullable") is not False,
                    key=each.get("key") is True,
                )
            )
    return tuple(found)


def _frequency(value: str) -> str:
    code = value.removeprefix(_FREQUENCY)
    if not code:
        return "UNKNOWN"
    return code if code in words().frequencies else "OTHER"


def _day(value: str) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(value[:10])
    return None


def _strings(value: str) -> tuple[str, ...]:
    return tuple(sorted({each for each in _parsed(value) if isinstance(each, str)} - {""}))


def _parsed(value: str) -> list[Any]:
    with suppress(ValueError, RecursionError):
        return _list(json.loads(value))
    return []


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if value else ""


def _text(body: Mapping[str, Any], key: str) -> str:
    value = body.get(key)
    return value if isinstance(value, str) else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []

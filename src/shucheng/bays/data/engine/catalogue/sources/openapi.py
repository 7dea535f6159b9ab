"""An interface described by OpenAPI 3: a table for each operation that answers with JSON.

Only the document is read: a reference to another document is left out and noted, and nothing is
asked over the network. Fields are the leaves of the answer's schema, named by their way to them:
`data[].credit_code`.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import yaml

from ..model import Field
from .model import Described, Samples, SourceFailed, Table

_LARGEST = 5_000_000
_NODES, _DEPTH = 20_000, 12
_METHODS = ("get", "post")
_KINDS = {"integer": "integer", "boolean": "boolean", "string": "string", "number": "number"}
_FORMATS = {
    "date": "date",
    "date-time": "datetime",
    "time": "time",
    "binary": "binary",
    "byte": "binary",
    "decimal": "decimal",
}


@dataclass(frozen=True, slots=True)
class OpenApi:
    """`text`: the document as JSON or YAML; it may name servers, so it is in no `repr`."""

    text: str = field(repr=False)
    name: str = "openapi"

    def describe(self) -> Described:
        """Raises `SourceFailed`: `source-unreadable` (no OpenAPI 3), `source-too-large`. Notes:
        `foreign-reference`, `broken-reference`, `recursive`, `cut` (deeper or more than is read).
        """
        reader = _Reader(self._document(), self.name)
        tables = tuple(reader.tables())
        return Described("openapi", tables, tuple(sorted(reader.notes)))

    def samples(self, table: str, column: str, most: int = 100) -> Samples:
        """A document has no values: raises `SourceFailed` (`source-no-samples`)."""
        raise SourceFailed("source-no-samples", table)

    def _document(self) -> Mapping[str, Any]:
        if len(self.text) > _LARGEST:
            raise SourceFailed("source-too-large", self.name)
        document = _parsed(self.text)
        if not isinstance(document, Mapping) or str(document.get("openapi"))[:2] != "3.":
            raise SourceFailed("source-unreadable", self.name)
        return document


def _parsed(document: str) -> object:
    """JSON, else YAML; None for neither."""
    with suppress(ValueError, RecursionError):
        return json.loads(document)
    with suppress(yaml.YAMLError, RecursionError, ValueError):
        # The C parser where PyYAML has it: a megabyte in a tenth of the time.
        return yaml.load(document, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    return None


@dataclass
class _Reader:
    """Walks the document and counts nodes, so that none runs away."""

    document: Mapping[str, Any]
    name: str
    notes: set[str] = field(default_factory=set)
    nodes: int = 0

    def tables(self) -> Iterator[Table]:
        for path, item in _items(self.document.get("paths")):
            for method in _METHODS:
                operation = self.node(_map(self.node(item)).get(method))
                if schema := self.answer(operation):
                    name = str(operation.get("operationId") or f"{method.upper()} {path}")
                    said = operation.get("summary") or operation.get("description") or ""
                    found = dict.fromkeys(self.fields(schema, "", "", True, ()))
                    yield Table(name, str(said), tuple(found))

    def answer(self, operation: Mapping[str, Any]) -> Mapping[str, Any]:
        """The schema of the first answer that is a success in JSON."""
        for status, response in _items(operation.get("responses")):
            if str(status)[:1] != "2" and str(status) != "default":
                continue
            for kind, media in _items(self.node(response).get("content")):
                if "json" in str(kind):
                    return self.node(_map(media).get("schema"))
        return {}

    def fields(
        self,
        schema: Mapping[str, Any],
        way: str,
        comment: str,
        nullable: bool,
        above: tuple[str, ...],
    ) -> Iterator[Field]:
        """The leaves below a schema. `above`: references on the way, so that a circle ends."""
        self.nodes += 1
        if self.nodes > _NODES or len(above) > _DEPTH or way.count(".") > _DEPTH:
            self.notes.add("cut")
            return
        if (ref := schema.get("$ref")) is not None:
            if str(ref) in above:
                self.notes.add("recursive")
                return
            above = (*above, str(ref))
        schema = self.merged(schema, above)
        kinds = _list(schema.get("type"))
        comment = str(schema.get("description") or schema.get("title") or comment)
        nullable = nullable or bool(schema.get("nullable")) or "null" in kinds
        if isinstance(schema.get("properties"), Mapping):
            required = set(map(str, _list(schema.get("required"))))
            for name, below in _items(schema["properties"]):
                place = f"{way}.{name}" if way else str(name)
                yield from self.fields(_map(below), place, "", name not in required, above)
        elif isinstance(schema.get("items"), Mapping):
            yield from self.fields(schema["items"], f"{way}[]", comment, nullable, above)
        elif way:
            yield Field(way, "", _kind(kinds, schema), comment, nullable)

    def merged(self, schema: Mapping[str, Any], above: tuple[str, ...]) -> Mapping[str, Any]:
        """A schema with its reference and the parts of `allOf`; of alternatives the first that is
        not null."""
        self.nodes += 1
        schema = self.node(schema)
        if len(above) > _DEPTH or self.nodes > _NODES:
            self.notes.add("cut")
            return schema
        parts = [p for p in _list(schema.get("allOf")) if isinstance(p, Mapping)]
        for key in ("oneOf", "anyOf"):
            choices = [p for p in _list(schema.get(key)) if isinstance(p, Mapping)]
            real = [p for p in choices if p.get("type") != "null"]
            parts += real[:1]
            if len(real) < len(choices):
                schema = {**schema, "nullable": True}
        made: dict[str, Any] = {}
        for part in parts:
            made = _joined(made, self.merged(part, (*above, "")))
        return _joined(made, schema)

    def node(self, value: object) -> Mapping[str, Any]:
        """An object, its reference followed within the document; {} for anything else."""
        seen: set[str] = set()
        while isinstance(value, Mapping) and "$ref" in value:
            ref = str(value["$ref"])
            if not ref.startswith("#/"):
                self.notes.add("foreign-reference")
                return {}
            if ref in seen:
                self.notes.add("recursive")
                return {}
            seen.add(ref)
            beside = {key: each for key, each in value.items() if key != "$ref"}
            target: object = self.document
            for step in ref[2:].split("/"):
                step = step.replace("~1", "/").replace("~0", "~")
                target = target.get(step) if isinstance(target, Mapping) else None
            if not isinstance(target, Mapping):
                self.notes.add("broken-reference")
                return {}
            value = {**target, **beside} if beside else target
        return _map(value)


def _joined(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    properties = {**_map(one.get("properties")), **_map(other.get("properties"))}
    required = [*_list(one.get("required")), *_list(other.get("required"))]
    made = {**one, **other}
    return made | {k: v for k, v in (("properties", properties), ("required", required)) if v}


def _kind(kinds: list[Any], schema: Mapping[str, Any]) -> str:
    said = next((str(kind) for kind in kinds if kind != "null"), "")
    if said == "object" or not (said or schema.get("enum")):
        return "json" if said else "other"
    if said in ("string", "number") and str(schema.get("format")) in _FORMATS:
        return _FORMATS[str(schema["format"])]
    return _KINDS.get(said, "string" if schema.get("enum") else "json")


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _items(value: object) -> list[tuple[Any, Any]]:
    return list(_map(value).items())


def _list(value: object) -> list[Any]:
    if isinstance(value, list):
        return value
    return [] if value is None else [value]

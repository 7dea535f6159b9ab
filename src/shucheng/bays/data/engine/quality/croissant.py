"""Croissant 1.0 (MLCommons, http://mlcommons.org/croissant/1.0): a dataset's metadata as JSON-LD.

One table in one file: a `FileObject` with its hash, a `RecordSet` with a `Field` a column."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

CONFORMS_TO = "http://mlcommons.org/croissant/1.0"
# The context of the specification (section "Appendix 1: JSON-LD context").
CONTEXT: dict[str, Any] = {
    "@language": "zh",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "samplingRate": "cr:samplingRate",
}
_ENCODINGS = {"csv": "text/csv", "parquet": "application/x-parquet"}
# What DuckDB calls a type, and what Croissant does; the first that fits.
_TYPES = (
    (re.compile(r"bool", re.IGNORECASE), "sc:Boolean"),
    (re.compile(r"int", re.IGNORECASE), "sc:Integer"),
    (re.compile(r"dec|num|double|float|real", re.IGNORECASE), "sc:Float"),
    (re.compile(r"timestamp|datetime", re.IGNORECASE), "sc:DateTime"),
    (re.compile(r"date", re.IGNORECASE), "sc:Date"),
)


@dataclass(frozen=True, slots=True)
class Column:
    """`type`: as DuckDB calls it."""

    name: str
    type: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A file of one table: `kind` csv or parquet, `size` in bytes, `sha256` in hexadecimal."""

    name: str
    kind: str
    size: int
    sha256: str
    columns: Sequence[Column]


@dataclass(frozen=True, slots=True)
class Dataset:
    """`url`: where it is described; `made_from`: names of what it was made from."""

    name: str
    title: str
    description: str
    url: str
    licence: str
    creator: str
    published: date
    version: str
    keywords: Sequence[str]
    table: Table
    made_from: Sequence[str] = ()


def croissant(of: Dataset) -> dict[str, Any]:
    """The metadata as a JSON-LD document. The content is not linked: data that is delivered under
    an agreement has the address of its description alone."""
    file = f"{of.name}-file"
    said = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "name": of.name,
        "alternateName": of.title,
        "description": of.description or of.title,
        "url": of.url,
        "license": of.licence,
        "creator": {"@type": "sc:Organization", "name": of.creator},
        "datePublished": of.published.isoformat(),
        "version": of.version,
        "inLanguage": "zh",
        "citeAs": f"{of.creator}. {of.title} ({of.version}). {of.published.year}.",
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": file,
                "name": of.table.name,
                "contentUrl": of.url,
                "contentSize": f"{of.table.size} B",
                "encodingFormat": _ENCODINGS[of.table.kind],
                "sha256": of.table.sha256,
            }
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": of.name,
                "name": of.name,
                "field": [_field(of.name, file, each) for each in of.table.columns],
            }
        ],
    }
    if of.keywords:
        said["keywords"] = list(of.keywords)
    if of.made_from:
        said["isBasedOn"] = list(of.made_from)
    return said


def faults(said: dict[str, Any]) -> list[str]:
    """What of the specification's structure a document does not have; empty where it is whole."""
    found = [f"no {each}" for each in _REQUIRED if not said.get(each)]
    if said.get("conformsTo") != CONFORMS_TO:
        found.append("conformsTo is another")
    files = {each.get("@id") for each in said.get("distribution", [])}
    for each in said.get("distribution", []):
        found += [f"file without {name}" for name in _FILE if not each.get(name)]
    for records in said.get("recordSet", []):
        prefix = f"{records.get('@id')}/"
        for field in records.get("field", []):
            found += [f"field without {name}" for name in _FIELD if not field.get(name)]
            source = field.get("source", {})
            if source.get("fileObject", {}).get("@id") not in files:
                found.append(f"{field.get('@id')} has no file")
            if not str(field.get("@id")).startswith(prefix):
                found.append(f"{field.get('@id')} is in no record set")
    ids = [f["@id"] for r in said.get("recordSet", []) for f in r.get("field", [])]
    if len(set(ids)) != len(ids):
        found.append("an @id is there twice")
    return found


_REQUIRED = (
    "@context", "@type", "name", "description", "url", "license", "creator", "datePublished",
    "distribution", "recordSet",
)  # fmt: skip
_FILE = ("@type", "@id", "name", "contentUrl", "encodingFormat", "sha256")
_FIELD = ("@type", "@id", "name", "dataType", "source")


def _field(records: str, file: str, column: Column) -> dict[str, Any]:
    said: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"{records}/{column.name}",
        "name": column.name,
        "dataType": _type(column.type),
        "source": {"fileObject": {"@id": file}, "extract": {"column": column.name}},
    }
    if column.description:
        said["description"] = column.description
    return said


def _type(duckdb: str) -> str:
    return next((name for pattern, name in _TYPES if pattern.search(duckdb)), "sc:Text")

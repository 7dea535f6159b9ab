"""Sources: what each holds, and the engine that reads it. Passwords go from the database into the
connection and nowhere else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db.models import QuerySet

from shucheng.bays.data.engine.catalogue.model import Field
from shucheng.bays.data.engine.catalogue.sources import model as engine
from shucheng.bays.data.engine.catalogue.sources.files import CsvFile, ParquetFile, Workbook
from shucheng.bays.data.engine.catalogue.sources.openapi import OpenApi
from shucheng.bays.data.engine.catalogue.sources.postgres import Postgres
from shucheng.bays.data.models.catalogue import Resource, Source
from shucheng.kernel.public import Actor, NotFound

_FILES: dict[str, Callable[[Path], engine.Source]] = {
    "csv": CsvFile,
    "txt": CsvFile,
    "parquet": ParquetFile,
    "xlsx": Workbook,
}


def sources_seen(actor: Actor) -> QuerySet[Source]:
    """The sources of one's organisation; the bureau sees that there are others, not inside."""
    actor.require("data.hold")
    return Source.objects.select_related("organisation", "file").filter(
        organisation_id__in=actor.organisation_ids
    )


def find_source(pk: int, *, actor: Actor) -> Source:
    found = sources_seen(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound(str(pk))
    return found


def may_be_read(source: Source) -> bool:
    """Whether the administrator names a database's host still: asked whenever it is read, since a
    host can be taken off the list after a source was noted."""
    host = source.address.partition("/")[0].partition(":")[0]
    return source.kind != Source.Kind.POSTGRESQL or host in settings.SOURCE_HOSTS


def reader_of(source: Source) -> engine.Source:
    """What reads a source. Raises `SourceFailed` where its kind has no reader of tables, or where
    it may not be read."""
    match source.kind:
        case Source.Kind.POSTGRESQL:
            if not may_be_read(source):
                raise engine.SourceFailed("source-not-named")
            return Postgres(_address(source))
        case Source.Kind.FILE if source.file and source.file.kind in _FILES:
            return _FILES[source.file.kind](source.file.in_place())
        case Source.Kind.OPENAPI if source.file:
            return OpenApi(source.file.read().decode("utf-8", errors="replace"), source.name)
    raise engine.SourceFailed("source-unreadable", source.name)


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table as it was found, the resource that describes it by now, and which data items differ
    from that: `other` have another type."""

    name: str
    title: str
    comment: str
    fields: int
    rows: int | None
    resource: Resource | None
    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    other: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        return bool(self.new or self.gone or self.other)


@dataclass(frozen=True, slots=True)
class SourcePage:
    """`missing`: resources whose table was not found any more."""

    source: Source
    tables: list[FoundTable]
    missing: list[Resource]


def source_page(pk: int, *, actor: Actor) -> SourcePage:
    source = find_source(pk, actor=actor)
    taken = {each.table: each for each in source.resources.prefetch_related("fields")}
    tables = [_found(source, table, taken.pop(table["name"], None)) for table in source.found]
    gone = [each for each in taken.values() if each.state != Resource.State.WITHDRAWN]
    return SourcePage(source, tables, gone if source.read_at and not source.trouble else [])


def _found(source: Source, table: dict[str, Any], resource: Resource | None) -> FoundTable:
    name, count = table["name"], len(table["fields"])
    title = table_title(source, table)
    plain = FoundTable(name, title, table["comment"], count, table["rows"], resource)
    if resource is None:
        return plain
    there = {each.name[:120]: each.type[:60] for each in fields_of(table)}
    here = {each.name: each.type for each in resource.fields.all() if not each.dropped}
    return replace(
        plain,
        new=tuple(name for name in there if name not in here),
        gone=tuple(name for name in here if name not in there),
        other=tuple(name for name in there if name in here and there[name] != here[name]),
    )


def told(table: engine.Table) -> dict[str, Any]:
    """A table as it is kept: names and numbers, no value of the data."""
    return {
        "name": table.name,
        "comment": table.comment,
        "rows": table.rows,
        "exact": table.exact,
        "fields": [[f.name, f.title, f.type, f.comment, f.nullable, f.key] for f in table.fields],
    }


def table_title(source: Source, table: Mapping[str, Any]) -> str:
    """What a table is called: a file's is named by its content, and called as the file was."""
    file = source.file
    if file is not None and table["name"] == file.sha256:
        return Path(file.original_name).stem
    return str(table["name"])


def fields_of(table: dict[str, Any]) -> list[Field]:
    return [Field(*each) for each in table["fields"]]


def _address(source: Source) -> str:
    """`host:port/database` with whoever signs in, as an address of the driver."""
    who = quote(source.username, safe="")
    secret = quote(source.password, safe="")
    return f"postgresql://{who}:{secret}@{source.address}"

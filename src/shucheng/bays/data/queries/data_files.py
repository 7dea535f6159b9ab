"""The data of a resource, where it is a file that the platform keeps: opened for a check, or read
for a few samples. DuckDB reads that one file and nothing else of the machine."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.engine.delivery.model import quoted, text
from shucheng.bays.data.models.catalogue import Resource, Source
from shucheng.kernel.public import ShuchengError, StoredFile
from shucheng.lib import duck


@dataclass(frozen=True, slots=True)
class Opened:
    """`relation`: SQL that reads the rows; `version`: what tells it from what it was before, a hash
    of the file or a moment."""

    connection: duckdb.DuckDBPyConnection
    relation: str
    version: str


# Gives the rows of a resource; raises a `ShuchengError` where they cannot be read.
OpenData = Callable[[Resource], AbstractContextManager[Opened]]


def file_of(resource: Resource) -> StoredFile | None:
    """The file that a resource's rows are in, if it is one DuckDB reads."""
    source = resource.source
    if source is None or source.kind != Source.Kind.FILE or source.file is None:
        return None
    return source.file if source.file.kind in ("csv", "parquet") else None


@contextmanager
def open_file(resource: Resource) -> Iterator[Opened]:
    stored = file_of(resource)
    if stored is None:
        raise ShuchengError(
            "quality.no_data",
            _("The rows of “%(title)s” cannot be read here."),
            _("Store its data as CSV or Parquet in the catalogue, then check again."),
            title=resource.title,
        )
    connection = duck.connect()
    try:
        path = stored.in_place()
        _only(connection, path)
        yield Opened(connection, _relation(path, stored.kind), stored.sha256)
    except duckdb.Error:
        # What DuckDB says can hold a value of the data.
        raise ShuchengError(
            "quality.unreadable",
            _("The file of “%(title)s” cannot be read as a table."),
            _("Check that it is CSV in UTF-8 with a heading, or Parquet, and store it again."),
            title=resource.title,
        ) from None
    finally:
        connection.close()


def file_samples(resource: Resource, column: str, most: int) -> Sequence[object]:
    """The first values of a column, not empty; none where the rows are in no file kept here or the
    file has no such column."""
    if file_of(resource) is None:
        return ()
    try:
        with open_file(resource) as opened:
            name = quoted(column)
            found = opened.connection.execute(
                f"SELECT {name} FROM {opened.relation} WHERE {name} IS NOT NULL LIMIT {most:d}"  # noqa: S608
            ).fetchall()
    except ShuchengError:
        return ()
    return [row[0] for row in found]


def _only(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    connection.execute(f"SET allowed_paths = [{text(str(path))}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _relation(path: Path, kind: str) -> str:
    if kind == "parquet":
        return f"read_parquet({text(str(path))})"
    # As text: a code with leading zeros is no number, and the rules say what has to be one.
    return f"read_csv({text(str(path))}, header = true, all_varchar = true)"

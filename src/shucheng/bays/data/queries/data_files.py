"""The rows of a resource, opened for a check or read for a few samples: a file that the platform
keeps, or the first rows of a database's table or a sheet. DuckDB reads that one file, or what was
read for it, and nothing else of the machine."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import duckdb
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.engine.catalogue.sources.files import as_utf8
from shucheng.bays.data.engine.delivery.model import Refused, quoted, text
from shucheng.bays.data.engine.reading import (
    Input,
    SheetInput,
    Silent,
    TableInput,
    columns_of,
    read_first,
)
from shucheng.bays.data.models.catalogue import Resource, Source
from shucheng.bays.data.queries.inputs import where_rows_are
from shucheng.kernel.public import ShuchengError, StoredFile
from shucheng.lib import duck

# Of a table or sheet so many rows are looked at, if they come in that time.
MOST_ROWS, SECONDS = 200_000, 120.0
# Samples come from so many rows for each one wanted: a sparse column has some as well.
_ROWS_A_SAMPLE, _SAMPLE_SECONDS = 5, 10.0
_SILENT = "quality.source_silent"


@dataclass(frozen=True, slots=True)
class Opened:
    """`relation`: SQL that reads the rows; `version`: what tells it from what it was before, a hash
    of the file or a moment; `first`: how many rows there are, where the source has more."""

    connection: duckdb.DuckDBPyConnection
    relation: str
    version: str
    first: int | None = None


# Gives the rows of a resource; raises a `ShuchengError` where they cannot be read.
OpenData = Callable[[Resource], AbstractContextManager[Opened]]

# Values of columns for the recognisers, for each at most so many; none of a column that is not
# there or cannot be read. They are looked at and never kept.
Samples = Callable[[Resource, Sequence[str], int], Mapping[str, Sequence[object]]]


def file_of(resource: Resource) -> StoredFile | None:
    """The file that a resource's rows are in, if it is one DuckDB reads."""
    source = resource.source
    if source is None or source.kind != Source.Kind.FILE or source.file is None:
        return None
    return source.file if source.file.kind in ("csv", "parquet") else None


def rows_of(resource: Resource) -> Input | SheetInput | None:
    """Where a resource's rows can be looked at; None where the platform has none, or may not."""
    source = resource.source
    stored = source.file if source and source.kind == Source.Kind.FILE else None
    if stored and stored.kind == "xlsx" and resource.table:
        return SheetInput(stored.in_place(), resource.table)
    return where_rows_are(resource)


def no_rows(resource: Resource) -> ShuchengError:
    return ShuchengError(
        "quality.no_data",
        _("The rows of “%(title)s” cannot be read here."),
        _("Describe it from a PostgreSQL table or a CSV, Parquet or Excel file, then check again."),
        title=resource.title,
    )


@contextmanager
def open_rows(
    resource: Resource, *, most: int = MOST_ROWS, seconds: float = SECONDS
) -> Iterator[Opened]:
    """A file's rows all, of a table or sheet the first."""
    where = rows_of(resource)
    if where is None:
        raise no_rows(resource)
    opening = (
        _opened_first(resource, where, most, seconds)
        if isinstance(where, TableInput | SheetInput)
        else open_file(resource)
    )
    with opening as opened:
        yield opened


@contextmanager
def open_file(resource: Resource) -> Iterator[Opened]:
    stored = file_of(resource)
    if stored is None:
        raise no_rows(resource)
    connection, where = duck.connect(), stored.in_place()
    try:
        with as_utf8(where) if stored.kind == "csv" else nullcontext(where) as path:
            connection.execute(f"SET allowed_paths = [{text(str(path))}]")
            _close_off(connection)
            yield Opened(connection, _relation(path, stored.kind), stored.sha256)
    except (duckdb.Error, UnicodeError):
        # What DuckDB says can hold a value of the data.
        raise ShuchengError(
            "quality.unreadable",
            _("The file of “%(title)s” cannot be read as a table."),
            _("It is to be CSV with a heading (UTF-8 or GB18030) or Parquet; store it again."),
            title=resource.title,
        ) from None
    finally:
        connection.close()


@contextmanager
def _opened_first(
    resource: Resource, where: TableInput | SheetInput, most: int, seconds: float
) -> Iterator[Opened]:
    connection = duck.connect()
    try:
        more = read_first(connection, "looked_at", where, most, seconds=seconds)
        _close_off(connection)
        now = timezone.now().isoformat(timespec="seconds")
        source = resource.source
        version = source.file.sha256 if source and source.file else now
        yield Opened(connection, quoted("looked_at"), version, most if more else None)
    except Silent:
        raise ShuchengError(
            _SILENT,
            _("The source of “%(title)s” does not answer."),
            _("Check address, network and login of the source; then check again."),
            title=resource.title,
        ) from None
    except (Refused, duckdb.Error):
        raise ShuchengError(
            "quality.source_unreadable",
            _("The rows of “%(title)s” could not be read from its source."),
            _("Read the source anew to see why; then check again."),
            title=resource.title,
        ) from None
    finally:
        connection.close()


def samples_of(
    resource: Resource, columns: Sequence[str], most: int
) -> Mapping[str, Sequence[object]]:
    """The first values of each column that are not empty, from the first rows; nothing where they
    cannot be read."""
    try:
        return _samples(resource, columns, most)
    except ShuchengError:
        return {}


def sampling() -> Samples:
    """Samples for a long run: a database that did not answer once is not waited for again."""
    silent: set[int | None] = set()

    def samples(
        resource: Resource, columns: Sequence[str], most: int
    ) -> Mapping[str, Sequence[object]]:
        if resource.source_id in silent:
            return {}
        try:
            return _samples(resource, columns, most)
        except ShuchengError as error:
            if error.code == _SILENT:
                silent.add(resource.source_id)
            return {}

    return samples


def _samples(
    resource: Resource, columns: Sequence[str], most: int
) -> Mapping[str, Sequence[object]]:
    if rows_of(resource) is None:
        return {}
    rows = most * _ROWS_A_SAMPLE
    with open_rows(resource, most=rows, seconds=_SAMPLE_SECONDS) as opened:
        there = {name for name, _kind in columns_of(opened.connection, opened.relation)}
        names = [name for name in columns if name in there]
        if not names:
            return {}
        found = opened.connection.execute(
            f"SELECT {', '.join(map(quoted, names))} FROM {opened.relation} LIMIT {rows:d}"  # noqa: S608
        ).fetchall()
    return {
        name: [value for row in found if (value := row[at]) is not None][:most]
        for at, name in enumerate(names)
    }


def _close_off(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _relation(path: Path, kind: str) -> str:
    if kind == "parquet":
        return f"read_parquet({text(str(path))})"
    # As text: a code with leading zeros is no number, and the rules say what has to be one.
    return f"read_csv({text(str(path))}, header = true, all_varchar = true)"

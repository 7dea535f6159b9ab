"""A file becomes a batch: received, its columns confirmed by a person, read, then taken over.

Reading is a dry run: until a batch is taken over nothing of it counts. A large file is read in
the background; killed there, the job begins again and nothing is half kept.
"""

from collections.abc import Callable, Iterable
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.statistics.actions.batches import lay_aside, signed, stage_rows, take_over
from shucheng.bays.statistics.engine.imports import report as reports
from shucheng.bays.statistics.engine.imports.fields import ImportRefused, fields
from shucheng.bays.statistics.engine.imports.mapping import Mapping
from shucheng.bays.statistics.engine.imports.stage import HONOURS, ROWS, Options, stage
from shucheng.bays.statistics.engine.table_files import parquet_of
from shucheng.bays.statistics.models import Batch, Firm
from shucheng.bays.statistics.queries.batches import FILE_ROOM, files_of
from shucheng.bays.statistics.queries.delivering import (
    areas_told,
    require_batch,
    require_sending,
)
from shucheng.bays.statistics.queries.import_words import field_words
from shucheng.bays.statistics.queries.importing import area_codes, proposed_columns
from shucheng.kernel.public import (
    Actor,
    Conflict,
    Invalid,
    NotFound,
    StoredFile,
    action,
    enqueue,
    record,
    store_file,
)
from shucheng.lib import duck
from shucheng.lib.tables import write_rows

READ_JOB = "statistics.read"
# A file up to this size is read while one waits.
AT_ONCE = 2_000_000
KINDS = (Batch.Kind.REGISTER, Batch.Kind.RETURNS, Batch.Kind.HONOURS, Batch.Kind.FACTS)
# Errors a report keeps to be shown, and those that can be saved as a file.
SHOWN, SAVED = 100, 100_000
_ENDINGS = ("csv", "txt", "xlsx", "parquet")

Progress = Callable[[int, int], object] | None


@action
def receive_file(kind: str, name: str, data: bytes, *, month: str, actor: Actor) -> Batch:
    """Keep a file that was sent and propose what its columns are. `month` (2026-09): of returns
    their period, of a register since when it holds, where no column says it; may be empty."""
    require_sending(actor)
    if kind not in KINDS:
        raise _wrong("kind", _("Choose what the file holds."))
    since = _month(month)
    stored = store_file(name, data, room=FILE_ROOM, actor=actor)
    if stored.kind not in _ENDINGS:
        raise _wrong("file", _("Choose a table: xlsx, csv or parquet."))
    batch = Batch.objects.create(
        kind=kind, state=Batch.State.READING, file=stored, since=since, by=actor.name[:150]
    )
    if areas_told(batch) == frozenset():
        raise Invalid(
            "statistics.no_area",
            _("The organisation that this program acts for speaks for no area."),
            _("Have its account given to the county's government or department."),
        )
    record(
        "statistics.batch.received",
        batch,
        actor=actor,
        after={"kind": kind, "file": stored.sha256, "name": stored.name},
    )
    return _read(batch, actor=actor)


@action
def confirm_columns(
    batch_id: int,
    revision: int,
    columns: Iterable[dict[str, str]],
    *,
    month: str,
    actor: Actor,
) -> Batch:
    """Have a file read by the columns (heading, field, factor) that a person confirmed."""
    require_sending(actor)
    batch = _locked(batch_id)
    require_batch(batch, actor)
    if batch.revision != revision or batch.state != Batch.State.MAPPING:
        raise Conflict(_("The batch"))
    batch.since = _month(month)
    mapping = _mapping(batch, [each for each in columns if each["field"]])
    batch.mapping = mapping.to_data() | {"confirmed": signed(actor.name)}
    batch.state = Batch.State.READING
    batch.revision += 1
    batch.save()
    record("statistics.batch.mapped", batch, actor=actor, after={"mapping": mapping.digest})
    return _read(batch, actor=actor)


@action
def take_import(batch_id: int, revision: int, *, actor: Actor) -> Batch:
    """Take a batch over, with the honours that its file told beside the register."""
    actor.require("statistics.import")
    if not _locked(batch_id).good:
        raise Invalid(
            "statistics.batch.empty",
            _("No row of this batch can be taken over."),
            _("Correct the file and send it again."),
        )
    batch = take_over(batch_id, revision, actor=actor)
    for honours in _honours_of(batch):
        take_over(honours.pk, honours.revision, actor=actor)
    return batch


@action
def drop_import(batch_id: int, revision: int, *, actor: Actor) -> Batch:
    """Lay a batch aside, with the honours that its file told."""
    batch = lay_aside(batch_id, revision, actor=actor)
    for honours in _honours_of(batch):
        lay_aside(honours.pk, honours.revision, actor=actor)
    return batch


def read_batch(batch_id: int, *, actor: Actor, progress: Progress = None) -> Batch:
    """Propose the columns of a batch's file, or read it by those confirmed. Idempotent."""
    batch = Batch.objects.select_related("file").get(pk=batch_id)
    if batch.state != Batch.State.READING or batch.file is None:
        return batch
    if progress:
        progress(0, 2)
    with TemporaryDirectory(prefix="shucheng-") as name:
        folder, file = Path(name), batch.file.in_place()
        try:
            if not batch.mapping:
                return keep_proposal(
                    batch.pk, proposed_columns(file, batch.kind, folder), actor=actor
                )
            own, today = areas_told(batch), timezone.localdate()
            options = Options(
                month=batch.since,
                until=today.year * 100 + today.month,
                recorded=batch.pk,
                areas=area_codes(own),
                existing=tuple(files_of(batch.kind)),
                register=_registered(batch.kind, own, folder),
                elsewhere=_elsewhere(batch.kind, own, folder),
                first_errors=SAVED,
            )
            report = stage(file, Mapping.from_data(batch.mapping), folder, options)
        except ImportRefused as refused:
            return keep_refusal(batch.pk, refused, actor=actor)
        if progress:
            progress(1, 2)
        return keep_reading(batch.pk, report, folder, actor=actor)


@action
def keep_proposal(batch_id: int, columns: list[dict[str, Any]], *, actor: Actor) -> Batch:
    """What the columns of a batch's file seem to be, for a person to confirm."""
    batch = _being_read(batch_id, actor)
    batch.state = Batch.State.MAPPING
    batch.report = {"columns": columns}
    batch.revision += 1
    batch.save()
    found = sum(1 for each in columns if each["field"])
    record("statistics.batch.proposed", batch, actor=actor, after={"columns": found})
    return batch


@action
def keep_refusal(batch_id: int, refused: ImportRefused, *, actor: Actor) -> Batch:
    """Why a batch's file could not be read; its columns can be chosen anew."""
    batch = _being_read(batch_id, actor)
    told = {name: str(value) for name, value in refused.params.items()}
    batch.report = {
        "columns": _columns_anew(batch),
        "refused": {"code": refused.code, **told},
    }
    batch.state, batch.mapping = Batch.State.MAPPING, {}
    batch.revision += 1
    batch.save()
    record("statistics.batch.refused", batch, actor=actor, after={"code": refused.code})
    return batch


@action
def keep_reading(batch_id: int, report: reports.Report, folder: Path, *, actor: Actor) -> Batch:
    """The rows that were read, which wait to be taken over, and what was wrong with others."""
    batch = _being_read(batch_id, actor)
    told = report.to_data()
    told["errors"], told["warnings"] = told["errors"][:SHOWN], told["warnings"][:SHOWN]
    if report.errors or report.warnings:
        told["errors_file"] = _store_errors(batch, report, actor).pk
    batch.rows = store_file(
        f"{batch.kind}-{batch.pk}.parquet",
        (folder / ROWS).read_bytes(),
        room=FILE_ROOM,
        made_here=True,
        actor=actor,
    )
    if (folder / HONOURS).exists():
        told["honours_batch"] = _stage_honours(batch, report.honours, folder, actor).pk
    batch.good, batch.bad, batch.state = report.good, report.bad, Batch.State.STAGED
    batch.report = told | {"columns": _columns_anew(batch)}
    batch.revision += 1
    batch.save()
    record(
        "statistics.batch.staged",
        batch,
        actor=actor,
        after={"good": batch.good, "bad": batch.bad, "file": batch.rows.sha256},
    )
    return batch


def _read(batch: Batch, *, actor: Actor) -> Batch:
    if batch.file is not None and batch.file.size <= AT_ONCE:
        return read_batch(batch.pk, actor=actor)
    enqueue(READ_JOB, actor=actor, payload={"batch": batch.pk}, unique_key=f"{READ_JOB}:{batch.pk}")
    return batch


def _store_errors(batch: Batch, report: reports.Report, actor: Actor) -> StoredFile:
    text = StringIO()
    write_rows(text, reports.error_rows((*report.errors, *report.warnings)))
    name = f"errors-{batch.pk}.csv"
    return store_file(name, text.getvalue().encode(), room=FILE_ROOM, made_here=True, actor=actor)


def _stage_honours(batch: Batch, count: int, folder: Path, actor: Actor) -> Batch:
    def write(number: int, path: Path) -> dict[str, Any]:
        with duck.connect() as engine:
            engine.read_parquet(str(folder / HONOURS)).project(
                f"* REPLACE ({int(number)}::INTEGER AS recorded)"
            ).write_parquet(str(path))
        return {"good": count, "bad": 0, "report": {"register_batch": batch.pk}}

    return stage_rows(
        Batch.Kind.HONOURS, write, folder, file=batch.file_id, since=batch.since, actor=actor
    )


def _honours_of(batch: Batch) -> list[Batch]:
    told = batch.report.get("honours_batch")
    return list(Batch.objects.filter(pk=told, state=Batch.State.STAGED)) if told else []


def _columns_anew(batch: Batch) -> list[dict[str, Any]]:
    """The columns as they were proposed, with what was chosen for them."""
    chosen = {each["heading"]: each for each in batch.mapping.get("columns", [])}
    return [
        {**column, "field": "", **chosen.get(column["heading"], {})}
        for column in batch.report.get("columns", [])
    ]


def _mapping(batch: Batch, columns: list[dict[str, str]]) -> Mapping:
    try:
        mapping = Mapping.from_data({"table": batch.kind, "columns": columns})
    except ImportRefused as refused:
        if refused.code == "field-twice":
            raise _wrong("columns", _("Two columns are read as the same field.")) from None
        raise _wrong("columns", _("The columns cannot be read as chosen.")) from None
    has = {each.field for each in mapping.columns}
    if batch.since and batch.kind in (Batch.Kind.REGISTER, Batch.Kind.RETURNS):
        has.add("period" if batch.kind == Batch.Kind.RETURNS else "since")
    wanted = {name for name, each in fields(batch.kind).items() if each.required}
    if batch.kind == Batch.Kind.REGISTER:
        wanted.add("since")
    if missing := wanted - has:
        known = field_words(batch.kind)
        names = str(_(", ")).join(str(known[name]) for name in known if name in missing)
        text = _("No column is chosen for: %(fields)s.")
        raise _wrong("columns", str(text) % {"fields": names})
    return mapping


def _registered(kind: str, own: frozenset[str] | None, folder: Path) -> tuple[Path, ...] | None:
    """Where firms are registered, for files that speak of firms that have to be; of a county's
    program its own firms alone."""
    if own is not None and kind != Batch.Kind.REGISTER:
        return (_codes(Firm.objects.filter(area__in=own), folder / "own.parquet"),)
    of_registered = kind in (Batch.Kind.HONOURS, Batch.Kind.FACTS)
    return tuple(files_of(Batch.Kind.REGISTER)) if of_registered else None


def _elsewhere(kind: str, own: frozenset[str] | None, folder: Path) -> tuple[Path, ...]:
    """The firms that a county's register may not take from another."""
    if own is None or kind != Batch.Kind.REGISTER:
        return ()
    return (_codes(Firm.objects.exclude(area__in=own), folder / "elsewhere.parquet"),)


def _codes(firms: QuerySet[Firm], path: Path) -> Path:
    codes = list(firms.values_list("credit_code"))
    path.write_bytes(parquet_of({"firm": "VARCHAR"}, codes))
    return path


def _being_read(batch_id: int, actor: Actor) -> Batch:
    batch = _locked(batch_id)
    require_batch(batch, actor)
    if batch.state != Batch.State.READING:
        raise Conflict(_("The batch"))
    return batch


def _locked(batch_id: int) -> Batch:
    batch = Batch.objects.select_for_update().filter(pk=batch_id).first()
    if batch is None:
        raise NotFound(_("The batch"))
    return batch


def _month(text: str) -> int | None:
    """2026-09 as 202609."""
    if not text:
        return None
    year, _dash, month = text.partition("-")
    if not (text.isascii() and year.isdigit() and month.isdigit() and len(text) == 7):
        raise _wrong("month", _("Write a month such as 2026-09."))
    if not 1 <= int(month) <= 12 or not 1990 <= int(year) <= 2100:
        raise _wrong("month", _("Write a month such as 2026-09."))
    return int(year) * 100 + int(month)


def _wrong(field: str, message: object) -> Invalid:
    return Invalid(
        "statistics.import",
        _("The file cannot be read in yet."),
        _("Correct what is marked and send it again."),
        fields={field: str(message)},
    )

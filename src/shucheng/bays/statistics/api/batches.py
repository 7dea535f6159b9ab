"""Imports over HTTP: send a file, say what its columns are, look at the dry run, take it over.

The steps are those of the pages. A large file is read in the background: ask for the batch until
its state is no longer `reading`.
"""

import csv
from datetime import datetime
from io import StringIO
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Field, File, Form, Router, Schema
from ninja.files import UploadedFile
from ninja.params.functions import Header

from shucheng.bays.statistics.actions.importing import (
    confirm_columns,
    drop_import,
    receive_file,
    take_import,
)
from shucheng.bays.statistics.models import Batch
from shucheng.bays.statistics.queries.asking import page_of
from shucheng.bays.statistics.queries.batches import batch_for, batches, errors_of, unregistered
from shucheng.bays.statistics.queries.exchanging import import_fields
from shucheng.bays.statistics.queries.import_words import ERRORS, FIELDS, refusal_words
from shucheng.kernel.public import Invalid, actor_for
from shucheng.lib.numbers import whole_number

router = Router()
_PAGE, _ERRORS = 50, 500
_REVISION = Header(
    ...,
    alias="If-Match",
    description="The `revision` of the batch as it was seen. 409 when it has changed meanwhile.",
)


class FieldOut(Schema):
    name: str
    label: str
    kind: str = Field(description="How its cells are read: code, text, area, money, month ...")
    required: bool
    headings: list[str] = Field(description="Headings that are understood without being told")


class Column(Schema):
    heading: str
    field: str = Field("", description="A name of /fields; empty: not read")
    factor: str = Field("1", description="Of an amount, what one is in 1,000 yuan: 1/1000, 10 ...")


class ColumnOut(Column):
    confidence: int = Field(0, description="Per cent")
    reason: str = ""
    samples: list[str] = []


class Refusal(Schema):
    code: str
    text: str


class CountOut(Schema):
    code: str
    field: str
    rows: int
    text: str


class MovedOut(Schema):
    sheet: str
    row: int
    firm: str
    name: str
    before: str | None
    after: str | None


class DifferenceOut(Schema):
    field: str
    firms: int
    first: list[MovedOut]


class UnsaidOut(Schema):
    field: str
    kept: int
    assumed: int


class BatchOut(Schema):
    id: int
    kind: str
    state: str = Field(description="reading, mapping, staged, writing, applied, laid_aside")
    month: int | None = Field(description="yyyymm, where no column says it")
    good: int
    bad: int
    written: int
    by: str
    recorded_at: datetime
    applied_at: datetime | None
    simulated: bool
    revision: int = Field(description="Send it as If-Match")


class BatchDetail(BatchOut):
    columns: list[ColumnOut]
    refused: Refusal | None = Field(description="Why the file could not be read")
    changes: dict[str, int] = Field(description="Of the good rows: new, changed, unchanged")
    problems: list[CountOut] = Field(description="What is wrong with rows, counted")
    unregistered: int = Field(
        description="Firms of returns that no register names yet: good rows that count nowhere"
    )
    doubts: list[CountOut] = Field(description="Of good rows, what looks odd, counted")
    differences: list[DifferenceOut] = Field(
        description="What a register tells otherwise of known firms, the first of them by row"
    )
    unsaid: list[UnsaidOut] = Field(
        description="What a register says nothing of: kept as known, or taken for what is usual"
    )


class BatchesOut(Schema):
    count: int
    page: int
    pages: int
    items: list[BatchOut]


class ErrorOut(Schema):
    sheet: str
    row: int = Field(description="As a spreadsheet counts")
    column: str
    heading: str
    value: str
    code: str
    text: str
    warning: bool = Field(description="The row is good and looks odd; without it, it is left out")


class ErrorsOut(Schema):
    count: int
    page: int
    pages: int
    items: list[ErrorOut]


class Columns(Schema):
    month: str = Field("", description="2026-09, where no column says it")
    columns: list[Column] = Field(max_length=1000)


@router.get("/fields", response=list[FieldOut])
def known_fields(request: HttpRequest, kind: str = "register") -> list[dict[str, Any]]:
    """What a file may hold."""
    found = import_fields(kind, actor=actor_for(request))
    return [
        {
            "name": name,
            "label": str(FIELDS.get(name, name)),
            "kind": each.kind,
            "required": each.required,
            "headings": each.headings,
        }
        for name, each in found.items()
    ]


@router.get("/batches", response=BatchesOut)
def all_batches(request: HttpRequest, page: int = 1) -> dict[str, Any]:
    """All batches, the newest first, fifty a page."""
    found = batches(actor=actor_for(request))
    start = (max(page, 1) - 1) * _PAGE
    count = found.count()
    return {
        "count": count,
        "page": page,
        "pages": max(1, -(-count // _PAGE)),
        "items": [_batch(each) for each in found[start : start + _PAGE]],
    }


@router.post("/batches", response=BatchDetail)
def send(
    request: HttpRequest, kind: Form[str], file: File[UploadedFile], month: Form[str] = ""
) -> dict[str, Any]:
    """Send a file (xlsx, csv, Parquet); what its columns seem to be is the answer. `kind` is
    register, returns ...; `month` (2026-09) where no column says it."""
    actor = actor_for(request)
    sent = receive_file(kind, file.name or "file", file.read(), month=month, actor=actor)
    return _detail(batch_for(sent.pk, actor=actor))


@router.get("/batches/{batch_id}", response=BatchDetail)
def one_batch(request: HttpRequest, batch_id: int) -> dict[str, Any]:
    """One batch: its columns, what the dry run found, how far it is."""
    return _detail(batch_for(batch_id, actor=actor_for(request)))


@router.get("/batches/{batch_id}/errors", response=ErrorsOut)
def errors(request: HttpRequest, batch_id: int, page: int = 1) -> dict[str, Any]:
    """The rows that were not understood, 500 a page: sheet, row, column and reason."""
    batch = batch_for(batch_id, actor=actor_for(request))
    if not batch.report.get("errors_file"):
        return {"count": 0, "page": page, "pages": 1, "items": []}
    rows = list(csv.DictReader(StringIO(errors_of(batch_id, actor=actor_for(request)))))
    shown, pages = page_of(rows, page, _ERRORS)
    names = ("sheet", "row", "column", "heading", "value", "code")
    return {
        "count": len(rows),
        "page": page,
        "pages": pages,
        "items": [
            {
                **{name: row.get(name) or "" for name in names},
                "text": _reason(row["code"]),
                "warning": row.get("warning") == "True",
            }
            for row in shown
        ],
    }


@router.put("/batches/{batch_id}/columns", response=BatchDetail)
def put_columns(
    request: HttpRequest, batch_id: int, wanted: Columns, if_match: str = _REVISION
) -> dict[str, Any]:
    """Say what each column is, and have the file read: a dry run, nothing counts yet."""
    actor = actor_for(request)
    columns = [each.dict() for each in wanted.columns]
    confirm_columns(batch_id, _revision(if_match), columns, month=wanted.month, actor=actor)
    return _detail(batch_for(batch_id, actor=actor))


@router.post("/batches/{batch_id}/take", response=BatchDetail)
def take(request: HttpRequest, batch_id: int, if_match: str = _REVISION) -> dict[str, Any]:
    """Take the good rows over, in the background."""
    actor = actor_for(request)
    take_import(batch_id, _revision(if_match), actor=actor)
    return _detail(batch_for(batch_id, actor=actor))


@router.post("/batches/{batch_id}/lay-aside", response=BatchDetail)
def lay_aside(request: HttpRequest, batch_id: int, if_match: str = _REVISION) -> dict[str, Any]:
    """Lay the batch aside: nothing of it will count."""
    actor = actor_for(request)
    drop_import(batch_id, _revision(if_match), actor=actor)
    return _detail(batch_for(batch_id, actor=actor))


def _batch(batch: Batch) -> dict[str, Any]:
    same = ("kind", "state", "good", "bad", "written", "by", "recorded_at", "applied_at")
    return {
        "id": batch.pk,
        **{name: getattr(batch, name) for name in (*same, "simulated", "revision")},
        "month": batch.since,
    }


def _detail(batch: Batch) -> dict[str, Any]:
    report, refused = batch.report, batch.report.get("refused")
    return {
        **_batch(batch),
        "columns": report.get("columns", []),
        "refused": {"code": refused["code"], "text": refusal_words(refused)} if refused else None,
        "changes": report.get("changes", {}),
        "problems": [
            {**count, "text": _reason(count["code"])} for count in report.get("counts", [])
        ],
        "unregistered": unregistered(batch).firms,
        "doubts": [{**count, "text": _reason(count["code"])} for count in report.get("warned", [])],
        "differences": report.get("differences", []),
        "unsaid": report.get("unsaid", []),
    }


def _reason(code: str) -> str:
    return str(ERRORS.get(code, code))


def _revision(text: str) -> int:
    number = whole_number(text.strip().strip('"'))
    if number is None:
        raise Invalid(
            "statistics.revision_invalid",
            _("If-Match has to be the revision, a whole number."),
            _("Get the batch again and send the revision that it carries."),
        )
    return number

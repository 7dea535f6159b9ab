"""Reporting for programs: what one's organisation owes, a sheet, its draft and evidence, handing it
in, correcting what is published, extensions."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Field, File, Router, Schema
from ninja.files import UploadedFile
from ninja.params.functions import Header

from shucheng.kernel.errors import Invalid
from shucheng.kernel.identity.actors import actor_for
from shucheng.kernel.reporting.actions import drafts
from shucheng.kernel.reporting.actions.drafts import detach_evidence, save_draft, start_correction
from shucheng.kernel.reporting.actions.moves import submit
from shucheng.kernel.reporting.actions.obligations import ask_extension, decide_extension
from shucheng.kernel.reporting.engine.model import Entry
from shucheng.kernel.reporting.engine.moves import State
from shucheng.kernel.reporting.models import ExtensionEvent, Submission
from shucheng.kernel.reporting.problem_texts import problem_text
from shucheng.kernel.reporting.queries.lists import (
    ObligationRow,
    extension_requests,
    obligation_row,
    obligations_of,
)
from shucheng.kernel.reporting.queries.sheets import entries_of, problems_of, sheet_of
from shucheng.kernel.reporting.queries.told import evidence_of, returned_because
from shucheng.lib.numbers import whole_number

router = Router(tags=["reporting"])

_REVISION = Header(
    ...,
    alias="If-Match",
    description="The `revision` that the sheet or the last answer carried; 0 where nothing was "
    "begun. 409 when somebody else changed it meanwhile.",
)


class ObligationOut(Schema):
    id: int
    form: str
    form_name: str
    organisation: str
    area: str
    period: str
    due_on: date = Field(description="The day that holds: an extension counts")
    state: str = Field(description="open, draft, submitted, approved, published, returned")
    level: str = Field(description="Whose review it waits for: department, office, or empty")
    overdue: bool
    late: bool
    locked: str = Field(description="Why the period is closed; empty while it is open")

    @staticmethod
    def of(row: ObligationRow) -> dict[str, Any]:
        owed, standing = row.obligation, row.standing
        return {
            "id": owed.pk,
            "form": owed.form.code,
            "form_name": owed.form.name,
            "organisation": owed.organisation.code,
            "area": owed.area.code,
            "period": owed.period,
            "due_on": standing.due_on,
            "state": standing.word,
            "level": standing.level,
            "overdue": standing.overdue,
            "late": standing.late,
            "locked": row.locked.reason if row.locked else "",
        }


class Given(Schema):
    value: str = Field("", description="The number as text: 412.6")
    status: str = Field("", description="A (or empty), P, E; O, L, M, Q where there is no value")
    note: str = ""
    reason: str = Field("", description="Why a value that draws a warning is right")


class BesideOut(Schema):
    label: str
    value: Decimal


class CellOut(Schema):
    key: str
    metric: str
    name: str
    unit: str
    dimension: str
    definition: str
    required: bool
    previous: Decimal | None
    year_ago: Decimal | None
    beside: list[BesideOut]
    given: Given | None


class ProblemOut(Schema):
    severity: str = Field(description="error: cannot be handed in; warning: needs a reason")
    code: str
    key: str
    rule: str
    text: str


class SheetOut(Schema):
    obligation: ObligationOut
    submission: int | None
    revision: int = Field(description="Send it as If-Match")
    returned_because: str = Field(description="What the reviewer wants corrected; or empty")
    cells: list[CellOut]
    problems: list[ProblemOut]


class Draft(Schema):
    entries: dict[str, Given] = Field(max_length=10_000)


class SubmissionOut(Schema):
    id: int
    number: int
    state: str
    level: str
    revision: int


class EvidenceOut(Schema):
    id: int
    name: str
    kind: str
    size: int
    sha256: str
    uploaded_at: datetime


class HandIn(Schema):
    comment: str = Field(
        "", description="For the reviewer; needed where what was returned is handed in unchanged"
    )


class CorrectionWanted(Schema):
    reason: str
    verified: bool = Field(
        False,
        description="Fill in preliminary values (P) as verified ones: only the status changes",
    )


class ExtensionWanted(Schema):
    until: date = Field(description="A working day after the due day")
    reason: str


class ExtensionDecision(Schema):
    granted: bool
    reason: str = Field("", description="Needed where it is refused")


class ExtensionOut(Schema):
    id: int
    obligation: int = Field(alias="obligation_id")
    kind: str = Field(description="asked, granted, refused")
    until: date
    reason: str
    by: str = Field(alias="person_name")
    at: datetime = Field(alias="recorded_at")


@router.get("/reporting/obligations", response=list[ObligationOut])
def obligations(request: HttpRequest, period: str = "", state: str = "") -> list[Any]:
    """What the organisation one acts for owes, the soonest due first."""
    rows = obligations_of(actor=actor_for(request), period=period, word=state)
    return [ObligationOut.of(row) for row in rows]


@router.get("/reporting/obligations/{obligation_id}/sheet", response=SheetOut)
def sheet(request: HttpRequest, obligation_id: int) -> dict[str, Any]:
    """The cells that are asked for, what was answered, and what is wrong with it."""
    actor = actor_for(request)
    row = obligation_row(obligation_id, actor=actor)
    asked = sheet_of(obligation_id, actor=actor)
    entries = entries_of(obligation_id, actor=actor)
    return {
        "obligation": ObligationOut.of(row),
        "submission": asked.submission,
        "revision": asked.revision,
        "returned_because": _returned_because(row),
        "cells": [
            {
                **{name: getattr(cell, name) for name in _CELL_FIELDS},
                "beside": [{"label": label, "value": value} for label, value in cell.beside],
                "given": entries.get(cell.key),
            }
            for cell in asked.cells
        ],
        "problems": [
            {
                "severity": problem.severity,
                "code": problem.code,
                "key": problem.key,
                "rule": problem.rule,
                "text": problem_text(problem),
            }
            for problem in problems_of(obligation_id, actor=actor)
        ],
    }


@router.put("/reporting/obligations/{obligation_id}/draft", response=SubmissionOut)
def put_draft(
    request: HttpRequest, obligation_id: int, draft: Draft, if_match: str = _REVISION
) -> Submission:
    """Store values for cells; cells that are not named keep what they have."""
    entries = {key: Entry(**given.dict()) for key, given in draft.entries.items()}
    return save_draft(
        obligation_id, entries, revision=_revision(if_match), actor=actor_for(request)
    )


@router.post("/reporting/submissions/{submission_id}/submit", response=SubmissionOut)
def post_submit(
    request: HttpRequest,
    submission_id: int,
    hand_in: HandIn | None = None,
    if_match: str = _REVISION,
) -> Submission:
    """Hand in; the answer 422 names every error, and every warning without a reason."""
    comment = hand_in.comment if hand_in else ""
    return submit(submission_id, _revision(if_match), actor=actor_for(request), comment=comment)


@router.get("/reporting/obligations/{obligation_id}/evidence", response=list[EvidenceOut])
def evidence(request: HttpRequest, obligation_id: int) -> list[Any]:
    """The evidence files of the newest answer, where one sees its values."""
    actor = actor_for(request)
    row = obligation_row(obligation_id, actor=actor)
    if row.submission is None:
        return []
    return [file for file, _opens in evidence_of(row.submission, actor=actor)]


@router.post("/reporting/obligations/{obligation_id}/evidence", response=SubmissionOut)
def post_evidence(
    request: HttpRequest,
    obligation_id: int,
    file: File[list[UploadedFile]],
    if_match: str = _REVISION,
) -> Submission:
    """Add files to the draft (begun where there is none): all of them or none."""
    files = [(each.name or "file", each.read()) for each in file]
    return drafts.add_evidence(
        obligation_id, files, revision=_revision(if_match), actor=actor_for(request)
    )


@router.delete("/reporting/submissions/{submission_id}/evidence/{file_id}", response=SubmissionOut)
def delete_evidence(
    request: HttpRequest, submission_id: int, file_id: int, if_match: str = _REVISION
) -> Submission:
    """Take a file off a draft; the file itself stays stored."""
    return detach_evidence(
        submission_id, file_id, revision=_revision(if_match), actor=actor_for(request)
    )


@router.post("/reporting/obligations/{obligation_id}/correction", response=SubmissionOut)
def post_correction(
    request: HttpRequest, obligation_id: int, wanted: CorrectionWanted
) -> Submission:
    """Begin to correct what is published: a draft with the published values filled in, which is
    changed, handed in and reviewed like the first report."""
    return start_correction(
        obligation_id, wanted.reason, actor=actor_for(request), verified=wanted.verified
    )


@router.get("/reporting/extensions", response=list[ExtensionOut])
def extensions(request: HttpRequest) -> list[Any]:
    """Requests for a later due day that wait for one's decision."""
    return extension_requests(actor=actor_for(request))


@router.post("/reporting/obligations/{obligation_id}/extension", response=ExtensionOut)
def post_extension(
    request: HttpRequest, obligation_id: int, wanted: ExtensionWanted
) -> ExtensionEvent:
    """Ask for a later due day while nothing is handed in."""
    return ask_extension(obligation_id, wanted.until, wanted.reason, actor=actor_for(request))


@router.post("/reporting/extensions/{request_id}/decision", response=ExtensionOut)
def post_decision(
    request: HttpRequest, request_id: int, decision: ExtensionDecision
) -> ExtensionEvent:
    """Grant or refuse a request: the form's reviewer, or the plan office."""
    return decide_extension(request_id, decision.granted, decision.reason, actor=actor_for(request))


def _returned_because(row: ObligationRow) -> str:
    if row.submission is None or row.submission.state != State.RETURNED:
        return ""
    event = returned_because([row]).get(row.submission.pk)
    return event.comment if event else ""


_CELL_FIELDS = (
    "key",
    "metric",
    "name",
    "unit",
    "dimension",
    "definition",
    "required",
    "previous",
    "year_ago",
)


def _revision(text: str) -> int:
    number = whole_number(text.strip().strip('"'))
    if number is None:
        raise Invalid(
            "reporting.revision_invalid",
            _("If-Match has to be the revision, a whole number."),
            _("Get the sheet again and send the revision that it carries."),
        )
    return number

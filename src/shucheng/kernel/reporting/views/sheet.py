"""The page of one task: its sheet to fill in, to review or to read, and everything about it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shucheng.kernel.actor import Actor
from shucheng.kernel.errors import ShuchengError
from shucheng.kernel.identity.actors import actor_for
from shucheng.kernel.reporting.access import is_own, may_review, sees_values
from shucheng.kernel.reporting.engine.model import Entry, Sheet
from shucheng.kernel.reporting.engine.moves import EDITABLE, FINAL, Level, Move, State
from shucheng.kernel.reporting.engine.rules import plain
from shucheng.kernel.reporting.models import ExtensionEvent, Submission, SubmissionEvent
from shucheng.kernel.reporting.queries.lists import (
    ObligationRow,
    may_decide,
    obligation_row,
    timeline,
)
from shucheng.kernel.reporting.queries.sheets import entries_of, problems_of, sheet_of
from shucheng.kernel.reporting.queries.told import (
    evidence_of,
    handed_in_before,
    settled_status,
    would_change,
)
from shucheng.kernel.reporting.standing_in import stands_in, without_reviewer
from shucheng.kernel.reporting.views.showing import (
    Line,
    Published,
    Shown,
    shown,
    status_label,
    statuses,
)
from shucheng.lib.numbers import whole_number


@dataclass(frozen=True, slots=True)
class May:
    """What the actor can do on this page now; actions ask again."""

    edit: bool
    withdraw: bool
    correct: bool
    drop: bool
    extend: bool
    approve: bool
    give_back: bool
    publish: bool
    decide: bool
    manage: bool
    # Reviewing would be in place of the department, which has no reviewer.
    in_place: bool = False

    @property
    def review(self) -> bool:
        return self.approve or self.give_back or self.publish


@dataclass(frozen=True, slots=True)
class Typed:
    """What was sent and could not be stored: shown again, beside what is stored."""

    entries: Mapping[str, Entry]
    base: Mapping[str, Entry]


@require_safe
def show_task(request: HttpRequest, obligation_id: int) -> HttpResponse:
    return task_response(request, obligation_id)


def task_response(
    request: HttpRequest,
    obligation_id: int,
    *,
    typed: Typed | None = None,
    error: ShuchengError | None = None,
    quiet: bool = True,
) -> HttpResponse:
    """The page as it is now; after a refusal with what was typed and why it was refused."""
    actor = actor_for(request)
    row = obligation_row(obligation_id, actor=actor)
    sheet = sheet_of(obligation_id, actor=actor)
    stored = entries_of(obligation_id, actor=actor)
    can = may_now(row, actor)
    submission = row.submission
    events = timeline(submission.pk, actor=actor) if submission else []
    entries = {**stored, **typed.entries} if typed else stored
    problems = problems_of(obligation_id, actor=actor, entries=entries)
    page = whole_number(request.POST.get("page") or request.GET.get("page", "")) or 1
    found = shown(
        sheet.cells,
        entries,
        problems,
        page=page,
        quiet=quiet and can.edit,
        stored=_others(typed, stored) if typed else None,
        before=handed_in_before(events) if can.review else None,
        published=_published(submission, actor),
    )
    context = {
        "row": row,
        "obligation": row.obligation,
        "standing": row.standing,
        "submission": submission,
        "sheet": sheet,
        "shown": found,
        "base": base_of(found.lines, stored),
        "may": can,
        "is_own": is_own(row.obligation, actor),
        "has_values": bool(stored) or can.edit,
        "events": events,
        "returned": _returned(submission, events),
        "stood_in": _stood_in(submission, events),
        "evidence": evidence_of(submission, actor=actor) if submission else [],
        "extensions": list(row.obligation.extensions.all()),
        "request_waiting": _waiting(row),
        "statuses": statuses(),
        "error": error,
        "errors": getattr(error, "fields", {}),
        "changed_cells": _changed_cells(sheet, submission) if typed else (),
        "next_step": next_step(row, can),
        "simulated": bool(submission and submission.simulated),
        "today": timezone.localdate(),
        "posted": request.POST if error else {},
    }
    status = error.status if error else 200
    return render(request, "reporting/task.html", context, status=status)


def may_now(row: ObligationRow, actor: Actor) -> May:
    """What can be done now, by whom the page is shown."""
    obligation, submission = row.obligation, row.submission
    own, is_open = is_own(obligation, actor), row.locked is None
    state = State(submission.state) if submission else None
    level = (submission.level or Level.OFFICE) if submission else Level.NONE
    turn = (
        submission is not None
        and state in (State.SUBMITTED, State.APPROVED)
        and may_review(obligation, level, actor)
    )
    first = Level.OFFICE if obligation.form.kind == "city" else Level.DEPARTMENT
    handed_in = state not in (None, *EDITABLE)
    asked = _waiting(row)
    return May(
        edit=own and is_open and (state is None or state in EDITABLE),
        withdraw=own and state is State.SUBMITTED and level == first,
        correct=own and is_open and state is State.PUBLISHED,
        drop=own and submission is not None and submission.is_correction and state in EDITABLE,
        extend=own and not handed_in and asked is None,
        approve=turn and state is State.SUBMITTED and is_open,
        give_back=turn,
        publish=turn and state is State.APPROVED and is_open,
        decide=asked is not None and may_decide(obligation, actor),
        manage=actor.may("reporting.manage"),
        in_place=turn and stands_in(obligation, level, actor),
    )


def next_step(row: ObligationRow, can: May) -> str:
    """One sentence: what happens next, and who does it."""
    standing = row.standing
    if row.locked:
        return _("The period is closed. The plan office can reopen it, with a reason.")
    if can.edit and standing.word == "returned":
        return _("Correct what the comment says, then hand it in again.")
    if can.edit and standing.correcting:
        return _("Change the published values, then hand the correction in.")
    if can.edit:
        return _("Fill in the values and hand them in.")
    if can.publish:
        return _("Publish the approved values, or return them.")
    if can.approve:
        return _("Look at the values, then approve or return them.")
    word = standing.correcting or standing.word
    if word == "submitted" and standing.level == Level.DEPARTMENT:
        owner = row.obligation.form.owner
        if without_reviewer([owner.pk]):
            return _("%(name)s has no active reviewer: the plan office reviews in its place.") % {
                "name": owner.label
            }
        return _("%(name)s reviews next.") % {"name": owner.label}
    if word in ("submitted", "approved"):
        return _("The plan office reviews next.")
    if word == "published":
        return _("Published. A mistake is corrected by a new submission with its reason.")
    return _("%(name)s reports next.") % {"name": row.obligation.organisation.label}


def base_of(lines: Sequence[Line], stored: Mapping[str, Entry]) -> str:
    """What the page's cells held when it was drawn: only what differs from it is stored."""
    base = {line.cell.key: stored.get(line.cell.key, Entry()) for line in lines}
    told = {key: list(asdict(entry).values()) for key, entry in base.items() if entry != Entry()}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _others(typed: Typed, stored: Mapping[str, Entry]) -> dict[str, Entry]:
    """Cells that were typed here and stored differently by somebody else since the page was
    drawn, as they are stored now."""
    found = {}
    for key, mine in typed.entries.items():
        now = stored.get(key, Entry())
        if now not in (typed.base.get(key, Entry()), mine):
            found[key] = now
    return found


def _changed_cells(sheet: Sheet, submission: Submission | None) -> tuple[str, ...]:
    keys = set(submission.last_keys) if submission else set()
    return tuple(cell.name for cell in sheet.cells if cell.key in keys)


def _published(submission: Submission | None, actor: Actor) -> dict[str, Published]:
    """What a correction would change, for who sees its values."""
    if submission is None or submission.state in FINAL or not sees_values(submission, actor):
        return {}
    found = {}
    for key, known in would_change(submission).items():
        said = "" if known.value is None else plain(known.value.normalize())
        if known.status != settled_status(Entry(**submission.values[key])):
            said = " · ".join(filter(None, (said, status_label(known.status))))
        found[key] = Published(said, known.is_simulated)
    return found


def _returned(
    submission: Submission | None, events: Sequence[SubmissionEvent]
) -> SubmissionEvent | None:
    if submission is None or submission.state != State.RETURNED:
        return None
    return next((event for event in reversed(events) if event.move == Move.RETURN), None)


def _stood_in(
    submission: Submission | None, events: Sequence[SubmissionEvent]
) -> SubmissionEvent | None:
    """The first review where it was given in place of the department, while the second waits."""
    if submission is None or submission.state not in (State.SUBMITTED, State.APPROVED):
        return None
    for event in reversed(events):
        if event.move == Move.SUBMIT:
            return None
        if event.in_place_of_id is not None:
            return event
    return None


def _waiting(row: ObligationRow) -> ExtensionEvent | None:
    last = row.extension
    if last is None or last.kind != ExtensionEvent.Kind.ASKED:
        return None
    return None if row.standing.word == "published" else last


def context_of_draft(obligation_id: int, page: int, *, actor: Actor) -> dict[str, Any]:
    """What changes on the page when a draft was saved beside the typing."""
    row = obligation_row(obligation_id, actor=actor)
    sheet = sheet_of(obligation_id, actor=actor)
    stored = entries_of(obligation_id, actor=actor)
    problems = problems_of(obligation_id, actor=actor)
    found: Shown = shown(sheet.cells, stored, problems, page=page)
    return {
        "row": row,
        "submission": row.submission,
        "sheet": sheet,
        "shown": found,
        "base": base_of(found.lines, stored),
        "saved_at": timezone.localtime(),
    }

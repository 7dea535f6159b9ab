"""Filling in: values, evidence, extensions, corrections."""

import json
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from shucheng.kernel.actor import Actor
from shucheng.kernel.errors import Invalid, ShuchengError
from shucheng.kernel.identity.actors import actor_for
from shucheng.kernel.reporting.actions import drafts
from shucheng.kernel.reporting.actions.drafts import (
    detach_evidence,
    save_draft,
    start_correction,
)
from shucheng.kernel.reporting.actions.moves import submit
from shucheng.kernel.reporting.actions.obligations import ask_extension
from shucheng.kernel.reporting.engine.model import Entry, Sheet
from shucheng.kernel.reporting.engine.typed import as_typed, without_percent
from shucheng.kernel.reporting.errors import ProblemsLeft, Stale
from shucheng.kernel.reporting.models import Submission
from shucheng.kernel.reporting.queries.lists import obligation_row, submission_for
from shucheng.kernel.reporting.queries.sheets import entries_of, sheet_of
from shucheng.kernel.reporting.views.sheet import Typed, context_of_draft, task_response
from shucheng.lib.numbers import whole_number

PARTS = ("value", "status", "note", "reason")


@require_POST
def save(request: HttpRequest, obligation_id: int) -> HttpResponse:
    """Store what was typed, and hand it in where that button was pressed."""
    actor = actor_for(request)
    typed = _typed(request.POST, sheet_of(obligation_id, actor=actor))
    hand_in = request.POST.get("do") == "submit"
    beside = bool(getattr(request, "htmx", False))
    try:
        submission = _saved(request, obligation_id, typed, actor, begin=hand_in)
        if hand_in and submission is not None:
            comment = request.POST.get("comment", "")
            submit(submission.pk, submission.revision, actor=actor, comment=comment)
    except ProblemsLeft as error:
        return task_response(request, obligation_id, error=error, quiet=False)
    except Stale as error:
        if beside:
            context = {"error": error, "typed": typed.entries}
            return render(request, "reporting/conflict.html", context, status=error.status)
        return task_response(request, obligation_id, typed=typed, error=error)
    except ShuchengError as error:
        if beside or error.status in (403, 404):
            raise
        return task_response(request, obligation_id, typed=typed, error=error)
    if beside:
        page = whole_number(request.POST.get("page", "")) or 1
        context = context_of_draft(obligation_id, page, actor=actor)
        return render(request, "reporting/draft_saved.html", context)
    if hand_in:
        messages.success(request, _("Handed in. You are told when it is returned or published."))
        return redirect("reporting:task", obligation_id)
    messages.success(request, _("The draft was saved."))
    wanted = whole_number(request.POST.get("go") or request.POST.get("page") or "") or 1
    address = reverse("reporting:task", args=[obligation_id])
    return redirect(f"{address}?page={wanted}" if wanted > 1 else address)


def _saved(
    request: HttpRequest, obligation_id: int, typed: Typed, actor: Actor, *, begin: bool
) -> Submission | None:
    """The draft with what was typed. One's own save that was still under way when the button was
    pressed is no conflict: it holds the same values."""
    revision = whole_number(request.POST.get("revision", "")) or 0
    row = obligation_row(obligation_id, actor=actor)
    if not typed.entries and row.submission and row.submission.revision == revision:
        return row.submission
    if not typed.entries and not row.submission and not begin:
        return None
    try:
        return save_draft(obligation_id, typed.entries, revision=revision, actor=actor)
    except Stale:
        now = obligation_row(obligation_id, actor=actor).submission
        stored = entries_of(obligation_id, actor=actor)
        mine = (
            now is not None
            and now.changed_by == actor.name[:150]
            and now.last_change == "save"
            and set(now.last_keys) <= set(typed.entries)
            and now.revision <= revision + (1 if revision else 2)
            and all(stored.get(key, Entry()) == each for key, each in typed.entries.items())
        )
        if now is not None and mine:
            return now
        raise


def _typed(posted: QueryDict, sheet: Sheet) -> Typed:
    """Cells whose fields were sent and differ from what the page held when it was drawn."""
    base = _base(posted.get("base", ""))
    entries = {}
    for cell in sheet.cells:
        if f"value:{cell.key}" not in posted:
            continue
        said = {part: posted.get(f"{part}:{cell.key}", "").strip() for part in PARTS}
        said["value"] = as_typed(said["value"])
        if cell.unit == "%":
            said["value"] = without_percent(said["value"])[0]
        entry = Entry(**said)
        if entry != base.get(cell.key, Entry()):
            entries[cell.key] = entry
    return Typed(entries, base)


def _base(text: str) -> dict[str, Entry]:
    try:
        told = json.loads(text or "{}")
        return {str(key): Entry(*map(str, parts)) for key, parts in told.items()}
    except (ValueError, TypeError, AttributeError, RecursionError):
        return {}


@require_POST
def add_evidence(request: HttpRequest, obligation_id: int) -> HttpResponse:
    actor = actor_for(request)
    revision = whole_number(request.POST.get("revision", "")) or 0
    files = [(file.name or "file", file.read()) for file in request.FILES.getlist("file")]
    try:
        if not files:
            raise Invalid(
                "reporting.no_file",
                _("No file was chosen."),
                _("Choose a file and send it again."),
                fields={"file": _("Choose a file.")},
            )
        drafts.add_evidence(obligation_id, files, revision=revision, actor=actor)
    except ShuchengError as error:
        if error.status in (403, 404):
            raise
        return task_response(request, obligation_id, error=error)
    messages.success(request, _("The evidence was added."))
    return redirect("reporting:task", obligation_id)


@require_POST
def remove_evidence(request: HttpRequest, submission_id: int, file_id: int) -> HttpResponse:
    actor = actor_for(request)
    revision = whole_number(request.POST.get("revision", "")) or 0
    obligation_id = submission_for(submission_id, actor=actor).obligation_id
    try:
        detach_evidence(submission_id, file_id, revision=revision, actor=actor)
    except ShuchengError as error:
        if error.status in (403, 404):
            raise
        return task_response(request, obligation_id, error=error)
    messages.success(request, _("The file was taken off."))
    return redirect("reporting:task", obligation_id)


@require_POST
def correct(request: HttpRequest, obligation_id: int) -> HttpResponse:
    reason, verified = request.POST.get("reason", ""), request.POST.get("verified") == "1"
    try:
        start_correction(obligation_id, reason, actor=actor_for(request), verified=verified)
    except ShuchengError as error:
        if error.status in (403, 404):
            raise
        return task_response(request, obligation_id, error=error)
    messages.success(request, _("The correction was begun with the published values."))
    return redirect("reporting:task", obligation_id)


@require_POST
def extend(request: HttpRequest, obligation_id: int) -> HttpResponse:
    try:
        ask_extension(
            obligation_id,
            read_day(request.POST.get("until", "")),
            request.POST.get("reason", ""),
            actor=actor_for(request),
        )
    except ShuchengError as error:
        if error.status in (403, 404):
            raise
        return task_response(request, obligation_id, error=error)
    messages.success(request, _("The extension was asked for."))
    return redirect("reporting:task", obligation_id)


def read_day(text: str) -> date:
    """A day as a date field sends it. Raises `Invalid`."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Invalid(
            "reporting.day_invalid",
            _("This is no day."),
            _("Write it as 2026-08-14."),
            fields={"until": _("Write it as 2026-08-14.")},
        ) from None

"""What I owe, what waits for me, who reported what."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from shucheng.kernel.actor import Actor
from shucheng.kernel.identity.actors import actor_for
from shucheng.kernel.reporting.bundles import to_fill_in
from shucheng.kernel.reporting.models import SubmissionEvent
from shucheng.kernel.reporting.queries.lists import (
    ObligationRow,
    extension_requests,
    forms,
    inbox,
    matrix,
    obligations_of,
)
from shucheng.kernel.reporting.queries.locks import reopening_requests
from shucheng.kernel.reporting.queries.told import returned_because

# How many finished tasks a page shows before one asks for all.
DONE_SHOWN = 12

GROUPS: tuple[tuple[str, str | Promise], ...] = (
    ("late", gettext_lazy("Late")),
    ("returned", gettext_lazy("Returned to you")),
    ("due", gettext_lazy("To report")),
    ("review", gettext_lazy("Under review")),
    ("done", gettext_lazy("Published")),
)


@dataclass(frozen=True, slots=True)
class Group:
    """Tasks that need the same of a person."""

    code: str
    label: str | Promise
    rows: tuple[ObligationRow, ...]
    hidden: int = 0


@require_safe
def show_tasks(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    everything = obligations_of(actor=actor)
    period, form = request.GET.get("period", ""), request.GET.get("form", "")
    reports = actor.may("reporting.report")
    # Who has nothing to do here begins with what waits for them, or with who reported.
    if actor.person_id is not None and not (reports and everything):
        if actor.may("reporting.review") or actor.may("reporting.approve"):
            return redirect("reporting:inbox")
        if not reports:
            return redirect("reporting:progress")
    rows = [
        row
        for row in everything
        if period in ("", row.obligation.period) and form in ("", row.obligation.form.code)
    ]
    comments: dict[int, SubmissionEvent] = returned_because(rows)
    context = {
        "groups": _grouped(rows, everything_done=bool(request.GET.get("all") or period or form)),
        "comments": comments,
        "bundles": _bundles(rows, actor),
        "any": bool(everything),
        "periods": sorted({row.obligation.period for row in everything}, reverse=True),
        "forms": sorted(
            {(row.obligation.form.code, row.obligation.form.name) for row in everything}
        ),
        "period": period,
        "form": form,
        "today": timezone.localdate(),
        "simulated": any(row.submission and row.submission.simulated for row in rows),
    }
    return render(request, "reporting/tasks.html", context)


def _bundles(rows: Iterable[ObligationRow], actor: Actor) -> list[tuple[str, int]]:
    """Periods of which several tasks can be filled in with one workbook, the newest first."""
    periods = Counter(row.obligation.period for row in to_fill_in(rows, actor=actor))
    return sorted(((period, n) for period, n in periods.items() if n > 1), reverse=True)


def _grouped(rows: Iterable[ObligationRow], *, everything_done: bool) -> list[Group]:
    found: dict[str, list[ObligationRow]] = {code: [] for code, _label in GROUPS}
    for row in rows:
        found[_group(row)].append(row)
    done = found["done"][::-1]
    shown = done if everything_done else done[:DONE_SHOWN]
    found["done"] = shown
    return [
        Group(code, label, tuple(found[code]), len(done) - len(shown) if code == "done" else 0)
        for code, label in GROUPS
        if found[code]
    ]


def _group(row: ObligationRow) -> str:
    standing = row.standing
    if standing.word == "returned" or standing.correcting == "returned":
        return "returned"
    if standing.overdue:
        return "late"
    if standing.correcting in ("submitted", "approved") or standing.word in (
        "submitted",
        "approved",
    ):
        return "review"
    if standing.word == "published" and not standing.correcting:
        return "done"
    return "due"


@require_safe
def show_inbox(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    rows = inbox(actor=actor)
    words = request.GET.get("q", "").strip()
    shown = [
        row
        for row in rows
        if words in row.submission.obligation.organisation.label
        or words in row.submission.obligation.form.name
        or words in row.submission.obligation.period
    ]
    context = {
        "rows": shown,
        "any": bool(rows),
        "words": words,
        "extensions": extension_requests(actor=actor),
        "reopenings": reopening_requests(actor=actor) if actor.may("reporting.manage") else [],
        "reviews": actor.may("reporting.review") or actor.may("reporting.approve"),
        "today": timezone.localdate(),
        "simulated": any(row.submission.simulated for row in rows),
    }
    return render(request, "reporting/inbox.html", context)


@require_safe
def show_progress(request: HttpRequest) -> HttpResponse:
    """Organisations × periods of one form."""
    actor = actor_for(request)
    every = forms(actor=actor)
    code = request.GET.get("form", "")
    area_forms = [form for form in every if form.kind == "area"]
    chosen = code or (area_forms or every)[0].code if every else ""
    only = request.GET.get("only", "")
    found = matrix(chosen, actor=actor, last=request.GET.get("last", "")) if chosen else None
    rows = found.rows if found else ()
    if found and found.form not in every:
        every.append(found.form)  # out of use: what was asked is still shown
    if only == "late":
        rows = tuple(
            row
            for row in rows
            if any(c and (c.standing.overdue or c.standing.late) for c in row[1])
        )
    elif only == "open":
        rows = tuple(
            row
            for row in rows
            if row[1] and (last := row[1][-1]) and last.standing.word != "published"
        )
    owing = Counter(owed.organisation_id for owed, _cells in (found.rows if found else ()))
    periods = found.form.obligations.values_list("period", flat=True).distinct() if found else ()
    context = {
        "forms": every,
        "chosen": chosen,
        "matrix": found,
        "rows": rows,
        # Organisations that owe the form of several areas: each row names its area.
        "several": {organisation for organisation, areas in owing.items() if areas > 1},
        "only": only,
        "last": request.GET.get("last", ""),
        "periods": sorted(set(periods), reverse=True),
        "totals": _totals(rows, found.periods if found else ()),
    }
    return render(request, "reporting/progress.html", context)


def _totals(
    rows: Iterable[tuple[object, tuple[ObligationRow | None, ...]]], periods: tuple[str, ...]
) -> list[tuple[int, int]]:
    """(published, asked) by period."""
    columns = [[row[1][at] for row in rows] for at in range(len(periods))]
    return [
        (sum(bool(c and c.standing.word == "published") for c in column), sum(map(bool, column)))
        for column in columns
    ]

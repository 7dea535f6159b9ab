"""What an organisation owes, what waits for a reviewer, who reported what."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Min, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from shucheng.kernel.actor import Actor
from shucheng.kernel.errors import NotFound
from shucheng.kernel.reporting.access import is_own, is_reviewer, may_review, sees_values
from shucheng.kernel.reporting.engine.moves import Level, Move, State
from shucheng.kernel.reporting.engine.standing import Standing
from shucheng.kernel.reporting.models import (
    ExtensionEvent,
    Form,
    LockEvent,
    Obligation,
    Submission,
    SubmissionEvent,
)
from shucheng.kernel.reporting.queries.locks import closed_now, holds
from shucheng.kernel.reporting.queries.sheets import find_obligation, may_know, visible_values
from shucheng.kernel.reporting.queries.standings import standing_of
from shucheng.kernel.reporting.standing_in import stands_in, without_reviewer


@dataclass(frozen=True, slots=True)
class ObligationRow:
    """An obligation and how it stands.

    `submission` is the newest one where the actor may see its values, `extension` the last event
    about one, `locked` the event that closed its period.
    """

    obligation: Obligation
    standing: Standing
    submission: Submission | None
    extension: ExtensionEvent | None
    locked: LockEvent | None = None


def obligations_of(
    *,
    actor: Actor,
    period: str = "",
    form: str = "",
    word: str = "",
    late_only: bool = False,
    organisation_id: int | None = None,
) -> list[ObligationRow]:
    """What one's organisation owes (the one acted for unless named), the soonest due first.

    `word` is a `Standing.word`. How an organisation stands is known inside the platform; that it
    began a draft is known to itself only, to others the task is still open.
    """
    actor.require("reporting.view")
    rows = Obligation.objects.filter(organisation=organisation_id or actor.organisation_id)
    if period:
        rows = rows.filter(period=period)
    if form:
        rows = rows.filter(form__code=form)
    found = _rows(rows, actor)
    if word:
        found = [row for row in found if row.standing.word == word]
    if late_only:
        found = [row for row in found if row.standing.overdue or row.standing.late]
    found.sort(key=lambda row: _in_order(row.obligation))
    return sorted(found, key=lambda row: (row.standing.due_on, row.obligation.form.code))


def _in_order(obligation: Obligation) -> tuple[int, str, str]:
    organisation = obligation.organisation
    return organisation.order, organisation.code, obligation.area.code


def obligation_row(obligation_id: int, *, actor: Actor) -> ObligationRow:
    """One obligation with its standing."""
    find_obligation(obligation_id, actor=actor)
    return _rows(Obligation.objects.filter(pk=obligation_id), actor, values=True)[0]


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A submission that waits for the actor; `warnings` is how many were explained.

    `in_place`: the actor would review in place of the department; `stood_in` is the first review
    where somebody gave it so.
    """

    submission: Submission
    standing: Standing
    handed_in: SubmissionEvent | None
    warnings: int
    in_place: bool = False
    stood_in: SubmissionEvent | None = None


def inbox(*, actor: Actor) -> list[InboxRow]:
    """What waits for the actor's review, the longest waiting first."""
    actor.require("reporting.view")
    waiting = Submission.objects.filter(
        Q(state=State.SUBMITTED) | Q(state=State.APPROVED)
    ).select_related("obligation__form__owner", "obligation__organisation", "obligation__area")
    rows = list(waiting.order_by("submitted_at", "id"))
    lacking = without_reviewer(row.obligation.form.owner_id for row in rows)
    mine = [
        submission
        for submission in rows
        if may_review(submission.obligation, submission.level or Level.OFFICE, actor, lacking)
    ]
    handed_in: dict[int, SubmissionEvent] = {}
    stood_in: dict[int, SubmissionEvent] = {}
    events = SubmissionEvent.objects.filter(submission__in=mine).order_by("id")
    for event in events.filter(Q(move="submit") | Q(in_place_of__isnull=False)):
        if event.move == Move.SUBMIT:
            handed_in[event.submission_id] = event
            stood_in.pop(event.submission_id, None)
        else:
            stood_in[event.submission_id] = event
    standings = {
        row.obligation.pk: row.standing
        for row in _rows(Obligation.objects.filter(submissions__in=mine).distinct(), actor)
    }
    found = []
    for submission in mine:
        event_or_none = handed_in.get(submission.pk)
        warnings = len(event_or_none.problems) if event_or_none else 0
        found.append(
            InboxRow(
                submission,
                standings[submission.obligation_id],
                event_or_none,
                warnings,
                stands_in(submission.obligation, submission.level, actor, lacking),
                stood_in.get(submission.pk),
            )
        )
    return found


def extension_requests(*, actor: Actor) -> list[ExtensionEvent]:
    """Requests that wait for the actor's decision; none once the figures are published."""
    actor.require("reporting.view")
    waiting = ExtensionEvent.objects.filter(kind=ExtensionEvent.Kind.ASKED, answer__isnull=True)
    waiting = waiting.exclude(obligation__submissions__state=State.PUBLISHED)
    waiting = waiting.select_related("obligation__form__owner", "obligation__organisation")
    return [each for each in waiting if may_decide(each.obligation, actor)]


def may_decide(obligation: Obligation, actor: Actor) -> bool:
    """Whether the actor decides on extensions: the form's reviewers and the plan office."""
    return actor.may("reporting.manage") or is_reviewer(obligation, actor)


@dataclass(frozen=True, slots=True)
class Matrix:
    """Who reported what: one row an organisation and area (its newest obligation stands for it),
    one cell a period (None: not asked)."""

    form: Form
    periods: tuple[str, ...]
    rows: tuple[tuple[Obligation, tuple[ObligationRow | None, ...]], ...]


def matrix(form: str, *, actor: Actor, last: str = "", periods: int = 6) -> Matrix:
    """Organisations × the periods up to `last` (the newest opened) of a form, oldest first."""
    actor.require("reporting.view")
    found = Form.objects.select_related("owner").filter(code=form).first()
    if found is None:
        raise NotFound(_("The form"))
    opened = dict(found.obligations.order_by("period_end").values_list("period", "period_end"))
    if last in opened:
        opened = {text: end for text, end in opened.items() if end <= opened[last]}
    shown = tuple(list(opened)[-periods:])
    by_place: dict[tuple[int, int], dict[str, ObligationRow]] = {}
    for row in _rows(found.obligations.filter(period__in=shown), actor):
        place = row.obligation.organisation_id, row.obligation.area_id
        by_place.setdefault(place, {})[row.obligation.period] = row
    rows = []
    for cells in by_place.values():
        newest = max(cells.values(), key=lambda row: row.obligation.period_end)
        rows.append((newest.obligation, tuple(cells.get(period) for period in shown)))
    rows.sort(key=lambda row: _in_order(row[0]))
    return Matrix(found, shown, tuple(rows))


def forms(*, actor: Actor) -> list[Form]:
    """Forms in use, with their owner."""
    actor.require("reporting.view")
    return list(with_first_owed().filter(retired_at__isnull=True))


def with_first_owed() -> QuerySet[Form]:
    """Forms with their owner and the first day that was ever asked for (`first_owed`)."""
    return Form.objects.select_related("owner").annotate(
        first_owed=Min("obligations__period_start")
    )


def submission_for(submission_id: int, *, actor: Actor) -> Submission:
    """A submission whose values the actor may see; for others it is not there."""
    found = _submission(submission_id, actor)
    if not sees_values(found, actor):
        raise NotFound(_("The submission"))
    return found


def timeline(submission_id: int, *, actor: Actor) -> list[SubmissionEvent]:
    """Every step of a submission, oldest first, for its organisation and its reviewers; for
    others the steps of what is published, from the hand-in on that led there. What is typed
    into a draft is no step."""
    found = _submission(submission_id, actor)
    if visible_values(found, actor) is None:
        raise NotFound(_("The submission"))
    events = list(
        found.events.select_related("organisation", "in_place_of").order_by("recorded_at", "id")
    )
    if is_own(found.obligation, actor) or is_reviewer(found.obligation, actor):
        return events
    last = max((at for at, event in enumerate(events) if event.move == "submit"), default=0)
    return events[last:]


def _submission(submission_id: int, actor: Actor) -> Submission:
    actor.require("reporting.view")
    rows = Submission.objects.select_related(
        "obligation__form__owner", "obligation__organisation", "obligation__area"
    )
    found = rows.filter(pk=submission_id).first()
    if found is None:
        raise NotFound(_("The submission"))
    return found


def _rows(
    obligations: QuerySet[Obligation], actor: Actor, *, values: bool = False
) -> list[ObligationRow]:
    """Rows with their submissions; what was typed is fetched along only where it is looked at."""
    today = timezone.localdate()
    closed = closed_now()
    found = obligations.select_related("form__owner", "organisation", "area")
    submissions = Submission.objects.all() if values else Submission.objects.defer("values")
    found = found.prefetch_related(Prefetch("submissions", submissions), "extensions")
    return [_row(obligation, closed, today, actor) for obligation in found]


def _row(
    obligation: Obligation, closed: Iterable[LockEvent], today: date, actor: Actor
) -> ObligationRow:
    live = [each for each in obligation.submissions.all() if each.state != State.DROPPED]

    own = actor.organisation_id == obligation.organisation_id
    extensions = list(obligation.extensions.all())
    lock = next(
        (
            each
            for each in closed
            if holds(each, obligation.form_id, obligation.period_start, obligation.period_end)
        ),
        None,
    )
    for each in live:
        each.obligation = obligation
    shown = [each for each in live if may_know(each, actor)]
    return ObligationRow(
        obligation,
        standing_of(obligation, today, hide_draft=not own),
        max(shown, key=lambda each: each.number, default=None),
        extensions[-1] if extensions else None,
        lock,
    )

"""What pages tell besides a sheet: comments of reviewers, evidence, changes, a form's rules."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from shucheng.kernel.actor import Actor
from shucheng.kernel.errors import NotFound
from shucheng.kernel.files.models import StoredFile
from shucheng.kernel.files.queries import may_open
from shucheng.kernel.observations.inputs import read_value
from shucheng.kernel.observations.models import Status
from shucheng.kernel.reporting.access import sees_values
from shucheng.kernel.reporting.engine.model import Entry
from shucheng.kernel.reporting.engine.moves import Move
from shucheng.kernel.reporting.engine.rules import Rule
from shucheng.kernel.reporting.models import Form, FormLine, Obligation, Submission, SubmissionEvent
from shucheng.kernel.reporting.queries.asked import Known, asked, newest_versions, rules_for
from shucheng.kernel.reporting.queries.lists import ObligationRow, submission_for, with_first_owed
from shucheng.kernel.reporting.queries.sheets import as_entries


def returned_because(rows: Iterable[ObligationRow]) -> dict[int, SubmissionEvent]:
    """Submission id → the step that returned it, for rows that one was shown."""
    ids = [row.submission.pk for row in rows if row.submission]
    events = SubmissionEvent.objects.filter(submission__in=ids, move=Move.RETURN)
    return {event.submission_id: event for event in events.order_by("id")}


def evidence_of(submission: Submission, *, actor: Actor) -> list[tuple[StoredFile, bool]]:
    """The files of a submission whose values the actor sees, each with whether it may be opened."""
    if not sees_values(submission, actor):
        return []
    files = submission.evidence.order_by("uploaded_at", "id")
    return [(file, may_open(file, actor)) for file in files]


def evidence_file(submission_id: int, file_id: int, *, actor: Actor) -> StoredFile:
    """A file of a submission, for its organisation, its reviewers and whoever opens such files."""
    submission = submission_for(submission_id, actor=actor)
    file = submission.evidence.filter(pk=file_id).first()
    if file is None or not may_open(file, actor):
        raise NotFound(_("The file"))
    return file


def handed_in_before(events: Iterable[SubmissionEvent]) -> Mapping[str, Entry]:
    """What was handed in the time before the last, from a timeline; empty at the first time."""
    handed_in = [event for event in events if event.move == Move.SUBMIT]
    return as_entries(handed_in[-2].values) if len(handed_in) > 1 else {}


def would_change(submission: Submission) -> dict[str, Known]:
    """Cell key → what is known now, where publishing the submission would change it.

    An empty cell changes nothing; what cannot be read as a number does, once it is corrected.
    """
    found = {}
    for key, observation in asked(submission.obligation).published.items():
        entry = Entry(**submission.values.get(key, {}))
        if not (entry.value or entry.status):
            continue
        if (observation.value, observation.status) != (_number(entry), settled_status(entry)):
            found[key] = observation
    return found


def settled_status(entry: Entry) -> str:
    """The status that would be recorded."""
    return entry.status or Status.NORMAL.value


def _number(entry: Entry) -> Decimal | str | None:
    try:
        return read_value(entry.value or None)
    except ValueError:
        return entry.value


@dataclass(frozen=True, slots=True)
class FormPage:
    """A form with what it asks now, its rules, and how many owe it in its newest period.

    `lines` carry the unit; rules are those of the newest obligation, empty before there is one.
    """

    form: Form
    lines: tuple[tuple[FormLine, str], ...]
    rules: tuple[Rule, ...]
    newest: str
    owing: int


def form_page(code: str, *, actor: Actor) -> FormPage:
    actor.require("reporting.view")
    form = with_first_owed().filter(code=code).first()
    if form is None:
        raise NotFound(_("The form"))
    lines = list(form.lines.select_related("metric").filter(last_day__isnull=True))
    versions = newest_versions(line.metric_id for line in lines)
    owed = Obligation.objects.select_related("form", "organisation", "area").filter(form=form)
    newest = owed.order_by("-period_end", "id").first()
    return FormPage(
        form,
        tuple((line, versions[line.metric_id].unit) for line in lines),
        tuple(rules_for(asked(newest))) if newest else (),
        newest.period if newest else "",
        owed.filter(period=newest.period).count() if newest else 0,
    )

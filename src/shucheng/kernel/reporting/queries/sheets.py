"""What a sheet asks, what was answered, and what is wrong with it."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from shucheng.kernel.actor import Actor
from shucheng.kernel.errors import NotFound
from shucheng.kernel.reporting.access import is_own, is_reviewer, sees_values
from shucheng.kernel.reporting.checking import is_explained, problems_with
from shucheng.kernel.reporting.engine.model import Entry, Problem, Sheet
from shucheng.kernel.reporting.engine.moves import EDITABLE, State
from shucheng.kernel.reporting.models import Obligation, Submission, SubmissionEvent
from shucheng.kernel.reporting.queries.asked import Asked, asked, facts_of, rules_for
from shucheng.kernel.reporting.queries.standings import effective_due

Values = Mapping[str, Mapping[str, str]]


def find_obligation(obligation_id: int, *, actor: Actor) -> Obligation:
    """An obligation: who owes what is known to everybody inside the platform."""
    actor.require("reporting.view")
    found = (
        Obligation.objects.select_related("form__owner", "organisation", "area")
        .filter(pk=obligation_id)
        .first()
    )
    if found is None:
        raise NotFound(_("The reporting task"))
    return found


def sheet_of(obligation_id: int, *, actor: Actor) -> Sheet:
    """What the obligation asks, with the values beside.

    `submission` and `revision` are those of the newest one that is not given up, for who may see
    its values; nobody else learns that a draft was begun.
    """
    obligation = find_obligation(obligation_id, actor=actor)
    submission = newest_submission(obligation)
    if submission is not None and not may_know(submission, actor):
        submission = None
    return Sheet(
        form=obligation.form.code,
        form_name=obligation.form.name,
        organisation=obligation.organisation.code,
        organisation_name=obligation.organisation.label,
        area=obligation.area.code,
        area_name=obligation.area.label,
        period=obligation.period,
        due_on=effective_due(obligation),
        cells=asked(obligation).cells,
        submission=submission.pk if submission else None,
        revision=submission.revision if submission else 0,
    )


def entries_of(obligation_id: int, *, actor: Actor, number: int | None = None) -> dict[str, Entry]:
    """What was answered (newest submission, or one by number), as far as the actor may see it.

    A reviewer sees of what is with the organisation again what was handed in last; whoever is
    neither sees what is published, and of anything else nothing.
    """
    obligation = find_obligation(obligation_id, actor=actor)
    every = obligation.submissions.select_related("obligation__form").exclude(state=State.DROPPED)
    if number is not None:
        every = every.filter(number=number)
    for submission in every.order_by("-number"):
        values = visible_values(submission, actor)
        if values is not None:
            return as_entries(values)
    return {}


def problems_of(
    obligation_id: int, *, actor: Actor, entries: Mapping[str, Entry] | None = None
) -> list[Problem]:
    """What is wrong with the stored entries, or with others before they are stored.

    Warnings whose cell has a reason are listed too: see `checking.is_explained`.
    """
    obligation = find_obligation(obligation_id, actor=actor)
    if not (is_own(obligation, actor) or is_reviewer(obligation, actor)):
        return []
    given = entries_of(obligation_id, actor=actor) if entries is None else entries
    submission = newest_submission(obligation)
    if submission is None or not may_know(submission, actor):
        return find_problems(asked(obligation), given, {})
    return find_problems(
        asked(obligation), given, submission.definitions, correction=submission.is_correction
    )


def find_problems(
    given: Asked,
    entries: Mapping[str, Entry],
    definitions: Mapping[str, int],
    *,
    correction: bool = False,
) -> list[Problem]:
    """Every problem; `definitions` are the metric versions that the entries were typed against.

    In a `correction` an empty cell would leave the published value as it is, so it is an error.
    """
    rules = rules_for(given)
    facts = facts_of(given, {key for rule in rules for key in rule.keys})
    found = problems_with(given.cells, entries, rules, facts)
    found.extend(_redefined(given, entries, definitions))
    if correction:
        found.extend(_emptied(given, entries))
    return found


def unexplained(problems: list[Problem], entries: Mapping[str, Entry]) -> list[Problem]:
    """What still keeps the sheet from being handed in: errors, and warnings without a reason."""
    return [problem for problem in problems if not is_explained(problem, entries)]


def newest_submission(obligation: Obligation) -> Submission | None:
    """The last submission that was not given up."""
    rows = obligation.submissions.exclude(state=State.DROPPED).order_by("-number")
    found = rows.first()
    if found is not None:
        found.obligation = obligation
    return found


def visible_values(submission: Submission, actor: Actor) -> Values | None:
    """The values as far as the actor may see them; None where there is nothing to see."""
    if sees_values(submission, actor):
        return submission.values
    if submission.state in EDITABLE and is_reviewer(submission.obligation, actor):
        event = last_hand_in(submission)
        return event.values if event else None
    return None


def last_hand_in(submission: Submission) -> SubmissionEvent | None:
    return submission.events.filter(move="submit").order_by("-id").first()


def as_entries(values: Values) -> dict[str, Entry]:
    return {key: Entry(**each) for key, each in values.items()}


def may_know(submission: Submission, actor: Actor) -> bool:
    """Whether the actor learns that it is there: who sees its values, and a reviewer of what was
    handed in and is with the organisation again."""
    if sees_values(submission, actor):
        return True
    back = submission.state in EDITABLE and submission.submitted_at is not None
    return back and is_reviewer(submission.obligation, actor)


def _redefined(
    given: Asked, entries: Mapping[str, Entry], definitions: Mapping[str, int]
) -> list[Problem]:
    problems = []
    for cell in given.cells:
        old, new = definitions.get(cell.metric), given.definitions[cell.metric]
        if old is not None and old != new and entries.get(cell.key, Entry()).value:
            told = {"name": cell.name, "old": str(old), "new": str(new), "unit": cell.unit}
            problems.append(Problem("warning", "definition_changed", cell.key, values=told))
    return problems


def _emptied(given: Asked, entries: Mapping[str, Entry]) -> list[Problem]:
    """Optional cells whose published value was taken out; a required one is asked for anyway."""
    problems = []
    for cell in given.cells:
        entry = entries.get(cell.key, Entry())
        if cell.key in given.published and not (cell.required or entry.value or entry.status):
            told = {"name": cell.name, "unit": cell.unit}
            problems.append(Problem("error", "emptied", cell.key, values=told))
    return problems

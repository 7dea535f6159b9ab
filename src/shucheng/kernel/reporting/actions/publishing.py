"""From an approved submission to observations, in the transaction of the step that publishes."""

from django.utils.translation import gettext as _

from shucheng.kernel.actor import Actor
from shucheng.kernel.errors import Invalid
from shucheng.kernel.observations.actions.values import record_observations
from shucheng.kernel.observations.inputs import ObservationInput
from shucheng.kernel.observations.models import SIMULATION
from shucheng.kernel.reporting.actions.steps import hold_form, refuse_locked
from shucheng.kernel.reporting.engine.model import Entry
from shucheng.kernel.reporting.models import Submission, SubmissionEvent
from shucheng.kernel.reporting.queries.asked import dimensions_of, lines_asked
from shucheng.kernel.reporting.queries.sheets import as_entries

REPORTED = "reported"


def require_same_definitions(submission: Submission) -> None:
    """An old number never meets a new unit: what was typed against another definition goes back."""
    _lines, versions = lines_asked(submission.obligation)
    for version in versions.values():
        old = submission.definitions.get(version.metric.code, version.number)
        if old != version.number:
            raise Invalid(
                "reporting.definition_changed",
                _("The definition of “%(name)s” changed after this was handed in."),
                _("Return it, so that the value is checked against the new definition."),
                name=version.metric.name,
            )


def record_submission(submission: Submission, event: SubmissionEvent, *, actor: Actor) -> None:
    """Record the values. What differs from what is known supersedes it, with the reason."""
    obligation = submission.obligation
    hold_form(obligation.form_id)
    refuse_locked(obligation)
    require_same_definitions(submission)
    rows = rows_of(submission, event)
    record_observations(
        rows,
        actor=actor,
        source=SIMULATION if submission.simulated else REPORTED,
        on_change="supersede",
        reason=submission.reason
        or _("Reported on the form; the figure before came on another way."),
    )


def rows_of(submission: Submission, event: SubmissionEvent) -> list[ObservationInput]:
    """The observations that a submission says, each with its lineage."""
    obligation = submission.obligation
    entries = as_entries(submission.values)
    files = list(submission.evidence.order_by("pk").values_list("pk", flat=True))
    lines, versions = lines_asked(obligation)
    rows = []
    for line in lines:
        entry = entries.get(line.key, Entry())
        if not (entry.value or entry.status):
            continue
        said = [submission.reason, entry.note, entry.reason] if submission.reason else [entry.note]
        rows.append(
            ObservationInput(
                metric=line.metric.code,
                area=obligation.area.code,
                period=obligation.period,
                value=entry.value or None,
                dimensions=dimensions_of(line),
                definition=versions[line.metric_id].number,
                status=entry.status,
                evidence=files[0] if files else None,
                note=" ".join(text for text in said if text),
                lineage={"submission": submission.pk, "event": event.pk, "evidence": files},
            )
        )
    return rows

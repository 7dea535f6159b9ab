"""The one way a submission moves: looked up in the table, stored under its revision, written down.

Not an action itself: the actions beside it check who may, and call it in their transaction.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.actor import Actor
from shucheng.kernel.audit.entries import canonical, record
from shucheng.kernel.errors import NotFound
from shucheng.kernel.identity.models import Organisation
from shucheng.kernel.reporting.engine.model import Problem
from shucheng.kernel.reporting.engine.moves import Level, Move, Place, State, after
from shucheng.kernel.reporting.errors import Locked, MoveImpossible, Stale, short_words
from shucheng.kernel.reporting.models import (
    DEEDS,
    STATE_LABELS,
    Form,
    Obligation,
    Submission,
    SubmissionEvent,
)
from shucheng.kernel.reporting.queries.locks import lock_on

CHANGES: dict[str, str | Promise] = {
    "save": _("changed figures"),
    "evidence": _("changed the evidence"),
    **DEEDS,
}
CODES = {
    Move.START: "reporting.submission.started",
    Move.CORRECT: "reporting.submission.correction_started",
    Move.SUBMIT: "reporting.submission.submitted",
    Move.WITHDRAW: "reporting.submission.withdrawn",
    Move.APPROVE: "reporting.submission.approved",
    Move.RETURN: "reporting.submission.returned",
    Move.PUBLISH: "reporting.submission.published",
    Move.DROP: "reporting.submission.dropped",
}


def find_submission(submission_id: int) -> Submission:
    """The submission with all that a step looks at. Whether the actor may is asked by the step."""
    found = (
        Submission.objects.select_related(
            "obligation__form__owner", "obligation__organisation", "obligation__area"
        )
        .filter(pk=submission_id)
        .first()
    )
    if found is None:
        raise NotFound(_("The submission"))
    return found


def refuse_locked(obligation: Obligation) -> None:
    """Raise `Locked` while the obligation's period is closed."""
    event = lock_on(obligation.form_id, obligation.period_start, obligation.period_end)
    if event is not None:
        what = obligation.form.name if event.form_id else str(_("Reporting"))
        raise Locked(what, event.period, event.person_name, event.recorded_at, event.reason)


def hold_form(form_id: int) -> None:
    """Have closing a period and publishing into it wait for one another."""
    Form.objects.select_for_update().get(pk=form_id)


def next_place(submission: Submission, move: Move) -> Place:
    """Where the move leads. Raises `MoveImpossible`."""
    form = submission.obligation.form
    place = after(
        move,
        Place(State(submission.state), Level(submission.level)),
        form.kind,
        publish_apart=form.publish_apart,
    )
    if place is None:
        raise MoveImpossible(STATE_LABELS[State(submission.state)])
    return place


def require_revision(submission: Submission, revision: int) -> None:
    if submission.revision != revision:
        raise stale(submission)


def stale(submission: Submission) -> Stale:
    return Stale(
        submission.changed_by,
        CHANGES[submission.last_change],
        submission.changed_at,
        submission.revision,
    )


def take_step(
    submission: Submission,
    move: Move,
    revision: int,
    *,
    actor: Actor,
    comment: str = "",
    problems: Sequence[Problem] = (),
    at: datetime | None = None,
    in_place_of: Organisation | None = None,
    **changes: Any,
) -> SubmissionEvent:
    """Move a submission on, if it is still what was looked at; write the step down.

    `changes` are further fields. The revision is compared by the database while it writes, so
    that of two who act at once one gets `Stale`.
    """
    require_revision(submission, revision)
    place = next_place(submission, move)
    source = Place(State(submission.state), Level(submission.level))
    store(
        submission,
        revision,
        move,
        actor=actor,
        at=at,
        state=place.state,
        level=place.level,
        **changes,
    )
    return write_event(
        submission,
        move,
        source,
        revision,
        actor=actor,
        comment=comment,
        problems=problems,
        at=at,
        in_place_of=in_place_of,
    )


def store(
    submission: Submission,
    revision: int,
    change: str,
    *,
    actor: Actor,
    at: datetime | None = None,
    **changes: Any,
) -> None:
    """Write fields under the revision that was looked at, and raise it."""
    changes |= {
        "changed_at": at or timezone.now(),
        "changed_by": actor.name[:150],
        "last_change": change,
    }
    rows = Submission.objects.filter(pk=submission.pk, revision=revision)
    if not rows.update(revision=F("revision") + 1, **changes):
        raise stale(find_submission(submission.pk))
    for name, value in changes.items():
        setattr(submission, name, value)
    submission.revision = revision + 1


def write_event(
    submission: Submission,
    move: Move,
    source: Place,
    revision: int,
    *,
    actor: Actor,
    comment: str = "",
    problems: Sequence[Problem] = (),
    at: datetime | None = None,
    in_place_of: Organisation | None = None,
) -> SubmissionEvent:
    keeps, words = move in (Move.SUBMIT, Move.PUBLISH), short_words(comment)
    event = SubmissionEvent.objects.create(
        submission=submission,
        move=move,
        from_state=source.state,
        to_state=submission.state,
        from_level=source.level,
        to_level=submission.level,
        person_id=actor.person_id,
        person_name=actor.name[:150],
        organisation_id=actor.organisation_id,
        in_place_of=in_place_of,
        recorded_at=at or timezone.now(),
        comment=words,
        revision=revision,
        digest=digest_of(submission),
        values=submission.values if keeps else {},
        problems=[_plain(problem) for problem in problems],
    )
    record(
        CODES[move],
        submission,
        actor=actor,
        before={"state": source.state, "level": source.level},
        after={"state": submission.state, "level": submission.level},
        form=submission.obligation.form.code,
        organisation=submission.obligation.organisation.code,
        period=submission.obligation.period,
        number=submission.number,
        revision=revision,
        digest=event.digest,
        comment=words,
        in_place_of=in_place_of.code if in_place_of else "",
    )
    return event


def digest_of(submission: Submission) -> str:
    """SHA-256 of values and evidence: what a review was about."""
    files = sorted(submission.evidence.values_list("sha256", flat=True))
    content: Mapping[str, Any] = {"values": submission.values, "evidence": files}
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def _plain(problem: Problem) -> dict[str, Any]:
    told = asdict(problem)
    told.pop("place")
    return {**told, "values": dict(problem.values)}

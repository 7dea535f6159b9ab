"""The steps of a submission. Each names the revision that was looked at (`Stale` otherwise)."""

from django.utils import timezone
from django.utils.translation import gettext as _

from shucheng.kernel.action import action
from shucheng.kernel.actor import Actor
from shucheng.kernel.errors import Invalid, NotFound
from shucheng.kernel.identity.models import Organisation
from shucheng.kernel.reporting.access import is_reviewer, require_own, require_review
from shucheng.kernel.reporting.actions.publishing import record_submission, require_same_definitions
from shucheng.kernel.reporting.actions.steps import (
    digest_of,
    find_submission,
    next_place,
    refuse_locked,
    require_revision,
    take_step,
)
from shucheng.kernel.reporting.engine.moves import Level, Move, State
from shucheng.kernel.reporting.errors import MoveImpossible, ProblemsLeft, Unchanged, need_words
from shucheng.kernel.reporting.models import STATE_LABELS, Submission
from shucheng.kernel.reporting.problem_texts import problem_text
from shucheng.kernel.reporting.queries.asked import asked
from shucheng.kernel.reporting.queries.sheets import as_entries, find_problems, unexplained
from shucheng.kernel.reporting.standing_in import stands_in
from shucheng.kernel.reporting.telling import tell_published


@action
def submit(submission_id: int, revision: int, *, actor: Actor, comment: str = "") -> Submission:
    """Hand in. Raises `ProblemsLeft` while errors or unexplained warnings are left.

    The warnings that were explained are kept with the step, for the reviewer. What was returned
    and is handed in as it was needs a comment that says why.
    """
    submission = find_submission(submission_id)
    require_own(submission.obligation, actor)
    refuse_locked(submission.obligation)
    require_revision(submission, revision)
    next_place(submission, Move.SUBMIT)
    given = asked(submission.obligation)
    entries = as_entries(submission.values)
    problems = find_problems(
        given, entries, submission.definitions, correction=submission.is_correction
    )
    if left := unexplained(problems, entries):
        errors = sum(problem.severity == "error" for problem in left)
        fields = {problem.key: problem_text(problem) for problem in left}
        raise ProblemsLeft(fields, errors, len(left) - errors)
    _refuse_unchanged(submission, comment)
    take_step(
        submission,
        Move.SUBMIT,
        revision,
        actor=actor,
        comment=comment,
        problems=problems,
        submitted_at=timezone.now(),
        submitted_by_id=actor.person_id,
        definitions=given.definitions,
    )
    return submission


@action
def withdraw(submission_id: int, revision: int, *, actor: Actor, comment: str = "") -> Submission:
    """Take back what nobody reviewed yet."""
    submission = find_submission(submission_id)
    require_own(submission.obligation, actor)
    take_step(submission, Move.WITHDRAW, revision, actor=actor, comment=comment)
    return submission


@action
def approve(submission_id: int, revision: int, *, actor: Actor, comment: str = "") -> Submission:
    """Approve exactly this revision, at the level it waits for.

    The last approval publishes in the same transaction, unless the form makes that a step of its
    own. Nobody approves what they handed in, nor twice. Who stands in for a department without a
    reviewer says why.
    """
    submission = _under_review(submission_id, revision, actor)
    in_place_of, words = _stood_for(submission, actor, comment)
    next_place(submission, Move.APPROVE)
    _require_other_eyes(submission, actor)
    require_same_definitions(submission)
    refuse_locked(submission.obligation)
    published = next_place(submission, Move.APPROVE).state is State.PUBLISHED
    event = take_step(
        submission,
        Move.APPROVE,
        revision,
        actor=actor,
        comment=words,
        in_place_of=in_place_of,
        published_at=timezone.now() if published else None,
    )
    if published:
        record_submission(submission, event, actor=actor)
        tell_published(submission, event, actor=actor)
    return submission


@action
def return_submission(
    submission_id: int, revision: int, comment: str, *, actor: Actor
) -> Submission:
    """Give it back to the organisation, with what is to be corrected."""
    submission = _under_review(submission_id, revision, actor)
    words = need_words(comment, "comment", 1000)
    in_place_of, words = _stood_for(submission, actor, words)
    take_step(
        submission, Move.RETURN, revision, actor=actor, comment=words, in_place_of=in_place_of
    )
    return submission


@action
def publish(submission_id: int, revision: int, *, actor: Actor, comment: str = "") -> Submission:
    """Publish what was approved, where the form makes that a step of its own."""
    submission = _handed_in(submission_id)
    require_review(submission.obligation, Level.OFFICE, actor)
    event = take_step(
        submission,
        Move.PUBLISH,
        revision,
        actor=actor,
        comment=comment,
        published_at=timezone.now(),
    )
    record_submission(submission, event, actor=actor)
    tell_published(submission, event, actor=actor)
    return submission


@action
def drop_correction(
    submission_id: int, revision: int, *, actor: Actor, comment: str = ""
) -> Submission:
    """Give up a correction that was begun; what is published stays."""
    submission = find_submission(submission_id)
    require_own(submission.obligation, actor)
    if not submission.is_correction:
        raise MoveImpossible(STATE_LABELS[State(submission.state)])
    take_step(submission, Move.DROP, revision, actor=actor, comment=comment)
    return submission


def _refuse_unchanged(submission: Submission, comment: str) -> None:
    if submission.state != State.RETURNED or comment.strip():
        return
    returned = submission.events.filter(move=Move.RETURN).order_by("-id").first()
    if returned is not None and returned.digest == digest_of(submission):
        raise Unchanged()


def _handed_in(submission_id: int) -> Submission:
    """The submission; a draft that was never handed in is not there for any reviewer."""
    submission = find_submission(submission_id)
    if submission.submitted_at is None:
        raise NotFound(_("The submission"))
    return submission


def _under_review(submission_id: int, revision: int, actor: Actor) -> Submission:
    """The submission as the reviewer saw it. A reviewer whose turn is over is told what happened
    meanwhile; whoever reviews nothing here is told that."""
    submission = _handed_in(submission_id)
    level = submission.level or Level.OFFICE
    if is_reviewer(submission.obligation, actor):
        require_revision(submission, revision)
    require_review(submission.obligation, level, actor)
    return submission


def _stood_for(
    submission: Submission, actor: Actor, comment: str
) -> tuple[Organisation | None, str]:
    """The department in whose place the actor reviews, with the reason that this needs."""
    obligation = submission.obligation
    if not stands_in(obligation, submission.level, actor):
        return None, comment
    return obligation.form.owner, need_words(comment, "comment", 1000)


def _require_other_eyes(submission: Submission, actor: Actor) -> None:
    """Whoever handed it in, or approved it one level below, does not approve it here."""
    if actor.person_id is None:
        return
    events = list(submission.events.order_by("id"))
    since = max((at for at, event in enumerate(events) if event.move == Move.SUBMIT), default=0)
    acted = {
        event.person_id for event in events[since:] if event.move in (Move.SUBMIT, Move.APPROVE)
    }
    if actor.person_id in {submission.submitted_by_id, *acted}:
        raise Invalid(
            "reporting.own_submission",
            _("You handed these figures in or approved them already."),
            _("Another person has to approve them."),
        )

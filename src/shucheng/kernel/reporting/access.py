"""Who sees and moves what, in one place, for actions and queries alike."""

from collections.abc import Collection

from shucheng.kernel.actor import Actor
from shucheng.kernel.errors import Forbidden
from shucheng.kernel.files.models import StoredFile
from shucheng.kernel.reporting.engine.moves import EDITABLE, Level, State
from shucheng.kernel.reporting.models import Obligation, Submission
from shucheng.kernel.reporting.standing_in import stands_in

# The room of the files that are sent in (`opens`).
FILES = "reporting"


def is_own(obligation: Obligation, actor: Actor) -> bool:
    """Whether the actor reports for this very organisation: being above it is not enough."""
    return actor.organisation_id == obligation.organisation_id and actor.may(
        "reporting.report", obligation.organisation_id
    )


def may_review(
    obligation: Obligation, level: str, actor: Actor, lacking: Collection[int] | None = None
) -> bool:
    """Whether the actor holds the review of a level, or stands in for it (`stands_in`)."""
    if level == Level.DEPARTMENT:
        own = actor.may("reporting.review", obligation.form.owner_id)
        return own or stands_in(obligation, level, actor, lacking)
    return actor.may("reporting.approve")


def is_reviewer(obligation: Obligation, actor: Actor) -> bool:
    """Whether the actor reviews this obligation at any level."""
    return may_review(obligation, Level.OFFICE, actor) or (
        obligation.form.kind == "area" and may_review(obligation, Level.DEPARTMENT, actor)
    )


def sees_values(submission: Submission, actor: Actor) -> bool:
    """Whether the actor may read the values as they are now.

    What is published is for everybody; a draft, and what was returned and is being corrected,
    for its own organisation; what waits for a review, for the reviewers as well.
    """
    if submission.state == State.PUBLISHED:
        return actor.may("reporting.view")
    if is_own(submission.obligation, actor):
        return True
    if submission.state in EDITABLE or submission.state == State.DROPPED:
        return False
    return is_reviewer(submission.obligation, actor)


def opens(file: StoredFile, actor: Actor) -> bool:
    """Whether the actor may open what was sent in: a workbook or evidence.

    Its own organisation may; others once it is evidence of values that they see: a reviewer, and
    of what is published whoever opens such an organisation's files.
    """
    own = file.organisation_id or 0
    if actor.organisation_id == own and actor.may("reporting.report", own):
        return True
    submissions = Submission.objects.filter(evidence=file).select_related("obligation__form")
    return any(
        sees_values(each, actor)
        and (is_reviewer(each.obligation, actor) or actor.may("files.read", own))
        for each in submissions
    )


def require_own(obligation: Obligation, actor: Actor) -> None:
    if not is_own(obligation, actor):
        raise Forbidden("reporting.report")


def require_review(obligation: Obligation, level: str, actor: Actor) -> None:
    if not may_review(obligation, level, actor):
        raise Forbidden("reporting.review" if level == Level.DEPARTMENT else "reporting.approve")

"""The steps of a submission. Each names the revision that was looked at (`Stale` otherwise)."""

from shucheng.kernel.action import action
from shucheng.kernel.actor import Actor
from shucheng.kernel.reporting.models import Submission


@action
def submit(submission_id: int, revision: int, *, actor: Actor, comment: str = "") -> Submission:
    """Hand in. Raises `ProblemsLeft` while errors or unexplained warnings are left."""
    raise NotImplementedError


@action
def withdraw(submission_id: int, revision: int, *, actor: Actor, comment: str = "") -> Submission:
    """Take back what nobody reviewed yet."""
    raise NotImplementedError


@action
def approve(submission_id: int, revision: int, *, actor: Actor, comment: str = "") -> Submission:
    """Approve exactly this revision, at the level it waits for; the last approval publishes."""
    raise NotImplementedError


@action
def return_submission(
    submission_id: int, revision: int, comment: str, *, actor: Actor
) -> Submission:
    """Give it back to the organisation, with what is to be corrected."""
    raise NotImplementedError


@action
def publish(submission_id: int, revision: int, *, actor: Actor, comment: str = "") -> Submission:
    """Publish what was approved, where the form makes that a step of its own."""
    raise NotImplementedError


@action
def drop_correction(
    submission_id: int, revision: int, *, actor: Actor, comment: str = ""
) -> Submission:
    """Give up a correction that was begun; what is published stays."""
    raise NotImplementedError

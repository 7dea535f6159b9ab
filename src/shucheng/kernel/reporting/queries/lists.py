"""What an organisation owes, what waits for a reviewer, who reported what."""

from dataclasses import dataclass
from datetime import date

from shucheng.kernel.actor import Actor
from shucheng.kernel.reporting.engine.standing import Standing
from shucheng.kernel.reporting.models import (
    ExtensionEvent,
    Form,
    LockEvent,
    Obligation,
    Submission,
    SubmissionEvent,
)


@dataclass(frozen=True, slots=True)
class ObligationRow:
    """An obligation and how it stands; `locked` is the event that closed its period."""

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

    `word` is a `Standing.word`. Others than its own people see the obligations too (that is
    public inside the platform), but `submission` only where they may see its values.
    """
    raise NotImplementedError


def obligation_row(obligation_id: int, *, actor: Actor) -> ObligationRow:
    """One obligation with its standing."""
    raise NotImplementedError


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A submission that waits for the actor; `warnings` is how many were explained."""

    submission: Submission
    standing: Standing
    handed_in: SubmissionEvent | None
    warnings: int


def inbox(*, actor: Actor) -> list[InboxRow]:
    """What waits for the actor's review, the longest waiting first."""
    raise NotImplementedError


def extension_requests(*, actor: Actor) -> list[ExtensionEvent]:
    """Requests that wait for the actor's decision."""
    raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Matrix:
    """Who reported what: one row an organisation, one standing a period (None: not asked)."""

    form: Form
    periods: tuple[str, ...]
    rows: tuple[tuple[Obligation, tuple[ObligationRow | None, ...]], ...]


def matrix(form: str, *, actor: Actor, last: str = "", periods: int = 6) -> Matrix:
    """Organisations × the periods up to `last` (the newest opened) of a form."""
    raise NotImplementedError


def forms(*, actor: Actor) -> list[Form]:
    """Forms in use, with their owner."""
    raise NotImplementedError


def timeline(submission_id: int, *, actor: Actor) -> list[SubmissionEvent]:
    """Every step of a submission, oldest first; `values` emptied for who may not see them."""
    raise NotImplementedError


def submission_for(submission_id: int, *, actor: Actor) -> Submission:
    """A submission whose values the actor may see; for others it is not there."""
    raise NotImplementedError


def locks(*, actor: Actor) -> list[LockEvent]:
    """Periods that are closed now: the event that closed each, newest first."""
    raise NotImplementedError


def lock_history(*, actor: Actor) -> list[LockEvent]:
    """Everything that was ever closed, asked and reopened, newest first."""
    raise NotImplementedError


def late_metrics(today: date) -> dict[tuple[str, str], date]:
    """(metric code, area code) → due day, where the due day passed and nothing is published."""
    raise NotImplementedError

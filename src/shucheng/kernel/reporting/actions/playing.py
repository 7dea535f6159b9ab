"""Simulated reporting: made-up organisations' answers go the real way, labelled as simulated.

Only the platform itself plays, for a demonstration. Nothing that a person did is touched: a play
answers an obligation to which nothing was begun, its submissions carry `simulated`, and what they
publish the source `simulation` and the moment at which it was published in the play.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from django.utils import timezone

from shucheng.kernel.action import action
from shucheng.kernel.actor import Actor
from shucheng.kernel.audit.entries import record
from shucheng.kernel.errors import Forbidden
from shucheng.kernel.identity.models import Organisation
from shucheng.kernel.observations.actions.values import record_observations
from shucheng.kernel.observations.inputs import ObservationInput
from shucheng.kernel.observations.models import SIMULATION
from shucheng.kernel.reporting.actions.publishing import rows_of
from shucheng.kernel.reporting.actions.steps import take_step, write_event
from shucheng.kernel.reporting.engine.model import Entry
from shucheng.kernel.reporting.engine.moves import Move, Place, State
from shucheng.kernel.reporting.models import (
    ExtensionEvent,
    Form,
    LockEvent,
    Obligation,
    Submission,
)
from shucheng.kernel.reporting.periods import read_period
from shucheng.kernel.reporting.queries.asked import asked
from shucheng.kernel.reporting.queries.sheets import find_problems

_HOUR = time(10, 20)


@dataclass(frozen=True, slots=True)
class Step:
    """Who did what, so many days after (before: negative) the due day."""

    move: str
    by: str
    organisation: str
    days: int
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Play:
    """One made-up answer. `steps` come after it was begun; a draft has none.

    With a `reason` it corrects what the play before it published.
    """

    form: str
    organisation: str
    period: str
    begun_by: str
    begun_days: int
    entries: Mapping[str, Entry]
    steps: tuple[Step, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ExtensionPlay:
    """A made-up request for a later due day."""

    form: str
    organisation: str
    period: str
    by: str
    days: int
    reason: str


@dataclass(frozen=True, slots=True)
class LockPlay:
    """A made-up closing of a period of a form."""

    form: str
    period: str
    by: str
    organisation: str
    on: date
    reason: str


@action
def play_reports(
    plays: Sequence[Play],
    *,
    actor: Actor,
    extensions: Sequence[ExtensionPlay] = (),
    locks: Sequence[LockPlay] = (),
) -> int:
    """Enter made-up answers in the order of their periods; says how many."""
    if not actor.is_system:
        raise Forbidden("reporting.manage")
    owed = {
        (each.form.code, each.organisation.code, each.period): each
        for each in Obligation.objects.select_related("form__owner", "organisation", "area")
    }
    organisations = dict(Organisation.objects.values_list("code", "pk"))
    stage = _Stage(owed, organisations, timezone.now(), actor)

    def ends(play: Play) -> tuple[date, str]:
        return owed[play.form, play.organisation, play.period].period_end, play.reason

    # One recording for all that was published of a period, so that the jumps of the next are
    # seen, and one for each reason of a correction.
    for (_end, reason), together in groupby(sorted(plays, key=ends), ends):
        rows = [row for play in together for row in stage.play(play)]
        rows.sort(key=lambda row: row.recorded_at or stage.now)
        if rows:
            record_observations(
                rows,
                actor=actor,
                source=SIMULATION,
                on_change="supersede" if reason else "refuse",
                reason=reason,
            )
    for each in extensions:
        stage.extend(each)
    for lock in locks:
        stage.close(lock)
    record(
        "reporting.simulation.played",
        ("reporting.simulation", "", "simulation"),
        actor=actor,
        submissions=len(plays),
        extensions=len(extensions),
        locks=len(locks),
    )
    return len(plays)


@dataclass(frozen=True, slots=True)
class _Stage:
    owed: Mapping[tuple[str, str, str], Obligation]
    organisations: Mapping[str, int]
    now: datetime
    actor: Actor

    def play(self, play: Play) -> list[ObservationInput]:
        """Store the submission with all its steps; what it publishes is returned."""
        obligation = self.owed[play.form, play.organisation, play.period]
        submission = self._begin(obligation, play)
        given = asked(obligation) if any(e.reason for e in play.entries.values()) else None
        published = []
        for number, step in enumerate(play.steps, 1):
            at = self._at(obligation.due_on, step.days, number - len(play.steps))
            changes: dict[str, Any] = {}
            problems = []
            if step.move == Move.SUBMIT:
                changes["submitted_at"] = at
                if given is not None:
                    problems = find_problems(given, play.entries, {})
            event = take_step(
                submission,
                Move(step.move),
                submission.revision,
                actor=self._person(step.by, step.organisation),
                comment=step.comment,
                problems=problems,
                at=at,
                **changes,
            )
            if submission.state == State.PUBLISHED:
                Submission.objects.filter(pk=submission.pk).update(published_at=at)
                published = [replace(row, recorded_at=at) for row in rows_of(submission, event)]
        return published

    def extend(self, play: ExtensionPlay) -> None:
        obligation = self.owed[play.form, play.organisation, play.period]
        ExtensionEvent.objects.create(
            obligation=obligation,
            kind=ExtensionEvent.Kind.ASKED,
            until=obligation.due_on + timedelta(days=play.days),
            reason=play.reason,
            person_name=play.by,
            recorded_at=self._at(obligation.due_on, -1, 0),
        )

    def close(self, play: LockPlay) -> None:
        period = read_period(play.period)
        LockEvent.objects.create(
            kind=LockEvent.Kind.CLOSED,
            form=Form.objects.get(code=play.form),
            period=play.period,
            period_start=period.start,
            period_end=period.end,
            reason=play.reason,
            person_name=play.by,
            organisation_id=self.organisations.get(play.organisation),
            recorded_at=min(self._moment(play.on), self.now),
        )

    def _begin(self, obligation: Obligation, play: Play) -> Submission:
        at = self._at(obligation.due_on, play.begun_days, -len(play.steps) - 1)
        values = {
            key: {name: text for name, text in asdict(entry).items() if text}
            for key, entry in play.entries.items()
        }
        submission = Submission.objects.create(
            obligation=obligation,
            number=2 if play.reason else 1,
            values=values,
            reason=play.reason,
            simulated=True,
            changed_at=at,
            changed_by=play.begun_by,
        )
        move = Move.CORRECT if play.reason else Move.START
        actor = self._person(play.begun_by, play.organisation)
        write_event(
            submission, move, Place(State.DRAFT), 0, actor=actor, comment=play.reason, at=at
        )
        return submission

    def _person(self, name: str, organisation: str) -> Actor:
        pk = self.organisations.get(organisation)
        return replace(
            self.actor,
            name=name,
            roles=frozenset(),
            organisation_id=pk,
            organisation_ids=frozenset({pk} if pk else ()),
        )

    def _at(self, due_on: date, days: int, order: int) -> datetime:
        """A working hour of that day, never in the future, and in the order of the steps."""
        latest = self.now + timedelta(minutes=10 * min(order, 0))
        return min(self._moment(due_on + timedelta(days=days)), latest)

    def _moment(self, day: date) -> datetime:
        return timezone.make_aware(datetime.combine(day, _HOUR))

"""Which periods are closed. A lock holds for every period that lies in the one it names."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from shucheng.kernel.actor import Actor
from shucheng.kernel.reporting.models import LockEvent


def lock_on(form_id: int | None, start: date, end: date) -> LockEvent | None:
    """What keeps a period of a form closed: its own lock, or one for all forms."""
    events = LockEvent.objects.select_related("form", "organisation").filter(
        Q(form=None) | Q(form=form_id), period_start__lte=start, period_end__gte=end
    )
    return next(iter(_closed(events.order_by("recorded_at", "id"))), None)


def closed_now() -> list[LockEvent]:
    """Every lock that holds: the event that closed, newest first."""
    events = LockEvent.objects.select_related("form", "organisation")
    return _closed(events.order_by("recorded_at", "id"))[::-1]


def holds(lock: LockEvent, form_id: int, start: date, end: date) -> bool:
    """Whether a lock is about this form and period."""
    return lock.form_id in (None, form_id) and lock.period_start <= start and lock.period_end >= end


def locks(*, actor: Actor) -> list[LockEvent]:
    """Periods that are closed now: the event that closed each, newest first."""
    actor.require("reporting.view")
    return closed_now()


def lock_history(*, actor: Actor) -> list[LockEvent]:
    """Everything that was ever closed, asked and reopened, newest first."""
    actor.require("reporting.view")
    return list(LockEvent.objects.select_related("form", "organisation").order_by("-id"))


def reopening_requests(*, actor: Actor) -> list[LockEvent]:
    """Requests to reopen that nobody answered, for who may."""
    actor.require("reporting.manage")
    last: dict[tuple[int | None, str], LockEvent] = {}
    for event in LockEvent.objects.select_related("form", "organisation").order_by("id"):
        last[event.form_id, event.period] = event
    return [event for event in last.values() if event.kind == LockEvent.Kind.ASKED]


def _closed(events: Iterable[LockEvent]) -> list[LockEvent]:
    state: dict[tuple[int | None, str], LockEvent] = {}
    for event in events:
        place = (event.form_id, event.period)
        if event.kind == LockEvent.Kind.CLOSED:
            state.setdefault(place, event)
        elif event.kind == LockEvent.Kind.REOPENED:
            state.pop(place, None)
    return list(state.values())

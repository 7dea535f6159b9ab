"""Supervision in a few numbers, for the cockpit and for briefings."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils import timezone

from shucheng.kernel.public import Actor
from shucheng.plan.supervision.engine.states import UNISSUED, State
from shucheng.plan.supervision.models import SupervisionItem
from shucheng.plan.supervision.queries.history import as_it_stood
from shucheng.plan.supervision.queries.items import ItemLine, line_of, sees_all, visible


@dataclass(frozen=True, slots=True)
class OrganisationCount:
    """What an organisation leads: issued items that have not ended, and those that have."""

    organisation_id: int
    name: str
    open: int
    overdue: int
    due_soon: int
    closed: int


@dataclass(frozen=True, slots=True)
class SupervisionSummary:
    """Issued items as they stand on a day; `closed` and `raised` of the period asked for."""

    today: date
    since: date
    open: int
    overdue: int
    due_soon: int
    closed: int
    raised: int
    to_decide: int  # drafts under review, extensions and rechecks that wait for the office
    by_organisation: tuple[OrganisationCount, ...]
    most_overdue: tuple[ItemLine, ...]
    simulated: bool


def supervision_summary(
    today: date, *, actor: Actor, since: date | None = None
) -> SupervisionSummary:
    """Of the items the actor may see, on an earlier day as they stood at its end; `since` begins
    the period (the year)."""
    since = since or date(today.year, 1, 1)
    lines = [line_of(item, today, actor) for item in _standing(today, actor)]
    issued = [line for line in lines if line.state not in UNISSUED]
    still = [line for line in issued if not line.item.is_final]
    ended = [line for line in issued if _closed(line, since, today)]
    overdue = sorted(
        (line for line in still if line.light == "red"),
        key=lambda line: -(line.clock.overdue if line.clock else 0),
    )
    return SupervisionSummary(
        today=today,
        since=since,
        open=len(still),
        overdue=len(overdue),
        due_soon=sum(line.light == "yellow" for line in still),
        closed=len(ended),
        raised=sum(since <= line.item.created_on <= today for line in lines),
        to_decide=sum(
            line.state in (State.IN_REVIEW, State.RECHECK)
            or line.item.extension_asked_on is not None
            for line in lines
        ),
        by_organisation=_by_organisation(still, ended),
        most_overdue=tuple(overdue[:5]),
        simulated=any(line.item.simulated for line in lines),
    )


def _standing(today: date, actor: Actor) -> list[SupervisionItem]:
    if today >= timezone.localdate():
        return list(visible(actor))
    raised = visible(actor).filter(created_on__lte=today).prefetch_related("events")
    stood = [as_it_stood(item, today) for item in raised]
    return [item for item in stood if sees_all(actor) or item.state not in UNISSUED]


def items_between(first: date, last: date, *, actor: Actor) -> tuple[ItemLine, ...]:
    """Items that were issued, closed or open between two days, but for those withdrawn by then:
    states, deadlines and clocks as they stood on the last day, whatever happened since."""
    lived = Q(issued_on__lte=last) & (Q(closed_on__isnull=True) | Q(closed_on__gte=first))
    found = visible(actor).filter(lived).order_by("number").prefetch_related("events")
    stood = (as_it_stood(item, last) for item in found)
    return tuple(line_of(item, last, actor) for item in stood if item.state != State.CANCELLED)


def _closed(line: ItemLine, first: date, last: date) -> bool:
    day = line.item.closed_on
    return line.state == State.CLOSED and day is not None and first <= day <= last


def _by_organisation(still: list[ItemLine], ended: list[ItemLine]) -> tuple[OrganisationCount, ...]:
    leads = {line.item.lead_id: line.item.lead for line in (*still, *ended)}
    counts = []
    for pk, lead in leads.items():
        own = [line for line in still if line.item.lead_id == pk]
        counts.append(
            OrganisationCount(
                organisation_id=pk,
                name=lead.label,
                open=len(own),
                overdue=sum(line.light == "red" for line in own),
                due_soon=sum(line.light == "yellow" for line in own),
                closed=sum(line.item.lead_id == pk for line in ended),
            )
        )
    return tuple(sorted(counts, key=lambda count: (-count.overdue, -count.open, count.name)))

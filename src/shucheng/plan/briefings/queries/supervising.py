"""What supervision adds to a briefing: items of the period, as they stood on its day."""

from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from shucheng.kernel.public import Actor
from shucheng.lib.periods import Period
from shucheng.plan.briefings.engine.facts import Scope, SupervisionFacts, SupervisionItemFacts
from shucheng.plan.supervision.engine.states import State
from shucheng.plan.supervision.queries.items import ItemLine
from shucheng.plan.supervision.queries.summary import items_between

_MOST_SHOWN = 5


def supervision_facts(
    scope: Scope, code: str, period: Period, as_of: datetime, *, actor: Actor
) -> SupervisionFacts | None:
    """Of the city all items, of a county or department those it leads; None for those who may
    not read supervision."""
    if not actor.may("supervision.view"):
        return None
    until = timezone.localtime(as_of).date()
    lines = [
        line
        for line in items_between(period.start, until, actor=actor)
        if scope == "city" or code in _codes(line, scope)
    ]
    still = [line for line in lines if not line.item.is_final]
    overdue = sorted((line for line in still if line.light == "red"), key=_longest)
    return SupervisionFacts(
        since=period.start,
        until=until,
        open=len(still),
        overdue=len(overdue),
        due_soon=sum(line.light == "yellow" for line in still),
        raised=sum(
            line.item.issued_on is not None and period.start <= line.item.issued_on <= until
            for line in lines
        ),
        closed=sum(
            line.state == State.CLOSED
            and line.item.closed_on is not None
            and period.start <= line.item.closed_on <= until
            for line in lines
        ),
        most_overdue=tuple(_item(line) for line in overdue[:_MOST_SHOWN]),
        simulated=any(line.item.simulated for line in lines),
    )


def _codes(line: ItemLine, scope: Scope) -> set[str]:
    if scope == "organisation":
        return {line.item.lead.code}
    areas = (line.item.area, line.item.lead.area)
    return {area.code for area in areas if area is not None}


def _longest(line: ItemLine) -> tuple[int, str]:
    return (-(line.clock.overdue if line.clock else 0), line.item.number)


def _item(line: ItemLine) -> SupervisionItemFacts:
    return SupervisionItemFacts(
        number=line.item.number,
        title=line.item.title,
        lead=line.item.lead.name,
        deadline=line.clock.deadline if line.clock else None,
        overdue_days=line.clock.overdue if line.clock else 0,
        address=reverse("supervision:item", args=[line.item.number]),
    )

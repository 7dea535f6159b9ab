"""Supervision over HTTP: the items one may see, and one of them with what happened to it."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from shucheng.kernel.public import actor_for
from shucheng.plan.supervision.queries.items import ItemLine, board, item_page

router = Router(tags=["supervision"])


class ItemOut(Schema):
    number: str
    title: str
    origin: str
    state: str
    light: str
    level: int
    lead: str
    joint: list[str]
    parent: str | None
    indicator: str
    area: str | None
    issued_on: date | None
    signed_on: date | None
    deadline: date | None
    finished_on: date | None
    closed_on: date | None
    working_days_left: int | None
    working_days_overdue: int | None
    clock_stands: bool
    deadline_provisional: bool
    simulated: bool


class EventOut(Schema):
    move: str
    before: str
    after: str
    text: str
    day: date
    recorded_at: datetime
    by: str
    organisation: str | None
    evidence: list[str]


class ItemDetail(ItemOut):
    demand: str
    facts: dict[str, Any]
    events: list[EventOut]
    children: list[str]
    moves: list[str]


def _facts(line: ItemLine) -> dict[str, Any]:
    item, clock = line.item, line.clock
    return {
        "number": item.number,
        "title": item.title,
        "origin": item.origin,
        "state": item.state,
        "light": line.light,
        "level": line.level,
        "lead": item.lead.code,
        "joint": [helper.code for helper in line.joint],
        "parent": item.parent.number if item.parent else None,
        "indicator": item.indicator_code,
        "area": item.area.code if item.area else None,
        "issued_on": item.issued_on,
        "signed_on": item.signed_on,
        "deadline": item.deadline,
        "finished_on": item.finished_on,
        "closed_on": item.closed_on,
        "working_days_left": clock.left if clock else None,
        "working_days_overdue": clock.overdue if clock else None,
        "clock_stands": clock.paused if clock else False,
        "deadline_provisional": clock.provisional if clock else False,
        "simulated": item.simulated,
    }


@router.get("/items", response=list[ItemOut])
def items(request: HttpRequest, state: str = "", light: str = "") -> list[dict[str, Any]]:
    """Items the caller may see, open ones first. `state` may be `open` or a state."""
    found = board(actor=actor_for(request), state=state, shown_light=light)
    return [_facts(line) for line in found.lines]


@router.get("/items/{number}", response=ItemDetail)
def item(request: HttpRequest, number: str) -> dict[str, Any]:
    """One item with its frozen facts, everything that happened to it, and what is possible next."""
    page = item_page(number, actor=actor_for(request))
    events = [
        {
            "move": event.move,
            "before": event.before,
            "after": event.after,
            "text": event.text,
            "day": event.day,
            "recorded_at": event.recorded_at,
            "by": event.by,
            "organisation": event.organisation.code if event.organisation else None,
            "evidence": [each.file.name for each in event.evidence.all()],
        }
        for event in page.events
    ]
    return {
        **_facts(page),
        "demand": page.item.demand,
        "facts": page.item.facts,
        "events": events,
        "children": [line.item.number for line in page.children],
        "moves": [move.name for move in page.moves],
    }

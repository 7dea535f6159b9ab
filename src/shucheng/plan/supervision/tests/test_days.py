"""Items on earlier days; deadlines that have passed; what may happen only once."""

from collections.abc import Callable
from datetime import date

import pytest
from django.template.loader import render_to_string

from shucheng.kernel.public import Conflict, Invalid
from shucheng.plan.supervision.actions.items import Source, raise_item
from shucheng.plan.supervision.actions.moves import (
    ask_extension,
    grant_extension,
    issue_item,
    move_item,
)
from shucheng.plan.supervision.engine.states import State
from shucheng.plan.supervision.models import Decision, Meeting, SupervisionItem
from shucheng.plan.supervision.queries.items import item_page
from shucheng.plan.supervision.queries.summary import items_between
from shucheng.plan.supervision.templatetags.supervision_text import event_facts
from shucheng.plan.supervision.tests.conftest import TODAY, Town

SetDay = Callable[[date], None]
# Ten working days after a Thursday in August.
DUE = date(2026, 9, 3)


def test_a_day_in_the_past_shows_items_as_they_stood_then(town: Town, today: SetDay) -> None:
    item = town.working()
    other = town.working()
    today(date(2026, 9, 1))
    item = ask_extension(
        item.number, item.revision, date(2026, 9, 30), "设备未到", actor=town.liaison
    )
    item = grant_extension(item.number, item.revision, actor=town.office)
    move_item(other.number, other.revision, "cancel", text="政策调整", actor=town.leader)
    today(date(2026, 10, 20))
    item = move_item(item.number, item.revision, "finish", text="已完成", actor=town.liaison)
    move_item(item.number, item.revision, "close", actor=town.office)

    def stood(day: date) -> list[tuple[str, str, date | None]]:
        found = items_between(date(2026, 8, 1), day, actor=town.office)
        return [(line.state, line.light, line.clock and line.clock.deadline) for line in found]

    then = stood(date(2026, 8, 31))
    assert then == [(State.WORKING, "yellow", DUE), (State.WORKING, "yellow", DUE)]
    assert stood(date(2026, 9, 10)) == [(State.WORKING, "green", date(2026, 9, 30))]
    assert stood(date(2026, 10, 19)) == [(State.WORKING, "red", date(2026, 9, 30))]
    assert stood(date(2026, 10, 20)) == [(State.CLOSED, "done", date(2026, 9, 30))]
    assert SupervisionItem.objects.get(pk=item.pk).state == State.CLOSED


def test_an_item_is_not_overdue_as_it_is_issued(town: Town, today: SetDay) -> None:
    item = raise_item(town.draft(deadline=date(2026, 8, 24), due_in=None), actor=town.office)
    move_item(item.number, 0, "submit", actor=town.office)
    move_item(item.number, 1, "approve", actor=town.leader)
    today(date(2026, 9, 10))
    for until in (None, date(2026, 9, 9)):
        with pytest.raises(Invalid, match="deadline_passed") as refused:
            issue_item(item.number, 2, until, actor=town.office)
        assert "until" in refused.value.fields
    page = item_page(item.number, actor=town.office)
    form = {"page": page, "item": page.item, "name": "issue", "opened": True, "reasoned": False}
    form |= {"typed": {"until": "2026-09-09"}, "errors": refused.value.fields, "tried": "issue"}
    shown = render_to_string("supervision/move.html", form)
    assert 'value="2026-09-09"' in shown
    assert "2026-08-24" in shown
    item = issue_item(item.number, 2, date(2026, 9, 30), actor=town.office)
    assert (item.state, item.deadline) == (State.ISSUED, date(2026, 9, 30))
    event = item.events.get(move="issue")
    assert "2026-08-24" in event_facts(event)
    assert "2026-09-30" in event_facts(event)


def test_an_extension_to_a_day_that_has_passed_gives_no_time(town: Town, today: SetDay) -> None:
    item = town.working()
    today(date(2026, 9, 1))
    item = ask_extension(
        item.number, item.revision, date(2026, 9, 8), "设备未到", actor=town.liaison
    )
    today(date(2026, 9, 29))
    with pytest.raises(Invalid, match="extension_over"):
        grant_extension(item.number, item.revision, actor=town.office)
    item.refresh_from_db()
    granted = grant_extension(item.number, item.revision, date(2026, 10, 15), actor=town.office)
    assert granted.deadline == date(2026, 10, 15)


def test_a_step_that_others_could_have_made_meanwhile_needs_what_was_seen(town: Town) -> None:
    item = town.working()
    with pytest.raises(Conflict):
        move_item(item.number, None, "finish", text="已完成", actor=town.liaison)
    assert SupervisionItem.objects.get(pk=item.pk).state == State.WORKING


def test_what_was_pasted_is_kept_without_control_characters(town: Town) -> None:
    item = raise_item(town.draft(title="加快\x0b建设\x08", demand="说明\x00"), actor=town.office)
    assert (item.title, item.demand) == ("加快建设", "说明")
    event = move_item(item.number, 0, "submit", text="请\x0b审", actor=town.office).events.last()
    assert event is not None
    assert event.text == "请审"


def test_a_decision_becomes_one_item(town: Town) -> None:
    meeting = Meeting.objects.create(title="联席会议", held_on=TODAY)
    decision = Decision.objects.create(
        meeting=meeting, text="限期整改", organisation=town.industry, deadline=DUE
    )
    seen_before = Decision.objects.get(pk=decision.pk)
    origin = SupervisionItem.Origin.MEETING
    first = raise_item(town.draft(), source=Source(origin, decision=decision), actor=town.office)
    with pytest.raises(Invalid, match="decision_raised"):
        raise_item(town.draft(), source=Source(origin, decision=seen_before), actor=town.office)
    assert Decision.objects.get(pk=decision.pk).item == first
    assert SupervisionItem.objects.count() == 1

"""The moves of an item: who may, who may not, who was faster, and what is kept."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from shucheng.kernel.public import Actor, Conflict, Forbidden, Invalid, NotFound
from shucheng.plan.supervision.actions.items import (
    Source,
    edit_item,
    raise_item,
    raise_sub_items,
)
from shucheng.plan.supervision.actions.moves import (
    ask_extension,
    grant_extension,
    issue_item,
    move_item,
    refuse_extension,
    send_back,
)
from shucheng.plan.supervision.engine.states import State
from shucheng.plan.supervision.jobs import escalate_due
from shucheng.plan.supervision.models import ItemEvent, SupervisionItem
from shucheng.plan.supervision.queries.items import board, item_page
from shucheng.plan.supervision.queries.scores import scores
from shucheng.plan.supervision.queries.summary import items_between, supervision_summary
from shucheng.plan.supervision.tests.conftest import CLI, TODAY, Town

SetDay = Callable[[date], None]
# Ten working days after a Thursday in August.
DUE = date(2026, 9, 3)
TXT = ("措施.txt", "已召开专题会议".encode())


def test_an_item_goes_from_draft_to_closed_and_every_step_is_kept(
    town: Town, today: SetDay
) -> None:
    item = town.working()
    assert (item.deadline, item.signed_on) == (DUE, TODAY)
    today(date(2026, 8, 25))
    move_item(item.number, None, "co_sign", actor=town.helper)
    move_item(item.number, None, "reply", text="正在办理", files=[TXT], actor=town.liaison)
    move_item(item.number, None, "reply", text="已协助", actor=town.helper)
    item.refresh_from_db()
    move_item(item.number, item.revision, "finish", text="已完成", actor=town.liaison)
    item.refresh_from_db()
    item = move_item(item.number, item.revision, "close", actor=town.office)
    assert (item.state, item.closed_on) == (State.CLOSED, date(2026, 8, 25))
    events = list(item.events.values_list("move", "after", "by"))
    assert [move for move, _after, _by in events] == [
        *("raise", "submit", "approve", "issue", "sign", "co_sign"),
        *("reply", "reply", "finish", "close"),
    ]
    assert [by for _move, _after, by in events][2] == "leader"
    assert item.events.get(move="reply", by="liaison").evidence.get().file.name == "措施.txt"


def test_what_happened_cannot_be_changed_or_deleted_by_anybody(town: Town) -> None:
    item = town.issued()
    for statement in (
        "UPDATE supervision_itemevent SET text='x'",
        "DELETE FROM supervision_itemevent",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert ItemEvent.objects.filter(item=item).count() == 4


@pytest.mark.parametrize(
    ("move", "who"),
    [
        ("submit", "leader"),
        ("submit", "auditor"),
        ("approve", "office"),
        ("return", "office"),
        ("cancel", "office"),
    ],
)
def test_a_move_of_somebody_else_is_refused(town: Town, move: str, who: str) -> None:
    item = raise_item(town.draft(), actor=town.office)
    if move != "submit":
        move_item(item.number, 0, "submit", actor=town.office)
    item.refresh_from_db()
    with pytest.raises(Forbidden):
        move_item(item.number, item.revision, move, text="x", actor=getattr(town, who))
    assert item.events.count() == item.revision + 1


def test_only_its_own_organisation_signs_and_replies(town: Town) -> None:
    item = town.issued()
    with pytest.raises(NotFound):
        move_item(item.number, item.revision, "sign", actor=town.stranger)
    for other in (town.helper, town.office, town.leader):
        with pytest.raises(Forbidden):
            move_item(item.number, item.revision, "sign", actor=other)
    item = move_item(item.number, item.revision, "sign", actor=town.liaison)
    with pytest.raises(Forbidden):
        move_item(item.number, item.revision, "finish", text="x", actor=town.helper)
    with pytest.raises(Forbidden):
        move_item(item.number, None, "reply", text="x", actor=town.office)


def test_a_draft_is_the_offices_own_until_it_is_issued(town: Town) -> None:
    item = raise_item(town.draft(), actor=town.office)
    assert board(actor=town.liaison).lines == ()
    with pytest.raises(NotFound):
        item_page(item.number, actor=town.liaison)
    assert len(board(actor=town.leader).lines) == len(board(actor=town.auditor).lines) == 1
    issued = town.issued()
    page = item_page(issued.number, actor=town.liaison)
    assert [event.move for event in page.events] == ["issue"]
    assert item_page(issued.number, actor=town.leader).events[0].move == "raise"
    with pytest.raises(Forbidden):
        raise_item(town.draft(), actor=town.liaison)


def test_whoever_was_slower_is_told_who_moved_it(town: Town) -> None:
    item = raise_item(town.draft(), actor=town.office)
    move_item(item.number, 0, "submit", actor=town.office)
    move_item(item.number, 1, "approve", actor=town.leader)
    with pytest.raises(Conflict) as refused:
        move_item(item.number, 1, "return", text="重写", actor=town.leader)
    assert "leader" in refused.value.message
    assert item.number in refused.value.message
    with pytest.raises(Conflict):
        issue_item(item.number, 1, actor=town.office)


@pytest.mark.parametrize("move", ["approve", "sign", "close", "reply"])
def test_no_step_is_skipped(town: Town, move: str) -> None:
    item = raise_item(town.draft(), actor=town.office)
    everybody = Actor(
        town.office.person_id,
        "everybody",
        town.office.roles | town.leader.roles | town.liaison.roles,
        town.industry.pk,
        frozenset({town.industry.pk}),
    )
    with pytest.raises(Invalid) as refused:
        move_item(item.number, 0, move, text="x", actor=everybody)
    assert refused.value.code == "supervision.not_now"
    assert refused.value.next_step


def test_a_returned_draft_is_changed_and_reviewed_anew(town: Town) -> None:
    item = raise_item(town.draft(), actor=town.office)
    move_item(item.number, 0, "submit", actor=town.office)
    with pytest.raises(Invalid):
        move_item(item.number, 1, "return", text=" ", actor=town.leader)
    move_item(item.number, 1, "return", text="要求写明数字", actor=town.leader)
    edit_item(item.number, 2, town.draft(demand="达到60亿元。", due_in=5), actor=town.office)
    item.refresh_from_db()
    assert (item.demand, item.due_in, item.state) == ("达到60亿元。", 5, State.DRAFT)
    assert item.events.get(move="edit").data == {"fields": ["demand", "due_in"]}


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"title": " "}, "title"),
        ({"demand": ""}, "demand"),
        ({"lead": None}, "lead"),
        ({"due_in": None}, "deadline"),
        ({"deadline": date(2026, 9, 1)}, "deadline"),
        ({"due_in": None, "deadline": date(2026, 8, 19)}, "deadline"),
        ({"due_in": 0}, "due_in"),
    ],
)
def test_an_incomplete_draft_names_its_field(
    town: Town, facts: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        raise_item(town.draft(**facts), actor=town.office)
    assert field in refused.value.fields


def test_sent_back_work_goes_on_with_its_clock(town: Town, today: SetDay) -> None:
    item = town.working()
    today(date(2026, 9, 2))
    item = move_item(item.number, item.revision, "finish", text="完成", actor=town.liaison)
    today(date(2026, 9, 9))
    assert item_page(item.number, actor=town.office).light == "green", "stopped in time"
    with pytest.raises(Forbidden):
        send_back(item.number, item.revision, "佐证不足", actor=town.liaison)
    item = send_back(item.number, item.revision, "佐证不足", actor=town.office)
    page = item_page(item.number, actor=town.liaison)
    assert (page.state, page.light, page.item.sent_back) == (State.WORKING, "red", 1)
    assert page.clock is not None
    assert page.clock.overdue == 4


def test_an_extension_stands_the_clock_and_is_granted(town: Town, today: SetDay) -> None:
    item = town.working()
    today(date(2026, 9, 1))
    with pytest.raises(Invalid):
        ask_extension(item.number, item.revision, DUE, "来不及", actor=town.liaison)
    until = date(2026, 9, 18)
    item = ask_extension(item.number, item.revision, until, "设备未到货", actor=town.liaison)
    today(date(2026, 9, 10))
    page = item_page(item.number, actor=town.liaison)
    assert page.clock is not None
    assert page.clock.paused
    assert (page.clock.left, page.light) == (2, "yellow")
    assert not page.may("finish")
    with pytest.raises(Forbidden):
        grant_extension(item.number, item.revision, actor=town.liaison)
    item = grant_extension(item.number, item.revision, actor=town.office)
    assert (item.deadline, item.extended, item.extension_asked_on) == (until, 1, None)
    with pytest.raises(Invalid):
        grant_extension(item.number, item.revision, actor=town.office)


def test_a_refused_extension_gives_back_the_days_it_waited(town: Town, today: SetDay) -> None:
    item = town.working()
    today(date(2026, 9, 1))
    item = ask_extension(
        item.number, item.revision, date(2026, 10, 30), "来不及", actor=town.liaison
    )
    today(date(2026, 9, 4))
    with pytest.raises(Invalid):
        refuse_extension(item.number, item.revision, "", actor=town.office)
    item = refuse_extension(item.number, item.revision, "理由不充分", actor=town.office)
    assert item.deadline == date(2026, 9, 8)


def test_sub_items_hold_their_whole_open(town: Town) -> None:
    whole = town.working()
    with pytest.raises(Forbidden):
        raise_sub_items(whole.number, town.draft(), [town.county.pk], actor=town.liaison)
    parts = raise_sub_items(
        whole.number, town.draft(), [town.county.pk, town.reform.pk], actor=town.office
    )
    assert [part.parent for part in parts] == [whole, whole]
    whole.refresh_from_db()
    whole = move_item(whole.number, whole.revision, "finish", text="完成", actor=town.liaison)
    with pytest.raises(Invalid) as refused:
        move_item(whole.number, whole.revision, "close", actor=town.office)
    assert refused.value.code == "supervision.children_open"
    whole = move_item(whole.number, whole.revision, "close", text="各县另行跟踪", actor=town.office)
    assert whole.state == State.CLOSED
    with pytest.raises(Invalid):
        raise_item(town.draft(), parent=whole.number, actor=town.office)


def test_a_light_has_one_open_item_for_each_area(town: Town) -> None:
    source = Source(origin="light", indicator_code="i1", area_code="990100")
    item = raise_item(town.draft(), source=source, actor=town.office)
    with pytest.raises(Invalid) as refused:
        raise_item(town.draft(), source=source, actor=town.office)
    assert item.number in refused.value.message
    county = Source(origin="light", indicator_code="i1", area_code="990121")
    raise_item(town.draft(), source=county, actor=town.office)
    move_item(item.number, 0, "withdraw", text="数据有误", actor=town.office)
    again = raise_item(town.draft(), source=source, actor=town.office)
    assert again.number == "2026-003"


def test_nobody_but_the_platform_sets_a_day_of_the_past(town: Town) -> None:
    past = date(2026, 1, 5)
    item = raise_item(town.draft(), on=past, actor=town.office)
    assert item.created_on == TODAY
    taken_over = raise_item(town.draft(), on=past, actor=CLI)
    assert taken_over.created_on == past


def test_each_stage_of_escalation_is_told_once(town: Town, today: SetDay) -> None:
    item = town.issued()
    draft = raise_item(town.draft(), actor=town.office)
    assert escalate_due(TODAY, actor=CLI) == 0
    late = date(2026, 9, 1)
    assert escalate_due(late, actor=CLI) == 3, "near its end, unsigned, long unsigned"
    assert escalate_due(late, actor=CLI) == 0
    stages = item.events.filter(move="escalate")
    assert [event.data["stage"] for event in stages] == ["due_soon", "unsigned", "unsigned_long"]
    assert not draft.events.filter(move="escalate").exists()
    today(late)
    assert item_page(item.number, actor=town.office).level == 1
    with pytest.raises(Forbidden):
        escalate_due(date(2026, 9, 30), actor=town.office)


def test_after_an_extension_the_new_deadline_is_reminded_of_anew(town: Town, today: SetDay) -> None:
    item = town.working()
    assert escalate_due(date(2026, 9, 1), actor=CLI) == 1
    today(date(2026, 9, 1))
    item = ask_extension(
        item.number, item.revision, date(2026, 9, 30), "设备未到", actor=town.liaison
    )
    grant_extension(item.number, item.revision, actor=town.office)
    assert escalate_due(date(2026, 9, 2), actor=CLI) == 0
    assert escalate_due(date(2026, 9, 28), actor=CLI) == 1


def test_scores_and_summary_speak_of_the_same_items(town: Town, today: SetDay) -> None:
    item = town.working()
    today(date(2026, 9, 9))
    found = scores(actor=town.office)
    lines = {line.organisation.name: line for line in found.lines}
    assert lines["市工信局"].points == 96
    assert lines["市数据局"].points == 98
    assert lines["市工信局"].overdue == 1
    assert [line.organisation.name for line in scores(actor=town.liaison).lines] == ["市工信局"]
    summary = supervision_summary(date(2026, 9, 9), actor=town.office)
    assert (summary.open, summary.overdue, summary.closed) == (1, 1, 0)
    assert summary.by_organisation[0].name == "市工信局"
    assert summary.most_overdue[0].item == item
    assert supervision_summary(date(2026, 9, 9), actor=town.stranger).open == 0
    between = items_between(date(2026, 8, 1), date(2026, 8, 31), actor=town.office)
    assert [line.item.number for line in between] == [item.number]
    assert items_between(date(2026, 7, 1), date(2026, 7, 31), actor=town.office) == ()


def test_a_withdrawn_item_moves_no_more(town: Town) -> None:
    item = town.working()
    item = move_item(item.number, item.revision, "cancel", text="政策调整", actor=town.leader)
    assert item.state == State.CANCELLED
    with pytest.raises(Invalid):
        move_item(item.number, None, "reply", text="x", actor=town.liaison)
    assert SupervisionItem.objects.get(pk=item.pk).closed_on == TODAY


def test_the_summary_of_an_earlier_day_tells_how_it_stood_then(town: Town, today: SetDay) -> None:
    item = town.working(due_in=5)
    drafted = raise_item(town.draft(), actor=town.office)
    then = supervision_summary(TODAY, actor=town.office)
    assert (then.open, then.overdue, then.closed, then.raised) == (1, 0, 0, 2)
    late = date(2026, 9, 9)
    today(late)
    move_item(drafted.number, drafted.revision, "submit", actor=town.office)
    item = move_item(item.number, item.revision, "finish", text="完成", actor=town.liaison)
    closing = date(2026, 9, 10)
    today(closing)
    move_item(item.number, item.revision, "close", text="属实", actor=town.office)
    raise_item(town.draft(), actor=town.office)
    now = supervision_summary(closing, actor=town.office)
    assert (now.open, now.overdue, now.closed, now.raised, now.to_decide) == (0, 0, 1, 3, 1)
    assert supervision_summary(TODAY, actor=town.office) == then
    before = supervision_summary(late, actor=town.office)
    assert (before.open, before.closed, before.to_decide) == (1, 0, 2)
    assert supervision_summary(late, actor=town.liaison).to_decide == 1, "no draft is told of"
    assert supervision_summary(date(2026, 8, 1), actor=town.office).raised == 0

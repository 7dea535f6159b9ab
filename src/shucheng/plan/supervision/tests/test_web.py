"""The pages: what each role meets, what is refused, and the story from a red light to its end."""

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shucheng.kernel.public import system_actor
from shucheng.lib.tables import harmless
from shucheng.plan.models import PlanVersion
from shucheng.plan.supervision.actions.escalating import escalate_item
from shucheng.plan.supervision.actions.items import raise_item
from shucheng.plan.supervision.actions.meetings import MeetingFacts, prepare_meeting
from shucheng.plan.supervision.actions.moves import ask_extension, move_item
from shucheng.plan.supervision.engine.states import State
from shucheng.plan.supervision.models import Decision, Meeting, SupervisionItem
from shucheng.plan.supervision.tests.conftest import TODAY, Town

SetDay = Callable[[date], None]
Browser = Callable[[str], Client]


@pytest.fixture
def browser(town: Town, settings: object) -> Browser:
    """A browser in which somebody of the town has signed in."""
    settings.REQUIRE_SECOND_FACTOR = False  # type: ignore[attr-defined]

    def of(name: str) -> Client:
        client = Client()
        client.force_login(town.people[name])
        return client

    return of


def _move(client: Client, number: str, move: str, **sent: object) -> int:
    item = SupervisionItem.objects.get(number=number)
    address = reverse("supervision:move", args=[number, move])
    return client.post(address, {"revision": item.revision, **sent}).status_code


def test_from_a_red_light_to_a_closed_item(
    town: Town, red: str, browser: Browser, today: SetDay
) -> None:
    office, leader, liaison = browser("office"), browser("leader"), browser("liaison")
    assert (
        reverse("supervision:propose", args=[red])
        in office.get(reverse("supervision:proposals")).content.decode()
    )
    form = office.get(reverse("supervision:propose", args=[red]))
    first = form.context["form"].initial
    assert "166.5" in first["demand"]
    assert first["lead"] == town.industry.pk
    sent = {**first, "deadline": ""}
    assert office.post(reverse("supervision:propose", args=[red]), sent).status_code == 302
    item = SupervisionItem.objects.get()
    assert (item.indicator_code, item.area, item.state) == (red, town.city, State.DRAFT)
    assert (item.facts["value"], item.facts["rule_version"]) == ("120", 3)

    again = office.get(reverse("supervision:propose", args=[red]))
    assert again.url == reverse("supervision:item", args=[item.number])  # type: ignore[attr-defined]

    number = item.number
    assert liaison.get(reverse("supervision:item", args=[number])).status_code == 404
    assert _move(office, number, "submit") == 302
    assert _move(leader, number, "approve") == 302
    assert _move(office, number, "issue") == 302
    page = liaison.get(reverse("supervision:board")).content.decode()
    assert number in page
    assert "本单位牵头" in page
    assert _move(liaison, number, "sign") == 302
    today(date(2026, 8, 27))
    evidence = SimpleUploadedFile("整改措施.txt", "措施清单".encode())
    assert _move(liaison, number, "reply", text="已制定措施", files=evidence) == 302
    assert _move(liaison, number, "finish", text="已达到序时进度") == 302
    assert _move(office, number, "send_back", text="请附佐证") == 302
    assert _move(liaison, number, "finish", text="佐证已附") == 302
    assert _move(office, number, "close") == 302
    shown = liaison.get(reverse("supervision:item", args=[number])).content.decode()
    for word in ("整改措施.txt", "请附佐证", "办结", "复核退回"):
        assert word in shown
    item.refresh_from_db()
    assert (item.state, item.sent_back) == (State.CLOSED, 1)
    page = office.get(reverse("supervision:proposals")).content.decode()
    assert page.count("督办立项") > 0
    assert f'href="{reverse("supervision:item", args=[number])}"' in page, "ended on this figure"
    assert "已办结" in page
    SupervisionItem.objects.update(facts={**item.facts, "value": "119"})
    page = office.get(reverse("supervision:proposals")).content.decode()
    assert number not in page, "a later figure asks anew"


def test_each_step_says_what_was_done_and_what_comes_next(town: Town, browser: Browser) -> None:
    item = town.issued()
    client = browser("liaison")
    address = reverse("supervision:move", args=[item.number, "sign"])
    shown = client.post(address, {"revision": item.revision}, follow=True).content.decode()
    assert "签收。下一步：" in shown


def test_a_county_is_raised_on_its_own(town: Town, red: str, browser: Browser) -> None:
    address = reverse("supervision:propose", args=[red]) + "?area=990121"
    initial = browser("office").get(address).context["form"].initial
    assert initial["lead"] == town.county.pk
    assert initial["joint"] == [town.industry.pk]
    browser("office").post(address, {**initial, "deadline": ""})
    assert SupervisionItem.objects.get().area == town.county_area


def test_facts_stay_as_they_were_when_the_light_changes(
    town: Town, red: str, browser: Browser
) -> None:
    office = browser("office")
    address = reverse("supervision:propose", args=[red])
    office.post(address, {**office.get(address).context["form"].initial, "deadline": ""})
    item = SupervisionItem.objects.get()
    facts = dict(item.facts)
    changed = {"title": "新标题", "demand": "新要求", "lead": town.industry.pk, "due_in": 5}
    answer = office.post(
        reverse("supervision:change", args=[item.number]), {**changed, "revision": 0}
    )
    assert answer.status_code == 302
    item.refresh_from_db()
    assert (item.title, item.facts) == ("新标题", facts)


@pytest.mark.parametrize(
    ("who", "move", "status"),
    [
        ("stranger", "reply", 404),
        ("helper", "finish", 403),
        ("office", "reply", 403),
        ("leader", "close", 403),
        ("auditor", "cancel", 403),
        ("liaison", "close", 403),
        ("liaison", "sign", 422),
        ("office", "edit", 404),
        ("office", "nonsense", 404),
    ],
)
def test_a_refused_move_says_so_with_the_right_number(
    town: Town, browser: Browser, who: str, move: str, status: int
) -> None:
    item = town.working()
    assert _move(browser(who), item.number, move, text="x") == status
    item.refresh_from_db()
    assert item.state == State.WORKING


def test_a_slow_click_is_told_who_was_faster_and_nothing_is_lost(
    town: Town, browser: Browser
) -> None:
    item = town.working()
    address = reverse("supervision:move", args=[item.number, "finish"])
    answer = browser("liaison").post(address, {"revision": 1, "text": "写了很久的情况"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "写了很久的情况" in page
    assert "liaison" in page


def test_a_reply_without_words_keeps_the_page_and_names_the_field(
    town: Town, browser: Browser
) -> None:
    item = town.working()
    address = reverse("supervision:move", args=[item.number, "reply"])
    answer = browser("liaison").post(address, {"text": " "})
    assert answer.status_code == 422
    assert answer.context["errors"]["text"] in answer.content.decode()


def test_a_refused_file_leaves_no_half_reply(town: Town, browser: Browser) -> None:
    item = town.working()
    bad = SimpleUploadedFile("病毒.exe", b"MZ\x00\x00")
    assert _move(browser("liaison"), item.number, "reply", text="见附件", files=bad) == 422
    assert not item.events.filter(move="reply").exists()


@pytest.mark.parametrize("who", ["office", "leader", "auditor", "liaison", "helper", "stranger"])
def test_the_pages_open_for_whom_they_are_for(
    town: Town, plan: PlanVersion, red: str, browser: Browser, who: str
) -> None:
    item = town.working()
    client = browser(who)
    for name in ("board", "points", "scores", "items_csv"):
        assert client.get(reverse(f"supervision:{name}")).status_code == 200, name
    involved = who != "stranger"
    for name in ("item", "paper"):
        status = client.get(reverse(f"supervision:{name}", args=[item.number])).status_code
        assert status == (200 if involved else 404), name
    wide = who in ("office", "leader", "auditor")
    for name in ("proposals", "meetings"):
        assert client.get(reverse(f"supervision:{name}")).status_code == (200 if wide else 403)
    for name in ("new", "new_meeting"):
        status = client.get(reverse(f"supervision:{name}")).status_code
        assert status == (200 if who == "office" else 403), name


def test_a_liaison_sees_its_own_first_with_the_next_step(town: Town, browser: Browser) -> None:
    helped = town.working()
    led = town.issued(lead=town.data.pk, joint=[], due_in=60, title="数据局牵头")
    page = browser("helper").get(reverse("supervision:board"))
    assert {line.item.number for line in page.context["board"].lines} == {
        helped.number,
        led.number,
    }
    shown = page.content.decode()
    assert "本单位协办" in shown
    assert "牵头单位签收" in shown


def test_the_board_filters_by_state_light_and_organisation(
    town: Town, browser: Browser, today: SetDay
) -> None:
    late = town.working()
    today(date(2026, 9, 10))
    fresh = town.issued(lead=town.reform.pk, joint=[])
    office = browser("office")

    def numbers(query: str) -> set[str]:
        found = office.get(reverse("supervision:board") + query).context["board"].lines
        return {line.item.number for line in found}

    assert numbers("") == {late.number, fresh.number}
    assert numbers("?light=red") == {late.number}
    assert numbers("?state=issued") == {fresh.number}
    assert numbers(f"?organisation={town.reform.pk}") == {fresh.number}
    assert numbers("?state=nonsense&light=nonsense&organisation=x") == set()


def test_the_board_costs_as_many_queries_for_many_items(town: Town, browser: Browser) -> None:
    town.working()
    office, address = browser("office"), reverse("supervision:board")
    office.get(address)
    with CaptureQueriesContext(connection) as few:
        office.get(address)
    for _more in range(3):
        town.working()
    with CaptureQueriesContext(connection) as many:
        office.get(address)
    assert len(many) == len(few)
    assert len(many) <= 20, [query["sql"][:100] for query in many]


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1"])
def test_an_export_holds_no_formula(text: str) -> None:
    assert str(harmless(text)).startswith("'")
    assert harmless("软件") == "软件"


def test_the_export_has_every_item_as_text(town: Town, browser: Browser) -> None:
    item = town.working(title='=HYPERLINK("x")')
    answer = browser("office").get(reverse("supervision:items_csv"))
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[1][0] == item.number
    assert rows[1][1].startswith("'=")


def test_the_sheet_of_paper_has_everything_of_the_item(town: Town, browser: Browser) -> None:
    item = town.working()
    page = browser("liaison").get(reverse("supervision:paper", args=[item.number]))
    shown = page.content.decode()
    for word in ("督办单", item.title, "市工信局", "市数据局", "2026-09-03"):
        assert word in shown


def test_sub_items_are_made_for_several_at_once(town: Town, browser: Browser) -> None:
    item = town.working()
    address = reverse("supervision:sub_items", args=[item.number])
    sent = {
        "title": "分解",
        "demand": "按要求落实",
        "leads": [town.county.pk, town.reform.pk],
        "due_in": 5,
    }
    assert browser("office").post(address, {**sent, "leads": []}).status_code == 422
    assert browser("office").post(address, sent).status_code == 302
    assert item.children.count() == 2
    assert browser("liaison").get(address).status_code == 403


def test_what_the_form_lacks_stands_beside_the_field(town: Town, browser: Browser) -> None:
    sent = {"title": "x", "demand": "y", "lead": town.industry.pk, "deadline": "2026-01-01"}
    answer = browser("office").post(reverse("supervision:new"), sent)
    assert answer.status_code == 422
    assert "deadline" in answer.context["form"].errors


def test_an_extension_is_asked_and_decided_on_the_page(town: Town, browser: Browser) -> None:
    item = town.working()
    sent = {"until": "2026-09-30", "text": "设备未到"}
    assert _move(browser("liaison"), item.number, "ask_extension", **sent) == 302
    page = browser("office").get(reverse("supervision:item", args=[item.number]))
    assert "2026-09-30" in page.content.decode()
    assert _move(browser("office"), item.number, "grant_extension", until="2026-09-18") == 302
    item.refresh_from_db()
    assert item.deadline == date(2026, 9, 18)


def test_a_meeting_from_agenda_to_followed_up_decision(
    town: Town, red: str, browser: Browser, today: SetDay
) -> None:
    late = town.working()
    today(date(2026, 9, 10))
    office = browser("office")
    made = office.post(
        reverse("supervision:new_meeting"), {"title": "一次", "held_on": "2026-09-10"}
    )
    assert made.status_code == 302
    meeting = Meeting.objects.get()
    assert [entry.kind for entry in meeting.agenda.all()] == ["item", "light", "light"]
    entries = list(meeting.agenda.all())
    order = {
        "revision": meeting.revision,
        f"position-{entries[0].pk}": 9,
        f"note-{entries[1].pk}": "请汇报",
        "remove": entries[2].pk,
        "added": "其他事项",
    }
    office.post(reverse("supervision:agenda", args=[meeting.pk]), order)
    agenda = list(meeting.agenda.values_list("kind", "note", "position"))
    assert agenda == [("light", "请汇报", 1), ("item", "", 2), ("other", "", 3)]

    decide = reverse("supervision:decide", args=[meeting.pk])
    decision = {"text": "限期整改", "organisation": town.industry.pk, "deadline": "2026-10-15"}
    for about in (late.number, ""):
        meeting.refresh_from_db()
        sent = {**decision, "revision": meeting.revision, "item": about}
        assert office.post(decide, sent).status_code == 302
    instruction = late.events.get(move="instruct")
    assert "限期整改" in instruction.text

    meeting.refresh_from_db()
    issue = {"revision": meeting.revision}
    assert (
        office.post(reverse("supervision:issue_minutes", args=[meeting.pk]), issue).status_code
        == 302
    )
    meeting.refresh_from_db()
    late_word = {**decision, "revision": meeting.revision}
    assert office.post(decide, late_word).status_code == 422
    minutes = browser("auditor").get(reverse("supervision:minutes", args=[meeting.pk]))
    assert "限期整改" in minutes.content.decode()

    following = prepare_meeting(MeetingFacts("二次", date(2026, 9, 20)), actor=town.office)
    assert [entry.kind for entry in following.agenda.all()][:2] == ["decision", "decision"]
    plain = Decision.objects.get(item=None)
    raised = office.post(
        reverse("supervision:new") + f"?decision={plain.pk}",
        {
            "title": "整改",
            "demand": "限期整改",
            "lead": town.industry.pk,
            "due_in": 10,
        },
    )
    assert raised.status_code == 302
    plain.refresh_from_db()
    assert plain.item is not None
    assert plain.item.origin == "meeting"
    done = {"outcome": "已整改", "back": following.pk}
    first = Decision.objects.exclude(pk=plain.pk).get()
    finish = reverse("supervision:finish_decision", args=[first.pk])
    assert office.post(finish, done).url.endswith(f"/{following.pk}/")  # type: ignore[attr-defined]
    page = office.get(reverse("supervision:meeting", args=[following.pk]))
    assert [decision.pk for decision in page.context["page"].earlier] == [plain.pk]
    assert browser("leader").post(decide, decision).status_code == 403


def test_a_decision_ends_with_the_item_it_became(town: Town, browser: Browser) -> None:
    item = town.working()
    meeting = prepare_meeting(MeetingFacts("一次", TODAY), actor=town.office)
    decision = Decision.objects.create(
        meeting=meeting, text="x", organisation=town.industry, deadline=TODAY, item=item
    )
    assert decision.is_open
    move_item(item.number, item.revision, "cancel", text="并入", actor=town.leader)
    assert not Decision.objects.get(pk=decision.pk).is_open


def test_the_api_lists_and_reads_items(town: Town, browser: Browser) -> None:
    item = town.working()
    listed = json.loads(browser("liaison").get("/api/v1/supervision/items").content)
    assert [each["number"] for each in listed] == [item.number]
    assert listed[0]["working_days_left"] == 10
    one = json.loads(browser("liaison").get(f"/api/v1/supervision/items/{item.number}").content)
    assert [event["move"] for event in one["events"]] == ["issue", "sign"]
    assert "finish" in one["moves"]
    assert browser("stranger").get(f"/api/v1/supervision/items/{item.number}").status_code == 404
    assert json.loads(browser("stranger").get("/api/v1/supervision/items").content) == []


def test_the_step_forward_is_the_main_button_and_the_step_back_is_not(
    town: Town, browser: Browser
) -> None:
    item = raise_item(town.draft(), actor=town.office)
    move_item(item.number, 0, "submit", actor=town.office)
    assert _main_button(browser("leader"), item.number) == "审核通过"
    move_item(item.number, 1, "approve", actor=town.leader)
    assert _main_button(browser("office"), item.number) == "下发"
    item = town.working()
    item = move_item(item.number, item.revision, "finish", text="已完成。", actor=town.liaison)
    assert _main_button(browser("office"), item.number) == "办结"


def _main_button(client: Client, number: str) -> str:
    page = client.get(reverse("supervision:item", args=[number])).content.decode()
    [button] = re.findall(r'<button class="button button-primary">([^<]+)</button>', page)
    return str(button).strip()


def test_the_lead_reads_why_it_cannot_report_as_done(town: Town, browser: Browser) -> None:
    item = town.working()
    address = reverse("supervision:item", args=[item.number])
    lead, said = browser("liaison"), "待计划办审批后方可报请办结"
    assert said not in lead.get(address).content.decode()
    assert item.deadline is not None
    until = item.deadline + timedelta(days=20)
    ask_extension(item.number, item.revision, until, "等待批复", actor=town.liaison)
    page = lead.get(address).content.decode()
    assert said in page
    assert reverse("supervision:move", args=[item.number, "finish"]) not in page
    assert said not in browser("office").get(address).content.decode()


def test_a_simulated_item_says_that_nobody_was_reminded(
    town: Town, browser: Browser, today: SetDay
) -> None:
    item = town.working()
    assert item.deadline is not None
    today(item.deadline + timedelta(days=30))
    assert escalate_item(item.pk, item.deadline + timedelta(days=30), actor=system_actor("job"))
    address, said = (
        reverse("supervision:item", args=[item.number]),
        "模拟事项，未向任何人发送提醒。",
    )
    page = browser("leader").get(address).content.decode()
    assert said not in page
    assert re.search(r"<strong>升级提醒：[^<]+</strong>", page), "a full-width colon"
    SupervisionItem.objects.filter(pk=item.pk).update(simulated=True)
    page = browser("leader").get(address).content.decode()
    assert page.count(said) == len(re.findall(r"<strong>(?:升级提醒|按规则提醒)：", page)) > 0


def test_after_the_last_step_no_next_step_is_named(town: Town, browser: Browser) -> None:
    item = town.working()
    item = move_item(item.number, item.revision, "finish", text="已完成。", actor=town.liaison)
    address = reverse("supervision:move", args=[item.number, "close"])
    page = browser("office").post(address, {"revision": item.revision}, follow=True)
    messages = [str(each) for each in page.context["messages"]]
    assert messages == ["已办结。"]

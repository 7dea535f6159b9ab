"""Firms to be won on screen: listed, moved, late ones first, each organisation its own."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shucheng.bays.statistics.actions.prospects import list_prospect, move_prospect
from shucheng.bays.statistics.models import Prospect
from shucheng.bays.statistics.queries.prospects import prospects_page
from shucheng.bays.statistics.tests.city import OFFICE, WEST
from shucheng.bays.statistics.tests.test_web_firms import Browser, browser
from shucheng.kernel.public import Area, Organisation

__all__ = ["browser"]

pytestmark = pytest.mark.django_db
LIST = reverse("statistics:prospects")


def organisation(code: str) -> int:
    return Organisation.objects.get(code=code).pk


def listed(name: str, owner: str, days: int | None = None, industry: str = "robots") -> Prospect:
    """Ten days ago."""
    today = timezone.localdate()
    due = None if days is None else today + timedelta(days=days)
    return list_prospect(
        *(name, industry), owner=organisation(owner), due=due, next_action="走访",
        on=today - timedelta(days=10), actor=OFFICE,
    )  # fmt: skip


def one_industry() -> str:
    return next(iter(prospects_page({}, actor=OFFICE).industries))


def text(client: Client, address: str) -> str:
    answer = client.get(f"{address}{'&' if '?' in address else '?'}lang=en")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_next_to_act_stand_first_and_late_ones_are_counted(browser: Browser) -> None:
    industry = one_industry()
    listed("丙公司", "data", None, industry)
    listed("乙公司", "data", 5, industry)
    late = listed("甲公司", "east", -3, industry)
    done = listed("丁公司", "data", -9, industry)
    move_prospect(done.pk, 0, stage="running", text="投产", due=done.due, actor=OFFICE)
    page = prospects_page({}, actor=OFFICE)
    names = [line.prospect.name for line in page.lines]
    assert names == ["甲公司", "乙公司", "丙公司", "丁公司"]
    assert [line.is_late for line in page.lines] == [True, False, False, False]
    assert page.late == 1
    only = prospects_page({"stage": "running"}, actor=OFFICE)
    assert [line.prospect.name for line in only.lines] == ["丁公司"]
    board = {each.code: [line.prospect.name for line in each.lines] for each in page.columns}
    assert {code: names for code, names in board.items() if names} == {
        "listed": ["甲公司", "乙公司", "丙公司"],
        "running": ["丁公司"],
    }
    assert [each.numbers for each in page.by_industry] == [(3, 0, 0, 0, 0, 1)]
    assert (page.pursued, page.amount) == (3, Decimal(0))
    # Those past their day alone, and how many days: the count stands whatever is asked for.
    past = prospects_page({"late": "1"}, actor=OFFICE)
    assert [(line.prospect.name, line.days_late) for line in past.lines] == [("甲公司", 3)]
    assert past.late == 1
    assert {each.code: each.late for each in page.columns if each.late} == {"listed": 1}
    shown = text(browser("office"), LIST)
    assert "1 late" in shown
    assert "3 days late" in shown
    owner = {"owner": str(late.owner_id)}
    assert [line.prospect.name for line in prospects_page(owner, actor=OFFICE).lines] == ["甲公司"]


def test_a_liaison_sees_and_moves_those_of_the_own_organisation_alone(browser: Browser) -> None:
    industry = one_industry()
    mine = listed("甲公司", "east", 1, industry)
    other = listed("乙公司", "data", 1, industry)
    county = browser("county")
    page = text(county, LIST)
    assert "甲公司" in page
    assert "乙公司" not in page
    step = {"stage": "contacted", "text": "去了", "revision": "0", "due": "2099-01-01"}
    assert county.get(reverse("statistics:prospect", args=[other.pk])).status_code == 404
    assert county.post(reverse("statistics:prospect", args=[other.pk]), step).status_code == 403
    assert county.post(reverse("statistics:prospect", args=[mine.pk]), step).status_code == 302
    entry = {"name": "戊", "industry": industry, "owner": str(organisation("data"))}
    assert county.post(LIST, entry).status_code == 403
    assert browser("leader").get(LIST).status_code == 403
    assert Prospect.objects.count() == 2


def test_a_firm_is_listed_and_what_is_wrong_is_marked(browser: Browser) -> None:
    office = browser("office")
    assert office.get(LIST).context["page"].lines == ()
    entry = {"name": "甲公司", "industry": one_industry(), "owner": str(organisation("data"))}
    for field, value in (
        ("due", "明天"),
        ("due", "2020-01-01"),
        ("amount", "NaN"),
        ("name", " "),
        ("industry", "x"),
    ):
        answer = office.post(LIST, entry | {field: value})
        assert answer.status_code in (400, 422)
        assert field in answer.context["errors"]
    assert not Prospect.objects.exists()
    answer = office.post(LIST, entry | {"due": "2097-01-31", "amount": "12000"})
    made = Prospect.objects.get()
    assert answer.url == reverse("statistics:prospect", args=[made.pk])  # type: ignore[attr-defined]
    assert made.due
    assert made.due.isoformat() == "2097-01-31"
    assert made.amount == 12000


def test_a_step_is_history_and_an_old_page_does_not_overwrite_it(browser: Browser) -> None:
    one = listed("甲公司", "data", 1, one_industry())
    address = reverse("statistics:prospect", args=[one.pk])
    office = browser("office")
    day = timezone.localdate()
    step = {"stage": "contacted", "text": "电话联系", "next_action": "来访", "due": str(day)}
    assert office.post(address, step | {"revision": "0"}).status_code == 302
    page = text(office, address)
    assert "电话联系" in page
    assert "来访" in page
    stale = office.post(address, step | {"revision": "0", "text": "又写一遍"})
    assert stale.status_code == 409
    assert "又写一遍" in stale.content.decode()
    assert office.post(address, step | {"revision": "1", "text": ""}).status_code in (400, 422)
    one.refresh_from_db()
    assert (one.stage, one.revision, one.due) == ("contacted", 1, day)


def test_a_step_asks_for_a_day_that_is_not_past_until_the_firm_is_here(browser: Browser) -> None:
    one = listed("甲公司", "data", -3, one_industry())
    address = reverse("statistics:prospect", args=[one.pk])
    office = browser("office")
    form = text(office, address)
    assert f"{one.due} is past: write a new day." in form
    assert f'value="{one.due}"' not in form
    step = {"stage": "contacted", "text": "电话联系", "next_action": "来访", "revision": "0"}
    for day in ("", str(one.due)):
        refused = office.post(address, step | {"due": day})
        assert refused.status_code == 422
        assert set(refused.context["errors"]) == {"due"}
        assert "statistics.prospect" not in refused.content.decode(), "no code beside a field"
    one.refresh_from_db()
    assert one.stage == "listed"
    for at, stage in enumerate(("running", "given_up")):
        done = step | {"stage": stage, "revision": str(at), "due": ""}
        assert office.post(address, done).status_code == 302
        one.refresh_from_db()
        assert (one.stage, one.due, one.next_action) == (stage, None, "")


@pytest.mark.parametrize("query", ["?stage=x&industry=x&owner=x", "?owner=99999999999999999999"])
def test_odd_questions_are_no_errors(browser: Browser, query: str) -> None:
    text(browser("office"), f"{LIST}{query}")


def test_who_is_responsible_is_chosen_among_organisations_in_order(browser: Browser) -> None:
    kinds = Organisation.Kind
    for code, name, kind in (
        ("zj", "镇江厂", kinds.COMPANY),
        ("ah", "安徽厂", kinds.COMPANY),
        ("gx", "工信局", kinds.DEPARTMENT),
        ("fg", "发改委", kinds.DEPARTMENT),
    ):
        Organisation.objects.create(code=code, name=name, kind=kind)
    owners = prospects_page({}, actor=OFFICE).owners
    order = [owner.name for owner in owners if owner.code in ("zj", "ah", "gx", "fg")]
    assert order == ["发改委", "工信局", "安徽厂", "镇江厂"]
    office = browser("office")
    page = office.get(LIST).content.decode()
    form = page.split('<select id="owner"')[1].split("</select>")[0]
    assert form.index('<option value="">—</option>') < form.index("<optgroup")
    entry = {"name": "戊", "industry": one_industry(), "owner": ""}
    refused = office.post(LIST, entry)
    assert refused.status_code == 422
    assert "请选择责任单位" in refused.content.decode()
    assert office.post(LIST, {**entry, "owner": "99999"}).status_code == 422
    assert not Prospect.objects.exists()


def test_a_wrong_number_is_called_wrong_and_a_place_is_named_once(browser: Browser) -> None:
    office = browser("office")
    entry = {"name": "戊", "industry": one_industry(), "owner": str(organisation("data"))}
    shown = office.post(LIST, {**entry, "amount": "x"}).content.decode()
    assert "填写内容有误" in shown
    assert "不完整" not in shown
    made = listed("己", "data", 5)
    area = Area.objects.get(code=WEST)
    Organisation.objects.filter(code="data").update(name=area.name)
    Prospect.objects.filter(pk=made.pk).update(area=WEST)
    page = office.get(reverse("statistics:prospect", args=[made.pk])).content.decode()
    assert f"{area.name} · {area.name}" not in page
    assert f"· {area.name}" in page

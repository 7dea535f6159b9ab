"""The pages of monitoring: what they say, cost, keep and refuse."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shucheng.kernel.public import Actor, Role, system_actor
from shucheng.plan.actions.judging import decompose_over_areas
from shucheng.plan.city.pack import read_pack
from shucheng.plan.models import (
    Decomposition,
    DifferenceNote,
    Indicator,
    LightRuleVersion,
    PathSetting,
    PlanVersion,
)
from shucheng.plan.queries.judge import judge_plan
from shucheng.plan.simulation import simulate, simulate_county_targets
from shucheng.plan.tests.conftest import CITIES
from shucheng.plan.tests.test_judged import CITY, DAFENG, DONGTAI, city, months, report
from shucheng.plan.tests.test_web import client_of

__all__ = ["city"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def office_browser(settings: Any, august: None) -> Client:
    settings.REQUIRE_SECOND_FACTOR = False
    return client_of(Role.PLAN_OFFICE)


@pytest.fixture
def leader(settings: Any, august: None) -> Client:
    settings.REQUIRE_SECOND_FACTOR = False
    return client_of(Role.LEADER)


@pytest.fixture
def revenue(city: PlanVersion) -> Indicator:
    return city.indicators.get(no=1)


def page(browser: Client, address: str, status: int = 200) -> str:
    answer = browser.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def test_monitoring_shows_every_light_with_its_words_and_takes_few_queries(
    city: PlanVersion, leader: Client, office: Actor
) -> None:
    simulate(read_pack(CITIES / "yancheng"), date(2026, 8, 1), actor=system_actor("cli"))
    simulate_county_targets(actor=office)
    with CaptureQueriesContext(connection) as queries:
        shown = page(leader, "/monitoring/")
    assert len(queries) <= 40
    assert shown.count("/explain/light/") > 100
    for judged in judge_plan(city, date(2026, 8, 20)).city:
        assert f"/indicators/{judged.indicator.code}/" in shown
    assert "东台市" in shown
    for words in ("status-good", "status-late", "visually-hidden"):
        assert words in shown


def test_a_light_a_lead_and_an_area_choose_what_is_shown_and_taken_along(
    city: PlanVersion, leader: Client
) -> None:
    report("core_revenue", months(2026, 100, last=7))
    shown = page(leader, "/monitoring/?light=red")
    assert "数字经济核心产业营业收入" in shown
    assert "高新技术企业数量" not in shown
    assert "高新技术企业数量" in page(leader, "/monitoring/?light=nonsense")
    lead = page(leader, "/monitoring/data.csv?lead=市农业农村局")
    assert "智慧农场" in lead
    assert "核心产业" not in lead
    assert lead.startswith("\ufeff")
    report("core_revenue", months(2026, 10, last=7), DONGTAI)
    assert "东台市" in page(leader, f"/monitoring/data.csv?area={DONGTAI}")


def test_an_indicators_page_says_light_path_pace_counties_and_what_drove_it(
    city: PlanVersion, leader: Client, office: Actor, revenue: Indicator
) -> None:
    for area, before, now in ((CITY, 150, 200), (DONGTAI, 90, 110), (DAFENG, 50, 80)):
        report("core_revenue", months(2025, before) | months(2026, now, last=7), area)
    decompose_over_areas(revenue.code, 2026, "按上年实绩", actor=office)
    shown = page(leader, f"/indicators/{revenue.code}/")
    for words in ("status-watch", "92.31%", "53.85%", "1,516.67", "240 亿元", "1.2", "东台市"):
        assert words in shown, words
    assert "+210" in shown, "Dafeng's contribution: 30 a month"
    assert "+70" in shown, "what no county reports is not assigned"
    previous = page(leader, f"/indicators/{revenue.code}/?against=previous")
    assert "2026-06 → 2026-07" in previous
    csv = page(leader, f"/indicators/{revenue.code}/data.csv")
    assert "1516.666667" in csv


def test_a_light_explains_itself_down_to_the_rule_and_the_sentence(
    city: PlanVersion, leader: Client, revenue: Indicator
) -> None:
    report("core_revenue", months(2026, 200, last=7))
    shown = page(leader, f"/explain/light/{revenue.code}/")
    assert re.search(r'class="value status status-(good|watch|bad|late|none)"', shown)
    for words in ("92.31%", "/monitoring/rule/", "<mark", "2026-07"):
        assert words in shown, words
    assert page(leader, f"/explain/light/{revenue.code}/?area=nowhere", 404)
    report("core_revenue", {"2026-07": 9}, DONGTAI)
    assert "东台市" in page(leader, f"/explain/light/{revenue.code}/?area={DONGTAI}")


def test_as_known_on_a_day_is_said_and_kept_by_links(
    city: PlanVersion, leader: Client, revenue: Indicator
) -> None:
    report("core_revenue", months(2026, 200, last=7))
    for address in (
        f"/indicators/{revenue.code}/",
        "/monitoring/",
        f"/areas/{DONGTAI}/",
        "/areas/",
    ):
        now = page(leader, address)
        then = page(leader, f"{address}?as_of=2020-01-01")
        assert "2020-01-01" in then, address
        assert 'role="status"' in then
        assert then.count("1,400") < now.count("1,400") or "1,400" not in now, address
        assert page(leader, f"{address}?as_of=soon", 422)
    assert "as_of=2020-01-01" in page(leader, "/monitoring/?as_of=2020-01-01")
    known = f"/explain/value/{revenue.code}/2026-07/"
    assert page(leader, f"{known}?as_of=2020-01-01", 404)
    today = timezone.localtime().date()
    assert "1,400" in page(leader, f"{known}?as_of={today:%Y-%m-%d}")


def test_the_rule_is_told_in_words_and_only_the_office_changes_it(
    city: PlanVersion, leader: Client, office_browser: Client
) -> None:
    assert "90%" in page(leader, "/monitoring/rule/")
    typed = {
        "green": "95",
        "yellow": "85",
        "late_after_days": "2",
        "due_working_days": "15",
        "since": "2026-08-01",
        "reason": "市政府专题会议",
    }
    assert leader.post("/monitoring/rule/", typed).status_code == 403
    refused = office_browser.post("/monitoring/rule/", typed | {"yellow": "99", "reason": ""})
    assert refused.status_code == 422
    assert 'value="99"' in refused.content.decode(), "what was typed is not lost"
    assert not LightRuleVersion.objects.exists()
    assert office_browser.post("/monitoring/rule/", typed).status_code == 302
    assert "市政府专题会议" in page(leader, "/monitoring/rule/")


def test_the_office_splits_a_target_and_sees_the_sum_before(
    city: PlanVersion, office_browser: Client, leader: Client, revenue: Indicator
) -> None:
    for area, value in ((DONGTAI, 30), (DAFENG, 10)):
        report("core_revenue", months(2025, value), area)
    address = f"/monitoring/indicators/{revenue.code}/"
    assert page(leader, address, 403)
    assert "1,950" in page(office_browser, f"{address}?year=2026")
    asked = f"{address}split/?year=2026&what=areas&basis=last_year&fixed:{DONGTAI}="
    assert "1,600" in page(office_browser, f"{asked}1000")
    assert "status-bad" in page(office_browser, f"{asked}3000")
    typed = {"what": "areas", "year": "2026", f"fixed:{DONGTAI}": "1,000", "reason": "协商"}
    refused = office_browser.post(address, typed | {"reason": ""})
    assert refused.status_code == 422
    assert 'value="1000"' in refused.content.decode(), "what was typed is not lost"
    assert not Decomposition.objects.exists()
    assert office_browser.post(address, typed).status_code == 302
    stored = Decomposition.objects.get()
    parts = {part.area: part.value for part in stored.parts.all()}
    assert parts == {DONGTAI: Decimal(1000), DAFENG: Decimal(1600)}
    assert "协商" in page(office_browser, f"{address}?year=2026")


def test_the_office_sets_quarters_paths_and_explanations(
    city: PlanVersion, office_browser: Client, revenue: Indicator
) -> None:
    address = f"/monitoring/indicators/{revenue.code}/"
    report("core_revenue", months(2026, 200, last=7))

    def post(**typed: str) -> int:
        return office_browser.post(address, {"year": "2026", **typed}).status_code

    quarters = {f"weight:2026-Q{n}": str(n) for n in (1, 2, 3, 4)}
    assert post(what="quarters", reason="年底集中", **quarters) == 302
    assert PathSetting.objects.get().knots.count() == 4
    assert post(what="path", method="by_hand", reason="改", **{"knot:2026-12": "1"}) == 422
    assert post(what="path", method="linear", reason="改回") == 302
    assert PathSetting.objects.last().method == "linear"
    assert post(what="difference", name="市本级", reason="", since="2026-01") == 422
    assert post(what="difference", name="市本级", reason="市直", since="2026-01") == 302
    note = DifferenceNote.objects.get()
    assert "市直" in page(office_browser, address)
    assert post(what="withdraw", note=str(note.pk), reason="并入") == 302
    assert "市直" not in page(office_browser, address)
    assert post(what="anything") == 404


def test_what_is_no_number_is_a_field_to_correct_and_nothing_is_kept(
    city: PlanVersion, office_browser: Client, revenue: Indicator
) -> None:
    address = f"/monitoring/indicators/{revenue.code}/"
    for area, value in ((CITY, 40), (DONGTAI, 30), (DAFENG, 10)):
        report("core_revenue", months(2025, value), area)
    report("core_revenue", months(2026, 40, last=7))

    def refused(**typed: str) -> str:
        answer = office_browser.post(address, {"year": "2026", "reason": "协商", **typed})
        assert answer.status_code == 422, typed
        return answer.content.decode()

    wrong = {"what": "difference", "name": "市本级", "since": "2026-01", "amount": "12o"}
    for typed in (
        wrong,
        {"what": "areas", f"fixed:{DONGTAI}": "12o0"},
        {"what": "areas", "basis": "given", f"weight:{DONGTAI}": "3o", f"weight:{DAFENG}": "1"},
        {"what": "quarters", "weight:2026-Q1": "1", "weight:2026-Q2": "2o"},
        {"what": "path", "method": "by_hand", "knot:2026-06": "13o0"},
    ):
        shown = refused(**typed)
        text = next(text for text in typed.values() if "o" in text and text[0].isdigit())
        assert f'value="{text}"' in shown, "what was typed is not lost"
        assert "这不是数字" in shown
    for rows in (DifferenceNote, Decomposition, PathSetting):
        assert not rows.objects.exists()
    asked = f"{address}split/?year=2026&what=areas&basis=last_year&fixed:{DONGTAI}=12o0"
    previewed = page(office_browser, asked)
    assert 'value="12o0"' in previewed
    assert "这不是数字" in previewed


def test_an_unreadable_day_or_number_of_the_rule_is_no_other_one(
    city: PlanVersion, office_browser: Client
) -> None:
    typed = {
        "green": "95",
        "yellow": "85",
        "late_after_days": "2",
        "due_working_days": "15",
        "since": "2026-08-01",
        "reason": "市政府专题会议",
    }
    for name, text in (
        ("since", "8月1日"),
        ("since", "2026-02-30"),
        ("green", "9五"),
        ("late_after_days", "两天"),
        ("due_working_days", "1.5"),
    ):
        answer = office_browser.post("/monitoring/rule/", typed | {name: text})
        assert answer.status_code == 422
        shown = answer.content.decode()
        assert f'value="{text}"' in shown
        assert f'id="e-{name}"' in shown
        assert not LightRuleVersion.objects.exists()


def test_a_red_county_offers_an_item_of_supervision_to_whom_may_raise_one(
    revenue: Indicator, office_browser: Client, leader: Client, office: Actor
) -> None:
    simulate(read_pack(CITIES / "yancheng"), date(2026, 8, 1), actor=system_actor("cli"))
    simulate_county_targets(actor=office)
    judged = judge_plan(revenue.version, timezone.localdate())
    reds = [found for found in judged.judged if found.light == "red" and found.area != CITY]
    red = reds[0]
    address = f"/indicators/{red.indicator.code}/"
    offered = f"/supervision/propose/{red.indicator.code}/?area={red.area}"
    assert offered in page(office_browser, address)
    assert offered not in page(leader, address)


def test_parts_that_were_made_for_another_target_are_marked_where_they_are_set(
    city: PlanVersion, revenue: Indicator, office_browser: Client, office: Actor
) -> None:
    report("core_revenue", months(2026, 100, last=7), DONGTAI)
    decompose_over_areas(revenue.code, 2026, "分解", confirmed=True, actor=office)
    address, mark = f"/monitoring/indicators/{revenue.code}/?year=2026", "按全市原目标分解"
    assert mark not in page(office_browser, address)
    revenue.path.filter(year=2026).update(value=2800)
    assert mark in page(office_browser, address)
    decompose_over_areas(revenue.code, 2026, "重新分解", confirmed=True, actor=office)
    assert mark not in page(office_browser, address)

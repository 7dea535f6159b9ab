"""A briefing speaks of its own period and moment, whatever is known or happens later."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.records import an_actor, signed_in

from shucheng.kernel.public import Actor, Invalid, Organisation, Role
from shucheng.plan.briefings.actions.issuing import ask_to_issue, keep_issue
from shucheng.plan.briefings.engine import sentences
from shucheng.plan.briefings.engine.compose import Edition
from shucheng.plan.briefings.engine.facts import IndicatorFacts, from_json
from shucheng.plan.briefings.models import Briefing, Issue
from shucheng.plan.briefings.queries.briefings import briefing_page
from shucheng.plan.briefings.tests.conftest import done, issued, made, report
from shucheng.plan.models import FormulaVersion, PlanVersion
from shucheng.plan.supervision.actions.items import Draft, raise_item
from shucheng.plan.supervision.actions.moves import issue_item, move_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(db: None) -> Actor:
    return an_actor(Role.PLAN_OFFICE)


def measured_by(version: PlanVersion, formula: str) -> None:
    """The first indicator has another formula from now on."""
    binding = version.indicators.get(no=1).binding
    assert binding is not None
    binding.formula = formula
    binding.save(update_fields=["formula"])
    FormulaVersion.objects.create(binding=binding, number=2, formula=formula, unit=binding.unit)


def told(briefing: Briefing, no: int = 1) -> IndicatorFacts:
    return next(each for each in from_json(briefing.facts).indicators if each.no == no)


def test_a_briefing_of_an_earlier_month_ends_with_that_month(
    city: PlanVersion, office: Actor
) -> None:
    of_june = told(made(office, period="2025-06"))
    assert of_june.period == "2025-06"
    known = [point.period for point in of_june.series if point.value is not None]
    assert known == [f"2025-{month:02}" for month in range(1, 7)]
    assert of_june.chance is not None
    assert of_june.chance.points == 18  # 2024 and half of 2025; October is known as well
    report("core_revenue", {"2025-11": 900, "2025-12": 900})
    again = told(made(office, period="2025-06"))
    assert again.chance == of_june.chance
    assert again.series == of_june.series


def test_a_total_since_the_plan_began_is_not_held_against_a_year_before(
    city: PlanVersion, office: Actor
) -> None:
    measured_by(city, "cumulative(core_revenue)")
    found = told(made(office))
    assert found.value is not None
    assert found.year_on_year is None
    assert sentences.compared(found) == ()


def test_a_pace_that_goes_the_other_way_has_no_ratio(city: PlanVersion, office: Actor) -> None:
    measured_by(city, "last(core_revenue)")
    report("core_revenue", {"2025-11": 1})
    found = told(made(office, period="2025-11"))
    assert found.pace is not None
    assert found.pace.made is not None
    assert found.pace.made < 0 < found.pace.needed
    assert found.pace.ratio is None
    assert "倍" not in "".join(run.text for run in sentences.needed(found))


def item_of_october() -> str:
    """Issued in October 2025 with a deadline in the month; closed in December."""
    lead = Organisation.objects.get(name="市数据局")
    actors = {
        role: Actor(None, str(role), frozenset({role}), lead.pk, frozenset({lead.pk}), "cli")
        for role in (Role.PLAN_OFFICE, Role.LEADER, Role.LIAISON)
    }
    office, leader, liaison = actors.values()
    day = date(2025, 10, 9)
    draft = Draft("软件产业", "说明原因。", lead.pk, deadline=date(2025, 10, 20))
    item = raise_item(draft, on=day, actor=office)
    for name, actor in (("submit", office), ("approve", leader)):
        item = move_item(item.number, item.revision, name, on=day, actor=actor)
    item = issue_item(item.number, item.revision, on=day, actor=office)
    for name, actor, on in (
        ("sign", liaison, day),
        ("finish", liaison, date(2025, 12, 1)),
        ("close", office, date(2025, 12, 2)),
    ):
        item = move_item(item.number, item.revision, name, text="完成", on=on, actor=actor)
    return item.number


def test_supervision_is_told_as_it_stood_on_the_day(city: PlanVersion, office: Actor) -> None:
    number = item_of_october()
    day = datetime(2025, 11, 5, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
    then = from_json(made(office, as_of=day).facts).supervision
    assert then is not None
    assert (then.open, then.overdue, then.raised, then.closed) == (1, 1, 1, 0)
    assert [item.number for item in then.most_overdue] == [number]
    later = from_json(made(office, as_of=day + timedelta(days=30)).facts).supervision
    assert later is not None
    assert (later.open, later.overdue, later.closed) == (0, 0, 1)


def test_who_issues_is_told_that_all_read_the_names_of_items(
    city: PlanVersion, office: Actor, settings: Any
) -> None:
    said = "其他单位的逾期督办事项"
    browser = signed_in(Role.PLAN_OFFICE)
    plain = made(office)
    assert said not in browser.get(f"/briefings/{plain.pk}/").content.decode()
    item_of_october()
    day = datetime(2025, 11, 5, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
    naming = made(office, as_of=day)
    assert briefing_page(naming.pk, actor=office).names_items
    assert said in browser.get(f"/briefings/{naming.pk}/").content.decode()


def test_of_two_replacements_at_once_the_later_is_refused_in_words(
    city: PlanVersion, office: Actor
) -> None:
    first = issued(made(office), office)
    drafts = [made(office, replaces=first.pk, reason=why) for why in "甲乙"]
    asked = [ask_to_issue(draft.pk, draft.revision, actor=office) for draft in drafts]
    ended = [done(briefing) for briefing in asked]
    assert [briefing.state for briefing in ended] == ["issued", "draft"]
    assert Issue.objects.filter(briefing__replaces=first).count() == 1
    facts, edition = from_json(ended[1].facts), Edition(issuer="市数据局")
    with pytest.raises(Invalid, match=r"briefings\.replaced"):
        keep_issue(ended[1].pk, facts, edition, {}, {}, actor=office)


def test_what_was_pasted_into_a_briefing_is_kept_without_control_characters(
    city: PlanVersion, office: Actor
) -> None:
    first = issued(made(office), office)
    second = made(office, replaces=first.pk, reason="数据\x0b更正\x08")
    assert second.reason == "数据更正"

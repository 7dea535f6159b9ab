"""What a briefing says of the period before is what every page says of it."""

from dataclasses import replace

import pytest
from tests.records import an_actor

from shucheng.kernel.public import Actor, Role
from shucheng.plan.briefings.engine.compose import compose
from shucheng.plan.briefings.engine.content import Paragraph, Table
from shucheng.plan.briefings.engine.facts import BriefingFacts, IndicatorFacts, from_json
from shucheng.plan.briefings.engine.sample import EDITION
from shucheng.plan.briefings.models import Briefing
from shucheng.plan.briefings.queries.briefings import asked_of
from shucheng.plan.briefings.queries.gathering import Asked
from shucheng.plan.briefings.queries.reproducing import reproduce
from shucheng.plan.briefings.tests.conftest import issued, made, report
from shucheng.plan.models import PlanVersion
from shucheng.plan.queries.judge import judge_now_and_before

pytestmark = pytest.mark.django_db

_EACH = "各指标上一报告期"


@pytest.fixture
def office(db: None) -> Actor:
    return an_actor(Role.PLAN_OFFICE)


@pytest.fixture
def farms(city: PlanVersion) -> str:
    """An indicator by quarters that went well in the second and stands still in the third."""
    report("smart_farms", {"2025-Q1": 1, "2025-Q2": 99, "2025-Q3": 0})
    return city.indicators.get(binding__code="smart-farms").code


def told(facts: BriefingFacts, code: str) -> IndicatorFacts:
    return next(each for each in facts.indicators if each.code == code)


def text_of(facts: BriefingFacts) -> str:
    blocks = compose(facts, EDITION).blocks
    return "".join(block.text for block in blocks if isinstance(block, Paragraph))


def test_an_indicator_by_quarters_is_held_against_its_own_quarter_before(
    city: PlanVersion, office: Actor, farms: str
) -> None:
    briefing = made(office)
    facts = from_json(briefing.facts)
    found = told(facts, farms)
    assert (found.period, found.before_period) == ("2025-Q3", "2025-Q2")
    monthly = next(each for each in facts.indicators if each.no == 1)
    assert (monthly.period, monthly.before_period) == ("2025-10", "2025-09")
    _now, before = judge_now_and_before(city, facts.judged_on, as_of=briefing.as_of)
    pages = {each.indicator.code: (each.period, each.light) for each in before.city}
    assert pages == {
        each.code: (each.before_period, each.before_light) for each in facts.indicators
    }
    assert facts.counts_before.total == len(pages)


def test_a_quarter_that_is_late_turned_its_light(
    city: PlanVersion, office: Actor, farms: str
) -> None:
    facts = from_json(made(office).facts)
    late = replace(
        told(facts, farms), light="blue", value=None, before_light="green", before_period="2025-Q2"
    )
    facts = replace(
        facts, indicators=tuple(late if each.code == farms else each for each in facts.indicators)
    )
    text = text_of(facts)
    assert "由绿灯（2025年二季度）转为数据迟报。" in text
    assert "没有指标的灯态发生变化" not in text


def test_the_document_names_no_period_that_is_not_each_one_s_own(
    city: PlanVersion, office: Actor, farms: str
) -> None:
    facts = from_json(made(office).facts)
    assert facts.before_period == ""
    assert f"与{_EACH}相比" in text_of(facts)
    table = next(block for block in compose(facts, EDITION).blocks if isinstance(block, Table))
    assert [row[0].text for row in table.rows] == ["2025年10月", _EACH]


def test_what_was_issued_when_all_were_held_against_one_month_is_reproduced(
    city: PlanVersion, office: Actor, farms: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def as_it_was(briefing: Briefing) -> Asked:
        return replace(asked_of(briefing), against="2025-09")

    with monkeypatch.context() as patch:
        patch.setattr("shucheng.plan.briefings.jobs.asked_of", as_it_was)
        briefing = issued(made(office), office)
    facts = from_json(briefing.facts)
    assert told(facts, farms).before_period == told(facts, farms).period
    assert "与2025年9月相比" in text_of(facts)
    found = reproduce(briefing.pk, actor=office)
    assert found is not None
    assert found.differences == ()
    assert found.same

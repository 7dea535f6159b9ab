"""What a light proposes."""

import pytest

from shucheng.kernel.public import Actor
from shucheng.plan.queries.judge import judge_plan
from shucheng.plan.queries.judged import JudgedPlan
from shucheng.plan.queries.versions import current_version
from shucheng.plan.supervision.queries import proposals
from shucheng.plan.tests.conftest import office
from shucheng.plan.tests.test_judged import CITY, TODAY, city, months, report, revenue

__all__ = ["city", "office"]
pytestmark = pytest.mark.django_db


def test_a_proposal_of_one_indicator_judges_that_one_alone(
    city: None, office: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    report("core_revenue", months(2026, 100, last=7))
    judged: list[JudgedPlan] = []

    def counting(*given: object, **how: object) -> JudgedPlan:
        judged.append(judge_plan(*given, **how))
        return judged[-1]

    monkeypatch.setattr(proposals, "judge_plan", counting)
    version = current_version()
    assert version
    found = proposals.proposal_for(revenue(version).code, actor=office, today=TODAY)
    assert (found.light, found.area_code) == ("red", CITY)
    assert {each.indicator.no for plan in judged for each in plan.judged} == {1}

"""A period is told of once: a second briefing of it corrects the first, and says so."""

import pytest
from tests.records import an_actor, signed_in

from shucheng.kernel.public import Actor, Invalid, Role
from shucheng.plan.briefings.actions.issuing import ask_to_issue, keep_issue
from shucheng.plan.briefings.actions.making import Order, begin_briefing
from shucheng.plan.briefings.engine import sentences
from shucheng.plan.briefings.engine.compose import Edition
from shucheng.plan.briefings.engine.facts import from_json
from shucheng.plan.briefings.models import Briefing, Issue
from shucheng.plan.briefings.tests.conftest import DAFENG, PERIOD, SCOPE, done, issued, made
from shucheng.plan.models import PlanVersion

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(db: None) -> Actor:
    return an_actor(Role.PLAN_OFFICE)


def test_a_second_one_of_a_period_is_refused_before_it_is_drafted(
    city: PlanVersion, office: Actor
) -> None:
    first = issued(made(office), office)
    with pytest.raises(Invalid, match=r"briefings\.issued_already") as refused:
        begin_briefing(Order(scope=SCOPE, period=PERIOD), actor=office)
    assert Issue.objects.get().number in refused.value.message
    assert "period" in refused.value.fields
    assert Briefing.objects.count() == 1
    # Another scope or another period is another briefing; a correction is asked for.
    assert made(office, f"area:{DAFENG}").state == "draft"
    assert made(office, period="2025-09").state == "draft"
    second = issued(made(office, replaces=first.pk, reason="复核"), office)
    with pytest.raises(Invalid, match=r"briefings\.issued_already"):
        begin_briefing(Order(scope=SCOPE, period=PERIOD), actor=office)
    assert second.state == "issued"


def test_the_form_says_so_and_leads_to_the_issued_one(city: PlanVersion, office: Actor) -> None:
    first = issued(made(office), office)
    sent = signed_in(Role.PLAN_OFFICE).post(
        "/briefings/new/", {"scope": SCOPE, "period": PERIOD, "as_of": ""}
    )
    page = sent.content.decode()
    assert sent.status_code == 422
    assert f"本期已印发{Issue.objects.get().number}" in page
    assert "如有差错，请更正该期简报" in page
    assert f'href="/briefings/{first.pk}/">打开' in page
    assert Briefing.objects.count() == 1


def test_of_two_drafts_of_a_period_the_later_is_not_issued(
    city: PlanVersion, office: Actor
) -> None:
    drafts = [made(office), made(office)]
    asked = [ask_to_issue(draft.pk, draft.revision, actor=office) for draft in drafts]
    ended = [done(briefing) for briefing in asked]
    assert [briefing.state for briefing in ended] == ["issued", "draft"]
    with pytest.raises(Invalid, match=r"briefings\.issued_already"):
        keep_issue(
            ended[1].pk, from_json(ended[1].facts), Edition(issuer="市"), {}, {}, actor=office
        )
    with pytest.raises(Invalid, match=r"briefings\.issued_already"):
        ask_to_issue(ended[1].pk, ended[1].revision, actor=office)
    assert Issue.objects.count() == 1


def test_what_is_said_of_earlier_briefings_is_true_of_a_correction_and_of_an_earlier_period(
    city: PlanVersion, office: Actor
) -> None:
    first = issued(made(office), office)
    for later in (
        made(office, replaces=first.pk, reason="复核"),
        made(office, period="2025-09"),
    ):
        said = "".join(run.text for run in sentences.revised(from_json(later.facts)))
        assert said == "没有更早报告期的有效简报可比，不作修订比较。"

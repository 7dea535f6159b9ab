"""The page of an organisation's duties: what is asked, what is known, what is due."""

from datetime import date

import pytest
from django.test import Client
from django.utils import translation

from shucheng.kernel.public import Actor, Role
from shucheng.plan.actions.publish import publish_version
from shucheng.plan.formula.errors import REASONS
from shucheng.plan.models import OPEN_FINDING, Binding, PlanVersion
from shucheng.plan.queries import duties
from shucheng.plan.queries.duties import duties_of
from shucheng.plan.queries.formula_texts import TEXTS
from shucheng.plan.queries.measured import why_unmeasured
from shucheng.plan.tests.conftest import TEXT, loaded
from shucheng.plan.tests.test_web import client_of


@pytest.fixture
def leader(db: None, settings: object) -> Client:
    settings.REQUIRE_SECOND_FACTOR = False  # type: ignore[attr-defined]
    return client_of(Role.LEADER)


def test_the_summary_counts_and_names_the_next_date(published: PlanVersion, office: Actor) -> None:
    page = duties_of("市数据局", actor=office, today=date(2026, 3, 1))
    assert (len(page.indicators), len(page.tasks), len(page.points)) == (1, 2, 1)
    assert page.leading_indicators == 1
    assert page.leading_tasks == 0
    assert page.overdue == 1, "the work list is of 2025"
    assert (page.next_due, page.days_left) == (date(2026, 12, 31), 305)
    assert (page.year, page.compared, page.reached) == (2026, 0, 0)
    assert duties_of("市数据局", actor=office, today=date(2025, 3, 1)).overdue == 0
    late = duties_of("市数据局", actor=office, today=date(2031, 1, 1))
    assert (late.next_due, late.days_left) == (None, 0)


def test_without_data_the_page_is_honestly_empty(published: PlanVersion, leader: Client) -> None:
    page = leader.get("/duties/市数据局/").content.decode()
    assert "尚无数据" in page
    assert 'class="simulated-value"' not in page
    assert why_unmeasured(None) in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("formula", "says"),
    [
        ("ytd(a_one) +", "这里看不懂"),
        ("last(nothing)", "没有数据项 nothing"),
        ("median(core_revenue)", "median 不是函数"),
    ],
)
def test_a_formula_that_cannot_be_computed_says_what_is_wrong(formula: str, says: str) -> None:
    with translation.override("zh-hans"):
        assert says in why_unmeasured(Binding(formula=formula, unit="亿元"))


def test_each_reason_of_the_formula_language_has_its_sentence() -> None:
    with translation.override("en"):
        said = {code: tuple(map(str, texts)) for code, texts in TEXTS.items()}
    assert said == {code: tuple(reason) for code, reason in REASONS.items()}
    with translation.override("zh-hans"):
        for texts in TEXTS.values():
            for text in map(str, texts):
                assert any("一" <= sign <= "鿿" for sign in text), text


def test_an_indicator_of_a_former_plan_says_so_and_leads_to_its_namesake(
    published: PlanVersion, office: Actor, leader: Client
) -> None:
    first = published.indicators.get(no=1)
    other = loaded(TEXT.replace("算力规模(P)", "算力总规模(P)"), office)
    other = publish_version(other.pk, other.revision, actor=office)
    page = leader.get(f"/indicators/{first.code}/").content.decode()
    assert "不是现行计划" in page
    assert f"/indicators/{other.indicators.get(no=1).code}/" in page
    second = published.indicators.get(no=2)
    page = leader.get(f"/indicators/{second.code}/").content.decode()
    assert "现行计划没有同名指标" in page
    page = leader.get(f"/indicators/{other.indicators.get(no=1).code}/").content.decode()
    assert "不是现行计划" not in page


def test_findings_are_counted_in_words(published: PlanVersion, leader: Client) -> None:
    still = published.findings.filter(OPEN_FINDING).count()
    page = leader.get("/findings/").content.decode()
    assert f"待处理{still}条 · 已记录处理意见0条" in page


def test_points_that_are_done_are_not_counted_as_past_their_date(
    published: PlanVersion, office: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    point = duties_of("市数据局", actor=office, today=date(2026, 3, 1)).points[0].item
    for done, left in ((False, 1), (True, 0)):
        followed = {point.pk: done}
        monkeypatch.setattr(duties, "done_points", lambda _actor, _version, _day, f=followed: f)
        page = duties_of("市数据局", actor=office, today=date(2026, 3, 1))
        assert (page.done, page.overdue) == (1 - left, left)
        assert page.work_points[0].is_followed

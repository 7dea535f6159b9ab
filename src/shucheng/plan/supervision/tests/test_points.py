"""Work points: milestones, reports, who may, and what becomes of them in a later version."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from shucheng.kernel.public import Conflict, Forbidden, Invalid, NotFound
from shucheng.plan.actions.publish import publish_version
from shucheng.plan.models import PlanVersion, WorkPoint
from shucheng.plan.supervision.actions.points import (
    Planned,
    finish_milestone,
    plan_milestones,
    report_progress,
)
from shucheng.plan.supervision.queries.points import by_lead, done_points, find_point, points
from shucheng.plan.supervision.tests.conftest import Town
from shucheng.plan.tests.conftest import TEXT, loaded

SetDay = Callable[[date], None]
TWO = (
    Planned("方案", date(2026, 6, 30), Decimal(1)),
    Planned("建成", date(2026, 12, 31), Decimal(3)),
)


@pytest.fixture
def point(plan: PlanVersion) -> WorkPoint:
    """The one that the industry bureau answers for."""
    return plan.workpoints.get(no=1)


def test_milestones_say_how_a_work_point_stands(town: Town, point: WorkPoint) -> None:
    assert find_point(point.pk, actor=town.liaison).progress.standing == "late", "a list of 2025"
    tracked = plan_milestones(point.pk, 0, TWO, actor=town.liaison)
    line = find_point(point.pk, actor=town.liaison)
    assert line.progress.standing == "late"
    assert line.progress.due == 25
    first = tracked.milestones.earliest("planned")
    evidence = ("方案.txt", "工作方案".encode())
    finish_milestone(first.pk, point_id=point.pk, evidence=evidence, actor=town.liaison)
    line = find_point(point.pk, actor=town.liaison)
    assert line.progress.standing == "on_time"
    assert line.progress.done == 25
    with pytest.raises(Conflict):
        finish_milestone(first.pk, point_id=point.pk, actor=town.liaison)


def test_what_is_done_is_told_to_the_plans_own_pages(town: Town, point: WorkPoint) -> None:
    day = date(2026, 8, 20)
    assert done_points(town.liaison, point.version, day) == {}, "nobody follows it"
    tracked = plan_milestones(point.pk, 0, TWO[:1], actor=town.liaison)
    assert done_points(town.liaison, point.version, day) == {point.pk: False}
    finish_milestone(tracked.milestones.get().pk, point_id=point.pk, actor=town.liaison)
    assert done_points(town.liaison, point.version, day) == {point.pk: True}
    assert done_points(town.liaison, point.version, date(2026, 8, 1)) == {point.pk: False}
    assert done_points(town.stranger, point.version, day) == {}, "it is not theirs to see"


def test_what_is_done_survives_a_new_plan_of_milestones(town: Town, point: WorkPoint) -> None:
    tracked = plan_milestones(point.pk, 0, TWO, actor=town.office)
    finish_milestone(
        tracked.milestones.earliest("planned").pk, point_id=point.pk, actor=town.office
    )
    tracked.refresh_from_db()
    with pytest.raises(Conflict):
        plan_milestones(point.pk, 0, [], actor=town.office)
    plan_milestones(point.pk, tracked.revision, [], actor=town.office)
    assert [milestone.title for milestone in tracked.milestones.all()] == ["方案"]


def test_only_those_who_answer_for_a_point_may_track_it(town: Town, point: WorkPoint) -> None:
    with pytest.raises(NotFound):
        plan_milestones(point.pk, 0, TWO, actor=town.stranger)
    with pytest.raises(Forbidden):
        plan_milestones(point.pk, 0, TWO, actor=town.leader)
    with pytest.raises(Forbidden):
        report_progress(point.pk, Decimal(5), "x", actor=town.auditor)
    assert [line.point.no for line in points(actor=town.liaison)] == [1]
    assert len(points(actor=town.auditor)) == 2


@pytest.mark.parametrize("percent", [None, Decimal(-1), Decimal("100.5")])
def test_a_percentage_out_of_bounds_is_refused(
    town: Town, point: WorkPoint, percent: Decimal | None
) -> None:
    with pytest.raises(Invalid) as refused:
        report_progress(point.pk, percent, "进展", actor=town.liaison)
    assert "percent" in refused.value.fields


@pytest.mark.parametrize(
    "wrong",
    [
        Planned(" ", date(2026, 6, 30)),
        Planned("方案", None),
        Planned("方案", date(2026, 6, 30), Decimal(0)),
        Planned("方案", date(2026, 6, 30), None),
    ],
)
def test_a_milestone_has_a_name_a_day_and_a_weight(
    town: Town, point: WorkPoint, wrong: Planned
) -> None:
    with pytest.raises(Invalid):
        plan_milestones(point.pk, 0, [TWO[0], wrong], actor=town.liaison)
    assert find_point(point.pk, actor=town.liaison).milestones == ()


def test_reports_are_added_and_never_changed(town: Town, point: WorkPoint) -> None:
    report_progress(point.pk, Decimal(40), "已完成方案", actor=town.liaison)
    report_progress(point.pk, Decimal(35), "更正", actor=town.liaison)
    line = find_point(point.pk, actor=town.liaison)
    assert [report.percent for report in line.reports] == [40, 35]
    statement = "UPDATE supervision_progressreport SET percent = 100"
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_later_version_of_the_plan_keeps_the_milestones(town: Town, point: WorkPoint) -> None:
    plan_milestones(point.pk, 0, TWO, actor=town.liaison)
    changed = TEXT.replace("建设软件园区1个。", "建设软件园区2个。")
    version = loaded(changed, town.office)
    if version.plan_id != point.version.plan_id:
        version.plan_id = point.version.plan_id
        version.save(update_fields=["plan"])
    version = publish_version(version.pk, version.revision, actor=town.office)
    line = next(line for line in points(actor=town.liaison) if line.point.no == 1)
    assert line.point.version_id == version.pk
    assert len(line.milestones) == 2
    assert line.reworded


def test_the_overview_counts_by_lead(town: Town, point: WorkPoint) -> None:
    plan_milestones(point.pk, 0, TWO, actor=town.liaison)
    leads = {lead.name: lead for lead in by_lead(points(actor=town.office))}
    assert leads["市工信局"].late == 1
    assert len(leads["市数据局"].lines) == len(leads["市发改委"].lines) == 1


def test_a_work_point_is_planned_and_reported_on_its_page(
    town: Town, point: WorkPoint, settings: object
) -> None:
    settings.REQUIRE_SECOND_FACTOR = False  # type: ignore[attr-defined]
    client = Client()
    client.force_login(town.people["liaison"])
    plan = reverse("supervision:plan_point", args=[point.pk])
    rows = {
        "title": ["方案", "建成", ""],
        "planned": ["2026-06-30", "", ""],
        "weight": ["1", "2", "1"],
    }
    refused = client.post(plan, {"revision": 0, **rows})
    assert refused.status_code == 422
    assert "建成" in refused.content.decode(), "what was typed is kept"
    rows["planned"][1] = "2026-12-31"
    assert client.post(plan, {"revision": 0, **rows}).status_code == 302
    report = reverse("supervision:report_point", args=[point.pk])
    assert client.post(report, {"percent": "x", "text": "进展"}).status_code == 422
    assert client.post(report, {"percent": "30", "text": "进展顺利"}).status_code == 302
    page = client.get(reverse("supervision:point", args=[point.pk])).content.decode()
    assert "进展顺利" in page
    line = find_point(point.pk, actor=town.liaison)
    finish = reverse("supervision:finish_milestone", args=[point.pk, line.milestones[0].pk])
    assert client.post(finish).status_code == 302
    assert client.post(finish).status_code == 409
    raised = Client()
    raised.force_login(town.people["office"])
    form = raised.get(reverse("supervision:new") + f"?point={point.pk}")
    assert form.context["form"].initial["lead"] == town.industry.pk

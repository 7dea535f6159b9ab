"""A course as pages draw it and as files hold it: in the city, in an area, with what is to come."""

import csv
import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shucheng.kernel.public import (
    Actor,
    ObservationInput,
    Person,
    Role,
    create_person,
    grant_role,
    record_observations,
    resolve_organisation,
    system_actor,
)
from shucheng.plan.actions.judging import decompose_over_areas
from shucheng.plan.models import Indicator, PlanVersion

CITY, TINGHU = "320900", "320902"
pytestmark = pytest.mark.django_db


@pytest.fixture
def revenue(plan_in_force: int, db: None) -> Indicator:
    return PlanVersion.objects.get(pk=plan_in_force).indicators.get(no=1)


@pytest.fixture
def leader(plan_in_force: int, db: None, settings: Any) -> Client:
    settings.REQUIRE_SECOND_FACTOR = False
    actor = system_actor("cli")
    office = resolve_organisation("市数据局")
    assert office is not None
    person, _once = create_person("reads-courses", "领导", actor=actor)
    grant_role(person.pk, office.pk, Role.LEADER, actor=actor)
    Person.objects.filter(pk=person.pk).update(must_change_password=False)
    client = Client()
    client.force_login(Person.objects.get(pk=person.pk))
    return client


def report(area: str, each: int, periods: int = 30, metric: str = "core_revenue") -> None:
    """Every month from 2024 on, a little more each time."""
    rows = [
        ObservationInput(
            metric, area, f"{2024 + at // 12}-{at % 12 + 1:02}", each + at + 3 * (at * at % 11)
        )
        for at in range(periods)
    ]
    record_observations(rows, actor=system_actor("job"))


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode("utf-8-sig")


def table(client: Client, address: str) -> dict[str, dict[str, str]]:
    """Period → the row's cells by their headings."""
    rows = csv.DictReader(text(client, address).splitlines())
    return {row["报告期"]: row for row in rows}


def chart(page: str, name: str) -> dict[str, Any]:
    found = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', page)
    assert found
    made: dict[str, Any] = json.loads(found[1])
    return made


def test_the_file_holds_the_path_and_the_forecast(leader: Client, revenue: Indicator) -> None:
    report(CITY, 150)
    rows = table(leader, f"/indicators/{revenue.code}/data.csv")
    known, ahead = rows["2026-06"], rows["2027-12"]
    assert Decimal(known["序时目标"]) == 1300
    assert (known["目前已知"], known["预测中位数"], known["来源"]) == ("1146.0", "", "填报")
    assert (ahead["目标"], ahead["序时目标"], ahead["来源"]) == ("3000.0", "3000.0", "预测")
    bounds = ["95%区间下限", "80%区间下限", "50%区间下限", "中位数", "50%区间上限"]
    bounds += ["80%区间上限", "95%区间上限"]
    values = [float(ahead[f"预测{bound}"]) for bound in bounds]
    assert values == sorted(values)
    assert values[0] < values[-1]


def test_headings_are_clear_in_english(leader: Client, revenue: Indicator) -> None:
    leader.get("/language/?to=en&next=/")
    head = text(leader, f"/indicators/{revenue.code}/data.csv").splitlines()[0]
    assert "Expected by the path,Known so far" in head
    assert '"Forecast, median","Forecast, lower bound of the 50% band"' in head
    assert '"Forecast, upper bound of the 95% band",Unit,Source' in head


def test_what_rests_on_simulated_figures_says_so_in_the_file(
    leader: Client, revenue: Indicator
) -> None:
    rows = [ObservationInput("core_revenue", CITY, f"2026-{m:02}", 200 + m) for m in range(1, 7)]
    record_observations(rows, actor=system_actor("cli"), source="simulation")
    found = table(leader, f"/indicators/{revenue.code}/data.csv")
    assert (found["2026-06"]["来源"], found["2026-07"]["来源"]) == ("模拟", "由模拟数据得出的预测")


def test_an_area_has_its_own_targets_and_the_chance_of_each(
    leader: Client, revenue: Indicator, office: Actor
) -> None:
    report(CITY, 150)
    report(TINGHU, 20, periods=29)
    decompose_over_areas(revenue.code, 2026, "按上年实绩", actor=office)
    page = text(leader, f"/areas/{TINGHU}/?show=core-revenue")
    drawn = chart(page, "area-data")
    assert drawn["fans"]
    assert drawn["target"][drawn["periods"].index("2026-12")] == 2600.0
    assert drawn["expected"][-1][drawn["periods"].index("2026-06")] == 1300.0
    assert re.search(r"2026年达标概率：[<>]?\d+%", drawn["chances"])
    assert "亭湖区" in drawn["title"]
    for words in ("本区域目标", "达标概率", "分解建议，尚未经确认", "不考虑项目和措施"):
        assert words in page, words
    rows = table(leader, f"/areas/{TINGHU}/data.csv?show=core-revenue")
    assert rows["2026-12"]["目标"] == "2600.0"
    assert float(rows["2026-12"]["预测80%区间下限"]) > 0


def test_an_area_with_its_own_targets_costs_at_most_two_queries_more(
    leader: Client, revenue: Indicator, office: Actor
) -> None:
    """Than the 19 of one without (`web/tests/test_pages.py`): the targets are read, and the plan's
    that they were split from."""
    report(CITY, 150)
    report(TINGHU, 20)
    decompose_over_areas(revenue.code, 2026, "按上年实绩", actor=office)
    text(leader, "/areas/")
    with CaptureQueriesContext(connection) as queries:
        assert "area-targets" in text(leader, f"/areas/{TINGHU}/?show=core-revenue")
    assert len(queries) <= 21, "\n".join(q["sql"][:160] for q in queries)


def test_an_area_without_a_target_has_a_fan_and_no_chance(
    leader: Client, revenue: Indicator
) -> None:
    report(TINGHU, 20)
    page = text(leader, f"/areas/{TINGHU}/?show=core-revenue")
    assert chart(page, "area-data")["fans"]
    assert "本区域没有单独设定目标" in page
    assert "area-targets" not in page


def test_insufficient_data_of_an_area_is_said(leader: Client, revenue: Indicator) -> None:
    report(TINGHU, 20, periods=1)
    page = text(leader, f"/areas/{TINGHU}/?show=core-revenue")
    assert chart(page, "area-data")["fans"] == []
    assert "数据不足，暂不预测" in page
    assert "已知1期数据" in page


def test_what_stands_in_the_text_alone_has_no_forecast_and_says_why(
    leader: Client, revenue: Indicator
) -> None:
    page = text(leader, f"/areas/{TINGHU}/?show=cross-border-trade")
    assert "只见于计划正文" in page


def test_an_areas_page_as_known_on_a_day_knows_no_more(leader: Client, revenue: Indicator) -> None:
    report(TINGHU, 20)
    drawn = chart(text(leader, f"/areas/{TINGHU}/?as_of=2020-01-01"), "area-data")
    assert drawn["fans"] == []
    assert leader.get("/areas/nowhere/data.csv").status_code == 404


def test_an_earlier_vintage_is_drawn_a_line_a_year_as_what_is_known_now(
    leader: Client, revenue: Indicator
) -> None:
    job = system_actor("job")
    for value, day, more in (
        (210, 20, {}),
        (240, 25, {"on_change": "supersede", "reason": "核定"}),
    ):
        rows = [
            ObservationInput(
                "core_revenue",
                CITY,
                period,
                value if period == "2026-02" else 200,
                recorded_at=datetime(2026, 3, day, 2, tzinfo=UTC),
            )
            for period in ("2025-01", "2025-02", "2026-01", "2026-02")
        ]
        record_observations(rows, actor=job, source="simulation", **more)
    page = text(leader, f"/indicators/{revenue.code}/")
    drawn = chart(page, "path-data")
    vintages = [[value for value in run if value is not None] for run in drawn["vintages"]]
    known = [[value for value in run if value is not None] for run in drawn["runs"]]
    assert known == [[200, 400], [200, 440]]
    assert vintages == [[200, 400], [200, 410]]

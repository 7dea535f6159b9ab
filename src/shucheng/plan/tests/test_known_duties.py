"""The page of an organisation's duties beside what is known of each, in a year of figures."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shucheng.kernel.public import Actor
from shucheng.plan.models import PlanVersion
from shucheng.plan.queries.duties import duties_of
from shucheng.plan.tests.test_duties import leader

__all__ = ["leader"]  # fixtures


@pytest.fixture
def city(simulated_year: int, db: None, august: None) -> PlanVersion:
    """The restated plan of Yancheng in force, with its pack and simulated data."""
    return PlanVersion.objects.get(pk=simulated_year)


def test_each_indicator_and_target_stands_beside_what_is_known(
    city: PlanVersion, office: Actor
) -> None:
    page = duties_of("市数据局", actor=office)
    assert page.indicators
    for line in page.indicators:
        assert line.known is not None
        assert line.known.simulated
        assert line.current is not None
        assert line.known.value is not None
        share = (line.known.value / line.current.value * 100).quantize(Decimal("0.01"))
        assert line.attainment == (None if line.is_late else share)
    assert page.compared == sum(not line.is_late for line in page.indicators)
    assert page.simulated
    inside = {entry.target.pk for line in (*page.tasks, *page.points) for entry in line.targets}
    assert {entry.now.target.pk for entry in page.targets} == inside
    assert page.targets_known > 0


def test_the_page_says_what_is_simulated_and_what_is_unknown(
    city: PlanVersion, leader: Client
) -> None:
    leader.get("/duties/市数据局/")
    with CaptureQueriesContext(connection) as queries:
        page = leader.get("/duties/市数据局/").content.decode()
    assert len(queries) <= 28, [q["sql"][:100] for q in queries]
    assert 'class="simulated-value"' in page
    assert "模拟数据" in page
    assert page.count("完成情况尚未填报") == 1, "what is overdue is said once"


def test_a_tasks_page_shows_what_is_known_of_its_targets(
    city: PlanVersion, leader: Client, office: Actor
) -> None:
    lines = duties_of("市数据局", actor=office).tasks
    line = next(line for line in lines if any(entry.known for entry in line.targets))
    page = leader.get(f"/tasks/{line.item.pk}/").content.decode()
    assert 'class="simulated-value"' in page
    assert "现值" in page
    assert "模拟数据" in page

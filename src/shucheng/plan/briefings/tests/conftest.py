"""The city pack's plan in force, with figures of the year 2025 as they were reported."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.stages import stage

from shucheng.kernel.public import (
    Actor,
    ObservationInput,
    record_observations,
    run_pending_jobs,
    system_actor,
)
from shucheng.plan.briefings.actions.issuing import ask_to_issue
from shucheng.plan.briefings.actions.making import Order, begin_briefing
from shucheng.plan.briefings.models import Briefing
from shucheng.plan.models import PlanVersion
from shucheng.plan.tests.conftest import office

__all__ = ["office"]

CITY, DONGTAI, DAFENG = "320900", "320981", "320904"
SCOPE, PERIOD = f"city:{CITY}", "2025-10"


def report(metric: str, values: dict[str, Any], area: str = CITY) -> None:
    rows = [ObservationInput(metric, area, period, value) for period, value in values.items()]
    record_observations(rows, actor=system_actor("job"))


def months(year: int, value: int, last: int = 12) -> dict[str, int]:
    return {f"{year}-{month:02}": value + month for month in range(1, last + 1)}


@pytest.fixture(scope="module")
def reported(plan_in_force: int, django_db_blocker: Any) -> Iterator[int]:
    with stage(django_db_blocker, _reported):
        yield plan_in_force


def _reported() -> None:
    for year, last in ((2024, 12), (2025, 10)):
        report("core_revenue", months(year, 170, last))
        for area, part in ((DONGTAI, 20), (DAFENG, 30)):
            report("core_revenue", months(year, part, last), area)


@pytest.fixture
def city(reported: int, db: None) -> PlanVersion:
    return PlanVersion.objects.get(pk=reported)


def made(actor: Actor, scope: str = SCOPE, period: str = PERIOD, **order: Any) -> Briefing:
    """A draft with its facts."""
    briefing = begin_briefing(Order(scope=scope, period=period, **order), actor=actor)
    return done(briefing)


def issued(briefing: Briefing, actor: Actor) -> Briefing:
    return done(ask_to_issue(briefing.pk, briefing.revision, actor=actor))


def done(briefing: Briefing) -> Briefing:
    run_pending_jobs()
    return Briefing.objects.select_related("job").get(pk=briefing.pk)

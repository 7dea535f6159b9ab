"""A city with one computed indicator in two areas; its first figures were recorded in January."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone

from shucheng.kernel.public import (
    Actor,
    MetricDefinition,
    ObservationInput,
    Role,
    import_areas,
    import_metrics,
    record_observations,
    system_actor,
)
from shucheng.plan.actions.publish import publish_version
from shucheng.plan.models import Binding
from shucheng.plan.tests.conftest import TEXT, loaded

CLI = system_actor("cli")
OFFICE = Actor(None, "计划办", frozenset({Role.PLAN_OFFICE}))
JANUARY = datetime(2026, 1, 20, 8, tzinfo=UTC)


def report(values: dict[str, int | None], area: str = "320900", **facts: Any) -> None:
    rows = [ObservationInput("revenue", area, period, value) for period, value in values.items()]
    record_observations(rows, actor=CLI, **facts)


@pytest.fixture
def city(db: None, monkeypatch: pytest.MonkeyPatch) -> Binding:
    import_areas(
        [
            {"code": "320900", "name": "盐城市", "name_en": "Yancheng", "kind": "city"},
            {"code": "320902", "name": "亭湖区", "kind": "district", "parent": "320900"},
        ],
        actor=CLI,
    )
    import_metrics(
        [
            MetricDefinition(
                *("revenue", "营业收入", "亿元", "flow", "M", "sum", "sum", "Revenue"),
                definition="规模以上企业营业收入",
            )
        ],
        actor=CLI,
    )
    version = loaded(TEXT, OFFICE)
    publish_version(version.pk, version.revision, actor=OFFICE)
    binding = Binding.objects.create(
        code="core-revenue",
        name="核心产业营业收入",
        name_en="Core revenue",
        formula="ytd(revenue)",
        unit="亿元",
    )
    with monkeypatch.context() as then:
        then.setattr(timezone, "now", lambda: JANUARY)
        report({"2025-01": 100, "2025-02": 110})
        report({"2025-01": 30}, area="320902")
    return binding

"""People, a small plan, and the city pack for tests of the plan."""

from datetime import date
from pathlib import Path

import pytest
from django.utils import timezone

from shucheng.kernel.public import Actor, Organisation, Role, run_pending_jobs
from shucheng.plan.actions.load import load_plan
from shucheng.plan.actions.publish import publish_version
from shucheng.plan.models import PlanVersion

CITIES = Path(__file__).parents[4] / "cities"

TEXT = """蓝川市数字经济发展三年行动计划(2025-2027年)
蓝川市人民政府办公室
2025年3月1日
一、总体目标
到2027年,全市数字经济核心产业增加值超过300亿元,软件产业规模达到80亿元。
二、重点任务
(一)产业提升行动
1.壮大软件产业。引进培育软件企业,每年新增软件企业20家以上。到2027年,建成软件园区3个以上。(市工信局、市数据局等按职责分工负责)
2.建设算力设施。到2027年,全市算力规模达到5000P。(市数据局、市发改委按职责分工负责)
附件1
2025-2027年主要目标
序号 | 类别 | 主要指标 | 2025年 | 2026年 | 2027年 | 牵头部门 |
1 | 产业规模 | 数字经济核心产业增加值(亿元) | 200 | 250 | 300 | 市工信局 |
2 | 算力规模(P) | 2000 | 3500 | 5000 | 市数据局 |
附件2
2025年工作要点
序号 | 工作要点 | 主要内容 | 牵头责任单位 |
1 | 产业提升行动 | 新增软件企业20家以上,建设软件园区1个。 | 市工信局 |
2 | 开展算力设施建设。 | 市数据局 市发改委 |
"""


@pytest.fixture
def office() -> Actor:
    return Actor(None, "office", frozenset({Role.PLAN_OFFICE}))


@pytest.fixture
def liaison(db: None) -> Actor:
    own = Organisation.objects.create(code="gx", name="市工信局", kind="department")
    return Actor(None, "liaison", frozenset({Role.LIAISON}), own.pk, frozenset({own.pk}))


def loaded(text: str, actor: Actor, plan_code: str = "") -> PlanVersion:
    """A version as it stands after the compile job."""
    version = load_plan("计划.txt", text.encode(), plan_code=plan_code, actor=actor)
    run_pending_jobs()
    version.refresh_from_db()
    return version


@pytest.fixture
def in_review(db: None, office: Actor) -> PlanVersion:
    return loaded(TEXT, office)


@pytest.fixture
def published(in_review: PlanVersion, office: Actor) -> PlanVersion:
    return publish_version(in_review.pk, in_review.revision, actor=office)


@pytest.fixture
def august(monkeypatch: pytest.MonkeyPatch) -> None:
    """Today is a day on which the simulated series are of this year, whenever the tests run."""
    monkeypatch.setattr(timezone, "localdate", lambda *_: date(2026, 8, 20))

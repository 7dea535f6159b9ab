"""A city with two bureaus, a county, a plan in force, and somebody for each part."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from shucheng.kernel.public import (
    Actor,
    Area,
    Organisation,
    Person,
    Role,
    grant_role,
    system_actor,
)
from shucheng.plan.actions.publish import publish_version
from shucheng.plan.judgement.judge import Facts, LightRule, judge
from shucheng.plan.models import PlanVersion
from shucheng.plan.queries import judged
from shucheng.plan.supervision.actions.items import Draft, raise_item
from shucheng.plan.supervision.actions.moves import issue_item, move_item
from shucheng.plan.supervision.models import SupervisionItem
from shucheng.plan.supervision.queries import proposals
from shucheng.plan.tests.conftest import TEXT, loaded

TODAY = date(2026, 8, 20)  # a Thursday
CLI = system_actor("cli")


@dataclass
class Town:
    """Organisations, and an actor for each part somebody plays."""

    city: Area
    county_area: Area
    industry: Organisation
    data: Organisation
    reform: Organisation
    county: Organisation
    office: Actor
    leader: Actor
    auditor: Actor
    liaison: Actor  # of the industry bureau
    helper: Actor  # of the data bureau
    stranger: Actor  # of the reform commission
    people: dict[str, Person]

    def draft(self, **facts: object) -> Draft:
        known = {
            "title": "软件产业规模落后",
            "demand": "说明原因,提出措施。",
            "lead": self.industry.pk,
            "due_in": 10,
        }
        return Draft(**{**known, **facts})

    def issued(self, **facts: object) -> SupervisionItem:
        """An item that the industry bureau leads and the data bureau helps with."""
        item = raise_item(self.draft(**{"joint": [self.data.pk], **facts}), actor=self.office)
        move_item(item.number, 0, "submit", actor=self.office)
        move_item(item.number, 1, "approve", actor=self.leader)
        return issue_item(item.number, 2, actor=self.office)

    def working(self, **facts: object) -> SupervisionItem:
        item = self.issued(**facts)
        return move_item(item.number, item.revision, "sign", actor=self.liaison)


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> Callable[[date], None]:
    """Set the day; it begins as `TODAY`."""
    now = {"day": TODAY}
    monkeypatch.setattr(timezone, "localdate", lambda *_: now["day"])

    def be(day: date) -> None:
        now["day"] = day

    return be


@pytest.fixture
def town(db: None, today: Callable[[date], None]) -> Town:
    city = Area.objects.create(code="990100", name="蓝川市", kind="city")
    county_area = Area.objects.create(code="990121", name="青河县", kind="county", parent=city)
    made = {
        code: Organisation.objects.create(code=code, name=name, kind=kind, area=area)
        for code, name, kind, area in (
            ("gx", "市工信局", "department", city),
            ("sj", "市数据局", "department", city),
            ("fg", "市发改委", "department", city),
            ("qh", "青河县政府", "county_government", county_area),
        )
    }
    people: dict[str, Person] = {}

    def actor(name: str, role: Role, organisation: Organisation) -> Actor:
        person = Person.objects.create(username=name, display_name=name, password="!")
        grant_role(person.pk, organisation.pk, role, actor=CLI)
        people[name] = person
        own = frozenset({organisation.pk})
        return Actor(person.pk, name, frozenset({role}), organisation.pk, own)

    return Town(
        city=city,
        county_area=county_area,
        industry=made["gx"],
        data=made["sj"],
        reform=made["fg"],
        county=made["qh"],
        office=actor("office", Role.PLAN_OFFICE, made["sj"]),
        leader=actor("leader", Role.LEADER, made["fg"]),
        auditor=actor("auditor", Role.AUDITOR, made["fg"]),
        liaison=actor("liaison", Role.LIAISON, made["gx"]),
        helper=actor("helper", Role.LIAISON, made["sj"]),
        stranger=actor("stranger", Role.LIAISON, made["fg"]),
        people=people,
    )


@pytest.fixture
def plan(town: Town) -> PlanVersion:
    version = loaded(TEXT, town.office)
    return publish_version(version.pk, version.revision, actor=town.office)


@pytest.fixture
def red(town: Town, plan: PlanVersion, monkeypatch: pytest.MonkeyPatch) -> str:
    """The first indicator is red in the city and in the county; its code."""
    indicator = plan.indicators.prefetch_related("duties__organisation").get(no=1)
    facts = Facts(value=Decimal(120), target=Decimal(250), expected=Decimal("166.5"))
    outcome = judge(facts, LightRule("light", 3))

    def judged_in(area: str) -> judged.Judged:
        return judged.Judged(
            indicator=indicator,
            area=area,
            period="2026-07",
            known=None,
            value=facts.value,
            outcome=outcome,
            path=None,
            method=None,
            pace=None,
            rank=None,
        )

    def judge_plan(version: PlanVersion, day: date, **_more: object) -> judged.JudgedPlan:
        return judged.JudgedPlan(
            version=version,
            today=day,
            as_of=None,
            rule=None,
            city_code="990100",
            areas={"990100": "蓝川市", "990121": "青河县"},
            judged=(judged_in("990100"), judged_in("990121")),
        )

    monkeypatch.setattr(proposals, "judge_plan", judge_plan)
    return indicator.code

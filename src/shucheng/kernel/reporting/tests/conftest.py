"""A small city that reports: two counties, an owner department, a plan office, four metrics."""

from dataclasses import dataclass
from datetime import date

import pytest
from django.utils import timezone
from tests.records import make_area, make_organisation, make_person

from shucheng.kernel.actor import Actor, Role, system_actor
from shucheng.kernel.identity.models import Organisation
from shucheng.kernel.observations.actions.metrics import import_metrics
from shucheng.kernel.observations.inputs import MetricDefinition
from shucheng.kernel.reporting.actions.drafts import save_draft
from shucheng.kernel.reporting.actions.forms import generate_forms
from shucheng.kernel.reporting.actions.moves import approve, submit
from shucheng.kernel.reporting.actions.obligations import open_obligations
from shucheng.kernel.reporting.engine.model import Entry
from shucheng.kernel.reporting.models import Obligation, Submission

TODAY = date(2026, 8, 20)
SYSTEM = system_actor("cli")


def metric(code: str, **more: object) -> MetricDefinition:
    facts: dict[str, object] = {
        "name_zh": code,
        "unit": "亿元",
        "measure": "flow",
        "frequency": "M",
        "area_aggregation": "sum",
        "time_aggregation": "sum",
        "owner": "industry",
    }
    return MetricDefinition(code=code, **{**facts, **more})


def actor_in(organisation: Organisation, *roles: Role, account: bool = True) -> Actor:
    person = make_person(*roles, organisation=organisation) if account else None
    return Actor(
        person_id=person.pk if person else None,
        name=person.display_name if person else f"{organisation.code} {roles[0]}",
        roles=frozenset(roles),
        organisation_id=organisation.pk,
        organisation_ids=frozenset({organisation.pk}),
    )


@dataclass
class City:
    """Who acts, and short ways to get somewhere."""

    liaison: Actor  # of the county tinghu
    neighbour: Actor  # of the county yandu
    department: Actor  # reviews for the owner department
    reporter: Actor  # fills in for the owner department
    office: Actor
    second: Actor  # another person of the plan office

    def owed(self, organisation: str = "tinghu", period: str = "2026-07") -> Obligation:
        return Obligation.objects.get(
            organisation__code=organisation, period=period, form__frequency="M"
        )

    def draft(
        self, organisation: str = "tinghu", period: str = "2026-07", **values: str
    ) -> Submission:
        """A draft of the county with values for revenue and trade."""
        owed = self.owed(organisation, period)
        who = {"tinghu": self.liaison, "yandu": self.neighbour, "industry": self.reporter}
        entries = {
            key: Entry(value=text)
            for key, text in {"revenue": "40", "trade": "2", **values}.items()
        }
        return save_draft(owed.pk, entries, revision=0, actor=who[organisation])

    def handed_in(self, organisation: str = "tinghu", **more: str) -> Submission:
        made = self.draft(organisation, **more)
        who = {"tinghu": self.liaison, "yandu": self.neighbour, "industry": self.reporter}
        return submit(made.pk, made.revision, actor=who[organisation])

    def at_office(self, **more: str) -> Submission:
        made = self.handed_in(**more)
        return approve(made.pk, made.revision, actor=self.department)

    def published(self, **more: str) -> Submission:
        made = self.at_office(**more)
        return approve(made.pk, made.revision, actor=self.office)


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> date:
    real = timezone.localdate

    def fixed(value=None, *rest):
        return TODAY if value is None else real(value, *rest)

    monkeypatch.setattr(timezone, "localdate", fixed)
    return TODAY


def make_city() -> City:
    whole = make_area("320900", kind="city")
    tinghu_area = make_area("320902", parent=whole)
    yandu_area = make_area("320903", parent=whole)
    industry = make_organisation("industry", area=whole)
    office = make_organisation("data", area=whole)
    tinghu = make_organisation("tinghu", kind="county_government", area=tinghu_area)
    yandu = make_organisation("yandu", kind="county_government", area=yandu_area)
    import_metrics(
        [
            metric("revenue"),
            metric("trade"),
            metric(
                "share",
                unit="%",
                measure="rate",
                by_area=False,
                area_aggregation="none",
                frequency="Q",
                time_aggregation="last",
            ),
            metric("firms", unit="家", measure="stock", frequency="Q", time_aggregation="last"),
        ],
        actor=SYSTEM,
    )
    generate_forms(actor=SYSTEM, first="2026-05")
    open_obligations(actor=SYSTEM)
    return City(
        liaison=actor_in(tinghu, Role.LIAISON),
        neighbour=actor_in(yandu, Role.LIAISON),
        department=actor_in(industry, Role.REVIEWER),
        reporter=actor_in(industry, Role.LIAISON),
        office=actor_in(office, Role.PLAN_OFFICE),
        second=actor_in(office, Role.PLAN_OFFICE),
    )


@pytest.fixture
def city(db: None, today: date) -> City:
    return make_city()

"""The four who play in every story of the bay: holder, data bureau, operator, buyer."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from shucheng.bays.data.queries import book
from shucheng.kernel.public import Actor, Organisation, Person, Role


@dataclass(frozen=True)
class Cast:
    holder: Actor
    reviewer: Actor
    other: Actor  # a liaison of another department
    bureau: Actor
    leader: Actor
    operator: Actor
    buyer: Actor
    auditor: Actor


@pytest.fixture
def cast(db: None) -> Cast:
    return cast_of()


def cast_of() -> Cast:
    """People of made-up organisations, each with a real account."""
    department = Organisation.Kind.DEPARTMENT
    company = Organisation.Kind.COMPANY
    market, health, office = (
        Organisation.objects.create(code=code, name=name, kind=department)
        for code, name in (("ORG-M", "市场监管局"), ("ORG-H", "卫健委"), ("ORG-D", "数据局"))
    )
    runs, buys = (
        Organisation.objects.create(code=code, name=name, kind=company)
        for code, name in (("ORG-O", "数据运营公司"), ("ORG-B", "银行"))
    )
    return Cast(
        holder=actor_of("holder", Role.LIAISON, market),
        reviewer=actor_of("reviewer", Role.REVIEWER, market),
        other=actor_of("other", Role.LIAISON, health),
        bureau=actor_of("bureau", Role.PLAN_OFFICE, office),
        leader=actor_of("leader", Role.LEADER, office),
        operator=actor_of("operator", Role.PARTICIPANT, runs),
        buyer=actor_of("buyer", Role.PARTICIPANT, buys),
        auditor=actor_of("auditor", Role.AUDITOR, office),
    )


@pytest.fixture
def second_bureau(cast: Cast) -> Actor:
    """Another person of the bureau: who publishes what the first proposed."""
    assert cast.bureau.organisation_id
    office = Organisation.objects.get(pk=cast.bureau.organisation_id)
    return actor_of("second", Role.PLAN_OFFICE, office)


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, settings: Any) -> Iterator[None]:
    """Each test has an evidence log of its own, and no book of another's database."""
    settings.DATA_FOLDER = tmp_path
    book._KEPT.clear()
    yield
    book._KEPT.clear()


def actor_of(name: str, role: Role, organisation: Organisation) -> Actor:
    person = Person.objects.create(username=name, display_name=name, password="!")
    person.memberships.create(organisation=organisation, role=role, granted_by="test")
    return Actor(
        person.pk,
        name,
        frozenset({role}),
        organisation.pk,
        frozenset({organisation.pk}),
    )

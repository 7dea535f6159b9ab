"""Firms over four months and the people who look at their accounts."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from shucheng.bays.statistics.tests.city import (
    CITY,
    EAST,
    OFFICE,
    WEST,
    areas,
    code,
    publish,
    taken_over,
)
from shucheng.kernel.public import Area, Organisation, Person, Role, grant_role

Browser = Callable[[str], Client]
ELECTRONICS, SOFTWARE, STARRED = "3982", "6513", "7320"

# Firm: area, industry, revenue since January of 2025-08, 2025-09, 2026-08 and 2026-09 in 10,000
# thousand yuan (a tenth of 亿元); None: not registered, or nothing reported.
FIRMS = (
    (EAST, ELECTRONICS, 10, 11, 20, 22),
    (EAST, ELECTRONICS, 11, 12, 21, 23),
    (EAST, ELECTRONICS, 12, 13, 22, 24),
    (EAST, ELECTRONICS, 13, 14, 23, 25),
    (WEST, ELECTRONICS, 20, 22, 30, 33),
    (WEST, ELECTRONICS, 21, 23, 31, 34),
    (WEST, ELECTRONICS, 22, 24, 32, 35),
    (WEST, ELECTRONICS, 23, 25, None, None),
    # The only software firm of the west, and enough of them in the east.
    (WEST, SOFTWARE, 7, 8, 9, 11.117),
    (EAST, SOFTWARE, 5, 6, 7, 8),
    (EAST, SOFTWARE, 5, 6, 7, 8),
    (EAST, SOFTWARE, 5, 6, 7, 9),
    (EAST, SOFTWARE, 5, 6, 7, 9),
)
PERIODS = (202508, 202509, 202608, 202609)


@pytest.fixture
def browser(tmp_path: Path, settings: object) -> Browser:
    settings.REQUIRE_SECOND_FACTOR = False  # type: ignore[attr-defined]
    areas()
    city, east = Area.objects.get(code=CITY), Area.objects.get(code=EAST)
    kinds = Organisation.Kind
    data = Organisation.objects.create(code="data", name="数据局", kind=kinds.DEPARTMENT, area=city)
    county = Organisation.objects.create(
        code="east", name="东区政府", kind=kinds.COUNTY_GOVERNMENT, area=east
    )
    park = Organisation.objects.create(code="park", name="园区", kind=kinds.PARK, area=east)
    for name, where, role in (
        ("office", data, Role.PLAN_OFFICE),
        ("leader", data, Role.LEADER),
        ("department", data, Role.REVIEWER),
        ("county", county, Role.LIAISON),
        ("park", park, Role.LIAISON),
    ):
        person = Person.objects.create(username=name, display_name=name, password="!")
        grant_role(person.pk, where.pk, role, actor=OFFICE)

    def of(name: str) -> Client:
        client = Client()
        client.force_login(Person.objects.get(username=name))
        return client

    return of


@pytest.fixture
def firms(browser: Browser, tmp_path: Path) -> None:
    register = [
        {
            "firm": code(at),
            "name": f"企业{at}",
            "area": area,
            "industry": industry,
            "since": 202401,
            "tags": ["software", "robot"] if at >= 11 else [],
        }
        for at, (area, industry, *_revenue) in enumerate(FIRMS)
    ]
    returns = [
        {
            "firm": code(at),
            "period": period,
            "revenue": round(amount * 10_000),
            "revenue_last": round((revenue[place - 2] or 0) * 10_000) if place >= 2 else None,
            "gross_output": round(amount * 10_000),
            "intermediate": round(amount * 7_000),
            "employees": 100 + at,
            "rd_expense": 100 * at,
        }
        for at, (_area, _industry, *revenue) in enumerate(FIRMS)
        for place, period in enumerate(PERIODS)
        if (amount := revenue[place]) is not None
    ]
    taken_over(tmp_path, "register", register, simulated=True)
    taken_over(tmp_path, "returns", returns, simulated=True)


@pytest.fixture
def out(firms: None) -> None:
    publish(*PERIODS)


def page(client: Client, name: str, **asked: object) -> HttpResponse:
    return client.get(reverse(f"statistics:{name}"), asked)  # type: ignore[return-value]


def text(response: HttpResponse) -> str:
    return response.content.decode()

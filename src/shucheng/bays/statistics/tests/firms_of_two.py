"""Two districts with firms and the people who look at them: one firm is alone in its cell."""

from collections.abc import Callable
from pathlib import Path

from django.test import Client

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

ELECTRONICS, SOFTWARE = "3982", "6513"
ALONE = 11_117  # of the west's only software firm, thousand yuan to March
FIRMS = [
    *((EAST, ELECTRONICS, 20_000 + 900 * at) for at in range(5)),
    *((WEST, ELECTRONICS, 30_000 + 700 * at) for at in range(5)),
    (WEST, SOFTWARE, ALONE),
    *((EAST, SOFTWARE, 9_000 + 100 * at) for at in range(5)),
]


def people() -> Browser:
    """A browser by name: the plan office, a leader, the west's government."""
    areas()
    kinds = Organisation.Kind
    places = {area.code: area for area in Area.objects.all()}
    data = Organisation.objects.create(
        code="data", name="数据局", kind=kinds.DEPARTMENT, area=places[CITY]
    )
    county = Organisation.objects.create(
        code="west", name="西区政府", kind=kinds.COUNTY_GOVERNMENT, area=places[WEST]
    )
    for name, where, role in (
        ("office", data, Role.PLAN_OFFICE),
        ("leader", data, Role.LEADER),
        ("county", county, Role.LIAISON),
    ):
        person = Person.objects.create(username=name, display_name=name, password="!")
        grant_role(person.pk, where.pk, role, actor=OFFICE)

    def of(name: str) -> Client:
        client = Client()
        client.force_login(Person.objects.get(username=name))
        return client

    return of


def told(folder: Path) -> None:
    """What the firms are and reported to March, taken over."""
    register = [
        {"firm": code(at), "name": f"企业{at}", "area": area, "industry": industry, "since": 202401}
        for at, (area, industry, _revenue) in enumerate(FIRMS)
    ]
    returns = [
        {"firm": code(at), "period": 202603, "revenue": revenue}
        for at, (_area, _industry, revenue) in enumerate(FIRMS)
    ]
    taken_over(folder, "register", register, simulated=True)
    taken_over(folder, "returns", returns, simulated=True)
    publish(202603)

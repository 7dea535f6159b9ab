"""Who runs a zone or a park sees the firms in it, and no others."""

from pathlib import Path

import pytest

from shucheng.bays.statistics.queries.firm import firm_for
from shucheng.bays.statistics.queries.firms import firms_page
from shucheng.bays.statistics.queries.seeing import areas_seen, sees
from shucheng.bays.statistics.tests.city import CITY, EAST, OFFICE, WEST, areas, code, taken_over
from shucheng.kernel.public import Actor, Area, NotFound, Organisation, Person, Role, grant_role

pytestmark = pytest.mark.django_db

KINDS = Organisation.Kind
ZONE = "320900-zone"


def person(name: str, kind: str, area: str, **facts: str) -> Actor:
    where = Organisation.objects.create(
        code=name, name=name, kind=kind, area=Area.objects.get(code=area), **facts
    )
    where.aliases.create(text=f"{name}管委会")
    made = Person.objects.create(username=name, display_name=name, password="!")
    grant_role(made.pk, where.pk, Role.LIAISON, actor=OFFICE)
    return Actor(
        made.pk,
        name,
        frozenset({Role.LIAISON}),
        organisation_id=where.pk,
        organisation_ids=frozenset({where.pk}),
    )


@pytest.fixture(autouse=True)
def firms(tmp_path: Path) -> None:
    areas()
    city = Area.objects.get(code=CITY)
    Area.objects.create(code=ZONE, name="开发区", kind="functional_zone", parent=city)
    places = ((EAST, None), (EAST, "东港"), (EAST, "东港管委会"), (WEST, "东港"), (ZONE, None))
    rows = [
        {"firm": code(at), "name": f"企业{at}", "area": area, "park": park, "since": 202401}
        for at, (area, park) in enumerate(places)
    ]
    taken_over(tmp_path, "register", rows)


def shown(actor: Actor) -> list[str]:
    return sorted(line.name for line in firms_page({}, actor=actor).lines)


def test_a_park_sees_its_own_firms_by_any_of_its_names() -> None:
    park = person("东港", KINDS.PARK, EAST)
    assert shown(park) == ["企业1", "企业2"]
    assert firm_for(code(1), actor=park).name == "企业1"
    for other in (0, 3, 4):
        with pytest.raises(NotFound):
            firm_for(code(other), actor=park)


def test_a_zone_that_is_an_area_sees_all_of_it() -> None:
    assert shown(person("开发区管委会", KINDS.FUNCTIONAL_ZONE, ZONE)) == ["企业4"]


def test_a_zone_inside_a_county_sees_the_firms_the_register_has_in_it() -> None:
    zone = person("高新区", KINDS.FUNCTIONAL_ZONE, EAST, full_name="东港")
    assert shown(zone) == ["企业1"]


def test_a_county_sees_its_parks_and_a_company_sees_nobody() -> None:
    county = person("东区政府", KINDS.COUNTY_GOVERNMENT, EAST)
    assert shown(county) == ["企业0", "企业1", "企业2"]
    assert areas_seen(person("某公司", KINDS.COMPANY, EAST)) == frozenset()
    assert not sees(frozenset({EAST}), WEST, "东港")
    assert sees(None, WEST, None)

"""Accounts by park and of R&D people: for who sees every firm by page, API and SDMX; readers have
no division by park, which no release protects, and R&D people as all other measures."""

import csv
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from shucheng.bays.statistics.queries.accounts import account_page
from shucheng.bays.statistics.queries.choices import NO_PARK
from shucheng.bays.statistics.queries.firms_behind import firms_behind
from shucheng.bays.statistics.tests.city import EAST, OFFICE, WEST, code, publish, taken_over
from shucheng.bays.statistics.tests.firms_of_two import Browser, people

pytestmark = pytest.mark.django_db

# Area, park, R&D people.
FIRMS = [(EAST, "东港园", 10), (WEST, "东港园", 5), (EAST, "智谷", 3), (WEST, None, 2)]
PARKS = {"东港园": 15, "智谷": 3, NO_PARK: 2}
ASKED = {"by": "park", "measure": "rd_staff"}


@pytest.fixture
def browser(settings: Any, tmp_path: Path) -> Browser:
    settings.REQUIRE_SECOND_FACTOR = False
    found = people()
    register = [
        {"firm": code(at), "name": f"企业{at}", "area": area, "park": park, "industry": "3982"}
        for at, (area, park, _staff) in enumerate(FIRMS)
    ]
    taken_over(tmp_path, "register", [each | {"since": 202401} for each in register])
    returns = [
        {"firm": code(at), "period": 202512, "revenue": 1_000, "rd_staff": staff}
        for at, (_area, _park, staff) in enumerate(FIRMS)
    ]
    taken_over(tmp_path, "returns", returns)
    publish(202512)
    return found


def test_parks_add_up_and_lead_to_their_firms(browser: Browser) -> None:
    table = account_page(ASKED, actor=OFFICE).table
    assert table
    assert table.whole
    assert {cell.member: cell.lower for cell in table.whole.cells} == PARKS
    assert table.whole.total.lower == sum(PARKS.values())
    for park, staff in PARKS.items():
        behind = firms_behind({**ASKED, "class": "core", "member": park}, actor=OFFICE)
        assert behind
        assert behind.lower == staff
    page = browser("office").get(reverse("statistics:accounts"), ASKED).content.decode()
    assert "智谷" in page


def test_the_api_and_sdmx_tell_the_same(browser: Browser) -> None:
    told = browser("office").get("/api/v1/statistics/accounts", ASKED).json()
    core = {cell["member"]: cell["lower"] for cell in told["cells"] if cell["code"] == "core"}
    assert {park: Decimal(value) for park, value in core.items() if park} == PARKS
    url = reverse("statistics:accounts_download", args=["sdmx.csv"])
    rows = csv.DictReader(io.StringIO(browser("office").get(url, ASKED).content.decode()))
    parts = [row for row in rows if row["ACTIVITY"] == "core" and "PARK" in row["REF_AREA"]]
    assert sorted(int(Decimal(row["OBS_VALUE"])) for row in parts) == [2, 3, 15]
    assert {(row["MEASURE"], row["UNIT_MEASURE"]) for row in parts} == {("rd_staff", "PS")}
    structure = reverse("statistics:accounts_download", args=["structure.json"])
    named = browser("office").get(structure, ASKED).content.decode()
    assert all(row["REF_AREA"] in named for row in parts)


def test_readers_have_the_people_protected_and_no_parks(browser: Browser) -> None:
    leader = browser("leader")
    assert leader.get("/api/v1/statistics/accounts", ASKED).status_code == 422
    told = leader.get("/api/v1/statistics/accounts", {"measure": "rd_staff"}).json()
    assert told["protected"]
    assert "park" not in told["offered"]["by"]
    # The east has two firms: neither may learn of the other.
    withheld = {cell["member"] for cell in told["cells"] if cell["withheld"]}
    assert {EAST, WEST} <= withheld

"""A county's own system sends its firms with a token: they are read and wait; the plan office takes
them over. It speaks of no other county's firms and sees no other's files."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from shucheng.bays.statistics.actions import importing
from shucheng.bays.statistics.models import Batch, Firm
from shucheng.bays.statistics.tests.city import EAST, OFFICE, WEST
from shucheng.bays.statistics.tests.firm_files import imported, register, valid
from shucheng.bays.statistics.tests.firms_of_two import Browser, people
from shucheng.kernel.public import (
    Area,
    Organisation,
    Person,
    Role,
    grant_role,
    run_pending_jobs,
)

pytestmark = pytest.mark.django_db
API = "/api/v1/statistics"
FIRMS = register(
    f"{valid(1)},甲电子有限公司,3982,西区,大型,是,2024-11-01",
    f"{valid(2)},乙软件有限公司,6513,西区,小型,否,",
    f"{valid(3)},丙有限公司,3982,东区,小型,否,",
    f"{valid(4)},丁有限公司,3982,{EAST},小型,否,",
)
RETURNS = (
    f"统一社会信用代码,报告期,营业收入(万元)\n{valid(1)},2026-03,120\n{valid(9)},2026-03,80\n"
).encode()


class Program:
    """A system of an organisation with its token."""

    def __init__(self, name: str, organisation: Organisation, security: Client) -> None:
        account = Person.objects.create(
            username=name, display_name=name, password="!", is_service=True
        )
        grant_role(account.pk, organisation.pk, Role.SERVICE, actor=OFFICE)
        held = account.memberships.get()
        asked = {"membership": held.pk, "name": "push", "scope": "write"}
        issued = security.post("/api/v1/tokens", asked, content_type="application/json")
        self.headers = {"Authorization": f"Bearer {issued.json()['secret']}"}
        self.client = Client()

    def get(self, path: str) -> tuple[int, Any]:
        return self._told(self.client.get(API + path, headers=self.headers))

    def send(self, data: bytes, kind: str, **form: str) -> tuple[int, Any]:
        file = SimpleUploadedFile("firms.csv", data)
        form = {"kind": kind, **form, "file": file}
        return self._told(self.client.post(f"{API}/batches", form, headers=self.headers))

    def move(self, batch: Any, step: str, body: object = None) -> tuple[int, Any]:
        headers = {**self.headers, "If-Match": str(batch["revision"])}
        path = f"{API}/batches/{batch['id']}/{step}"
        if body is None:
            return self._told(self.client.post(path, headers=headers))
        kind = "application/json"
        return self._told(self.client.put(path, body, content_type=kind, headers=headers))

    def read(self, data: bytes, kind: str, **form: str) -> Any:
        """Send a file and have it read as it was understood."""
        status, batch = self.send(data, kind, **form)
        assert status == 200, batch
        columns = [{name: each[name] for name in ("heading", "field", "factor")}
                   for each in batch["columns"]]  # fmt: skip
        status, read = self.move(batch, "columns", {"columns": columns, **form})
        assert status == 200, read
        return read

    @staticmethod
    def _told(response: Any) -> tuple[int, Any]:
        return response.status_code, response.json()


@pytest.fixture
def browser(settings: Any) -> Browser:
    settings.REQUIRE_SECOND_FACTOR = False
    return people()


@pytest.fixture
def program(browser: Browser) -> Callable[[str], Program]:
    east = Area.objects.get(code=EAST)
    Organisation.objects.create(
        code="east", name="东区政府", kind=Organisation.Kind.COUNTY_GOVERNMENT, area=east
    )
    Organisation.objects.create(
        code="park", name="西区园区", kind=Organisation.Kind.PARK, area=Area.objects.get(code=WEST)
    )
    person = Person.objects.create(username="security", display_name="安全", password="!")
    office = Organisation.objects.get(code="data")
    grant_role(person.pk, office.pk, Role.SECURITY, actor=OFFICE)

    def of(organisation: str) -> Program:
        found = Organisation.objects.get(code=organisation)
        return Program(f"{organisation}-system", found, browser("security"))

    return of


def errors(program: Program, batch: Any) -> set[tuple[int, str]]:
    status, found = program.get(f"/batches/{batch['id']}/errors")
    assert status == 200
    return {(each["row"], each["code"]) for each in found["items"]}


@pytest.mark.parametrize("large", [False, True])
def test_a_county_s_system_sends_its_firms_and_the_office_takes_them_over(
    browser: Browser,
    program: Callable[[str], Program],
    large: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    west = program("west")
    if large:  # as a file that is read in the background
        monkeypatch.setattr(importing, "AT_ONCE", 0)
        batch = west.send(FIRMS, "register", month="2026-01")[1]
        assert batch["state"] == "reading"
        run_pending_jobs()
        batch = west.get(f"/batches/{batch['id']}")[1]
        assert batch["state"] == "mapping"
        columns = [{name: each[name] for name in ("heading", "field", "factor")}
                   for each in batch["columns"]]  # fmt: skip
        west.move(batch, "columns", {"columns": columns, "month": "2026-01"})
        run_pending_jobs()
        batch = west.get(f"/batches/{batch['id']}")[1]
    else:
        batch = west.read(FIRMS, "register", month="2026-01")
    assert (batch["state"], batch["good"], batch["bad"]) == ("staged", 2, 2)
    assert errors(west, batch) == {(4, "area-invalid"), (5, "area-unknown")}  # of the east
    assert west.move(batch, "take")[0] == 403
    assert not Firm.objects.exists()
    office = browser("office")
    taken = office.post(
        f"{API}/batches/{batch['id']}/take", headers={"If-Match": str(batch["revision"])}
    )
    assert taken.status_code == 200
    run_pending_jobs()
    assert set(Firm.objects.values_list("area", flat=True)) == {WEST}
    assert west.get(f"/batches/{batch['id']}")[1]["state"] == "applied"


def test_a_county_takes_no_firm_from_another(program: Callable[[str], Program]) -> None:
    imported(register(f"{valid(1)},甲电子有限公司,3982,东区,大型,是,"))
    west = program("west")
    batch = west.read(FIRMS, "register", month="2026-02")
    assert (batch["good"], batch["bad"]) == (1, 3)
    assert (2, "firm-elsewhere") in errors(west, batch)


def test_returns_are_of_own_firms_alone(program: Callable[[str], Program]) -> None:
    imported(register(
        f"{valid(1)},甲电子有限公司,3982,西区,大型,是,", f"{valid(9)},壬有限公司,3982,东区,大型,是,"
    ))  # fmt: skip
    west = program("west")
    batch = west.read(RETURNS, "returns")
    assert (batch["good"], batch["bad"]) == (1, 1)
    assert errors(west, batch) == {(3, "firm-unknown")}


def test_it_sees_no_other_s_files_and_nothing_else(program: Callable[[str], Program]) -> None:
    office = imported()
    west, east = program("west"), program("east")
    batch = west.read(FIRMS, "register", month="2026-01")
    listed = [each["id"] for each in west.get("/batches")[1]["items"]]
    assert batch["id"] in listed
    assert office.pk not in listed
    assert east.get("/batches")[1]["items"] == []
    for path in ("", "/errors"):
        assert east.get(f"/batches/{batch['id']}{path}")[0] == 404
        assert west.get(f"/batches/{office.pk}{path}")[0] == 404
    assert east.move(batch, "columns", {"columns": []})[0] == 404
    assert east.move(batch, "lay-aside")[0] == 404
    assert west.get("/fields?kind=returns")[0] == 200
    for path in ("/firms", "/accounts", "/publications", "/ladder"):
        assert west.get(path)[0] == 403
    status, dropped = west.move(batch, "lay-aside")
    assert (status, dropped["state"]) == (200, "laid_aside")


def test_a_park_speaks_for_no_county(program: Callable[[str], Program]) -> None:
    status, refused = program("park").send(FIRMS, "register", month="2026-01")
    assert (status, refused["code"]) == (422, "statistics.no_area")
    assert not Batch.objects.exists()

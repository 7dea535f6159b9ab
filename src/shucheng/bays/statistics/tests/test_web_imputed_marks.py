"""A figure that counts late firms by imputed returns is marked wherever it stands: to the office,
to readers of what is published, in files."""

import csv
import io
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.test import Client
from django.urls import reverse

from shucheng.bays.statistics.models import Publication
from shucheng.bays.statistics.queries.growing import growth_page
from shucheng.bays.statistics.queries.imputed_marks import marks_of
from shucheng.bays.statistics.queries.plan_industries import industries_page
from shucheng.bays.statistics.tests.city import CITY, EAST, OFFICE, WEST, publish, taken_over
from shucheng.bays.statistics.tests.city import code as firm
from shucheng.bays.statistics.tests.test_web_imputation import FIRMS, PERIOD, choose, firms
from shucheng.kernel.public import Area, Observation, Organisation, Person, Role, grant_role

__all__ = ["firms"]

pytestmark = pytest.mark.django_db
MARK = ">推</abbr>"


@pytest.fixture
def out(firms: None, tmp_path: Path) -> None:
    """Published: last year's September without, this year's with an imputed firm of the
    east; nobody is late in the west."""
    at = range(FIRMS, FIRMS + 5)
    register = [
        {"firm": firm(each), "name": f"企业{each}", "area": WEST, "industry": "3982"}
        | {"since": 202401, "tags": ["robot"] if each % 2 else []}
        for each in at
    ]
    taken_over(tmp_path, "register", register)
    rows = [
        {"firm": firm(each), "period": period, "revenue": 100_000 * each}
        for period in (202508, 202509, 202608, PERIOD)
        for each in at
    ]
    taken_over(tmp_path, "returns", rows)
    choose("growth")
    publish(PERIOD - 100, PERIOD)


def signed_in(settings: Any, role: Role, area: str = CITY) -> Client:
    settings.REQUIRE_SECOND_FACTOR = False
    kinds = Organisation.Kind
    kind = kinds.DEPARTMENT if area == CITY else kinds.COUNTY_GOVERNMENT
    place = Area.objects.get(code=area)
    where = Organisation.objects.create(code=f"o-{role}", name=f"{role}", kind=kind, area=place)
    person = Person.objects.create(username=f"{role}", display_name=f"{role}", password="!")
    grant_role(person.pk, where.pk, role, actor=OFFICE)
    client = Client()
    client.force_login(person)
    return client


def of(period: int) -> Publication:
    return Publication.objects.get(period=period)


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


@pytest.mark.usefixtures("out")
def test_what_is_known_of_a_publication_marks_its_cells() -> None:
    marks = marks_of(of(PERIOD))
    assert marks.of("core")
    assert marks.of("core", EAST)
    assert not marks.of("core", WEST)
    assert marks.of("02"), "of a class it is known only that it may be"
    assert not marks.of("02", WEST), "none of the area's core firms is imputed"
    assert not marks_of(of(PERIOD - 100)).of("core")


@pytest.mark.usefixtures("out")
def test_sdmx_of_a_publication_and_of_a_reader_s_account_has_the_status(settings: Any) -> None:
    leader = signed_in(settings, Role.LEADER)
    made = reverse("statistics:publication_download", args=[of(PERIOD).pk, "sdmx.csv"])
    account = reverse("statistics:accounts_download", args=["sdmx.csv"])
    for address in (made, account):
        rows = table(leader.get(address, {"period": PERIOD}).content)
        told = {
            (row["ACTIVITY"], row["REF_AREA"]): row["OBS_STATUS"]
            for row in rows
            if (row["SIZE"], row["MEASURE"]) == ("_T", "revenue")
        }
        assert told["core", CITY] == told["core", EAST] == "I"
        assert told["core", WEST] == "A"
    before = reverse("statistics:publication_download", args=[of(PERIOD - 100).pk, "sdmx.csv"])
    assert {row["OBS_STATUS"] for row in table(leader.get(before).content)} <= {"A", "Q"}


@pytest.mark.usefixtures("out")
def test_pages_mark_it_for_a_leader_and_a_county_and_say_the_months(settings: Any) -> None:
    publication = reverse("statistics:publication", args=[of(PERIOD).pk])
    earlier = reverse("statistics:publication", args=[of(PERIOD - 100).pk])
    clients = [signed_in(settings, Role.LEADER), signed_in(settings, Role.LIAISON, EAST)]
    for client in clients:
        for address in (
            reverse("statistics:accounts"),
            reverse("statistics:growth"),
            reverse("statistics:industries"),
            publication,
        ):
            page = client.get(address, {"period": PERIOD}).content.decode()
            assert MARK in page or "/industries" in address, address
            assert "以下月份的未报企业按推算数计入：2026年1—9月" in page, address
            assert f"计入：{PERIOD}" not in page
        assert MARK not in client.get(earlier).content.decode()


@pytest.mark.usefixtures("out")
def test_the_office_s_growth_and_industries_mark_it() -> None:
    found = growth_page({"period": str(PERIOD)}, actor=OFFICE)
    assert found
    assert {line.code: line.imputed for line in found.lines} == {EAST: True, WEST: False}
    assert (found.whole.imputed, found.whole.imputed_before) == (True, False)
    by_class = growth_page({"period": str(PERIOD), "view": "class"}, actor=OFFICE)
    assert by_class
    assert any(line.imputed for line in by_class.lines)
    page = industries_page({"period": str(PERIOD)}, actor=OFFICE)
    assert page
    assert {line.code: line.imputed for line in page.lines}["robots"] is False


@pytest.mark.usefixtures("firms")
def test_an_industry_with_an_imputed_firm_is_marked(settings: Any, tmp_path: Path) -> None:
    register = [
        {"firm": firm(each), "name": f"企业{each}", "area": EAST, "industry": "3982"}
        | {"since": 202401, "tags": ["robot"]}
        for each in range(FIRMS)
    ]
    taken_over(tmp_path, "register", register)
    choose("growth")
    publish(PERIOD)
    office = signed_in(settings, Role.PLAN_OFFICE)
    address = reverse("statistics:industries")
    assert MARK in office.get(address, {"period": PERIOD}).content.decode()
    leader = signed_in(settings, Role.LEADER)
    assert MARK in leader.get(address, {"period": PERIOD}).content.decode()


@pytest.mark.usefixtures("out")
def test_the_firms_behind_a_figure_say_which_are_imputed(settings: Any) -> None:
    observation = Observation.objects.get(
        metric_version__metric__code="statistics.core_revenue",
        area__code=EAST,
        period="2026-09",
        superseded_by=None,
    )
    office = signed_in(settings, Role.PLAN_OFFICE)
    page = office.get(f"/statistics/behind/{observation.pk}/").content.decode()
    rows = page.split("<tbody>")[1].split("</tbody>")[0].split("</tr>")
    assert ["推算" in row for row in rows if "企业" in row] == [
        "企业0<" in row for row in rows if "企业" in row
    ]
    told = table(office.get(f"/statistics/behind/{observation.pk}/firms.csv").content)
    assert {row["企业名称"] for row in told if row["是否按推算数计入"] == "是"} == {"企业0"}


@pytest.mark.usefixtures("out")
@pytest.mark.parametrize("role", [Role.PLAN_OFFICE, Role.LEADER])
def test_files_of_the_account_keep_the_mark(settings: Any, role: Role, tmp_path: Path) -> None:
    client = signed_in(settings, role)

    def file(form: str) -> bytes:
        address = reverse("statistics:accounts_download", args=[form])
        return client.get(address, {"period": PERIOD}).content

    path = tmp_path / "account.parquet"
    path.write_bytes(file("parquet"))
    core = duckdb.read_parquet(str(path)).filter("class = 'core'")
    assert dict(core.project("member, imputed").fetchall()) == {EAST: True, WEST: False, "": True}
    content = file("csv").decode("utf-8-sig")
    [total] = [row for row in table(file("csv")) if next(iter(row.values())) == "合计"]
    assert total["含推算企业"] == "东区、合计"
    assert "2026年1—9月" in content.split("\r\n\r\n")[1]
    if role == Role.LEADER:
        assert f"1 / {FIRMS + 5}" in content
    assert file("xlsx").startswith(b"PK")


@pytest.mark.usefixtures("out")
def test_files_of_the_publication_keep_the_mark(settings: Any, tmp_path: Path) -> None:
    client = signed_in(settings, Role.LEADER)

    def file(form: str) -> bytes:
        address = reverse("statistics:publication_download", args=[of(PERIOD).pk, form])
        return client.get(address).content

    path = tmp_path / "publication.parquet"
    path.write_bytes(file("parquet"))
    core = duckdb.read_parquet(str(path)).filter(
        "class = 'core' AND size = 'all' AND measure = 'revenue'"
    )
    assert set(core.project("area, imputed").fetchall()) == {
        ("city", True),
        (EAST, True),
        (WEST, False),
    }
    assert {row["含推算企业"] for row in table(file("csv")) if row["代码"] == "core"} == {"是", ""}

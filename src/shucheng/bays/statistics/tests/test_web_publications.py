"""What leaves the bay: nobody reads a single firm from the tables, months of a year together, the
files hold what the page shows, and what is out stays out."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from pysdmx.io import read_sdmx

from shucheng.bays.statistics.actions.publishing import publish_tables
from shucheng.bays.statistics.engine.published_tables import printed, tables_of_year
from shucheng.bays.statistics.engine.suppression.release import disclosures
from shucheng.bays.statistics.engine.suppression.rules import shipped_rules
from shucheng.bays.statistics.models import Publication
from shucheng.bays.statistics.queries.micro import ask
from shucheng.bays.statistics.tests.city import CITY, EAST, OFFICE, WEST, areas, code, taken_over
from shucheng.kernel.public import (
    Area,
    Invalid,
    Organisation,
    Person,
    Role,
    grant_role,
    run_pending_jobs,
)

pytestmark = pytest.mark.django_db
Browser = Callable[[str], Client]

ELECTRONICS, SOFTWARE = "3982", "6513"
ALONE = 11_117  # of the west's only software firm, thousand yuan to March
# Firm: area, industry, revenue to March and to June in thousand yuan.
FIRMS = [
    *((EAST, ELECTRONICS, 20_000 + 900 * at, 43_000 + 1_900 * at) for at in range(5)),
    *((WEST, ELECTRONICS, 30_000 + 700 * at, 65_000 + 1_100 * at) for at in range(5)),
    (WEST, SOFTWARE, ALONE, 25_003),
    *((EAST, SOFTWARE, 9_000 + 100 * at, 19_000 + 300 * at) for at in range(5)),
]


@pytest.fixture
def browser(settings: object) -> Browser:
    settings.REQUIRE_SECOND_FACTOR = False  # type: ignore[attr-defined]
    areas()
    city = Area.objects.get(code=CITY)
    data = Organisation.objects.create(
        code="data", name="数据局", kind=Organisation.Kind.DEPARTMENT, area=city
    )
    for name, role in (("office", Role.PLAN_OFFICE), ("leader", Role.LEADER)):
        person = Person.objects.create(username=name, display_name=name, password="!")
        grant_role(person.pk, data.pk, role, actor=OFFICE)

    def of(name: str) -> Client:
        client = Client()
        client.force_login(Person.objects.get(username=name))
        return client

    return of


@pytest.fixture
def firms(browser: Browser, tmp_path: Path) -> None:
    register = [
        {"firm": code(at), "name": f"企业{at}", "area": area, "industry": industry, "since": 202401,
         "tags": ["robot"] if at < 4 else []}
        for at, (area, industry, *_revenue) in enumerate(FIRMS)
    ]  # fmt: skip
    returns = [
        {"firm": code(at), "period": period, "revenue": revenue}
        for at, (_area, _industry, *both) in enumerate(FIRMS)
        for period, revenue in zip((202603, 202606), both, strict=True)
    ]
    taken_over(tmp_path, "register", register, simulated=True)
    taken_over(tmp_path, "returns", returns, simulated=True)


@pytest.mark.usefixtures("firms")
def test_two_months_together_tell_no_single_firm() -> None:
    rules = shipped_rules()
    made = [publish_tables(period, actor=OFFICE) for period in (202603, 202606)]
    out = [
        (*cell[:3], f"-{each.period}")
        for each in made
        for cell in each.cells
        if cell[3] is not None
    ]
    tables = ask(lambda micro: tables_of_year(micro, (202603, 202606), kept=rules.kept))
    assert out
    assert disclosures(tables, rules, out) == ()
    values = {tuple(cell[:3]): cell[3] for cell in made[0].cells}
    assert ALONE not in values.values()
    assert values[("core", "city", "all")] == sum(firm[2] for firm in FIRMS)
    assert made[0].simulated
    assert made[0].certificate["withheld"] == sum(value is None for value in values.values()) > 0
    # Had the same been out with the west's software, it would have been found.
    lone = next(key for key, cell in tables.cells.items()
                if cell.total == ALONE and printed(key, 202603))  # fmt: skip
    assert disclosures(tables, rules, [*out, lone])


@pytest.mark.usefixtures("firms")
def test_what_is_out_stays_out(tmp_path: Path) -> None:
    publish_tables(202603, actor=OFFICE)
    with pytest.raises(Invalid) as twice:
        publish_tables(202603, actor=OFFICE)
    assert twice.value.code == "statistics.published"
    taken_over(tmp_path, "returns", [{"firm": code(0), "period": 202603, "revenue": 20_500}])
    with pytest.raises(Invalid) as revised:
        publish_tables(202606, actor=OFFICE)
    assert revised.value.code == "statistics.revised"
    assert Publication.objects.count() == 1


@pytest.mark.usefixtures("firms")
def test_the_office_publishes_and_everybody_reads(browser: Browser) -> None:
    office, leader = browser("office"), browser("leader")
    url = reverse("statistics:publications")
    assert leader.post(url, {"period": 202603}).status_code == 403
    for odd in ("", "x", "202601", "9" * 30):
        assert office.post(url, {"period": odd}).status_code in (400, 422)
    assert office.post(url, {"period": 202603}).status_code == 302
    run_pending_jobs()
    made = Publication.objects.get()
    page = leader.get(reverse("statistics:publication", args=[made.pk]))
    assert page.status_code == 200
    shown = page.content.decode()
    assert "2026-1" in shown
    assert "withheld" in shown or "保密" in shown
    tables = page.context["page"].tables
    assert [table.code for table in tables if table.lines] == [
        "class-area", "class-size", "industry-area"
    ]  # fmt: skip
    assert leader.get(url).status_code == 200
    assert leader.get(reverse("statistics:publication", args=[made.pk + 1])).status_code == 404
    assert Client().get(url).status_code in (302, 401, 403)


@pytest.mark.usefixtures("firms")
def test_files_hold_the_cells_and_nothing_withheld(browser: Browser, tmp_path: Path) -> None:
    made = publish_tables(202603, actor=OFFICE)
    hidden = sum(cell[3] is None for cell in made.cells)

    def file(form: str) -> bytes:
        url = reverse("statistics:publication_download", args=[made.pk, form])
        response = browser("leader").get(url)
        assert response.status_code == 200
        return response.content

    sdmx = list(csv.DictReader(io.StringIO(file("sdmx.csv").decode())))
    assert len(sdmx) == len(made.cells)
    assert {row["CONF_STATUS"] for row in sdmx} == {"F", "C"}
    assert sum(row["CONF_STATUS"] == "C" for row in sdmx) == hidden
    assert all((row["OBS_VALUE"] == "") == (row["CONF_STATUS"] == "C") for row in sdmx)
    assert {row["SOURCE"] for row in sdmx} == {"simulation"}
    read = read_sdmx(io.BytesIO(file("sdmx.csv")), validate=False).get_datasets()[0]
    assert len(read.data) == len(made.cells)
    path = tmp_path / "tables.parquet"
    path.write_bytes(file("parquet"))
    rows = duckdb.sql(f"SELECT revenue, withheld FROM '{path}'").fetchall()  # noqa: S608
    assert sum(withheld for _value, withheld in rows) == hidden
    assert all((value is None) == withheld for value, withheld in rows)
    assert load_workbook(io.BytesIO(file("xlsx"))).worksheets[0].max_row == len(made.cells) + 1
    assert "0.11117" not in file("csv").decode()
    url = reverse("statistics:publication_download", args=[made.pk, "exe"])
    assert browser("leader").get(url).status_code == 404


def test_nothing_published_yet_says_so(browser: Browser) -> None:
    page = browser("leader").get(reverse("statistics:publications"))
    assert page.status_code == 200
    assert 'class="empty' in page.content.decode()

"""Accounts, growth and the plan's industries as people see them: sums that add up for those who
see every firm, protected cells for the others, files alike."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from itertools import product
from pathlib import Path

import duckdb
import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from shucheng.bays.statistics.bay import BAY
from shucheng.bays.statistics.queries.accounts import account_page
from shucheng.bays.statistics.queries.firms_behind import firms_behind
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
from shucheng.kernel.public import (
    Area,
    Organisation,
    Person,
    Role,
    grant_role,
    import_metrics,
)
from shucheng.plan.public import Asked

pytestmark = pytest.mark.django_db

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
ALONE = "1.11"  # the west's software firm in 亿元, as a page would write it
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


@pytest.mark.usefixtures("firms")
def test_lines_and_columns_add_up_to_the_total(browser: Browser) -> None:
    table = page(browser("office"), "accounts").context["table"]  # type: ignore[attr-defined]
    assert [name for _code, name in table.columns] == ["东区", "西区"]
    for line in (*table.lines, table.whole):
        assert sum(cell.lower for cell in line.cells) == line.total.lower
    for at in (0, 1):
        assert sum(line.cells[at].lower for line in table.lines) == table.whole.cells[at].lower
    assert table.whole.total.lower == Decimal("24.1117")
    assert table.late == 1


@pytest.mark.usefixtures("firms")
def test_the_firms_behind_a_cell_add_up_to_it(browser: Browser) -> None:
    office = browser("office")
    compared = 0
    for basis, measure, by in product(
        ("ytd", "month"),
        ("revenue", "value_added", "employees", "rd_expense"),
        ("area", "size", "designated"),
    ):
        asked = {"basis": basis, "measure": measure, "by": by, "period": 202609}
        table = account_page(asked, actor=OFFICE).table
        assert table
        for line in (*table.lines, table.whole):
            assert line
            for cell in (*line.cells, line.total):
                if cell.empty:
                    continue
                behind = {**asked, "class": cell.code, "member": cell.member}
                found = firms_behind(behind, actor=OFFICE)
                assert found
                assert (found.lower, found.upper) == (cell.lower, cell.upper)
                assert found.count == cell.firms
                compared += 1
    assert compared > 100
    page_of_one = page(office, "accounts_firms", **{"class": "03", "member": WEST})
    assert "企业8" in text(page_of_one)


@pytest.mark.usefixtures("firms")
def test_a_share_that_is_not_known_is_shown_as_bounds(browser: Browser, tmp_path: Path) -> None:
    firm = {"name": "研发企业", "industry": STARRED, "area": EAST, "since": 202401}
    taken_over(tmp_path, "register", [{"firm": code(99), **firm}])
    taken_over(tmp_path, "returns", [{"firm": code(99), "period": 202609, "revenue": 50_000}])
    office = page(browser("office"), "accounts")
    assert "0.00–0.50" in text(office)
    assert office.context["table"].bounded  # type: ignore[attr-defined]
    # Between the bounds lies one firm: readers are told what is certain alone.
    publish(202609)
    assert "–0.50" not in text(page(browser("leader"), "accounts"))


@pytest.mark.usefixtures("out")
@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
@pytest.mark.parametrize("asked", [{}, {"scheme": "medium"}, {"basis": "month", "by": "size"}])
def test_nobody_reads_a_single_firm_from_what_is_told(
    browser: Browser, form: str, asked: dict[str, str], tmp_path: Path
) -> None:
    leader = browser("leader")
    response = page(leader, "accounts", **asked)
    table = response.context["table"]  # type: ignore[attr-defined]
    assert table.protected
    assert table.choice.basis == "ytd"
    assert ALONE not in text(response)
    if "by" not in asked:
        # Nothing is withheld alone: a single gap could be filled by subtraction.
        for line in table.lines:
            assert sum(cell.withheld for cell in (*line.cells, line.total)) != 1
        assert table.withheld
        assert "保密" in text(response)
    address = reverse("statistics:accounts_download", args=[form])
    shown = _read(form, leader.get(address, asked).content, tmp_path)
    assert ALONE not in shown


@pytest.mark.usefixtures("out")
def test_readers_see_what_was_published_and_not_what_came_since(
    browser: Browser, tmp_path: Path
) -> None:
    def whole(name: str) -> object:
        return page(browser(name), "accounts").context["table"].whole.total.lower  # type: ignore[attr-defined]

    assert whole("leader") == whole("office")
    late = {"firm": code(7), "period": 202609, "revenue": 360_000}
    taken_over(tmp_path, "returns", [late])
    assert whole("office") == whole("leader") + Decimal("3.6")  # type: ignore[operator]


@pytest.mark.usefixtures("out")
@pytest.mark.parametrize("by", ["area", "size"])
@pytest.mark.parametrize("measure", ["revenue", "value_added", "rd_expense"])
def test_what_is_told_is_what_is_known(browser: Browser, measure: str, by: str) -> None:
    known, told = (
        page(browser(name), "accounts", measure=measure, by=by).context["table"]  # type: ignore[attr-defined]
        for name in ("office", "leader")
    )
    cells = {(c.code, c.member): c for line in (*known.lines, known.whole)
             for c in (*line.cells, line.total)}  # fmt: skip
    compared = 0
    for line in (*told.lines, told.whole):
        for cell in (*line.cells, line.total):
            if not cell.withheld and not cell.empty:
                assert cell.lower == cells[cell.code, cell.member].lower
                compared += 1
    assert compared


@pytest.mark.usefixtures("firms")
@pytest.mark.parametrize("name", ["accounts", "growth", "industries"])
def test_readers_see_nothing_before_it_is_published(browser: Browser, name: str) -> None:
    response = page(browser("leader"), name)
    assert response.status_code == 200
    assert 'class="empty"' in text(response)


def _read(form: str, content: bytes, folder: Path) -> str:
    if form == "csv":
        return content.decode("utf-8-sig")
    file = folder / f"table.{form}"
    file.write_bytes(content)
    if form == "parquet":
        return str(duckdb.read_parquet(str(file)).fetchall())
    return str([[cell.value for cell in row] for sheet in load_workbook(file) for row in sheet])


@pytest.mark.usefixtures("firms")
def test_files_hold_the_table_that_is_shown(browser: Browser, tmp_path: Path) -> None:
    office = browser("office")
    address = reverse("statistics:accounts_download", args=["csv"])
    rows = list(csv.reader(io.StringIO(office.get(address).content.decode("utf-8-sig"))))
    assert rows[0][1:] == ["东区", "西区", "合计"]
    assert rows[3] == ["合计", "12.80", "11.31", "24.11"]
    assert any("模拟" in cell for row in rows for cell in row)
    address = reverse("statistics:accounts_download", args=["parquet"])
    file = tmp_path / "office.parquet"
    file.write_bytes(office.get(address).content)
    figures = duckdb.read_parquet(str(file))
    total = figures.filter("class = 'core' AND member = ''").project("lower")
    assert total.fetchall() == [(Decimal("24.1117"),)]
    assert office.get(reverse("statistics:accounts_download", args=["exe"])).status_code == 404


@pytest.mark.usefixtures("firms")
def test_who_sees_which_firms(browser: Browser) -> None:
    asked = {"class": "core", "member": ""}
    seen = {}
    for name in ("office", "department", "county"):
        found = page(browser(name), "accounts_firms", **asked).context["found"]  # type: ignore[attr-defined]
        seen[name] = {firm.area for firm in found.firms}
    assert seen == {"office": {"东区", "西区"}, "department": {"东区", "西区"}, "county": {"东区"}}
    refused = page(browser("leader"), "accounts_firms", **asked)
    assert refused.status_code == 403
    assert "企业8" not in text(refused)
    # The register has no firm in this park.
    found = page(browser("park"), "accounts_firms", **asked).context["found"]  # type: ignore[attr-defined]
    assert found.firms == ()


@pytest.mark.usefixtures("out")
def test_a_county_sees_its_own_column_and_the_others_protected(browser: Browser) -> None:
    table = page(browser("county"), "accounts").context["table"]  # type: ignore[attr-defined]
    assert table.protected
    assert not any(line.cells[0].withheld for line in table.lines)
    assert any(line.cells[1].withheld for line in table.lines)


@pytest.mark.usefixtures("out")
def test_growth_is_told_part_by_part(browser: Browser) -> None:
    whole = page(browser("office"), "growth").context["page"].whole  # type: ignore[attr-defined]
    assert whole.before + sum(whole.parts) == whole.now
    assert whole.nominal == Decimal("37.0")  # 24.1117 against 17.6 亿元
    assert whole.comparable == Decimal("59.7")  # the same firms: against 15.1
    assert "西区" in text(page(browser("office"), "growth"))
    assert page(browser("office"), "growth", view="industries").status_code == 200

    told = page(browser("leader"), "growth", view="class").context["page"]  # type: ignore[attr-defined]
    assert not told.bars
    assert not any(line.parts for line in told.lines)
    assert told.whole.nominal == Decimal("37.0")
    # One firm went: beside both totals the rate would tell what it had.
    assert told.whole.comparable is None


@pytest.mark.usefixtures("firms")
def test_an_industry_stands_beside_what_the_plan_asks_of_it(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    [figure] = [each for each in BAY.metrics if each.code == "statistics.industry_software"]
    import_metrics([replace(figure, code="software", figure=figure.code)], actor=OFFICE)
    asked = Asked(7, "不低于 10 亿元", Decimal(100_000), "万元", 2027)
    monkeypatch.setattr(
        "shucheng.bays.statistics.queries.plan_industries.targets_of_metrics",
        lambda metrics: {"software": asked} if "software" in metrics else {},
    )
    shown = page(browser("office"), "industries")
    lines = {line.code: line for line in shown.context["page"].lines}  # type: ignore[attr-defined]
    software = lines["software"]
    assert software.attained == software.revenue * 10
    assert '<a href="/explain/target/7/">不低于 10 亿元</a>' in shown.content.decode()
    assert lines["robots"].asked is None


@pytest.mark.usefixtures("out")
def test_industries_and_what_they_share(browser: Browser) -> None:
    found = page(browser("office"), "industries").context["page"]  # type: ignore[attr-defined]
    software = next(line for line in found.lines if line.code == "software")
    assert (software.revenue, software.firms) == (Decimal("4.5117"), 5)
    at = [line.code for line in found.lines].index("robots")
    shared = next(
        cells for line, (_name, cells) in zip(found.lines, found.matrix, strict=True)
        if line.code == "software"
    )[at]  # fmt: skip
    assert (shared.firms, shared.revenue) == (2, Decimal("1.8"))

    told = page(browser("leader"), "industries").context["page"]  # type: ignore[attr-defined]
    robots = told.lines[at]
    assert robots.withheld
    assert robots.revenue is None
    assert robots.comparable is None
    assert all(cell.revenue is None for _name, cells in told.matrix for cell in cells)
    assert told.matrix[at][1][at].few


@pytest.mark.usefixtures("out")
def test_the_first_page_says_what_is_known_and_what_is_late(browser: Browser) -> None:
    response = page(browser("leader"), "home")
    found = response.context["found"]  # type: ignore[attr-defined]
    assert round(found.headlines[0].value, 2) == Decimal("24.11")
    assert found.late == (("西区", 1),)
    assert found.comparable is None, "one firm alone went"
    assert "2026年1—9月" in text(response)


@pytest.mark.parametrize("name", ["home", "accounts", "accounts_firms", "growth", "industries"])
def test_before_anything_is_imported_each_page_says_what_will_be_there(
    browser: Browser, name: str
) -> None:
    response = page(browser("office"), name)
    assert response.status_code == 200
    assert 'class="empty"' in text(response)
    address = reverse("statistics:accounts_download", args=["csv"])
    assert browser("office").get(address).status_code == 404


@pytest.mark.usefixtures("firms")
def test_a_quarter_without_the_one_before_is_unknown_not_zero(
    browser: Browser, tmp_path: Path
) -> None:
    first = {"firm": code(0), "period": 202602, "revenue": 1_000}
    taken_over(tmp_path, "returns", [first])
    whole = page(browser("office"), "accounts", basis="quarter").context["table"].whole  # type: ignore[attr-defined]
    assert (whole.total.firms, whole.total.unknown) == (12, 12)
    assert page(browser("office"), "accounts", basis="quarter", period=202509).status_code == 200


@pytest.mark.usefixtures("firms")
@pytest.mark.parametrize("name", ["accounts", "accounts_firms", "growth", "industries"])
def test_odd_questions_are_answered_with_what_there_is(browser: Browser, name: str) -> None:
    names = ("scheme", "by", "measure", "basis", "period", "class", "member", "view")
    odd = dict.fromkeys(names, "x' OR 1=1 --")
    assert page(browser("office"), name, **odd).status_code == 200
    assert page(browser("office"), name, period="99999999999999999999").status_code == 200

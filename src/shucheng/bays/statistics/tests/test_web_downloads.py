"""Tables of pages as files: to each as the page, sums as DuckDB reads them, no formulas."""

import csv
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from shucheng.bays.statistics.actions import exporting_tables
from shucheng.bays.statistics.actions.definitions import publish_definition
from shucheng.bays.statistics.actions.indexes import compute_index
from shucheng.bays.statistics.tests.city import EAST, OFFICE, WEST, code, publish, taken_over
from shucheng.bays.statistics.tests.firms_of_two import ALONE, FIRMS, Browser, people, told
from shucheng.bays.statistics.tests.test_web_api import INDEX, figures_of_index

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(settings: Any) -> Browser:
    settings.REQUIRE_SECOND_FACTOR = False
    return people()


@pytest.fixture
def firms(browser: Browser, tmp_path: Path) -> None:
    told(tmp_path)


def get(client: Client, name: str, form: str, status: int = 200, **asked: object) -> bytes:
    response = client.get(reverse("statistics:table_download", args=[name, form]), asked)
    assert response.status_code == status, response.content
    return response.content


def table(content: bytes) -> list[dict[str, str]]:
    """The rows of a CSV above its notes."""
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    end = next((at for at, row in enumerate(lines) if not row), len(lines))
    return [dict(zip(lines[0], row, strict=True)) for row in lines[1:end]]


def parquet(content: bytes, folder: Path, sql: str) -> list[tuple[Any, ...]]:
    path = folder / "table.parquet"
    path.write_bytes(content)
    with duckdb.connect() as connection:
        connection.read_parquet(str(path)).create_view("told")
        return connection.execute(sql).fetchall()


@pytest.mark.usefixtures("firms")
def test_the_register_as_parquet_has_the_sums_of_the_returns(
    browser: Browser, tmp_path: Path
) -> None:
    content = get(browser("office"), "firms", "parquet")
    found = parquet(content, tmp_path, "SELECT area, count(*), sum(revenue) FROM told GROUP BY 1")
    assert {area: (count, total * 10) for area, count, total in found} == {
        place: (len(own), sum(own))
        for place in (EAST, WEST)
        if (own := [revenue for area, _industry, revenue in FIRMS if area == place])
    }
    kinds = dict(parquet(content, tmp_path, "SELECT column_name, column_type FROM (DESCRIBE told)"))
    assert kinds["firm"] == "VARCHAR"
    assert kinds["designated"] == "BOOLEAN"
    assert kinds["revenue"] == "DECIMAL(18,1)"


@pytest.mark.usefixtures("firms")
def test_each_gets_the_firms_of_the_page_and_no_text_is_a_formula(
    browser: Browser, tmp_path: Path
) -> None:
    evil = {"firm": code(90), "name": "=HYPERLINK(1)", "area": WEST, "industry": "6513"}
    taken_over(tmp_path, "register", [{**evil, "since": 202601}])
    own = table(get(browser("county"), "firms", "csv"))
    codes = {row["统一社会信用代码"] for row in own}
    assert codes == {code(at) for at, (area, *_r) in enumerate(FIRMS) if area == WEST} | {code(90)}
    assert {row["企业名称"] for row in own if row["统一社会信用代码"] == code(90)} == {
        "'=HYPERLINK(1)"
    }
    book = load_workbook(io.BytesIO(get(browser("county"), "firms", "xlsx")))
    cells = [cell for sheet in book for row in sheet for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert "=HYPERLINK(1)" in {cell.value for cell in cells}
    get(browser("leader"), "firms", "csv", status=403)
    narrowed = table(get(browser("office"), "firms", "csv", q="企业10"))
    assert [row["统一社会信用代码"] for row in narrowed] == [code(10)]


@pytest.mark.usefixtures("firms")
def test_a_workbook_that_would_be_too_long_says_what_to_do(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting_tables, "MOST_IN_A_WORKBOOK", 3)
    get(browser("office"), "firms", "xlsx", status=422)
    get(browser("office"), "firms", "parquet")


@pytest.mark.usefixtures("firms")
def test_growth_whole_for_the_office_and_as_told_for_readers(
    browser: Browser, tmp_path: Path
) -> None:
    get(browser("office"), "growth", "csv", status=404)
    before = [
        {"firm": code(at), "period": 202503, "revenue": revenue // 2}
        for at, (_area, _industry, revenue) in enumerate(FIRMS)
    ]
    taken_over(tmp_path, "returns", before)
    publish(202503)
    whole = get(browser("office"), "growth", "parquet")
    [total] = parquet(
        whole, tmp_path, "SELECT now, before, continuing + correction FROM told WHERE code = 'core'"
    )
    place = Decimal("0.0001")  # as far as the page reckons
    assert total[0] == (sum(Decimal(each) for *_p, each in FIRMS) / 100_000).quantize(place)
    assert abs(total[0] - total[1] - total[2]) <= 2 * place
    read = get(browser("leader"), "growth", "parquet")
    columns = parquet(read, tmp_path, "SELECT column_name FROM (DESCRIBE told)")
    assert ("continuing",) not in columns
    hidden = parquet(read, tmp_path, "SELECT count(*) FROM told WHERE withheld AND now IS NOT NULL")
    assert hidden == [(0,)]


@pytest.mark.usefixtures("firms")
def test_industries_and_the_ladder_hold_what_the_pages_show(
    browser: Browser, tmp_path: Path
) -> None:
    found = parquet(
        get(browser("office"), "industries", "parquet"),
        tmp_path,
        "SELECT firms, revenue FROM told WHERE code = 'software'",
    )
    software = [revenue for _area, industry, revenue in FIRMS if industry == "6513"]
    assert found == [(len(software), Decimal(sum(software)) / 100_000)]
    assert str(ALONE) not in get(browser("leader"), "industries", "csv").decode()
    ladder = parquet(
        get(browser("leader"), "ladder", "parquet"),
        tmp_path,
        """SELECT sum(held) FILTER (area <> ''), sum(held) FILTER (area = '')
        FROM told WHERE rung = 'designated'""",
    )
    assert ladder[0][0] == ladder[0][1] == len(FIRMS)


def test_an_index_leaves_with_how_firm_its_ranks_are(browser: Browser) -> None:
    figures_of_index()
    publish_definition("index", INDEX, code="small", number=0, reason="test", actor=OFFICE)
    url = reverse("statistics:index_download", args=["small", "csv"])
    assert browser("leader").get(url).status_code == 404
    compute_index("small", "2025", actor=OFFICE)
    rows = table(browser("leader").get(url).content)
    assert {row["位次"] if "位次" in row else row["排名"] for row in rows} <= {"1", "2"}
    assert len(rows) == 2
    assert all(row[next(name for name in row if "%" in name and "90" not in name)] for row in rows)


@pytest.mark.usefixtures("firms")
@pytest.mark.parametrize(("name", "form"), [("firms", "exe"), ("nothing", "csv")])
def test_what_there_is_not_is_not_found(browser: Browser, name: str, form: str) -> None:
    get(browser("office"), name, form, status=404)


@pytest.mark.usefixtures("firms")
def test_the_firms_of_a_cell_leave_with_their_total(browser: Browser) -> None:
    asked = {"class": "core", "member": WEST, "period": "202603"}
    own = table(get(browser("county"), "accounts_firms", "csv", **asked))
    assert {row["企业名称"] for row in own} == {*(f"企业{at}" for at in range(5, 11)), "合计"}
    page = browser("county").get(reverse("statistics:accounts_firms"), asked).content.decode()
    assert "合计 (6)" in page
    assert "accounts_firms.xlsx?" in page
    get(browser("leader"), "accounts_firms", "csv", status=403, **asked)

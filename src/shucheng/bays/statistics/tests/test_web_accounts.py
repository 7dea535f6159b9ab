"""Accounts as people see them: sums that add up for those who see every firm, protected cells for
the others, files alike."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal
from itertools import product
from pathlib import Path

import duckdb
import pytest
from django.urls import reverse
from openpyxl import load_workbook

from shucheng.bays.statistics.actions.exporting import notes
from shucheng.bays.statistics.queries.accounts import account_page
from shucheng.bays.statistics.queries.firms_behind import firms_behind
from shucheng.bays.statistics.tests.accounts_city import (
    STARRED,
    Browser,
    browser,
    firms,
    out,
    page,
    text,
)
from shucheng.bays.statistics.tests.city import EAST, OFFICE, WEST, code, publish, taken_over

__all__ = ["browser", "firms", "out"]

pytestmark = pytest.mark.django_db
ALONE = "1.11"  # the west's software firm in 亿元, as a page would write it


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
        asked = {"basis": basis, "measure": measure, "by": by, "period": "202609"}
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
    shown = _read(form, leader.get(address, table.choice.told).content, tmp_path)
    assert ALONE not in shown
    assert leader.get(address, asked).status_code == (422 if asked else 200)


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
def test_files_have_bounds_as_numbers_in_two_columns(browser: Browser, tmp_path: Path) -> None:
    firm = {"name": "研发企业", "industry": STARRED, "area": EAST, "since": 202401}
    taken_over(tmp_path, "register", [{"firm": code(99), **firm}])
    taken_over(tmp_path, "returns", [{"firm": code(99), "period": 202609, "revenue": 50_000}])
    office = browser("office")
    address = reverse("statistics:accounts_download", args=["xlsx"])
    file = tmp_path / "account.xlsx"
    file.write_bytes(office.get(address).content)
    head, *lines = load_workbook(file).worksheets[0].iter_rows(values_only=True)
    words = [
        f"{name}{side}" for name in ("东区", "西区", "合计") for side in ("（下限）", "（上限）")
    ]
    assert list(head[1:]) == words
    total = dict(zip(head, lines[-1], strict=True))
    assert total["东区（上限）"] - total["东区（下限）"] == pytest.approx(0.5)  # type: ignore[operator]
    assert all(isinstance(value, int | float | None) for line in lines for value in line[1:])
    told = office.get(reverse("statistics:accounts_download", args=["csv"])).content.decode()
    rows = list(csv.reader(io.StringIO(told.removeprefix("\ufeff"))))
    assert rows[0][1:] == words
    assert not any("–" in cell for row in rows[: len(lines) + 1] for cell in row)


@pytest.mark.usefixtures("out")
def test_files_say_the_local_day_of_publication(browser: Browser) -> None:
    table = page(browser("leader"), "accounts").context["table"]  # type: ignore[attr-defined]
    table.publication.recorded_at = datetime(2026, 11, 29, 17, tzinfo=UTC)
    assert ["发布时间", "2026-11-30"] in [list(row) for row in notes(table)]


@pytest.mark.usefixtures("out")
@pytest.mark.parametrize("name", ["leader", "county"])
def test_another_table_than_was_asked_for_is_refused_and_told(browser: Browser, name: str) -> None:
    client = browser(name)
    asked = {"scheme": "minor", "basis": "month", "period": "202609"}
    for form in ("csv", "xlsx", "parquet", "sdmx.csv"):
        address = reverse("statistics:accounts_download", args=[form])
        refused = client.get(address, asked)
        assert refused.status_code == 422
    shown = refused.content.decode()
    assert "statistics.choice" in shown
    assert "scheme, basis" in shown
    told = text(page(client, "accounts", **asked))
    assert "分类“核心产业小类”：本表没有，或您的角色不能查看" in told
    assert "口径“当月”" in told
    assert "2026年9月”：" not in told, "the month is the one that was asked for"
    known = client.get(reverse("statistics:accounts_download", args=["csv"]), {"scheme": "major"})
    assert known.status_code == 200
    assert "无法显示" not in text(page(client, "accounts", scheme="major"))
    growth = reverse("statistics:table_download", args=["growth", "csv"])
    assert client.get(growth, {"view": "industries"}).status_code == 422


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

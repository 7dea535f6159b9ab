"""The month of a row: from its cell, or else from beside the file; and returns that do not fit
those of the months before."""

from pathlib import Path
from typing import Any

from shucheng.bays.statistics.engine.imports.report import Report
from shucheng.bays.statistics.engine.imports.stage import ROWS
from shucheng.bays.statistics.tests.test_engine_imports import (
    CODES,
    HEAD,
    known,
    row,
    staged,
    write,
)

REGISTER = [*HEAD[:-1], "起始月份"]
MONTHS = ("2026-10", "2026-11", "2027-03")
RETURNS = ["统一社会信用代码", "报告期", "营业收入(千元)"]


def register(tmp_path: Path, *months: str, month: int | None, **more: Any) -> Report:
    rows = [[*row(at)[:-1], month] for at, month in enumerate(months)]
    file = write(tmp_path / "a.csv", [REGISTER, *rows])
    return staged(file, tmp_path, month=month, **more)[0]


def test_a_month_beside_the_file_is_that_of_cells_that_say_none(tmp_path: Path) -> None:
    rows = [[*row(0)[:-1], ""], [*row(1)[:-1], "2026-03"]]
    file = write(tmp_path / "a.csv", [REGISTER, *rows])
    report, found = staged(file, tmp_path, month=202611)
    assert (report.good, report.bad) == (2, 0)
    assert [each["since"] for each in found] == [202611, 202603]


def test_a_known_firm_is_compared_where_its_month_is_told_beside_the_file(tmp_path: Path) -> None:
    before = known(tmp_path, row(0))
    rows = [[*row(0, name="改名有限公司")[:-1], ""]]
    file = write(tmp_path / "b.csv", [REGISTER, *rows])
    report, _ = staged(file, tmp_path, month=202611, existing=(before,))
    assert report.changes == {"new": 0, "changed": 1, "unchanged": 0}
    assert [each.field for each in report.differences] == ["name"]


def test_a_cell_without_a_month_is_an_error_where_none_is_told(tmp_path: Path) -> None:
    report = register(tmp_path, "2026-03", "", month=None)
    assert [(each.row, each.field, each.code) for each in report.errors] == [
        (3, "since", "missing")
    ]


def test_returns_take_the_month_beside_the_file_too(tmp_path: Path) -> None:
    file = write(tmp_path / "r.csv", [RETURNS, [CODES[0], "", "5"], [CODES[1], "2026-08", "5"]])
    report, found = staged(file, tmp_path, "returns", month=202609)
    assert report.bad == 0
    assert [each["period"] for each in found] == [202609, 202608]


def test_returns_of_a_month_to_come_are_refused(tmp_path: Path) -> None:
    file = write(tmp_path / "r.csv", [RETURNS, *([CODES[0], each, "5"] for each in MONTHS)])
    report, found = staged(file, tmp_path, "returns", month=None, until=202611)
    assert [(each.row, each.code) for each in report.errors] == [(4, "month-to-come")]
    assert [each["period"] for each in found] == [202610, 202611]


def test_revenue_that_falls_or_leaps_since_january_is_warned_of(tmp_path: Path) -> None:
    """Against the newest month that the firm reported in the year; a new year begins anew."""
    told = [("2026-02", "20"), ("2026-08", "800"), ("2025-12", "90000")]
    lines = [[CODES[at], *each] for at in range(4) for each in told]
    before = tmp_path / "before"
    before.mkdir()
    staged(write(tmp_path / "r.csv", [RETURNS, *lines]), before, "returns", month=None)
    now = ["799", "9001", "900", "8999"]
    file = write(
        tmp_path / "s.csv",
        [RETURNS, *([CODES[at], "2026-09", each] for at, each in enumerate(now))],
    )
    report, found = staged(file, tmp_path, "returns", month=None, existing=(before / ROWS,))
    assert len(found) == 4
    assert [(each.row, each.code) for each in report.warnings] == [
        (2, "revenue-falls"),
        (3, "revenue-leaps"),
    ]

"""Imports: encodings and kinds of files, wrong cells, units, repeats, what would change."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from openpyxl import Workbook

from shucheng.bays.statistics.engine.imports import stage
from shucheng.bays.statistics.engine.imports.fields import ImportRefused, fields
from shucheng.bays.statistics.engine.imports.mapping import Column, Mapping
from shucheng.bays.statistics.engine.imports.report import Report, error_rows, letters
from shucheng.bays.statistics.engine.simulated.codes import credit_codes
from shucheng.bays.statistics.tests.import_files import proposed

CODES = [str(each) for each in credit_codes(np.arange(40))]
HEAD = ["统一社会信用代码", "单位详细名称", "行业代码", "所属区县", "企业规模", "是否规上"]
HEAD += ["高新技术企业"]
AREAS = {"亭湖区": "320902"}


def row(number: int, **other: str) -> list[str]:
    cells = {
        "code": CODES[number],
        "name": f" 模拟企业{number}（集团）有限公司 ",
        "industry": "I6510",
        "area": "亭湖区",
        "size": "大型",
        "designated": "是",
        "honour": "否",
    }
    return list((cells | other).values())


def write(path: Path, rows: list[list[str]], encoding: str = "utf-8", delimiter: str = ",") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


def staged(
    path: Path, tmp_path: Path, table: str = "register", **options: Any
) -> tuple[Report, list[dict[str, Any]]]:
    options = {"month": 202501, "areas": AREAS} | options
    proposal = proposed(path, table, tmp_path)
    report = stage.stage(path, proposal.mapping, tmp_path, stage.Options(**options))
    rows = duckdb.read_parquet(str(tmp_path / stage.ROWS)).order("number")
    return report, [dict(zip(rows.columns, each, strict=True)) for each in rows.fetchall()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_every_encoding_gives_the_same_rows(tmp_path: Path, encoding: str, delimiter: str) -> None:
    rows = [["企业名录", "", "", "", "", "", ""], HEAD, row(0), row(1, honour="2023年")]
    report, found = staged(write(tmp_path / "a.csv", rows, encoding, delimiter), tmp_path)
    assert (report.rows, report.good, report.bad, report.honours) == (2, 2, 0, 1)
    assert [each["line"] for each in found] == [3, 4]
    first = found[0]
    assert first["firm"] == CODES[0]
    assert first["name"] == "模拟企业0(集团)有限公司"
    assert (first["industry"], first["area"], first["size"]) == ("6510", "320902", "large")
    assert first["designated"] is True
    assert first["since"] == 202501
    honour = duckdb.execute(
        "SELECT firm, kind, since, holds FROM read_parquet(?)", [str(tmp_path / stage.HONOURS)]
    ).fetchall()
    assert honour == [
        (CODES[0], "high_tech", date(2025, 1, 1), False),
        (CODES[1], "high_tech", date(2023, 1, 1), True),
    ]


def test_lines_are_counted_as_an_editor_does(tmp_path: Path) -> None:
    rows = [HEAD, row(0, name="两\n行"), [], row(1), row(2, code="91000000")]
    report, found = staged(write(tmp_path / "a.csv", rows), tmp_path)
    assert [each["line"] for each in found] == [2, 5]
    (error,) = report.errors
    assert (error.row, error.column, error.heading) == (6, "A", "统一社会信用代码")
    assert (error.value, error.code) == ("91000000", "code-form")


def test_every_wrong_cell_is_told(tmp_path: Path) -> None:
    rows = [
        HEAD,
        row(0, code=CODES[0][:-1] + ("0" if CODES[0][-1] != "0" else "1")),
        row(1, name="", industry="65"),
        row(2, area="火星区", size="巨型"),
        row(3, designated="也许", area="999999"),
        row(4, honour="申请中", name="长" * 201),
        row(5),
        row(6, industry="9999"),
    ]
    report, found = staged(write(tmp_path / "a.csv", rows), tmp_path)
    told = {(each.row, each.field, each.code) for each in report.errors}
    assert told == {
        (2, "firm", "code-checksum"),
        (3, "name", "missing"),
        (3, "industry", "industry-invalid"),
        (4, "area", "area-invalid"),
        (4, "size", "size-invalid"),
        (5, "designated", "bool-invalid"),
        (5, "area", "area-unknown"),
        (6, "honour_high_tech", "honour-invalid"),
        (6, "name", "text-too-long"),
        (8, "industry", "industry-invalid"),
    }
    assert [each["firm"] for each in found] == [CODES[5]]
    assert sum(each.rows for each in report.counts) == len(report.errors)
    assert len(error_rows(report.errors)) == len(report.errors) + 1


def test_all_errors_are_counted_and_the_first_kept(tmp_path: Path) -> None:
    rows = [HEAD, *[row(number, size="?") for number in range(30)]]
    report, _ = staged(write(tmp_path / "a.csv", rows), tmp_path, first_errors=5)
    assert [each.row for each in report.errors] == [2, 3, 4, 5, 6]
    assert [(each.code, each.rows) for each in report.counts] == [("size-invalid", 30)]


RETURNS = ["统一社会信用代码", "报告期", "营业收入（万元）", "营业利润(元)", "应付职工薪酬(千元)"]
RETURNS += ["从业人员"]


def test_units_are_converted_and_months_read(tmp_path: Path) -> None:
    rows = [
        RETURNS,
        [CODES[0], "2025年1-9月", "1,234.56", "-1500", "(12)", "80"],
        [CODES[1], "2025-02", "", "—", "7.5", ""],
        [CODES[2], "202501", "1", "1", "1", "1"],
        [CODES[3], "2025-02", "1", "1", "1", "1.5"],
        [CODES[4], "2025-02", "", "", "", ""],
        [CODES[5], "2025-13", "1", "1", "1", "-1"],
    ]
    report, found = staged(write(tmp_path / "r.csv", rows), tmp_path, "returns", month=None)
    values = [
        (each["period"], each["revenue"], each["surplus"], each["compensation"], each["employees"])
        for each in found
    ]
    assert values == [(202509, 12346, -2, -12, 80), (202502, None, None, 8, None)]
    assert found[0]["status"] == "reported"
    assert {(each.row, each.code) for each in report.errors} == {
        (4, "month-january"),
        (5, "people-invalid"),
        (6, "items-missing"),
        (7, "month-invalid"),
        (7, "people-negative"),
    }


def test_no_digit_of_a_large_unit_is_lost(tmp_path: Path) -> None:
    rows = [[RETURNS[0], "报告期", "营业收入(亿元)"], [CODES[0], "2025-02", "1.23456"]]
    rows.append([CODES[1], "2025-02", "1234567890123"])
    report, found = staged(write(tmp_path / "r.csv", rows), tmp_path, "returns", month=None)
    assert [each["revenue"] for each in found] == [123_456]
    # More than a column can hold is told, not cut.
    assert [(each.row, each.code) for each in report.errors] == [(3, "money-invalid")]


def test_a_firm_told_twice_counts_once(tmp_path: Path) -> None:
    rows = [HEAD, row(0), row(1), row(0, size="小型")]
    report, found = staged(write(tmp_path / "a.csv", rows), tmp_path)
    assert (report.good, report.bad) == (2, 1)
    (error,) = report.errors
    assert (error.code, error.row, error.first_row) == ("row-repeated", 4, 2)
    assert [each["size"] for each in found] == ["large", "large"]


def test_what_would_change_is_told(tmp_path: Path) -> None:
    staged(write(tmp_path / "a.csv", [HEAD, row(0), row(1)]), tmp_path)
    earlier = (tmp_path / stage.ROWS).rename(tmp_path / "earlier.parquet")
    rows = [HEAD, row(0), row(1, size="小型"), row(2)]
    report, found = staged(write(tmp_path / "b.csv", rows), tmp_path, existing=(earlier,))
    assert report.changes == {"new": 1, "changed": 1, "unchanged": 1}
    assert [each["change"] for each in found] == ["unchanged", "changed", "new"]


def known(tmp_path: Path, *rows: list[str]) -> Path:
    """A register that was taken over earlier."""
    staged(write(tmp_path / "known.csv", [HEAD, *rows]), tmp_path)
    return (tmp_path / stage.ROWS).rename(tmp_path / "known.parquet")


def test_known_firms_told_otherwise_are_named_before_and_after(tmp_path: Path) -> None:
    earlier = known(tmp_path, row(0), row(1), row(2))
    rows = [
        HEAD,
        row(0, name="改名后有限公司"),
        row(1, area="盐都区", industry="3982"),
        row(2, area="盐都区"),
        row(3, area="盐都区"),
    ]
    areas = AREAS | {"盐都区": "320903"}
    path = write(tmp_path / "b.csv", rows)
    report, _ = staged(path, tmp_path, existing=(earlier,), areas=areas)
    told = {each.field: each for each in report.differences}
    assert {field: each.firms for field, each in told.items()} == {
        "name": 1,
        "area": 2,
        "industry": 1,
    }
    moved = [(each.row, each.firm, each.before, each.after) for each in told["area"].first]
    assert moved == [(3, CODES[1], "320902", "320903"), (4, CODES[2], "320902", "320903")]
    (renamed,) = told["name"].first
    assert (renamed.before, renamed.after) == ("模拟企业0(集团)有限公司", "改名后有限公司")


def test_a_firm_stays_as_known_where_the_register_says_nothing(tmp_path: Path) -> None:
    """Without the column, and by an empty cell; a new firm is taken for what is usual."""
    earlier = known(tmp_path, row(0), row(1, designated="否"))
    without = [each[:5] + each[6:] for each in (HEAD, row(0), row(1), row(2))]
    emptied = [HEAD, *(row(number, designated="") for number in range(3))]
    for rows in (without, emptied):
        path = write(tmp_path / "b.csv", rows)
        report, found = staged(path, tmp_path, existing=(earlier,))
        assert [each["designated"] for each in found] == [True, False, None]
        assert report.changes == {"new": 1, "changed": 0, "unchanged": 2}
        assert report.differences == ()
        told = {each.field: (each.kept, each.assumed) for each in report.unsaid}
        assert told["designated"] == (2, 1)


def test_amounts_below_zero_are_taken_over_with_a_warning(tmp_path: Path) -> None:
    rows = [RETURNS, [CODES[0], "2025-02", "-5", "-1", "1", "3"]]
    rows.append([CODES[1], "2025-02", "5", "-1", "1", "3"])
    report, found = staged(write(tmp_path / "r.csv", rows), tmp_path, "returns", month=None)
    assert (report.good, report.bad, report.errors) == (2, 0, ())
    assert [(each.code, each.field, each.rows) for each in report.warned] == [
        ("money-negative", "revenue", 1)
    ]
    (warning,) = report.warnings
    assert (warning.row, warning.column, warning.value, warning.warning) == (2, "C", "-5", True)
    assert found[0]["revenue"] == -50


def test_all_that_is_wrong_with_a_row_is_told_at_once(tmp_path: Path) -> None:
    """Also that another row tells of the same firm, so that nothing new is wrong next time."""
    rows = [HEAD, row(0), row(0, name="", size="巨型", industry="65")]
    report, _ = staged(write(tmp_path / "a.csv", rows), tmp_path)
    assert (report.good, report.bad) == (1, 1)
    told = {(each.row, each.field, each.code) for each in report.errors}
    assert told == {
        (3, "name", "missing"),
        (3, "size", "size-invalid"),
        (3, "industry", "industry-invalid"),
        (3, "firm", "row-repeated"),
    }


def test_workbooks_of_several_sheets_and_parquet(tmp_path: Path) -> None:
    book = Workbook()
    book.active.title = "说明"
    book.active.append(["填报说明"])
    for number, title in enumerate(["一", "二"]):
        sheet = book.create_sheet(title)
        sheet.append([])
        sheet.append([None, *HEAD])
        sheet.append([None, *row(number)])
        sheet.append([None, *row(number + 10, size="?")])
    book.save(tmp_path / "a.xlsx")
    report, found = staged(tmp_path / "a.xlsx", tmp_path)
    assert [(each["sheet"], each["line"]) for each in found] == [(1, 3), (2, 3)]
    assert [(each.sheet, each.row, each.column) for each in report.errors] == [
        ("一", 4, "F"),
        ("二", 4, "F"),
    ]
    assert report.sheets_left_out == ("说明",)

    columns = ", ".join(f'c{at} AS "{name}"' for at, name in enumerate(HEAD))
    marks = ", ".join(f"? AS c{at}" for at in range(len(HEAD)))
    duckdb.execute(
        f"COPY (SELECT {columns} FROM (SELECT {marks})) TO '{tmp_path}/a.parquet'",  # noqa: S608
        row(0),
    )
    again, rows = staged(tmp_path / "a.parquet", tmp_path)
    assert (again.good, rows[0]["firm"], rows[0]["line"]) == (1, CODES[0], 2)


def test_a_file_is_read_the_same_every_time(tmp_path: Path) -> None:
    rows = [HEAD, *[row(number) for number in range(10)]]
    path = write(tmp_path / "a.csv", rows)
    report, found = staged(path, tmp_path)
    again, repeated = staged(path, tmp_path)
    assert report == again
    assert found == repeated
    assert [each["number"] for each in found] == list(range(10))


def test_a_mapping_is_kept_and_used_for_columns_in_another_order(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [HEAD, row(0)])
    proposal = proposed(path, "register", tmp_path)
    kept = Mapping.from_data(proposal.mapping.to_data())
    assert kept == proposal.mapping
    turned = write(tmp_path / "b.csv", [HEAD[::-1], row(1)[::-1]])
    options = stage.Options(month=202501, areas=AREAS)
    assert stage.stage(turned, kept, tmp_path, options).good == 1


def test_a_proposal_has_reasons(tmp_path: Path) -> None:
    head = ["编号", "企业详细名称", "代码", "1.营业收入（万元）", "备注"]
    rows = [head, *[[str(n), f"企业{n}", CODES[n], "12.5", ""] for n in range(5)]]
    proposal = proposed(write(tmp_path / "a.csv", rows), "returns", tmp_path)
    guesses = {each.column.field: each for each in proposal.guesses}
    assert (guesses["firm"].column.heading, guesses["firm"].reason) == ("代码", "values")
    assert guesses["revenue"].column.factor == "10"
    assert guesses["revenue"].reason == "heading-same"
    assert proposal.missing == ("period",)
    assert "备注" in proposal.unused


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({}, "mapping-invalid"),
        ({"table": "register", "columns": [{"heading": "a", "field": "b"}]}, "field-unknown"),
        ({"table": "other", "columns": []}, "table-unknown"),
        (
            {"table": "returns", "columns": [{"heading": "a", "field": "firm", "factor": "1;"}]},
            "factor-invalid",
        ),
        ({"table": "returns", "columns": [{"heading": "a", "field": "firm"}] * 2}, "field-twice"),
    ],
)
def test_a_wrong_mapping_is_refused(data: dict[str, Any], code: str) -> None:
    with pytest.raises(ImportRefused) as refused:
        Mapping.from_data(data)
    assert refused.value.code == code


def test_what_is_not_said_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [HEAD, row(0)])
    mapping = proposed(path, "register", tmp_path).mapping
    with pytest.raises(ImportRefused, match="fields-missing"):
        stage.stage(path, mapping, tmp_path)
    other = Mapping("register", (*mapping.columns[:-1], Column("没有的列", "honour_srdi")))
    with pytest.raises(ImportRefused, match="headings-missing"):
        stage.stage(path, other, tmp_path, stage.Options(month=202501))


def test_headings_belong_to_one_field() -> None:
    for table in ("register", "returns"):
        told = [each for field in fields(table).values() for each in field.headings]
        assert len(told) == len(set(told))
    assert [letters(at) for at in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]

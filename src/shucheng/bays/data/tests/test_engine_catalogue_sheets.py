"""Sheets of resources are read back as they were written, and every wrong cell is told."""

import io
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from shucheng.bays.data.engine.catalogue import sheet_cells, sheets
from shucheng.bays.data.engine.catalogue.model import Field, Holder, Resource, words
from shucheng.bays.data.engine.catalogue.sheet_cells import SheetRefused
from shucheng.bays.data.engine.catalogue.sheet_columns import choices, codes_of, plain
from shucheng.bays.data.engine.catalogue.sheet_columns import sheets as columns
from shucheng.bays.data.engine.catalogue.sheet_files import workbook_of
from shucheng.bays.data.engine.catalogue.sheets import Sheet, read

AREAS = {"盐城市": "320900", "320900": "320900"}
HEADS = ["资源编号", "资源名称（必填）", "提供单位", "更新周期", "共享属性", "数据起始日期",
         "数据截止日期", "涉及人数", "覆盖区域"]  # fmt: skip
FIELD_HEADS = ["资源编号", "资源名称", "提供单位", "字段名", "数据类型", "是否主键", "可否为空"]


def book(*rows: list[Any], fields: list[list[Any]] | None = None, heads: list[str] = HEADS) -> Any:
    made = Workbook()
    made.remove(made.worksheets[0])
    for name, head, below in (("资源", heads, rows), ("字段", FIELD_HEADS, fields or [])):
        sheet = made.create_sheet(name)
        for row in (head, *below):
            sheet.append(row)
    return made


def saved(made: Any) -> bytes:
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def found(sheet: Sheet) -> list[tuple[str, str, str]]:
    return [(each.sheet, f"{each.column}{each.row}", each.code) for each in sheet.wrong]


def read_rows(*rows: list[Any], fields: list[list[Any]] | None = None) -> Sheet:
    return read(saved(book(*rows, fields=fields)), AREAS)


def test_a_department_writes_words_days_and_numbers_as_it_is_used_to():
    sheet = read_rows(
        ["", "企业登记", "市监局", "每日", "有条件", datetime(2020, 1, 2), "2026年3月1日", "1,200",
         "盐城市"],
        ["", "许可", None, "daily", "UNCONDITIONAL", "2020/1/2", None, 7, 320900],
        fields=[[None, "企业登记", None, "uscc", "文本", "是", "否"], [None, "许可", None, "x"]],
    )  # fmt: skip
    assert sheet.wrong == ()
    one, two = sheet.told
    assert one.said == {
        "title": "企业登记",
        "frequency": "DAILY",
        "sharing": "conditional",
        "since": date(2020, 1, 2),
        "until": date(2026, 3, 1),
        "people": 1200,
        "area": "320900",
    }
    assert (one.holder, one.fields) == (
        "市监局",
        (Field("uscc", nullable=False, key=True),),
    )
    assert (two.said["sharing"], two.said["since"], two.said["area"]) == (
        "unconditional",
        date(2020, 1, 2),
        "320900",
    )


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("B", None, "missing"),
        ("B", "长" * 201, "too-long"),
        ("D", "常常", "unknown-word"),
        ("E", "也许", "unknown-word"),
        ("F", "昨天", "day"),
        ("F", "2026-13-01", "day"),
        ("H", "12.5", "count"),
        ("H", "-3", "count"),
        ("I", "月球", "area"),
        ("D", "=1+1", "formula"),
        ("D", "#N/A", "error-value"),
    ],
)
def test_a_wrong_cell_is_told_with_its_place(column: str, value: Any, code: str):
    made = book(["", "甲"], ["RES-2", "乙"])
    cell = made["资源"][f"{column}3"]
    cell.value = value
    sheet = read(saved(made), AREAS)
    assert found(sheet) == [("资源", f"{column}3", code)]
    assert [each.bad for each in sheet.told] == [False, True]
    (wrong,) = sheet.wrong
    assert wrong.heading == made["资源"][f"{column}1"].value


@pytest.mark.parametrize("sign", ["\0", "\x1f", "\ufffe"])
def test_signs_that_no_workbook_holds_are_told(sign: str):
    data = f"资源名称,提供单位\n好,\n甲{sign},x\n".encode()
    assert found(read(data, AREAS)) == [("", "A3", "control")]


def test_all_errors_are_told_at_once_in_the_order_of_rows():
    sheet = read_rows(
        ["", "甲", "", "常常", "", "", "", "x"],
        ["", "", "", "", "", "2026-02-01", "2026-01-01"],
        fields=[[None, "甲", None, "a", "怪"], [None, None, None, "b"], [None, "丙", None, "c"]],
    )
    assert found(sheet) == [
        ("资源", "D2", "unknown-word"),
        ("资源", "H2", "count"),
        ("资源", "B3", "missing"),
        ("资源", "G3", "days-order"),
        ("字段", "E2", "unknown-word"),
        ("字段", "B3", "resource-unnamed"),
        ("字段", "B4", "resource-unknown"),
    ]


def test_the_same_code_or_title_twice_is_told_and_so_is_a_field():
    sheet = read_rows(
        ["RES-1", "甲"], ["RES-1", "乙"], ["", "丙"], ["", "丙"], ["", "丙", "卫健委"],
        fields=[["RES-1", None, None, "a"], ["RES-1", None, None, "a"], [None, "丙", None, "x"],
                [None, "丙", "卫健委", "x"]],
    )  # fmt: skip
    assert found(sheet) == [
        ("资源", "A3", "resource-twice"),
        ("资源", "B5", "resource-twice"),
        ("字段", "D3", "field-twice"),
        ("字段", "B4", "resource-unclear"),
    ]
    assert sheet.told[4].fields == (Field("x"),)


def test_a_wrong_field_keeps_its_resource_out_and_no_other():
    sheet = read_rows(
        ["", "甲"], ["", "乙"], fields=[[None, "甲", None, None, "文本"], [None, "乙", None, "b"]]
    )
    assert found(sheet) == [("字段", "D2", "missing")]
    assert [each.bad for each in sheet.told] == [True, False]


def test_merged_cells_are_not_read():
    made = book(["", "甲"], fields=[[None, "甲", None, "a"], [None, None, None, "b"]])
    made["字段"].merge_cells("B2:B3")
    assert found(read(saved(made), AREAS)) == [("字段", "B2", "merged"), ("字段", "B3", "merged")]


def test_a_formula_that_fills_a_row_alone_is_told():
    made = book(["", "甲"])
    made["资源"]["D3"] = "=A1"
    assert found(read(saved(made), AREAS)) == [
        ("资源", "B3", "missing"),
        ("资源", "D3", "formula"),
    ]


def test_headings_are_found_in_either_language_in_any_order_below_a_title():
    made = book(["DAILY", "甲", "什么"], heads=["Updated", "* 名称", "没有的列", "更新频率"])
    made["资源"].insert_rows(1)
    made["资源"]["A1"] = "某局数据资源目录"
    sheet = read(saved(made), AREAS)
    assert found(sheet) == [("资源", "C2", "heading-unknown"), ("资源", "D2", "heading-twice")]
    assert all(each.warning for each in sheet.wrong)
    assert [(each.said, each.bad) for each in sheet.told] == [
        ({"title": "甲", "frequency": "DAILY"}, False)
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_has_its_fields_in_one_column(encoding: str):
    text = '资源名称,字段\n企业,"'
    text += '*uscc, 统一社会信用代码, string；name，企业名称，文本，全称, 无简称"\n'
    sheet = read(text.encode(encoding), AREAS)
    assert sheet.wrong == ()
    (one,) = sheet.told
    assert one.nullable is False
    assert one.fields == (
        Field("uscc", "统一社会信用代码", key=True),
        Field("name", "企业名称", comment="全称, 无简称"),
    )


def test_what_is_wrong_with_the_fields_of_a_csv_is_told_at_their_cell():
    text = '资源名称,字段\n企业,"a；a；b,x,怪；,无名"\n乙,=1+1\n'
    assert found(read(text.encode(), AREAS)) == [
        ("", "B2", "item-twice"),
        ("", "B2", "item-type"),
        ("", "B2", "item-nameless"),
        ("", "B3", "formula"),
    ]


def refused(data: bytes) -> str:
    with pytest.raises(SheetRefused) as error:
        read(data, AREAS)
    return error.value.code


def test_what_is_no_such_file_is_refused_whole(monkeypatch: pytest.MonkeyPatch):
    assert refused(b" \n") == "empty"
    assert refused(b"PK\x03\x04 and no more") == "workbook_damaged"
    assert refused("编号,更新周期\n1,2\n".encode()) == "no-heading"
    assert refused(b"\xff\xff\xff\xff\x80") == "encoding"
    assert refused(b"a," + b"x" * 200_000) == "csv"
    other = Workbook()
    other.create_sheet("别的")
    assert refused(saved(other)) == "no-sheet"
    far = book(["", "甲"])
    far["资源"]["B900000"] = "甲"
    assert refused(saved(far)) == "workbook_rows"
    monkeypatch.setattr(sheet_cells, "LARGEST", 10)
    assert refused("资源名称\n甲\n".encode()) == "size"


def test_a_sheet_has_a_limit_of_resources_and_of_fields(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sheets, "MOST_RESOURCES", 2)
    assert refused("资源名称\n甲\n\n乙\n丙\n".encode()) == "rows"
    monkeypatch.setattr(sheets, "MOST_FIELDS", 1)
    rows = [[None, "甲", None, "a"], [None, "甲", None, "b"]]
    assert refused(saved(book(["", "甲"], fields=rows))) == "rows"


def test_a_workbook_of_one_sheet_need_not_name_it():
    made = Workbook()
    made.worksheets[0].append(["名称", "数据项"])
    made.worksheets[0].append(["甲", "a, 一；b"])
    (one,) = read(saved(made), AREAS).told
    assert one.fields == (Field("a", "一"), Field("b"))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_template_explains_itself_and_holds_nothing(language: Any):
    data = workbook_of(language=language)
    sheet = read(data, AREAS)
    assert (sheet.told, sheet.wrong) == ((), ())
    names = load_workbook(io.BytesIO(data)).sheetnames
    told = columns()
    wanted = [told.resources, told.fields, told.about, told.words]
    assert names == [getattr(each, language) for each in wanted]


def test_no_word_or_heading_means_two_things():
    told = columns()
    for listed in (told.resource_columns, told.field_columns):
        for at, column in listed.items():
            own = {plain(text) for text in (at, column.name.zh, column.name.en, *column.also)}
            for other, each in listed.items():
                theirs = {plain(each.name.zh), plain(each.name.en), *map(plain, each.also)}
                assert other == at or not own & theirs, (at, other)
    for name in ("kinds", "frequencies", "sharing", "opening", "types", "answers"):
        for code, named in choices(name).items():
            assert {codes_of(name)[plain(text)] for text in (code, named.zh, named.en)} == {code}


TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn", "Zl", "Zp", "Zs")), min_size=1, max_size=12
)
FIELDS = st.builds(
    Field,
    TEXT,
    st.one_of(st.just(""), TEXT),
    st.sampled_from(sorted(words().types)),
    st.one_of(st.just(""), TEXT),
    st.booleans(),
    st.booleans(),
)
ENTRIES = st.builds(
    Resource,
    code=st.integers(1, 9).map("RES-{}".format),
    title=TEXT,
    description=st.one_of(st.just(""), TEXT, st.just("=1+1\n第二行")),
    holder=st.builds(Holder, name=TEXT),
    themes=st.lists(TEXT, max_size=1).map(tuple),
    fields=st.lists(FIELDS, min_size=1, max_size=4, unique_by=lambda f: f.name).map(tuple),
    frequency=st.sampled_from(sorted(words().frequencies)),
    region=st.sampled_from(["", "320900"]),
    starts=st.one_of(st.none(), st.dates(date(1990, 1, 1), date(2020, 1, 1))),
    ends=st.one_of(st.none(), st.dates(date(2021, 1, 1), date(2030, 1, 1))),
    sharing=st.sampled_from(sorted(words().sharing)),
    opening=st.sampled_from(sorted(words().opening)),
    licence=st.one_of(st.just(""), TEXT),
)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(ENTRIES, max_size=3, unique_by=lambda e: e.code),
    st.sampled_from(["zh", "en"]),
    st.sampled_from(["table", "file", "api"]),
    st.one_of(st.none(), st.integers(0, 10**12)),
)
def test_what_is_written_is_read_back(
    entries: list[Resource], language: Any, kind: str, people: int | None
):
    data = workbook_of([(e, {"kind": kind, "people": people}) for e in entries], language=language)
    sheet = read(data, AREAS)
    assert sheet.wrong == ()
    for entry, told in zip(entries, sheet.told, strict=True):
        assert (told.code, told.holder, told.fields) == (
            entry.code,
            entry.holder.name,
            entry.fields,
        )
        assert told.said == {
            "title": entry.title,
            "summary": entry.description,
            "kind": kind,
            "theme": "".join(entry.themes),
            "keywords": [],
            "basis": "",
            "frequency": entry.frequency,
            "area": entry.region,
            "since": entry.starts,
            "until": entry.ends,
            "people": people,
            "sharing": entry.sharing,
            "sharing_terms": "",
            "opening": entry.opening,
            "opening_terms": "",
            "licence": entry.licence,
        }


def test_a_resource_keeps_its_data_items_where_it_is_unclear_whose_one_is():
    """Otherwise the item would be dropped: one mistyped code, and the resource is planned without
    it."""
    sheet = read_rows(
        ["R1", "企业名录", "", "每日"],
        ["R2", "车辆", "", "每日"],
        fields=[["R1", "企业名录", "", "id"], ["R9", "企业名录", "", "name"], ["R2", "", "", "no"]],
    )
    assert {(each.code, each.bad) for each in sheet.told} == {("R1", True), ("R2", False)}
    lost = read_rows(
        ["R1", "企业名录", "", "每日"],
        fields=[["R1", "企业名录", "", "id"], ["R9", "", "", "name"]],
    )
    assert [each.bad for each in lost.told] == [True]


def test_a_file_of_endless_lines_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sheet_cells, "_LIMITS", replace(sheet_cells._LIMITS, rows=50))
    with pytest.raises(SheetRefused) as refused:
        read(("资源名称\n" + "\n" * 100).encode(), AREAS)
    assert refused.value.code == "workbook_too_large"

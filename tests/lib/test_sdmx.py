"""What the writer of SDMX does beyond any one data flow; the rooms' tests read whole messages."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from shucheng.lib.sdmx.codes import CONFIDENTIALITY, FREQUENCIES, STATUSES, codelist
from shucheng.lib.sdmx.messages import data_message, structure_message
from shucheng.lib.sdmx.model import (
    Code,
    Codelist,
    Component,
    Flow,
    Message,
    Series,
    Text,
    Value,
    agency_of,
    number,
)
from shucheng.lib.sdmx.tables import sdmx_csv

AT = datetime(2026, 9, 30, tzinfo=UTC)
AREA = Text("地区", "Area")
AREAS = Codelist("CL_AREA", AREA, (Code("1", Text("东"), "9"), Code("2", Text("西"), "1")))
FLOW = Flow(
    agency="CN_1",
    maintainer=Text("某市"),
    address="https://x.example/sdmx",
    version="1.0.0",
    id="DF",
    name=Text("表"),
    structure="DSD",
    concepts="CS",
    time=Text("时间"),
    dimensions=(Component("REF_AREA", AREA, AREAS),),
    measures=(Component("OBS_VALUE", Text("值"), None, "Decimal", mandatory=False),),
    series_attributes=(Component("NOTE", Text("说明")),),
    value_attributes=(),
)
SERIES = Series(
    ("2",), ("甲,乙",), (Value("2026", (Decimal("1.50"),), ()), Value("2027", (None,), ()))
)


def test_a_parent_outside_of_the_list_is_left_out() -> None:
    [codes] = [each["codes"] for each in structure_message(FLOW, AT)["data"]["codelists"]]
    assert [code.get("parent") for code in codes] == [None, "1"]


def test_a_list_without_codes_has_none_written() -> None:
    empty = replace(FLOW.dimensions[0], codelist=replace(AREAS, codes=()))
    [found] = structure_message(replace(FLOW, dimensions=(empty,)), AT)["data"]["codelists"]
    assert "codes" not in found


def test_only_codes_that_are_used_are_in_the_data_and_values_keep_their_places() -> None:
    message = data_message(Message(FLOW, (SERIES,), AT))
    [structure], [data] = message["data"]["structures"], message["data"]["dataSets"]
    [dimension] = structure["dimensions"]["series"]
    assert [value["id"] for value in dimension["values"]] == ["2"]
    assert data["series"] == {"0": {"attributes": [0], "observations": {"0": [1.5], "1": [None]}}}
    with pytest.raises(KeyError):
        data_message(Message(FLOW, (replace(SERIES, key=("3",)),), AT))


def test_a_row_has_every_column_and_commas_stay_inside() -> None:
    assert sdmx_csv(Message(FLOW, (SERIES,), AT)).splitlines() == [
        "STRUCTURE,STRUCTURE_ID,ACTION,REF_AREA,TIME_PERIOD,OBS_VALUE,NOTE",
        'dataflow,CN_1:DF(1.0.0),I,2,2026,1.5,"甲,乙"',
        'dataflow,CN_1:DF(1.0.0),I,2,2027,,"甲,乙"',
    ]


def test_what_can_be_asked_for_has_a_urn() -> None:
    assert {"DF", "DSD", "CS", "CL_AREA"} == FLOW.parts
    start = "urn:sdmx:org.sdmx.infomodel.codelist.Codelist=CN_1:CL_AREA(1.0.0)"
    assert FLOW.urn("codelist.Codelist", "CL_AREA") == start
    assert FLOW.urn("codelist.Codelist", "CL_AREA", "2") == f"{start}.2"


@pytest.mark.parametrize(
    ("area", "agency"), [("320900", "CN_320900"), ("", "CN_CITY"), ("a/b 1", "CN_a_b_1")]
)
def test_an_agency_is_an_identifier(area: str, agency: str) -> None:
    assert agency_of(area) == agency


@pytest.mark.parametrize(
    ("value", "text"), [("1200.00", "1200"), ("1E+3", "1000"), ("-0.50", "-0.5"), ("0", "0")]
)
def test_a_number_is_written_plainly(value: str, text: str) -> None:
    assert number(Decimal(value)) == text


def test_lists_of_sdmx_can_be_taken_in_part() -> None:
    assert [code.id for code in codelist("CL", AREA, FREQUENCIES, "MA").codes] == ["A", "M"]
    assert len(codelist("CL", AREA, STATUSES).codes) == len(STATUSES)
    every = [*FREQUENCIES.values(), *STATUSES.values(), *CONFIDENTIALITY.values()]
    assert all(text.zh and text.en for text in every)

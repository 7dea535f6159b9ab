"""Places and outlines of any Chinese city, by code."""

import json
from itertools import chain

import pytest

from shucheng.lib.geography import children_of, find_place, outlines, parent_of


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("盐城市人民政府办公室", "320900"),
        ("北京市海淀区人民政府", "110108"),
        ("南京市鼓楼区数字经济行动方案", "320106"),
        ("江苏省工业和信息化厅", "320000"),
    ],
)
def test_a_title_leads_to_the_most_specific_place(text: str, code: str) -> None:
    found = find_place(text)
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize("text", ["澜川市人民政府", "鼓楼区行动方案", "老城区改造", ""])
def test_an_invented_or_ambiguous_name_leads_nowhere(text: str) -> None:
    assert find_place(text) is None


def test_a_city_has_its_counties_and_each_county_its_city() -> None:
    counties = children_of("320900")
    assert {"东台市", "射阳县", "亭湖区"} <= {each.name for each in counties}
    assert len(counties) == 9
    assert {parent.name for each in counties if (parent := parent_of(each.code))} == {"盐城市"}


def test_a_municipality_has_districts_without_a_city_between() -> None:
    assert len(children_of("110000")) == 16


def test_outlines_come_in_the_order_asked_for_and_fit_a_page() -> None:
    codes = [each.code for each in children_of("320900")]
    drawn = outlines(codes)
    assert [feature["properties"]["code"] for feature in drawn.features] == codes
    assert len(json.dumps(drawn.features, separators=(",", ":"))) < 30_000


def test_a_large_city_is_simplified_without_losing_a_district() -> None:
    codes = [each.code for each in children_of("500000")]
    full, small = outlines(codes, detail=0), outlines(codes, detail=400)
    assert len(small.features) == len(codes)
    assert len(json.dumps(small.features)) < len(json.dumps(full.features)) * 0.6


def test_neighbours_keep_a_common_border_when_simplified() -> None:
    drawn = outlines([each.code for each in children_of("500000")], detail=400)
    seen: dict[tuple[float, float], int] = {}
    for feature in drawn.features:
        shapes = feature["geometry"]["coordinates"]
        rings = shapes if feature["geometry"]["type"] == "Polygon" else chain(*shapes)
        for point in {tuple(point) for ring in rings for point in ring}:
            seen[point] = seen.get(point, 0) + 1
    assert sum(count > 1 for count in seen.values()) > len(seen) / 2


def test_what_has_no_outline_is_named_with_the_reason() -> None:
    drawn = outlines(["320902", "320900-etdz", "320999"])
    assert len(drawn.features) == 1
    assert [each.code for each in drawn.missing] == ["320900-etdz", "320999"]
    assert all("zone" in each.reason for each in drawn.missing)

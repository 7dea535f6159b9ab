"""Classification, coefficients, plan industries, rates as data: what is refused, what holds."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shucheng.bays.statistics.engine import classification, frames, industries, value_added
from shucheng.bays.statistics.engine.coefficients import Coefficient, CoefficientInvalid
from shucheng.bays.statistics.engine.micro import open_micro

HEADING = ",".join(classification.COLUMNS)
TABLE = f"""{HEADING}
01,制造,1,,true,,,yes,high,
0101,计算机,2,01,true,,,yes,high,
010101,整机,3,0101,true,3911;3912,3912,no,high,
010102,软件载体,3,0101,true,3912;6513,3912;6513,no,low,一个小类进两类
"""


def test_the_shipped_classification_says_what_it_is() -> None:
    shipped = classification.shipped()
    assert (shipped.version, shipped.provisional) == ("2021.1", True)
    core = [each for each in shipped.classes if each.core and each.level == 3]
    assert len({code for each in core for code in each.codes}) > 120
    assert [each.code for each in shipped.unmapped if each.confidence == "low"] == [
        *("040501", "040502", "040503", "040504")
    ]
    assert shipped["040601"].partial == {"7213"}
    assert not shipped["040601"].verified
    assert shipped.ancestor("010513", 1) == "01"


@pytest.mark.parametrize(
    ("old", "new", "row", "column", "code"),
    [
        ("010102", "010101", 4, "de_code", "code-twice"),
        ("010102", "01010", 5, "de_code", "code-form"),
        ("010102,软件载体,3,0101", "020102,软件载体,3,0201", 5, "parent", "parent-missing"),
        ("软件载体,3,0101", "软件载体,3,0102", 5, "parent", "parent-form"),
        ("3911;3912", "391;3912", 4, "nbs_codes", "industry-form"),
        ("3911;3912", "3912;3912", 4, "nbs_codes", "industry-twice"),
        ("3912;6513,no", "6599,no", 5, "partial", "star-without-industry"),
        ("计算机,2,01,true,", "计算机,2,01,true,3911", 3, "nbs_codes", "industry-above-leaf"),
        ("制造,1,,true", "制造,4,,true", 2, "level", "level-unknown"),
        ("制造,1,,true", "制造,1,,yes", 2, "is_core", "truth-unknown"),
    ],
)
def test_a_wrong_row_of_an_upload_is_named(
    old: str, new: str, row: int, column: str, code: str
) -> None:
    assert old in TABLE
    with pytest.raises(classification.ClassificationInvalid) as refused:
        classification.read(TABLE.replace(old, new, 1), version="t")
    problems = [(p.row, p.column, p.code) for p in refused.value.problems]
    assert (row, column, code) in problems


def test_an_upload_without_a_column_is_refused() -> None:
    with pytest.raises(classification.ClassificationInvalid) as refused:
        classification.read(TABLE.replace(",note", "", 1), version="t")
    assert [p.column for p in refused.value.problems] == ["note"]


def test_a_firm_in_several_classes_counts_once_above_them() -> None:
    classes = classification.read(TABLE, version="t")
    micro = open_micro(classes=classes, threads=1, memory="1GB")
    add_firm(micro, "A", "3912")
    micro.add_returns([{"firm": "A", "period": 202502, "revenue": 100}])

    def bounds(scheme: Any) -> list[tuple[Any, ...]]:
        rows = micro.account(by=("class",), scheme=scheme).rows()
        return [(r["class"], r["revenue_lower"], r["revenue_upper"]) for r in rows]

    assert bounds("minor") == [("010101", 0, 100), ("010102", 0, 100)]
    assert bounds("medium") == [("0101", 0, 100)]
    assert bounds("core") == [("core", 0, 100)]
    assert micro.versions()["classification"] == "t"


@pytest.mark.parametrize(
    ("lower", "upper"), [("0.5", "0.4"), ("-0.1", "1"), ("0", "1.1"), ("0.12345", "1")]
)
def test_a_share_outside_its_limits_is_refused(lower: str, upper: str) -> None:
    with pytest.raises(CoefficientInvalid):
        Coefficient("A", None, Decimal(lower), Decimal(upper), "审定", date(2025, 1, 1))


def test_a_coefficient_is_for_somebody_and_stated_once() -> None:
    half = Decimal("0.5")
    with pytest.raises(CoefficientInvalid):
        Coefficient(None, None, half, half, "审定", date(2025, 1, 1))
    one = Coefficient("A", "040601", half, half, "审定", date(2025, 1, 1))
    with pytest.raises(CoefficientInvalid):
        open_micro(shares=[one, one], threads=1, memory="1GB")


def test_plan_industries_by_code_tag_and_list_with_their_overlaps() -> None:
    defined = industries.read(
        {
            "version": "t",
            "industries": [
                {"code": "robots", "name": "机器人", "codes": ["349"], "tags": ["robot"]},
                {"code": "software", "name": "软件", "codes": ["65"], "in": ["C"], "out": ["D"]},
            ],
        }
    )
    micro = open_micro(plan_industries=defined, threads=1, memory="1GB")
    add_firm(micro, "A", "3491")
    add_firm(micro, "B", "6513", tags=["robot"])
    add_firm(micro, "C", "1310")
    add_firm(micro, "D", "6513")
    micro.add_returns(
        {"firm": firm, "period": 202502, "revenue": revenue}
        for firm, revenue in (("A", 1), ("B", 10), ("C", 100), ("D", 1000))
    )
    found = [(o.one, o.other, o.firms, o.revenue) for o in micro.overlaps(202502)]
    assert found == [
        ("robots", "robots", 2, 11),
        ("robots", "software", 1, 10),
        ("software", "robots", 1, 10),
        ("software", "software", 2, 110),
    ]


def test_the_shipped_industries_are_the_plans_eight_and_unconfirmed() -> None:
    shipped = industries.shipped().industries
    assert len(shipped) == 8
    assert all(each.unconfirmed for each in shipped)


@pytest.mark.parametrize(
    "entry",
    [
        {"code": "a", "name": "a"},
        {"code": "a", "name": "a", "codes": ["39x"]},
        {"code": "a", "name": "a", "in": ["A"], "out": ["A"]},
    ],
)
def test_a_definition_that_cannot_hold_is_refused(entry: dict[str, Any]) -> None:
    with pytest.raises(industries.IndustriesInvalid):
        industries.read({"version": "t", "industries": [entry]})


def test_rates_say_where_they_are_from_and_keep_their_limits() -> None:
    assert value_added.shipped().provisional
    assert value_added.shipped().of("6513") == Decimal("0.42")
    with pytest.raises(value_added.RatesInvalid):
        value_added.Rates("t", "", True, Decimal("0.2"), {"39": Decimal("1.2")})


def test_rows_that_break_a_rule_are_named(tmp_path: Path) -> None:
    micro = open_micro(threads=1, memory="1GB")
    add_firm(micro, "A", "39")
    add_firm(micro, "B", "3982")
    add_firm(micro, "B", "3982")
    micro.add_returns([{"firm": "A", "period": 202501}, {"firm": "B", "period": 202502}])
    micro.add_returns([{"firm": "B", "period": 202502, "employees": -1}])

    def found(table: str) -> set[tuple[str | None, str]]:
        return {(p.firm, p.code) for p in frames.check(micro.connection, table)}

    assert found("register") == {("A", "industry-form"), ("B", "span-overlap")}
    assert found("returns") == {
        ("A", "month-invalid"),
        ("B", "people-negative"),
        ("B", "return-twice"),
    }
    path = tmp_path / "bad.parquet"
    micro.connection.execute("COPY (SELECT 1 AS period) TO $path", {"path": str(path)})
    with pytest.raises(frames.FramesInvalid):
        open_micro(returns=[path])


def add_firm(micro: Any, firm: str, industry: str, *, tags: list[str] | None = None) -> None:
    micro.connection.execute(
        "INSERT INTO register VALUES (?, ?, ?, '320902', NULL, 'small', true, 202301, 999912, ?)",
        [firm, firm, industry, tags or []],
    )

"""What becomes of defects, and metadata that the specification of Croissant takes."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shucheng.bays.data.engine.quality.croissant import (
    CONFORMS_TO,
    Column,
    Dataset,
    Table,
    croissant,
    faults,
)
from shucheng.bays.data.engine.quality.datasheet import datasheet
from shucheng.bays.data.engine.quality.following import Known, State, followed, following
from shucheng.bays.data.engine.quality.profile import Outcome
from shucheng.bays.data.engine.quality.rules import Rule, Rules, read
from shucheng.bays.data.engine.quality.suggest import DIMENSIONS, to_yaml

DATASET = Dataset(
    name="RES-1",
    title="企业登记",
    description="",
    url="https://city.example/data/RES-1",
    licence="CC-BY-4.0",
    creator="市场监管局",
    published=date(2026, 3, 2),
    version="2.0.0",
    keywords=["企业"],
    table=Table(
        "firms.parquet",
        "parquet",
        1024,
        "ab" * 32,
        [
            Column("code", "VARCHAR", "统一社会信用代码"),
            Column("opened", "DATE"),
            Column("n", "BIGINT"),
        ],
    ),
    made_from=["RES-0 名录"],
)


def rule(code: str) -> Rule:
    return Rule(code=code, dimension="validity", check="present", fields=["a"], weight=1.0)


def outcome(code: str, failed: int) -> Outcome:
    return Outcome(rule(code), 10, failed, ())


@pytest.mark.parametrize(
    ("state", "before", "failed", "step"),
    [
        (None, 0, 0, None),
        (None, 0, 1, "open"),
        ("open", 3, 3, "keep"),
        ("open", 3, 0, "close"),
        ("mended", 3, 1, "again"),
        ("mended", 3, 0, "close"),
        ("closed", 3, 1, "open"),
        ("closed", 3, 0, None),
        ("accepted", 3, 3, None),
        ("accepted", 3, 4, "open"),
        ("accepted", 3, 0, None),
    ],
)
def test_a_check_says_what_becomes_of_a_defect(
    state: State | None, before: int, failed: int, step: str | None
) -> None:
    known = {"a": Known(state, before)} if state else {}
    assert followed(known, [outcome("a", failed)]).get("a") == step


@given(
    st.dictionaries(
        st.sampled_from("abcd"),
        st.tuples(st.sampled_from(["open", "mended", "closed", "accepted"]), st.integers(1, 5)),
    ),
    st.dictionaries(st.sampled_from("abcd"), st.integers(0, 5)),
)
def test_nothing_that_fails_is_closed_and_nothing_that_holds_is_opened(
    known: dict[str, tuple[State, int]], failed: dict[str, int]
) -> None:
    steps = followed(
        {code: Known(*each) for code, each in known.items()},
        [outcome(code, n) for code, n in failed.items()],
    )
    for code, step in steps.items():
        if step == "close":
            assert failed.get(code, 0) == 0
        else:
            assert failed[code] > 0
    for code, n in failed.items():
        if n and known.get(code, ("closed", 0))[0] != "accepted":
            assert code in steps


def test_days_and_dimensions_say_that_nobody_confirmed_them() -> None:
    assert following().unconfirmed
    assert set(following().dimensions) == set(DIMENSIONS.values())
    assert all(each.unconfirmed for each in following().dimensions.values())


def test_metadata_is_a_whole_croissant() -> None:
    said = croissant(DATASET)
    assert faults(said) == []
    assert said["conformsTo"] == CONFORMS_TO
    fields = said["recordSet"][0]["field"]
    assert [each["dataType"] for each in fields] == ["sc:Text", "sc:Date", "sc:Integer"]
    assert fields[0]["source"] == {
        "fileObject": {"@id": "RES-1-file"},
        "extract": {"column": "code"},
    }
    assert said["distribution"][0]["sha256"] == "ab" * 32
    assert said["isBasedOn"] == ["RES-0 名录"]


@pytest.mark.parametrize(
    ("name", "value"), [("license", ""), ("conformsTo", "x"), ("distribution", []), ("url", None)]
)
def test_metadata_that_lacks_something_says_what(name: str, value: object) -> None:
    assert faults({**croissant(DATASET), name: value})


def test_a_datasheet_asks_in_two_languages_and_misses_what_is_not_answered() -> None:
    sheet = datasheet()
    assert [each.code for each in sheet.groups] == [
        "motivation", "composition", "collection", "preparation", "uses", "distribution",
        "maintenance",
    ]  # fmt: skip
    asked = [each.code for each in sheet.questions]
    assert len(asked) == len(set(asked))
    given = dict.fromkeys(asked, "答") | {"purpose": "  ", "consent": ""}
    assert [each.code for each in sheet.missing(given)] == ["purpose"]
    assert "purpose" not in sheet.kept(given)


def test_rules_written_as_text_are_read_as_the_same_rules() -> None:
    rules = Rules(version="1", rules=[rule("a"), rule("b")], weights={"validity": 2})
    assert read(to_yaml(rules)) == rules

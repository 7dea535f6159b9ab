"""What is wrong with an entry of the catalogue, and by which clause."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given

from shucheng.bays.data.engine.catalogue.model import (
    CHECKS,
    Distribution,
    Field,
    Holder,
    Resource,
    catalogue_rules,
    problems,
    words,
)

from .catalogue_entries import WHOLE, resources


def found(**changes: object) -> set[tuple[str, str]]:
    return {
        (each.code.removeprefix("catalogue."), each.field)
        for each in problems(replace(WHOLE, **changes))
    }


def test_a_whole_entry_has_no_problem() -> None:
    assert problems(WHOLE) == ()


def test_an_empty_entry_is_told_everything_at_once() -> None:
    missing = {each.field for each in problems(Resource("")) if each.code == "catalogue.missing"}
    assert missing >= {"code", "title", "description", "holder.code", "holder.name", "region"}
    assert "fields" in missing


FIELD = Field("a")
MUTATIONS: list[tuple[dict[str, object], str, str]] = [
    ({"title": "  "}, "missing", "title"),
    ({"holder": Holder("x", "")}, "missing", "holder.name"),
    ({"title": "长" * 301}, "too-long", "title"),
    ({"code": "with space"}, "code", "code"),
    ({"code": "目录"}, "code", "code"),
    ({"frequency": "SOMETIMES"}, "unknown-word", "frequency"),
    ({"grade": "secret"}, "unknown-word", "grade"),
    ({"sharing": "perhaps"}, "sharing", "sharing"),
    ({"opening": "perhaps"}, "sharing", "opening"),
    ({"opening_terms": " "}, "terms-missing", "opening"),
    ({"sharing": "conditional"}, "terms-missing", "sharing"),
    ({"sharing": "none", "legal_basis": ""}, "refusal-without-basis", "legal_basis"),
    ({"sharing": "none"}, "open-not-shared", "sharing"),
    ({"region": "329999"}, "region", "region"),
    ({"starts": date(2026, 1, 1), "ends": date(2025, 1, 1)}, "time", "ends"),
    ({"distributions": (Distribution("api", "javascript:alert(1)"),)}, "address", "distributions"),
    ({"distributions": (Distribution("api", "http://a b"),)}, "address", "distributions"),
    ({"derived_from": (WHOLE.code,)}, "own-source", "derived_from"),
    ({"grade": "important"}, "grave-and-open", "opening"),
    ({"opening": "unconditional", "licence": ""}, "open-without-licence", "licence"),
    (
        {"opening": "unconditional", "distributions": (Distribution("pdf"),)},
        "not-machine-readable",
        "distributions",
    ),
    ({"fields": (FIELD, FIELD)}, "field-twice", "fields"),
    ({"fields": (Field(""),)}, "field-nameless", "fields"),
    ({"fields": (Field("a", type="VARCHAR"),)}, "unknown-word", "fields"),
    ({"fields": ()}, "missing", "fields"),
]


@pytest.mark.parametrize(("changes", "code", "field"), MUTATIONS)
def test_one_fault_is_named_with_its_field_and_the_next_step(
    changes: dict[str, object], code: str, field: str
) -> None:
    assert (code, field) in found(**changes)
    for each in problems(replace(WHOLE, **changes)):
        assert each.message
        assert each.hint
        assert "{" not in each.message


def test_every_check_has_a_fault_that_finds_it() -> None:
    assert {f"catalogue.{code}" for _, code, _ in MUTATIONS} == set(CHECKS)


def test_a_problem_says_its_clause_where_one_was_read_and_none_otherwise() -> None:
    said = {each.code: each.source for each in problems(replace(WHOLE, grade="core"))}
    assert said == {
        "catalogue.grave-and-open": "《关于加快公共数据资源开发利用的意见》(十二)",
    }
    assert problems(replace(WHOLE, title=""))[0].source == ""
    assert {check.source for check in CHECKS.values() if check.source} <= set(
        catalogue_rules().rules
    )


def test_the_three_kinds_of_sharing_are_those_of_the_clause() -> None:
    said = [each.zh for each in words().sharing.values()]
    assert said == list(catalogue_rules().words("PD-SCP-07.sharing_attributes"))
    assert not catalogue_rules().rules["PD-SCP-07"].confirmed


@given(resources)
def test_any_entry_gets_an_answer(resource: Resource) -> None:
    for each in problems(resource):
        assert each.message
        assert "{" not in each.message or "{" in repr(resource)

"""The workbook in a reader's words: no codes, links that open, numbers as they are shown."""

import io
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook

from shucheng.plan.briefings.engine import words
from shucheng.plan.briefings.engine.compose import Edition
from shucheng.plan.briefings.engine.facts import BriefingFacts, ChanceFacts
from shucheng.plan.briefings.engine.sample import AS_OF, EDITION, sample_facts
from shucheng.plan.briefings.engine.xlsx import write_xlsx
from shucheng.plan.briefings.queries.rendering import (
    edition_from,
    edition_json,
    platform_address,
)
from shucheng.plan.forecast.methods import METHODS
from shucheng.plan.queries.light_words import REASONS
from shucheng.plan.queries.steps import SOURCES

_SITE = "https://data.example.cn"


def book_of(facts: BriefingFacts, edition: Edition = EDITION) -> Any:
    return load_workbook(io.BytesIO(write_xlsx(facts, edition, AS_OF)))


def first(facts: BriefingFacts, edition: Edition = EDITION) -> dict[str, Any]:
    head, row = list(book_of(facts, edition)["指标"].iter_rows(max_row=2))
    return {name.value: cell for name, cell in zip(head, row, strict=True)}


def test_every_code_that_facts_can_hold_has_words() -> None:
    assert set(words.REASONS) == set(REASONS)
    assert set(words.METHODS) == {method.code for method in METHODS}
    assert set(words.SOURCES) == set(SOURCES)


def test_codes_are_said_in_words() -> None:
    facts = sample_facts()
    chance = ChanceFacts(percent=Decimal(34), year=2026, method="damped_trend", points=33)
    each = replace(facts.indicators[0], reason="slightly_behind", chance=chance)
    said = first(replace(facts, indicators=(each,)))
    assert said["判定原因"].value == "略慢于序时进度"
    assert said["概率方法"].value == "阻尼趋势"
    assert said["来源"].value == "模拟"


def test_numbers_are_rounded_as_they_are_shown() -> None:
    facts = sample_facts()
    each = replace(facts.indicators[0], expected=Decimal("2166.666667"), gap=Decimal("-276.466667"))
    said = first(replace(facts, indicators=(each,)))
    assert (said["当期要求"].value, said["与要求之差"].value) == (2166.67, -276.47)
    for sheet in book_of(facts):
        for row in sheet.iter_rows(values_only=True):
            for value in row:
                if isinstance(value, float):
                    assert value == round(value, 2)


def test_links_open_where_the_platform_s_address_is_known() -> None:
    facts = sample_facts()
    path = facts.indicators[0].explain
    reached = first(facts, replace(EDITION, address=_SITE))["依据"]
    assert reached.value == reached.hyperlink.target == _SITE + path
    plain = first(facts)["依据"]
    assert (plain.value, plain.hyperlink) == (path, None)
    assert facts.supervision is not None
    items = facts.supervision.most_overdue
    item = replace(items[0], address="/supervision/items/DB-2026-0007/")
    facts = replace(facts, supervision=replace(facts.supervision, most_overdue=(item,)))
    number = book_of(facts, replace(EDITION, address=_SITE))["督办"].cell(2, 1)
    assert number.value == "DB-2026-0007"
    assert number.hyperlink.target == _SITE + item.address
    known = replace(EDITION, address=_SITE)
    assert write_xlsx(facts, known, AS_OF) == write_xlsx(facts, known, AS_OF)


@pytest.mark.parametrize(
    ("hosts", "https", "said"),
    [
        (["localhost", "data.example.cn"], True, _SITE),
        (["localhost", "data.example.cn"], False, ""),
        (["localhost", "127.0.0.1", "[::1]"], True, ""),
        (["*", ".example.cn"], True, ""),
    ],
)
def test_the_address_is_the_first_host_that_is_served_by_https(
    hosts: list[str], https: bool, said: str, settings: Any
) -> None:
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = hosts, https
    assert platform_address() == said


def test_the_address_is_frozen_with_the_issue() -> None:
    known = replace(EDITION, address=_SITE)
    assert edition_from(edition_json(known)) == known
    earlier = {name: value for name, value in edition_json(EDITION).items() if name != "address"}
    assert edition_from(earlier).address == ""

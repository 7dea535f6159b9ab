"""Marks of recipients: found in a leaked part, in no other table, and refused where too few."""

import random
from decimal import Decimal
from math import ceil
from typing import Any

import pytest
from tests.laws import few_or_many

from shucheng.bays.data.engine.delivery.model import Refused
from shucheng.bays.data.engine.delivery.watermark import Marking, find, mark, marks_needed

SECRET = b"s" * 32
MARKING = Marking(("id",), {"income": Decimal("0.1"), "staff": Decimal(1)})
RECIPIENTS = [f"buyer-{each}" for each in range(200)]
Rows = list[dict[str, Any]]


def table(size: int, seed: int = 1) -> Rows:
    r = random.Random(seed)
    return [
        {
            "id": f"{each:06}",
            "income": Decimal(r.randrange(10_000, 9_999_999)) / 10,
            "staff": r.randrange(1, 900) if each % 9 else None,
            "name": f"firm {each}",
        }
        for each in range(size)
    ]


def leaked(rows: Rows, share: float, seed: int = 2) -> Rows:
    return random.Random(seed).sample(rows, round(len(rows) * share))


def test_a_mark_is_found_in_three_rows_of_ten() -> None:
    rows = table(1_000)
    for recipient in RECIPIENTS[:2]:
        marked = mark(rows, MARKING, recipient, SECRET)
        found = find(leaked(marked, 0.3), MARKING, RECIPIENTS, SECRET)
        assert found.recipient == recipient
        assert found.agree == found.marks > 500
        assert found.chance < 1e-100


def test_the_smallest_table_that_is_marked_is_enough() -> None:
    size = 200
    marked = mark(table(size), MARKING, "buyer-7", SECRET)
    hits = [
        find(leaked(marked, 0.3, seed), MARKING, RECIPIENTS, SECRET).recipient for seed in range(20)
    ]
    assert hits == ["buyer-7"] * 20


def test_a_table_too_small_says_what_it_would_need() -> None:
    with pytest.raises(Refused, match="table-too-small") as refusal:
        mark(table(50), MARKING, "buyer-1", SECRET)
    assert f"94 of {ceil(marks_needed(1e-9) / 0.3)} marks" in refusal.value.about
    with pytest.raises(Refused, match="table-too-small"):
        mark([*table(500), *table(500)], MARKING, "buyer-1", SECRET)
    assert find(table(3), MARKING, RECIPIENTS, SECRET).recipient is None


def test_values_are_off_by_one_step_at_most_and_not_on_the_whole() -> None:
    rows = table(4_000)
    marked = mark(rows, MARKING, "buyer-1", SECRET)
    assert marked == mark(rows, MARKING, "buyer-1", SECRET)
    assert marked != mark(rows, MARKING, "buyer-2", SECRET)
    off = [after["income"] - before["income"] for before, after in zip(rows, marked, strict=True)]
    assert set(off) == {Decimal(0), Decimal("0.1"), Decimal("-0.1")}
    assert abs(sum(off) / len(off)) < Decimal("0.005")
    for before, after in zip(rows, marked, strict=True):
        assert (before["id"], before["name"]) == (after["id"], after["name"])
        assert type(before["staff"]) is type(after["staff"])


def test_a_fifth_altered_another_order_and_other_columns_gone_are_withstood() -> None:
    r = random.Random(5)
    rows = leaked(mark(table(2_000), MARKING, "buyer-3", SECRET), 0.3)
    for row in rows:
        del row["name"]
        if r.random() < 0.2:
            row["income"] += Decimal("0.1")
    rows.sort(key=lambda each: each["income"])
    assert find(rows, MARKING, RECIPIENTS, SECRET).recipient == "buyer-3"


@pytest.mark.parametrize(("tables", "most"), few_or_many((40, 6), (200, 18)))
def test_no_mark_is_found_where_none_is(tables: int, most: int) -> None:
    """At a rate of one in twenty for all recipients together: of 200 tables about 10 findings or
    fewer, because the bound is a bound."""
    findings = sum(
        find(table(100, seed), MARKING, RECIPIENTS[:5], SECRET, false=0.05).recipient is not None
        for seed in range(tables)
    )
    assert findings <= most


@pytest.mark.parametrize("asked", few_or_many(20, 200))
def test_an_unmarked_table_and_one_marked_with_another_secret_name_nobody(asked: int) -> None:
    unmarked = table(2_000)
    assert find(unmarked, MARKING, RECIPIENTS[:asked], SECRET).recipient is None
    other = mark(unmarked, MARKING, "buyer-1", b"another secret")
    assert find(other, MARKING, RECIPIENTS[:asked], SECRET).recipient is None


def test_leaked_copies_of_a_row_count_once() -> None:
    rows = mark(table(1_000), MARKING, "buyer-1", SECRET)[:3] * 500
    assert find(rows, MARKING, RECIPIENTS, SECRET).recipient is None


@pytest.mark.parametrize(
    ("key", "steps"),
    [
        ((), {"a": Decimal(1)}),
        (("id",), {}),
        (("id",), {"id": Decimal(1)}),
        (("id",), {"a": Decimal(0)}),
    ],
)
def test_markings_that_cannot_be(key: Any, steps: Any) -> None:
    with pytest.raises(ValueError, match=r"columns|steps"):
        Marking(key, steps)

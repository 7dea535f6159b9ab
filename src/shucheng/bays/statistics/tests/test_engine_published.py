"""The tables of months, decided from firms: what parks, rates, years and moves could tell."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from shucheng.bays.statistics.engine import classification
from shucheng.bays.statistics.engine.counted import counted
from shucheng.bays.statistics.engine.micro import Micro, open_micro
from shucheng.bays.statistics.engine.published_tables import (
    FLOWS,
    MEASURES,
    YEARLY,
    Decided,
    decide_series,
)
from shucheng.bays.statistics.engine.suppression.rules import shipped_rules

A, B = "320902", "320903"
ELECTRONICS, SOFTWARE = "3982", "6513"


def city(firms: Iterable[dict[str, Any]], **opened: Any) -> Micro:
    """Firms by area, industry and more; what they report is added by `report`."""
    micro = open_micro(threads=1, memory="1GB", **opened)
    for at, firm in enumerate(firms):
        usual = {"area": A, "industry": ELECTRONICS, "park": None, "size": "small", "since": 202401}
        row = {**usual, **firm}
        micro.connection.execute(
            "INSERT INTO register VALUES (?, ?, ?, ?, ?, ?, true, ?, 999912, ?)",
            [f"firm{at:02}", f"企业{at}", row["industry"], row["area"], row["park"], row["size"],
             row["since"], row.get("tags", [])],
        )  # fmt: skip
    micro.refresh()
    return micro


def report(micro: Micro, period: int, *rows: dict[str, Any]) -> None:
    micro.add_returns([{"firm": f"firm{at:02}", "period": period, **row}
                       for at, row in enumerate(rows)])  # fmt: skip


def told(micro: Micro, *months: int, measures: Any = MEASURES) -> dict[int, dict[str, Decided]]:
    rows = {month: counted(micro, month) for month in months}
    found = decide_series(measures, rows, micro.classification, shipped_rules())
    return {month: {each.measure: each for each in each_of} for month, each_of in found.items()}


def test_a_park_s_people_do_not_find_the_one_firm_outside_it() -> None:
    firms = [{"park": "园区"}] * 4 + [{}] + [{"area": B}] * 6
    micro = city(firms)
    report(micro, 202603, *({"revenue": 3_000 + 10 * at} for at in range(len(firms))))
    hidden = told(micro, 202603)[202603]["revenue"].cells
    assert hidden["core", A, "all"] is None, "less the park's four it is the fifth"
    open_to_all = city([{**firm, "park": None} for firm in firms])
    report(open_to_all, 202603, *({"revenue": 3_000 + 10 * at} for at in range(len(firms))))
    assert told(open_to_all, 202603)[202603]["revenue"].cells["core", A, "all"] is not None


def test_value_added_of_a_month_that_comes_from_rates_is_not_told() -> None:
    firms = [{"area": A}] * 12 + [{"area": B}] * 12
    own = {"compensation": 5_000, "production_tax": 0, "depreciation": 0, "surplus": 0}
    micro = city(firms)
    reporting = [at % 12 < 6 for at in range(24)]
    report(micro, 202602, *({"revenue": 20_000, **own} if yes else {} for yes in reporting))
    report(
        micro,
        202603,
        *({"revenue": 20_000, **own} if yes else {"revenue": 3_000} for yes in reporting),
    )
    both = told(micro, 202602, 202603)
    assert both[202602]["value_added"].cells["core", "city", "all"] is not None
    assert both[202603]["value_added"].cells["core", "city", "all"] is None


def test_people_are_told_once_a_year_and_as_a_change_to_the_year_before() -> None:
    firms = [{"area": area, "since": 202401} for area in (A, B) for _ in range(6)]
    firms.append({"area": B, "since": 202601})
    micro = city(firms)
    staff = [{"revenue": 1_000, "employees": 100 + at} for at in range(12)]
    report(micro, 202512, *staff)
    report(micro, 202603, *staff, {"revenue": 1_000, "employees": 437})
    report(micro, 202612, *staff, {"revenue": 1_000, "employees": 437})
    found = told(micro, 202512, 202603, 202612, measures=YEARLY)
    assert found[202603] == {}
    before, after = (found[month]["employees"].cells for month in (202512, 202612))
    assert before["core", "city", "all"] is not None
    # One firm came: what both years told would be its people.
    grown = [now - was for key, now in after.items()
             if now is not None and (was := before.get(key)) is not None]  # fmt: skip
    assert 437 not in grown


def test_a_firm_in_two_classes_counts_once_in_the_core_and_in_its_industries() -> None:
    shipped = classification.shipped()
    twice = replace(
        shipped,
        classes=tuple(
            replace(each, codes=(*each.codes, ELECTRONICS)) if each.code == "020101" else each
            for each in shipped.classes
        ),
    )
    firms = [{"area": area} for area in (A, B) for _ in range(6)]
    micro = city(firms, classes=twice)
    report(micro, 202603, *({"revenue": 3_000 + at} for at in range(12)))
    whole = sum(3_000 + at for at in range(12))
    cells = told(micro, 202603, measures=FLOWS)[202603]["revenue"].cells
    assert cells["core", "city", "all"] == whole
    assert cells["electronics", "city", "all"] == whole
    assert {cells["01", "city", "all"], cells["02", "city", "all"]} <= {whole, None}


@pytest.mark.parametrize("corrected", [False, True])
def test_who_takes_months_not_to_be_below_0_finds_no_firm_beside_a_correction(
    corrected: bool,
) -> None:
    """One firm's total falls: of all others a reader still takes months to be above 0."""
    firms = [{"area": area, "size": size} for area in (A, B)
             for size in ("small", "medium") for _ in range(3)]  # fmt: skip
    micro = city(firms)
    report(micro, 202602, *({"revenue": 40_000 + at} for at in range(12)))
    later = [{"revenue": 40_000 + at + 5_000 * (at in (0, 1))} for at in range(12)]
    if corrected:
        later[11] = {"revenue": 100}
    report(micro, 202603, *later)
    both = told(micro, 202602, 202603, measures=("revenue",))
    first, second = (both[month]["revenue"].cells for month in (202602, 202603))
    # Two firms of `a` alone have more: what was added in its small firms is not to be had.
    key = ("core", A, "all")
    assert first[key] is None or second[key] is None

"""Suppression cannot be undone: an attacker in exact arithmetic tries, on random tables."""

from collections import defaultdict
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given, settings
from tests.laws import law

from shucheng.bays.statistics.engine.suppression.release import Release, disclosures, release
from shucheng.bays.statistics.engine.suppression.rules import Rules, sensitivity
from shucheng.bays.statistics.engine.suppression.tables import Cell, Key, Tables
from shucheng.bays.statistics.tests.suppression_attacker import Attacker, Hierarchy, attacker
from shucheng.bays.statistics.tests.suppression_making import (
    AREA,
    CLASS,
    SIZE,
    Contribution,
    contributions,
    joined,
    leaves,
    lies_under,
    table,
)
from shucheng.bays.statistics.tests.suppression_optimum import cheapest

RULES = Rules(version="test", threshold=3, range_percent=20, dominance=(1, 85), p_percent=10)
NEAR = Fraction(99_999, 100_000)  # the protection works in floating point, to 1e-6


def attack(tables: Tables, made: Release, hierarchies: tuple[Hierarchy, ...]) -> None:
    outsider = attacker(made, hierarchies)
    primary = [key for key, cell in tables.cells.items() if sensitivity(cell, RULES)]
    assert set(primary) <= set(outsider.withheld)
    assert not outsider.determined() & set(primary)
    refuse_close_bounds(tables, outsider, dict.fromkeys(primary, 0))
    held: dict[str, dict[Key, int]] = defaultdict(dict)
    for key in primary:
        if tables.cells[key].firms == 1:
            held[tables.cells[key].largest[0][0]][key] = tables.cells[key].total
    for holder, own in held.items():
        others = {
            key: dict(tables.cells[key].largest).get(holder, 0) for key in primary if key not in own
        }
        refuse_close_bounds(tables, outsider.knowing(own), others)


def refuse_close_bounds(tables: Tables, who: Attacker, targets: dict[Key, int]) -> None:
    for key, (least, greatest) in who.bounds(list(targets)).items():
        cell = tables.cells[key]
        asked = sensitivity(cell, RULES)
        assert cell.total - least >= NEAR * min(asked.lower, cell.total - targets[key]), key
        assert greatest is None or greatest - cell.total >= NEAR * asked.upper, key
        assert least < cell.total or greatest is None or greatest > cell.total


def refuse_sums_of_few(rows: list[Contribution], tables: Tables, made: Release) -> None:
    """A published total less its published parts is a cell too: of whoever is in the rest."""
    for relation in tables.relations():
        rest = [part for part in relation.parts if part not in made.values]
        if relation.total not in made.values or not rest:
            continue
        held: dict[str, int] = defaultdict(int)
        for holder, leaf, amount in rows:
            if any(lies_under(leaf, part, (CLASS, AREA)) for part in rest):
                held[holder] += amount
        top = tuple(sorted(held.items(), key=lambda item: (-item[1], item[0])))
        union = Cell((), sum(held.values()), len(held), top, sum(held.values()))
        assert not sensitivity(union, RULES), (relation.total, rest)


@law(contributions((CLASS, AREA), 45), few=10, many=40)
def test_two_dimensions_with_a_hierarchy_withstand_the_attacker(rows: list[Contribution]) -> None:
    tables = table(rows, (CLASS, AREA))
    made = release(tables, RULES)
    attack(tables, made, (CLASS, AREA))
    refuse_sums_of_few(rows, tables, made)


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(contributions((CLASS, AREA, SIZE), 60))
def test_three_dimensions_withstand_the_attacker(rows: list[Contribution]) -> None:
    tables = table(rows, (CLASS, AREA, SIZE))
    attack(tables, release(tables, RULES), (CLASS, AREA, SIZE))


@law(contributions((CLASS, AREA, SIZE), 30), few=5, many=15)
def test_linked_tables_withstand_the_attacker_who_has_both(rows: list[Contribution]) -> None:
    tables = table(rows, (CLASS, AREA, SIZE), [{0, 1}, {0, 2}])
    attack(tables, release(tables, RULES), (CLASS, AREA, SIZE))


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(contributions((CLASS, AREA, SIZE), 60))
def test_large_linked_tables_withstand_the_attacker_too(rows: list[Contribution]) -> None:
    tables = table(rows, (CLASS, AREA, SIZE), [{0, 1}, {0, 2}])
    attack(tables, release(tables, RULES), (CLASS, AREA, SIZE))


@law(contributions((CLASS, AREA, SIZE), 60), few=6, many=25)
def test_a_table_after_another_is_protected_or_the_check_says_what_it_tells(
    rows: list[Contribution],
) -> None:
    first = table(rows, (CLASS, AREA, SIZE), [{0, 1}])
    second = table(rows, (CLASS, AREA, SIZE), [{0, 2}])
    both = joined(first, second)
    out = set(release(first, RULES).values) | set(release(second, RULES).values)
    found = {d.keys[0] for d in disclosures(both, RULES, out) if not d.insider and len(d.keys) == 1}
    who = Attacker(
        (CLASS, AREA, SIZE),
        {key: both.cells[key].total for key in out},
        [key for key in both.cells if key not in out],
    )
    primary = [k for k, c in both.cells.items() if sensitivity(c, RULES) and k not in out]
    for key, (least, greatest) in who.bounds(primary).items():
        total, asked = both.cells[key].total, sensitivity(both.cells[key], RULES)
        close = total - least < NEAR * min(asked.lower, total)
        close |= greatest is not None and greatest - total < NEAR * asked.upper
        assert close == (key in found), key


@law(contributions((CLASS, AREA), 40), few=5, many=20)
def test_the_cheapest_suppression_withstands_too_and_is_no_dearer(rows: list[Contribution]) -> None:
    tables = table(rows, (CLASS, AREA))
    best = cheapest(tables, RULES, weighing="cells")
    attack(tables, best, (CLASS, AREA))
    assert best.loss.secondary <= release(tables, RULES, weighing="cells").loss.secondary


def test_the_attacker_is_no_straw_man() -> None:
    """Withholding the sensitive cells alone, he subtracts his way to them."""
    rows = [(f"f{n}", ("m1", area), 100 + n) for n, area in enumerate("aaaaabbbbbcc")]
    tables = table(rows, (CLASS, AREA))
    hidden = [key for key, cell in tables.cells.items() if sensitivity(cell, RULES)]
    assert ("m1", "c") in hidden
    values = {key: cell.total for key, cell in tables.cells.items() if key not in hidden}
    who = Attacker((CLASS, AREA), values, hidden)
    assert who.determined() == set(hidden)
    assert who.bounds([("m1", "c")])["m1", "c"] == (Fraction(221), Fraction(221))
    assert ("m1", "c") in {each.keys[0] for each in disclosures(tables, RULES, list(values))}


def test_the_attacker_does_not_claim_more_than_he_can_know() -> None:
    """Four cells of a cross: each sum is known, no cell is (the bounds are found by hand)."""
    grid: Hierarchy = {"all": (("x", "y"),)}
    place: Hierarchy = {"city": (("a", "b"),)}
    withheld = [("x", "a"), ("x", "b"), ("y", "a"), ("y", "b")]
    values = {("x", "city"): 30, ("y", "city"): 29, ("all", "a"): 25, ("all", "b"): 34}
    who = Attacker((grid, place), {**values, ("all", "city"): 59}, withheld)
    assert who.determined() == set()
    assert who.bounds([("x", "b")])["x", "b"] == (Fraction(5), Fraction(30))


@pytest.mark.parametrize("deciding", [release, cheapest])
def test_the_same_table_is_always_decided_the_same(deciding: Callable[..., Release]) -> None:
    rows = [(f"f{n % 7}", leaf, 3 + 7 * n) for n, leaf in enumerate(leaves((CLASS, AREA)) * 2)]
    first = deciding(table(rows, (CLASS, AREA)), RULES)
    again = deciding(table(rows[::-1], (CLASS, AREA)), RULES)
    assert first == again

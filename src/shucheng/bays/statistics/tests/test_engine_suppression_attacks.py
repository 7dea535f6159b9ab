"""Suppression cannot be undone: an attacker in exact arithmetic tries, on random tables."""

from collections import defaultdict
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shucheng.bays.statistics.engine.suppression.release import Release, disclosures, release
from shucheng.bays.statistics.engine.suppression.rules import Rules, sensitivity
from shucheng.bays.statistics.engine.suppression.tables import (
    Breakdown,
    Cell,
    Dimension,
    Key,
    Tables,
    joined,
)
from shucheng.bays.statistics.tests.suppression_attacker import Attacker, Hierarchy

RULES = Rules(version="test", threshold=3, range_percent=20, dominance=(1, 85), p_percent=10)
CLASS: Hierarchy = {"all": (("m", "s"),), "m": (("m1", "m2"),), "s": (("s1", "s2", "s3"),)}
AREA: Hierarchy = {"city": (("a", "b", "c"),)}
SIZE: Hierarchy = {"any": (("large", "small"),)}
NEAR = Fraction(999_99, 100_000)  # the protection works in floating point, to 1e-6

Contribution = tuple[str, Key, int]  # holder, leaf, amount


def leaves(hierarchies: tuple[Hierarchy, ...]) -> list[Key]:
    return list(product(*([m for m in members(h) if m not in h] for h in hierarchies)))


def members(hierarchy: Hierarchy) -> list[str]:
    parts = [p for ways in hierarchy.values() for way in ways for p in way]
    return list(dict.fromkeys([*hierarchy, *parts]))


def contributions(hierarchies: tuple[Hierarchy, ...], most: int) -> st.SearchStrategy:
    one = st.tuples(
        st.sampled_from([f"f{n}" for n in range(12)]),
        st.sampled_from(leaves(hierarchies)),
        st.one_of(st.integers(1, 20), st.integers(1, 5000)),
    )
    return st.lists(one, min_size=3, max_size=most)


def under(hierarchy: Hierarchy, member: str) -> set[str]:
    """The leaves of a member."""
    if member not in hierarchy:
        return {member}
    return set[str]().union(*(under(hierarchy, part) for part in hierarchy[member][0]))


def table(
    rows: list[Contribution],
    hierarchies: tuple[Hierarchy, ...],
    crossings: list[set[int]] | None = None,
) -> Tables:
    """Tables built the plain way: for every address, whoever lies under it."""
    names = ["class", "area", "size"][: len(hierarchies)]
    used = crossings or [set(range(len(hierarchies)))]
    cells = {}
    for key in product(*(members(h) for h in hierarchies)):
        away = {n for n, (m, h) in enumerate(zip(key, hierarchies, strict=True)) if m != root(h)}
        if not any(away <= crossing for crossing in used):
            continue
        held: dict[str, int] = defaultdict(int)
        for holder, leaf, amount in rows:
            if all(x in under(h, m) for x, h, m in zip(leaf, hierarchies, key, strict=True)):
                held[holder] += amount
        if held:
            top = sorted(held.items(), key=lambda item: (-item[1], item[0]))[:3]
            total = sum(held.values())
            cells[key] = Cell(key, total, len(held), tuple(top), total)
    dimensions = tuple(
        Dimension(name, root(h), tuple(Breakdown(t, way) for t, ways in h.items() for way in ways))
        for name, h in zip(names, hierarchies, strict=True)
    )
    return Tables(dimensions, frozenset(frozenset(names[n] for n in c) for c in used), cells)


def root(hierarchy: Hierarchy) -> str:
    return next(iter(hierarchy))


def attacker(made: Release, hierarchies: tuple[Hierarchy, ...]) -> Attacker:
    """He has the public form, nothing else."""
    public = made.public()
    values = {cell.key: cell.value for cell in public if cell.value is not None}
    return Attacker(hierarchies, values, [cell.key for cell in public if cell.value is None])


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


@settings(max_examples=60, deadline=None)
@given(contributions((CLASS, AREA), 45))
def test_two_dimensions_with_a_hierarchy_withstand_the_attacker(rows: list[Contribution]) -> None:
    tables = table(rows, (CLASS, AREA))
    attack(tables, release(tables, RULES), (CLASS, AREA))


@settings(max_examples=25, deadline=None)
@given(contributions((CLASS, AREA, SIZE), 60))
def test_three_dimensions_withstand_the_attacker(rows: list[Contribution]) -> None:
    tables = table(rows, (CLASS, AREA, SIZE))
    attack(tables, release(tables, RULES), (CLASS, AREA, SIZE))


@settings(max_examples=25, deadline=None)
@given(contributions((CLASS, AREA, SIZE), 60))
def test_linked_tables_withstand_the_attacker_who_has_both(rows: list[Contribution]) -> None:
    tables = table(rows, (CLASS, AREA, SIZE), [{0, 1}, {0, 2}])
    attack(tables, release(tables, RULES), (CLASS, AREA, SIZE))


@settings(max_examples=25, deadline=None)
@given(contributions((CLASS, AREA, SIZE), 60))
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


@settings(max_examples=20, deadline=None)
@given(contributions((CLASS, AREA), 40))
def test_the_cheapest_suppression_withstands_too_and_is_no_dearer(rows: list[Contribution]) -> None:
    tables = table(rows, (CLASS, AREA))
    best = release(tables, RULES, weighing="cells", optimal=True)
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


@pytest.mark.parametrize("optimal", [False, True])
def test_the_same_table_is_always_decided_the_same(optimal: bool) -> None:
    rows = [(f"f{n % 7}", leaf, 3 + 7 * n) for n, leaf in enumerate(leaves((CLASS, AREA)) * 2)]
    first = release(table(rows, (CLASS, AREA)), RULES, optimal=optimal)
    again = release(table(rows[::-1], (CLASS, AREA)), RULES, optimal=optimal)
    assert first == again

"""Tables for the tests of disclosure control: made the plain way, from random contributions."""

from collections import defaultdict
from dataclasses import replace
from itertools import pairwise, product

from hypothesis import strategies as st

from shucheng.bays.statistics.engine.suppression.tables import (
    Breakdown,
    Cell,
    Dimension,
    Insider,
    Key,
    Tables,
)
from shucheng.bays.statistics.tests.suppression_attacker import Hierarchy

CLASS: Hierarchy = {"all": (("m", "s"),), "m": (("m1", "m2"),), "s": (("s1", "s2", "s3"),)}
AREA: Hierarchy = {"city": (("a", "b", "c"),)}
SIZE: Hierarchy = {"any": (("large", "small"),)}
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
    dimensions = tuple(
        Dimension(name, root(h), tuple(Breakdown(t, way) for t, ways in h.items() for way in ways))
        for name, h in zip(names, hierarchies, strict=True)
    )
    cells = cells_of(rows, hierarchies, used)
    return Tables(dimensions, frozenset(frozenset(names[n] for n in c) for c in used), cells)


def with_people(
    rows: list[Contribution], hierarchies: tuple[Hierarchy, ...], crossings: list[set[int]]
) -> Tables:
    """The same where each area's people know their own firms."""
    made = table(rows, hierarchies, crossings)
    insiders = []
    for area in [m for m in members(hierarchies[1]) if m not in hierarchies[1]]:
        others = [row for row in rows if row[1][1] != area]
        left = cells_of(others, hierarchies, crossings)
        insiders.append(Insider(area, frozenset(k for k in made.cells if k[1] == area), left))
    return replace(made, insiders=tuple(insiders))


def joined(first: Tables, second: Tables) -> Tables:
    """Tables published one after the other from the same data, as one system: a reader has both."""
    assert all(first.cells[key] == second.cells[key] for key in first.cells.keys() & second.cells)
    crossings = first.crossings | second.crossings
    return Tables(first.dimensions, crossings, {**first.cells, **second.cells})


def year_to_date(name: str, months: tuple[str, ...]) -> Dimension:
    """Months and their running totals "-m": from two successive totals a reader has the month.

    The first total is the first month; every cell stands at a period, so there is no root.
    """
    running = [f"-{month}" for month in months]
    first = Breakdown(running[0], (months[0],))
    later = zip(pairwise(running), months[1:], strict=True)
    rest = (Breakdown(now, (before, month)) for (before, now), month in later)
    return Dimension(name, None, (first, *rest))


def cells_of(
    rows: list[Contribution], hierarchies: tuple[Hierarchy, ...], crossings: list[set[int]]
) -> dict[Key, Cell]:
    cells = {}
    for key in product(*(members(h) for h in hierarchies)):
        away = {n for n, (m, h) in enumerate(zip(key, hierarchies, strict=True)) if m != root(h)}
        if not any(away <= crossing for crossing in crossings):
            continue
        held: dict[str, int] = defaultdict(int)
        for holder, leaf, amount in rows:
            if lies_under(leaf, key, hierarchies):
                held[holder] += amount
        if held:
            top = [(holder, abs(x)) for holder, x in held.items() if x]
            top.sort(key=lambda item: (-item[1], item[0]))
            gross = sum(x for _holder, x in top)
            silent = len(held) - len(top)
            cells[key] = Cell(key, sum(held.values()), len(top), tuple(top[:3]), gross, silent)
    return cells


def lies_under(leaf: Key, key: Key, hierarchies: tuple[Hierarchy, ...]) -> bool:
    """Whether a contribution at a leaf counts in a cell."""
    return all(x in under(h, m) for x, h, m in zip(leaf, hierarchies, key, strict=True))


def root(hierarchy: Hierarchy) -> str:
    return next(iter(hierarchy))

"""What is out of a year together tells of no firm: a reader of all of it tries, and each area's own
people; and he is no straw man."""

from functools import partial
from itertools import product

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from shucheng.bays.statistics.engine.published_tables import decide
from shucheng.bays.statistics.engine.suppression.protect import Unprotectable
from shucheng.bays.statistics.engine.suppression.rules import Rules
from shucheng.bays.statistics.engine.suppression.tables import Key
from shucheng.bays.statistics.tests.suppression_attacker import Hierarchy
from shucheng.bays.statistics.tests.suppression_making import (
    AREA,
    SIZE,
    Contribution,
    contributions,
    lies_under,
    members,
    with_people,
)
from shucheng.bays.statistics.tests.suppression_reader import Reader

CLASS: Hierarchy = {"all": (("x", "y"),)}
PLACES = (CLASS, AREA, SIZE)
LINKED = [{0, 1}, {0, 2}]
RULES = Rules(version="test", threshold=3, range_percent=20, dominance=(1, 85), p_percent=10)
# A tried example takes a second: shrinking one would take many minutes.
NO_SHRINKING = (Phase.explicit, Phase.generate)
States = list[list[Contribution]]


@st.composite
def years(draw: st.DrawFn, most: int = 24) -> States:
    """A month; the next one, to which firms added or of which some are gone; and a correction."""
    first = draw(contributions(PLACES, most))
    added = draw(contributions(PLACES, 12))
    gone = draw(st.sets(st.sampled_from([f"f{n}" for n in range(12)]), max_size=2))
    second = [row for row in first if row[0] not in gone] + added
    wrong = draw(st.lists(st.tuples(st.integers(0, 11), st.integers(1, 400)), max_size=4))
    third = second + [(*second[at % len(second)][:2], more) for at, more in wrong]
    return [first, second, third]


def published(
    states: States, *, connected: bool = True, growing: bool = False, rules: Rules = RULES
) -> Reader:
    """A reader of one publication after another; not `connected`, each knows of itself alone."""
    stay: frozenset[Key] = frozenset()
    before: list[Contribution] = []
    reader = Reader(dict(enumerate(states)), partial(lies_under, hierarchies=PLACES), growing)
    for state, rows in enumerate(states):
        total = with_people(rows, PLACES, LINKED)
        added = with_people([*rows, *((h, k, -x) for h, k, x in before)], PLACES, LINKED)
        try:
            if connected:
                stay, _proofs = decide(total, added if before else None, stay, rules)
            else:
                stay, _proofs = decide(total, None, (), rules)
        except Unprotectable:  # refused as a whole: nothing of it is told
            continue
        before = rows
        for key, cell in total.cells.items():
            if key not in stay:
                reader.learn(key, {state: 1}, cell.total)
    return reader


def keys() -> list[Key]:
    """The cells of the linked tables."""
    every = product(*(members(hierarchy) for hierarchy in PLACES))
    return [(c, a, s) for c, a, s in every if a == "city" or s == "any"]


@settings(max_examples=12, deadline=None, derandomize=True, phases=NO_SHRINKING)
@given(years())
def test_who_reads_all_months_and_corrections_finds_no_firm(states: States) -> None:
    assert published(states).finds(keys(), RULES) == []


@settings(max_examples=12, deadline=None, derandomize=True, phases=NO_SHRINKING)
@given(contributions(PLACES, 24), contributions(PLACES, 12), contributions(PLACES, 12))
def test_nor_does_who_knows_that_totals_only_grow(
    first: list[Contribution], second: list[Contribution], third: list[Contribution]
) -> None:
    states = [first, first + second, first + second + third]
    assert published(states, growing=True).finds(keys(), RULES) == []


@settings(max_examples=8, deadline=None, derandomize=True, phases=NO_SHRINKING)
@given(years(), st.sampled_from(["a", "b", "c"]))
def test_an_area_s_own_people_find_no_firm_of_another(states: States, area: str) -> None:
    reader = published(states)
    reader.know(area, 1)
    others = [key for key in keys() if key[1] != area]
    assert reader.finds(others, RULES, out=lambda leaf: leaf[1] == area) == []


# Two firms of `a` and six of `b`; between two tables one of them alone reports more.
MONTH: list[Contribution] = [
    (f"f{n}", ("x", "ab"[n > 2], "large"), 1000 + 10 * n) for n in range(9)
]
YEAR = [MONTH, [*MONTH, ("f8", ("x", "b", "large"), 77)]]


@pytest.mark.parametrize(("connected", "found"), [(True, False), (False, True)])
def test_publications_that_do_not_know_of_each_other_tell_what_one_firm_added(
    connected: bool, found: bool
) -> None:
    reader = published(YEAR, connected=connected)
    bounds = reader.bounds(("x", "b", "any"), {1: 1, 0: -1})
    assert (bounds == (77, 77)) == found
    assert bool(reader.finds(keys(), RULES)) == found


@pytest.mark.parametrize("protect", [True, False])
def test_a_total_less_an_area_s_own_is_another_area_s_one_firm(protect: bool) -> None:
    """`b` has three firms and `c` one: who knows `b` takes it from the two together."""
    rows: list[Contribution] = [(f"f{n}", ("x", "a", "large"), 500 + n) for n in range(4)]
    rows += [(f"g{n}", ("x", "b", "large"), 450 + n) for n in range(3)]
    rows += [("lone", ("x", "c", "large"), 480)]
    rules = Rules(version="test", threshold=3, range_percent=20, insiders=protect)
    reader = published([rows], rules=rules)
    assert reader.finds(keys(), rules) == []
    reader.know("b", 1)
    others = [key for key in keys() if key[1] != "b"]
    found = reader.finds(others, rules, out=lambda leaf: leaf[1] == "b")
    assert bool(found) != protect

"""Disclosure control: the cases an official can read, the rules, and how cells are made."""

from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from tests.laws import law

from shucheng.bays.statistics.engine.suppression.contributions import tables_of
from shucheng.bays.statistics.engine.suppression.protect import Unprotectable
from shucheng.bays.statistics.engine.suppression.release import Release, disclosures, release
from shucheng.bays.statistics.engine.suppression.rules import Rules, sensitivity, shipped_rules
from shucheng.bays.statistics.engine.suppression.system import system_of
from shucheng.bays.statistics.engine.suppression.tables import (
    Breakdown,
    Cell,
    Dimension,
    Key,
    TableRefused,
    Tables,
    tree,
)
from shucheng.bays.statistics.tests.suppression_attacker import attacker
from shucheng.bays.statistics.tests.suppression_making import (
    AREA,
    CLASS,
    SIZE,
    Contribution,
    contributions,
    table,
    year_to_date,
)
from shucheng.bays.statistics.tests.suppression_optimum import cheapest, lower_bound

CASES = Path(__file__).parents[5] / "cases" / "suppression.yaml"
ALL = "合计"


def cases() -> list[Any]:
    entries = yaml.safe_load(CASES.read_text(encoding="utf-8"))
    return [pytest.param(entry, id=entry["case"]) for entry in entries]


@pytest.mark.parametrize("deciding", [release, cheapest])
@pytest.mark.parametrize("case", cases())
def test_a_table_is_suppressed_as_the_case_says(
    case: dict[str, Any], deciding: Callable[..., Release]
) -> None:
    tables, rules = case_tables(case), case_rules(case["rules"])
    made = deciding(tables, rules, weighing=case.get("weighing", "information"))
    decided = {"/".join(each.key): each for each in made.decisions}
    assert {key for key, d in decided.items() if d.status == "primary"} == set(case["sensitive"])
    assert {k for k, d in decided.items() if d.status != "published"} == set(case["withheld"])
    for key, asked in case.get("asked", {}).items():
        assert decided[key].asked == (asked, asked)
    for key, bounds in case.get("reader", {}).items():
        total = tables.cells[tuple(key.split("/"))].total
        below, above = decided[key].kept
        found = [None if below is None else total - below, None if above is None else total + above]
        assert found == pytest.approx(bounds)
        assert found == bounds_of_attacker(tables, made, tuple(key.split("/")))


def case_rules(stated: dict[str, Any]) -> Rules:
    dominance = stated.get("dominance")
    return Rules(
        version="case",
        **{**stated, "dominance": tuple(dominance) if dominance else None},
    )


def case_tables(case: dict[str, Any]) -> Tables:
    firms = case["firms"]
    places = list(dict.fromkeys(place for row in firms.values() for place in row))
    given = case.get("breakdowns")
    ways = [Breakdown(t, tuple(p)) for t, p in given.items()] if given else None
    lines = Dimension("line", None if given else ALL, tuple(ways or [Breakdown(ALL, tuple(firms))]))
    rows: list[tuple[str, str, str, int]] = []
    for line, row in firms.items():
        for place, values in row.items():
            for value in values:
                named = value if isinstance(value, dict) else {"name": None, "value": value}
                rows.append((named["name"] or f"#{len(rows)}", line, place, named["value"]))
    with duckdb.connect() as connection:
        source = relation(connection, rows, ("line", "place"))
        dimensions = (lines, tree("place", [(ALL, None), *((p, ALL) for p in places)]))
        return tables_of(source, connection, dimensions, [["line", "place"]])


def relation(
    connection: duckdb.DuckDBPyConnection, rows: list[Any], names: tuple[str, ...]
) -> duckdb.DuckDBPyRelation:
    columns = ", ".join(f'"{name}" VARCHAR' for name in names)
    connection.execute(f"CREATE TABLE firms (holder VARCHAR, {columns}, amount BIGINT)")
    marks = ", ".join("?" * (len(names) + 2))
    connection.executemany(f"INSERT INTO firms VALUES ({marks})", rows)  # noqa: S608
    return connection.table("firms")


def bounds_of_attacker(tables: Tables, made: Release, key: Key) -> list[Any]:
    hierarchies = tuple(
        {
            total: tuple(b.parts for b in d.breakdowns if b.total == total)
            for total in dict.fromkeys(b.total for b in d.breakdowns)
        }
        for d in tables.dimensions
    )
    return list(attacker(made, hierarchies).bounds([key])[key])


@law(contributions((CLASS, AREA, SIZE), 40), few=5, many=20)
def test_cells_from_duckdb_are_those_added_by_hand(rows: list[Contribution]) -> None:
    plain = table(rows, (CLASS, AREA, SIZE), [{0, 1}, {0, 2}])
    with duckdb.connect() as connection:
        source = relation(connection, [(h, *k, a) for h, k, a in rows], ("class", "area", "size"))
        made = tables_of(
            source, connection, plain.dimensions, [["class", "area"], ["class", "size"]]
        )
        left = connection.execute("SELECT table_name FROM information_schema.tables").fetchall()
    assert made == plain
    assert left == [("firms",)]


def test_negative_contributions_and_zeros_are_counted_as_what_they_are() -> None:
    with duckdb.connect() as connection:
        rows = [("f1", "a", 50), ("f1", "a", -80), ("f2", "a", 20), ("f3", "a", 0)]
        source = relation(connection, rows, ("place",))
        made = tables_of(
            source, connection, (tree("place", [("all", None), ("a", "all")]),), [["place"]]
        )
    assert made.cells[("a",)] == Cell(("a",), -10, 2, (("f1", 30), ("f2", 20)), 50, silent=1)


def test_a_member_nobody_knows_is_refused() -> None:
    with duckdb.connect() as connection:
        source = relation(connection, [("f1", "b", 50)], ("place",))
        with pytest.raises(TableRefused, match="unknown_member: place / b"):
            tables_of(
                source, connection, (tree("place", [("all", None), ("a", "all")]),), [["place"]]
            )


def test_sums_that_do_not_add_up_are_refused() -> None:
    place = tree("place", [("all", None), ("a", "all")])
    cells = {("all",): cell("all", 9), ("a",): cell("a", 8)}
    with pytest.raises(TableRefused, match="not_additive: all"):
        release(Tables((place,), frozenset([frozenset(["place"])]), cells), RULES)


def test_a_cell_that_lists_too_few_contributors_is_refused() -> None:
    few = Cell(("a",), 100, 4, (("f1", 60),), 100)
    with pytest.raises(TableRefused, match="too_few_listed: a"):
        sensitivity(few, shipped_rules())


RULES = Rules(version="test", threshold=3, range_percent=20)


def cell(member: str, total: int) -> Cell:
    return Cell((member,), total, 5, (("x", total // 3), ("y", total // 3)), total)


@pytest.mark.parametrize(
    ("contributions", "broken", "width"),
    [
        ([100], {"frequency", "dominance", "p_percent"}, 20),
        ([60, 40], {"frequency", "p_percent"}, 20),
        ([80, 15, 5], {"p_percent"}, 3),
        ([90, 6, 4], {"dominance", "p_percent"}, 6),
        ([86, 7, 7, 0], {"dominance", "p_percent"}, 2),
        ([50, 35, 15], set(), 0),
        ([40, 30, 30], set(), 0),
    ],
)
def test_the_rules_are_those_of_the_book(
    contributions: list[int], broken: set[str], width: int
) -> None:
    top = tuple((f"f{n}", x) for n, x in enumerate(sorted(contributions, reverse=True)) if x)
    gross = sum(contributions)
    found = sensitivity(Cell(("a",), gross, len(top), top[:3], gross), shipped_rules())
    assert set(found.rules if found else ()) == broken
    assert (found.upper if found else 0) == width


def test_zeros_are_withheld_only_if_asked() -> None:
    zero = Cell(("a",), 0, 0, (), 0, silent=2)
    assert sensitivity(zero, shipped_rules()) is None
    assert sensitivity(zero, shipped_rules(suppress_zeros=True)).rules == ("zero",)


def test_what_goes_out_carries_nothing_of_what_is_withheld() -> None:
    rows = [(f"f{n}", ("m1", area), 100 + n) for n, area in enumerate("aaaaabbbbbcc")]
    tables = table(rows, (CLASS, AREA))
    made = release(tables, RULES)
    hidden = {d.key for d in made.decisions if d.status != "published"}
    assert hidden
    assert {c.key for c in made.public() if c.value is None} == hidden
    assert not hidden & set(made.values)
    assert {f for c in made.public() for f in c.__slots__} == {"key", "value"}
    assert made.loss.primary + made.loss.secondary == len(hidden)
    assert made.certificate.rules_version == "test"


def test_what_is_out_cannot_be_called_back_and_is_worked_around_or_refused() -> None:
    rows = [(f"f{n}", ("m1", area), 100 + n) for n, area in enumerate("aaaaabbbbbcc")]
    tables = table(rows, (CLASS, AREA))
    margin = ("m1", "city")
    made = release(tables, RULES, published=[margin])
    assert margin in made.values
    out = [key for key, each in tables.cells.items() if not sensitivity(each, RULES)]
    with pytest.raises(Unprotectable) as refused:
        release(tables, RULES, published=out)
    assert ("m1", "c") in refused.value.keys
    with pytest.raises(Unprotectable):
        release(tables, RULES, published=[("m1", "c")])


def test_months_are_protected_by_what_is_withheld_of_the_running_totals() -> None:
    """Only running totals are printed; the month is in the system since a reader has it."""
    months = year_to_date("period", ("02", "03", "04"))
    assert months.above()["03"] == {"03", "-03", "-04"}
    rows = [(f"f{n}", p, x) for n, (p, x) in enumerate([("02", 50)] * 4 + [("04", 50)] * 4)]
    with duckdb.connect() as connection:
        source = relation(connection, [*rows, ("late", "03", 30)], ("period",))
        tables = tables_of(source, connection, (months,), [["period"]])
    made = release(tables, RULES)
    assert {("03",)} == {d.key for d in made.decisions if d.status == "primary"}
    assert ("-02",) not in made.values or ("-03",) not in made.values
    found = disclosures(tables, RULES, [("02",), ("-02",), ("-03",)])
    assert {(each.keys, each.found) for each in found} == {((("03",),), 0.0)}


def test_values_that_may_be_negative_are_protected_without_a_floor() -> None:
    rules = Rules(version="test", threshold=3, range_percent=20, floor=None)
    place = tree("place", [("all", None), *((p, "all") for p in "abc")])
    cells = {(p,): cell(p, total) for p, total in (("all", 60), ("b", 40), ("c", 30))}
    cells[("a",)] = Cell(("a",), -10, 1, (("loss", 10),), 10)
    made = release(Tables((place,), frozenset([frozenset(["place"])]), cells), rules)
    lone = next(d for d in made.decisions if d.key == ("a",))
    assert lone.asked == (2, 2)
    assert lone.kept == (None, None)
    assert made.loss.secondary == 1


def test_a_reader_who_knows_the_rough_size_needs_more_withheld() -> None:
    place = tree("place", [("all", None), *((p, "all") for p in "abcd")])
    cells = {(p,): cell(p, total) for p, total in (("b", 10), ("c", 80), ("d", 900))}
    cells[("a",)] = Cell(("a",), 100, 1, (("lone", 100),), 100)
    cells[("all",)] = cell("all", 1090)
    tables = Tables((place,), frozenset([frozenset(["place"])]), cells)
    plain = cheapest(tables, RULES, weighing="value")
    assert plain.loss.secondary == 1
    assert {d.key for d in plain.decisions if d.status == "secondary"} == {("c",)}
    rough = Rules(version="test", threshold=3, range_percent=20, prior_percent=20)
    withheld = cheapest(tables, rough, weighing="value")
    assert {d.key for d in withheld.decisions if d.status == "secondary"} == {("d",)}


SMALL = ({"all": (("x", "y", "z"),)}, {"city": (("a", "b", "c"),)})


@law(contributions(SMALL, 22), few=5, many=25)
def test_no_smaller_suppression_exists_than_the_optimum(rows: list[Contribution]) -> None:
    """By trying: every smaller choice of cells tells something."""
    tables = table(rows, SMALL)
    made = cheapest(tables, RULES, weighing="cells")
    if made.certificate.implied_sums:
        return
    primary = {d.key for d in made.decisions if d.status == "primary"}
    free = [key for key in tables.cells if key not in primary]
    bound = lower_bound(system_of(tables, RULES, weighing="cells"), rounds=30)
    assert bound <= len(primary) + made.loss.secondary + 1e-6
    for size in range(min(made.loss.secondary, 4)):
        for chosen in combinations(free, size):
            assert disclosures(tables, RULES, [key for key in free if key not in chosen])

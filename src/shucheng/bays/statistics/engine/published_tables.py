"""The tables of a month that go out: what a reader of all of a year's tables cannot undo.

Each measure is told year to date, of firms above designated size, of a starred class what is
certain. A reader of two months subtracts one from the other, so a month is decided as two systems
of the same cells: the total since January, and what was added to it since the last month that is
out, as it was counted then. Late and corrected returns are in what is added. What one of both
withholds is withheld in both, and what a year once withheld stays withheld in it: then every
addition is a table of its own that shares no unknown with the others, and what is proved of each
holds for all of them together. (That a total is kept as far as its additions are: the distances
that the rules ask for are subadditive, unless contributions cancel; so the total is proved too.)

Classes and industries of the plan stand over the same *atoms* (firms of one group that belong to
the same industries: `0102|robots,software`; of an industry what lies outside the core: `|robots`;
what firms in several classes count in more than one: `|+`). Groups are told of the city alone; by
area and size their atoms are taken together by division (`01|robots,software`). No atom is told.

Source: Hundepool et al., Statistical Disclosure Control (Wiley 2012), chapter 4: linked tables.
"""

# ruff: noqa: S608 - the names in SQL are this module's own

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import duckdb
import pyarrow as pa  # type: ignore[import-untyped]

from shucheng.lib import duck

from .cells import Scheme, place
from .classification import CORE, Classification
from .frames import drop
from .micro import Micro
from .suppression.contributions import tables_of
from .suppression.release import Release, release
from .suppression.rules import Rules
from .suppression.tables import Breakdown, Dimension, Key, Tables, tree
from .value_added import BASE, REPORTED

CITY, ALL = "city", "all"
LEVEL = 2  # 中类: the finest class that is told, of revenue
SIZES = ("large", "medium", "small", "micro")
_DIVISION = 2  # digits of a division's code
TWICE = "|+"
REVENUE, RATED = "revenue", "value_added"

Measure = Literal["revenue", "value_added", "employees", "rd_expense", "rd_staff"]
MONTHLY: tuple[Measure, ...] = ("revenue", "value_added")
QUARTERLY: tuple[Measure, ...] = ("employees", "rd_expense", "rd_staff")
"""Of these few firms change from month to month: told at each quarter's end."""
MEASURES = MONTHLY + QUARTERLY

# Of a firm, in thousand yuan or persons, with its share in ten-thousandths.
_AMOUNTS = {
    "revenue": "revenue * lower // 10000",
    "value_added": f"(coalesce({REPORTED} * 10000::HUGEINT, {BASE} * rate::HUGEINT)"
    " * lower // 100000000)::BIGINT",
    "employees": "employees * lower // 10000",
    "rd_expense": "rd_expense * lower // 10000",
    "rd_staff": "rd_staff * lower // 10000",
}
_LEAVES = "JOIN leaves ON class = atom"
_LISTED = ", ".join(f"{amount} AS {name}" for name, amount in _AMOUNTS.items())

_IN_CLASSES = f"""
    SELECT firm, class, area, size, {_LISTED}, {REPORTED} IS NULL AS by_rate,
        status <> 'reported' AS imputed, lower = upper AS exact
    FROM newest JOIN places USING (firm) JOIN cells USING (cell)
    WHERE period = $month AND period BETWEEN since AND until
        AND (class = '{CORE}' OR class IN (SELECT code FROM classes WHERE core))
"""
_LESS = ", ".join(f"(a.{name} - b.{name})::BIGINT AS {name}" for name in _AMOUNTS)
_SUMMED = ", ".join(f"sum({name}) AS {name}" for name in _AMOUNTS)
_COUNTED = f"""
WITH belongs AS (
    SELECT firm, string_agg(DISTINCT code, ',' ORDER BY code) AS industries
    FROM industry_members WHERE $month BETWEEN since AND until GROUP BY firm
),
summed AS (SELECT firm, count(*) AS classes, {_SUMMED} FROM parts GROUP BY firm),
outside AS (
    SELECT firm, '|' || industries AS class, area, size,
        newest.revenue - coalesce(once.revenue, 0) AS revenue,
        status <> 'reported' AS imputed
    FROM newest JOIN belongs USING (firm) JOIN register USING (firm)
    LEFT JOIN (SELECT firm, revenue FROM once) AS once USING (firm)
    WHERE period = $month AND designated AND newest.revenue IS NOT NULL
        AND $month BETWEEN register.since AND register.until
)
SELECT * REPLACE (class || '|' || coalesce(industries, '') AS class)
FROM parts LEFT JOIN belongs USING (firm)
UNION ALL BY NAME
SELECT a.firm, '{TWICE}' AS class, a.area, a.size, {_LESS}, a.by_rate, a.imputed, a.exact
FROM once AS a JOIN summed AS b USING (firm) WHERE classes > 1
UNION ALL BY NAME
SELECT *, true AS by_rate, true AS exact FROM outside WHERE revenue <> 0
"""


def counted(micro: Micro, month: int) -> pa.Table:
    """What counts in the tables of a month (yyyymm): one row a firm and atom (firm, class, area,
    size), its measures in thousand yuan and persons (empty where not known), and whether its value
    added comes from a rate, its return is imputed, its share is exact."""
    connection = micro.connection
    schemes: dict[str, Scheme] = {"once": "core", "parts": "medium"}
    for name, scheme in schemes.items():
        place(connection, scheme, ("class", "area", "size"), designated=True)
        drop(connection, name)
        connection.execute(f"CREATE TEMP TABLE {name} AS {_IN_CLASSES}", {"month": month})
    return connection.execute(_COUNTED, {"month": month}).to_arrow_table()


@dataclass(frozen=True)
class Decided:
    """What of one measure goes out: cells by (class or industry, area, size), None where they are
    withheld, and the releases that prove it: of the total, and of what was added."""

    measure: str
    cells: Mapping[Key, int | None]
    proofs: tuple[Release, ...]

    @property
    def withheld(self) -> frozenset[Key]:
        return frozenset(key for key, value in self.cells.items() if value is None)


@dataclass(frozen=True)
class Before:
    """What is out of a measure in a year: what was `counted` last, and all cells ever withheld."""

    counted: pa.Table
    withheld: frozenset[Key]


def decide_month(
    month: int,
    now: pa.Table,
    before: Mapping[str, Before],
    classes: Classification,
    rules: Rules,
) -> list[Decided]:
    """Decide every measure of a month (yyyymm) from what is `counted` now, after what is out of
    its year by measure.

    Raises Unprotectable, TableRefused and ArithmeticError as `release` does.
    """
    measures = MEASURES if month % 100 % 3 == 0 else MONTHLY
    return [_decide(measure, now, before.get(measure), classes, rules) for measure in measures]


def decide_year(
    months: Mapping[int, pa.Table], classes: Classification, rules: Rules
) -> dict[int, list[Decided]]:
    """Decide months of a year (yyyymm to what is `counted`) one after another."""
    before: dict[str, Before] = {}
    found = {}
    for month, now in sorted(months.items()):
        found[month] = decide_month(month, now, before, classes, rules)
        for each in found[month]:
            earlier = before[each.measure].withheld if each.measure in before else frozenset()
            before[each.measure] = Before(now, each.withheld | earlier)
    return found


def decide(
    total: Tables, added: Tables | None, withheld: Collection[Key], rules: Rules
) -> tuple[frozenset[Key], tuple[Release, ...]]:
    """The cells of a total that are withheld so that neither it nor what was `added` to it gives
    any firm away, and the proofs. More withheld cells undo no proof: one is enough of each."""
    stay = frozenset(withheld)
    proofs = []
    for tables in (total, added):
        if tables is not None:
            found = release(
                tables,
                with_floor(rules, tables),
                withheld=stay,
                wanted={key: missed(key) for key in tables.cells},
                bounds=False,
            )
            stay |= {each.key for each in found.decisions if each.status != "published"}
            proofs.append(found)
    return stay, tuple(proofs)


def with_floor(rules: Rules, tables: Tables) -> Rules:
    """A reader takes what is measured not to be below 0. Where it is, he knows no floor."""
    below = any(cell.total < 0 for cell in tables.cells.values())
    return replace(rules, floor=None) if below else rules


def printed(measure: str, key: Key) -> bool:
    """Whether a cell is printed: the core and its divisions by area and by size, groups for the
    city, the plan's industries by area. Value added by rate tells of revenues: of it there is
    less."""
    code, area, size = key
    if "|" in code:
        return False
    if measure == RATED:
        return size == ALL and (area == CITY or code == CORE)
    if code.isdigit() and len(code) > _DIVISION:
        return (area, size) == (CITY, ALL)
    return size == ALL or code == CORE or code.isdigit()


def column_of(
    rows: pa.Table, areas: Collection[str], classes: Classification
) -> dict[tuple[str, str, str], int]:
    """What areas have themselves of what was `counted`: (measure, class or industry, area) to its
    sum. For those who see every firm of them."""
    connection = _opened(rows, None)
    found: dict[tuple[str, str, str], int] = defaultdict(int)
    for measure in MEASURES:
        above = _dimensions(connection, measure, classes)[0].above()
        sums = connection.execute(
            f"SELECT leaf, area, sum(amount) FROM ({_amounts('now', measure)}) {_LEAVES}"
            " WHERE area IN (SELECT unnest($areas)) GROUP BY ALL",
            {"areas": sorted(areas)},
        ).fetchall()
        for leaf, area, amount in sums:
            for code in above[leaf]:
                if "|" not in code:
                    found[measure, code, area] += int(amount)
    return dict(found)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many firms a figure counts, how many of them by an imputed return, and how many whose
    share is not exact."""

    firms: int
    imputed: int
    inexact: int


def behind(rows: pa.Table) -> dict[tuple[str, str], Counts]:
    """Of what was `counted` the firms behind the core's figures in each area and the city, and
    behind each industry's in the city."""
    connection = _opened(rows, None)
    found = connection.execute(
        f"""WITH industry AS (
            SELECT firm, imputed, exact, unnest(string_split(split_part(class, '|', 2), ','))
                AS code FROM now
        ), figures AS (
            SELECT '{CORE}' AS code, area, firm, imputed, exact FROM now
            WHERE split_part(class, '|', 1) <> ''
            UNION ALL
            SELECT '{CORE}', '{CITY}', firm, imputed, exact FROM now
            WHERE split_part(class, '|', 1) <> ''
            UNION ALL
            SELECT code, '{CITY}', firm, imputed, exact FROM industry
            WHERE code NOT IN ('', '+')
        )
        SELECT code, area, count(DISTINCT firm), count(DISTINCT firm) FILTER (imputed),
            count(DISTINCT firm) FILTER (NOT exact)
        FROM figures GROUP BY ALL"""
    ).fetchall()
    return {(code, area): Counts(*numbers) for code, area, *numbers in found}


def _opened(now: pa.Table, before: pa.Table | None) -> duckdb.DuckDBPyConnection:
    connection = duck.connect()
    connection.register("now", now)
    connection.register("before", now.slice(0, 0) if before is None else before)
    return connection


def tables_of_measure(
    measure: Measure,
    now: pa.Table,
    before: pa.Table | None,
    classes: Classification,
    rules: Rules,
) -> Tables:
    """A measure's cells of what was `counted`; with `before`, of what was added to that."""
    connection = _opened(now, before)
    dimensions = _dimensions(connection, measure, classes)
    rows = _amounts("now", measure)
    if before is not None:
        rows += f" UNION ALL {_amounts('before', measure, '-')}"
    sql = f"SELECT firm AS holder, leaf AS class, area, size, amount FROM ({rows}) {_LEAVES}"
    crossings = [("class", "area"), ("class", "size")]
    source = connection.sql(sql)
    return tables_of(source, connection, dimensions, crossings, kept=rules.kept, insiders="area")


def missed(key: Key) -> float:
    """How much more a cell would be missed than another: the figures that a plan has targets for
    are the core's and its industries' in the city, then the core's in each area."""
    code, area, size = key
    if size != ALL or "|" in code:
        return 1
    if area == CITY:
        return 1_000 if code == CORE else 30
    return 30 if code == CORE else 1


def _decide(
    measure: Measure,
    now: pa.Table,
    before: Before | None,
    classes: Classification,
    rules: Rules,
) -> Decided:
    total = tables_of_measure(measure, now, None, classes, rules)
    stay = {key for key in total.cells if not printed(measure, key)}
    added = None
    if before is not None:
        added = tables_of_measure(measure, now, before.counted, classes, rules)
        stay |= before.withheld | {key for key in added.cells if not printed(measure, key)}
    if measure == RATED:
        stay.update(_by_rate(now, classes, rules))
    hidden, proofs = decide(total, added, stay, rules)
    cells = {
        key: None if key in hidden else cell.total
        for key, cell in sorted(total.cells.items())
        if printed(measure, key)
    }
    return Decided(measure, cells, proofs)


def _amounts(table: str, measure: str, sign: str = "") -> str:
    return f"""SELECT firm, class, area, size, {sign}{measure} AS amount, by_rate
        FROM {table} WHERE {measure} IS NOT NULL"""


def _by_rate(rows: pa.Table, classes: Classification, rules: Rules) -> Iterator[Key]:
    """The cells of value added of which more comes from a rate than the rules allow: to who knows
    the rates they would be one more sum of revenues."""
    connection = _opened(rows, None)
    above = _dimensions(connection, RATED, classes)[0].above()
    sums: dict[Key, list[int]] = defaultdict(lambda: [0, 0])
    found = connection.execute(
        f"""SELECT leaf, area, sum(abs(amount)), sum(abs(amount)) FILTER (by_rate)
        FROM ({_amounts("now", RATED)}) {_LEAVES} GROUP BY ALL"""
    ).fetchall()
    for leaf, area, gross, rated in found:
        for code in above[leaf]:
            for where in (CITY, area):
                sums[code, where, ALL][0] += int(gross)
                sums[code, where, ALL][1] += int(rated or 0)
    for key, (gross, rated) in sums.items():
        if 100 * rated > rules.by_rate_percent * gross:
            yield key


def _dimensions(
    connection: duckdb.DuckDBPyConnection, measure: str, classes: Classification
) -> tuple[Dimension, ...]:
    """The dimensions of a measure's cells; leaves where which atom counts in the table `leaves`."""
    rows = f"({_amounts('now', measure)} UNION ALL {_amounts('before', measure)})"

    def members(name: str) -> list[str]:
        found = connection.execute(f"SELECT DISTINCT {name} FROM {rows} ORDER BY 1")
        return [member for (member,) in found.fetchall()]

    inner, leaves = _classes(members("class"), classes, fine=measure == REVENUE)
    connection.execute("CREATE OR REPLACE TEMP TABLE leaves (atom VARCHAR, leaf VARCHAR)")
    if leaves:
        connection.executemany("INSERT INTO leaves VALUES (?, ?)", [*leaves.items()])
    return (
        inner,
        Dimension("area", CITY, (Breakdown(CITY, tuple(members("area"))),)),
        Dimension("size", ALL, (Breakdown(ALL, SIZES),)),
    )


def _classes(
    atoms: Collection[str], classes: Classification, *, fine: bool
) -> tuple[Dimension, dict[str, str]]:
    """The core's divisions and, where `fine`, its groups and the plan's industries; and in which
    leaf of the dimension an atom counts."""
    core = {each.code: each for each in classes.classes if each.core and each.level <= LEVEL}
    shown = [each for each in core.values() if fine or each.level == 1]
    parents = [(CORE, None), *((each.code, each.parent or CORE) for each in shown)]
    above = tree("class", parents + [(TWICE, CORE)] * (TWICE in atoms))
    parts: dict[str, set[str]] = defaultdict(set)
    leaves: dict[str, str] = {}
    whole = {each.code for each in shown if each.level == LEVEL}
    for atom in atoms:
        code, _bar, industries = atom.partition("|")
        if atom == TWICE or not fine:
            leaves[atom] = atom if atom == TWICE else core[code].parent
            continue
        leaves[atom] = atom
        coarse = f"{core[code].parent}|{industries}" if code else atom
        for member in filter(None, (code and core[code].parent, *industries.split(","))):
            parts[member].add(coarse)
        if code:
            whole.add(atom)
            parts[coarse].add(atom)
            parts[code].add(atom)
    broken = (Breakdown(code, tuple(sorted(own))) for code, own in sorted(parts.items()))
    return Dimension("class", CORE, (*above.breakdowns, *broken), frozenset(whole)), leaves

"""What counts in the tables of a month, firm by firm, and the cells it makes.

Classes and industries of the plan stand over the same *atoms* (firms of one group that belong to
the same industries: `0102|robots,software`; of an industry what lies outside the core: `|robots`;
what firms in several classes count in more than one, below 0: `+|robots`). By area and size atoms
are taken together by division (`01|robots,software`).
"""

# ruff: noqa: S608 - the names in SQL are this module's own

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import duckdb

from shucheng.lib import duck

from .cells import Scheme, place
from .classification import CORE, Classification
from .frames import drop
from .micro import Micro
from .suppression.contributions import tables_of
from .suppression.rules import Rules
from .suppression.tables import Breakdown, Dimension, Tables, tree
from .value_added import BASE, REPORTED

CITY, ALL = "city", "all"
SIZES = ("large", "medium", "small", "micro")
GROUP = 2  # 中类: the finest class that is told, of revenue
TWICE = "+"

Measure = Literal["revenue", "value_added", "employees", "rd_expense", "rd_staff"]
REVENUE: Measure = "revenue"

# Of a firm, in thousand yuan or persons, with its share in ten-thousandths.
_AMOUNTS = {
    "revenue": "revenue * lower // 10000",
    "value_added": f"(coalesce({REPORTED} * 10000::HUGEINT, {BASE} * rate::HUGEINT)"
    " * lower // 100000000)::BIGINT",
    "employees": "employees * lower // 10000",
    "rd_expense": "rd_expense * lower // 10000",
    "rd_staff": "rd_staff * lower // 10000",
}
_LISTED = ", ".join(f"{amount} AS {name}" for name, amount in _AMOUNTS.items())
_LESS = ", ".join(f"(a.{name} - b.{name})::BIGINT AS {name}" for name in _AMOUNTS)
_SUMMED = ", ".join(f"sum({name}) AS {name}" for name in _AMOUNTS)

_IN_CLASSES = f"""
    SELECT firm, class, area, park, size, {_LISTED}, {REPORTED} IS NULL AS by_rate,
        status <> 'reported' AS imputed, lower = upper AS exact
    FROM newest JOIN places USING (firm) JOIN cells USING (cell)
    WHERE period = $month AND period BETWEEN since AND until
        AND (class = '{CORE}' OR class IN (SELECT code FROM classes WHERE core))
"""
_COUNTED = f"""
WITH belongs AS (
    SELECT firm, string_agg(DISTINCT code, ',' ORDER BY code) AS industries
    FROM industry_members WHERE $month BETWEEN since AND until GROUP BY firm
),
summed AS (SELECT firm, count(*) AS classes, {_SUMMED} FROM parts GROUP BY firm),
outside AS (
    SELECT firm, '' AS class, area, park, size,
        newest.revenue - coalesce(once.revenue, 0) AS revenue,
        status <> 'reported' AS imputed
    FROM newest SEMI JOIN belongs USING (firm) JOIN register USING (firm)
    LEFT JOIN (SELECT firm, revenue FROM once) AS once USING (firm)
    WHERE period = $month AND designated AND newest.revenue IS NOT NULL
        AND $month BETWEEN register.since AND register.until
),
placed AS (
    FROM parts
    UNION ALL BY NAME
    SELECT a.firm, '{TWICE}' AS class, a.area, a.park, a.size, {_LESS},
        a.by_rate, a.imputed, a.exact
    FROM once AS a JOIN summed AS b USING (firm) WHERE classes > 1
    UNION ALL BY NAME
    SELECT *, true AS by_rate, true AS exact FROM outside WHERE revenue <> 0
)
SELECT * EXCLUDE (industries) REPLACE (
    class || '|' || coalesce(industries, '') AS class,
    if(coalesce(park, '') = '', '', area || '/' || park) AS park
)
FROM placed LEFT JOIN belongs USING (firm)
"""


Rows = bytes
"""What was counted, as Parquet: it is kept with what was published of it."""


def counted(micro: Micro, month: int) -> Rows:
    """What counts in the tables of a month (yyyymm): one row a firm and atom (firm, class, area,
    park, size), its measures in thousand yuan and persons (empty where not known), and whether its
    value added comes from a rate, its return is imputed, its share is exact."""
    connection = micro.connection
    schemes: dict[str, Scheme] = {"once": "core", "parts": "medium"}
    for name, scheme in schemes.items():
        place(connection, scheme, ("class", "area", "park", "size"), designated=True)
        drop(connection, name)
        connection.execute(f"CREATE TEMP TABLE {name} AS {_IN_CLASSES}", {"month": month})
    with TemporaryDirectory() as folder:
        file = Path(folder) / "counted.parquet"
        found = connection.sql(_COUNTED, params={"month": month})
        found.write_parquet(str(file), compression="zstd")
        return file.read_bytes()


def tables_of_measure(
    measure: Measure,
    now: Rows,
    before: Rows | None,
    classes: Classification,
    rules: Rules,
) -> Tables:
    """A measure's cells of what was `counted`; with `before`, of what was added to that. Insiders
    are the people of each area and of each park."""
    connection = opened(now, before)
    dimensions = dimensions_of(connection, measure, classes)
    rows = amounts("now", measure)
    if before is not None:
        rows += f" UNION ALL {amounts('before', measure, '-')}"
    sql = f"SELECT firm AS holder, leaf AS class, area, park, size, amount FROM ({rows}) {LEAVES}"
    crossings = [("class", "area"), ("class", "size")]
    return tables_of(
        connection.sql(sql),
        connection,
        dimensions,
        crossings,
        kept=rules.kept,
        insiders=("area", "park"),
    )


def column_of(
    rows: Rows, areas: Collection[str], classes: Classification, measures: Sequence[Measure]
) -> dict[tuple[str, str, str], int]:
    """What areas have themselves of what was `counted`: (measure, class or industry, area) to its
    sum. For those who see every firm of them."""
    connection = opened(rows, None)
    found: dict[tuple[str, str, str], int] = defaultdict(int)
    for measure in measures:
        above = dimensions_of(connection, measure, classes)[0].above()
        sums = connection.execute(
            f"SELECT leaf, area, sum(amount) FROM ({amounts('now', measure)}) {LEAVES}"
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


def behind(rows: Rows) -> dict[tuple[str, str], Counts]:
    """Of what was `counted` the firms behind the core's figures in each area and the city, and
    behind each industry's in the city."""
    connection = opened(rows, None)
    found = connection.execute(
        f"""WITH industry AS (
            SELECT firm, imputed, exact,
                unnest(string_split(split_part(class, '|', 2), ',')) AS code FROM now
        ),
        in_core AS (
            SELECT firm, area, imputed, exact FROM now WHERE split_part(class, '|', 1) <> ''
        ),
        figures AS (
            SELECT '{CORE}' AS code, area, firm, imputed, exact FROM in_core
            UNION ALL SELECT '{CORE}', '{CITY}', firm, imputed, exact FROM in_core
            UNION ALL SELECT code, '{CITY}', firm, imputed, exact FROM industry WHERE code <> ''
        )
        SELECT code, area, count(DISTINCT firm), count(DISTINCT firm) FILTER (imputed),
            count(DISTINCT firm) FILTER (NOT exact)
        FROM figures GROUP BY ALL"""
    ).fetchall()
    return {(code, area): Counts(*numbers) for code, area, *numbers in found}


LEAVES = "JOIN leaves ON class = atom"
"""From the rows of `amounts` to the leaves that `dimensions_of` made."""


def opened(now: Rows, before: Rows | None) -> duckdb.DuckDBPyConnection:
    """A connection that has what was counted `now` and `before`."""
    connection = duck.connect()
    with TemporaryDirectory() as folder:
        for name, rows in (("now", now), ("before", before)):
            if rows is not None:
                file = Path(folder) / f"{name}.parquet"
                file.write_bytes(rows)
                connection.read_parquet(str(file)).create(name)
    if before is None:
        connection.execute("CREATE TABLE before AS FROM now LIMIT 0")
    return connection


def amounts(table: str, measure: str, sign: str = "") -> str:
    """The rows of a measure."""
    return f"""SELECT firm, class, area, park, size, {sign}{measure} AS amount, by_rate
        FROM {table} WHERE {measure} IS NOT NULL"""


def dimensions_of(
    connection: duckdb.DuckDBPyConnection, measure: str, classes: Classification
) -> tuple[Dimension, ...]:
    """The dimensions of a measure's cells; leaves where which atom counts in the table `leaves`."""
    rows = f"({amounts('now', measure)} UNION ALL {amounts('before', measure)})"

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
    core = {each.code: each for each in classes.classes if each.core and each.level <= GROUP}
    shown = [each for each in core.values() if fine or each.level == 1]
    twice = [(atom, CORE) for atom in atoms if atom.startswith(TWICE)]
    parents = [(CORE, None), *((each.code, each.parent or CORE) for each in shown), *twice]
    above = tree("class", parents)
    parts: dict[str, set[str]] = defaultdict(set)
    leaves: dict[str, str] = {}
    whole = {each.code for each in shown if each.level == GROUP}
    for atom in atoms:
        code, _bar, industries = atom.partition("|")
        division = core[code].parent if code in core else ""
        coarse = f"{division}|{industries}" if division else atom
        leaves[atom] = atom if fine or not division else division
        if not fine:
            continue
        for member in filter(None, (division, *industries.split(","))):
            parts[member].add(coarse)
        if division:
            whole.add(atom)
            parts[coarse].add(atom)
            parts[code].add(atom)
    broken = (Breakdown(code, tuple(sorted(own))) for code, own in sorted(parts.items()))
    return Dimension("class", CORE, (*above.breakdowns, *broken), frozenset(whole)), leaves

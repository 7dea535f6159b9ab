"""From contributions of firms to the cells of tables, in DuckDB.

Every holder's contributions to a cell are added before they are ranked, so that the parts of one
firm (or of a group, when the holder is the group) count as one contributor. Integers throughout.
"""

from collections.abc import Iterable, Sequence
from itertools import count
from typing import Any

import duckdb

from shucheng.bays.statistics.engine.suppression.tables import (
    Cell,
    Dimension,
    Insider,
    Key,
    TableRefused,
    Tables,
)

_names = count()

# Of each reader (nobody's people: empty) the cells without what he knows himself.
COLLECT = """
WITH held AS (
    SELECT {members}{mine}, holder, sum(amount) AS amount
    FROM suppression_source AS source {joins} {wanted} GROUP BY ALL
),
left_to AS (
    SELECT reader, {keys}, holder, sum(amount)::BIGINT AS amount
    FROM held JOIN (SELECT unnest($readers) AS reader) ON reader = '' OR ({not_mine})
    GROUP BY ALL
)
SELECT reader, {keys}, sum(amount)::BIGINT, sum(abs(amount))::BIGINT,
       count(*) FILTER (amount <> 0), count(*) FILTER (amount = 0),
       (list((holder, abs(amount)) ORDER BY abs(amount) DESC, holder)
           FILTER (amount <> 0))[1:$kept]
FROM left_to GROUP BY reader, {keys} ORDER BY reader, {keys}
"""

UNKNOWN = """
SELECT "{name}" FROM suppression_source
WHERE "{name}" IS NULL OR "{name}" NOT IN (SELECT low FROM {reach}) LIMIT 1
"""


def tables_of(
    source: duckdb.DuckDBPyRelation,
    connection: duckdb.DuckDBPyConnection,
    dimensions: tuple[Dimension, ...],
    crossings: Iterable[Iterable[str]],
    *,
    kept: int = 3,
    insiders: Sequence[str] = (),
) -> Tables:
    """Linked tables of a relation with `holder`, integer `amount` and one column a dimension.
    `insiders` names columns whose members each have people who know their own: of a dimension the
    cells that stand at it, of another column (empty: nobody's) a part of cells.

    A row names a member of each dimension; it counts in that member and in all above it. `kept`
    is how many of the largest contributions a cell carries: at least the threshold of the
    frequency rule and the n of the dominance rule. Raises TableRefused for unknown members.
    """
    named = frozenset(frozenset(crossing) for crossing in crossings)
    reach = {d.name: _reach(connection, d) for d in dimensions}
    source.create("suppression_source")  # read many times
    try:
        _check_members(connection, dimensions, reach)
        readers = ["", *(who for name in insiders for who in _members(connection, name))]
        found: dict[str, dict[Key, Cell]] = {reader: {} for reader in readers}
        for crossing in sorted(named, key=sorted):
            sql, asked = _query(dimensions, reach, crossing, insiders)
            asked |= {"kept": kept, "readers": readers}
            for reader, *row in connection.execute(sql, asked).fetchall():
                cell = _cell(row, len(dimensions))
                found[reader][cell.key] = cell
    finally:
        for table in reach.values():
            connection.execute(f"DROP TABLE {table}")
        connection.execute("DROP TABLE suppression_source")
    cells = found.pop("")
    people = (
        Insider(member, frozenset(key for key in cells if member in key), left)
        for member, left in found.items()
    )
    return Tables(dimensions, named, cells, tuple(people))


def _reach(connection: duckdb.DuckDBPyConnection, dimension: Dimension) -> str:
    """A table of (member, counted in); its name is ours, never a text that came from outside."""
    if not dimension.name.isidentifier():
        raise TableRefused("no_name", (dimension.name,), "name the dimension as a column is named")
    pairs = [(low, high) for low, above in dimension.above().items() for high in sorted(above)]
    table = f"suppression_reach_{next(_names)}"
    connection.execute(
        f"CREATE TEMP TABLE {table} AS SELECT unnest($low) AS low, unnest($high) AS high",
        {"low": [low for low, _ in pairs], "high": [high for _, high in pairs]},
    )
    return table


def _check_members(
    connection: duckdb.DuckDBPyConnection,
    dimensions: tuple[Dimension, ...],
    reach: dict[str, str],
) -> None:
    for d in dimensions:
        sql = UNKNOWN.format(name=d.name, reach=reach[d.name])
        if row := connection.execute(sql).fetchone():
            advice = "give every contribution a member that the dimension knows"
            raise TableRefused("unknown_member", (d.name, str(row[0])), advice)


def _members(connection: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    rows = (
        connection.sql("FROM suppression_source").project(f'"{name}"').distinct().order(f'"{name}"')
    )
    return [member for (member,) in rows.fetchall() if member]


def _query(
    dimensions: tuple[Dimension, ...],
    reach: dict[str, str],
    crossing: frozenset[str],
    insiders: Sequence[str],
) -> tuple[str, dict[str, object]]:
    """The cells of one crossing, and what its text asks for."""
    members, joins, wanted = [], [], []
    asked: dict[str, object] = {}
    for at, d in enumerate(dimensions):
        if d.name not in crossing:
            if d.root is None:
                raise TableRefused("no_root", (d.name,), "cross every table with this dimension")
            members.append(f"$root{at} AS k{at}")
            asked[f"root{at}"] = d.root
            continue
        joins.append(f'JOIN {reach[d.name]} AS r{at} ON r{at}.low = source."{d.name}"')
        members.append(f"r{at}.high AS k{at}")
        others = [n for n, each in enumerate(dimensions) if n != at and each.name in crossing]
        if d.whole and others:
            apart = " AND ".join(f"r{n}.high = $top{n}" for n in others)
            wanted.append(f"(r{at}.high NOT IN (SELECT unnest($whole{at})) OR ({apart}))")
            asked[f"whole{at}"] = sorted(d.whole)
            asked |= {f"top{n}": dimensions[n].root for n in others}
    return COLLECT.format(
        members=", ".join(members),
        joins=" ".join(joins),
        keys=", ".join(f"k{at}" for at in range(len(dimensions))),
        mine="".join(f', source."{name}" AS mine{at}' for at, name in enumerate(insiders)),
        not_mine=" AND ".join(f"mine{at} <> reader" for at in range(len(insiders))) or "false",
        wanted=f"WHERE {' AND '.join(wanted)}" if wanted else "",
    ), asked


def _cell(row: list[Any], keys: int) -> Cell:
    total, gross, firms, silent, largest = row[keys:]
    top = tuple((str(holder), int(amount)) for holder, amount in largest or ())
    return Cell(tuple(row[:keys]), total, firms, top, gross, silent)

"""From contributions of firms to the cells of tables, in DuckDB.

Every holder's contributions to a cell are added before they are ranked, so that the parts of one
firm (or of a group, when the holder is the group) count as one contributor. Integers throughout.
"""

from collections.abc import Iterable
from itertools import count

import duckdb

from shucheng.bays.statistics.engine.suppression.tables import (
    Cell,
    Dimension,
    Key,
    TableRefused,
    Tables,
)

_names = count()

COLLECT = """
WITH held AS (
    SELECT {members}, holder, sum(amount)::BIGINT AS amount
    FROM suppression_source AS source {joins} GROUP BY ALL
)
SELECT {keys}, sum(amount)::BIGINT, sum(abs(amount))::BIGINT,
       count(*) FILTER (amount <> 0), count(*) FILTER (amount = 0),
       (list((holder, abs(amount)) ORDER BY abs(amount) DESC, holder)
           FILTER (amount <> 0))[1:$kept]
FROM held GROUP BY {keys} ORDER BY {keys}
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
) -> Tables:
    """Linked tables of a relation with `holder`, integer `amount` and one column a dimension.

    A row names a member of each dimension; it counts in that member and in all above it. `kept`
    is how many of the largest contributions a cell carries: at least the threshold of the
    frequency rule and the n of the dominance rule. Raises TableRefused for unknown members.
    """
    named = frozenset(frozenset(crossing) for crossing in crossings)
    reach = {d.name: _reach(connection, d) for d in dimensions}
    source.create_view("suppression_source", replace=True)
    try:
        _check_members(connection, dimensions, reach)
        cells: dict[Key, Cell] = {}
        for crossing in sorted(named, key=sorted):
            for cell in _cells(connection, dimensions, reach, crossing, kept):
                cells[cell.key] = cell
    finally:
        for table in reach.values():
            connection.execute(f"DROP TABLE {table}")
        connection.execute("DROP VIEW suppression_source")
    return Tables(dimensions, named, cells)


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


def _cells(
    connection: duckdb.DuckDBPyConnection,
    dimensions: tuple[Dimension, ...],
    reach: dict[str, str],
    crossing: frozenset[str],
    kept: int,
) -> Iterable[Cell]:
    members, joins = [], []
    for at, d in enumerate(dimensions):
        if d.name in crossing:
            joins.append(f'JOIN {reach[d.name]} AS r{at} ON r{at}.low = source."{d.name}"')
            members.append(f"r{at}.high AS k{at}")
        elif d.root is None:
            raise TableRefused("no_root", (d.name,), "cross every table with this dimension")
        else:
            members.append(f"$root{at} AS k{at}")
    roots = {f"root{at}": d.root for at, d in enumerate(dimensions) if d.name not in crossing}
    keys = ", ".join(f"k{at}" for at in range(len(dimensions)))
    sql = COLLECT.format(members=", ".join(members), joins=" ".join(joins), keys=keys)
    for *key, total, gross, firms, silent, largest in connection.execute(
        sql, {**roots, "kept": kept}
    ).fetchall():
        top = tuple((str(holder), int(amount)) for holder, amount in largest or ())
        yield Cell(tuple(key), total, firms, top, gross, silent)

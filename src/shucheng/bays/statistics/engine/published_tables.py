"""The tables of a year that are published together: class × area, class × size, industry × area.

Revenue of firms above designated size, year to date, as one system of sums (`Tables`): a reader of
several months subtracts one from the next, and a reader of the plan's industries knows which
classes lie in them. So classes and industries stand over the same *atoms* (firms of one class that
belong to the same industries: `0102|robots,software`; of an industry outside the core or the
counted share: `|robots`), and months over their running totals. Atoms and single months are never
printed; what is printed is audited as if they were, which is stricter.

Source: Hundepool et al., Statistical Disclosure Control (Wiley 2012), chapter 4: linked tables.
"""

from collections import defaultdict
from collections.abc import Sequence

from .cells import place
from .classification import CORE
from .frames import drop
from .micro import Micro
from .suppression.contributions import tables_of
from .suppression.tables import Breakdown, Dimension, Key, Tables, tree, year_to_date

CITY, ALL = "city", "all"
LEVEL = 2  # 中类: the finest class that is published
SIZES = ("large", "medium", "small", "micro")

# One row a firm and atom, in thousand yuan; only the certain part of a starred class counts.
_COUNTED = """
INSERT INTO year_rows
WITH belongs AS (
    SELECT firm, string_agg(DISTINCT code, ',' ORDER BY code) AS industries
    FROM industry_members WHERE $month BETWEEN since AND until GROUP BY firm
),
counted AS (
    SELECT firm, class, area, size, revenue * lower // 10000 AS amount
    FROM newest JOIN places USING (firm) JOIN cells USING (cell)
    WHERE period = $month AND period BETWEEN since AND until AND revenue IS NOT NULL
        AND class IN (SELECT code FROM classes WHERE core)
),
outside AS (
    SELECT firm, area, size,
        revenue - coalesce((SELECT sum(amount) FROM counted WHERE counted.firm = newest.firm), 0)
            AS amount
    FROM newest JOIN register USING (firm)
    WHERE period = $month AND period BETWEEN since AND until AND designated
        AND revenue IS NOT NULL
)
SELECT firm, class || '|' || coalesce(industries, ''), area, size, $member, $sign * amount
FROM counted LEFT JOIN belongs USING (firm)
UNION ALL
SELECT firm, '|' || industries, area, size, $member, $sign * amount
FROM outside JOIN belongs USING (firm) WHERE amount <> 0
"""


def tables_of_year(micro: Micro, months: Sequence[int], *, kept: int) -> Tables:
    """The linked tables of the months (yyyymm, of one year) that are out or go out.

    Cells are keyed (class or industry, area, size, period); a running total stands at `printed`.
    `kept`: see `tables_of`. Raises TableRefused as it does.
    """
    ordered = sorted(set(months))
    _collect(micro, ordered)
    areas = _column(micro, "SELECT DISTINCT area FROM register ORDER BY 1")
    dimensions = (
        _classes(micro),
        Dimension("area", CITY, (Breakdown(CITY, tuple(areas)),)),
        Dimension("size", ALL, (Breakdown(ALL, SIZES),)),
        year_to_date("period", tuple(str(month) for month in ordered)),
    )
    crossings = [("class", "area", "period"), ("class", "size", "period")]
    source = micro.connection.sql("FROM year_rows")
    return tables_of(source, micro.connection, dimensions, crossings, kept=kept)


def printed(key: Key, month: int) -> bool:
    """Whether a cell is printed in the tables of a month: classes and industries by area, classes
    by size, year to date."""
    code, _area, size, period = key
    if "|" in code or period != f"-{month}":
        return False
    return size == ALL or code == CORE or code.isdigit()


def _collect(micro: Micro, months: Sequence[int]) -> None:
    """What each month adds to the running total: the total now, less the total before, each as
    firms were placed then."""
    place(micro.connection, "medium", ("class", "area", "size"), designated=True)
    drop(micro.connection, "year_rows")
    micro.connection.execute(
        "CREATE TEMP TABLE year_rows (holder VARCHAR, class VARCHAR, area VARCHAR, size VARCHAR,"
        " period VARCHAR, amount BIGINT)"
    )
    before = None
    for month in months:
        for told, sign in ((month, 1), (before, -1)):
            if told is not None:
                asked = {"month": told, "member": str(month), "sign": sign}
                micro.connection.execute(_COUNTED, asked)
        before = month


def _classes(micro: Micro) -> Dimension:
    """The core's classes down to `LEVEL` over their atoms, and the industries over the same."""
    core = [each for each in micro.classification.classes if each.core and each.level <= LEVEL]
    above = tree("class", [(CORE, None), *((each.code, each.parent or CORE) for each in core)])
    parts: dict[str, list[str]] = defaultdict(list)
    for atom in _column(micro, "SELECT DISTINCT class FROM year_rows ORDER BY 1"):
        code, industries = atom.split("|")
        for member in (code, *industries.split(",")):
            if member:
                parts[member].append(atom)
    whole = [code for code, atoms in parts.items() if atoms == [f"{code}|"]]
    for code in whole:  # a class outside all industries is its own atom
        micro.connection.execute(
            "UPDATE year_rows SET class = $code WHERE class = $atom",
            {"code": code, "atom": f"{code}|"},
        )
    broken = (Breakdown(code, tuple(atoms)) for code, atoms in parts.items() if code not in whole)
    return Dimension("class", CORE, (*above.breakdowns, *broken))


def _column(micro: Micro, sql: str) -> list[str]:
    return [value for (value,) in micro.connection.execute(sql).fetchall()]

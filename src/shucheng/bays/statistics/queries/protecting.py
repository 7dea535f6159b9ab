"""What of the accounts may be told to everybody: cells that give no single firm away.

One release holds the tables class × area and class × size of a measure and period, year to date,
by the first level of the classification; every page of accounts for readers shows cells of it
alone, and the spine is told of the core what it tells. A reader subtracts one month from the next,
so what one month withholds is withheld in all of its year; that the differences themselves give
nobody away is proved for publications alone. Only the certain part of a firm of a starred class
is in it: lower and upper bound together would tell what the one firm between them earns.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from shucheng.bays.statistics.engine.cells import place
from shucheng.bays.statistics.engine.classification import CORE
from shucheng.bays.statistics.engine.micro import Micro
from shucheng.bays.statistics.engine.suppression.contributions import tables_of
from shucheng.bays.statistics.engine.suppression.release import release
from shucheng.bays.statistics.engine.suppression.rules import shipped_rules
from shucheng.bays.statistics.engine.suppression.tables import (
    Breakdown,
    Dimension,
    Tables,
    tree,
)
from shucheng.bays.statistics.engine.value_added import BASE, REPORTED
from shucheng.bays.statistics.queries.choices import months_of
from shucheng.bays.statistics.queries.micro import ask

CITY, ALL = "city", "all"
_LEVEL = 1
_SIZES = ("large", "medium", "small", "micro")

# Of a firm, in thousand yuan or persons, with its share in ten-thousandths.
_AMOUNTS = {
    "revenue": "revenue * lower // 10000",
    "employees": "employees * lower // 10000",
    "rd_expense": "rd_expense * lower // 10000",
    "rd_staff": "rd_staff * lower // 10000",
    "value_added": f"(coalesce({REPORTED} * 10000::HUGEINT, {BASE} * rate::HUGEINT)"
    " * lower // 100000000)::BIGINT",
}
MEASURED = tuple(_AMOUNTS)


@dataclass(frozen=True, slots=True)
class Protected:
    """Cells by (class, area, size) as they may be told; None is withheld."""

    cells: Mapping[tuple[str, ...], int | None]
    rules: str

    def of(self, code: str, *, area: str = CITY, size: str = ALL) -> tuple[bool, int | None]:
        """Whether there is anything, and its value; None where it is withheld."""
        key = (code, area, size)
        return key in self.cells, self.cells.get(key)


def protected(measure: str, period: int) -> Protected:
    """The release of a measure (see `MEASURED`) for a period (yyyymm) with returns, 规上 firms
    alone. A year is protected together, once: it takes about a second."""
    year = period // 100
    found = ask(lambda micro: protected_year(micro, measure, year), "protected", measure, year)
    return found[period]


def protected_year(micro: Micro, measure: str, year: int) -> dict[int, Protected]:
    """The releases of a year's months."""
    # Values below 0 (a loss in value added) are possible: a reader cannot take 0 for the least.
    rules = shipped_rules(floor=None)
    place(micro.connection, "major", ("class", "area", "size"), designated=True)
    months = [month for month in months_of(micro) if month // 100 == year]
    released = {
        month: release(_tables(micro, measure, month, rules.kept), rules).public()
        for month in months
    }
    withheld = {cell.key for cells in released.values() for cell in cells if cell.value is None}
    return {
        month: Protected(
            {cell.key: None if cell.key in withheld else cell.value for cell in cells},
            rules.version,
        )
        for month, cells in released.items()
    }


def _tables(micro: Micro, measure: str, period: int, kept: int) -> Tables:
    core = [each for each in micro.classification.classes if each.core and each.level <= _LEVEL]
    rows = micro.connection.execute("SELECT DISTINCT area FROM register ORDER BY 1").fetchall()
    dimensions = (
        tree("class", [(CORE, None), *((each.code, each.parent or CORE) for each in core)]),
        Dimension("area", CITY, (Breakdown(CITY, tuple(area for (area,) in rows)),)),
        Dimension("size", ALL, (Breakdown(ALL, _SIZES),)),
    )
    amount = _AMOUNTS[measure]
    source = micro.connection.sql(
        f"""SELECT firm AS holder, class, area, size, {amount} AS amount
        FROM newest JOIN places USING (firm) JOIN cells USING (cell)
        WHERE period = ? AND period BETWEEN since AND until AND {amount} IS NOT NULL
            AND class IN (SELECT code FROM classes WHERE core)""",  # noqa: S608 - our own texts
        params=[period],
    )
    crossings = [("class", "area"), ("class", "size")]
    return tables_of(source, micro.connection, dimensions, crossings, kept=kept)

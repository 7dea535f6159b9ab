"""What is out: the one source of all that readers see of sums of money, people and R&D.

Who sees every firm reads the accounts themselves; everybody else, the spine and every file read
the cells of publications. A county's people see their own column, as it was counted then.
"""

import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from shucheng.bays.statistics.engine.cells import Scheme, place
from shucheng.bays.statistics.engine.micro import Micro
from shucheng.bays.statistics.engine.published_tables import ALL, CITY, QUARTERLY, behind, column_of
from shucheng.bays.statistics.models import Publication
from shucheng.bays.statistics.queries.micro import ask

Told = tuple[bool, int | None]
"""Whether there is anything, and its value; None where it is withheld."""


@dataclass(frozen=True)
class Published:
    """The cells of one publication by (measure, class or industry, area, size)."""

    publication: Publication
    cells: Mapping[tuple[str, ...], int | None]

    def of(self, code: str, measure: str = "revenue", *, area: str = CITY, size: str = ALL) -> Told:
        key = (measure, code, area, size)
        return key in self.cells, self.cells.get(key)

    def known_to(self, areas: Collection[str]) -> "Published":
        """With the columns of areas that one sees every firm of."""
        if not areas:
            return self
        counted = pq.read_table(io.BytesIO(bytes(self.publication.counted)))
        classes = ask(lambda micro: micro.classification, "classification")
        known = dict(self.cells)
        for key, each in column_of(counted, areas, classes).items():
            known[*key, ALL] = each
        return Published(self.publication, known)


def published_months(measure: str = "revenue") -> list[int]:
    """The months of which a measure is out, the newest first."""
    months = Publication.objects.order_by("-period").values_list("period", flat=True)
    return [month for month in months if measure not in QUARTERLY or month % 100 % 3 == 0]


def published(period: int) -> Published | None:
    """What is out of a month (yyyymm)."""
    found = Publication.objects.filter(period=period).first()
    return None if found is None else _cells(found)


def published_year(year: int) -> list[Published]:
    """What is out of a year, month after month."""
    rows = Publication.objects.filter(year=year).order_by("position").defer("counted")
    return [_cells(each) for each in rows]


def _cells(found: Publication) -> Published:
    return Published(found, {tuple(key): value for *key, value in found.cells})


def beside(period: int, counted: pa.Table) -> dict[str, Any]:
    """What stands beside the tables of a month: the late firms of the core by area, how many
    returns were imputed, the core's growth at comparable scope, and how many firms each figure
    counts."""
    growth = ask(lambda micro: micro.growth(period, by=(), scheme="core", share="lower"))
    comparable = growth[0].comparable if growth else None
    return {
        "late": dict(ask(lambda micro: late_by_area(micro, period))),
        "comparable": None if comparable is None else round(100 * comparable, 1),
        "behind": [
            [code, area, each.firms, each.imputed, each.inexact]
            for (code, area), each in sorted(behind(counted).items())
        ],
    }


def late_by_area(micro: Micro, period: int, scheme: Scheme = "core") -> list[tuple[str, int]]:
    """Areas and how many of their 规上 firms of a scheme have not reported a month, most first."""
    place(micro.connection, scheme, ("area",), designated=True)
    return micro.connection.execute(
        """SELECT area, count(DISTINCT firm) FROM places JOIN cells USING (cell)
        WHERE $period BETWEEN since AND until AND firm NOT IN (
            SELECT firm FROM newest WHERE period = $period AND status = 'reported')
        GROUP BY area ORDER BY 2 DESC, 1""",
        {"period": period},
    ).fetchall()

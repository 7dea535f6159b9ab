"""What is out: the one source of all that readers see of sums of money, people and R&D.

Who sees every firm reads the accounts themselves; everybody else, the spine and every file read
the cells of publications. A county's people see their own column, as it was counted then.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from shucheng.bays.statistics.engine.cells import Scheme, place
from shucheng.bays.statistics.engine.classification import Classification
from shucheng.bays.statistics.engine.counted import (
    ALL,
    CITY,
    Rows,
    behind,
    column_of,
    counted,
)
from shucheng.bays.statistics.engine.micro import Micro
from shucheng.bays.statistics.engine.published_tables import MEASURES, measures_of
from shucheng.bays.statistics.engine.suppression.rules import sensitivity, shipped_rules
from shucheng.bays.statistics.engine.suppression.tables import Cell
from shucheng.bays.statistics.models import Batch, Publication
from shucheng.bays.statistics.queries.imputed_marks import Marks, marks_of
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

    @cached_property
    def marks(self) -> Marks:
        """Which of its figures have imputed firms in them."""
        return marks_of(self.publication)

    def known_to(self, areas: Collection[str]) -> "Published":
        """With the columns of areas that one sees every firm of."""
        if not areas:
            return self
        whose = frozenset(areas)
        own = ask(lambda micro: self._own(micro, whose), "own", self.publication.pk, whose)
        return Published(self.publication, {**self.cells, **own})

    def _own(self, micro: Micro, areas: frozenset[str]) -> dict[tuple[str, ...], int | None]:
        rows = bytes(self.publication.counted)
        measures = measures_of(self.publication.period)
        found = column_of(rows, areas, micro.classification, measures)
        return {(*key, ALL): value for key, value in found.items()}


def published_months(measure: str = "revenue") -> list[int]:
    """The months of which a measure is out, the newest first."""
    months = Publication.objects.order_by("-period").values_list("period", flat=True)
    return [month for month in months if measure not in MEASURES or measure in measures_of(month)]


def published(period: int) -> Published | None:
    """What is out of a month (yyyymm)."""
    found = Publication.objects.filter(period=period).defer("counted").first()
    return None if found is None else _cells(found)


def published_year(year: int) -> list[Published]:
    """What is out of a year, month after month."""
    rows = Publication.objects.filter(year=year).order_by("position").defer("counted")
    return [_cells(each) for each in rows]


def _cells(found: Publication) -> Published:
    return Published(found, {tuple(key): value for *key, value in found.cells})


@dataclass(frozen=True)
class StandsOn:
    """What the tables of a month are made from, read at one time; `beside` is told with them: the
    late firms of the core by area, its growth at comparable scope, and how many firms each figure
    counts."""

    counted: Rows
    classes: Classification
    beside: dict[str, Any]
    versions: dict[str, str]
    simulated: bool


def stands_on(period: int) -> StandsOn:
    simulated = Batch.objects.filter(state=Batch.State.APPLIED, simulated=True).exists()
    return ask(lambda micro: _stands_on(micro, period, simulated=simulated))


def _stands_on(micro: Micro, period: int, *, simulated: bool) -> StandsOn:
    rows = counted(micro, period)
    return StandsOn(
        rows,
        micro.classification,
        {
            "late": dict(late_by_area(micro, period)),
            "comparable": _comparable(micro, period),
            "behind": [
                [code, area, each.firms, each.imputed, each.inexact]
                for (code, area), each in sorted(behind(rows).items())
            ],
        },
        micro.versions(),
        simulated,
    )


def _comparable(micro: Micro, period: int) -> float | None:
    """The core's growth at comparable scope, in percent. Beside both totals it tells what those
    who came and went have together: None where the rules would withhold that."""
    growth = micro.growth(period, by=(), scheme="core", share="lower")
    if not growth or growth[0].comparable is None:
        return None
    place(micro.connection, "core", (), designated=True)
    rows = micro.connection.execute(
        """WITH placed AS (
            SELECT firm, period, revenue * lower // 10000 AS amount, revenue_last
            FROM newest JOIN places USING (firm) JOIN cells USING (cell)
            WHERE period IN ($now, $before) AND period BETWEEN since AND until
                AND revenue IS NOT NULL
        ),
        came_or_went AS (
            SELECT firm, coalesce(now.amount, 0) + coalesce(before.amount, 0) AS amount
            FROM (FROM placed WHERE period = $now) AS now
            FULL JOIN (FROM placed WHERE period = $before) AS before USING (firm)
            WHERE now.firm IS NULL OR before.firm IS NULL OR now.revenue_last IS NULL
        )
        SELECT firm, amount FROM came_or_went WHERE amount <> 0 ORDER BY amount DESC, firm""",
        {"now": period, "before": period - 100},
    ).fetchall()
    gross = sum(amount for _firm, amount in rows)
    rules = shipped_rules()
    who = tuple((str(firm), int(amount)) for firm, amount in rows[: rules.kept])
    came_or_went = Cell((), int(gross), len(rows), who, int(gross))
    if rows and sensitivity(came_or_went, rules):
        return None
    return round(100 * float(growth[0].comparable), 1)


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

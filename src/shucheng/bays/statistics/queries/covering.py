"""How many of the core firms that have to report a month did, and what stands in for the rest."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from shucheng.bays.statistics.engine.accounts import account
from shucheng.bays.statistics.engine.cells import place
from shucheng.bays.statistics.engine.frames import drop
from shucheng.bays.statistics.engine.micro import Micro
from shucheng.bays.statistics.queries.micro import ask

FEW = Decimal("0.8")
"""Below this share a month says too little of the core to be shown first, or to go out unasked.
Ours, not a statute's."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Core firms above designated size of a month (yyyymm): how many are `due`, `reported`, and
    else `imputed` or told as estimated."""

    period: int
    due: int
    reported: int
    imputed: int

    @property
    def share(self) -> Decimal:
        return Decimal(self.reported) / self.due if self.due else Decimal(1)

    @property
    def percent(self) -> Decimal:
        return 100 * self.share

    @property
    def few(self) -> bool:
        return self.share < FEW


def coverage(period: int) -> Coverage:
    return ask(lambda micro: _coverage(micro, period), "coverage", period)


def core_now(period: int) -> dict[str, Any]:
    """Of each measure what is certain of the core since January, as the micro-data say by now."""
    return ask(lambda micro: _core(micro, period), "core", period)


def _coverage(micro: Micro, period: int) -> Coverage:
    place(micro.connection, "core", ("area",), designated=True)
    row = micro.connection.execute(
        """WITH due AS (SELECT DISTINCT firm FROM places JOIN cells USING (cell)
            WHERE $period BETWEEN since AND until),
        reported AS (SELECT firm FROM newest WHERE period = $period AND status = 'reported'),
        imputed AS (SELECT firm FROM imputed_returns WHERE period = $period
            UNION SELECT firm FROM newest WHERE period = $period AND status <> 'reported')
        SELECT count(*), count(*) FILTER (firm IN (SELECT firm FROM reported)),
            count(*) FILTER (firm IN (SELECT firm FROM imputed)
                AND firm NOT IN (SELECT firm FROM reported))
        FROM due""",
        {"period": period},
    ).fetchone()
    return Coverage(period, *(row or (0, 0, 0)))


def _core(micro: Micro, period: int) -> dict[str, Any]:
    found = account(
        micro.connection,
        by=("class",),
        scheme="core",
        basis="ytd",
        designated=True,
        since=period,
        until=period,
    )
    rows = found.rows()
    drop(micro.connection, found.table.alias)
    return rows[0] if rows else {}

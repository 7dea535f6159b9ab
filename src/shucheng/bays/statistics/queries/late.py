"""The firms above designated size that have not reported a month, one by one."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext

from shucheng.bays.statistics.engine.classification import CORE
from shucheng.bays.statistics.engine.imputation import looked_back
from shucheng.bays.statistics.engine.micro import Micro
from shucheng.bays.statistics.queries.choices import months_of
from shucheng.bays.statistics.queries.class_words import class_name
from shucheng.bays.statistics.queries.firms import any_simulated
from shucheng.bays.statistics.queries.micro import ask
from shucheng.bays.statistics.queries.places import every_area_name
from shucheng.bays.statistics.queries.seeing import require_firms, sees
from shucheng.kernel.public import Actor

MOST = 500
EVERY = "all"
"""Stands for firms of every class, of the core or not."""
RECENT = "recent"


@dataclass(frozen=True, slots=True)
class LateFirm:
    """`last`: the month (yyyymm) that it reported last, with its revenue since January in 万元;
    `recent`: within three months; `imputed`: counted by an imputed return."""

    code: str
    name: str
    industry: str
    area: str
    area_code: str
    park: str
    last: int | None
    revenue: Decimal | None
    recent: bool
    imputed: bool


@dataclass(frozen=True, slots=True)
class LatePage:
    """The firms of a month, the greatest first; `areas` with how many of the class are late."""

    period: int
    periods: tuple[int, ...]
    member: str
    classes: tuple[tuple[str, str], ...]
    area: str
    areas: tuple[tuple[str, str, int], ...]
    recent: bool
    firms: tuple[LateFirm, ...]
    version: str
    simulated: bool

    @property
    def imputed(self) -> int:
        return sum(each.imputed for each in self.firms)

    @property
    def class_name(self) -> str:
        return dict(self.classes).get(self.member, "")

    @property
    def area_name(self) -> str:
        return next((name for code, name, _count in self.areas if code == self.area), "")


def late_page(asked: Mapping[str, str], *, actor: Actor) -> LatePage | None:
    """`period`, `class` (the core where none is given, `EVERY` for all), `area`, `silent`
    (`RECENT`: only who reported in the three months before) of the areas that the actor sees;
    None while there are no returns. Forbidden to those who see no firms."""
    seen = require_firms(actor)
    periods = ask(months_of, "months")
    if not periods:
        return None
    period = next((each for each in periods if str(each) == asked.get("period")), periods[0])
    classes, version = _classes()
    member = asked.get("class", CORE)
    if member not in (EVERY, *dict(classes)):
        member = CORE
    rows = ask(lambda micro: _rows(micro, period, member), "late firms", period, member)
    names = every_area_name()
    recent = asked.get("silent") == RECENT
    found = [_firm(row, names) for row in rows if sees(seen, row[3], row[4])]
    found = [each for each in found if each.recent or not recent]
    counts = Counter(each.area_code for each in found)
    area = asked.get("area", "")
    area = area if area in names else ""
    # The one that is chosen stays among them, though nobody there is late.
    listed = [code for code in names if code in counts or code == area]
    return LatePage(
        period,
        tuple(periods),
        member,
        classes,
        area,
        tuple((code, names[code], counts[code]) for code in listed),
        recent,
        tuple(each for each in found if not area or each.area_code == area),
        version,
        any_simulated(),
    )


def _classes() -> tuple[tuple[tuple[str, str], ...], str]:
    """The core and its classes, divisions and groups, and the version they are of."""
    found, version = ask(_core_classes, "core classes")
    named = ((code, f"{code} {class_name(name)}") for code, name in found)
    return ((CORE, gettext("Core industries of the digital economy")), *named), version


def _core_classes(micro: Micro) -> tuple[list[tuple[str, str]], str]:
    known = micro.classification
    found = [(each.code, each.name) for each in known.classes if each.core and each.level <= 2]
    return sorted(found), known.version


def _rows(micro: Micro, period: int, member: str) -> list[tuple[Any, ...]]:
    earliest, previous = looked_back(period)
    asked: dict[str, Any] = {"period": period, "earliest": earliest, "previous": previous}
    within = "true"
    if member != EVERY:
        within = "industry IN (SELECT industry FROM class_codes WHERE code = $member)"
        asked["member"] = member
    return micro.connection.execute(_SQL.format(within=within), asked).fetchall()


_SQL = """
WITH late AS (
    SELECT firm, name, industry, area, coalesce(park, '') AS park FROM register
    WHERE designated AND $period BETWEEN since AND until AND {within}
        AND firm NOT IN (SELECT firm FROM newest WHERE period = $period AND status = 'reported')
),
told AS (
    SELECT firm, period AS last, revenue FROM newest
    WHERE period < $period AND status = 'reported' AND firm IN (SELECT firm FROM late)
    QUALIFY period = max(period) OVER (PARTITION BY firm)
)
SELECT firm, name, industry, area, park, last, revenue,
    firm IN (SELECT firm FROM newest WHERE period BETWEEN $earliest AND $previous),
    firm IN (SELECT firm FROM imputed_returns WHERE period = $period)
FROM late LEFT JOIN told USING (firm)
ORDER BY revenue DESC NULLS LAST, firm
"""


def _firm(row: tuple[Any, ...], names: Mapping[str, str]) -> LateFirm:
    code, name, industry, area, park, last, revenue, recent, imputed = row
    # Thousand yuan → 万元.
    wan = None if revenue is None else Decimal(revenue) / 10
    return LateFirm(
        code, name, industry, names.get(area, area), area, park, last, wan, recent, imputed
    )

"""What the bay has and how its figures stand: its first page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from shucheng.bays.statistics.engine.accounts import account
from shucheng.bays.statistics.engine.cells import place
from shucheng.bays.statistics.engine.classification import CORE
from shucheng.bays.statistics.engine.frames import drop
from shucheng.bays.statistics.engine.micro import Micro
from shucheng.bays.statistics.models import Batch, Firm
from shucheng.bays.statistics.queries.accounts import LATE_BY_AREA, simulated
from shucheng.bays.statistics.queries.choices import MEASURES, Measure
from shucheng.bays.statistics.queries.growing import growths, percent
from shucheng.bays.statistics.queries.micro import ask
from shucheng.bays.statistics.queries.places import every_area_name
from shucheng.bays.statistics.queries.protecting import protected
from shucheng.kernel.public import Actor
from shucheng.plan.public import current_version

_HEADLINES = ("revenue", "value_added", "employees", "rd_expense")
# Measures of which the plan has a yearly indicator, and the binding of it.
_GOALS = {"revenue": "core-revenue", "value_added": "core-value-added"}


@dataclass(frozen=True, slots=True)
class Month:
    """The core's revenue of one month in 亿元, January with February."""

    period: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Headline:
    """A measure of the core since January: what is certain of it; None where it is withheld. The
    goal is the plan's for the year, where it has one."""

    measure: Measure
    value: Decimal | None
    goal: Decimal | None = None

    @property
    def reached(self) -> Decimal | None:
        """What is known against the goal, in percent."""
        return None if self.value is None or not self.goal else 100 * self.value / self.goal


@dataclass(frozen=True, slots=True)
class Overview:
    """The micro-data in figures; `newest` is the newest month (yyyymm) that firms reported.
    `late` are areas with how many of their core firms have not reported it."""

    firms: int
    designated: int
    batches: int
    newest: int | None
    reported: int
    versions: dict[str, str]
    simulated: bool
    headlines: tuple[Headline, ...] = ()
    comparable: Decimal | None = None
    months: Sequence[Month] = ()
    late: tuple[tuple[str, int], ...] = ()

    @property
    def imputed(self) -> bool:
        """Whether the headlines count imputed returns."""
        return str(self.newest) in self.versions.get("imputation", "").split(", ")

    @property
    def late_firms(self) -> int:
        return sum(number for _area, number in self.late)


def overview(*, actor: Actor) -> Overview:
    actor.require("statistics.view")
    found = ask(_returns, "overview")
    newest = found["newest"]
    counted = Firm.objects.filter(is_open=True, merged_into=None)
    known = Overview(
        firms=counted.count(),
        designated=counted.filter(designated=True).count(),
        batches=Batch.objects.filter(state=Batch.State.APPLIED).count(),
        newest=newest,
        reported=found["reported"],
        versions=ask(Micro.versions, "versions"),
        simulated=simulated(),
    )
    return _with_figures(known, newest) if newest else known


def _with_figures(known: Overview, newest: int) -> Overview:
    growth = growths(newest, "core", ()).get(())
    names = every_area_name()
    late = ask(lambda micro: _late(micro, newest), "late", newest)
    goals = _goals(newest // 100)
    headlines = tuple(_headline(MEASURES[code], newest, goals.get(code)) for code in _HEADLINES)
    return replace(
        known,
        headlines=headlines,
        comparable=percent(growth.comparable) if growth else None,
        months=ask(_months, "core months") if headlines[0].value is not None else (),
        late=tuple((names.get(area, area), number) for area, number in late),
    )


def _headline(measure: Measure, period: int, goal: Decimal | None) -> Headline:
    _there, value = protected(measure.code, period).of(CORE)
    return Headline(measure, None if value is None else Decimal(value) / measure.scale, goal)


def _goals(year: int) -> dict[str, Decimal]:
    """Measure → what the plan in force asks for in the year."""
    version = current_version()
    if version is None:
        return {}
    found = version.indicators.filter(binding__code__in=_GOALS.values(), path__year=year)
    by_binding = dict(found.values_list("binding__code", "path__value"))
    return {code: by_binding[each] for code, each in _GOALS.items() if each in by_binding}


def _returns(micro: Micro) -> dict[str, Any]:
    sql = """SELECT max(period), count(*) FILTER (period = (SELECT max(period) FROM newest))
        FROM newest"""
    row = micro.connection.execute(sql).fetchone()
    newest, reported = row or (None, 0)
    return {"newest": newest, "reported": reported}


def _months(micro: Micro) -> tuple[Month, ...]:
    found = account(micro.connection, by=("class",), scheme="core", basis="month", designated=True)
    rows = found.rows()
    drop(micro.connection, found.table.alias)
    scale = MEASURES["revenue"].scale
    return tuple(
        Month(f"{row['period'] // 100}-{row['period'] % 100:02}", row["revenue_lower"] / scale)
        for row in rows
        if row["revenue_lower"] is not None
    )


def _late(micro: Micro, period: int) -> list[tuple[str, int]]:
    """Areas and how many of their 规上 core firms have not reported, most first."""
    place(micro.connection, "core", ("area",), designated=True)
    rows = micro.connection.execute(LATE_BY_AREA, {"period": period})
    return rows.fetchall()

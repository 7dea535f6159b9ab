"""What the bay has and how its figures stand: its first page."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from shucheng.bays.statistics.engine.accounts import account
from shucheng.bays.statistics.engine.classification import CORE
from shucheng.bays.statistics.engine.frames import drop
from shucheng.bays.statistics.engine.micro import Micro
from shucheng.bays.statistics.models import Batch, Firm
from shucheng.bays.statistics.queries.accounts import simulated
from shucheng.bays.statistics.queries.choices import MEASURES, Measure, months_of
from shucheng.bays.statistics.queries.covering import FEW, core_now, coverage
from shucheng.bays.statistics.queries.growing import growths, percent
from shucheng.bays.statistics.queries.micro import ask
from shucheng.bays.statistics.queries.places import every_area_name
from shucheng.bays.statistics.queries.published import (
    late_by_area,
    published,
    published_months,
    published_year,
)
from shucheng.bays.statistics.queries.seeing import areas_seen
from shucheng.kernel.public import Actor
from shucheng.plan.public import paths_of_figures

_HEADLINES = ("revenue", "value_added", "employees", "rd_expense")
# Measures of which the plan may have a yearly indicator, and the figure that the spine is told.
_GOALS = {"revenue": "statistics.core_revenue", "value_added": "statistics.core_value_added"}

_LOOKED_AT = 6  # months back from the newest that firms reported
_JOINT = 2  # the month whose returns are January's and February's


@dataclass(frozen=True, slots=True)
class Month:
    """The core's revenue of one month in 亿元; of January and February, which are reported
    together, half of both, and likewise of months that were published together."""

    period: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Headline:
    """A measure of the core since January, to a month (`period`): what is certain of it; None where
    it is withheld. The goal is the plan's for the year, where it has one."""

    measure: Measure
    value: Decimal | None
    period: int
    goal: Decimal | None = None

    @property
    def reached(self) -> Decimal | None:
        """What is known against the goal, in percent."""
        return None if self.value is None or not self.goal else 100 * self.value / self.goal


@dataclass(frozen=True, slots=True)
class Overview:
    """The micro-data in figures: `firms` are open and not merged into another, `ended` the rest of
    the register. `newest` is the newest month (yyyymm) that firms reported; `due` firms above
    designated size had to, `reported` of them did, and `others` below that size. `late` are areas
    with how many of their core firms have not. The headlines are
    those of the month `told`: to who sees every firm the newest that enough firms reported or are
    imputed in, to others the newest published.
    """

    firms: int
    ended: int
    designated: int
    batches: int
    newest: int | None
    due: int
    reported: int
    others: int
    versions: dict[str, str]
    simulated: bool
    told: int | None = None
    headlines: tuple[Headline, ...] = ()
    comparable: Decimal | None = None
    months: Sequence[Month] = ()
    late: tuple[tuple[str, int], ...] = ()

    @property
    def waits(self) -> bool:
        """Whether the newest month says too little yet to be shown first."""
        return self.newest is not None and self.told is not None and self.told < self.newest

    @property
    def imputed(self) -> bool:
        """Whether the headlines count imputed returns."""
        return str(self.told) in self.versions.get("imputation", "").split(", ")

    @property
    def late_firms(self) -> int:
        return sum(number for _area, number in self.late)


def overview(*, actor: Actor) -> Overview:
    actor.require("statistics.view")
    found = ask(_returns, "overview")
    newest = found["newest"]
    counted = Firm.objects.filter(is_open=True, merged_into=None)
    firms = counted.count()
    known = Overview(
        firms=firms,
        ended=Firm.objects.count() - firms,
        designated=counted.filter(designated=True).count(),
        batches=Batch.objects.filter(state=Batch.State.APPLIED).count(),
        newest=newest,
        due=found["due"],
        reported=found["reported"],
        others=found["others"],
        versions=ask(Micro.versions, "versions"),
        simulated=simulated(),
    )
    if newest is None:
        return known
    late = ask(lambda micro: late_by_area(micro, newest), "late", newest)
    names = every_area_name()
    known = replace(known, late=tuple((names.get(area, area), number) for area, number in late))
    return _as_known(known, newest) if areas_seen(actor) is None else _as_published(known)


def _as_known(known: Overview, newest: int) -> Overview:
    told = _told(newest)
    growth = growths(told, "core", ()).get(())
    values = core_now(told)
    return replace(
        known,
        told=told,
        headlines=tuple(_headline(code, values.get(f"{code}_lower"), told) for code in _HEADLINES),
        comparable=percent(growth.comparable) if growth else None,
        months=tuple(each for each in ask(_months, "core months") if each.period <= _iso(told)),
    )


def _told(newest: int) -> int:
    """The newest month that enough firms reported or are imputed in; the newest where none is."""
    months = [month for month in ask(months_of, "months") if month <= newest][:_LOOKED_AT]
    for month in months:
        found = coverage(month)
        if found.reported + found.imputed >= FEW * found.due:
            return month
    return newest


def _as_published(known: Overview) -> Overview:
    """What is out; nothing as long as nothing is."""
    months = published_months()
    newest = published(months[0]) if months else None
    if newest is None:
        return known
    out = newest.publication
    comparable = out.beside.get("comparable")
    return replace(
        known,
        told=out.period,
        headlines=tuple(_published_headline(code) for code in _HEADLINES),
        comparable=None if comparable is None else Decimal(str(comparable)),
        months=tuple(_published_months({month // 100 for month in months})),
        versions=out.versions,
    )


def _published_headline(code: str) -> Headline:
    """Of a measure that is told at quarters' ends alone the newest of these."""
    months = published_months(code)
    out = published(months[0]) if months else None
    return _headline(code, out.of(CORE, code)[1] if out else None, months[0] if months else 0)


def _headline(code: str, value: int | Decimal | None, period: int) -> Headline:
    measure = MEASURES[code]
    shown = None if value is None else Decimal(value) / measure.scale
    return Headline(measure, shown, period, _goals(period // 100).get(code))


def _iso(period: int) -> str:
    return f"{period // 100}-{period % 100:02}"


def _published_months(years: Iterable[int]) -> Iterator[Month]:
    """The core's revenue of each month that is out: its total less the one before, by month."""
    scale = MEASURES["revenue"].scale
    for year in sorted(years):
        before = ended = 0
        for out in published_year(year):
            total = out.of(CORE)[1]
            if total is not None:
                period = out.publication.period
                value = Decimal(total - before) / scale / (period % 100 - ended)
                yield Month(_iso(period), value)
                before, ended = total, period % 100


def _goals(year: int) -> dict[str, Decimal]:
    """Measure → what the plan in force asks for in the year."""
    paths = paths_of_figures(_GOALS.values())
    return {
        code: paths[figure].years[year]
        for code, figure in _GOALS.items()
        if figure in paths and year in paths[figure].years
    }


def _returns(micro: Micro) -> dict[str, Any]:
    found = micro.connection.execute(
        """WITH month AS (SELECT max(period) AS newest FROM newest),
        due AS (SELECT DISTINCT firm FROM register, month
            WHERE designated AND newest BETWEEN since AND until),
        reported AS (SELECT DISTINCT firm FROM newest, month
            WHERE period = month.newest AND status = 'reported')
        SELECT (SELECT newest FROM month) AS newest,
            (SELECT count(*) FROM due) AS due,
            (SELECT count(*) FROM reported SEMI JOIN due USING (firm)) AS reported,
            (SELECT count(*) FROM reported ANTI JOIN due USING (firm)) AS others"""
    )
    row = found.fetchone() or ()
    return dict(zip(("newest", "due", "reported", "others"), row, strict=True))


def _months(micro: Micro) -> tuple[Month, ...]:
    found = account(micro.connection, by=("class",), scheme="core", basis="month", designated=True)
    rows = found.rows()
    drop(micro.connection, found.table.alias)
    scale = MEASURES["revenue"].scale
    return tuple(
        Month(
            _iso(row["period"]),
            row["revenue_lower"] / scale / (2 if row["period"] % 100 == _JOINT else 1),
        )
        for row in rows
        if row["revenue_lower"] is not None
    )

"""The plan's industries (2+4+2): what each earns, how it grows, what it shares with others.

Who does not see every firm reads of it what is published; what two share is told to them in firms
alone, few of them as "fewer than three".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shucheng.bays.statistics.engine.counted import CITY
from shucheng.bays.statistics.engine.industries import Industry
from shucheng.bays.statistics.engine.micro import Micro
from shucheng.bays.statistics.engine.suppression.rules import shipped_rules
from shucheng.bays.statistics.queries.accounts import simulated
from shucheng.bays.statistics.queries.choices import months_of
from shucheng.bays.statistics.queries.definition_tables import tag_words
from shucheng.bays.statistics.queries.growing import growths, percent
from shucheng.bays.statistics.queries.imputed_marks import imputed_keys
from shucheng.bays.statistics.queries.micro import ask
from shucheng.bays.statistics.queries.published import published, published_months
from shucheng.bays.statistics.queries.seeing import areas_seen
from shucheng.kernel.public import Actor, metrics_of_figures
from shucheng.lib import units
from shucheng.plan.public import Asked, targets_of_metrics

_YI = 100_000  # thousand yuan in 亿元
_FIGURE = "statistics.industry_"


@dataclass(frozen=True, slots=True)
class IndustryLine:
    """Revenue in 亿元 and growth in percent; None where it is not known or not told, of `firms`
    where there are few. `imputed`: its revenue has imputed firms in it."""

    code: str
    name: str
    note: str
    unconfirmed: bool
    rule: str
    firms: int | None
    revenue: Decimal | None
    nominal: Decimal | None
    comparable: Decimal | None
    withheld: bool
    asked: Asked | None = None
    imputed: bool = False

    @property
    def attained(self) -> Decimal | None:
        """The revenue since January in percent of what the plan asks of a year."""
        if self.revenue is None or self.asked is None or not self.asked.value:
            return None
        if not units.compatible(self.asked.unit, "亿元"):
            return None
        return 100 * self.revenue / units.convert(self.asked.value, self.asked.unit, "亿元")


@dataclass(frozen=True, slots=True)
class Shared:
    """What two industries share; of one with itself: all it has. `few`: fewer than the rules ask
    for; None: not told."""

    firms: int | None
    revenue: Decimal | None
    few: bool = False


@dataclass(frozen=True, slots=True)
class IndustriesPage:
    period: int
    periods: tuple[int, ...]
    lines: tuple[IndustryLine, ...]
    matrix: tuple[tuple[str, tuple[Shared, ...]], ...]
    versions: Mapping[str, str]
    source: str
    few: int
    simulated: bool
    everything: bool

    @property
    def withheld(self) -> int:
        return sum(line.withheld for line in self.lines)


def industries_page(asked: Mapping[str, str], *, actor: Actor) -> IndustriesPage | None:
    """The industries in the month that was asked for; None while there are no returns."""
    actor.require("statistics.view")
    everything = areas_seen(actor) is None
    months = ask(months_of, "months") if everything else published_months()
    if not months:
        return None
    period = next((each for each in months if str(each) == asked.get("period")), months[0])
    found = ask(lambda micro: micro.plan_industries, "industries")
    amounts = ask(lambda micro: industry_amounts(micro, period), "industry firms", period)
    few = shipped_rules().threshold or 0
    told = _known(period) if everything else _published(period)
    marked = _marked(period, everything=everything)
    asked_of = _asked([each.code for each in found.industries])
    lines = []
    for each in found.industries:
        revenue, nominal, comparable = told.get(each.code, (None, None, None))
        lines.append(
            IndustryLine(
                each.code,
                _name(each),
                each.note,
                each.unconfirmed,
                _rule(each),
                _number(len(amounts.get(each.code, {})), few, everything=everything),
                revenue,
                nominal,
                comparable,
                each.code in told and revenue is None,
                asked_of.get(each.code),
                each.code in marked,
            )
        )
    matrix = tuple(
        (
            _name(one),
            tuple(
                _shared(amounts, one.code, other.code, few, everything=everything)
                for other in found.industries
            ),
        )
        for one in found.industries
    )
    return IndustriesPage(
        period,
        tuple(months),
        tuple(lines),
        matrix,
        ask(Micro.versions, "versions"),
        found.source,
        few,
        simulated(),
        everything,
    )


Figures = tuple[Decimal | None, Decimal | None, Decimal | None]
"""Revenue, growth and growth at comparable scope."""


def _known(period: int) -> dict[str, Figures]:
    """Industry → its figures by what is known."""
    found = growths(period, "industries", ("class",))
    return {
        str(code): (_yi(int(each.now)), percent(each.nominal), percent(each.comparable))
        for (code,), each in found.items()
    }


def _published(period: int) -> dict[str, Figures]:
    """Industry → its figures by what is out."""
    now, before = published(period), published(period - 100)
    figures: dict[str, Figures] = {}
    for measure, code, area, _size in now.cells if now else ():
        if (measure, area) == ("revenue", CITY) and now:
            this, last = now.of(code)[1], before.of(code)[1] if before else None
            grown = this / last - 1 if this is not None and last else None
            figures[code] = (None if this is None else _yi(this), percent(grown), None)
    return figures


def _marked(period: int, *, everything: bool) -> frozenset[object]:
    """The industries whose revenue has imputed firms in it."""
    if everything:
        return imputed_keys(period, "industries", ("class",))
    out = published(period)
    codes = {code for _measure, code, *_rest in out.cells} if out else set()
    return frozenset(code for code in codes if out and out.marks.of(code))


def _asked(industries: Sequence[str]) -> dict[str, Asked]:
    """Industry → what the plan asks of the metric that its figure is the value of."""
    measured = metrics_of_figures()
    metrics = {code: measured.get(f"{_FIGURE}{code}", [""])[0] for code in industries}
    asked = targets_of_metrics(set(metrics.values()) - {""})
    return {code: asked[metric] for code, metric in metrics.items() if metric in asked}


Amounts = Mapping[str, Mapping[str, int]]


def industry_amounts(micro: Micro, period: int) -> Amounts:
    """Industry → firm → revenue (thousand yuan, since January) of 规上 firms."""
    rows = micro.connection.execute(
        """SELECT code, firm, revenue
        FROM industry_members JOIN newest USING (firm) JOIN register USING (firm)
        WHERE period = $period AND designated AND revenue IS NOT NULL
            AND $period BETWEEN industry_members.since AND industry_members.until
            AND $period BETWEEN register.since AND register.until""",
        {"period": period},
    ).fetchall()
    found: dict[str, dict[str, int]] = {}
    for code, firm, revenue in rows:
        found.setdefault(code, {})[firm] = revenue
    return found


def _number(firms: int, few: int, *, everything: bool) -> int | None:
    return firms if everything or firms >= few or not firms else None


def _shared(amounts: Amounts, one: str, other: str, few: int, *, everything: bool) -> Shared:
    own, its = amounts.get(one, {}), amounts.get(other, {})
    both = own.keys() & its.keys()
    if everything:
        return Shared(len(both), _yi(sum(own[firm] for firm in both)))
    if 0 < len(both) < few:
        return Shared(None, None, few=True)
    return Shared(len(both), None)


def _name(industry: Industry) -> str:
    return industry.name if (get_language() or "").startswith("zh") else industry.name_en


def _rule(industry: Industry) -> str:
    """What leads to it: codes and tags as they are, lists as how many."""
    parts = []
    if industry.codes:
        parts.append(_("industry codes %(codes)s") % {"codes": " ".join(industry.codes)})
    if industry.tags:
        parts.append(_("tags %(tags)s") % {"tags": " ".join(map(tag_words, industry.tags))})
    if industry.listed or industry.excluded:
        numbers = {"more": len(industry.listed), "less": len(industry.excluded)}
        parts.append(_("%(more)s firms named, %(less)s excepted") % numbers)
    return " · ".join(parts)


def _yi(value: int) -> Decimal:
    return Decimal(value) / _YI

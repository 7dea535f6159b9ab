"""Figures of the market, each with the trades it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from shucheng.bays.data.engine.ledger.settlement import ZONE
from shucheng.bays.data.engine.market import (
    Listing,
    Statistic,
    Trade,
    concentration,
    price_indices,
    turnover,
    varieties_listed,
    varieties_traded,
)
from shucheng.bays.data.models.market import Product
from shucheng.bays.data.models.money import LedgerLine, Settlement
from shucheng.bays.data.queries.market_words import yuan
from shucheng.kernel.public import Actor
from shucheng.lib.periods import Period, PeriodInvalid, iterate

_MONTHS = 12


def trades() -> list[Trade]:
    """Every settlement as a sale on the last day of its period, at what it added; a refund on the
    day it was booked. What was taken back whole takes its quantity back as well."""
    found: list[Trade] = []
    before: dict[tuple[int, str], int] = {}
    sold: dict[str, Trade] = {}
    rows = Settlement.objects.select_related("agreement__order__offer__product__maker")
    for row in rows.order_by("id"):
        product = row.agreement.order.offer.product
        # A supplement counts the whole period; what it adds is the difference.
        key = (row.agreement_id, row.period)
        quantity = row.quantity - before.get(key, 0)
        before[key] = row.quantity
        on = min(Period.parse(row.period).end, row.agreement.last)
        sold[row.code] = Trade(
            row.code, str(product), product.variety, product.maker.code, on, quantity, row.amount
        )
        found.append(sold[row.code])
    refunds = LedgerLine.objects.filter(
        entry__kind="refund", account__startswith="receivable:"
    ).values_list("entry__code", "entry__about", "entry__on", "fen")
    for code, about, on, fen in refunds.order_by("id"):
        of = sold[about]
        quantity = -of.quantity if -fen == of.fen else 0
        found.append(Trade(code, of.product, of.variety, of.seller, on, quantity, fen))
    return found


def listings() -> list[Listing]:
    """Products that are or were on the market."""
    rows = Product.objects.exclude(listed_at=None)
    return [
        Listing(
            str(row),
            row.variety,
            _day(row.listed_at),
            _day(row.delisted_at) if row.delisted_at else None,
        )
        for row in rows
        if row.listed_at
    ]


@dataclass(frozen=True, slots=True)
class Figure:
    code: str
    statistic: Statistic

    @property
    def value(self) -> Decimal | None:
        return self.statistic.value

    @property
    def said(self) -> str:
        """As it is written; a dash for what is not told."""
        if self.value is None:
            return "—"
        return yuan(int(self.value)) if self.code == "turnover" else f"{self.value.normalize():,f}"


@dataclass(frozen=True, slots=True)
class Month:
    period: str
    turnover: int
    varieties: int


@dataclass(frozen=True, slots=True)
class FiguresPage:
    period: str
    base: str
    figures: list[Figure]
    months: list[Month]
    most: int
    sources: list[Trade]
    about: str
    simulated: bool


def _usual_base(all_trades: list[Trade], period: Period) -> Period:
    """The same period a year before; in a market younger than that, its first with trade."""
    base = period.year_before()
    first = min((Period.of(each.on, period.frequency) for each in all_trades), default=base)
    return first if base < first < period else base


def figures_page(given: Mapping[str, str], *, actor: Actor) -> FiguresPage:
    """Of a month (or year), the price index against the same one a year before, or the first with
    trade where there was none; `about`: the figure whose sources are listed."""
    actor.require("data.view")
    last = Period.of(timezone.localdate(), "M").previous()
    period = _period(given.get("period", ""), last)
    all_trades = trades()
    usual = _usual_base(all_trades, period)
    base = _period(given.get("base", ""), usual)
    if base.frequency != period.frequency or base >= period:
        base = usual
    found = [
        Figure("turnover", turnover(all_trades, period)),
        Figure("varieties_listed", varieties_listed(listings(), period.end)),
        Figure("varieties_traded", varieties_traded(all_trades, period)),
    ]
    found += [Figure(n, s) for n, s in price_indices(all_trades, base, period).items()]
    found += [Figure(n, s) for n, s in concentration(all_trades, period).items()]
    about = given.get("about", "")
    chosen = next((set(f.statistic.sources) for f in found if f.code == about), set())
    # A single firm's sales are its own and the city's; others see sums only.
    sees = actor.may("data.govern") or actor.may("data.audit")
    months = [_month(all_trades, each) for each in _last_year(last)]
    return FiguresPage(
        str(period),
        str(base),
        found,
        months,
        max((each.turnover for each in months), default=0),
        [each for each in all_trades if each.id in chosen] if sees else [],
        about if sees else "",
        Settlement.objects.filter(simulated=True).exists(),
    )


def _month(all_trades: list[Trade], month: Period) -> Month:
    sum_, kinds = turnover(all_trades, month), varieties_traded(all_trades, month)
    return Month(str(month), int(sum_.value or 0), int(kinds.value or 0))


def _last_year(last: Period) -> list[Period]:
    return list(iterate(last.shift(1 - _MONTHS), last))


def _period(text: str, otherwise: Period) -> Period:
    try:
        found = Period.parse(text)
    except PeriodInvalid:
        return otherwise
    return found if found.frequency in ("M", "Q", "A") else otherwise


def _day(at: datetime) -> date:
    return at.astimezone(ZONE).date()

"""Statistics of the market: turnover, varieties, prices, concentration.

Each answer carries the trades it rests on and the method; where the data do not carry a figure it
says why and gives none. Money in 分.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction

from shucheng.lib.periods import Period

# Fewer matched products, or less of both periods' turnover, make no index. This project's choice.
MATCHED_PRODUCTS = 5
MATCHED_SHARE = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Trade:
    """A settled sale, or with negative quantity and amount its reversal. `variety`: the kind of
    product that counts as one (交易品种); `quantity` in the unit in which the product is priced."""

    id: str
    product: str
    variety: str
    seller: str
    on: date
    quantity: int
    fen: int


@dataclass(frozen=True, slots=True)
class Listing:
    """A product on offer from a day until the day before `until` (None: still)."""

    product: str
    variety: str
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Statistic:
    """`value` (None: not told, for the reason `missing`), its `unit`, the `sources` (ids of trades
    or products), the `method` and `notes`, codes of what a reader must know."""

    value: Decimal | None
    unit: str
    method: str
    sources: tuple[str, ...]
    missing: str = ""
    notes: tuple[str, ...] = ()


def turnover(trades: Iterable[Trade], period: Period) -> Statistic:
    """What was settled in a period less what was taken back in it, in 分. Missing: `no-trades`,
    since an empty record is not a turnover of nothing."""
    chosen = _within(trades, period)
    if not chosen:
        return _told(None, "fen", "sum-net-of-refunds", (), "no-trades")
    value = Decimal(sum(each.fen for each in chosen))
    return _told(value, "fen", "sum-net-of-refunds", chosen)


def varieties_listed(listings: Iterable[Listing], day: date) -> Statistic:
    """Distinct varieties on offer on a day."""
    there = [x for x in listings if x.since <= day and (x.until is None or day < x.until)]
    count = len({each.variety for each in there})
    products = tuple(sorted({each.product for each in there}))
    return Statistic(Decimal(count), "varieties", "distinct-listed", products)


def varieties_traded(trades: Iterable[Trade], period: Period) -> Statistic:
    """Distinct varieties of which more was sold than taken back in a period; free ones count.
    Missing: `no-trades`."""
    chosen = _within(trades, period)
    if not chosen:
        return _told(None, "varieties", "distinct-traded", (), "no-trades")
    sold: dict[str, int] = defaultdict(int)
    for each in chosen:
        sold[each.variety] += each.quantity
    count = sum(quantity > 0 for quantity in sold.values())
    return _told(Decimal(count), "varieties", "distinct-traded", chosen)


def price_indices(trades: Iterable[Trade], base: Period, current: Period) -> dict[str, Statistic]:
    """`laspeyres`, `paasche` and `fisher` of the current period, base = 100, over matched products:
    sold for money in both periods. A product's price is its unit value, turnover by quantity.

    Laspeyres Σp₁q₀/Σp₀q₀, Paasche Σp₁q₁/Σp₀q₁, Fisher their geometric mean (Consumer Price Index
    Manual: Concepts and Methods, 2020; Producer Price Index Manual, 2004, on unit values). Missing:
    `no-trades`, `few-matched-products`, `little-turnover-matched`. Note: `quality-unchecked`, since
    a product under the same code may have changed."""
    all_trades = list(trades)
    before, after = _within(all_trades, base), _within(all_trades, current)
    p0, p1 = _sales(before), _sales(after)
    matched = sorted(p0.keys() & p1.keys())
    rests_on = [each for each in (*before, *after) if each.product in matched]
    names = ("laspeyres", "paasche", "fisher")
    if missing := _unmatched(p0, p1, matched):
        return {name: _told(None, "index", name, rests_on, missing) for name in names}
    price0 = {name: Fraction(p0[name][1], p0[name][0]) for name in matched}
    price1 = {name: Fraction(p1[name][1], p1[name][0]) for name in matched}
    laspeyres = sum(price1[n] * p0[n][0] for n in matched) / Fraction(
        sum(p0[n][1] for n in matched)
    )
    paasche = sum(p1[n][1] for n in matched) / sum(
        (price0[n] * p1[n][0] for n in matched), start=Fraction(0)
    )
    values = {
        "laspeyres": _decimal(laspeyres * 100),
        "paasche": _decimal(paasche * 100),
        "fisher": _root(laspeyres * paasche * 10_000),
    }
    notes = ("quality-unchecked",)
    return {n: _told(v, "index", n, rests_on, notes=notes) for n, v in values.items()}


def concentration(trades: Iterable[Trade], period: Period) -> dict[str, Statistic]:
    """`hhi`: the sum of squared shares of turnover in percent, up to 10,000 for a single seller;
    `cr4`: the four largest sellers' share in percent (Herfindahl 1950, Hirschman 1945).

    Sellers with nothing left after refunds are left out. Missing: `no-trades`. Note on `cr4`:
    `four-sellers-or-fewer`, where it is 100 by definition."""
    chosen = _within(trades, period)
    sums: dict[str, int] = defaultdict(int)
    for each in chosen:
        sums[each.seller] += each.fen
    sold = sorted((fen for fen in sums.values() if fen > 0), reverse=True)
    if not sold:
        told = {"hhi": "index", "cr4": "percent"}
        return {n: _told(None, unit, n, chosen, "no-trades") for n, unit in told.items()}
    whole = sum(sold)
    hhi = _decimal(Fraction(sum(fen * fen for fen in sold) * 10_000, whole * whole))
    cr4 = _decimal(Fraction(sum(sold[:4]) * 100, whole))
    notes = ("four-sellers-or-fewer",) if len(sold) <= 4 else ()
    return {
        "hhi": _told(hhi, "index", "hhi", chosen),
        "cr4": _told(cr4, "percent", "cr4", chosen, notes=notes),
    }


Sales = Mapping[str, tuple[int, int]]


def _within(trades: Iterable[Trade], period: Period) -> list[Trade]:
    return [each for each in trades if period.contains(each.on)]


def _sales(trades: Iterable[Trade]) -> Sales:
    """Quantity and 分 by product, of those that were sold for money."""
    sold: dict[str, tuple[int, int]] = {}
    for each in trades:
        quantity, fen = sold.get(each.product, (0, 0))
        sold[each.product] = (quantity + each.quantity, fen + each.fen)
    return {name: (q, fen) for name, (q, fen) in sold.items() if q > 0 and fen > 0}


def _unmatched(before: Sales, after: Sales, matched: Sequence[str]) -> str:
    if not before or not after:
        return "no-trades"
    if len(matched) < MATCHED_PRODUCTS:
        return "few-matched-products"
    for sales in (before, after):
        whole = sum(fen for _, fen in sales.values())
        if sum(sales[name][1] for name in matched) < whole * MATCHED_SHARE:
            return "little-turnover-matched"
    return ""


def _told(
    value: Decimal | None,
    unit: str,
    method: str,
    trades: Iterable[Trade],
    missing: str = "",
    notes: tuple[str, ...] = (),
) -> Statistic:
    ids = tuple(sorted(each.id for each in trades))
    return Statistic(value, unit, method, ids, missing, notes)


def _decimal(value: Fraction) -> Decimal:
    """To four places, half up, without passing through binary."""
    scaled = (2 * value.numerator * 10_000 + value.denominator) // (2 * value.denominator)
    return Decimal(scaled).scaleb(-4)


def _root(value: Fraction) -> Decimal:
    with localcontext() as context:
        context.prec = 40
        root = (Decimal(value.numerator) / Decimal(value.denominator)).sqrt()
    return _decimal(Fraction(root))

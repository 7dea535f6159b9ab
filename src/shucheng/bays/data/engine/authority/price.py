"""The government-guided price (发改价格〔2025〕65号): permitted revenue, ceilings, deductions.

Amounts are integer 分 and are rounded down, so that nothing exceeds what is permitted; rates are
integer 万分之一 (hundredths of a percent). Limits come from the rules, with clause and certainty.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from .book import Thing
from .clocks import years_after
from .refusal import Refused, refused
from .rules import Number, Rules

SPREAD = "PD-PRC-08.spread_max_percentage_points"
DEVIATION = "PD-PRC-13.deviation_threshold_pct"
REVIEW = "PD-PRC-11.review_period_years_max"


@dataclass(frozen=True)
class Costs:
    """Of products for industry, as the cost survey found them: cost items, subsidy and tax in 分;
    `bond`: average yield of the ten-year government bond in the year before; `spread`: on it."""

    items: Mapping[str, int]
    subsidy: int
    tax: int
    bond: int
    spread: int


@dataclass(frozen=True, slots=True)
class Maximum:
    """最高准许收入 of a period: `amount` = cost + profit + tax - deducted."""

    cost: int
    profit: int
    tax: int
    deducted: int
    amount: int
    limit: Number


@dataclass(frozen=True, slots=True)
class Deviation:
    """`excess`: actual less permitted, negative for a shortfall: the text does not say that both
    count alike, so the sign is kept (PD-PRC-13). `adjust`: what is due."""

    excess: int
    adjust: Literal["prices", "ceilings"]
    limit: Number


def maximum(rules: Rules, costs: Costs, due: int = 0) -> tuple[Maximum, int] | Refused:
    """The permitted revenue, and what of the deduction `due` is left for a later period.

    Cost is what subsidies do not bear (三(一), PD-PRC-07); profit is cost × (bond + spread), the
    spread at most six points (PD-PRC-08); their sum with tax is the maximum (PD-PRC-06), less the
    excess of earlier periods (四, PD-PRC-12), which never brings it below zero."""
    limit = rules.number(SPREAD)
    amounts = {**costs.items, "subsidy": costs.subsidy, "tax": costs.tax}
    amounts |= {"bond": costs.bond, "spread": costs.spread, "deduction": due}
    if negative := [name for name, amount in amounts.items() if amount < 0]:
        return refused("money", what=negative[0])
    if costs.spread > limit.value * 100:
        return refused("spread", spread=costs.spread, most=limit.value * 100)
    cost = max(sum(costs.items.values()) - costs.subsidy, 0)
    profit = cost * (costs.bond + costs.spread) // 10_000
    gross = cost + profit + costs.tax
    deducted = min(due, gross)
    made = Maximum(cost, profit, costs.tax, deducted, gross - deducted, limit)
    return made, due - deducted


def instalments(permitted: int, actual: int, periods: int = 1) -> tuple[int, ...]:
    """What later periods are deducted, next first: the excess, or nothing; a large one may be
    spread (四, PD-PRC-12). Adds up to the excess."""
    if periods < 1:
        raise ValueError("an excess is deducted in one period or more")
    share, rest = divmod(max(actual - permitted, 0), periods)
    return tuple(share + (place < rest) for place in range(periods))


def deviation(rules: Rules, permitted: int, actual: int) -> Deviation:
    """Of a year: up to 10 % prices are adjusted, above it ceilings (四, PD-PRC-13)."""
    limit = rules.number(DEVIATION)
    excess = actual - permitted
    within = abs(excess) * 100 <= limit.value * permitted
    return Deviation(excess, "prices" if within else "ceilings", limit)


def propose_ceilings(
    permitted: int, weights: Mapping[Thing, int], volumes: Mapping[Thing, int]
) -> dict[Thing, int]:
    """Ceilings a unit by weight (use of data and computing, staff, sales: 三(二), PD-PRC-10) and
    expected volume, both positive. At these volumes they bring no more than is permitted. The
    way of sharing is a proposal: the text names the factors, not a formula."""
    total = sum(weights.values())
    return {
        thing: permitted * weight // (total * volumes[thing]) for thing, weight in weights.items()
    }


def check_ceilings(
    permitted: int, ceilings: Mapping[Thing, int], volumes: Mapping[Thing, int]
) -> Refused | None:
    """Whether ceilings stay within the permitted revenue at expected volumes (二, PD-PRC-04)."""
    if negative := [thing for thing, ceiling in ceilings.items() if ceiling < 0]:
        return refused("money", what=negative[0])
    revenue = sum(ceiling * volumes[thing] for thing, ceiling in ceilings.items())
    if revenue > permitted:
        return refused("above-maximum", revenue=revenue, maximum=permitted)
    return None


def check_price(
    rules: Rules,
    product: Thing,
    purpose: str,
    charging: str,
    price: int,
    ceiling: int | None,
    trial: bool = False,
) -> Refused | None:
    """Whether a price may be set, in 分 a unit: nothing for public governance and public benefit
    (一, PD-PRC-01), at most the ceiling otherwise (二, PD-PRC-04); without a ceiling only as a
    trial price (二, PD-PRC-05). `charging`: 产品数量 and so on (三(二), PD-PRC-10)."""
    free, paid = rules.words("PD-PRC-01.free_for"), rules.words("PD-PRC-01.fee_for")
    bases = rules.words("PD-PRC-10.charging_bases")
    if purpose not in free + paid:
        return refused("purpose", purpose=purpose, allowed=free + paid)
    if price < 0:
        return refused("money", what=product)
    if purpose in free:
        return refused("free", product=product, purpose=purpose) if price else None
    if charging not in bases:
        return refused("charging", basis=charging, allowed=bases)
    if ceiling is None:
        return None if trial or price == 0 else refused("no-ceiling", product=product)
    if price > ceiling:
        return refused("above-ceiling", product=product, price=price, ceiling=ceiling)
    return None


def on_trial(began: date, day: date) -> bool:
    """Whether operation has not lasted one full year (二, PD-PRC-05)."""
    return day < years_after(began, 1)


def review_due(rules: Rules, decided: date) -> tuple[date, Number]:
    """Until when the maximum is reviewed: in principle at least every three years (四,
    PD-PRC-11)."""
    limit = rules.number(REVIEW)
    return years_after(decided, limit.value), limit

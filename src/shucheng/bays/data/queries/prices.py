"""Guided prices: what a period may bring at most, the ceilings that follow, and whether the prices
that are asked stay within them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from shucheng.bays.data.engine.authority.book import Thing
from shucheng.bays.data.engine.authority.price import (
    DEVIATION,
    REVIEW,
    SPREAD,
    check_price,
    on_trial,
    review_due,
)
from shucheng.bays.data.engine.authority.rules import Number, shipped_rules
from shucheng.bays.data.models.authority import Authorisation, PriceReview
from shucheng.bays.data.models.cases import Case, Step
from shucheng.bays.data.models.market import Product
from shucheng.bays.data.queries.book import thing
from shucheng.bays.data.queries.case_files import seen_by
from shucheng.bays.data.queries.prices_asked import prices_on
from shucheng.bays.data.queries.refusals import sentence
from shucheng.kernel.public import Actor, NotFound


@dataclass(frozen=True)
class Period:
    """A period's newest review."""

    review: PriceReview
    actual: int | None
    excess: int | None
    adjust: str
    left: int


@dataclass(frozen=True)
class Part:
    """A part of the permitted revenue, in 分, and the rule that it comes from."""

    name: str
    amount: int
    how: str
    source: str
    confirmed: bool


@dataclass(frozen=True)
class Ceiling:
    """A product's ceiling, what it is asked for, and why that may not be; `trial`: no ceiling is
    fixed and operation has not lasted a year."""

    product: str
    title: str
    ceiling: int | None
    volume: int | None
    price: int | None
    charging: str
    fault: str
    trial: bool


@dataclass(frozen=True)
class PriceLine:
    authorisation: Authorisation
    period: Period | None
    review_due: date | None
    late: bool


@dataclass(frozen=True)
class PricePage:
    authorisation: Authorisation
    period: Period | None
    periods: list[Period]
    parts: list[Part]
    ceilings: list[Ceiling]
    products: list[Product]
    due: int
    began: date | None
    trial: bool
    review_due: date | None
    limits: list[tuple[str, Number]]
    free_for: tuple[str, ...]
    free_source: str
    fixes: bool


def began_on(code: str) -> date | None:
    """When an authorisation first came into force."""
    first = Step.objects.filter(subject=code, event="take_effect").order_by("id").first()
    return first.on if first else None


def periods_of(authorisation: Authorisation) -> list[Period]:
    """The newest review of each period, in their order."""
    newest: dict[tuple[date, date], PriceReview] = {}
    for review in PriceReview.objects.filter(authorisation=authorisation).order_by("id"):
        newest[review.since, review.until] = review
    return [period_of(review) for _key, review in sorted(newest.items(), key=lambda each: each[0])]


def period_of(review: PriceReview) -> Period:
    told = review.maximum
    return Period(
        review,
        told.get("actual"),
        told.get("excess"),
        told.get("adjust", ""),
        told.get("left", 0),
    )


def deduction_due(periods: list[Period]) -> int:
    """What the period after these is deducted: the instalments of their overruns that fall to it,
    and what the last could not bear (PD-PRC-12)."""
    due = periods[-1].left if periods else 0
    for back, period in enumerate(reversed(periods)):
        due += period.review.instalments[back] if back < len(period.review.instalments) else 0
    return due


def price_lines(*, actor: Actor) -> list[PriceLine]:
    actor.require("data.view")
    cases = Case.objects.filter(seen_by(actor), kind=Case.Kind.AUTHORISATION)
    rows = Authorisation.objects.filter(case__in=cases, operator__isnull=False)
    today = timezone.localdate()
    lines = []
    for each in rows.select_related("case", "operator"):
        periods = periods_of(each)
        last = periods[-1] if periods else None
        due = _review_due(last)
        lines.append(PriceLine(each, last, due, bool(due and due < today)))
    return lines


def price_page(code: str, *, actor: Actor) -> PricePage:
    actor.require("data.view")
    cases = Case.objects.filter(seen_by(actor), kind=Case.Kind.AUTHORISATION, code=code)
    found = Authorisation.objects.filter(case__in=cases).select_related("case", "operator").first()
    if found is None:
        raise NotFound(code)
    rules, today = shipped_rules(), timezone.localdate()
    periods = periods_of(found)
    now = [each for each in periods if each.review.since <= today <= each.review.until]
    period = now[-1] if now else (periods[-1] if periods else None)
    products = list(Product.objects.filter(maker=found.operator).order_by("code", "id"))
    began = began_on(code)
    trial = began is not None and on_trial(began, today)
    return PricePage(
        found,
        period,
        periods,
        _parts(period) if period else [],
        [*_ceilings(period, products, trial)],
        products,
        deduction_due(periods),
        began,
        trial,
        _review_due(periods[-1] if periods else None),
        [
            (_("Spread on the government bond, at most (percentage points)"), rules.number(SPREAD)),
            (_("Deviation up to which prices are adjusted (%)"), rules.number(DEVIATION)),
            (_("A review at least every (years)"), rules.number(REVIEW)),
        ],
        rules.words("PD-PRC-01.free_for"),
        rules.source("PD-PRC-01"),
        actor.may("data.settle"),
    )


def _parts(period: Period) -> list[Part]:
    told, costs = period.review.maximum, period.review.costs
    rate = {"rate": f"{(costs['bond'] + costs['spread']) / 100:g}%"}
    profit = _("cost × (bond + spread) = %(rate)s") % rate
    how = [
        ("cost", _("Cost"), _("cost items less what subsidies bear"), "PD-PRC-07"),
        ("profit", _("Profit"), profit, "PD-PRC-08"),
        ("tax", _("Tax"), "", "PD-PRC-06"),
        ("deducted", _("Deducted for earlier periods"), "", "PD-PRC-12"),
        ("amount", _("Permitted revenue"), _("cost + profit + tax − deducted"), "PD-PRC-06"),
    ]
    rules = shipped_rules()
    return [
        Part(name, told[key], said, rules.source(rule), rules.rules[rule].confirmed)
        for key, name, said, rule in how
    ]


def _ceilings(period: Period | None, products: list[Product], trial: bool) -> Iterator[Ceiling]:
    asked = prices_on(timezone.localdate())
    fixed = period.review.ceilings if period else {}
    volumes = period.review.volumes if period else {}
    for each in products:
        told = Thing(each.code, each.version)
        name = str(told) if str(told) in fixed else each.code
        ceiling, price = fixed.get(name), asked.get(told)
        fault = None
        if price:
            fault = check_price(
                shipped_rules(),
                thing(name),
                "产业发展",
                price.charging or "服务时间",
                price.price,
                ceiling,
                trial,
            )
        yield Ceiling(
            str(told),
            each.title,
            ceiling,
            volumes.get(name),
            price.price if price else None,
            price.charging if price else "",
            sentence(fault) if fault else "",
            trial and ceiling is None,
        )


def _review_due(period: Period | None) -> date | None:
    return review_due(shipped_rules(), period.review.since)[0] if period else None

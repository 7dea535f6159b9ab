"""The terms of an offer as a form says them, and a grant's limits, both as policies: so that one
comparison (`policy/narrow`) tells whether an offer is wider than what its operator was given."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from .authority.book import Grant, Limits
from .ledger.prices import FREE_PURPOSES, Basis, PricePlan, Tier
from .policy.model import ACTIONS, Constraint, Policy, Rule

# Dimension of a grant → operand of a policy. The others (scenario, field) have no operand in the
# closed profile: the book holds them at every delivery, as uses of the product.
OPERANDS = {
    "purpose": "purpose",
    "region": "spatial",
    "recipient": "recipient",
    "mode": "deliveryChannel",
}
# A purpose → what prices are ruled by it (发改价格〔2025〕65号 一), as the rules call it.
PURPOSES = {
    "public-governance": "公共治理",
    "public-welfare": "公益事业",
    "industry-development": "产业发展",
    "sector-development": "行业发展",
}
# What is counted → the basis of charging (三(二)).
CHARGING: Mapping[Basis, str] = {
    "call": "服务次数",
    "row": "数据调用量",
    "hour": "服务时间",
    "product": "产品数量",
}
PERIOD_CHARGING = "服务时间"


@dataclass(frozen=True, slots=True)
class Terms:
    """What an offer permits: for which purposes, where, by whom, from when to when (both days
    included), how often, delivered how; `compensate`: nothing that is due may be unpaid. Empty
    regions or recipients: not limited by the offer."""

    purposes: tuple[str, ...]
    modes: tuple[str, ...]
    first: date
    last: date
    regions: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    count: int | None = None
    compensate: bool = True

    @property
    def uses(self) -> Limits:
        """As the book of rights asks for them; a dimension that is not limited is not said."""
        said = {
            "purpose": self.purposes,
            "region": self.regions,
            "recipient": self.recipients,
            "mode": self.modes,
        }
        return {name: frozenset(values) for name, values in said.items() if values}


def offer_policy(terms: Terms, uid: str, target: str, assigner: str) -> Policy:
    """An offer of these terms."""
    return _policy("Offer", terms, uid, target, assigner)


def agreed_policy(terms: Terms, uid: str, target: str, assigner: str, assignee: str) -> Policy:
    """What is agreed with one buyer on these terms."""
    return replace(_policy("Agreement", terms, uid, target, assigner), assignee=assignee)


def grant_policy(grant: Grant) -> Policy:
    """A grant's limits and term as a policy that an offer has to stay within: every action, as far
    as the limits that have an operand go."""
    constraints = [
        _any_of(operand, grant.limits[dimension])
        for dimension, operand in OPERANDS.items()
        if dimension in grant.limits
    ]
    constraints += _term(grant.start, grant.end)
    rules = tuple(Rule(action, tuple(constraints)) for action in sorted(ACTIONS))
    return Policy("Offer", grant.code, rules)


def free_of_charge(purposes: Iterable[str]) -> bool:
    """Whether all of the purposes are served without pay."""
    return set(purposes) <= FREE_PURPOSES


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """分 for `per` units, charged by a basis as the price rules call it."""

    fen: int
    per: int
    charging: str

    @property
    def whole(self) -> int:
        """分 a unit, rounded up: a ceiling is not passed by a fraction."""
        return -(-self.fen // self.per)


def unit_prices(plan: PricePlan) -> tuple[UnitPrice, ...]:
    """Every price of a plan that a ceiling is held against: each tier's, and a period's fee."""
    prices = [UnitPrice(each.fen, each.per, CHARGING[plan.basis]) for each in plan.tiers]
    if plan.fee or not prices:
        prices.append(UnitPrice(plan.fee, 1, PERIOD_CHARGING))
    return tuple(prices)


def write_plan(plan: PricePlan) -> dict[str, Any]:
    """A plan as it is stored."""
    tiers = [[each.up_to, each.fen, each.per] for each in plan.tiers]
    return {"fee": plan.fee, "basis": plan.basis, "tiers": tiers}


def read_plan(said: Mapping[str, Any]) -> PricePlan:
    """A plan as it was stored. Raises `PlanInvalid`."""
    tiers = tuple(Tier(*each) for each in said.get("tiers", ()))
    return PricePlan(said.get("fee", 0), tiers, said.get("basis", "call"))


def _policy(
    kind: Literal["Offer", "Agreement"], terms: Terms, uid: str, target: str, assigner: str
) -> Policy:
    constraints = [
        _any_of(operand, terms.uses[dimension])
        for dimension, operand in OPERANDS.items()
        if dimension in terms.uses
    ]
    constraints += _term(terms.first, terms.last)
    if terms.count is not None:
        constraints.append(Constraint("count", "lteq", (str(terms.count),)))
    duties = ("compensate",) if terms.compensate else ()
    rule = Rule("use", tuple(constraints), duties)
    return Policy(kind, uid, (rule,), target=target, assigner=assigner)


def _any_of(operand: str, values: Iterable[str]) -> Constraint:
    return Constraint(operand, "isAnyOf", tuple(sorted(values)))


def _term(first: date, last: date) -> list[Constraint]:
    """Both days whole, as days are in China."""
    return [
        Constraint("dateTime", "gteq", (f"{first.isoformat()}T00:00:00+08:00",)),
        Constraint("dateTime", "lteq", (f"{last.isoformat()}T23:59:59+08:00",)),
    ]

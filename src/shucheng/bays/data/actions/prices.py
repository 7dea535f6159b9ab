"""Guided prices (政府指导价): from the cost survey to the permitted revenue, from there to
ceilings, and what a period brought beyond what was permitted."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.actions.evidence import leave_evidence
from shucheng.bays.data.engine.authority.book import Thing
from shucheng.bays.data.engine.authority.price import (
    Costs,
    check_ceilings,
    deviation,
    instalments,
    maximum,
    propose_ceilings,
    review_due,
)
from shucheng.bays.data.engine.authority.refusal import Refused
from shucheng.bays.data.engine.authority.rules import shipped_rules
from shucheng.bays.data.models.authority import Authorisation, PriceReview
from shucheng.bays.data.models.market import Product
from shucheng.bays.data.queries.book import thing
from shucheng.bays.data.queries.prices import deduction_due, periods_of
from shucheng.bays.data.queries.refusals import not_done
from shucheng.kernel.public import Actor, Invalid, NotFound, action, record


@action
def fix_prices(
    code: str,
    costs: Costs,
    *,
    since: date,
    until: date,
    weights: Mapping[str, int],
    volumes: Mapping[str, int],
    ceilings: Mapping[str, int] | None = None,
    actor: Actor,
    simulated: bool = False,
) -> PriceReview:
    """The permitted revenue of a period and the ceilings of its products (by code or version, 分 a
    unit). Without `ceilings` they are proposed by weight and expected volume. What earlier periods
    brought too much is deducted (PD-PRC-06, -10, -12)."""
    actor.require("data.settle")
    found = _authorisation(code)
    rules = shipped_rules()
    if not since < until <= review_due(rules, since)[0]:
        raise _wrong("until", _("A period ends within three years of its beginning."))
    known = periods_of(found)
    others = [e.review for e in known if (e.review.since, e.review.until) != (since, until)]
    if any(each.since <= until and since <= each.until for each in others):
        raise _wrong("since", _("The period overlaps one that is fixed."))
    before = [each for each in known if each.review.until < since]
    expected = _of_products(found, volumes, "volumes")
    shares = _of_products(found, weights, "weights")
    if set(shares) != set(expected) or not shares:
        raise _wrong("weights", _("Give each product a weight and an expected volume above 0."))
    answer = maximum(rules, costs, deduction_due(before))
    if isinstance(answer, Refused):
        raise not_done(answer)
    made, left = answer
    fixed = (
        {thing(name): amount for name, amount in ceilings.items()}
        if ceilings
        else propose_ceilings(made.amount, shares, expected)
    )
    if set(fixed) != set(expected):
        raise _wrong("ceilings", _("Give each product a ceiling."))
    if no := check_ceilings(made.amount, fixed, expected):
        raise not_done(no)
    return _keep(
        PriceReview(
            authorisation=found,
            since=since,
            until=until,
            costs={
                "items": dict(costs.items),
                "subsidy": costs.subsidy,
                "tax": costs.tax,
                "bond": costs.bond,
                "spread": costs.spread,
                "weights": {str(name): share for name, share in shares.items()},
                "proposed": not ceilings,
            },
            maximum={
                "cost": made.cost,
                "profit": made.profit,
                "tax": made.tax,
                "deducted": made.deducted,
                "amount": made.amount,
                "left": left,
            },
            permitted=made.amount,
            ceilings={str(name): amount for name, amount in fixed.items()},
            volumes={str(name): volume for name, volume in expected.items()},
            simulated=simulated,
        ),
        "data.price.reviewed",
        actor,
    )


@action
def note_actual(
    code: str, since: date, until: date, actual: int, *, actor: Actor, periods: int = 1
) -> PriceReview:
    """What a period brought in fact, in 分: an overrun is deducted from the next `periods`; whether
    prices or ceilings are adjusted follows from how large it is (PD-PRC-12, -13)."""
    actor.require("data.settle")
    found = _authorisation(code)
    known = {(each.review.since, each.review.until): each for each in periods_of(found)}
    if (since, until) not in known:
        raise NotFound(_("The period"))
    if actual < 0 or not 1 <= periods <= 10:
        raise _wrong("actual", _("Revenue is not negative; it is spread over 1 to 10 periods."))
    review = known[since, until].review
    away = deviation(shipped_rules(), review.permitted, actual)
    told = {"actual": actual, "excess": away.excess, "adjust": away.adjust}
    return _keep(
        PriceReview(
            authorisation=found,
            since=since,
            until=until,
            costs=review.costs,
            maximum=review.maximum | told,
            permitted=review.permitted,
            ceilings=review.ceilings,
            volumes=review.volumes,
            instalments=list(instalments(review.permitted, actual, periods)),
            simulated=review.simulated,
        ),
        "data.price.overrun",
        actor,
    )


def _keep(review: PriceReview, what: str, actor: Actor) -> PriceReview:
    review.by = actor.name[:150]
    review.save()
    code = review.authorisation.case.code
    told: dict[str, Any] = {
        "since": str(review.since),
        "until": str(review.until),
        "permitted": review.permitted,
        "ceilings": review.ceilings,
        "instalments": review.instalments,
    }
    leave_evidence(what.removeprefix("data."), code, **told)
    record(what, review, actor=actor, after=told)
    return review


def _authorisation(code: str) -> Authorisation:
    # Held until the end: two reviews of a period follow one another.
    found = Authorisation.objects.select_for_update(of=("self",)).filter(case__code=code).first()
    if found is None or found.operator_id is None:
        raise NotFound(code)
    return found


def _of_products(found: Authorisation, said: Mapping[str, int], field: str) -> dict[Thing, int]:
    """Positive numbers by products that the operator made."""
    mine = Product.objects.filter(maker_id=found.operator_id)
    codes = {each.code for each in mine} | {str(each) for each in mine}
    if unknown := sorted(set(said) - codes):
        raise _wrong(field, _("%(unknown)s is no product of the operator."), unknown=unknown[0])
    if any(number <= 0 for number in said.values()):
        raise _wrong(field, _("Give each product a weight and an expected volume above 0."))
    return {thing(name): number for name, number in said.items()}


def _wrong(field: str, message: object, **values: object) -> Invalid:
    return Invalid(
        "data.price_invalid",
        message,  # type: ignore[arg-type]
        _("Correct it and send it again."),
        {field: str(message) % values if values else str(message)},
        **values,
    )

"""Terms of offers against grants: no form says more than the book permits."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shucheng.bays.data.engine.authority.book import Grant, Thing
from shucheng.bays.data.engine.ledger.prices import PricePlan, Tier
from shucheng.bays.data.engine.policy import odrl
from shucheng.bays.data.engine.policy.model import problems
from shucheng.bays.data.engine.policy.narrow import within
from shucheng.bays.data.engine.terms import (
    PERIOD_CHARGING,
    Terms,
    agreed_policy,
    grant_policy,
    offer_policy,
    read_plan,
    unit_prices,
    write_plan,
)

FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)
PURPOSES = ("industry-development", "public-welfare", "sector-development")
MODES = ("api", "sandbox", "download")
REGIONS = ("320900", "320902", "320000")


def some(values: tuple[str, ...], least: int = 1) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), min_size=least, unique=True).map(tuple)


days = st.integers(-40, 800).map(lambda n: FIRST + timedelta(days=n))
terms = st.builds(
    Terms,
    purposes=some(PURPOSES),
    modes=some(MODES),
    first=days,
    last=days,
    regions=some(REGIONS, 0),
    recipients=some(("bank", "insurer"), 0),
    count=st.none() | st.integers(1, 100),
    compensate=st.booleans(),
)


def grant(**limits: tuple[str, ...]) -> Grant:
    said = {name: frozenset(values) for name, values in limits.items()}
    return Grant(
        "G", "operate", "h", "o", frozenset({Thing("R")}), FIRST, LAST, ("A",), limits=said
    )


grants = st.builds(
    grant,
    purpose=some(PURPOSES),
    mode=some(MODES),
    region=some(REGIONS),
    recipient=some(("bank", "insurer")),
)


@given(terms)
def test_terms_are_always_a_policy_that_can_be_enforced_and_read_again(said: Terms):
    policy = offer_policy(said, "u", "p", "o")
    assert problems(policy) == ()
    assert odrl.read(odrl.write(policy)) == policy


@given(terms, grants)
def test_within_the_grant_is_exactly_within_each_limit_and_the_term(said: Terms, given_: Grant):
    """The book asks the same of a use, value by value: neither is wider than the other."""
    proven = within(grant_policy(given_), offer_policy(said, "u", "p", "o"), same_asset=False)
    uses = said.uses
    in_limits = all(
        dimension in uses and uses[dimension] <= allowed
        for dimension, allowed in given_.limits.items()
    )
    assert proven == (in_limits and given_.start <= said.first and said.last <= given_.end)


@given(terms)
def test_an_agreement_for_one_purpose_and_buyer_is_within_its_offer(said: Terms):
    offer = offer_policy(said, "u", "p", "o")
    buyer = said.recipients[0] if said.recipients else "bank"
    one = replace(said, purposes=said.purposes[:1], recipients=(buyer,))
    assert within(offer, agreed_policy(one, "a", "p", "o", buyer))
    wider = replace(one, modes=("intersection",))
    assert not within(offer, agreed_policy(wider, "a", "p", "o", buyer))


def test_every_price_of_a_plan_is_held_against_the_ceiling():
    plan = PricePlan(fee=500, tiers=(Tier(10, 61, 10), Tier(None, 1, 1000)), basis="row")
    assert [(p.whole, p.charging) for p in unit_prices(plan)] == [
        (7, "数据调用量"),
        (1, "数据调用量"),
        (500, PERIOD_CHARGING),
    ]
    assert read_plan(write_plan(plan)) == plan
    assert [p.whole for p in unit_prices(PricePlan())] == [0]

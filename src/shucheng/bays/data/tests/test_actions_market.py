"""From a product to an agreement: judged, offered within the grant, ordered, delivered, stopped."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from django.utils.translation import override

from shucheng.bays.data.actions.delivering import stop_delivery
from shucheng.bays.data.actions.offers import close_offer
from shucheng.bays.data.actions.orders import move_order
from shucheng.bays.data.actions.products import move_product
from shucheng.bays.data.engine.authority.granting import permits, stopped
from shucheng.bays.data.engine.ledger.prices import PricePlan, Tier
from shucheng.bays.data.engine.ledger.split import Share
from shucheng.bays.data.engine.policy import odrl
from shucheng.bays.data.engine.policy.model import problems
from shucheng.bays.data.models.authority import Authorisation, Grant, PriceReview, Stop
from shucheng.bays.data.models.cases import Case, Step
from shucheng.bays.data.models.catalogue import Resource
from shucheng.bays.data.models.market import Agreement, Offer, Order
from shucheng.bays.data.queries.agreements import roles_of_order, visible_orders
from shucheng.bays.data.queries.book import book, rights, thing
from shucheng.bays.data.queries.offers import terms_read, visible_offers
from shucheng.bays.data.queries.products import checks_of, visible_products
from shucheng.bays.data.tests.conftest import Cast, actor_of
from shucheng.bays.data.tests.market_world import (
    DAY,
    TERMS,
    accepted,
    code_of,
    delivering,
    grants,
    listed,
    offer,
    ordered,
    product,
    resource,
    shares,
    world,
)
from shucheng.kernel.public import Actor, Conflict, Forbidden, Invalid, NotFound, Organisation, Role


def test_a_product_goes_to_the_market_by_the_bureaus_word(cast: Cast):
    world(cast)
    made = product(cast)
    with pytest.raises(Invalid) as refused:
        move_product(made.pk, made.revision, "list", actor=cast.bureau, on=DAY)
    assert refused.value.code == "market.move-not-possible"
    made = move_product(made.pk, made.revision, "submit", actor=cast.operator, on=DAY)
    with pytest.raises(Invalid) as refused:
        move_product(made.pk, made.revision, "list", actor=cast.operator, on=DAY)
    assert refused.value.code == "market.move-not-yours"
    with pytest.raises(Invalid) as refused:
        move_product(made.pk, made.revision, "return", actor=cast.bureau, on=DAY)
    assert "text" in refused.value.fields
    made = move_product(
        made.pk, made.revision, "return", text="标题不清", actor=cast.bureau, on=DAY
    )
    made = move_product(made.pk, made.revision, "submit", actor=cast.operator, on=DAY)
    made = move_product(made.pk, made.revision, "list", actor=cast.bureau, on=DAY)
    assert made.listed_at
    events = Step.objects.filter(subject=str(made)).values_list("event", "role", "after")
    assert list(events)[1:] == [
        ("submit", "maker", "review"),
        ("return", "bureau", "returned"),
        ("submit", "maker", "review"),
        ("list", "bureau", "listed"),
    ]
    with pytest.raises(Conflict):
        move_product(made.pk, 0, "delist", text="x", actor=cast.bureau, on=DAY)


def test_who_does_not_judge_or_make_sees_no_draft(cast: Cast):
    world(cast)
    made = product(cast)
    assert visible_products(cast.operator).filter(pk=made.pk).exists()
    assert visible_products(cast.bureau).filter(pk=made.pk).exists()
    assert not visible_products(cast.buyer).filter(pk=made.pk).exists()
    with pytest.raises(NotFound):
        move_product(made.pk, made.revision, "submit", actor=cast.buyer, on=DAY)


def test_what_may_not_be_listed_today_is_not(cast: Cast):
    world(cast)
    made = product(cast)
    made = move_product(made.pk, made.revision, "submit", actor=cast.operator, on=DAY)
    assert [check.ok for check in checks_of(made, DAY)] == [True, True, True, True, False]
    Stop.objects.create(on="GO", kind="suspend", day=DAY, by="x")
    assert not checks_of(made, DAY)[0].ok
    with pytest.raises(Invalid) as refused:
        move_product(made.pk, made.revision, "list", actor=cast.bureau, on=DAY)
    assert refused.value.code == "market.not-listable"


def test_an_ungraded_input_keeps_it_from_the_market_unless_the_bureau_grades_it(cast: Cast):
    made_of = resource(cast)
    made_of.grade, made_of.modes = "general_4", []
    made_of.save()
    grants(cast)
    made = product(cast)
    assert (made.grade, made.modes) == ("general_4", [])
    made = move_product(made.pk, made.revision, "submit", actor=cast.operator, on=DAY)
    with pytest.raises(Invalid):
        move_product(made.pk, made.revision, "list", actor=cast.bureau, on=DAY)
    given: dict[str, Any] = {"grade": "general_2", "modes": ["api"]}
    with pytest.raises(Invalid) as refused:
        move_product(made.pk, made.revision, "list", actor=cast.bureau, on=DAY, **given)
    assert "text" in refused.value.fields
    made = move_product(
        made.pk, made.revision, "list", text="汇总后无个人信息", actor=cast.bureau, on=DAY, **given
    )
    assert (made.grade, made.modes, made.state) == ("general_2", ["api"], "listed")


def test_an_offer_is_a_policy_of_the_closed_profile(cast: Cast):
    world(cast)
    made = offer(cast, terms=replace(TERMS, regions=("320900",), count=100))
    policy = odrl.read(made.policy)
    assert problems(policy) == ()
    assert (policy.kind, policy.uid, policy.target) == ("Offer", made.code, str(made.product))
    read = terms_read(made.policy)
    assert (read.purposes, read.modes) == (("industry-development",), ("api", "download"))
    assert (read.regions, read.count, read.compensate) == (("320900",), 100, True)
    assert (read.first, read.last) == (TERMS.first, TERMS.last)
    assert visible_offers(cast.buyer).get() == made


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"purposes": ("sector-development",)}, "market.wider-than-grant", "purposes"),
        ({"modes": ("aggregate",)}, "market.wider-than-grant", "ways of delivery"),
        ({"last": date(2030, 1, 1)}, "market.wider-than-grant", "longer"),
        ({"modes": ("intersection",)}, "market.modes", ""),
        ({"purposes": ()}, "market.purposes", ""),
        ({"first": date(2027, 1, 2), "last": date(2027, 1, 1)}, "market.term", ""),
    ],
)
def test_an_offer_beyond_the_operators_grant_is_refused_in_words(
    cast: Cast, changes: dict[str, Any], code: str, words: str
):
    world(cast)
    made = listed(cast)
    with override("en"), pytest.raises(Invalid) as refused:
        offer(cast, made, terms=replace(TERMS, **changes))
    assert refused.value.code == code
    with override("en"):
        assert words in refused.value.message
    assert not Offer.objects.exists()


def test_what_the_grant_does_not_limit_is_not_limited_and_what_it_limits_has_to_be_said(
    cast: Cast,
):
    resource(cast)
    grants(cast, limits={"region": frozenset({"320900"})})
    made = listed(
        cast,
        recipe=replace(_recipe(), uses={"region": ["320900"]}),
    )
    with pytest.raises(Invalid) as refused:
        offer(cast, made)
    assert refused.value.code == "market.wider-than-grant"
    assert offer(cast, made, terms=replace(TERMS, regions=("320900",)))


def test_a_price_needs_a_ceiling_after_the_first_year_and_stays_below_it(cast: Cast):
    world(cast)
    made = listed(cast)
    later = date(2027, 3, 1)
    with pytest.raises(Invalid) as refused:
        offer(cast, made, on=later)
    assert refused.value.code == "authority.no-ceiling"
    _ceiling(cast, made.code, 6)
    with pytest.raises(Invalid) as refused:
        offer(cast, made, on=later)
    assert refused.value.code == "authority.above-ceiling"
    with pytest.raises(Invalid):  # in steps the dearest counts, and a fraction is not let through
        offer(cast, made, on=later, plan=PricePlan(tiers=(Tier(5, 61, 10), Tier(None, 1))))
    assert offer(cast, made, on=later, plan=PricePlan(tiers=(Tier(5, 60, 10), Tier(None, 1))))


def test_a_trial_is_the_authorisations_first_year_and_not_that_of_a_renewed_grant(cast: Cast):
    world(cast)
    made = listed(cast)
    assert offer(cast, made, on=DAY)
    for grant in Grant.objects.filter(right="operate"):
        Step.objects.create(
            subject=grant.basis[0], event="take_effect", role="holder", after="operating",
            by="x", on=DAY - timedelta(days=500),
        )  # fmt: skip
    with pytest.raises(Invalid) as refused:
        offer(cast, made, on=DAY)
    assert refused.value.code == "authority.no-ceiling"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda s, c: s[:-1], "market.shares-not-whole"),
        (
            lambda s, c: [*s[:-1], Share("platform", "nobody", 1000)],
            "market.party",
        ),
        (
            lambda s, c: [Share("holder", code_of(c.other.organisation_id), 3000), *s[1:]],
            "market.holder-share",
        ),
        (
            lambda s, c: [s[0], Share("operator", code_of(c.buyer.organisation_id), 6000), s[2]],
            "market.operator-share",
        ),
        (
            lambda s, c: [*s[:-1], Share("broker", code_of(c.buyer.organisation_id), 1000)],
            "market.broker-share",
        ),
    ],
)
def test_shares_make_a_whole_and_belong_to_who_has_the_role(cast: Cast, change: Any, code: str):
    world(cast)
    with pytest.raises(Invalid) as refused:
        offer(cast, shares=change(shares(cast), cast))
    assert refused.value.code == code


@pytest.mark.parametrize(
    "shows",
    [
        {"columns": {"telephone": "show"}},
        {"columns": {"area": {"as": "cut", "keep": 0}}},
        {"columns": {"area": "whole"}},
        {"columns": {"area": "show"}, "rows": [["area", "LIKE", "3"]]},
        {"columns": {"area": "show"}, "groups": {"at_least": 1}},
        {"columns": {"area": "show"}, "hidden": True},
        {},
    ],
)
def test_what_is_shown_can_be_enforced_or_is_refused(cast: Cast, shows: dict[str, Any]):
    world(cast)
    with pytest.raises(Invalid) as refused:
        offer(cast, shows=shows)
    assert refused.value.code == "market.policy-invalid"


def test_an_order_becomes_an_agreement_within_offer_and_grants(cast: Cast):
    world(cast)
    order = ordered(cast, offer(cast, quota={"calls": 100, "rows": 10}))
    agreement = accepted(cast, order, quota={"calls": 50, "rows": 99})
    policy = odrl.read(agreement.policy)
    assert (policy.kind, policy.uid) == ("Agreement", agreement.code)
    assert policy.assignee == code_of(cast.buyer.organisation_id)
    assert (agreement.grants, agreement.quota) == (["GO"], {"calls": 50, "rows": 10})
    assert Order.objects.get().state == "agreed"


def test_delivery_runs_only_while_its_operator_delivers(cast: Cast):
    world(cast)
    agreement = accepted(cast)

    def runs() -> bool:
        return stopped(book(), agreement.code, DAY) is None

    order = agreement.order
    assert not runs()
    delivering(cast, agreement)
    assert runs()
    order.refresh_from_db()
    move_order(order.code, order.revision, "suspend", text="x", actor=cast.holder, on=DAY)
    assert not runs()
    order.refresh_from_db()
    move_order(order.code, order.revision, "resume", actor=cast.bureau, on=DAY)
    assert runs()
    order.refresh_from_db()
    move_order(order.code, order.revision, "revoke", text="x", actor=cast.bureau, on=DAY)
    assert not runs()
    Stop.objects.create(on=agreement.code, kind="lift", day=DAY, by="x")
    assert not runs()


def test_each_side_lifts_its_own_stop_and_no_others(cast: Cast):
    world(cast)
    agreement = accepted(cast)
    code = agreement.code

    def suspended_by() -> set[str]:
        return set(book().sides(code, timezone.localdate()))

    with pytest.raises(Invalid) as refused:
        stop_delivery(code, "lift", "x", actor=cast.holder)
    assert refused.value.code == "delivery.suspended-by-others", "its operator has not begun"
    stop_delivery(code, "suspend", "核查", actor=cast.bureau)
    stop_delivery(code, "suspend", "核查", actor=cast.holder)
    delivering(cast, agreement)
    assert stopped(book(), code, timezone.localdate()), "to begin lifts nobody's suspension"
    stop_delivery(code, "lift", "好了", actor=cast.holder)
    with pytest.raises(Invalid):
        stop_delivery(code, "lift", "好了", actor=cast.holder)
    assert suspended_by() == {"bureau"}
    stop_delivery(code, "lift", "好了", actor=cast.bureau)
    assert stopped(book(), code, timezone.localdate()) is None


def test_a_holder_resumes_what_it_or_the_operator_suspended(cast: Cast):
    world(cast)
    order = delivering(cast).order

    def move(event: str, actor: Actor) -> None:
        order.refresh_from_db()
        move_order(order.code, order.revision, event, text="x", actor=actor, on=DAY)

    for who in (cast.operator, cast.holder):
        move("suspend", who)
        move("resume", cast.holder)
    move("suspend", cast.bureau)
    office = Organisation.objects.get(pk=cast.bureau.organisation_id)
    Resource.objects.filter(holder=cast.holder.organisation_id).update(holder=office)
    colleague = actor_of("colleague", Role.LIAISON, office)
    with pytest.raises(Invalid) as refused:
        move("resume", colleague)
    assert refused.value.code == "market.suspended-by-others"
    move("resume", cast.bureau)


@pytest.mark.parametrize("on", ["GO", "GP", "GH", "RES-2026-000001", "AUT-1"])
def test_a_stop_on_anything_below_ends_the_delivery_at_once(cast: Cast, on: str):
    world(cast)
    agreement = delivering(cast)
    target = thing(str(agreement.order.offer.product))
    uses = {
        "purpose": frozenset({"industry-development"}),
        "mode": frozenset({"api"}),
        "recipient": frozenset({code_of(cast.buyer.organisation_id)}),
    }

    def permitted() -> bool:
        answer = permits(rights(), book(), agreement.grants, "deliver", target, DAY, uses)
        return isinstance(answer, tuple) and stopped(book(), agreement.code, DAY) is None

    assert permitted()
    Stop.objects.create(on=on, kind="revoke", day=DAY, by="x")
    assert not permitted()


def test_each_step_of_an_order_is_for_its_role(cast: Cast):
    world(cast)
    order = ordered(cast)
    assert roles_of_order(order, cast.operator) == {"operator"}
    assert roles_of_order(order, cast.buyer) == {"buyer"}
    assert roles_of_order(order, cast.holder) == {"holder"}
    assert roles_of_order(order, cast.bureau) == {"bureau", "platform"}
    with pytest.raises(Invalid) as refused:
        move_order(order.code, order.revision, "accept", actor=cast.buyer, on=DAY)
    assert refused.value.code == "market.move-not-yours"
    with pytest.raises(NotFound):
        move_order(order.code, order.revision, "accept", actor=cast.other, on=DAY)
    with pytest.raises(Forbidden):
        move_order(order.code, order.revision, "accept", actor=cast.auditor, on=DAY)


def test_who_sees_an_order(cast: Cast):
    world(cast)
    ordered(cast)
    seen = {
        name: visible_orders(getattr(cast, name)).count()
        for name in ("buyer", "operator", "holder", "bureau", "auditor", "other", "leader")
    }
    assert seen == {
        **dict.fromkeys(("buyer", "operator", "holder", "bureau", "auditor"), 1),
        **dict.fromkeys(("other", "leader"), 0),
    }


def test_orders_stay_within_their_offer(cast: Cast):
    world(cast)
    made = offer(cast)
    for changes, code in (
        ({"purpose": "credit"}, "market.purpose"),
        ({"last": date(2028, 6, 1)}, "market.outside-offer"),
        ({"first": date(2026, 5, 1), "last": date(2026, 4, 1)}, "market.term"),
    ):
        with pytest.raises(Invalid) as refused:
            ordered(cast, made, **changes)
        assert refused.value.code == code
    made = close_offer(made.code, made.revision, actor=cast.operator)
    with pytest.raises(Invalid) as refused:
        ordered(cast, made)
    assert refused.value.code == "market.offer-closed"
    assert not Agreement.objects.exists()


def test_a_grant_that_fell_meanwhile_stands_against_the_agreement(cast: Cast):
    world(cast)
    order = ordered(cast)
    Stop.objects.create(on="GO", kind="revoke", day=DAY, by="x")
    with pytest.raises(Invalid) as refused:
        move_order(order.code, order.revision, "accept", actor=cast.operator, on=DAY)
    assert refused.value.code.startswith("authority.")
    order.refresh_from_db()
    assert order.state == "placed"


def _recipe() -> Any:
    from shucheng.bays.data.actions.making import Recipe
    from shucheng.bays.data.tests.market_world import SQL, USES

    return Recipe(made_from=["RES-2026-000001"], uses=USES, sql=SQL)


def _ceiling(cast: Cast, product: str, fen: int) -> None:
    case = Case.objects.create(
        code="AUT-1",
        kind="authorisation",
        about="AUT-1",
        title="x",
        applicant_id=cast.holder.organisation_id,
        content="{}",
        state="in_force",
    )
    authorisation = Authorisation.objects.create(
        case=case, mode="whole", scenario="x", operator_id=cast.operator.organisation_id
    )
    PriceReview.objects.create(
        authorisation=authorisation,
        since=date(2026, 1, 1),
        until=date(2028, 12, 31),
        permitted=1,
        ceilings={product: fen},
        by="x",
    )

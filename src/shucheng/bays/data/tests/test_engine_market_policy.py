"""What a policy permits, that more terms never permit more, and that what is proven narrower is."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.laws import law

from shucheng.bays.data.engine.policy.decide import REASONS, Deny, Permit, Request, Usage, decide
from shucheng.bays.data.engine.policy.model import (
    ACTIONS,
    MODES,
    OPERANDS,
    Constraint,
    Policy,
    Rule,
)
from shucheng.bays.data.engine.policy.narrow import widenings, within
from shucheng.bays.data.tests.market_policies import (
    MOMENTS,
    NAMES,
    NOW,
    REGIONS,
    codes,
    constraints,
    offer,
    policies,
    requests,
    rules,
    strange,
    usages,
)


@st.composite
def narrowed(draw: st.DrawFn, among: tuple[str, ...]) -> tuple[Policy, Policy]:
    """A policy and one made of it, mostly by adding, sometimes by leaving out: where proofs meet
    cases that are nearly true."""
    outer = draw(policies(among))
    inner = list(outer.permissions)
    for index, rule in enumerate(inner):
        terms = list(rule.constraints)
        if terms and draw(st.booleans()):
            terms.pop(draw(st.integers(0, len(terms) - 1)))
        terms += draw(st.lists(constraints(among), max_size=2))
        duties = draw(st.sampled_from([rule.duties, ("compensate",), ()]))
        inner[index] = Rule(rule.action, tuple(terms), duties)
    kept = [each for each in outer.prohibitions if draw(st.integers(0, 2))]
    looser = [
        replace(each, constraints=each.constraints[: draw(st.integers(0, 3))]) for each in kept
    ]
    more = draw(st.lists(rules(among, permits=False), max_size=1))
    prohibitions = (*looser, *more)
    return outer, replace(outer, permissions=tuple(inner), prohibitions=prohibitions)


def every_request(among: tuple[str, ...]) -> Iterator[tuple[Request, Usage]]:
    """All requests that differ in what the operands speak of, with every usage that matters."""
    asked = {
        "purpose": ("", *NAMES),
        "recipient": ("", *NAMES),
        "deliveryChannel": ("", *sorted(MODES)),
        "spatial": ("", *REGIONS),
        "dateTime": [datetime.fromisoformat(each) for each in MOMENTS],
        "count": (0, 1, 4, 5, 6, 99),
    }
    name = {"deliveryChannel": "mode", "spatial": "region", "dateTime": "moment"}
    values = [asked[each] for each in among]
    for said in product(*values, ("use", "distribute", "read"), (False, True)):
        told = {name.get(each, each): v for each, v in zip(among, said, strict=False)}
        count = told.pop("count", 0)
        yield Request(**{"moment": NOW, **told}, action=said[-2]), Usage(count, said[-1])


def test_a_use_within_every_term_is_permitted() -> None:
    policy = offer(
        Constraint("purpose", "isAnyOf", ("credit", "health")),
        Constraint("spatial", "isPartOf", ("320900",)),
        Constraint("deliveryChannel", "eq", ("api",)),
        Constraint("dateTime", "lteq", ("2026-12-31T23:59:59+08:00",)),
        Constraint("count", "lteq", ("100",)),
    )
    request = Request(NOW, purpose="credit", region="320981", mode="api")
    assert decide(policy, request, Usage(99)) == Permit("permission[0]")
    assert codes(decide(policy, request, Usage(100))) == {"count-exceeded"}
    assert codes(decide(policy, replace(request, quantity=2), Usage(99))) == {"count-exceeded"}
    assert codes(decide(policy, replace(request, purpose="ads"), Usage())) == {
        "purpose-not-permitted"
    }
    assert codes(decide(policy, replace(request, region="320500"), Usage())) == {
        "region-not-permitted"
    }
    assert codes(decide(policy, replace(request, mode="download"), Usage())) == {
        "mode-not-permitted"
    }
    late = replace(request, moment=datetime(2026, 12, 31, 16, 0, tzinfo=UTC))
    assert codes(decide(policy, late, Usage())) == {"outside-term"}


def test_every_reason_says_where() -> None:
    policy = offer(Constraint("recipient", "eq", ("bank",)), Constraint("count", "lt", ("1",)))
    answer = decide(policy, Request(NOW, recipient="other"), Usage(1))
    assert isinstance(answer, Deny)
    assert [(each.code, each.where) for each in answer.reasons] == [
        ("recipient-not-permitted", "permission[0].constraint[0]"),
        ("count-exceeded", "permission[0].constraint[1]"),
    ]


def test_use_does_not_mean_passing_on() -> None:
    assert codes(decide(offer(), Request(NOW, action="distribute"), Usage())) == {
        "action-not-permitted"
    }


def test_a_prohibition_wins_and_what_is_unsaid_meets_it() -> None:
    policy = offer(prohibitions=(Rule("use", (Constraint("purpose", "eq", ("ads",)),)),))
    assert codes(decide(policy, Request(NOW, purpose="ads"), Usage())) == {"prohibited"}
    assert codes(decide(policy, Request(NOW), Usage())) == {"prohibited"}
    assert isinstance(decide(policy, Request(NOW, purpose="credit"), Usage()), Permit)


def test_a_district_that_is_prohibited_closes_its_city() -> None:
    policy = offer(prohibitions=(Rule("use", (Constraint("spatial", "eq", ("320902",)),)),))
    for region, allowed in (("320900", False), ("320902", False), ("320981", True)):
        answer = decide(policy, Request(NOW, region=region), Usage())
        assert isinstance(answer, Permit) == allowed


def test_what_is_unpaid_stops_delivery() -> None:
    policy = Policy("Offer", "urn:uuid:1", (Rule("use", (), ("compensate",)),))
    assert codes(decide(policy, Request(NOW), Usage(overdue=True))) == {"not-settled"}
    assert isinstance(decide(policy, Request(NOW), Usage()), Permit)
    owed = replace(offer(), obligations=("compensate",))
    assert codes(decide(owed, Request(NOW), Usage(overdue=True))) == {"not-settled"}


def test_an_agreement_serves_its_own_buyer_and_asset() -> None:
    agreement = replace(offer(), kind="Agreement", assignee="buyer", target="urn:p")
    request = Request(NOW, party="buyer", target="urn:p")
    assert isinstance(decide(agreement, request, Usage()), Permit)
    assert codes(decide(agreement, replace(request, party="x"), Usage())) == {"other-party"}
    assert codes(decide(agreement, replace(request, target="x"), Usage())) == {"other-asset"}


@pytest.mark.parametrize(
    "request_",
    [
        Request(datetime(2026, 6, 1)),
        Request(NOW, quantity=0),
        Request(NOW, action="sell"),
        Request(NOW, region="3209"),
    ],
)
def test_a_request_nobody_can_read_is_denied(request_: Request) -> None:
    assert codes(decide(offer(), request_, Usage())) == {"bad-request"}


UNKNOWN = [
    (offer(Constraint("partner", "eq", ("gold",))), "unknown-operand"),
    (offer(Constraint("count", "gteq", ("1",))), "unknown-operator"),
    (offer(Constraint("purpose", "like", ("a",))), "unknown-operator"),
    (Policy("Offer", "u", (Rule("sell"), Rule("use"))), "unknown-action"),
    (Policy("Offer", "u", (Rule("use", (), ("nextPolicy",)),)), "unknown-duty"),
    (replace(offer(), obligations=("inform",)), "unknown-duty"),
    (replace(offer(), prohibitions=(Rule("use", (), ("compensate",)),)), "unknown-duty"),
    (replace(offer(), profile="https://example.com/other"), "unknown-profile"),
    (offer(Constraint("dateTime", "lteq", ("2027-01-01T00:00:00",))), "bad-value"),
    (offer(Constraint("count", "lteq", ("-1",))), "bad-value"),
    (offer(Constraint("spatial", "eq", ("EU",))), "bad-value"),
    (offer(Constraint("purpose", "eq", ("a", "b"))), "bad-value"),
    (offer(Constraint("purpose", "isAnyOf", ())), "bad-value"),
    (offer(Constraint("deliveryChannel", "eq", ("fax",))), "bad-value"),
    (
        replace(offer(), prohibitions=(Rule("use", (Constraint("count", "lt", ("5",)),)),)),
        "unknown-operand",
    ),
]


@pytest.mark.parametrize(("policy", "code"), UNKNOWN)
def test_what_the_profile_does_not_know_denies(policy: Policy, code: str) -> None:
    assert code in codes(decide(policy, Request(NOW, purpose="a"), Usage()))


@law(
    policies(),
    requests,
    usages,
    strange,
    st.sampled_from(["operand", "operator", "action"]),
    few=25,
    many=100,
)
def test_an_unknown_term_anywhere_denies(
    policy: Policy, request: Request, usage: Usage, word: str, place: str
) -> None:
    known = {*OPERANDS, *ACTIONS, *(o for each in OPERANDS.values() for o in each)}
    word = word if word not in known else f"{word}?"
    term = {
        "operand": Rule("use", (Constraint(word, "eq", ("x",)),)),
        "operator": Rule("use", (Constraint("purpose", word, ("x",)),)),
        "action": Rule(word),
    }[place]
    for wrong in (
        replace(policy, permissions=(*policy.permissions, term)),
        replace(policy, prohibitions=(*policy.prohibitions, term)),
    ):
        assert isinstance(decide(wrong, request, usage), Deny)


@law(policies(), requests, usages, constraints(), st.data(), few=25, many=100)
def test_more_terms_never_permit_more(
    policy: Policy, request: Request, usage: Usage, extra: Constraint, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(policy.permissions) - 1))
    rule = policy.permissions[index]
    harder = [replace(rule, constraints=(*rule.constraints, extra)), replace(rule, duties=("x",))]
    stricter = [
        replace(policy, permissions=(*policy.permissions[:index], one)) for one in harder
    ] + [replace(policy, prohibitions=(*policy.prohibitions, data.draw(rules(permits=False))))]
    if isinstance(decide(policy, request, usage), Deny):
        assert all(isinstance(decide(each, request, usage), Deny) for each in stricter)


@law(policies(), requests, usages, few=25, many=100)
def test_a_decision_has_reasons_by_code_and_does_not_depend_on_order(
    policy: Policy, request: Request, usage: Usage
) -> None:
    answer = decide(policy, request, usage)
    assert codes(answer) <= REASONS
    assert isinstance(answer, Permit) or answer.reasons
    turned = replace(
        policy,
        permissions=policy.permissions[::-1],
        prohibitions=policy.prohibitions[::-1],
    )
    assert type(decide(turned, request, usage)) is type(answer)


# `recipient` and `deliveryChannel` are read as `purpose` is.
PAIRS = [
    *[(each,) for each in ("purpose", "spatial", "dateTime", "count")],
    ("purpose", "spatial"),
    ("deliveryChannel", "dateTime"),
]


@pytest.mark.parametrize("among", PAIRS, ids="-".join)
@law(data=st.data(), few=20, many=100)
def test_what_is_proven_within_permits_nothing_more(
    among: tuple[str, ...], data: st.DataObject
) -> None:
    outer, inner = data.draw(narrowed(among) | st.tuples(policies(among), policies(among)))
    gaps = widenings(outer, inner)
    assert {each.code for each in gaps} <= REASONS
    if not gaps:
        for request, usage in every_request(among):
            if isinstance(decide(inner, request, usage), Permit):
                assert isinstance(decide(outer, request, usage), Permit)


@given(policies())
def test_a_policy_is_within_itself(policy: Policy) -> None:
    assert within(policy, policy)


NARROWER = [
    (Constraint("purpose", "isAnyOf", ("a", "b")), Constraint("purpose", "eq", ("a",))),
    (Constraint("purpose", "neq", ("a",)), Constraint("purpose", "eq", ("b",))),
    (Constraint("purpose", "isNoneOf", ("a",)), Constraint("purpose", "isNoneOf", ("a", "b"))),
    (Constraint("spatial", "isPartOf", ("320000",)), Constraint("spatial", "eq", ("320902",))),
    (
        Constraint("spatial", "isPartOf", ("100000",)),
        Constraint("spatial", "isPartOf", ("320900",)),
    ),
    (Constraint("count", "lteq", ("10",)), Constraint("count", "lt", ("11",))),
    (
        Constraint("dateTime", "lt", ("2027-01-01T00:00:00+08:00",)),
        Constraint("dateTime", "lteq", ("2026-12-31T15:59:59Z",)),
    ),
]


@pytest.mark.parametrize(("wide", "narrow"), NARROWER)
def test_what_is_narrower_is_shown_to_be(wide: Constraint, narrow: Constraint) -> None:
    assert within(offer(wide), offer(narrow))
    assert within(offer(), offer(wide))
    if narrow != Constraint("count", "lt", ("11",)):
        assert not within(offer(narrow), offer(wide))
    assert not within(offer(narrow), offer())


WIDER = [
    (Constraint("purpose", "neq", ("a",)), Constraint("purpose", "isAnyOf", ("a", "b"))),
    (Constraint("purpose", "eq", ("a",)), Constraint("purpose", "neq", ("b",))),
    (Constraint("spatial", "eq", ("320900",)), Constraint("spatial", "eq", ("320902",))),
    (Constraint("spatial", "eq", ("320900",)), Constraint("spatial", "isPartOf", ("320900",))),
    (Constraint("count", "lteq", ("10",)), Constraint("count", "lteq", ("11",))),
    (Constraint("dateTime", "gt", (MOMENTS[2],)), Constraint("dateTime", "gteq", (MOMENTS[2],))),
    (Constraint("dateTime", "lt", (MOMENTS[2],)), Constraint("dateTime", "lteq", (MOMENTS[2],))),
    (Constraint("dateTime", "gteq", (MOMENTS[2],)), Constraint("dateTime", "gteq", (MOMENTS[1],))),
]


@pytest.mark.parametrize(("wide", "wider"), WIDER)
def test_what_is_wider_is_not_passed(wide: Constraint, wider: Constraint) -> None:
    assert not within(offer(wide), offer(wider))


def test_what_widens_is_named() -> None:
    ads = Rule("use", (Constraint("purpose", "eq", ("ads",)),))
    outer = Policy(
        "Offer",
        "u",
        (Rule("use", (Constraint("count", "lteq", ("5",)),), ("compensate",)),),
        (ads,),
    )
    inner = Policy("Agreement", "v", (Rule("use"), Rule("distribute")))
    assert [(each.code, each.where) for each in widenings(outer, inner)] == [
        ("count-wider", "permission[0]"),
        ("duty-dropped", "permission[0]"),
        ("prohibition-dropped", "prohibition[0]"),
        ("action-wider", "permission[1]"),
    ]


def test_a_prohibition_that_cannot_be_touched_need_not_be_repeated() -> None:
    outer = offer(prohibitions=(Rule("use", (Constraint("purpose", "eq", ("ads",)),)),))
    assert within(outer, offer(Constraint("purpose", "eq", ("credit",))))
    assert not within(outer, offer())


@pytest.mark.parametrize(
    ("prohibited", "permitted", "apart"),
    [
        (("dateTime", "gteq", MOMENTS[2]), ("dateTime", "lt", MOMENTS[2]), True),
        (("dateTime", "gt", MOMENTS[2]), ("dateTime", "lteq", MOMENTS[2]), True),
        (("dateTime", "gteq", MOMENTS[2]), ("dateTime", "lteq", MOMENTS[2]), False),
        (("dateTime", "lteq", MOMENTS[2]), ("dateTime", "gteq", MOMENTS[2]), False),
        (("dateTime", "lteq", MOMENTS[1]), ("dateTime", "gteq", MOMENTS[2]), True),
        (("spatial", "eq", "320902"), ("spatial", "eq", "320981"), True),
        (("spatial", "eq", "320902"), ("spatial", "isPartOf", "320900"), False),
        (("spatial", "isPartOf", "320900"), ("spatial", "eq", "320902"), False),
        (("purpose", "neq", "credit"), ("purpose", "eq", "credit"), True),
        (("purpose", "neq", "credit"), ("purpose", "eq", "health"), False),
        (("purpose", "eq", "credit"), ("purpose", "neq", "credit"), True),
        (("purpose", "eq", "credit"), ("purpose", "neq", "health"), False),
    ],
)
def test_where_a_prohibition_and_a_permission_meet(
    prohibited: tuple[str, str, str], permitted: tuple[str, str, str], apart: bool
) -> None:
    no, yes = (Constraint(o, op, (v,)) for o, op, v in (prohibited, permitted))
    assert within(offer(prohibitions=(Rule("use", (no,)),)), offer(yes)) == apart


def test_a_product_is_judged_on_the_grant_of_its_source() -> None:
    grant = offer(target="urn:resource")
    product = offer(target="urn:product")
    assert [each.code for each in widenings(grant, product)] == ["other-asset"]
    assert within(grant, product, same_asset=False)


def test_nothing_is_within_a_policy_that_is_not_understood() -> None:
    for policy, code in UNKNOWN:
        assert code in {each.code for each in widenings(policy, offer())}
        assert code in {each.code for each in widenings(offer(), policy)}

"""Authorised operation: what a plan must say, what taking effect gives, what a stop takes away."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shucheng.bays.data.actions.authorising import (
    move_authorisation,
    plan_authorisation,
    write_agreement,
    write_plan,
)
from shucheng.bays.data.actions.granting import give_grants
from shucheng.bays.data.actions.registration import open_registration
from shucheng.bays.data.actions.turning import turn_day
from shucheng.bays.data.engine.authority import book as engine
from shucheng.bays.data.engine.authority.granting import in_force as in_force_on
from shucheng.bays.data.engine.authority.granting import permits, stopped
from shucheng.bays.data.engine.authority.papers import shipped_papers
from shucheng.bays.data.engine.authority.refusal import Refused
from shucheng.bays.data.models.authority import Authorisation, Grant, Stop
from shucheng.bays.data.models.cases import Case, Step
from shucheng.bays.data.models.catalogue import Field
from shucheng.bays.data.models.market import Agreement, Offer, Order
from shucheng.bays.data.queries.authorisation_pages import plan_form
from shucheng.bays.data.queries.book import book, limits, rights, thing
from shucheng.bays.data.queries.cases import machine_of, roles_of
from shucheng.bays.data.tests.authority import (
    AGREEMENT,
    IN_FORCE,
    LIMITS,
    PLAN,
    SUBMITTED,
    UNTIL,
    in_force,
    move,
    organisation,
    planned,
    product,
    proofs_for,
    registered,
    resource,
    signed,
    step,
)
from shucheng.bays.data.tests.conftest import Cast
from shucheng.kernel.public import Conflict, Forbidden, Invalid, ShuchengError

DAY = date(2026, 7, 1)


def two_holders(cast: Cast) -> None:
    resource(cast.holder)
    resource(cast.other, "RES-2", title="医疗机构信息")
    registered(cast)
    registered(cast, "RES-2", cast.other)


def delivered(cast: Cast) -> Agreement:
    """A product made under the operator's grants, and an agreement with a buyer on it."""
    process = [g.code for g in Grant.objects.filter(right="process")]
    operate = [g.code for g in Grant.objects.filter(right="operate")]
    made = product(cast, ["RES-1"], process[:1])
    offer = Offer.objects.create(code="OFR-1", product=made)
    order = Order.objects.create(
        code="ORD-1",
        offer=offer,
        buyer_id=organisation(cast.buyer),
        purpose="credit",
        first=DAY,
        last=UNTIL,
        state="agreed",
    )
    return Agreement.objects.create(
        code="AGR-1", order=order, grants=operate[:1], first=DAY, last=UNTIL, by="x"
    )


def may_deliver(agreement: Agreement, day: date) -> bool:
    answer = permits(
        rights(), book(), agreement.grants, "deliver", thing("PRD-1@1"), day, limits(LIMITS)
    )
    return not isinstance(answer, Refused)


def test_taking_effect_gives_the_operator_each_holders_rights_in_one_contract(cast: Cast) -> None:
    two_holders(cast)
    case = in_force(cast, "RES-1", "RES-2")
    holds = {g.things[0]: g for g in Grant.objects.filter(right="hold")}
    given = list(Grant.objects.exclude(right="hold"))
    assert sorted((g.right, g.giver, g.things[0]) for g in given) == [
        ("operate", "ORG-H", "RES-2"),
        ("operate", "ORG-M", "RES-1"),
        ("process", "ORG-H", "RES-2"),
        ("process", "ORG-M", "RES-1"),
    ]
    for grant in given:
        assert (grant.taker, grant.basis) == ("ORG-O", [case.code])
        assert grant.under == [holds[grant.things[0]].code]
        assert (grant.start, grant.end, grant.limits) == (IN_FORCE, UNTIL, LIMITS)
        assert in_force_on(rights(), book(), grant.code, IN_FORCE) is None


def test_a_plan_with_an_empty_head_is_not_submitted(cast: Cast) -> None:
    resource(cast.holder)
    texts = {**PLAN, "security": " "}
    found = plan_authorisation(
        "x",
        resources=["RES-1"],
        mode="whole",
        scenario="y",
        limits={},
        plan=texts,
        applicant=organisation(cast.holder),
        actor=cast.holder,
        on=SUBMITTED,
    )
    with pytest.raises(Invalid) as refused:
        move(found.case, "submit_plan", cast.holder, SUBMITTED)
    assert set(refused.value.fields) == {"security"}
    assert "应急处置" in refused.value.message
    assert (len(shipped_papers().plan.heads), len(shipped_papers().agreement.heads)) == (12, 13)


def test_an_agreement_with_an_empty_head_is_not_signed(cast: Cast) -> None:
    resource(cast.holder)
    registered(cast)
    case = planned(cast).case
    for event, actor in (
        ("submit_plan", cast.holder),
        ("approve_plan", cast.leader),
        ("call", cast.holder),
    ):
        case = move(case, event, actor, DAY)
    with pytest.raises(Invalid) as refused:
        move(case, "select", cast.holder, DAY, operator=organisation(cast.other))
    assert refused.value.fields["operator"]
    case = move(case, "select", cast.holder, DAY, operator=organisation(cast.operator))
    texts = {head: text for head, text in AGREEMENT.items() if head != "breach"}
    write_agreement(case.code, case.revision, texts, actor=cast.holder)
    case.refresh_from_db()
    with pytest.raises(Invalid) as refused:
        move(case, "sign", cast.holder, DAY, until=UNTIL)
    assert set(refused.value.fields) == {"breach"}


def test_what_is_not_graded_or_not_registered_is_not_authorised(cast: Cast) -> None:
    found = resource(cast.holder, grade="", modes=[])
    plan = planned(cast)
    with pytest.raises(Invalid) as refused:
        move(plan.case, "submit_plan", cast.holder, SUBMITTED)
    assert refused.value.code == "data.resource_not_ready"
    assert "RES-1" in refused.value.message
    found.grade = "core"
    found.save()
    with pytest.raises(Invalid):  # core data leaves in no way
        move(plan.case, "submit_plan", cast.holder, SUBMITTED)
    found.grade, found.modes = "general_2", ["api"]
    found.save()
    item = Field.objects.create(resource=found, name="uscc", position=0)
    with pytest.raises(Invalid) as refused:  # proposed by rules, decided by nobody
        move(plan.case, "submit_plan", cast.holder, SUBMITTED)
    assert "RES-1" in refused.value.message
    assert not plan_form({}, actor=cast.holder).resources
    item.delete()
    assert plan_form({}, actor=cast.holder).resources == [found]
    Authorisation.objects.all().delete()
    case = signed(cast)
    with pytest.raises(Invalid) as refused:
        move(case, "take_effect", cast.holder, IN_FORCE)
    assert refused.value.code == "data.resource_not_ready"
    case.refresh_from_db()
    assert (case.state, Grant.objects.count()) == ("signed", 0)


@pytest.mark.parametrize(
    ("event", "who", "code"),
    [
        ("suspend", "holder", "authority.suspended"),
        ("suspend", "bureau", "authority.suspended"),
        ("revoke", "leader", "authority.revoked"),
    ],
)
def test_a_stop_reaches_the_product_and_its_agreement_at_once(
    cast: Cast, event: str, who: str, code: str
) -> None:
    resource(cast.holder)
    registered(cast)
    case = in_force(cast)
    agreement = delivered(cast)
    assert may_deliver(agreement, DAY)
    fallout = book().fallout([case.code])
    move(case, event, getattr(cast, who), DAY)
    assert not may_deliver(agreement, DAY)
    for each in (*fallout.grants, *map(str, fallout.products), *fallout.deliveries):
        no = stopped(book(), each, DAY)
        assert no
        assert (no.code, no.values["cause"]) == (code, case.code)
    assert fallout.deliveries == ("AGR-1",)


def test_what_is_resumed_goes_on_and_what_is_revoked_never(cast: Cast) -> None:
    resource(cast.holder)
    registered(cast)
    case = move(in_force(cast), "suspend", cast.holder, DAY)
    agreement = delivered(cast)
    case = move(case, "resume", cast.holder, DAY + timedelta(days=5))
    assert not may_deliver(agreement, DAY + timedelta(days=4))
    assert may_deliver(agreement, DAY + timedelta(days=5))
    case = move(case, "revoke", cast.holder, DAY + timedelta(days=9))
    assert not may_deliver(agreement, DAY + timedelta(days=9))
    with pytest.raises(ShuchengError):
        move_authorisation(case.code, case.revision, "resume", actor=cast.holder)


@pytest.mark.parametrize("way", ["exit", "expire"])
def test_leaving_and_running_out_end_what_was_given(cast: Cast, way: str) -> None:
    resource(cast.holder)
    registered(cast)
    case = in_force(cast)
    agreement = delivered(cast)
    if way == "exit":
        case = move(case, "ask_exit", cast.operator, DAY)
        assert may_deliver(agreement, DAY)
        case = move(case, "exit", cast.holder, DAY)
        assert not may_deliver(agreement, DAY)
    else:
        after = UNTIL + timedelta(days=1)
        assert may_deliver(agreement, UNTIL)
        assert not may_deliver(agreement, after), "with no button pressed"
        assert turn_day(actor=cast.bureau, on=after)["expire"] == 1
        case.refresh_from_db()
    case = move(case, "close", cast.holder, UNTIL + timedelta(days=10))
    assert case.state == "closed"


def test_a_supplement_is_agreed_by_whose_data_it_is_and_adds_grants(cast: Cast) -> None:
    two_holders(cast)
    case = in_force(cast, "RES-1")
    case = move(case, "ask_supplement", cast.operator, DAY, resources=["RES-2"])
    assert case.due
    assert "source_unit" in roles_of(case, cast.other)
    assert "source_unit" not in roles_of(case, cast.holder)
    with pytest.raises(Forbidden):
        move(case, "agree_supplement", cast.holder, DAY)
    case = move(case, "agree_supplement", cast.other, DAY)
    case = move(case, "sign_supplement", cast.holder, DAY + timedelta(days=3))
    assert Authorisation.objects.get().resources == ["RES-1", "RES-2"]
    added = Grant.objects.filter(giver="ORG-H").exclude(right="hold")
    assert {(g.right, g.start, g.end) for g in added} == {
        ("process", DAY + timedelta(days=3), UNTIL),
        ("operate", DAY + timedelta(days=3), UNTIL),
    }


def test_a_supplement_asks_one_source_unit(cast: Cast) -> None:
    two_holders(cast)
    resource(cast.holder, "RES-3")
    registered(cast, "RES-3")
    case = in_force(cast, "RES-1")
    with pytest.raises(Invalid) as refused:
        move(case, "ask_supplement", cast.operator, DAY, resources=["RES-2", "RES-3"])
    assert refused.value.code == "data.several_sources"
    with pytest.raises(Invalid):
        move(case, "ask_supplement", cast.operator, DAY, resources=["RES-9"])


def test_a_grant_ends_with_the_registration_and_goes_on_when_that_is_renewed(cast: Cast) -> None:
    resource(cast.holder)
    registration = registered(cast)
    until = date(2030, 5, 31)
    in_force(cast, until=until)
    first = list(Grant.objects.exclude(right="hold"))
    assert {g.end for g in first} == {date(2029, 4, 1)} == {registration.until}
    case = step(registration, "submit_renewal", cast.holder, date(2029, 3, 1))
    step(case, "renew", cast.bureau, date(2029, 3, 20))
    more = Grant.objects.exclude(right="hold").filter(start__gt=date(2029, 4, 1))
    assert {(g.right, g.start, g.end) for g in more} == {
        ("process", date(2029, 4, 2), until),
        ("operate", date(2029, 4, 2), until),
    }


def test_a_renewal_goes_on_from_the_old_end(cast: Cast) -> None:
    resource(cast.holder)
    registered(cast)
    case = in_force(cast, until=date(2027, 5, 31))
    case = move(case, "ask_renewal", cast.operator, date(2027, 5, 3))
    case = move(case, "renew", cast.holder, date(2027, 5, 10), until=date(2028, 5, 31))
    later = Grant.objects.exclude(right="hold").filter(end=date(2028, 5, 31))
    assert {g.start for g in later} == {date(2027, 6, 1)}
    assert case.until == date(2028, 5, 31)


def test_a_product_that_is_delivered_owes_its_registration(cast: Cast) -> None:
    resource(cast.holder)
    registered(cast)
    in_force(cast)
    case = open_registration(
        Case.Kind.PRODUCT,
        delivered(cast).order.offer.product.code,
        "企业信用报告",
        applicant=organisation(cast.operator),
        actor=cast.operator,
        on=DAY,
    )
    assert turn_day(actor=cast.bureau, on=DAY)["supply"] == 1
    assert turn_day(actor=cast.bureau, on=DAY)["supply"] == 0
    case.refresh_from_db()
    (step_,) = Step.objects.filter(subject=case.code)
    assert (case.state, step_.role) == ("owed", "clock")
    assert case.due
    assert case.due > DAY


def test_a_grant_wider_than_the_holders_is_refused_and_nothing_is_entered(cast: Cast) -> None:
    resource(cast.holder)
    registered(cast)
    in_force(cast)
    parent = Grant.objects.get(right="process")
    there = Grant.objects.count()
    wide = engine.Grant(
        "GRT-X",
        "process",
        "ORG-O",
        "ORG-B",
        frozenset({thing("RES-1")}),
        IN_FORCE,
        UNTIL,
        ("C-1",),
        (parent.code,),
    )
    with pytest.raises(Invalid) as refused:
        give_grants([wide], actor=cast.bureau)
    assert refused.value.code == "authority.may-not-pass-on"
    assert Grant.objects.count() == there


def test_the_plan_is_written_only_before_it_is_submitted_and_by_its_own(cast: Cast) -> None:
    resource(cast.holder)
    found = planned(cast)
    facts = {"resources": ["RES-1"], "mode": "whole", "scenario": "y", "limits": {}}
    with pytest.raises(Forbidden):
        write_plan(found.case.code, 0, plan=PLAN, actor=cast.other, **facts)
    write_plan(found.case.code, 0, plan=PLAN, actor=cast.holder, **facts)
    found.refresh_from_db()
    assert (found.mode, found.limits) == ("whole", {})
    with pytest.raises(Conflict):
        write_plan(found.case.code, 0, plan=PLAN, actor=cast.holder, **facts)
    case = Case.objects.get()
    case = move(case, "submit_plan", cast.holder, SUBMITTED)
    with pytest.raises(Invalid) as refused:
        write_plan(case.code, case.revision, plan=PLAN, actor=cast.holder, **facts)
    assert refused.value.code == "data.not_to_be_written"


def test_a_limit_that_nothing_knows_is_refused(cast: Cast) -> None:
    resource(cast.holder)
    with pytest.raises(Invalid) as refused:
        planned(cast, limits={"weather": ["sunny"]})
    assert refused.value.fields["limits"]


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_message_leads_out_of_the_table_and_nothing_outlives_it(
    cast: Cast, data: st.DataObject
) -> None:
    """From in force on, whoever sends what: a grant of the authorisation is in force exactly while
    the machine says that it holds, and the case stands where its steps led."""
    code = f"RES-{Case.objects.count()}-y"
    resource(cast.holder, code)
    registered(cast, code)
    case = in_force(cast, code)
    machine = machine_of(case.kind)
    people = [cast.holder, cast.bureau, cast.leader, cast.operator, cast.buyer]
    day = IN_FORCE
    grants = [g.code for g in book().grants.values() if case.code in g.basis]
    for _ in range(data.draw(st.integers(1, 6))):
        day += timedelta(days=data.draw(st.sampled_from([0, 3, 200])))
        ahead = sorted(machine.next_states(case.state))
        event = data.draw(st.sampled_from([*ahead * 5, "take_effect", "suspend"]))
        whole = event in ahead and data.draw(st.integers(0, 4)) > 0
        try:
            case = move_authorisation(
                case.code,
                case.revision,
                event,
                actor=data.draw(st.sampled_from(people)),
                proofs=proofs_for(case, event, day) if whole else {},
                on=day,
                resources=[code],
            )
        except ShuchengError:
            case.refresh_from_db()
        holds = machine.holds(machine.load(case.content), day)
        for each in grants:
            assert (in_force_on(rights(), book(), each, day) is None) == holds
    steps = Step.objects.filter(subject=case.code)
    assert all(machine.ready.moves[s.before, s.event].to == s.after for s in steps)


@pytest.mark.django_db(transaction=True)
def test_what_was_taken_back_is_not_in_the_book_that_is_kept(cast: Cast) -> None:
    """SQLite gives the number of a row that was taken back to the next: a book that was read in
    between must not be taken for the one after."""
    with transaction.atomic():
        Stop.objects.create(on="AUT-1", kind="lift", day=DAY, by="x")
        assert book().stop_of("AUT-1", DAY) is None
        transaction.set_rollback(True)
    with transaction.atomic():
        Stop.objects.create(on="AUT-1", kind="suspend", day=DAY, by="x")
    assert book().stop_of("AUT-1", DAY)
    kept = book()
    assert book() is kept, "nothing has changed since"

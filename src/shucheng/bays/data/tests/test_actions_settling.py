"""From metered use to paid shares: no 分 is lost, a dispute holds its money."""

from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shucheng.bays.data.actions.disputes import move_dispute, open_dispute
from shucheng.bays.data.actions.orders import move_order
from shucheng.bays.data.actions.settling import (
    pay_out,
    record_payment,
    refund_settlement,
    repay_buyer,
    settle_until,
)
from shucheng.bays.data.engine.ledger.prices import PricePlan
from shucheng.bays.data.models.authority import Stop
from shucheng.bays.data.models.evidence import EvidenceEvent
from shucheng.bays.data.models.market import Agreement
from shucheng.bays.data.models.money import Invoice, LedgerEntry, LedgerLine, Settlement
from shucheng.bays.data.queries.ledger import (
    balance,
    overdue,
    owed_to,
    trial_balance,
)
from shucheng.bays.data.queries.settlements import visible_settlements
from shucheng.bays.data.tests.conftest import Cast
from shucheng.bays.data.tests.market_world import (
    DAY,
    accepted,
    code_of,
    delivering,
    offer,
    ordered,
    use,
    world,
)
from shucheng.kernel.public import Forbidden, Invalid, NotFound, ShuchengError
from shucheng.lib.periods import Period

MARCH, APRIL, MAY = (Period.parse(f"2026-0{n}") for n in (3, 4, 5))
LATER = date(2026, 6, 2)


@pytest.fixture
def agreement(cast: Cast) -> Agreement:
    world(cast)
    return delivering(cast)


def settled(cast: Cast, period: Period = MARCH) -> Settlement:
    return settle_until(period, actor=cast.bureau, on=LATER).settlements[-1]


def account(cast: Cast, role: str = "holder") -> str:
    actor = {"holder": cast.holder, "operator": cast.operator, "platform": cast.bureau}[role]
    return f"payable:{role}:{code_of(actor.organisation_id)}"


def buyer(cast: Cast) -> str:
    return code_of(cast.buyer.organisation_id)


def test_a_month_of_use_becomes_a_settlement_an_entry_and_an_invoice(
    cast: Cast, agreement: Agreement
):
    use(agreement, 10, date(2026, 3, 5))
    use(agreement, 5, date(2026, 3, 31))
    use(agreement, 99, date(2026, 4, 1))
    made = settled(cast)
    assert (made.quantity, made.amount) == (15, 105)
    assert made.parts == {
        account(cast): 32,
        account(cast, "operator"): 63,
        account(cast, "platform"): 10,
    }
    invoice = Invoice.objects.get()
    assert (invoice.fen, invoice.buyer, invoice.settlement) == (105, buyer(cast), made)
    lines = dict(LedgerLine.objects.values_list("account", "fen"))
    assert lines == {f"receivable:{buyer(cast)}": 105, **{k: -v for k, v in made.parts.items()}}
    assert EvidenceEvent.objects.get(kind="settlement.made").content["amount"] == 105


def test_settling_again_settles_nothing_and_late_records_make_a_supplement(
    cast: Cast, agreement: Agreement
):
    use(agreement, 10, date(2026, 3, 5))
    first = settled(cast)
    assert settle_until(MARCH, actor=cast.bureau, on=LATER).settlements == ()
    use(agreement, 4, date(2026, 3, 6))
    again = settle_until(APRIL, actor=cast.bureau, on=LATER).settlements
    assert [(each.period, each.quantity, each.amount) for each in again] == [
        ("2026-03", 14, 28),
        ("2026-04", 0, 0),
    ]
    assert sum(again[0].parts.values()) == 28
    assert again[0].code != first.code


def test_use_for_a_purpose_that_is_free_costs_nothing_and_is_settled(cast: Cast):
    world(cast)
    from dataclasses import replace

    from shucheng.bays.data.tests.market_world import TERMS

    made = offer(cast, terms=replace(TERMS, purposes=("public-welfare",)))
    free = delivering(cast, accepted(cast, ordered(cast, made, purpose="public-welfare")))
    use(free, 1000, date(2026, 3, 9))
    got = settled(cast)
    assert (got.quantity, got.amount) == (1000, 0)
    assert not LedgerEntry.objects.exists()
    assert not Invoice.objects.exists()


def test_a_fee_is_due_only_while_it_was_delivered(cast: Cast):
    world(cast)
    made = offer(cast, plan=PricePlan(fee=500))
    never = accepted(cast, ordered(cast, made))
    order = never.order
    order.refresh_from_db()
    move_order(order.code, order.revision, "cancel", text="x", actor=cast.buyer, on=DAY)
    stopped = delivering(cast, accepted(cast, ordered(cast, made)))
    order = stopped.order
    order.refresh_from_db()
    ended = date(2026, 4, 10)
    move_order(order.code, order.revision, "revoke", text="x", actor=cast.bureau, on=ended)
    found = settle_until(MAY, actor=cast.bureau, on=LATER).settlements
    assert [(each.agreement, each.period, each.amount) for each in found] == [
        (stopped, "2026-03", 500),
        (stopped, "2026-04", 500),
    ]


@pytest.mark.parametrize("on", ["delivery", "product", "GO", "GH", "RES-2026-000001", "REG-1"])
def test_a_fee_ends_when_anything_that_delivery_stands_on_is_revoked(cast: Cast, on: str):
    world(cast)
    agreement = delivering(cast, accepted(cast, ordered(cast, offer(cast, plan=PricePlan(500)))))
    named = {"delivery": agreement.code, "product": str(agreement.order.offer.product)}
    for kind, day in (
        ("suspend", date(2026, 3, 10)),
        ("revoke", date(2026, 5, 1)),
        ("lift", date(2026, 5, 2)),
    ):
        Stop.objects.create(on=named.get(on, on), kind=kind, day=day, by="x")
    found = settle_until(MAY, actor=cast.bureau, on=LATER).settlements
    assert [(each.period, each.amount) for each in found] == [("2026-03", 500), ("2026-04", 500)]
    # What was used is due all the same.
    use(agreement, 1, date(2026, 5, 1))
    assert [each.period for each in settle_until(MAY, actor=cast.bureau, on=LATER).settlements] == [
        "2026-05"
    ]


def test_a_fee_is_due_for_the_day_on_which_delivery_was_completed(cast: Cast):
    world(cast)
    agreement = delivering(cast, accepted(cast, ordered(cast, offer(cast, plan=PricePlan(500)))))
    order = agreement.order
    order.refresh_from_db()
    move_order(order.code, order.revision, "finish", actor=cast.operator, on=date(2026, 4, 1))
    Stop.objects.create(on="GO", kind="revoke", day=date(2026, 4, 20), by="x")
    found = settle_until(MAY, actor=cast.bureau, on=LATER).settlements
    assert [each.period for each in found] == ["2026-03", "2026-04"]


def test_one_agreements_bad_records_hold_up_no_other(cast: Cast, agreement: Agreement):
    use(agreement, 10, date(2026, 3, 5))
    settled(cast)
    # A record of more than what is there was settled before: the price cannot have fallen.
    Settlement.objects.create(
        code="X", agreement=agreement, period="2026-03", quantity=10, amount=10**6, on=LATER,
        by="x",
    )  # fmt: skip
    use(agreement, 1, date(2026, 3, 7))
    other = delivering(cast, accepted(cast, ordered(cast, agreement.order.offer)))
    use(other, 3, date(2026, 3, 8))
    result = settle_until(MARCH, actor=cast.bureau, on=LATER)
    assert [each.agreement for each in result.settlements] == [other]
    assert list(result.refused) == [agreement.code]


def test_a_payment_is_booked_once_by_its_reference(cast: Cast, agreement: Agreement):
    use(agreement, 100, date(2026, 3, 5))
    settled(cast)
    for _again in range(2):
        record_payment(buyer(cast), 300, "B-1", actor=cast.bureau, on=LATER)
    assert balance("cash") == 300
    assert overdue(buyer(cast), LATER) == 0
    assert overdue(buyer(cast), date(2026, 9, 1)) == 400
    with pytest.raises(Invalid) as refused:
        record_payment(buyer(cast), 301, "B-1", actor=cast.bureau, on=LATER)
    assert refused.value.code == "market.entry-changed"
    with pytest.raises(Invalid):
        record_payment(buyer(cast), 0, "B-2", actor=cast.bureau, on=LATER)


def test_what_is_in_dispute_or_not_paid_in_is_not_paid_out(cast: Cast, agreement: Agreement):
    use(agreement, 100, date(2026, 3, 5))
    first = settled(cast)
    use(agreement, 100, date(2026, 4, 5))
    settled(cast, APRIL)
    with pytest.raises(Invalid) as refused:
        pay_out(account(cast), actor=cast.bureau, on=LATER)
    assert refused.value.code == "market.held"
    record_payment(buyer(cast), 1400, "B-1", actor=cast.bureau, on=LATER)
    dispute = open_dispute(agreement.code, "缺行", settlement=first.code, actor=cast.buyer)
    assert owed_to(account(cast)).held == 210
    with pytest.raises(Invalid):
        pay_out(account(cast), fen=211, actor=cast.bureau, on=LATER)
    pay_out(account(cast), actor=cast.bureau, on=LATER)
    assert balance(account(cast)) == -210
    dispute = move_dispute(dispute.code, 0, "withdraw", actor=cast.buyer, on=LATER)
    assert owed_to(account(cast)).held == 0
    pay_out(account(cast), actor=cast.bureau, on=LATER)
    assert balance(account(cast)) == 0


def test_a_dispute_that_is_upheld_pays_back_once_with_a_credit_note(
    cast: Cast, agreement: Agreement
):
    use(agreement, 100, date(2026, 3, 5))
    made = settled(cast)
    dispute = open_dispute(agreement.code, "缺行", settlement=made.code, actor=cast.buyer)
    with pytest.raises(Invalid) as refused:
        move_dispute(dispute.code, 0, "refund", actor=cast.bureau, on=LATER)
    assert refused.value.code == "market.move-not-possible"
    move_dispute(dispute.code, 0, "answer", text="已补", actor=cast.operator, on=LATER)
    with pytest.raises(Invalid) as refused:
        move_dispute(dispute.code, 1, "concede", refund=701, actor=cast.operator, on=LATER)
    assert "refund" in refused.value.fields
    move_dispute(dispute.code, 1, "concede", refund=101, actor=cast.operator, on=LATER)
    dispute = move_dispute(dispute.code, 2, "refund", actor=cast.bureau, on=LATER)
    assert dispute.state == "refunded"
    note = Invoice.objects.get(fen__lt=0)
    assert (note.fen, note.corrects) == (-101, Invoice.objects.get(fen__gt=0).number)
    assert balance(f"receivable:{buyer(cast)}") == 599
    refund_settlement(
        made.code, reason="x", reference=dispute.code, fen=101, actor=cast.bureau, on=LATER
    )
    assert balance(f"receivable:{buyer(cast)}") == 599


def test_what_was_paid_too_much_goes_back(cast: Cast, agreement: Agreement):
    use(agreement, 100, date(2026, 3, 5))
    made = settled(cast)
    record_payment(buyer(cast), 700, "B-1", actor=cast.bureau, on=LATER)
    refund_settlement(made.code, reason="停供", actor=cast.bureau, on=LATER)
    repay_buyer(buyer(cast), "R-1", actor=cast.bureau, on=LATER)
    assert all(each.fen == 0 for each in trial_balance())
    with pytest.raises(Invalid) as refused:
        repay_buyer(buyer(cast), "R-2", actor=cast.bureau, on=LATER)
    assert refused.value.code == "market.nothing-left"


def test_only_who_settles_touches_the_books(cast: Cast, agreement: Agreement):
    use(agreement, 1, date(2026, 3, 5))
    made = settled(cast)
    for actor in (cast.buyer, cast.operator, cast.holder, cast.leader, cast.auditor):
        with pytest.raises(Forbidden):
            settle_until(MARCH, actor=actor, on=LATER)
        with pytest.raises(Forbidden):
            record_payment(buyer(cast), 1, "B", actor=actor, on=LATER)
        with pytest.raises(Forbidden):
            pay_out(account(cast), actor=actor, on=LATER)
        with pytest.raises(Forbidden):
            refund_settlement(made.code, reason="x", actor=actor, on=LATER)
    with pytest.raises(Forbidden):
        open_dispute(agreement.code, "x", actor=cast.operator)
    with pytest.raises(NotFound):
        open_dispute(agreement.code, "x", actor=cast.other)
    assert visible_settlements(cast.buyer).count() == 1
    assert visible_settlements(cast.holder).count() == 1
    assert visible_settlements(cast.other).count() == 0


steps = st.lists(
    st.one_of(
        st.tuples(st.just("use"), st.integers(0, 500), st.integers(0, 2)),
        st.tuples(st.just("settle"), st.integers(0, 2)),
        st.tuples(st.just("pay"), st.integers(1, 5000), st.integers(0, 3)),
        st.tuples(st.just("payout"), st.integers(0, 2), st.none() | st.integers(1, 2000)),
        st.tuples(st.just("refund"), st.integers(0, 9), st.none() | st.integers(1, 900)),
        st.tuples(st.just("dispute"), st.integers(0, 9)),
        st.tuples(st.just("uphold"), st.integers(1, 900)),
        st.tuples(st.just("repay"), st.integers(0, 3)),
    ),
    max_size=14,
)


def _do(step: tuple[Any, ...], cast: Cast, agreement: Agreement) -> None:
    """One step of a history, as far as it is possible then."""
    settlements = list(Settlement.objects.order_by("id"))
    match step:
        case "use", int(quantity), int(month):
            use(agreement, quantity, date(2026, 3 + month, 7))
        case "settle", int(month):
            settle_until((MARCH, APRIL, MAY)[month], actor=cast.bureau, on=LATER)
        case "pay", int(fen), int(reference):
            record_payment(buyer(cast), fen, f"B{reference}", actor=cast.bureau, on=LATER)
        case "payout", int(role), fen:
            name = account(cast, ("holder", "operator", "platform")[role])
            pay_out(name, fen=fen, actor=cast.bureau, on=LATER)
        case "refund", int(which), fen if settlements:
            code = settlements[which % len(settlements)].code
            refund_settlement(code, fen=fen, reason="x", actor=cast.bureau, on=LATER)
        case "dispute", int(which) if settlements:
            code = settlements[which % len(settlements)].code
            open_dispute(agreement.code, "x", settlement=code, actor=cast.buyer, on=LATER)
        case "uphold", int(fen):
            for dispute in agreement.disputes.filter(state="opened"):
                for event in ("answer", "concede", "refund"):
                    dispute.refresh_from_db()
                    actor = cast.bureau if event == "refund" else cast.operator
                    move_dispute(
                        dispute.code, dispute.revision, event, refund=fen, actor=actor, on=LATER
                    )
        case "repay", int(reference):
            repay_buyer(buyer(cast), f"R{reference}", actor=cast.bureau, on=LATER)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=steps)
def test_in_any_history_every_fen_is_somewhere(
    cast: Cast, agreement: Agreement, history: list[tuple[Any, ...]]
):
    with transaction.atomic():
        for step in history:
            try:
                with transaction.atomic():
                    _do(step, cast, agreement)
            except ShuchengError:
                continue
        _every_fen_is_somewhere()
        transaction.set_rollback(True)


def _every_fen_is_somewhere() -> None:
    for entry in LedgerEntry.objects.prefetch_related("lines"):
        assert sum(line.fen for line in entry.lines.all()) == 0
    balances = trial_balance()
    assert sum(each.debit for each in balances) == sum(each.credit for each in balances)
    assert balance("cash") >= 0
    for made in Settlement.objects.all():
        assert sum(made.parts.values()) == made.amount
    billed = Invoice.objects.aggregate(fen=Sum("fen"))["fen"] or 0
    kinds = ("settlement", "refund")
    owed = LedgerLine.objects.filter(
        entry__kind__in=kinds, account__startswith="receivable:"
    ).aggregate(fen=Sum("fen"))["fen"]
    assert billed == (owed or 0)
    # What the buyer paid in is with the parties, in cash, or went back.
    used = sum(each.fen for each in balances if each.account.startswith(("payable", "receivable")))
    assert balance("cash") + used == 0

"""What comes into the books and goes out: for whom it came, once, and of months that are over."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shucheng.bays.data.actions.settling import (
    pay_out,
    record_payment,
    refund_settlement,
    repay_buyer,
    settle_until,
)
from shucheng.bays.data.engine.ledger.prices import PricePlan
from shucheng.bays.data.jobs import settle_job
from shucheng.bays.data.models.evidence import EvidenceEvent
from shucheng.bays.data.models.market import Agreement
from shucheng.bays.data.models.money import LedgerEntry, LedgerLine, Settlement
from shucheng.bays.data.queries.ledger import balance, free_to_repay, owed_to, trial_balance
from shucheng.bays.data.tests.conftest import Cast, actor_of
from shucheng.bays.data.tests.market_world import (
    accepted,
    code_of,
    delivering,
    offer,
    ordered,
    shares,
    use,
    world,
)
from shucheng.kernel.public import Invalid, Organisation, Role, ShuchengError, system_actor
from shucheng.lib.periods import Period

MARCH, APRIL = Period.parse("2026-03"), Period.parse("2026-04")
LATER = date(2026, 6, 2)


@dataclass(frozen=True)
class Market:
    """Two buyers: of the first's money three parties have a part, the second's is all the
    platform's."""

    agreements: tuple[Agreement, Agreement]
    buyers: tuple[str, str]
    holder: str
    operator: str
    platform: str

    @property
    def accounts(self) -> tuple[str, str, str]:
        return self.holder, self.operator, self.platform


@pytest.fixture
def market(cast: Cast) -> Market:
    world(cast)
    first = delivering(cast)
    product = first.order.offer.product
    product.refresh_from_db()
    company = Organisation.objects.create(code="ORG-S", name="保险公司", kind="company")
    second = actor_of("insurer", Role.PARTICIPANT, company)
    given: dict[str, Any] = {"shares": shares(cast, holder=0, operator=0, platform=10_000)}
    other = ordered(cast, offer(cast, product, **given), buyer=second)
    return Market(
        (first, delivering(cast, accepted(cast, other))),
        (code_of(cast.buyer.organisation_id), "ORG-S"),
        *(
            f"payable:{role}:{code_of(actor.organisation_id)}"
            for role, actor in (
                ("holder", cast.holder),
                ("operator", cast.operator),
                ("platform", cast.bureau),
            )
        ),
    )


def settled(cast: Cast, market: Market, which: int, units: int, period: Period = MARCH) -> str:
    """The settlement of some units, at seven 分 each."""
    use(market.agreements[which], units, period.start.replace(day=9))
    settle_until(period, actor=cast.bureau, on=LATER)
    found = Settlement.objects.filter(agreement=market.agreements[which], period=str(period))
    return found.latest("id").code


def pay(cast: Cast, buyer: str, fen: int, reference: str) -> None:
    record_payment(buyer, fen, reference, actor=cast.bureau, on=LATER)


def test_a_month_that_is_not_over_is_not_settled(cast: Cast):
    world(cast)
    agreement = delivering(cast, accepted(cast, ordered(cast, offer(cast, plan=PricePlan(500)))))
    for period, day in (
        (Period.parse("2062-11"), LATER),
        (MARCH, date(2026, 3, 31)),
        (MARCH, date(2026, 3, 5)),
    ):
        with pytest.raises(Invalid) as refused:
            settle_until(period, actor=cast.bureau, on=day)
        assert refused.value.code == "market.period-not-over"
        assert "period" in refused.value.fields
    with pytest.raises(Invalid):
        settle_job({"period": "2062-11"}, actor=system_actor("job"), progress=None)
    assert not agreement.settlements.exists()
    settle_until(MARCH, actor=cast.bureau, on=date(2026, 4, 1))
    assert [each.amount for each in agreement.settlements.all()] == [500]


def test_one_buyers_money_pays_for_no_other(cast: Cast, market: Market):
    settled(cast, market, 0, 100)
    settled(cast, market, 1, 100)
    pay(cast, market.buyers[1], 700, "B-1")
    assert owed_to(market.holder).payable == 0
    with pytest.raises(Invalid) as refused:
        pay_out(market.holder, actor=cast.bureau, on=LATER)
    assert refused.value.code == "market.held"
    # Of what is owed to the platform the first buyer's part has not come in.
    assert owed_to(market.platform).owed == 770
    pay_out(market.platform, actor=cast.bureau, on=LATER)
    assert balance(market.platform) == -70
    pay(cast, market.buyers[0], 350, "B-2")
    assert [owed_to(each).payable for each in market.accounts] == [105, 210, 35]


def test_what_a_buyer_paid_too_much_is_paid_to_nobody(cast: Cast, market: Market):
    settled(cast, market, 0, 100)
    pay(cast, market.buyers[1], 5000, "B-1")
    with pytest.raises(Invalid):
        pay_out(market.operator, actor=cast.bureau, on=LATER)
    repay_buyer(market.buyers[1], "R-1", actor=cast.bureau, on=LATER)
    assert (balance("cash"), balance(f"receivable:{market.buyers[1]}")) == (0, 0)


def test_a_buyer_gets_nothing_back_out_of_what_others_paid_in(cast: Cast, market: Market):
    made = settled(cast, market, 0, 100)
    pay(cast, market.buyers[0], 700, "B-1")
    for account in market.accounts:
        pay_out(account, actor=cast.bureau, on=LATER)
    refund_settlement(made, reason="停供", actor=cast.bureau, on=LATER)
    with pytest.raises(Invalid) as refused:  # the parties have it
        repay_buyer(market.buyers[0], "R-1", actor=cast.bureau, on=LATER)
    assert refused.value.code == "market.not-in-cash"
    settled(cast, market, 1, 90)
    pay(cast, market.buyers[1], 630, "B-2")
    with pytest.raises(Invalid):  # what is there came in for the platform
        repay_buyer(market.buyers[0], "R-1", actor=cast.bureau, on=LATER)
    assert balance(f"receivable:{market.buyers[0]}") == -700
    settled(cast, market, 0, 100, APRIL)  # the parties have earned it again
    assert balance(f"receivable:{market.buyers[0]}") == 0
    assert [owed_to(each).payable for each in market.accounts] == [0, 0, 630]


def test_what_a_party_has_to_give_back_pays_no_other_with_a_third_buyers_money(cast: Cast):
    books = (
        ("settlement", "S1", {"receivable:X": 100, "payable:holder:A": -100}),
        ("payment", "", {"cash": 100, "receivable:X": -100}),
        ("payout", "", {"payable:holder:A": 100, "cash": -100}),
        ("refund", "S1", {"receivable:X": -100, "payable:holder:A": 100}),
        ("settlement", "S2", {"receivable:X": 100, "payable:operator:B": -100}),
        ("settlement", "S3", {"receivable:Y": 50, "payable:holder:D": -50}),
        ("payment", "", {"cash": 50, "receivable:Y": -50}),
    )
    for number, (kind, about, lines) in enumerate(books):
        entry = LedgerEntry.objects.create(
            code=f"E{number}", on=LATER, kind=kind, about=about, by="x"
        )
        for account, fen in lines.items():
            LedgerLine.objects.create(entry=entry, account=account, fen=fen)
    assert owed_to("payable:operator:B").payable == 0, "A has what X paid"
    assert owed_to("payable:holder:D").payable == 50
    assert free_to_repay() == 0


LONG = "20260602 跨行转账 0012345678901234567890123456"


def test_two_transfers_with_references_alike_at_the_beginning_are_two(cast: Cast, market: Market):
    settled(cast, market, 0, 100)
    longer = LONG.ljust(40, "0")
    for reference in (longer + "1", longer + "2"):
        with pytest.raises(Invalid) as refused:
            pay(cast, market.buyers[0], 100, reference)
        assert refused.value.code == "market.reference-long"
        assert "reference" in refused.value.fields
        with pytest.raises(Invalid):
            repay_buyer(market.buyers[0], reference, actor=cast.bureau, on=LATER)
    pay(cast, market.buyers[0], 100, longer[:39] + "1")
    pay(cast, market.buyers[0], 100, longer[:39] + "2")
    assert balance("cash") == 200


def test_what_is_booked_again_is_said_to_be_there_already(cast: Cast, market: Market):
    given: dict[str, Any] = {"actor": cast.bureau, "on": LATER}
    first = record_payment(market.buyers[0], 300, "B-1", **given)
    again = record_payment(market.buyers[0], 300, " B-1 ", **given)
    assert (first.again, again.again, again.entry) == (False, True, first.entry)
    with pytest.raises(Invalid) as refused:
        repay_buyer(market.buyers[0], "  ", **given)
    assert refused.value.code == "market.reference"
    back = repay_buyer(market.buyers[0], "R-1", **given)
    twice = repay_buyer(market.buyers[0], "R-1", **given)
    assert (back.again, twice.again, twice.entry) == (False, True, back.entry)
    record_payment(market.buyers[0], 20, "B-2", **given)
    with pytest.raises(Invalid) as refused:  # another transfer needs a reference of its own
        repay_buyer(market.buyers[0], "R-1", **given)
    assert refused.value.code == "market.entry-changed"
    kinds = EvidenceEvent.objects.filter(kind__startswith="books.").values_list("kind", flat=True)
    assert sorted(kinds) == ["books.payment", "books.payment", "books.repayment"]


steps = st.lists(
    st.one_of(
        st.tuples(st.just("settle"), st.integers(0, 1), st.integers(1, 300), st.integers(0, 1)),
        st.tuples(st.just("pay"), st.integers(0, 1), st.integers(1, 3000)),
        st.tuples(st.just("payout"), st.integers(0, 2), st.none() | st.integers(1, 2000)),
        st.tuples(st.just("refund"), st.integers(0, 9), st.none() | st.integers(1, 900)),
        st.tuples(st.just("repay"), st.integers(0, 1)),
    ),
    max_size=12,
)


def _do(step: tuple[Any, ...], cast: Cast, market: Market) -> None:
    match step:
        case "settle", int(which), int(units), int(month):
            settled(cast, market, which, units, (MARCH, APRIL)[month])
        case "pay", int(which), int(fen):
            pay(cast, market.buyers[which], fen, f"B-{LedgerEntry.objects.count()}")
        case "payout", int(which), fen:
            name = market.accounts[which]
            pay_out(name, fen=fen, actor=cast.bureau, on=LATER)
            assert _paid_out(name) <= _came_in_for(name)
        case "refund", int(which), fen if made := list(Settlement.objects.order_by("id")):
            code = made[which % len(made)].code
            refund_settlement(code, fen=fen, reason="x", actor=cast.bureau, on=LATER)
        case "repay", int(which):
            repay_buyer(
                market.buyers[which],
                f"R-{LedgerEntry.objects.count()}",
                actor=cast.bureau,
                on=LATER,
            )


def _paid_out(account: str) -> int:
    lines = LedgerLine.objects.filter(account=account, entry__kind="payout")
    return sum(lines.values_list("fen", flat=True))


def _came_in_for(account: str) -> Fraction:
    """Counted apart from the platform's own way: buyer by buyer, bill by bill, as a fraction."""
    total = Fraction(0)
    receivable = LedgerLine.objects.filter(account__startswith="receivable:")
    for buyer in receivable.values_list("account", flat=True).distinct().order_by("account"):
        lines = receivable.filter(account=buyer)
        money = -sum(line.fen for line in lines.filter(entry__kind__in=("payment", "repayment")))
        for made in LedgerEntry.objects.filter(kind="settlement", lines__account=buyer):
            about = LedgerLine.objects.filter(entry__about=made.about)
            fen = sum(about.filter(account=buyer).values_list("fen", flat=True))
            part = -sum(about.filter(account=account).values_list("fen", flat=True))
            meets = min(money, fen)
            money -= meets
            total += Fraction(part * meets, fen) if fen else 0
    return total


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=steps)
def test_in_any_history_nobody_is_paid_with_anothers_money(
    cast: Cast, market: Market, history: list[tuple[Any, ...]]
):
    with transaction.atomic():
        for step in history:
            try:
                with transaction.atomic():
                    _do(step, cast, market)
            except ShuchengError:
                continue
            assert balance("cash") >= 0
            assert sum(each.fen for each in trial_balance()) == 0
        # Once all bills are paid, every party can have what it is owed, to the fen.
        for at, buyer in enumerate(market.buyers):
            if (owes := balance(f"receivable:{buyer}")) > 0:
                pay(cast, buyer, owes, f"last-{at}")
        if not any(each.kind == "refund" for each in LedgerEntry.objects.all()):
            for account in market.accounts:
                assert owed_to(account).payable == max(0, -balance(account))
        transaction.set_rollback(True)

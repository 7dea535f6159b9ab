"""No 分 is lost and no record counts twice."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.laws import law

from shucheng.bays.data.engine.ledger.journal import Entry, EntryRefused, Journal, Line
from shucheng.bays.data.engine.ledger.orders import Agreement, Order, agree
from shucheng.bays.data.engine.ledger.prices import PlanInvalid, PricePlan, Tier
from shucheng.bays.data.engine.ledger.settlement import (
    Settlement,
    SettlementRefused,
    UsageRecord,
    credit_note,
    entry_of,
    invoice,
    meter,
    payment,
    payout,
    refund,
    repayment,
    settle,
)
from shucheng.bays.data.engine.ledger.split import Share, SharesInvalid, apportion, split
from shucheng.bays.data.engine.policy.model import Rule
from shucheng.bays.data.tests.market_agreed import AGREED, BY_CALL, OFFER, ORDER_1, SHARES
from shucheng.lib.periods import Period

JUNE = Period.parse("2026-06")
DAY = date(2026, 7, 5)


def agreement(
    plan: PricePlan = BY_CALL, shares: tuple[Share, ...] = SHARES, order: Order = ORDER_1
) -> Agreement:
    return agree(order, AGREED, [], plan, shares, date(2026, 6, 10), date(2027, 6, 9))


@st.composite
def shares(draw: st.DrawFn) -> tuple[Share, ...]:
    count = draw(st.integers(1, 5))
    cuts = sorted(
        draw(st.lists(st.integers(1, 9999), min_size=count - 1, max_size=count - 1, unique=True))
    )
    parts = [b - a for a, b in zip([0, *cuts], [*cuts, 10_000], strict=True)]
    return tuple(replace(SHARES[i], parts=part) for i, part in enumerate(parts))


@given(shares(), st.integers(-(10**15), 10**15), st.randoms())
def test_every_split_conserves_every_fen(
    parts: tuple[Share, ...], amount: int, chance: object
) -> None:
    told = split(amount, parts)
    assert sum(told.values()) == amount
    assert told == split(amount, parts[::-1])
    for each in parts:
        assert abs(told[each.account] * 10_000 - amount * each.parts) < 10_000


@given(
    st.dictionaries(st.text(max_size=3), st.integers(0, 10**6), min_size=1, max_size=6),
    st.integers(0, 10**6),
)
def test_any_weights_conserve(weights: dict[str, int], amount: int) -> None:
    if sum(weights.values()):
        parts = apportion(amount, weights)
        assert sum(parts.values()) == amount
        assert all(part >= 0 and (weights[name] or not part) for name, part in parts.items())


def test_the_left_fen_goes_to_the_largest_remainder_then_by_name() -> None:
    assert apportion(100, {"a": 1, "b": 1, "c": 1}) == {"a": 34, "b": 33, "c": 33}
    assert apportion(10, {"a": 14, "b": 5, "c": 1}) == {"a": 7, "b": 3, "c": 0}
    assert apportion(-10, {"a": 14, "b": 5, "c": 1}) == {"a": -7, "b": -3, "c": 0}
    with pytest.raises(ValueError, match="weights"):
        apportion(1, {"a": 0})


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ((), "shares-not-whole"),
        ((Share("holder", "a", 9999),), "shares-not-whole"),
        ((Share("holder", "a", 10_001), Share("operator", "b", -1)), "share-not-positive"),
        ((Share("holder", "a", 5000), Share("holder", "a", 5000)), "share-named-twice"),
        ((Share("platform", "a", 5000), Share("processor", "a", 5000)), "venue-is-merchant"),
        ((Share("platform", "a", 5000), Share("broker", "a", 5000)), "venue-is-merchant"),
    ],
)
def test_shares_that_are_none(parts: tuple[Share, ...], code: str) -> None:
    with pytest.raises(SharesInvalid) as error:
        split(100, parts)
    assert error.value.code == code


@pytest.mark.parametrize(
    ("plan", "quantity", "fen"),
    [
        (BY_CALL, 3, 21),
        (PricePlan(fee=500_000), 0, 500_000),
        (PricePlan(fee=500_000), 10**6, 500_000),
        (PricePlan(tiers=(Tier(100, 10), Tier(1000, 5), Tier(None, 1))), 100, 1000),
        (PricePlan(tiers=(Tier(100, 10), Tier(1000, 5), Tier(None, 1))), 101, 1005),
        (PricePlan(tiers=(Tier(100, 10), Tier(1000, 5), Tier(None, 1))), 2000, 6500),
        (PricePlan(fee=100, tiers=(Tier(50, 0), Tier(None, 5, 1000))), 150, 101),
        (PricePlan(tiers=(Tier(None, 5, 1000),)), 99, 0),
        (PricePlan(tiers=(Tier(None, 5, 1000),)), 100, 1),
    ],
)
def test_what_a_period_costs(plan: PricePlan, quantity: int, fen: int) -> None:
    assert plan.price(quantity) == fen
    assert plan.price(quantity, "public-welfare") == 0


tiers = st.lists(
    st.tuples(st.integers(1, 50), st.integers(0, 99), st.integers(1, 1000)), max_size=4
)


@st.composite
def plans(draw: st.DrawFn) -> PricePlan:
    made, end = [], 0
    for wide, fen, per in draw(tiers):
        end += wide
        made.append(Tier(end, fen, per))
    if made:
        made[-1] = replace(made[-1], up_to=None)
    return PricePlan(draw(st.integers(0, 1000)), tuple(made))


@given(plans(), st.integers(0, 300), st.integers(0, 50))
def test_more_use_never_costs_less(plan: PricePlan, quantity: int, more: int) -> None:
    assert plan.price(quantity) <= plan.price(quantity + more)


@pytest.mark.parametrize(
    ("tiers_", "code"),
    [
        ((Tier(10, 1),), "tiers-not-closed"),
        ((Tier(None, 1), Tier(None, 1)), "tiers-not-closed"),
        ((Tier(10, 1), Tier(10, 1), Tier(None, 1)), "tiers-not-rising"),
        ((Tier(None, -1),), "price-negative"),
        ((Tier(None, 1, 0),), "price-negative"),
    ],
)
def test_plans_that_cannot_be(tiers_: tuple[Tier, ...], code: str) -> None:
    with pytest.raises(PlanInvalid) as error:
        PricePlan(tiers=tiers_)
    assert error.value.code == code


def test_an_entry_balances_or_is_not_posted() -> None:
    journal = Journal()
    for lines, code in (
        ((), "entry-empty"),
        ((Line("cash", 5), Line("payable:holder:a", -4)), "entry-unbalanced"),
        ((Line("cash", 5), Line("money", -5)), "account-unknown"),
        ((Line("cash", 0.5), Line("receivable:a", -0.5)), "amount-not-whole"),
    ):
        with pytest.raises(EntryRefused) as error:
            journal.post(Entry("e", DAY, "payment", lines))
        assert error.value.code == code
    assert journal.entries == ()


def test_the_same_entry_is_booked_once_and_no_entry_is_changed() -> None:
    journal = Journal()
    entry = payment("bank", 100, "e1", DAY)
    assert journal.post(entry)
    assert not journal.post(entry)
    with pytest.raises(EntryRefused) as error:
        journal.post(payment("bank", 101, "e1", DAY))
    assert error.value.code == "entry-changed"
    assert journal.entries == (entry,)
    assert Journal.of(journal.entries).trial_balance() == journal.trial_balance()


def records(count: int, agreement_: str = "urn:agreement") -> list[UsageRecord]:
    start = datetime(2026, 6, 9, 12, tzinfo=UTC)
    return [
        UsageRecord(f"u{n}", agreement_, start + timedelta(hours=7 * n), n % 5)
        for n in range(count)
    ]


@given(st.lists(st.sampled_from(records(120)), max_size=200), st.randoms(use_true_random=False))
def test_records_count_once_in_any_order(given_: list[UsageRecord], chance: object) -> None:
    mine = agreement()
    again = [*given_, *given_[:20]]
    chance.shuffle(again)  # type: ignore[attr-defined]
    once = meter(given_, mine, JUNE)
    assert meter(again, mine, JUNE) == once
    assert settle(mine, meter(again, mine, JUNE)) == settle(mine, once)
    inside = {r.id: r for r in given_ if date(2026, 6, 10) <= (r.at + timedelta(hours=8)).date()}
    june = [r for r in inside.values() if (r.at + timedelta(hours=8)).date() <= JUNE.end]
    assert (once.quantity, once.records) == (sum(r.quantity for r in june), len(june))


def test_a_record_belongs_to_its_day_in_china_and_to_the_term() -> None:
    at = datetime(2026, 6, 30, 16, 30, tzinfo=UTC)
    july = UsageRecord("late", "urn:agreement", at)
    early = UsageRecord("early", "urn:agreement", datetime(2026, 6, 9, 15, 59, tzinfo=UTC))
    other = UsageRecord("other", "urn:other", datetime(2026, 6, 15, tzinfo=UTC))
    told = meter([july, early, other], agreement(), JUNE)
    assert (told.records, told.outside) == (0, ("early",))
    assert meter([july], agreement(), JUNE.next()).records == 1


def test_two_contents_under_one_id_are_refused() -> None:
    one = UsageRecord("u", "urn:agreement", datetime(2026, 6, 15, tzinfo=UTC))
    for wrong, code in (
        (replace(one, quantity=2), "record-conflict"),
        (replace(one, at=datetime(2026, 6, 15)), "record-invalid"),
        (replace(one, quantity=-1), "record-invalid"),
    ):
        with pytest.raises(SettlementRefused) as error:
            meter([one, wrong], agreement(), JUNE)
        assert error.value.code == code


def settled(amount: int, parts: tuple[Share, ...] = SHARES) -> tuple[Journal, Settlement]:
    mine = agreement(PricePlan(fee=amount), parts)
    made = settle(mine, meter([], mine, JUNE))
    assert made is not None
    journal = Journal()
    entry = entry_of(made, DAY)
    assert entry is not None
    journal.post(entry)
    return journal, made


def test_late_records_make_a_supplement() -> None:
    mine = agreement()
    first = settle(mine, meter(records(20), mine, JUNE))
    assert first is not None
    assert settle(mine, meter(records(20), mine, JUNE), [first]) is None
    more = settle(mine, meter(records(40), mine, JUNE), [first])
    assert more is not None
    whole = settle(mine, meter(records(40), mine, JUNE))
    assert whole is not None
    assert first.amount + more.amount == whole.amount
    assert (first.id, more.id) == ("urn:agreement/2026-06/1", "urn:agreement/2026-06/2")
    with pytest.raises(SettlementRefused) as error:
        settle(mine, meter(records(10), mine, JUNE), [first])
    assert error.value.code == "use-vanished"


def test_a_period_without_price_is_settled_and_not_booked() -> None:
    mine = agreement()
    made = settle(mine, meter([], mine, JUNE))
    assert made is not None
    assert made.amount == 0
    assert entry_of(made, DAY) is None


def test_only_periods_of_the_agreement_are_settled() -> None:
    mine = agreement()
    with pytest.raises(SettlementRefused):
        meter([], mine, Period.parse("2026"))
    with pytest.raises(SettlementRefused):
        settle(mine, meter([], mine, Period.parse("2026-05")))


def owed(journal: Journal) -> dict[str, int]:
    return {b.account: -b.fen for b in journal.trial_balance() if b.account.startswith("payable")}


@given(shares(), st.integers(1, 10**7), st.lists(st.integers(1, 10**6), max_size=6))
def test_refunds_in_any_steps_end_where_the_settlement_began(
    parts: tuple[Share, ...], amount: int, steps: list[int]
) -> None:
    journal, made = settled(amount, parts)
    left = amount
    for number, step in enumerate(steps):
        if step >= left:
            break
        journal.post(refund(journal, made.id, f"r{number}", DAY, step))
        left -= step
        assert sum(owed(journal).values()) == left
        assert all(fen >= 0 for fen in owed(journal).values())
    journal.post(refund(journal, made.id, "rest", DAY))
    assert all(each.fen == 0 for each in journal.trial_balance())
    with pytest.raises(SettlementRefused) as error:
        refund(journal, made.id, "more", DAY)
    assert error.value.code == "nothing-left"


def test_a_full_refund_is_the_settlement_mirrored() -> None:
    journal, made = settled(10_001)
    back = refund(journal, made.id, "r", DAY)
    assert {x.account: x.fen for x in back.lines} == {
        x.account: -x.fen for x in journal.entries[0].lines
    }
    for amount, code in ((10_002, "too-much"), (0, "amount-not-positive")):
        with pytest.raises(SettlementRefused) as error:
            refund(journal, made.id, "r", DAY, amount)
        assert error.value.code == code
    with pytest.raises(SettlementRefused):
        refund(journal, "unknown", "r", DAY)


def test_the_chain_from_order_to_invoice() -> None:
    grant = replace(OFFER, uid="urn:grant", target="urn:resource", permissions=(Rule("use"),))
    mine = agree(ORDER_1, AGREED, [grant], BY_CALL, SHARES, date(2026, 6, 10), date(2027, 6, 9))
    made = settle(mine, meter(records(60), mine, JUNE))
    assert made is not None
    journal = Journal()
    assert journal.post(entry_of(made, DAY))
    journal.post(payment("bank", made.amount, "pay", DAY))
    account = SHARES[0].account
    with pytest.raises(SettlementRefused) as error:
        payout(journal, account, "x", DAY, made.amount)
    assert error.value.code == "too-much"
    journal.post(payout(journal, account, "out", DAY))
    back = refund(journal, made.id, "back", DAY, 100)
    journal.post(back)
    journal.post(repayment(journal, "bank", "return", DAY))
    assert journal.balance("receivable:bank") == 0
    assert journal.balance(account) > 0  # paid out before the refund: it owes this back
    bill = invoice(made, "no-1", DAY)
    note = credit_note(bill, back, "no-2")
    assert (bill.fen, note.fen, note.corrects) == (made.amount, -100, "no-1")
    assert sum(each.fen for each in journal.trial_balance()) == 0


steps = st.lists(
    st.tuples(st.sampled_from(["pay", "out", "refund", "return"]), st.integers(1, 5000))
)


@law(shares(), st.integers(1, 20_000), steps, few=40, many=200)
def test_whatever_happens_the_books_balance(
    parts: tuple[Share, ...], amount: int, moves: list[tuple[str, int]]
) -> None:
    journal, made = settled(amount, parts)
    for number, (move, fen) in enumerate(moves):
        name = f"e{number}"
        try:
            match move:
                case "pay":
                    entry = payment("bank", fen, name, DAY)
                case "out":
                    entry = payout(journal, parts[fen % len(parts)].account, name, DAY)
                case "refund":
                    entry = refund(journal, made.id, name, DAY, fen)
                case _:
                    entry = repayment(journal, "bank", name, DAY)
        except SettlementRefused:
            continue
        journal.post(entry)
    balances = journal.trial_balance()
    assert sum(each.debit for each in balances) == sum(each.credit for each in balances)
    assert all(each.fen == journal.balance(each.account) for each in balances)
    assert -sum(x.fen for e in journal.about(made.id) for x in e.lines if x.fen < 0) >= amount

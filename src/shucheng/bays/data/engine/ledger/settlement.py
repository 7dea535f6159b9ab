"""From use to money: metering, settlement, payment, refund, invoice.

A settlement is computed from all records of its period, so late records make a supplement and
repeated ones nothing. Every entry balances; a refund takes from each party in proportion to what it
still holds, so that refunds in any steps end exactly where the settlement began. Tax is not
computed here.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from shucheng.lib.periods import Period

from .journal import Entry, Journal, Kind, Line
from .orders import Agreement
from .split import apportion, split

# A day of settlement is a day in China.
ZONE = timezone(timedelta(hours=8))


class SettlementRefused(ValueError):
    """`code`: `record-conflict` (one id, two contents), `record-invalid`, `other-period` (not one
    of the agreement's), `use-vanished` (less than settled before), `nothing-left`, `too-much`,
    `amount-not-positive`; `about`: of what."""

    def __init__(self, code: str, about: str) -> None:
        super().__init__(f"{about}: {code}")
        self.code, self.about = code, about


@dataclass(frozen=True, slots=True)
class UsageRecord:
    """One metered use: `quantity` in the plan's basis, `at` with its zone."""

    id: str
    agreement: str
    at: datetime
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Metered:
    """A period's use. `outside`: ids of records before or after the term; they are not charged and
    ought not to be: delivery should have refused them."""

    agreement: str
    period: Period
    quantity: int
    records: int
    outside: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a period's use costs beyond `earlier` settlements of the same period, and its parts by
    account."""

    id: str
    agreement: str
    buyer: str
    period: Period
    quantity: int
    amount: int
    parts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Invoice:
    """A record of an invoice, or of a credit note (红字) that `corrects` one: negative 分."""

    number: str
    buyer: str
    settlement: str
    on: date
    fen: int
    corrects: str = ""


def meter(records: Iterable[UsageRecord], agreement: Agreement, period: Period) -> Metered:
    """The agreement's use in a period: each id once, in whatever order and how often they come.
    Records of other agreements and periods are passed over. Raises `SettlementRefused`."""
    if period.frequency != agreement.frequency:
        raise SettlementRefused("other-period", str(period))
    seen: dict[str, UsageRecord] = {}
    for each in records:
        if each.agreement != agreement.id:
            continue
        if each.at.tzinfo is None or type(each.quantity) is not int or each.quantity < 0:
            raise SettlementRefused("record-invalid", each.id)
        if seen.setdefault(each.id, each) != each:
            raise SettlementRefused("record-conflict", each.id)
    inside: list[UsageRecord] = []
    outside: list[UsageRecord] = []
    start, end = period.start, period.end
    for each in seen.values():
        day = each.at.astimezone(ZONE).date()
        if start <= day <= end:
            (inside if agreement.first <= day <= agreement.last else outside).append(each)
    quantity = sum(each.quantity for each in inside)
    ids = tuple(sorted(each.id for each in outside))
    return Metered(agreement.id, period, quantity, len(inside), ids)


def settle(
    agreement: Agreement, metered: Metered, earlier: Sequence[Settlement] = ()
) -> Settlement | None:
    """The settlement of a period's use less what `earlier` ones of the same period charged; None
    when they charged all. Raises `SettlementRefused`."""
    period = metered.period
    if metered.agreement != agreement.id or any(
        (each.agreement, each.period) != (agreement.id, period) for each in earlier
    ):
        raise SettlementRefused("other-period", agreement.id)
    if period.end < agreement.first or period.start > agreement.last:
        raise SettlementRefused("other-period", str(period))
    price = agreement.plan.price(metered.quantity, agreement.order.purpose)
    amount = price - sum(each.amount for each in earlier)
    if amount < 0:
        raise SettlementRefused("use-vanished", agreement.id)
    if earlier and amount == 0:
        return None
    name = f"{agreement.id}/{period}/{len(earlier) + 1}"
    parts = split(amount, agreement.shares)
    buyer = agreement.order.buyer
    return Settlement(name, agreement.id, buyer, period, metered.quantity, amount, parts)


def entry_of(settlement: Settlement, on: date) -> Entry | None:
    """The settlement in the books; None where it cost nothing."""
    if settlement.amount == 0:
        return None
    moved = {f"receivable:{settlement.buyer}": settlement.amount}
    moved |= {account: -part for account, part in settlement.parts.items()}
    return _entry(settlement.id, on, "settlement", moved, settlement.id)


def refund(
    journal: Journal, settlement: str, id: str, on: date, amount: int | None = None
) -> Entry:
    """The entry that takes back `amount` 分 of a settlement, or all that is left of it (None).
    What a party was paid out already it then owes: its payable turns to a debit. Raises
    `SettlementRefused`."""
    left: dict[str, int] = defaultdict(int)
    for entry in journal.about(settlement):
        for line in entry.lines:
            left[line.account] -= line.fen
    buyer = next((name for name in left if name.startswith("receivable:")), "")
    whole = -left.pop(buyer, 0)
    if whole == 0:
        raise SettlementRefused("nothing-left", settlement)
    fen = whole if amount is None else _positive(amount, settlement)
    if fen > whole:
        raise SettlementRefused("too-much", settlement)
    return _entry(id, on, "refund", {buyer: -fen, **apportion(fen, left)}, settlement)


def payment(buyer: str, fen: int, id: str, on: date) -> Entry:
    """The buyer paid. Raises `SettlementRefused`."""
    moved = {"cash": _positive(fen, buyer), f"receivable:{buyer}": -fen}
    return _entry(id, on, "payment", moved)


def repayment(journal: Journal, buyer: str, id: str, on: date) -> Entry:
    """What the buyer paid too much goes back, all of it. Raises `SettlementRefused`."""
    account = f"receivable:{buyer}"
    over = -journal.balance(account)
    if over <= 0:
        raise SettlementRefused("nothing-left", account)
    return _entry(id, on, "repayment", {account: over, "cash": -over})


def payout(journal: Journal, account: str, id: str, on: date, fen: int | None = None) -> Entry:
    """A party is paid from its account what it is owed (None) or a part of it. Whether a dispute
    stands against paying is the caller's to ask. Raises `SettlementRefused`."""
    owed = -journal.balance(account)
    if owed <= 0:
        raise SettlementRefused("nothing-left", account)
    paid = owed if fen is None else _positive(fen, account)
    if paid > owed:
        raise SettlementRefused("too-much", account)
    return _entry(id, on, "payout", {account: paid, "cash": -paid})


def invoice(settlement: Settlement, number: str, on: date) -> Invoice:
    """The invoice of a settlement."""
    return Invoice(number, settlement.buyer, settlement.id, on, settlement.amount)


def credit_note(original: Invoice, refunded: Entry, number: str) -> Invoice:
    """The credit note of a refund of the invoice's settlement. Raises `SettlementRefused`."""
    if refunded.kind != "refund" or refunded.about != original.settlement:
        raise SettlementRefused("other-period", original.number)
    fen = sum(line.fen for line in refunded.lines if line.account.startswith("receivable:"))
    return Invoice(number, original.buyer, original.settlement, refunded.on, fen, original.number)


def _entry(id: str, on: date, kind: Kind, moved: Mapping[str, int], about: str = "") -> Entry:
    lines = tuple(Line(account, fen) for account, fen in sorted(moved.items()) if fen)
    return Entry(id, on, kind, lines, about)


def _positive(fen: int, about: str) -> int:
    if type(fen) is not int or fen <= 0:
        raise SettlementRefused("amount-not-positive", about)
    return fen

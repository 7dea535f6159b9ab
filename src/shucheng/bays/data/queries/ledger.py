"""The books: entries as the engine reads them, balances, what is held back, what is overdue."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import get_args

from django.db.models import Case as When
from django.db.models import F, Min, Q, QuerySet, Sum, Value
from django.db.models import When as If

from shucheng.bays.data.engine.ledger.journal import Balance, Entry, Journal, Line
from shucheng.bays.data.engine.ledger.paid_in import Bill, Met, met
from shucheng.bays.data.engine.ledger.split import Role
from shucheng.bays.data.engine.ledger.states import DISPUTE
from shucheng.bays.data.models.market import Dispute
from shucheng.bays.data.models.money import Invoice, LedgerEntry, LedgerLine, Settlement
from shucheng.kernel.public import Actor, Forbidden

# From the day of an invoice. No text sets it: a proposal of this project until the city decides.
DAYS_TO_PAY = 30
# Entries that are about a settlement: what it cost, and what was taken back of it.
_BILLED = ("settlement", "refund")


def require_books(actor: Actor) -> None:
    if not (actor.may("data.audit") or actor.may("data.settle")):
        raise Forbidden("data.settle")


def journal_about(settlement: str) -> Journal:
    """The settlement's entry and its refunds."""
    return _journal(LedgerEntry.objects.filter(about=settlement))


def journal_of(account: str) -> Journal:
    """Every entry that touches an account."""
    return _journal(LedgerEntry.objects.filter(lines__account=account).distinct())


def balance(account: str) -> int:
    """Debits less credits, in 分."""
    found = LedgerLine.objects.filter(account=account).aggregate(fen=Sum("fen"))["fen"]
    return int(found or 0)


def trial_balance(until: date | None = None) -> list[Balance]:
    """Debits and credits of each account; all debits make all credits."""
    lines = LedgerLine.objects.all()
    if until:
        lines = lines.filter(entry__on__lte=until)
    zero = Value(0)
    rows = (
        lines.values("account")
        .annotate(
            debit=Sum(When(If(fen__gt=0, then=F("fen")), default=zero)),
            credit=Sum(When(If(fen__lt=0, then=-F("fen")), default=zero)),
        )
        .order_by("account")
    )
    return [Balance(row["account"], row["debit"], row["credit"]) for row in rows]


def open_disputes() -> QuerySet[Dispute]:
    return Dispute.objects.exclude(state__in=DISPUTE.final)


def entries_seen(
    settlements: QuerySet[Settlement], parties: Collection[str]
) -> QuerySet[LedgerEntry]:
    """Entries about these settlements, and those that move an account of one of the parties."""
    accounts = [f"receivable:{party}" for party in parties]
    accounts += [f"payable:{role}:{party}" for party in parties for role in get_args(Role)]
    lines = LedgerLine.objects.filter(account__in=accounts)
    about = Q(about__in=settlements.order_by().values("code"))
    return LedgerEntry.objects.filter(about | Q(pk__in=lines.order_by().values("entry")))


@dataclass(frozen=True, slots=True)
class Owed:
    """Of a payee's account: what it is owed, what of it a dispute holds back, what of the rest
    buyers have paid in and nobody has been paid yet; `cash`: less what buyers paid too much."""

    account: str
    owed: int
    held: int
    paid_in: int
    cash: int

    @property
    def payable(self) -> int:
        """Not what is in dispute, and not what no buyer has paid in for this party."""
        return max(0, min(self.owed - self.held, self.paid_in, self.cash))


def owed_to(account: str) -> Owed:
    return owed([account])[account]


def owed(accounts: Iterable[str]) -> dict[str, Owed]:
    """The same of several accounts. What is held back are their parts of settlements in dispute,
    less what was refunded of them; a dispute about no settlement holds all of its agreement."""
    balances = {each.account: each.fen for each in trial_balance()}
    buyers = [fen for name, fen in balances.items() if name.startswith("receivable:")]
    disputed, bills, paid_out = _in_dispute(), _bills(), _paid_out()
    parts = _parts()
    found = {}
    for account in accounts:
        own = parts.get(account, {})
        held = sum(part for code, part in own.items() if code in disputed)
        came = sum(bills[code].of(part) for code, part in own.items() if code not in disputed)
        found[account] = Owed(
            account,
            -balances.get(account, 0),
            max(0, held),
            came - paid_out.get(account, 0),
            balances.get("cash", 0) + sum(fen for fen in buyers if fen < 0),
        )
    return found


def free_to_repay() -> int:
    """The cash that is not there for a party: what may go back to buyers who paid too much."""
    bills, paid_out = _bills(), _paid_out()
    waiting = 0
    for account, own in _parts().items():
        came = sum(bills[code].of(part) for code, part in own.items())
        waiting += max(0, came - paid_out.get(account, 0))
    return balance("cash") - waiting


def _bills() -> dict[str, Met]:
    """Every settlement with what is paid in of it."""
    lines = LedgerLine.objects.filter(account__startswith="receivable:")
    rows = (
        lines.filter(entry__kind__in=_BILLED)
        .values("entry__about", "account")
        .annotate(sum=Sum("fen"), since=Min("entry_id"))
        .order_by("since")
    )
    bills = [Bill(row["entry__about"], row["account"], row["sum"]) for row in rows.iterator()]
    came = lines.exclude(entry__kind__in=_BILLED).values("account").annotate(sum=Sum("fen"))
    paid = {row["account"]: -row["sum"] for row in came.order_by("account")}
    lent = _with_parties(met(bills, paid), {bill.settlement: bill.buyer for bill in bills})
    return met(bills, {buyer: fen - lent.get(buyer, 0) for buyer, fen in paid.items()})


def _with_parties(bills: Mapping[str, Met], buyers: Mapping[str, str]) -> dict[str, int]:
    """By buyer, what it is to have back of refunds that a party was paid already and owes: until
    then that meets no other bill."""
    paid_out, parts = _paid_out(), _parts()
    refunded = (
        LedgerLine.objects.filter(account__startswith="payable:", entry__kind="refund")
        .order_by("-entry_id")
        .values_list("account", "entry__about", "fen")
    )
    owes = {
        account: out - sum(bills[code].of(part) for code, part in parts.get(account, {}).items())
        for account, out in paid_out.items()
    }
    lent: dict[str, int] = {}
    for account, about, fen in refunded:
        part = max(0, min(owes.get(account, 0), fen))
        if part:
            owes[account] -= part
            lent[buyers[about]] = lent.get(buyers[about], 0) + part
    return lent


def _parts() -> dict[str, dict[str, int]]:
    """By account what it has of each settlement, after refunds."""
    found: dict[str, dict[str, int]] = {}
    rows = (
        LedgerLine.objects.filter(account__startswith="payable:", entry__kind__in=_BILLED)
        .values("account", "entry__about")
        .annotate(sum=Sum("fen"))
        .order_by("account", "entry__about")
    )
    for row in rows.iterator():
        found.setdefault(row["account"], {})[row["entry__about"]] = -row["sum"]
    return found


def _paid_out() -> dict[str, int]:
    lines = LedgerLine.objects.filter(account__startswith="payable:", entry__kind="payout")
    rows = lines.values("account").annotate(sum=Sum("fen")).order_by("account")
    return {row["account"]: row["sum"] for row in rows}


def _in_dispute() -> frozenset[str]:
    """The settlements that are."""
    held = Q()
    for agreement, settlement in open_disputes().values_list("agreement_id", "settlement"):
        held |= Q(code=settlement) if settlement else Q(agreement_id=agreement)
    if not held:
        return frozenset()
    return frozenset(Settlement.objects.filter(held).values_list("code", flat=True))


def overdue(buyer: str, day: date) -> int:
    """分 that a buyer has owed for longer than `DAYS_TO_PAY`: payments meet the oldest first."""
    owes = balance(f"receivable:{buyer}")
    since = day - timedelta(days=DAYS_TO_PAY)
    fresh = Invoice.objects.filter(buyer=buyer, on__gt=since).aggregate(fen=Sum("fen"))["fen"]
    return max(0, owes - int(fresh or 0))


def entry_of(row: LedgerEntry) -> Entry:
    lines = tuple(Line(each.account, each.fen) for each in row.lines.all())
    return Entry(row.code, row.on, row.kind, lines, row.about)  # type: ignore[arg-type]


def _journal(rows: QuerySet[LedgerEntry]) -> Journal:
    ordered: Iterable[LedgerEntry] = rows.prefetch_related("lines").order_by("id")
    return Journal.of(entry_of(row) for row in ordered)

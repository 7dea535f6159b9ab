"""The books: entries as the engine reads them, balances, what is held back, what is overdue."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Case as When
from django.db.models import F, Q, QuerySet, Sum, Value
from django.db.models import When as If

from shucheng.bays.data.engine.ledger.journal import Balance, Entry, Journal, Line
from shucheng.bays.data.engine.ledger.states import DISPUTE
from shucheng.bays.data.models.market import Dispute
from shucheng.bays.data.models.money import Invoice, LedgerEntry, LedgerLine, Settlement
from shucheng.kernel.public import Actor, Forbidden

# From the day of an invoice. No text sets it: a proposal of this project until the city decides.
DAYS_TO_PAY = 30


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


def held_back(account: str) -> int:
    """What of an account is not paid out: its parts of settlements that are in dispute, less what
    was refunded of them. A dispute about no settlement holds all of its agreement."""
    held = Q()
    for agreement, settlement in open_disputes().values_list("agreement_id", "settlement"):
        held |= Q(code=settlement) if settlement else Q(agreement_id=agreement)
    if not held:
        return 0
    codes = Settlement.objects.filter(held).values_list("code", flat=True)
    lines = LedgerLine.objects.filter(account=account, entry__about__in=list(codes))
    return max(0, -int(lines.aggregate(fen=Sum("fen"))["fen"] or 0))


@dataclass(frozen=True, slots=True)
class Owed:
    """Of a payee's account: what it is owed, what a dispute holds back, what may be paid."""

    account: str
    owed: int
    held: int
    cash: int

    @property
    def payable(self) -> int:
        """Not what is in dispute, and not more than the buyers have paid in."""
        return max(0, min(self.owed - self.held, self.cash))


def owed_to(account: str) -> Owed:
    return Owed(account, -balance(account), held_back(account), balance("cash"))


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

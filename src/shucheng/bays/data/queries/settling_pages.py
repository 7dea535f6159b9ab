"""Settlements and the books on screen."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Sum
from django.utils import timezone

from shucheng.bays.data.engine.ledger.journal import Balance
from shucheng.bays.data.models.market import Dispute
from shucheng.bays.data.models.money import Invoice, LedgerEntry, Settlement, UsageRecord
from shucheng.bays.data.queries.ledger import (
    Owed,
    overdue,
    owed,
    require_books,
    trial_balance,
)
from shucheng.bays.data.queries.parties import names_of
from shucheng.bays.data.queries.settlements import (
    find_settlement,
    usage_of,
    visible_settlements,
)
from shucheng.kernel.public import Actor
from shucheng.lib.periods import Period

PAGE = 25


@dataclass(frozen=True, slots=True)
class SettlementsPage:
    page: "Page[Settlement]"
    asked: dict[str, str]
    periods: list[str]
    amount: int
    simulated: bool
    month: str


def settlements_page(given: Mapping[str, str], *, actor: Actor) -> SettlementsPage:
    rows = visible_settlements(actor)
    periods = list(rows.order_by("-period").values_list("period", flat=True).distinct())
    asked = {name: given.get(name, "").strip()[:60] for name in ("period", "agreement")}
    if asked["period"]:
        rows = rows.filter(period=asked["period"])
    if asked["agreement"]:
        rows = rows.filter(agreement__code=asked["agreement"])
    page = Paginator(rows.order_by("-period", "-id"), PAGE).get_page(given.get("page"))
    return SettlementsPage(
        page,
        {name: value for name, value in asked.items() if value},
        periods,
        int(rows.aggregate(fen=Sum("amount"))["fen"] or 0),
        any(each.simulated for each in page),
        str(Period.of(timezone.localdate(), "M").previous()),
    )


@dataclass(frozen=True, slots=True)
class Part:
    role: str
    party: str
    fen: int


@dataclass(frozen=True, slots=True)
class SettlementPage:
    settlement: Settlement
    parts: list[Part]
    records: "Page[UsageRecord]"
    invoices: list[Invoice]
    entries: list[LedgerEntry]
    disputes: list[Dispute]
    left: int
    names: dict[str, str]


def settlement_page(code: str, given: Mapping[str, str], *, actor: Actor) -> SettlementPage:
    row = find_settlement(code, actor=actor)
    accounts = [name.split(":", 2) for name in row.parts]
    names = names_of({account[2] for account in accounts} | {row.agreement.order.buyer.code})
    records = usage_of(row.agreement, Period.parse(row.period)).order_by("at", "id")
    return SettlementPage(
        row,
        [
            Part(role, names[party], row.parts[f"{kind}:{role}:{party}"])
            for kind, role, party in accounts
        ],
        Paginator(records, PAGE).get_page(given.get("page")),
        list(row.invoices.order_by("id")),
        list(LedgerEntry.objects.filter(about=code).prefetch_related("lines").order_by("id")),
        list(row.agreement.disputes.filter(settlement__in=("", code))),
        int(row.invoices.aggregate(fen=Sum("fen"))["fen"] or 0),
        names,
    )


@dataclass(frozen=True, slots=True)
class Account:
    """An account with the name of whose it is."""

    balance: Balance
    kind: str
    role: str
    party: str
    owed: Owed | None
    overdue: int


@dataclass(frozen=True, slots=True)
class BooksPage:
    accounts: list[Account]
    debit: int
    credit: int
    entries: "Page[LedgerEntry]"
    asked: dict[str, str]
    names: dict[str, str]
    simulated: bool


def books_page(given: Mapping[str, str], *, actor: Actor) -> BooksPage:
    """The trial balance and the entries, for who settles or audits."""
    require_books(actor)
    balances = trial_balance()
    entries = LedgerEntry.objects.prefetch_related("lines").order_by("-id")
    account = given.get("account", "").strip()[:80]
    if account:
        entries = entries.filter(lines__account=account).distinct()
    page = Paginator(entries, PAGE).get_page(given.get("page"))
    return BooksPage(
        _named(balances),
        sum(each.debit for each in balances),
        sum(each.credit for each in balances),
        page,
        {"account": account} if account else {},
        names_of(each.account.rpartition(":")[2] for each in balances),
        any(each.simulated for each in page),
    )


def _named(balances: list[Balance]) -> list[Account]:
    parts = [each.account.split(":") for each in balances]
    names = names_of(part[-1] for part in parts if len(part) > 1)
    today = timezone.localdate()
    payees = owed(each.account for each in balances if each.account.startswith("payable:"))
    return [
        Account(
            each,
            part[0],
            part[1] if len(part) == 3 else "",
            names.get(part[-1], "") if len(part) > 1 else "",
            payees.get(each.account),
            overdue(part[1], today) if part[0] == "receivable" else 0,
        )
        for each, part in zip(balances, parts, strict=True)
    ]

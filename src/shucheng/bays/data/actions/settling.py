"""From use to money: settled by period, invoiced, paid in, paid out, refunded. The books are kept
in double entry; each entry has a code, so that what is done twice is booked once.
"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.actions.codes import next_code
from shucheng.bays.data.actions.evidence import leave_evidence
from shucheng.bays.data.engine.ledger import journal as books
from shucheng.bays.data.engine.ledger import settlement as engine
from shucheng.bays.data.models.cases import Sequence
from shucheng.bays.data.models.market import Agreement
from shucheng.bays.data.models.money import Invoice, LedgerEntry, LedgerLine, Settlement
from shucheng.bays.data.queries.agreements import ROWS, agreement_of
from shucheng.bays.data.queries.book import book
from shucheng.bays.data.queries.ledger import (
    balance,
    entry_of,
    free_to_repay,
    journal_about,
    journal_of,
    owed_to,
)
from shucheng.bays.data.queries.market_words import not_possible, refused, yuan
from shucheng.bays.data.queries.settlements import records_of, settlement_of, to_be_settled
from shucheng.kernel.public import Actor, NotFound, Organisation, action, record
from shucheng.lib.periods import Period

SETTLE_JOB = "data.settle"
INVOICE, CREDIT_NOTE, REFUND, PAYOUT = "INV", "CRN", "RFD", "PAY"
# Characters of a bank's reference.
REFERENCE = 40


@dataclass(frozen=True, slots=True)
class Settled:
    """What settling brought: the settlements, and the agreements that could not be settled, with
    the reason."""

    settlements: tuple[Settlement, ...]
    refused: dict[str, str]


@action
def settle_until(
    period: Period, *, actor: Actor, agreement: str = "", on: date | None = None
) -> Settled:
    """Settle all agreements, or one, for every period that is over by the end of `period`: those
    never settled, and those of which records came in late. What one agreement's records refuse
    holds up no other."""
    actor.require("data.settle")
    day = _day(on)
    if period.end >= day:
        raise refused(
            "period-not-over",
            _("The period %(period)s is not over: it ends on %(end)s."),
            _("Settle a period that is over; this one from the day after it ends."),
            "period",
            period=period,
            end=period.end,
        )
    rows = Agreement.objects.select_related(*ROWS).filter(first__lte=period.end).order_by("id")
    if agreement:
        rows = rows.filter(code=agreement)
        if not rows.exists():
            raise NotFound(agreement)
    _lock_books()
    known = book()
    made: list[Settlement] = []
    faults: dict[str, str] = {}
    for row in rows:
        try:
            with transaction.atomic():
                made += [
                    settled
                    for each in to_be_settled(row, period, known)
                    if (settled := _settle(row, each, actor, day))
                ]
        except engine.SettlementRefused as error:
            faults[row.code] = str(not_possible(error).message)
    record(
        "data.settled",
        ("settlement", str(period), str(period)),
        actor=actor,
        after={"settlements": len(made), "amount": sum(each.amount for each in made)},
        refused=faults,
    )
    return Settled(tuple(made), faults)


@dataclass(frozen=True, slots=True)
class Booked:
    """An entry in the books; `again`: it was there already, and nothing was booked."""

    entry: LedgerEntry
    again: bool


@action
def record_payment(
    buyer: str,
    fen: int,
    reference: str,
    *,
    actor: Actor,
    on: date | None = None,
    simulated: bool = False,
) -> Booked:
    """A buyer paid, by the bank's `reference`; the same again books nothing."""
    actor.require("data.settle")
    _party(buyer)
    code = f"payment/{_reference(reference)}"
    _lock_books()
    try:
        entry = engine.payment(buyer, fen, code, _day(on))
    except engine.SettlementRefused as error:
        raise not_possible(error, "fen") from None
    return _once("data.payment.recorded", entry, actor, simulated)


@action
def pay_out(
    account: str,
    *,
    actor: Actor,
    fen: int | None = None,
    on: date | None = None,
    simulated: bool = False,
) -> LedgerEntry:
    """Pay a party what it is owed on an account, or a part of it: not what a dispute holds back,
    and not what no buyer has paid in yet."""
    actor.require("data.settle")
    _lock_books()
    owed, day = owed_to(account), _day(on)
    amount = owed.payable if fen is None else fen
    if amount > owed.payable or owed.payable == 0:
        raise refused(
            "held",
            _("%(payable)s yuan can be paid out: %(owed)s are owed, %(held)s of it in dispute."),
            _("Wait until the dispute is settled and the buyers have paid."),
            "fen",
            payable=yuan(owed.payable),
            owed=yuan(owed.owed),
            held=yuan(owed.held),
        )
    try:
        code = f"payout/{next_code(PAYOUT, day.year)}"
        entry = engine.payout(journal_of(account), account, code, day, amount)
    except engine.SettlementRefused as error:
        raise not_possible(error, "fen") from None
    return _booked("data.payout.made", entry, actor, simulated)


@action
def refund_settlement(
    settlement: str,
    *,
    actor: Actor,
    reason: str,
    fen: int | None = None,
    reference: str = "",
    on: date | None = None,
) -> Invoice:
    """Take back a settlement, or a part of it, from each party in proportion, with a credit note.
    `reference`: a dispute by its code, whose refund is booked once."""
    actor.require("data.settle")
    _lock_books()
    row, day = _settlement(settlement), _day(on)
    if not reason.strip():
        raise refused("reason", _("No reason is given."), _("Say why."), "text")
    original = row.invoices.filter(corrects="").first()
    code = f"refund/{reference or next_code(REFUND, day.year)}"
    known = LedgerEntry.objects.filter(code=code).first()
    if known:
        record("data.settlement.refunded", known, actor=actor, again=True)
        return Invoice.objects.get(number=_note_number(known))
    if original is None:
        raise not_possible(engine.SettlementRefused("nothing-left", settlement))
    try:
        entry = engine.refund(journal_about(settlement), settlement, code, day, fen)
    except engine.SettlementRefused as error:
        raise not_possible(error, "fen") from None
    booked = _booked("data.settlement.refunded", entry, actor, row.simulated, reason=reason[:300])
    first = engine.Invoice(
        original.number, original.buyer, settlement, original.on, original.fen, original.corrects
    )
    note = engine.credit_note(first, entry, _note_number(booked))
    return _invoice(row, note, actor)


@action
def repay_buyer(
    buyer: str, reference: str, *, actor: Actor, on: date | None = None, simulated: bool = False
) -> Booked:
    """What a buyer paid too much goes back, all of it, by the bank's `reference`: as far as it is
    there, and not out of what others paid in."""
    actor.require("data.settle")
    code = f"repayment/{_reference(reference)}"
    _lock_books()
    account = f"receivable:{buyer}"
    known = LedgerEntry.objects.filter(code=code, lines__account=account).first()
    if known and balance(account) >= 0:
        record("data.payment.returned", known, actor=actor, again=True)
        return Booked(known, again=True)
    try:
        entry = engine.repayment(journal_of(account), buyer, code, _day(on))
    except engine.SettlementRefused as error:
        raise not_possible(error) from None
    credit, free = -balance(account), max(0, free_to_repay())
    if credit > free:
        raise refused(
            "not-in-cash",
            _("%(credit)s yuan are to be returned; %(free)s yuan are there for it."),
            _("Wait until more is paid in; until then it counts against new bills."),
            "buyer",
            credit=yuan(credit),
            free=yuan(free),
        )
    return _once("data.payment.returned", entry, actor, simulated)


def _settle(row: Agreement, period: Period, actor: Actor, day: date) -> Settlement | None:
    agreement = agreement_of(row)
    buyer = agreement.order.buyer
    earlier = [
        settlement_of(each, buyer)
        for each in row.settlements.filter(period=str(period)).order_by("id")
    ]
    metered = engine.meter(records_of(row, period), agreement, period)
    made = engine.settle(agreement, metered, earlier)
    if made is None:
        return None
    # The engine's id has slashes, which an address has not.
    code = f"{row.code}.{period}.{len(earlier) + 1}"
    made = engine.Settlement(
        code, made.agreement, made.buyer, period, made.quantity, made.amount, made.parts
    )
    kept = Settlement.objects.create(
        code=code,
        agreement=row,
        period=str(period),
        quantity=made.quantity,
        amount=made.amount,
        parts=dict(made.parts),
        on=day,
        simulated=row.simulated,
        by=actor.name[:150],
    )
    entry = engine.entry_of(made, day)
    if entry:
        _post(entry, actor, row.simulated)
        number = next_code(INVOICE, day.year)
        _invoice(kept, engine.invoice(made, number, day), actor)
    leave_evidence(
        "settlement.made",
        code,
        agreement=row.code,
        period=str(period),
        quantity=made.quantity,
        amount=made.amount,
        parts=dict(made.parts),
    )
    record("data.settlement.made", kept, actor=actor, after={"amount": made.amount})
    return kept


def _reference(text: str) -> str:
    """The bank's own, whole: of two that are cut short one would be taken for the other."""
    found = text.strip()
    if not found:
        raise refused(
            "reference",
            _("No reference is given."),
            _("Copy it from the bank's statement."),
            "reference",
        )
    if len(found) > REFERENCE:
        raise refused(
            "reference-long",
            _("The reference has more than %(most)s characters."),
            _("Give the number that tells this transfer from others, whole."),
            "reference",
            most=REFERENCE,
        )
    return found


def _once(word: str, entry: books.Entry, actor: Actor, simulated: bool) -> Booked:
    """By a code that comes from outside: the very same content again books nothing."""
    if LedgerEntry.objects.filter(code=entry.id).exists():
        known = _post(entry, actor, simulated)
        record(word, known, actor=actor, again=True)
        return Booked(known, again=True)
    return Booked(_booked(word, entry, actor, simulated), again=False)


def _booked(
    word: str, entry: books.Entry, actor: Actor, simulated: bool, reason: str = ""
) -> LedgerEntry:
    """The entry in the books, on record and in evidence."""
    kept = _post(entry, actor, simulated)
    fen = sum(line.fen for line in entry.lines if line.fen > 0)
    leave_evidence(f"books.{entry.kind}", kept.code, of=entry.about, fen=fen)
    record(word, kept, actor=actor, after={"entry": kept.code, "fen": fen}, reason=reason)
    return kept


def _post(entry: books.Entry, actor: Actor, simulated: bool) -> LedgerEntry:
    """Raises `Invalid` for what does not balance, and for another content under a code that is
    taken; the very same is booked once."""
    known = LedgerEntry.objects.filter(code=entry.id).prefetch_related("lines").first()
    try:
        if known:
            # On which day it is repeated does not make it another.
            same = {each.account: each.fen for each in entry_of(known).lines}
            if same != {each.account: each.fen for each in entry.lines}:
                raise books.EntryRefused("entry-changed", entry.id)
            return known
        books.check(entry)
    except books.EntryRefused as error:
        raise not_possible(error, "reference") from None
    row = LedgerEntry.objects.create(
        code=entry.id,
        on=entry.on,
        kind=entry.kind,
        about=entry.about,
        simulated=simulated,
        by=actor.name[:150],
    )
    LedgerLine.objects.bulk_create(
        LedgerLine(entry=row, account=each.account, fen=each.fen) for each in entry.lines
    )
    return row


def _invoice(row: Settlement, made: engine.Invoice, actor: Actor) -> Invoice:
    return Invoice.objects.create(
        number=made.number,
        settlement=row,
        buyer=made.buyer,
        on=made.on,
        fen=made.fen,
        corrects=made.corrects,
        by=actor.name[:150],
    )


def _note_number(entry: LedgerEntry) -> str:
    return f"{CREDIT_NOTE}-{entry.code.removeprefix('refund/')}"


def _settlement(code: str) -> Settlement:
    row = Settlement.objects.filter(code=code).first()
    if row is None:
        raise NotFound(code)
    return row


def _party(code: str) -> None:
    if not Organisation.objects.filter(code=code).exists():
        raise refused("party", _("There is no party %(party)s."), _("Choose one."), party=code)


def _day(on: date | None) -> date:
    return on or timezone.localdate()


def _lock_books() -> None:
    """One writes at a time: balances are read before they are changed."""
    Sequence.objects.get_or_create(prefix="BOOKS", year=0)
    Sequence.objects.select_for_update().get(prefix="BOOKS", year=0)

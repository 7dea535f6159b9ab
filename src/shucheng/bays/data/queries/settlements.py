"""Settlements as the engine reads them, and who may see which."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import QuerySet

from shucheng.bays.data.engine.authority.book import Book
from shucheng.bays.data.engine.ledger import settlement as engine
from shucheng.bays.data.models.cases import Step
from shucheng.bays.data.models.market import Agreement
from shucheng.bays.data.models.money import Settlement, UsageRecord
from shucheng.bays.data.queries.agreements import visible_orders
from shucheng.kernel.public import Actor, NotFound
from shucheng.lib.periods import Period, iterate


def settlement_of(row: Settlement, buyer: str) -> engine.Settlement:
    return engine.Settlement(
        row.code,
        row.agreement.code,
        buyer,
        Period.parse(row.period),
        row.quantity,
        row.amount,
        row.parts,
    )


def records_of(agreement: Agreement, period: Period) -> list[engine.UsageRecord]:
    """The use of an agreement about a period; which of it counts, the engine says."""
    return [
        engine.UsageRecord(row.code, agreement.code, row.at, row.quantity)
        for row in usage_of(agreement, period)
    ]


def usage_of(agreement: Agreement, period: Period) -> QuerySet[UsageRecord]:
    day = timedelta(days=1)
    first = datetime.combine(period.start, time(), UTC) - day
    last = datetime.combine(period.end, time(), UTC) + 2 * day
    return UsageRecord.objects.filter(agreement=agreement, at__gte=first, at__lt=last)


def to_be_settled(agreement: Agreement, until: Period, book: Book) -> list[Period]:
    """The agreement's periods that are over by the end of `until` and never settled, or settled
    before a record of them came in. Before delivery began and after it ended for good nothing is
    due, unless something was used; a suspension ends nothing."""
    frequency = agreement.frequency
    first = Period.of(agreement.first, frequency)  # type: ignore[arg-type]
    last = Period.of(min(until.end, agreement.last), frequency)  # type: ignore[arg-type]
    settled = {row.period: row for row in _in_order(agreement)}
    begun, ended = _served(agreement, book)
    waiting = []
    for period in iterate(first, last):
        # The last one is over when the agreement is.
        if min(period.end, agreement.last) > until.end:
            continue
        known = settled.get(str(period))
        served = begun is not None and max(begun, period.start) <= min(ended, period.end)
        if known is None and not served and not usage_of(agreement, period).exists():
            continue
        if known is None or _came_late(agreement, period, known):
            waiting.append(period)
    return waiting


def visible_settlements(actor: Actor) -> QuerySet[Settlement]:
    """Of the orders that an actor may see."""
    rows = Settlement.objects.select_related(
        "agreement__order__buyer", "agreement__order__offer__product__maker"
    )
    return rows.filter(agreement__order__in=visible_orders(actor).values("pk"))


def find_settlement(code: str, *, actor: Actor) -> Settlement:
    found = visible_settlements(actor).filter(code=code).first()
    if found is None:
        raise NotFound(code)
    return found


def _served(agreement: Agreement, book: Book) -> tuple[date | None, date]:
    """From which day it was delivered (None: never), and the last day on which it was. Whatever it
    stands on ends it, if revoked, with the day before; on the day on which the order itself says
    that delivery is complete there was delivery."""
    steps = Step.objects.filter(subject=agreement.order.code).order_by("id")
    begun = steps.filter(event="deliver").first()
    finished = steps.filter(event="finish").first()
    last, revoked = agreement.last, book.revoked_from(agreement.code)
    if finished and (revoked is None or finished.on <= revoked):
        last = min(last, finished.on)
    elif revoked:
        last = min(last, revoked - timedelta(days=1))
    return (max(agreement.first, begun.on) if begun else None), last


def _came_late(agreement: Agreement, period: Period, known: Settlement) -> bool:
    return usage_of(agreement, period).filter(recorded_at__gt=known.recorded_at).exists()


def _in_order(agreement: Agreement) -> Iterable[Settlement]:
    return agreement.settlements.order_by("id")

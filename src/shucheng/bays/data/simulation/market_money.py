"""The money of the simulated market: use by month, settled, paid in and out, disputed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random

from shucheng.bays.data.actions.disputes import move_dispute, open_dispute
from shucheng.bays.data.actions.settling import pay_out, record_payment, settle_until
from shucheng.bays.data.models.market import Agreement
from shucheng.bays.data.models.money import Invoice, Settlement, UsageRecord
from shucheng.bays.data.queries.ledger import balance, owed, trial_balance
from shucheng.kernel.public import Actor, Organisation
from shucheng.lib.periods import Period, iterate


@dataclass(frozen=True)
class World:
    today: date
    actor: Actor
    office: Actor
    random: Random
    buyers: Sequence[Organisation]
    platform: str

    def of(self, organisation: int) -> Actor:
        return acting(self.actor, organisation)


def use(world: World, agreement: Agreement) -> int:
    """Some records a month while it ran, more as time goes on; by call more than by row."""
    ended = agreement.order.state not in ("delivering", "delivered", "closed")
    last = min(agreement.last, world.today - timedelta(days=1))
    if agreement.order.state in ("agreed", "cancelled"):
        return 0
    if ended:
        last = agreement.first + (world.today - agreement.first) / 2
    by_row = agreement.price.get("basis") == "row"
    rows: list[UsageRecord] = []
    day = agreement.first
    while day <= last:
        growth = 1 + (day - agreement.first).days / 400
        quantity = int(world.random.lognormvariate(9 if by_row else 4.5, 0.6) * growth)
        at = datetime(day.year, day.month, day.day, world.random.randint(1, 9), 30, tzinfo=UTC)
        code = f"SIM-{agreement.code}-{len(rows) + 1}"
        rows.append(
            UsageRecord(code=code, agreement=agreement, quantity=quantity, at=at, recorded_at=at)
        )
        day += timedelta(days=world.random.randint(2, 5))
    UsageRecord.objects.bulk_create(rows)
    return len(rows)


def settle(world: World) -> int:
    """Month by month on the fifth day of the next, with what was paid in and out by then."""
    firsts = Agreement.objects.filter(simulated=True).order_by("first")
    begin = firsts.values_list("first", flat=True).first()
    if begin is None:
        return 0
    last = Period.of(world.today, "M").previous()
    made = 0
    for month in iterate(Period.of(begin, "M"), last):
        on = min(month.end + timedelta(days=5), world.today)
        made += len(settle_until(month, actor=world.office, on=on).settlements)
        _pay(world, month, min(month.end + timedelta(days=20), world.today))
    return made


def _pay(world: World, month: Period, on: date) -> None:
    """Buyers pay what they owe, all but one of them late in the last two months; parties are
    paid."""
    for at, buyer in enumerate(world.buyers):
        owes = balance(f"receivable:{buyer.code}")
        late = at == 1 and month >= Period.of(world.today, "M").shift(-3)
        if owes > 0 and not late:
            reference = f"模拟-{month}-{buyer.code}"
            record_payment(buyer.code, owes, reference, actor=world.office, on=on, simulated=True)
    payees = [each.account for each in trial_balance() if each.account.startswith("payable:")]
    for account, waiting in owed(payees).items():
        if waiting.payable > 0:
            pay_out(account, actor=world.office, on=on, simulated=True)


def disputes(world: World) -> int:
    """One open, one dismissed, one upheld and paid back."""
    rows = (
        Settlement.objects.filter(simulated=True, amount__gt=1000)
        .select_related("agreement__order__offer__product")
        .order_by("-period", "id")
    )
    chosen: dict[int, Settlement] = {}
    for row in rows:
        chosen.setdefault(row.agreement_id, row)
    ways = (
        (),
        (("answer", "operator"), ("mediate", "office"), ("dismiss", "office")),
        (("answer", "operator"), ("concede", "operator"), ("refund", "office")),
    )
    count = 0
    for row, way in zip(chosen.values(), ways, strict=False):
        order, on = row.agreement.order, world.today
        dispute = open_dispute(
            row.agreement.code,
            "交付行数与约定不符（模拟）",
            settlement=row.code,
            actor=world.of(order.buyer_id),
            on=on,
            simulated=True,
        )
        count += 1
        operator = world.of(order.offer.product.maker_id)
        left = sum(Invoice.objects.filter(settlement=row).values_list("fen", flat=True))
        for event, who in way:
            dispute.refresh_from_db()
            move_dispute(
                dispute.code,
                dispute.revision,
                event,
                actor=world.office if who == "office" else operator,
                text="模拟步骤",
                refund=left // 4 or None,
                on=on,
            )
    return count


def acting(actor: Actor, organisation: int) -> Actor:
    return replace(actor, organisation_id=organisation, organisation_ids=frozenset({organisation}))

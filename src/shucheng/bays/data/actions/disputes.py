"""Disputes over an agreement or one of its settlements. While one is open, nothing of it is paid
out; only one that is upheld pays back, once."""

from datetime import date

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.actions.codes import DISPUTE as DISPUTE_CODE
from shucheng.bays.data.actions.codes import next_code
from shucheng.bays.data.actions.evidence import leave_evidence
from shucheng.bays.data.actions.market_steps import keep_step, next_state
from shucheng.bays.data.actions.settling import refund_settlement
from shucheng.bays.data.engine.ledger.states import DISPUTE
from shucheng.bays.data.models.market import Dispute
from shucheng.bays.data.models.money import Invoice
from shucheng.bays.data.queries.agreements import find_agreement
from shucheng.bays.data.queries.disputes import roles_of_dispute, visible_disputes
from shucheng.bays.data.queries.market_words import refused
from shucheng.kernel.public import Actor, Conflict, Forbidden, NotFound, action, record

# Steps that decide on an amount to pay back.
_DECIDES = frozenset({"concede", "uphold"})


@action
def open_dispute(
    agreement: str,
    text: str,
    *,
    actor: Actor,
    settlement: str = "",
    on: date | None = None,
    simulated: bool = False,
) -> Dispute:
    """The buyer's, over an agreement or one of its settlements."""
    found, day = find_agreement(agreement, actor=actor), on or timezone.localdate()
    actor.require("data.buy", found.order.buyer_id)
    if not text.strip():
        raise refused("text", _("It is not said what is wrong."), _("Say it."), "text")
    if settlement and not found.settlements.filter(code=settlement).exists():
        raise NotFound(settlement)
    dispute = Dispute.objects.create(
        code=next_code(DISPUTE_CODE, day.year),
        agreement=found,
        settlement=settlement,
        raised_by_id=found.order.buyer_id,
        text=text.strip(),
        state=DISPUTE.start,
        simulated=simulated,
    )
    keep_step(dispute.code, "open", "buyer", "", dispute.state, actor=actor, on=day)
    leave_evidence("dispute.opened", dispute.code, agreement=agreement, settlement=settlement)
    record("data.dispute.opened", dispute, actor=actor, after={"agreement": agreement})
    return dispute


@action
def move_dispute(
    code: str,
    revision: int,
    event: str,
    *,
    actor: Actor,
    text: str = "",
    refund: int | None = None,
    on: date | None = None,
) -> Dispute:
    """One step of a dispute. What upholds it says how many 分 go back; `refund` books them."""
    dispute = visible_disputes(actor).select_for_update(of=("self",)).filter(code=code).first()
    if dispute is None:
        raise NotFound(code)
    if dispute.revision != revision:
        raise Conflict(_("The dispute"))
    roles, day = roles_of_dispute(dispute, actor), on or timezone.localdate()
    if not roles:
        raise Forbidden("data.settle")
    before = dispute.state
    after, role = next_state(DISPUTE, before, event, roles)
    if event in _DECIDES:
        dispute.refund = _decided(dispute, refund)
    if event == "refund":
        refund_settlement(
            dispute.settlement,
            fen=dispute.refund,
            reason=str(_("Dispute %(code)s")) % {"code": code},
            reference=code,
            actor=actor,
            on=day,
        )
    dispute.state = after
    dispute.revision += 1
    dispute.save()
    keep_step(code, event, role, before, after, actor=actor, on=day, text=text)
    leave_evidence(f"dispute.{event}", code, state=after, refund=dispute.refund)
    record(
        "data.dispute.moved",
        dispute,
        actor=actor,
        before={"state": before},
        after={"state": after, "event": event, "refund": dispute.refund},
    )
    return dispute


def _decided(dispute: Dispute, refund: int | None) -> int:
    """An amount above zero and no more than is left of the settlement."""
    left = Invoice.objects.filter(settlement__code=dispute.settlement).aggregate(fen=Sum("fen"))
    most = int(left["fen"] or 0)
    if not dispute.settlement:
        raise refused(
            "no-settlement",
            _("The dispute is about no settlement: there is nothing to pay back."),
            _("Dismiss it, and have one raised about the settlement."),
        )
    if refund is None or not 0 < refund <= most:
        raise refused(
            "refund",
            _("What is paid back is above 0 and at most what is left of the settlement."),
            _("Correct the amount."),
            "refund",
        )
    return refund

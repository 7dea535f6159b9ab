"""What the clock does to registrations, authorisations and orders: a term that has run out ends
them, a product that is delivered owes its registration. Run again, nothing is left to do."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.actions.authorising import move_authorisation
from shucheng.bays.data.actions.orders import move_order
from shucheng.bays.data.actions.registration import KINDS, move_registration
from shucheng.bays.data.actions.requests import move_request
from shucheng.bays.data.engine.ledger.states import ORDER
from shucheng.bays.data.models.cases import Case
from shucheng.bays.data.models.market import Agreement, Order
from shucheng.bays.data.queries.cases import machine_of
from shucheng.kernel.public import Actor, ShuchengError

TURN_JOB = "data.turn_day"
_MOVES: dict[str, Callable[..., Case]] = {
    **dict.fromkeys(KINDS, move_registration),
    Case.Kind.AUTHORISATION: move_authorisation,
    Case.Kind.REQUEST: move_request,
}


def turn_day(*, actor: Actor, on: date | None = None) -> dict[str, int]:
    """Each case is a transaction of its own, so one that is refused holds up no other and a killed
    run is gone on with. Returns how many moved by event, and how many were refused."""
    actor.require("data.govern")
    day = on or timezone.localdate()
    clock = replace(actor, roles=frozenset(), channel="job")
    done = {"expire": 0, "lapse": 0, "supply": 0, "refused": 0}
    for case, event, proofs in (*_ended(day), *_undisputed(day), *_owed()):
        try:
            _MOVES[case.kind](
                case.code, case.revision, event, actor=clock, proofs=proofs, on=max(day, _day(case))
            )
            done[event] += 1
        except ShuchengError:
            done["refused"] += 1
    return done


def finish_orders(*, actor: Actor, on: date | None = None) -> int:
    """Delivery is complete where the last day of an agreement is over; what was used under it is
    settled all the same. The platform's own step, each a transaction of its own. Returns how many:
    one that is refused is on record, and comes again."""
    actor.require("data.settle")
    day, done = on or timezone.localdate(), 0
    running = [state for state in ORDER.states if "finish" in ORDER.open_to(state, "platform")]
    over = Order.objects.filter(state__in=running, agreement__last__lt=day)
    for code, revision in over.order_by("agreement__last", "id").values_list("code", "revision"):
        text = str(_("The term of the agreement is over"))
        try:
            move_order(code, revision, "finish", actor=actor, text=text, on=day)
            done += 1
        except ShuchengError:
            continue
    return done


def _ended(day: date) -> Iterator[tuple[Case, str, dict[str, dict[str, str]]]]:
    """Cases whose term has run out, as far as their state lets them expire: what was asked for in
    time waits for its decision."""
    for case in Case.objects.filter(kind__in=[*_MOVES], until__lt=day).order_by("until", "id"):
        if "expire" in machine_of(case.kind).next_states(case.state):
            yield case, "expire", {}


def _undisputed(day: date) -> Iterator[tuple[Case, str, dict[str, dict[str, str]]]]:
    """Requests for data that were refused, with the time to dispute that over."""
    refused = Case.objects.filter(kind=Case.Kind.REQUEST, state="refused", due__lt=day)
    for case in refused.order_by("id"):
        yield case, "lapse", {}


def _owed() -> Iterator[tuple[Case, str, dict[str, dict[str, str]]]]:
    """Registrations not applied for, of products that are being delivered (PD-REG-09)."""
    drafts = Case.objects.filter(kind=Case.Kind.PRODUCT, state="draft")
    for case in drafts.order_by("id"):
        code, _, version = case.about.partition("@")
        found = Agreement.objects.filter(order__offer__product__code=code)
        if version:
            found = found.filter(order__offer__product__version=version)
        if first := found.order_by("id").first():
            yield case, "supply", {"supply_record": {"text": first.code}}


def _day(case: Case) -> date:
    return machine_of(case.kind).load(case.content).day

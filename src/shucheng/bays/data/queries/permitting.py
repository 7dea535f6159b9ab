"""Whether a delivery is permitted at this moment: the book of rights, the agreement's policy, its
term. Nothing of it is kept as a flag; every call asks."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from threading import Lock
from typing import cast

from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from shucheng.bays.data.engine.authority.book import Book, Limits, Thing
from shucheng.bays.data.engine.authority.granting import permits, stopped
from shucheng.bays.data.engine.authority.refusal import Refused as NotGranted
from shucheng.bays.data.engine.delivery.model import Refused
from shucheng.bays.data.engine.delivery.tokens import Facts, Mode, Quota, Used
from shucheng.bays.data.engine.policy import decide as policies
from shucheng.bays.data.engine.policy import odrl
from shucheng.bays.data.engine.policy.model import MODES, Policy
from shucheng.bays.data.models.market import Agreement
from shucheng.bays.data.models.money import LedgerLine
from shucheng.bays.data.queries.book import book, rights
from shucheng.bays.data.queries.inputs import mode_codes
from shucheng.bays.data.queries.ledger import DAYS_TO_PAY
from shucheng.bays.data.queries.offers import OF_THE_PRODUCT, terms_read
from shucheng.bays.data.queries.refusals import sentence
from shucheng.bays.data.queries.statements import State, state

# An order that has ended or rests delivers nothing, whatever its agreement says.
_ENDED = {"cancelled", "revoked", "delivered", "closed"}

_MOST = 500
_KEPT: "OrderedDict[tuple[str, str], Standing]" = OrderedDict()
_TURN = Lock()


class NotNow(Refused):
    """Refused by the book; `said` is the sentence that says by what."""

    def __init__(self, code: str, said: str = "") -> None:
        super().__init__(code)
        self.said = said


@dataclass(frozen=True, slots=True)
class Standing:
    """An agreement whose delivery in one way was found permitted, and by what it was judged:
    `state` of the book and of its order, `day`."""

    agreement: Agreement
    policy: Policy
    facts: Facts
    state: State
    day: date


def standing(code: str, mode: str, day: date) -> Standing:
    """Raises `Refused`. What was found permitted holds as long as nothing has changed by which it
    was judged; that is asked each time, so a stop holds for the next call in every process."""
    known = state(code)
    with _TURN:
        kept = _KEPT.get((code, mode))
        if kept is not None and (kept.state, kept.day) == (known, day):
            _KEPT.move_to_end((code, mode))
            return kept
    agreement = _found(code)
    require_granted(agreement, mode, day)
    found = Standing(agreement, policy_of(agreement), facts_of(agreement, Used()), known, day)
    # What a transaction reads may be taken back, and its numbers given to others.
    if not connection.in_atomic_block:
        with _TURN:
            _KEPT[code, mode] = found
            while len(_KEPT) > _MOST:
                _KEPT.popitem(last=False)
    return found


def _found(code: str) -> Agreement:
    wanted = ("order__offer__product__maker", "order__offer__product__data", "order__buyer")
    found = Agreement.objects.select_related(*wanted).filter(code=code).first()
    if found is None:
        raise Refused("wrong-agreement")
    return found


def thing_of(agreement: Agreement) -> Thing:
    product = agreement.order.offer.product
    return Thing(product.code, product.version)


def require_granted(agreement: Agreement, mode: str, day: date, known: Book | None = None) -> None:
    """Raises `NotNow` where the book, or the grade of the product, does not permit this delivery
    today; `known`: the book, where many are asked about at one moment."""
    if agreement.order.state in _ENDED:
        raise NotNow("agreement-ended")
    if agreement.order.state == "agreed":
        raise NotNow("agreement-not-begun")
    book_ = known or book()
    refused = stopped(book_, agreement.code, day)
    if refused is None and agreement.order.state != "delivering":
        raise NotNow("agreement-suspended")
    if refused is None:
        policy_of(agreement)
        thing = thing_of(agreement)
        uses = uses_of(agreement, mode)
        said = permits(rights(), book_, agreement.grants, "deliver", thing, day, uses)
        refused = said if isinstance(said, NotGranted) else None
    if refused is not None:
        raise NotNow(_CODES.get(refused.code, "not-permitted"), sentence(refused))
    if mode not in mode_codes(agreement.order.offer.product.modes):
        raise NotNow("grade-forbids")


_CODES = {"authority.suspended": "agreement-suspended", "authority.revoked": "agreement-revoked"}


def uses_of(agreement: Agreement, mode: str) -> Limits:
    """What the book is asked, as when the agreement was made: its terms, and what only the product
    says; of the ways of delivery the one that is asked for."""
    order, product = agreement.order, agreement.order.offer.product
    own = {name: product.uses[name] for name in OF_THE_PRODUCT if name in product.uses}
    if order.scenario and "scenario" in own:
        own["scenario"] = [order.scenario]
    regions = (order.area,) if order.area else terms_read(agreement.policy).regions
    said: dict[str, Iterable[str]] = {
        **own,
        "purpose": [order.purpose],
        "region": regions,
        "recipient": [order.buyer.code],
        "mode": [mode],
    }
    return {name: frozenset(values) for name, values in said.items() if values}


def require_policy(
    agreement: Agreement, policy: Policy, mode: str, purpose: str, count: int, now: datetime
) -> None:
    """Raises `Refused` with the policy's reason."""
    names = {agreement.code, agreement.order.offer.code, str(thing_of(agreement))}
    names.add(thing_of(agreement).code)
    asked = policies.Request(
        moment=now,
        purpose=purpose,
        recipient=agreement.order.buyer.code,
        region=agreement.order.area,
        mode=mode,
        target=policy.target if policy.target in names else str(thing_of(agreement)),
        party=agreement.order.buyer.code,
    )
    duties = policy.obligations or any(each.duties for each in policy.permissions)
    overdue = bool(duties) and owes(agreement.order.buyer.code, timezone.localdate(now))
    answer = policies.decide(policy, asked, policies.Usage(count, overdue))
    if isinstance(answer, policies.Deny):
        raise Refused(answer.reasons[0].code, answer.reasons[0].where)


def owes(buyer: str, day: date) -> bool:
    """Whether the buyer has not paid what was settled longer ago than it has to pay."""
    lines = LedgerLine.objects.filter(account=f"receivable:{buyer}")
    old = lines.filter(fen__gt=0, entry__on__lt=day - timedelta(days=DAYS_TO_PAY))
    paid = lines.filter(fen__lt=0).aggregate(fen=Sum("fen"))["fen"] or 0
    return (old.aggregate(fen=Sum("fen"))["fen"] or 0) + paid > 0


def policy_of(agreement: Agreement) -> Policy:
    """Raises `Refused` for what is no policy at all."""
    try:
        policy = odrl.read(agreement.policy)
    except odrl.PolicyUnreadable as error:
        raise Refused("foreign-term", error.where) from None
    if not policy.permissions:
        raise Refused("action-not-permitted")
    return policy


def modes_shown(agreement: Agreement) -> frozenset[Mode]:
    """Those of them that the product's grade permits now, for a page or list: none where the
    policy cannot be read."""
    try:
        return modes_of(agreement) & set(mode_codes(agreement.order.offer.product.modes))
    except Refused:
        return frozenset()


def modes_of(agreement: Agreement) -> frozenset[Mode]:
    """The ways of delivery that its policy permits for anything at all."""
    policy = policy_of(agreement)
    modes: set[str] = set()
    for rule in policy.permissions:
        allowed = set(MODES)
        for each in rule.constraints:
            if each.operand == "deliveryChannel":
                named = set(each.values)
                allowed &= named if each.operator in ("eq", "isAnyOf") else MODES - named
        modes |= allowed
    return cast(frozenset[Mode], frozenset(modes))


def facts_of(agreement: Agreement, used: Used) -> Facts:
    """The agreement as a token is held against it; whether the book permits it is asked apart."""
    zone = timezone.get_current_timezone()
    begin, end = agreement.first, agreement.last + timedelta(days=1)
    quota = agreement.quota
    return Facts(
        agreement=agreement.code,
        state="active",
        recipient=agreement.order.buyer.code,
        purposes=frozenset({agreement.order.purpose}),
        products=frozenset({str(thing_of(agreement))}),
        modes=modes_of(agreement),
        valid_from=datetime.combine(begin, time(), zone),
        valid_until=datetime.combine(end, time(), zone),
        quota=Quota(quota.get("calls"), quota.get("rows"), quota.get("size")),
        used=used,
    )

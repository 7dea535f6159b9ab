"""From an order to an agreement: no wider than its offer and than every grant it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from shucheng.lib.periods import Frequency

from ..policy.model import ACTIONS, Constraint, Policy, Reason, Rule
from ..policy.narrow import widenings
from .prices import FREE_PURPOSES, PricePlan
from .split import Share, check_shares

# What an agreement may permit that costs nothing because of its purpose.
_FREE = tuple(
    Rule(action, (Constraint("purpose", "isAnyOf", tuple(sorted(FREE_PURPOSES))),))
    for action in sorted(ACTIONS)
)


class AgreementRefused(ValueError):
    """An order that cannot become this agreement; `code`: `not-an-agreement`, `other-buyer`,
    `term-reversed`, `wider-than-offer`, `wider-than-grant`,
    `wider-than-free`; `reasons`: where it is wider."""

    def __init__(self, code: str, reasons: Sequence[Reason] = ()) -> None:
        super().__init__(f"{code}: {', '.join(f'{r.code} {r.where}' for r in reasons)}")
        self.code, self.reasons = code, tuple(reasons)


@dataclass(frozen=True, slots=True)
class Order:
    """A buyer's wish for a product on the terms of an offer, for a purpose."""

    id: str
    product: str
    buyer: str
    offer: Policy
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What was agreed: the policy that delivery enforces, the price and who takes which share;
    settled each period of `frequency` from `first` to `last`, both days included."""

    order: Order
    policy: Policy
    plan: PricePlan
    shares: tuple[Share, ...]
    first: date
    last: date
    frequency: Frequency = "M"

    @property
    def id(self) -> str:
        return self.policy.uid


def agree(
    order: Order,
    policy: Policy,
    grants: Sequence[Policy],
    plan: PricePlan,
    shares: Sequence[Share],
    first: date,
    last: date,
    frequency: Frequency = "M",
) -> Agreement:
    """The agreement on an order. `grants`: the operator's grant, the holder's, as far as the right
    reaches back; they speak of the resource the product was made from. Raises `AgreementRefused`
    and `SharesInvalid`."""
    if policy.kind != "Agreement":
        raise AgreementRefused("not-an-agreement")
    if policy.assignee != order.buyer:
        raise AgreementRefused("other-buyer")
    if last < first:
        raise AgreementRefused("term-reversed")
    if reasons := widenings(order.offer, policy):
        raise AgreementRefused("wider-than-offer", reasons)
    for grant in grants:
        if reasons := widenings(grant, policy, same_asset=False):
            raise AgreementRefused("wider-than-grant", reasons)
    if order.purpose in FREE_PURPOSES:
        free = Policy("Offer", "free-purposes", _FREE)
        if reasons := widenings(free, policy, same_asset=False):
            raise AgreementRefused("wider-than-free", reasons)
    check_shares(shares)
    return Agreement(order, policy, plan, tuple(shares), first, last, frequency)

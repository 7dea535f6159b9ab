"""Money in whole 分, divided so that none is lost and everybody can repeat it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Role = Literal["holder", "processor", "operator", "platform", "broker"]
WHOLE = 10_000
_MERCHANTS = frozenset({"processor", "broker"})


class SharesInvalid(ValueError):
    """Shares nobody can divide by; `code`: `shares-not-whole`, `share-not-positive`,
    `share-named-twice`, `venue-is-merchant` (PD-TRD-03: venue and data merchants are apart)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Share:
    """What a party takes in a role, in ten-thousandths. No national text sets percentages: plan and
    agreement fix them (PD-REV-02)."""

    role: Role
    party: str
    parts: int

    @property
    def account(self) -> str:
        """Where it is owed."""
        return f"payable:{self.role}:{self.party}"


def check_shares(shares: Sequence[Share]) -> None:
    """Raises `SharesInvalid` unless the shares are positive, distinct and make a whole."""
    if any(each.parts <= 0 for each in shares):
        raise SharesInvalid("share-not-positive", "a share is not above zero")
    if len({each.account for each in shares}) != len(shares):
        raise SharesInvalid("share-named-twice", "a party has two shares in one role")
    if (total := sum(each.parts for each in shares)) != WHOLE:
        raise SharesInvalid("shares-not-whole", f"the shares make {total} of {WHOLE}")
    venues = {each.party for each in shares if each.role == "platform"}
    if venues & {each.party for each in shares if each.role in _MERCHANTS}:
        raise SharesInvalid("venue-is-merchant", "the platform also takes a merchant's share")


def split(amount: int, shares: Sequence[Share]) -> dict[str, int]:
    """The 分 of each share by its account; they sum to `amount`, whatever the order of `shares`.
    Raises `SharesInvalid`."""
    check_shares(shares)
    return apportion(amount, {each.account: each.parts for each in shares})


def apportion(amount: int, weights: Mapping[str, int]) -> dict[str, int]:
    """`amount` divided by weights with the largest remainder (Hamilton's method): each gets its
    quota rounded down, what is left goes 分 by 分 to the largest remainders, equal ones by name.
    A negative amount is the mirror of the positive one. Raises `ValueError` for a negative weight
    or none above zero."""
    whole = sum(weights.values())
    if whole <= 0 or min(weights.values()) < 0:
        raise ValueError("weights must not be negative, and one must be above zero")
    if amount < 0:
        return {name: -part for name, part in apportion(-amount, weights).items()}
    parts = {name: amount * weights[name] // whole for name in sorted(weights)}
    by_remainder = sorted(parts, key=lambda name: (-(amount * weights[name] % whole), name))
    for name in by_remainder[: amount - sum(parts.values())]:
        parts[name] += 1
    return parts

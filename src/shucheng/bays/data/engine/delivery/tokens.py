"""Short-lived access tokens, and whether a call may take place.

A token says what was agreed when it was issued: for minutes, one agreement, one recipient, one
purpose. Each call is held against the agreement as it stands now, so that suspension and
revocation hold at the next call, not at the token's end. Deciding is a pure function over facts;
the shell reads them, and reserves the quota, in the transaction of the call.

The code over a token is an HMAC by a key of the ring (`lib.crypto`: SM3 or SHA-256).
"""

import base64
import binascii
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Literal

from shucheng.lib.crypto import Keyring

from .model import Refused

LONGEST = timedelta(minutes=15)
SKEW = timedelta(seconds=30)
_MOST = 2_000
_BOUND = b"shucheng delivery token\0"

State = Literal["active", "suspended", "revoked", "expired", "terminated"]
Mode = Literal["download", "api", "sandbox", "aggregate", "intersection"]


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says. Times are seconds of UTC."""

    id: str
    agreement: str
    recipient: str
    purpose: str
    product: str
    mode: Mode
    issued: int
    expires: int


@dataclass(frozen=True, slots=True)
class Quota:
    """Most of each in the running period; nothing given, no limit."""

    calls: int | None = None
    rows: int | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Used:
    calls: int = 0
    rows: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """An agreement as it stands at the moment of a call, `valid_until` not included."""

    agreement: str
    state: State
    recipient: str
    purposes: frozenset[str]
    products: frozenset[str]
    modes: frozenset[Mode]
    valid_from: datetime
    valid_until: datetime
    quota: Quota = Quota()
    used: Used = Used()
    revoked_tokens: frozenset[str] = frozenset()
    not_before: datetime | None = None
    """Tokens issued before are void: all that were out when something was revoked."""


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked for now, as the shell understood it, not as the token says."""

    product: str
    mode: Mode
    purpose: str


def issue(ring: Keyring, facts: Facts, call: Call, now: datetime, life: timedelta = LONGEST) -> str:
    """A token for one product, mode and purpose of the agreement. Raises `Refused` as `check` does:
    what would be refused now gets no token."""
    issued = int(now.timestamp())
    until = min(now + min(life, LONGEST), facts.valid_until)
    claims = Claims(
        secrets.token_hex(8), facts.agreement, facts.recipient, call.purpose, call.product,
        call.mode, issued, int(until.timestamp()),
    )  # fmt: skip
    check(claims, call, facts, now)
    content = json.dumps(asdict(claims), ensure_ascii=False, separators=(",", ":")).encode()
    name = ring.current
    return f"{name}.{_written(content)}.{_written(_code(ring, name, content))}"


def read(ring: Keyring, token: str) -> Claims:
    """What an unchanged token of ours says. Raises `Refused` (`token-invalid`) for any other, and
    never says what was wrong with it."""
    name, _, rest = token[:_MOST].partition(".")
    content, _, code = rest.partition(".")
    raw = _raw(content)
    given = _raw(code)
    if name not in ring.keys or not compare_digest(_code(ring, name, raw), given):
        raise Refused("token-invalid")
    if _written(raw) != content or _written(given) != code or len(token) > _MOST:
        raise Refused("token-invalid")
    try:
        return Claims(**json.loads(raw))
    except (TypeError, ValueError):
        raise Refused("token-invalid") from None


def check(claims: Claims, call: Call, facts: Facts, now: datetime) -> None:
    """Whether this call may take place now. Raises `Refused`: `token-expired`, `token-revoked`,
    `agreement-…` (state, or `agreement-not-in-term`), `wrong-agreement`, `wrong-recipient`,
    `wrong-product`, `wrong-mode`, `wrong-purpose`, `quota-spent`."""
    if claims.agreement != facts.agreement:
        raise Refused("wrong-agreement")
    if claims.recipient != facts.recipient:
        raise Refused("wrong-recipient")
    if facts.state != "active":
        raise Refused(f"agreement-{facts.state}")
    if not facts.valid_from <= now < facts.valid_until:
        raise Refused("agreement-not-in-term")
    begins = claims.issued - SKEW.total_seconds()
    ends = min(claims.expires, claims.issued + LONGEST.total_seconds())
    if not begins <= now.timestamp() < ends:
        raise Refused("token-expired")
    if claims.id in facts.revoked_tokens:
        raise Refused("token-revoked")
    if facts.not_before and claims.issued < facts.not_before.timestamp():
        raise Refused("token-revoked")
    asked: Mapping[str, tuple[str, str, frozenset[str]]] = {
        "product": (claims.product, call.product, facts.products),
        "mode": (claims.mode, call.mode, frozenset(facts.modes)),
        "purpose": (claims.purpose, call.purpose, facts.purposes),
    }
    for what, (said, wanted, agreed) in asked.items():
        if said != wanted or wanted not in agreed:
            raise Refused(f"wrong-{what}")
    for what in ("calls", "rows", "size"):
        most = getattr(facts.quota, what)
        if most is not None and getattr(facts.used, what) >= most:
            raise Refused("quota-spent", what)


def rows_left(facts: Facts, limit: int) -> int:
    """The most rows that an answer may have: of the limit and of what the quota leaves."""
    if facts.quota.rows is None:
        return limit
    return max(0, min(limit, facts.quota.rows - facts.used.rows))


def _code(ring: Keyring, name: str, content: bytes) -> bytes:
    key = ring.keys[name]
    return key.provider.code(key.secret, _BOUND + name.encode() + b"\0" + content)


def _written(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _raw(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""

"""Private set intersection (隐私求交) between a holder and a buyer: sizes only, or members.

The buyer learns how many of its own identifiers the holder has, or which; the holder learns how
many the buyer asked with. OpenMined's PSI: elliptic-curve Diffie-Hellman, sets in a compressed
form (Ion et al., "On Deploying Secure Computing: Private Intersection-Sum-with-Cardinality", 2019).

It holds between parties that follow the protocol and are merely curious. A buyer could put in
identifiers that it made up, so the agreement bounds how many and how few, and each run is one call
that is metered. An identifier in the set is normalised alike on both sides, or it is not found.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .model import Refused


@dataclass(frozen=True, slots=True)
class Terms:
    """What both sides agreed: `members` or only their number; how many a buyer may ask with; the
    share of false members (the compressed form has some)."""

    members: bool = False
    at_least: int = 100
    at_most: int = 1_000_000
    false_share: float = 1e-9


def prepared(identifiers: Iterable[str]) -> list[str]:
    """One width, capitals, no blanks around, each once, in an order that tells nothing."""
    normal = (unicodedata.normalize("NFKC", each).strip().upper() for each in identifiers)
    return sorted({each for each in normal if each})


class Holder:
    """The side that holds the data: one for one run, with a key of its own that then is gone."""

    def __init__(self, terms: Terms, identifiers: Iterable[str]) -> None:
        self._psi = _library()
        self._terms = terms
        self._items = prepared(identifiers)
        self._server = self._psi.server.CreateWithNewKey(terms.members)
        self._answered = False

    def answer(self, request: bytes) -> tuple[bytes, bytes]:
        """Set-up and response for a buyer's request. Raises `Refused`: `intersection-unreadable`,
        `intersection-wrong-size`, `intersection-not-agreed` (members where sizes were agreed),
        `intersection-over` (one run, one request: a second would meet the same key)."""
        message = self._psi.Request()
        try:
            message.ParseFromString(request)
        except Exception:  # whatever protobuf raises for bytes that are none of its own
            raise Refused("intersection-unreadable") from None
        size = len(message.encrypted_elements)
        if bool(message.reveal_intersection) != self._terms.members:
            raise Refused("intersection-not-agreed")
        if not self._terms.at_least <= size <= self._terms.at_most:
            raise Refused("intersection-wrong-size")
        if self._answered:
            raise Refused("intersection-over")
        self._answered = True
        try:
            setup = self._server.CreateSetupMessage(
                self._terms.false_share, size, self._items, self._psi.DataStructure.GCS
            )
            response = self._server.ProcessRequest(message)
        except Exception:  # points that are on no curve
            raise Refused("intersection-unreadable") from None
        return setup.SerializeToString(), response.SerializeToString()


class Buyer:
    """The side that asks: `request`, then `size` or `members` of what came back."""

    def __init__(self, terms: Terms, identifiers: Iterable[str]) -> None:
        self._psi = _library()
        self._items = prepared(identifiers)
        if not terms.at_least <= len(self._items) <= terms.at_most:
            raise Refused("intersection-wrong-size")
        self._client = self._psi.client.CreateWithNewKey(terms.members)

    def request(self) -> bytes:
        written: bytes = self._client.CreateRequest(self._items).SerializeToString()
        return written

    def size(self, setup: bytes, response: bytes) -> int:
        return int(self._client.GetIntersectionSize(*self._parsed(setup, response)))

    def members(self, setup: bytes, response: bytes) -> list[str]:
        """Those of the buyer's own identifiers, as `prepared`, that the holder has."""
        found = self._client.GetIntersection(*self._parsed(setup, response))
        return sorted(self._items[each] for each in found)

    def _parsed(self, setup: bytes, response: bytes) -> tuple[Any, Any]:
        first, second = self._psi.ServerSetup(), self._psi.Response()
        first.ParseFromString(setup)
        second.ParseFromString(response)
        return first, second


def _library() -> Any:
    try:
        from private_set_intersection import python
    except ImportError:
        raise Refused("privacy-missing") from None
    return python

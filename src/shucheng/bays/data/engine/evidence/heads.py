"""Signed tree heads: what the log states of itself, so that it cannot state another thing later.

The bytes that are signed are seven lines of UTF-8, each ended by one line feed:

    shucheng.evidence-head/1
    origin               which log: a name that the platform never gives to another
    size                 leaves, decimal
    root                 of the tree of that size, 64 hexadecimal digits in lower case
    timestamp            milliseconds since 1970-01-01 UTC, decimal (RFC 9162, 4.10)
    hash                 sm3 (GB/T 32905-2016) or sha256
    key                  scheme and id: `sm2:` or `ed25519:`, then 16 hexadecimal digits, the
                         first 8 bytes of that hash over the public key's text

The scheme is SM2 with SM3 (GB/T 32918.2-2016, signer id 1234567812345678 of GM/T 0009) or Ed25519
(RFC 8032). Written as JSON a head has the same fields, the public key and the signature.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from shucheng.lib.signatures import PublicKey, SignatureError, SigningKey

from .merkle import HASHES, Hash, Tree

SCHEMA = "shucheng.evidence-head/1"
FIELDS = {"origin", "size", "root", "timestamp", "hash", "public_key", "signature"}


class HeadRefused(ValueError):
    """A head is not what it should be; the message says in which respect."""

    code = "evidence-head-refused"


@dataclass(frozen=True, slots=True)
class SignedHead:
    origin: str
    size: int
    root: bytes
    timestamp: int
    hash: Hash
    public_key: str
    signature: str = ""

    def __post_init__(self) -> None:
        if not self.origin or not self.origin.isprintable():
            raise HeadRefused("the origin is a name of one line")
        if self.size < 0 or self.timestamp < 0 or len(self.root) != 32:
            raise HeadRefused("size, timestamp or root cannot be those of a head")

    @property
    def statement(self) -> bytes:
        """The bytes that are signed."""
        scheme = self.public_key.partition(":")[0]
        key = f"{scheme}:{key_id(self.hash, self.public_key)}"
        facts = (self.origin, self.size, self.root.hex(), self.timestamp, self.hash.name, key)
        return "".join(f"{line}\n" for line in (SCHEMA, *facts)).encode()

    @property
    def signed_at(self) -> datetime:
        return datetime.fromtimestamp(self.timestamp / 1000, UTC)

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "origin": self.origin,
            "size": self.size,
            "root": self.root.hex(),
            "timestamp": self.timestamp,
            "hash": self.hash.name,
            "public_key": self.public_key,
            "signature": self.signature,
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Self:
        """Raises `HeadRefused` where this is no head; whether it holds says `verify_head`."""
        try:
            whole = said["schema"] == SCHEMA and set(said) == {"schema", *FIELDS}
            texts = [said[name] for name in ("origin", "root", "public_key", "signature")]
            numbers = [said[name] for name in ("size", "timestamp")]
            whole = whole and all(type(each) is str for each in texts)
            whole = whole and all(type(each) is int for each in numbers)
            if not whole or not re.fullmatch("[0-9a-f]{64}", said["root"]):
                raise HeadRefused("this is no signed head")
            facts = {name: said[name] for name in FIELDS}
            hash_ = HASHES[said["hash"]]
        except (KeyError, TypeError) as error:
            raise HeadRefused("this is no signed head") from error
        return cls(**{**facts, "root": bytes.fromhex(said["root"]), "hash": hash_})


def key_id(hash_: Hash, public_key: str) -> str:
    """16 hexadecimal digits that name a public key (`sm2:…`) in what is signed with it."""
    return hash_.digest(public_key.encode()).hex()[:16]


def sign_head(
    tree: Tree, size: int, *, origin: str, key: SigningKey, signed_at: datetime
) -> SignedHead:
    """Sign the tree as it is with `size` leaves. `signed_at` has a time zone. Raises
    `HeadRefused` for an origin that is not one line."""
    milliseconds = round(signed_at.timestamp() * 1000)
    facts = (origin, size, tree.root(size), milliseconds, tree.hash, str(key.public))
    return SignedHead(*facts, signature=key.sign(SignedHead(*facts).statement))


def verify_head(head: SignedHead, keys: Collection[str]) -> None:
    """Raises `HeadRefused` unless one of these public keys (`sm2:…`, `ed25519:…`), which come from
    elsewhere than the head, signed it."""
    if head.public_key not in keys:
        raise HeadRefused(f"it is signed with a key that is not trusted: {head.public_key}")
    try:
        holds = PublicKey.parse(head.public_key).verify(head.statement, head.signature)
    except SignatureError as error:
        raise HeadRefused(str(error)) from error
    if not holds:
        raise HeadRefused("the signature does not hold")

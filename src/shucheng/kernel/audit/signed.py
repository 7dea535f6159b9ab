"""Signatures, with Python alone: what `verify.py` needs beside it.

Written against the standard and independent of the library that signs, so that each checks the
other. SM2 is verified here; Ed25519 where the package `cryptography` is installed.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

# The curve of GB/T 32918.5 and the signer id of GM/T 0009.
_P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
_N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
_A = _P - 3
_B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
_G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
_SIGNER = b"1234567812345678"
Point = tuple[int, int] | None


@dataclass(frozen=True)
class Trust:
    """What an auditor asks for: an entry and keys noted earlier, and how much of the log this is.

    `holds` verifies one signature (public key, data, signature); None says that it cannot.
    """

    known: tuple[int, str] | None = None
    keys: tuple[str, ...] = ()
    partial: bool = False
    selection: bool = False
    holds: Callable[[str, bytes, str], bool | None] | None = None

    def objection(self, signed: Mapping[str, Any], data: bytes) -> str | None:
        """Why a signature does not count; nothing when it does, None when it cannot be checked."""
        public_key = str(signed["public_key"])
        if self.keys and public_key not in self.keys:
            return f"it is signed with another key than the one that was noted: {public_key}"
        verdict = (self.holds or signature_holds)(public_key, data, str(signed["signature"]))
        if verdict is None:
            return None
        return "" if verdict else "the signature does not hold"


def statement(facts: Mapping[str, Any]) -> bytes:
    """The bytes that are signed: canonical JSON."""
    return json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def signature_holds(public_key: str, data: bytes, signature: str) -> bool | None:
    """Keys and signatures as `sm2:BASE64` or `ed25519:BASE64`; None: cannot be checked here."""
    scheme, _, key = public_key.partition(":")
    signed_with, _, content = signature.partition(":")
    try:
        raw_key, raw = (base64.b64decode(text, validate=True) for text in (key, content))
    except ValueError:
        return False
    if signed_with != scheme or scheme not in {"sm2", "ed25519"}:
        return False
    return (sm2_verifies if scheme == "sm2" else _ed25519_verifies)(raw_key, data, raw)


def sm2_verifies(public: bytes, data: bytes, signature: bytes) -> bool:
    """GB/T 32918.2, section 7; slow (some milliseconds) and in need of nothing."""
    numbers = _der_numbers(signature)
    point = (int.from_bytes(public[:32], "big"), int.from_bytes(public[32:], "big"))
    x, y = point
    if len(public) != 64 or numbers is None or (y * y - x**3 - _A * x - _B) % _P:
        return False
    r, s = numbers
    t = (r + s) % _N
    if not (0 < r < _N and 0 < s < _N and t):
        return False
    fixed = b"".join(value.to_bytes(32, "big") for value in (_A, _B, *_G))
    identity = (len(_SIGNER) * 8).to_bytes(2, "big") + _SIGNER + fixed + public
    e = int.from_bytes(_sm3(_sm3(identity) + data), "big")
    found = _add(_times(s, _G), _times(t, point))
    return found is not None and (e + found[0]) % _N == r


def _sm3(data: bytes) -> bytes:
    return hashlib.new("sm3", data).digest()


def _der_numbers(der: bytes) -> tuple[int, int] | None:
    """The two INTEGERs of a short DER sequence, in their only right spelling."""
    numbers: list[int] = []
    rest = der[2:]
    if der[:1] != b"\x30" or len(der) < 8 or der[1] != len(rest):
        return None
    while rest and len(numbers) < 2:
        length = rest[1] if len(rest) > 2 else 0
        content = rest[2 : 2 + length]
        if rest[0] != 2 or not 0 < len(content) == length or content[0] & 0x80:
            return None
        numbers.append(int.from_bytes(content, "big"))
        rest = rest[2 + length :]
    return (numbers[0], numbers[1]) if len(numbers) == 2 and not rest else None


def _add(one: Point, two: Point) -> Point:
    if one is None or two is None:
        return one or two
    (x1, y1), (x2, y2) = one, two
    if x1 == x2 and (y1 + y2) % _P == 0:
        return None
    slope = (
        (3 * x1 * x1 + _A) * pow(2 * y1, -1, _P) if one == two else (y2 - y1) * pow(x2 - x1, -1, _P)
    )
    x = (slope * slope - x1 - x2) % _P
    return x, (slope * (x1 - x) - y1) % _P


def _times(factor: int, point: Point) -> Point:
    result: Point = None
    while factor:
        if factor & 1:
            result = _add(result, point)
        point = _add(point, point)
        factor >>= 1
    return result


def _ed25519_verifies(public: bytes, data: bytes, signature: bytes) -> bool | None:
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        return None
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True
